"""Looks after what time changes: late results, answers that were never stored, things to forget."""

import logging
from collections.abc import Callable

from bot.orders.events import Overdue, Unclear
from bot.orders.model import State
from bot.purchasing.settlement import apply_event_to
from bot.unit_of_work import WorkContext
from bot.worker import WakeUp
from storage import orders
from storage.database import Database
from storage.retention import RetentionLimits, delete_expired
from storage.transaction import Tx

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 15.0
OVERDUE_AFTER_MS = 600_000
"""Results take 3 to 60 seconds, sometimes hours: after ten minutes people should hear that it is watched."""

STUCK_MARGIN_MS = 60_000
"""An answer is stored within its deadline and moments more; beyond this it was lost."""

A_DAY_MS = 86_400_000
DELETE_SEEN_AFTER_MS = 8 * A_DAY_MS
"""Telegram keeps a message for a day; a webhook's own retries end well within a week."""

DELETE_OUTBOX_AFTER_MS = 35 * A_DAY_MS
"""A month's letters answer «what was the chat told»; the order and its events stay for good."""

FORGET_AT_ONCE, FORGET_MORE_AFTER_S = 300, 0.1
"""Some milliseconds at a time: a busy day leaves a hundred thousand letters, and people order meanwhile."""

AT_ONCE = 200
"""Bounds one look; the next comes at once if there was more."""


class Watchdog:
    """`trx_timeout_s` is the outer deadline of one post; `is_posting` knows the posts under way."""

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
        self._forgot_at_ms = 0
        self._forgets_after: int | None = None
        """Behind which letter forgetting goes on; None when a day's is done."""

    async def run_once(self) -> float:
        """Look once; give the seconds until the next look."""
        now_ms = self._now_ms()
        found = await self._database.read(lambda tx: self._find(tx, now_ms))
        if found:
            await self._database.write(lambda tx: self._act(tx, found, now_ms))
            self._outbox_wake_up.set()
            _log.warning("orders are late", extra={"count": len(found)})
        if now_ms - self._forgot_at_ms > A_DAY_MS:
            self._forgot_at_ms, self._forgets_after = now_ms, 0
        if self._forgets_after is not None:
            await self._forget(now_ms, self._forgets_after)
        if len(found) >= AT_ONCE:
            return 0
        return LOOK_EVERY_S if self._forgets_after is None else FORGET_MORE_AFTER_S

    async def _forget(self, now_ms: int, after: int) -> None:
        """Forget a little of what is old."""
        old = RetentionLimits(
            seen_before_ms=now_ms - DELETE_SEEN_AFTER_MS,
            outbox_before_ms=now_ms - DELETE_OUTBOX_AFTER_MS,
        )
        self._forgets_after = await self._database.write(
            lambda tx: delete_expired(tx, old, after_id=after, limit=FORGET_AT_ONCE)
        )

    def _find(self, tx: Tx, now_ms: int) -> list[tuple[str, Overdue | Unclear]]:
        late = orders.overdue(tx, changed_before_ms=now_ms - OVERDUE_AFTER_MS, limit=AT_ONCE)
        stuck = orders.in_state(
            tx, State.SUBMITTING, changed_before_ms=now_ms - self._stuck_after_ms, limit=AT_ONCE
        )
        lost = Unclear(why="no answer was stored")
        # A clock set forward makes a post look old while its answer is still awaited.
        abandoned = [order for order in stuck if not self._is_posting(order.trxid)]
        return [(order.trxid, Overdue()) for order in late] + [(order.trxid, lost) for order in abandoned]

    def _act(self, tx: Tx, found: list[tuple[str, Overdue | Unclear]], now_ms: int) -> None:
        for trxid, news in found:
            apply_event_to(self._context.begin(tx, now_ms), trxid, news, actor="watchdog")
