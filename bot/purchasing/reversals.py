"""Takes in the biller's reports: kept before they are answered, matched before they are believed."""

import logging
from collections.abc import Callable
from enum import Enum, auto

from bot.biller.reversal import MalformedReversal, MismatchedReversal, match_reversal, read_reversal
from bot.notices.alarms import ReversalQuarantined
from bot.orders.events import Contradiction
from bot.purchasing.settlement import apply_event
from bot.unit_of_work import UnitOfWork, WorkContext
from storage import balances, orders
from storage.database import Database

_log = logging.getLogger(__name__)

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

    async def receive(self, query: bytes, *, remote: str) -> ReversalResult:
        """Take in one report by its raw query string, and give the verdict once it is durable."""
        now_ms = self._now_ms()
        kept = self._database.write(lambda tx: _take(self._context.begin(tx, now_ms), query, remote))
        self._scan_outbox()
        verdict = await kept
        _log.debug("reversal heard", extra={"verdict": verdict.name})
        return verdict


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
    if isinstance(news, Contradiction):
        _quarantine(work, news.why, query, remote)
    evidence = query.decode("utf-8", "replace")
    apply_event(work, order, news, actor=f"biller:reversal {remote}", evidence=evidence)
    return ReversalResult.STORED


def _quarantine(work: UnitOfWork, why: str, query: bytes, remote: str) -> ReversalResult:
    kept = query[:MAX_KEPT_CHARS].decode("utf-8", "replace")
    balances.quarantine(work.tx, at_ms=work.now_ms, remote=remote, why=why, query=kept)
    work.alert_admins(ReversalQuarantined(why=why, at_ms=work.now_ms), topic="quarantine")
    return ReversalResult.STRANGE
