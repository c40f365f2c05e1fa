"""Takes in the biller's reports: kept before they are answered, matched before they are believed."""

import asyncio
import logging
import re
from collections.abc import Callable
from enum import Enum, auto
from urllib.parse import unquote_to_bytes

from bot.biller.reversal import MalformedReversal, MismatchedReversal, match_reversal, read_reversal
from bot.notices.alarms import RefusalCause, ReversalQuarantined, ReversalRefused
from bot.notices.orders import OrderResolvedByBiller
from bot.orders.events import Contradiction
from bot.orders.model import Order, State
from bot.purchasing.biller_words import report_words
from bot.purchasing.notifications import facts_of, needs_admin, order_card
from bot.purchasing.settlement import AppliedEvent, apply_event, card_subject
from bot.unit_of_work import ALERT_PAUSE_MS, UnitOfWork, WorkContext
from storage import balances, orders
from storage.database import Database

_log = logging.getLogger(__name__)

ALARM_SUBJECT = "alert:quarantine"
"""The subject of alarms about reports that fit no order."""

MAX_ALARMS_AN_ORDER = 5
"""Different reports of one order shown in five minutes; a flood of more would hide the other orders."""

MAX_REFUSED_CALLERS = 100
"""Callers with the right secret that are logged in five minutes; more of them must not fill the log."""

MAX_SEARCHED_BYTES = 8_000
MAX_IDS_TRIED = 5
_TRXID = re.compile(rb"(?<![0-9])[0-9]{17}(?![0-9])")

MAX_KEPT_CHARS = 2000
"""Enough of a stray report to see what it was; a flood of them must not fill the disk."""


class ReversalResult(Enum):
    """What the caller is told: that it is stored, or nothing at all."""

    STORED = auto()
    STRANGE = auto()


class ReversalReceiver:
    """Hears reports; StorageError means that nothing was kept and the biller should try again.

    `look` lets the letters of a report be found in the commit that makes them.
    """

    def __init__(
        self,
        *,
        database: Database,
        context: WorkContext,
        now_ms: Callable[[], int],
        scan_outbox: Callable[[], None],
    ) -> None:
        self._database = database
        self._context = context
        self._now_ms = now_ms
        self._scan_outbox = scan_outbox
        self._refused_at_ms: dict[tuple[RefusalCause, str], int] = {}
        self._alerting: set[asyncio.Future[bool]] = set()

    async def receive(self, query: bytes, remote: str) -> ReversalResult:
        """Take in one report by its raw query string, and give the verdict once it is durable."""
        now_ms = self._now_ms()
        kept = self._database.write(lambda tx: _take(self._context.begin(tx, now_ms), query, remote))
        self._scan_outbox()
        verdict = await kept
        _log.debug("reversal heard", extra={"verdict": verdict.name})
        return verdict

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


def _take(work: UnitOfWork, query: bytes, remote: str) -> ReversalResult:
    report = read_reversal(query)
    if isinstance(report, MalformedReversal):
        return _quarantine(work, report.why, query, remote)
    order = orders.get(work.tx, report.trxid)
    if order is None:
        return _quarantine(work, "no order has this refid", query, remote)
    news = match_reversal(report, order=order)
    if isinstance(news, MismatchedReversal):
        return _quarantine(work, news.why, query, remote)
    evidence = query.decode("utf-8", "replace")
    applied = apply_event(work, order, news, actor=f"biller:reversal {remote}", evidence=evidence)
    if isinstance(news, Contradiction):
        # Where it brought the order before the admins, they have its card already.
        _quarantine(work, news.why, query, remote, is_shown=applied is not None and applied.changed)
    elif applied and applied.changed:
        _close_cards(work, applied)
    return ReversalResult.STORED


def _quarantine(
    work: UnitOfWork, why: str, query: bytes, remote: str, *, is_shown: bool = False
) -> ReversalResult:
    """Keep a report that settles nothing, and show it to the admins with the order that it names."""
    kept = query[:MAX_KEPT_CHARS].decode("utf-8", "replace")
    order = _named_order(work, query)
    if not is_shown and _is_news(work, order, kept):
        card = order_card(order, work.now_ms, report=report_words(kept)) if order else None
        notice = ReversalQuarantined(why=why, at_ms=work.now_ms, order=card)
        work.notify_admins(notice, subject=ALARM_SUBJECT)
    trxid = order.trxid if order else None
    balances.quarantine(work.tx, at_ms=work.now_ms, remote=remote, why=why, query=kept, trxid=trxid)
    return ReversalResult.STRANGE


def _named_order(work: UnitOfWork, query: bytes) -> Order | None:
    """Return the first order of ours whose id stands anywhere in the query, however malformed that is."""
    runs = _TRXID.findall(unquote_to_bytes(query[:MAX_SEARCHED_BYTES]))
    named = (orders.get(work.tx, run.decode()) for run in runs[:MAX_IDS_TRIED])
    return next((order for order in named if order), None)


def _is_news(work: UnitOfWork, order: Order | None, query: str) -> bool:
    """Return whether the admins have not just been shown this report, nor as many others of its order.

    An alarm about one order silences none about another; one is enough for all that name none.
    """
    since_ms = work.now_ms - ALERT_PAUSE_MS
    if order is None:
        return not balances.is_any_of_none_quarantined(work.tx, since_ms=since_ms)
    known = balances.quarantined_of(work.tx, order.trxid, since_ms=since_ms, limit=MAX_ALARMS_AN_ORDER)
    return len(known) < MAX_ALARMS_AN_ORDER and query not in known


def _close_cards(work: UnitOfWork, applied: AppliedEvent) -> None:
    """Close the cards of an order that stood before the admins only for a report that did not fit."""
    before, after = applied.before, applied.after
    is_result = after.state in (State.SUCCEEDED, State.FAILED) and before.state is State.PENDING
    if is_result and not needs_admin(before) and balances.quarantined_of(work.tx, after.trxid):
        notice = OrderResolvedByBiller(**facts_of(after, work.now_ms), state=after.state)
        work.replace_cards(notice, subject=card_subject(after.trxid))
