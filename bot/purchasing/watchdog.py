"""Checks what time changes: overdue results, answers that were never stored, rows that expire."""

import logging
from collections.abc import Callable

from msgspec.structs import replace

from bot.orders.biller_float import MEAN_OF_HOURS, judge_balance, mean_reserve
from bot.orders.events import Overdue, Unclear
from bot.orders.model import State, UnknownCause
from bot.purchasing.biller_deposit import refresh_reserve, threshold_of
from bot.purchasing.settlement import apply_event_to
from bot.unit_of_work import WorkContext
from bot.worker import WakeUp
from storage import balances, orders
from storage.database import Database
from storage.retention import RetentionLimits, delete_expired
from storage.transaction import Tx

_log = logging.getLogger(__name__)

CHECK_EVERY_S = 15.0
OVERDUE_AFTER_MS = 600_000
"""Results take 3 to 60 seconds, sometimes hours: after ten minutes the chat is notified of the delay."""

STUCK_MARGIN_MS = 60_000
"""An answer is stored soon after its deadline; after this margin it was lost."""

AN_HOUR_MS = 3_600_000
MEAN_EVERY_MS = 300_000
A_DAY_MS = 86_400_000
DELETE_SEEN_AFTER_MS = 8 * A_DAY_MS
"""Telegram keeps an update for a day, and stops its webhook retries well within a week."""

DELETE_OUTBOX_AFTER_MS = 35 * A_DAY_MS
"""A month of messages shows what a chat was sent; orders and their events stay for good."""

DELETE_AT_ONCE, DELETE_MORE_AFTER_S = 300, 0.1
"""Some milliseconds at a time: a busy day leaves a hundred thousand messages, and orders must not wait."""

AT_ONCE = 200
"""Bounds one check; the next follows at once if there is more."""


class Watchdog:
    """`trx_timeout_s` is the deadline of one post; `is_posting` checks if an order's is under way."""

    def __init__(
        self,
        *,
        database: Database,
        context: WorkContext,
        now_ms: Callable[[], int],
        outbox_wake_up: WakeUp,
        trx_timeout_s: float,
        is_posting: Callable[[str], bool],
    ) -> None:
        self._database = database
        self._context = context
        self._now_ms = now_ms
        self._outbox_wake_up = outbox_wake_up
        self._stuck_after_ms = int(trx_timeout_s * 1000) + STUCK_MARGIN_MS
        self._is_posting = is_posting
        self._deleted_at_ms = 0
        self._mean_at_ms = 0
        self._mean_idr: int | None = None
        self._delete_after: int | None = None
        """The outbox id after which the daily deletion continues; None when it is done."""

    async def run_once(self) -> float:
        """Check once; return the seconds until the next check."""
        now_ms = self._now_ms()
        await self._check_reserve(now_ms)
        found = await self._database.read(lambda tx: self._find(tx, now_ms))
        if found:
            await self._database.write(lambda tx: self._act(tx, found, now_ms))
            self._outbox_wake_up.set()
            _log.warning("orders overdue or without an answer", extra={"count": len(found)})
        if abs(now_ms - self._deleted_at_ms) > A_DAY_MS:
            self._deleted_at_ms, self._delete_after = now_ms, 0
        if self._delete_after is not None:
            await self._delete(now_ms, self._delete_after)
        if len(found) >= AT_ONCE:
            return 0
        return CHECK_EVERY_S if self._delete_after is None else DELETE_MORE_AFTER_S

    async def _check_reserve(self, now_ms: int) -> None:
        """Judge the balance at the biller, whose threshold follows the sales of the last hours."""
        if self._context.biller_reserve_idr is None and abs(now_ms - self._mean_at_ms) >= MEAN_EVERY_MS:
            since_ms = now_ms - MEAN_OF_HOURS * AN_HOUR_MS
            spent_idr = await self._database.read_long(lambda tx: balances.spent_since(tx, since_ms))
            self._mean_at_ms, self._mean_idr = now_ms, mean_reserve(spent_idr)
        if await self._database.read(lambda tx: self._is_reserve_judged(tx, now_ms)):
            return
        await self._database.write(
            lambda tx: refresh_reserve(self._context.begin(tx, now_ms), self._mean_idr)
        )
        self._outbox_wake_up.set()

    def _is_reserve_judged(self, tx: Tx, now_ms: int) -> bool:
        last = balances.last_balance(tx)
        if last is None:
            return True
        reserve = replace(last.reserve, mean_idr=self._mean_idr)
        threshold_idr = threshold_of(self._context, reserve)
        return judge_balance(reserve, last.now_idr, threshold_idr, now_ms=now_ms) == last.reserve

    async def _delete(self, now_ms: int, after: int) -> None:
        """Delete some of the expired rows."""
        old = RetentionLimits(
            seen_before_ms=now_ms - DELETE_SEEN_AFTER_MS,
            outbox_before_ms=now_ms - DELETE_OUTBOX_AFTER_MS,
        )
        self._delete_after = await self._database.write(
            lambda tx: delete_expired(tx, old, after_id=after, limit=DELETE_AT_ONCE)
        )

    def _find(self, tx: Tx, now_ms: int) -> list[tuple[str, Overdue | Unclear]]:
        overdue = orders.overdue(tx, changed_before_ms=now_ms - OVERDUE_AFTER_MS, limit=AT_ONCE)
        stuck = orders.in_state(
            tx, State.SUBMITTING, changed_before_ms=now_ms - self._stuck_after_ms, limit=AT_ONCE
        )
        lost = Unclear(why="no answer was stored", cause=UnknownCause.NOT_STORED)
        # After the clock was set forward a post looks old while its answer is still awaited.
        abandoned = [order for order in stuck if not self._is_posting(order.trxid)]
        return [(order.trxid, Overdue()) for order in overdue] + [(order.trxid, lost) for order in abandoned]

    def _act(self, tx: Tx, found: list[tuple[str, Overdue | Unclear]], now_ms: int) -> None:
        for trxid, event in found:
            apply_event_to(self._context.begin(tx, now_ms), trxid, event, actor="watchdog")
