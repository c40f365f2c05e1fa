"""Receives the biller's reversals: stored before they are answered, matched before they count."""

import asyncio
import logging
import re
from collections.abc import Callable
from enum import Enum, auto
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes

from bot.biller.reversal import MalformedReversal, MismatchedReversal, match_reversal, read_reversal
from bot.notices.alarms import RefusalCause, ReversalQuarantined, ReversalRefused
from bot.notices.orders import OrderResolvedByBiller
from bot.orders.events import Contradiction
from bot.orders.model import Order, Outcome, State
from bot.purchasing.biller_words import report_words
from bot.purchasing.notifications import facts_of, needs_admin, order_card
from bot.purchasing.settlement import AppliedEvent, apply_event, card_subject, with_customer
from bot.unit_of_work import ALERT_PAUSE_MS, CLOCK_TOLERANCE_MS, NewMessages, UnitOfWork, WorkContext
from storage import balances, orders
from storage.database import RESULTS, Database

_log = logging.getLogger(__name__)

ALARM_SUBJECT = "alert:quarantine"
"""The subject of alarms about reversals that match no order."""

MAX_ALARMS_AN_ORDER = 5
"""Different reversals of one order shown in five minutes; more would hide those of other orders."""

MAX_REFUSED_CALLERS = 100
"""Callers with the right secret that are logged in five minutes; more of them must not fill the log."""

MAX_SEARCHED_BYTES = 8_000
MAX_IDS_TRIED = 5
_TRXID = re.compile(rb"(?<![0-9])[0-9]{17}(?![0-9])")

MAX_STORED_CHARS = 2000
"""Enough of an unmatched reversal to see what it was; a flood of them must not fill the disk."""


class ReversalResult(Enum):
    """The answer to the caller: stored, or the same as for any wrong request."""

    STORED = auto()
    STRANGE = auto()


class ResultSender(Protocol):
    """Sends what a reversal enqueues without a scan of the outbox."""

    def offer(self) -> NewMessages | None:
        """Return what takes the messages of the next unit; None if a scan, or another process, finds them."""
        ...

    def send_once_stored(self, offer: Any, storing: "asyncio.Future[Any]") -> None:
        """Send what a unit has enqueued, once that is stored."""
        ...


class ReversalReceiver:
    """Receives reversals; raises StorageError if one was not stored, so that the biller should try again.

    `scan_outbox` finds the messages of a reversal in the commit that stores them.
    """

    def __init__(
        self,
        *,
        database: Database,
        context: WorkContext,
        now_ms: Callable[[], int],
        scan_outbox: Callable[[], None],
        results: ResultSender | None = None,
    ) -> None:
        self._results = results
        self._database = database
        self._context = context
        self._now_ms = now_ms
        self._scan_outbox = scan_outbox
        self._refused_at_ms: dict[tuple[RefusalCause, str], int] = {}
        self._alerting: set[asyncio.Future[bool]] = set()

    async def receive(self, query: bytes, remote: str) -> ReversalResult:
        """Process one reversal by its raw query string; return the result once it is durable."""
        now_ms = self._now_ms()
        offer = self._results.offer() if self._results else None
        stored = asyncio.ensure_future(
            self._database.write(
                lambda tx: _process(self._context.begin(tx, now_ms, new_messages=offer), query, remote),
                keys=(RESULTS,),
            )
        )
        if self._results and offer:
            self._results.send_once_stored(offer, stored)
        else:
            self._scan_outbox()
        # The messenger waits for the unit, even if the caller is cancelled.
        result = await asyncio.shield(stored)
        _log.debug("reversal received", extra={"verdict": result.name})
        return result

    def refuse(self, cause: RefusalCause, remote: str) -> None:
        """Log a refused request with the right secret, and alert the admins, without making its caller wait.

        Its caller gets the same answer as a wrong secret, so that the biller may not notice it.
        """
        if not self._is_first_refusal(cause, remote):
            return
        _log.warning("reversal refused", extra={"why": cause, "remote": remote})
        now_ms = self._now_ms()
        notice = ReversalRefused(cause=cause, remote=remote, at_ms=now_ms)
        alerting: asyncio.Future[bool] = asyncio.ensure_future(
            self._database.write(
                lambda tx: self._context.begin(tx, now_ms).alert_admins(notice, topic=f"refused {cause}")
            )
        )
        self._alerting.add(alerting)
        alerting.add_done_callback(self._alerted)
        self._scan_outbox()

    def _is_first_refusal(self, cause: RefusalCause, remote: str) -> bool:
        """Return whether a caller was not refused for five minutes; a flood of callers counts as refused."""
        now_ms = self._now_ms()
        recent = {
            caller: at_ms
            for caller, at_ms in self._refused_at_ms.items()
            if abs(now_ms - at_ms) <= ALERT_PAUSE_MS
        }
        is_first = (cause, remote) not in recent and len(recent) < MAX_REFUSED_CALLERS
        if is_first:
            recent[cause, remote] = now_ms
        self._refused_at_ms = recent
        return is_first

    def _alerted(self, alerting: asyncio.Future[bool]) -> None:
        self._alerting.discard(alerting)
        if not alerting.cancelled() and alerting.exception():
            # The next refused request tries to alert again.
            self._refused_at_ms.clear()


