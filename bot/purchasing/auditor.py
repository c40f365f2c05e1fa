"""Audits the database: checks the stored orders again and again, and alerts the admins to violations.

It only reads, a few orders at a time, in passes of bounded size. A pass checks the orders that changed since
the last one, then continues a walk through all others, newest first, which starts over at its end. Once a
night it checks all books as a whole, and the totals of some days.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from functools import partial
from types import MappingProxyType
from typing import TypeVar

from msgspec import Struct, field

from bot.grammar.period import day_of
from bot.ledger import BooksCheck, BooksFinding
from bot.notices.alarms import AuditFinding, Invariant
from bot.orders.model import State
from bot.purchasing.invariants import FOR_ADMINS, InvariantViolation, OrderRecord, find_violations
from bot.purchasing.settlement import card_subject, chat_subject
from bot.purchasing.totals import mismatches
from bot.unit_of_work import UnitOfWork, WorkContext
from bot.worker import WakeUp
from storage import books, ledger, orders, outbox
from storage.database import Database
from storage.transaction import Tx

_log = logging.getLogger(__name__)

T = TypeVar("T")

AUDIT_EVERY_S = 300.0
"""Often enough that a bug affects few orders, rarely enough to delay none."""

FIRST_AUDIT_AFTER_S = 60.0
"""By then a start has recovered and caught up; a program that keeps crashing never audits."""

ORDERS_A_PASS, CHANGED_AT_MOST = 500, 400
EVENTS_AT_MOST = 2000
"""A mid-sized server has some 350 orders of four events in its busiest five minutes; more wait for a pass."""

ORDERS_A_SLICE = 5
"""Some 2 ms of the interpreter, the longest delay of an order: only the reading has a thread of its own."""

STUCK_MARGIN_MS = 300_000
"""The submitter and the watchdog act at the limit itself; after this margin they have failed to."""

MESSAGES_KEPT_MS = 34 * 86_400_000
"""Messages are deleted after 35 days: those of older orders cannot be checked."""

BOOKS_AT_HOUR = 3
"""The hour of the shop's day from which on the books are checked as a whole: resellers sleep."""

TOTALS_OF_DAYS_AGO = (1, 2, 7, 30)
"""Yesterday, and days on which corrections may have landed since they were checked first."""

BOOKS_INVARIANTS = MappingProxyType(
    {
        BooksCheck.ENTRY: Invariant.BALANCED,
        BooksCheck.TOTAL: Invariant.BALANCED,
        BooksCheck.BALANCE: Invariant.RUNNING,
        BooksCheck.CHAIN: Invariant.RUNNING,
        BooksCheck.HELD: Invariant.TIED,
        BooksCheck.SALES: Invariant.TIED,
        BooksCheck.TIE: Invariant.TIED,
        BooksCheck.ORDER: Invariant.POSITION,
        BooksCheck.STRAY_ENTRY: Invariant.POSITION,
    }
)

KNOWN_AT_MOST = 10_000
OPEN_AT_MOST = 200
ABOVE_ALL = "~"
"""Sorts after every trxid: the start of the walk."""


class AuditStats(Struct):
    """Statistics since the start, for `/metrics`."""

    findings: Counter[Invariant] = field(default_factory=Counter)
    orders_checked: int = 0
    passes: int = 0
    last_pass_s: float = 0.0
    last_pass_at_ms: int = 0
    longest_read_s: float = 0.0
    last_books_s: float = 0.0
    last_books_at_ms: int = 0


class _Selection(Struct, frozen=True, kw_only=True):
    """The orders of one pass, and where the next pass continues."""

    trxids: Sequence[str]
    event_id: int
    walked_to: str