def _process(work: UnitOfWork, query: bytes, remote: str) -> ReversalResult:
    reversal = read_reversal(query)
    if isinstance(reversal, MalformedReversal):
        return _quarantine(work, reversal.why, query, remote)
    is_compared = reversal.outcome is Outcome.SUCCESS
    reported = orders.get_reported(work.tx, reversal.trxid, is_compared=is_compared)
    if reported is None:
        return _quarantine(work, "no order has this refid", query, remote)
    order = reported.order
    event = match_reversal(reversal, order=order)
    if isinstance(event, MismatchedReversal):
        return _quarantine(work, event.why, query, remote)
    evidence = query.decode("utf-8", "replace")
    actor = f"biller:reversal {remote}"
    applied = apply_event(work, order, event, actor=actor, evidence=evidence, reported=reported)
    if isinstance(event, Contradiction):
        # If it made the order unknown, the admins have its card already.
        _quarantine(work, event.why, query, remote, is_shown=applied is not None and applied.changed)
    elif applied and applied.changed and reported.is_quarantined:
        _close_cards(work, applied)
    return ReversalResult.STORED


def _quarantine(
    work: UnitOfWork, why: str, query: bytes, remote: str, *, is_shown: bool = False
) -> ReversalResult:
    """Store a reversal that settles nothing, and show it to the admins with the order that it names."""
    stored = query[:MAX_STORED_CHARS].decode("utf-8", "replace")
    order = _named_order(work, query)
    if not is_shown and _is_new(work, order, stored):
        card = order_card(order, work.now_ms, report=report_words(stored)) if order else None
        card = with_customer(work.tx, card) if card else None
        notice = ReversalQuarantined(why=why, at_ms=work.now_ms, order=card)
        work.notify_admins(notice, subject=ALARM_SUBJECT)
    trxid = order.trxid if order else None
    balances.quarantine(work.tx, at_ms=work.now_ms, remote=remote, why=why, query=stored, trxid=trxid)
    return ReversalResult.STRANGE


def _named_order(work: UnitOfWork, query: bytes) -> Order | None:
    """Return the first order whose trxid is anywhere in the query, even in a malformed one."""
    runs = _TRXID.findall(unquote_to_bytes(query[:MAX_SEARCHED_BYTES]))
    named = (orders.get(work.tx, run.decode()) for run in runs[:MAX_IDS_TRIED])
    return next((order for order in named if order), None)


def _is_new(work: UnitOfWork, order: Order | None, query: str) -> bool:
    """Return whether the admins should see this reversal: not shown lately, nor too many of its order.

    An alarm about one order suppresses none about another; one is enough for all that name no order.
    """
    # Times in the future are of a clock that was set back since.
    since_ms, until_ms = work.now_ms - ALERT_PAUSE_MS, work.now_ms + CLOCK_TOLERANCE_MS
    if order is None:
        return not balances.was_unmatched_quarantined(work.tx, since_ms=since_ms, until_ms=until_ms)
    known = balances.quarantined_of(
        work.tx, order.trxid, since_ms=since_ms, until_ms=until_ms, limit=MAX_ALARMS_AN_ORDER
    )
    return len(known) < MAX_ALARMS_AN_ORDER and query not in known


def _close_cards(work: UnitOfWork, applied: AppliedEvent) -> None:
    """Close the cards that an order has only because of mismatched reversals, once it has its result."""
    before, after = applied.before, applied.after
    is_result = after.state in (State.SUCCEEDED, State.FAILED) and before.state is State.PENDING
    if is_result and not needs_admin(before):
        notice = OrderResolvedByBiller(**facts_of(after, work.now_ms), state=after.state)
        work.replace_cards(notice, subject=card_subject(after.trxid))