class Auditor:
    """`order_max_age_s` and `trx_timeout_s` are the submitter's; `monotonic` returns a time in seconds."""

    def __init__(
        self,
        *,
        database: Database,
        context: WorkContext,
        now_ms: Callable[[], int],
        monotonic: Callable[[], float],
        outbox_wake_up: WakeUp,
        order_max_age_s: int,
        trx_timeout_s: float,
    ) -> None:
        self.stats = AuditStats()
        self._database = database
        self._context = context
        self._now_ms = now_ms
        self._monotonic = monotonic
        self._outbox_wake_up = outbox_wake_up
        self._limits_ms = {
            State.PLACED: order_max_age_s * 1000 + STUCK_MARGIN_MS,
            State.SUBMITTING: int(trx_timeout_s * 1000) + STUCK_MARGIN_MS,
        }
        self._event_id: int | None = None
        self._walked_to = ABOVE_ALL
        self._last_night: date | None = None
        self._stuck: frozenset[str] = frozenset()
        self._known: set[tuple[Invariant, str]] = set()
        self._unreported: list[InvariantViolation] = []

    async def run_once(self) -> float:
        """Make one pass; return the seconds until the next."""
        if self._event_id is None:
            # Orders from before the start are checked by the walk, which begins with the newest.
            self._event_id = await self._database.read(orders.newest_event)
            self._last_night = _night_of(self._now_ms(), self._context.zone)
            return FIRST_AUDIT_AFTER_S
        began_s, now_ms = self._monotonic(), self._now_ms()
        found = await self._read(partial(self._find_stuck, now_ms=now_ms))
        # Alone: a lower id may be of a transaction that is still open.
        until = await self._database.write(orders.newest_event)
        selection = await self._read(
            partial(_select, event_id=self._event_id, until=until, walked_to=self._walked_to)
        )
        for start in range(0, len(selection.trxids), ORDERS_A_SLICE):
            few = selection.trxids[start : start + ORDERS_A_SLICE]
            found += await self._read(partial(_check, trxids=few, now_ms=now_ms))
        self._event_id, self._walked_to = selection.event_id, selection.walked_to
        stats = self.stats
        stats.passes, stats.orders_checked = stats.passes + 1, stats.orders_checked + len(selection.trxids)
        stats.last_pass_s, stats.last_pass_at_ms = self._monotonic() - began_s, now_ms
        self._record(found + await self._check_books_at_night(now_ms))
        await self._report(now_ms)
        return AUDIT_EVERY_S

    async def _check_books_at_night(self, now_ms: int) -> list[InvariantViolation]:
        """Check all books, once a night; each comparison is a read of its own, so that none lasts long."""
        night = _night_of(now_ms, self._context.zone)
        if self._last_night is None or night <= self._last_night:
            return []
        self._last_night, began_s = night, self._monotonic()
        found = [
            _violation_of(finding)
            for check in books.CHECKS
            for finding in await self._database.read_long(partial(_listed, check))
        ]
        self.stats.last_books_s, self.stats.last_books_at_ms = self._monotonic() - began_s, now_ms
        return found + await self._check_totals(day_of(now_ms, self._context.zone))

    async def _check_totals(self, today: date) -> list[InvariantViolation]:
        """Compare the totals of some days with the sums over their orders."""
        found: list[InvariantViolation] = []
        for days in TOTALS_OF_DAYS_AGO:
            day = today - timedelta(days=days)
            differing = await self._database.read_long(partial(mismatches, zone=self._context.zone, day=day))
            found += [
                InvariantViolation(
                    invariant=Invariant.SUMMED, trxid="", what=f"the totals differ from the orders: {names}"
                )
                for names in differing
            ]
        return found

    async def _read(self, unit: Callable[[Tx], T]) -> T:
        def timed(tx: Tx) -> T:
            began_s = self._monotonic()
            try:
                return unit(tx)
            finally:
                self.stats.longest_read_s = max(self.stats.longest_read_s, self._monotonic() - began_s)

        return await self._database.read_long(timed)

    def _find_stuck(self, tx: Tx, *, now_ms: int) -> list[InvariantViolation]:
        """I6: find orders that stay too long in a state, in two successive passes because clocks can jump."""
        stuck = {
            trxid: state
            for state, limit_ms in self._limits_ms.items()
            for trxid in orders.trxids_in_state(
                tx, state, changed_before_ms=now_ms - limit_ms, limit=OPEN_AT_MOST
            )
        }
        seen_before, self._stuck = self._stuck, frozenset(stuck)
        return [
            InvariantViolation(invariant=Invariant.NOT_STUCK, trxid=trxid, what=f"{state} for too long")
            for trxid, state in stuck.items()
            if trxid in seen_before
        ]

    def _record(self, found: list[InvariantViolation]) -> None:
        """Record the new findings; an order that stays wrong is reported once."""
        if len(self._known) > KNOWN_AT_MOST:
            self._known.clear()
        for finding in found:
            if (finding.invariant, finding.subject) in self._known:
                continue
            self._known.add((finding.invariant, finding.subject))
            self.stats.findings[finding.invariant] += 1
            self._unreported.append(finding)
            _log.error(
                "audit found an invariant violation",
                extra={"invariant": finding.invariant, "trxid": finding.trxid, "what": finding.what},
            )

    async def _report(self, now_ms: int) -> None:
        """Alert the admins, once for all findings of a kind; the others are reported at a later pass."""
        if self._unreported:
            reported = await self._database.write(
                lambda tx: _alert(self._context.begin(tx, now_ms), self._unreported)
            )
            self._unreported = [finding for finding in self._unreported if finding.invariant not in reported]
            self._outbox_wake_up.set()


def _select(tx: Tx, *, event_id: int, until: int, walked_to: str) -> _Selection:
    """Select the orders of a pass: the changed ones, those that wait for admins, the next of the walk."""
    changed, last_event_id = orders.changed_since(
        tx, event_id, until=until, max_events=EVENTS_AT_MOST, max_orders=CHANGED_AT_MOST
    )
    waiting = orders.trxids_for_admins(tx, limit=OPEN_AT_MOST)
    limit = ORDERS_A_PASS - len(changed)
    walked = orders.before(tx, walked_to, limit=limit)
    return _Selection(
        trxids=list(dict.fromkeys((*changed, *waiting, *walked))),
        event_id=last_event_id,
        walked_to=walked[-1] if len(walked) == limit else ABOVE_ALL,
    )


def _check(tx: Tx, *, trxids: Sequence[str], now_ms: int) -> list[InvariantViolation]:
    return [finding for trxid in trxids for finding in _check_one(tx, trxid, now_ms)]


def _check_one(tx: Tx, trxid: str, now_ms: int) -> Sequence[InvariantViolation]:
    try:
        order, history = orders.get(tx, trxid), orders.history(tx, trxid)
    except ValueError:
        return [
            InvariantViolation(
                invariant=Invariant.REPLAYED, trxid=trxid, what="the row or an event cannot be read"
            )
        ]
    if order is None:
        return [InvariantViolation(invariant=Invariant.REPLAYED, trxid=trxid, what="events without an order")]
    has_messages = order.changed_at_ms > now_ms - MESSAGES_KEPT_MS
    return find_violations(
        OrderRecord(
            order=order,
            history=history,
            of_line=orders.of_line(tx, order),
            chat_messages=outbox.delivery_records(tx, chat_subject(trxid)) if has_messages else None,
            cards=outbox.delivery_records(tx, card_subject(trxid))
            if has_messages and order.state in FOR_ADMINS
            else None,
            legs=ledger.legs_of_order(tx, trxid),
        )
    )


def _night_of(now_ms: int, zone: tzinfo) -> date:
    """Return the day whose night it is, or was last."""
    return (datetime.fromtimestamp(now_ms / 1000, zone) - timedelta(hours=BOOKS_AT_HOUR)).date()


def _listed(check: Callable[[Tx], Iterable[BooksFinding]], tx: Tx) -> list[BooksFinding]:
    return list(check(tx))


def _violation_of(finding: BooksFinding) -> InvariantViolation:
    return InvariantViolation(
        invariant=BOOKS_INVARIANTS[finding.check],
        trxid=finding.trxid or "",
        what=finding.words,
        account=finding.account,
        owner_id=finding.owner_id,
    )


def _alert(work: UnitOfWork, findings: list[InvariantViolation]) -> set[Invariant]:
    """Alert the admins to the first finding of each kind, with the number of others; return these kinds."""
    reported: set[Invariant] = set()
    for invariant in Invariant:
        of_kind = [finding for finding in findings if finding.invariant is invariant]
        if not of_kind:
            continue
        notice = AuditFinding(
            invariant=invariant,
            trxid=of_kind[0].trxid,
            what=of_kind[0].what,
            more=len(of_kind) - 1,
            at_ms=work.now_ms,
            account=of_kind[0].account,
            owner_id=of_kind[0].owner_id,
        )
        if work.alert_admins(notice, topic=f"audit:{invariant}"):
            reported.add(invariant)
    return reported
