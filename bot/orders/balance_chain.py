"""The balances that the biller reported, one after another: each must follow from the one before.

A report is compared with the last one if nothing was in flight at either: then top-ups and the costs of all
orders between them must explain the difference. While several orders are in flight their reports arrive in
any order, so that the time until all have ended is judged as a whole.
"""

from bisect import bisect_right
from collections.abc import Sequence
from enum import StrEnum
from itertools import accumulate

from msgspec import Struct

from bot.orders.biller_float import FloatMove, move_of
from bot.orders.events import Accepted, Claimed, OrderEvent, Succeeded
from bot.orders.model import Order, State

IN_FLIGHT = frozenset((State.SUBMITTING, State.PENDING, State.UNKNOWN, State.DISPUTED))

STILL_AFTER_MS = 600_000
"""An order that has waited for this long moves nothing at the moment: its charge is what was last said."""

ORDERS_NAMED = 10


class ChainEvent(Struct, frozen=True, kw_only=True):
    """An event with the order before and after it; `event_id` counts all events in their order."""

    event_id: int
    at_ms: int
    before: Order
    after: Order
    event: OrderEvent

    @property
    def balance_idr(self) -> int | None:
        """The balance that came with the event, if it can be compared.

        A refund may follow the report of a failure, so that the balance there says nothing.
        """
        return self.event.balance_idr if isinstance(self.event, Accepted | Succeeded) else None


class ChainTopUp(Struct, frozen=True, kw_only=True):
    """What was paid in at the biller, at the time when it was noted."""

    amount_idr: int
    at_ms: int


class ChainVerdict(StrEnum):
    """What a report says: it follows, it does not, the figure stands still, or a cost is not known."""

    CHAINED = "chained"
    GAP = "gap"
    UNMOVED = "unmoved"
    UNKNOWN = "unknown"


class ChainLink(Struct, frozen=True, kw_only=True):
    """One step from a reported balance to the next, which came with the order `trxid`.

    `trxids` are the first orders that moved meanwhile, `order_count` the number of all.
    """

    event_id: int
    trxid: str
    from_ms: int
    at_ms: int
    before_idr: int
    topup_idr: int
    spent_idr: int
    reported_idr: int
    unknown_count: int
    order_count: int
    trxids: tuple[str, ...]

    @property
    def expected_idr(self) -> int:
        """The balance that the known moves lead to."""
        return self.before_idr + self.topup_idr - self.spent_idr

    @property
    def difference_idr(self) -> int | None:
        """What the biller has more than expected, negative if it has less; None if a cost is not known."""
        return None if self.unknown_count else self.reported_idr - self.expected_idr

    @property
    def verdict(self) -> ChainVerdict:
        """What the report says of the time since the one before."""
        if self.difference_idr is None:
            return ChainVerdict.UNKNOWN
        if self.difference_idr == 0:
            return ChainVerdict.CHAINED
        return ChainVerdict.UNMOVED if self.reported_idr == self.before_idr else ChainVerdict.GAP


def balance_chain(events: Sequence[ChainEvent], topups: Sequence[ChainTopUp]) -> tuple[ChainLink, ...]:
    """Return the steps between comparable reports, oldest first; `events` are those of all orders, in order.

    An answer may be older than its own charge: answers count only if no result has a balance.
    """
    source = Succeeded if any(_is_report(each, Succeeded) for each in events) else Accepted
    walk = _Walk(sorted(topups, key=lambda topup: topup.at_ms))
    for each in events:
        walk.follow(each, is_report=_is_report(each, source))
    return tuple(walk.links)


def _is_report(event: ChainEvent, source: type[Accepted | Succeeded]) -> bool:
    return isinstance(event.event, source) and event.balance_idr is not None


class _Walk:
    """Follows the events, with what moved since the last report that could be compared."""

    def __init__(self, topups: Sequence[ChainTopUp]) -> None:
        self.links: list[ChainLink] = []
        self._topup_times_ms = [each.at_ms for each in topups]
        self._paid_in_idr = [0, *accumulate(each.amount_idr for each in topups)]
        """The sums of the first top-ups: of none, of one, and so on."""
        self._last: tuple[int, int] | None = None
        self._in_flight: dict[str, int] = {}
        self._reported: set[int] = set()
        self._start_interval()

    def _start_interval(self) -> None:
        self._moved = FloatMove()
        self._trxids: dict[str, None] = {}
        self._reported.clear()

    def follow(self, event: ChainEvent, *, is_report: bool) -> None:
        """Add an event; a report of a moment at which nothing else is in flight ends an interval."""
        trxid, move = event.after.trxid, move_of(event.before, event.after)
        self._moved = FloatMove(
            spent_idr=self._moved.spent_idr + move.spent_idr,
            unknown_count=self._moved.unknown_count + move.unknown_count,
        )
        if move != FloatMove() or isinstance(event.event, Claimed):
            self._trxids[trxid] = None
            # What was reported before this may lack it.
            self._reported.clear()
        if event.after.state in IN_FLIGHT:
            self._in_flight[trxid] = event.at_ms
        else:
            self._in_flight.pop(trxid, None)
        if is_report and event.balance_idr is not None:
            self._reported.add(event.balance_idr)
            # Reports that differ with no move between them came late: which of them is the last is not known.
            if self._is_quiet(event) and len(self._reported) == 1:
                self._end_interval(event, event.balance_idr)

    def _is_quiet(self, event: ChainEvent) -> bool:
        still_before_ms = event.at_ms - STILL_AFTER_MS
        return not any(
            changed_at_ms > still_before_ms
            for trxid, changed_at_ms in self._in_flight.items()
            if trxid != event.after.trxid
        )

    def _end_interval(self, event: ChainEvent, reported_idr: int) -> None:
        if self._last:
            before_idr, from_ms = self._last
            link = ChainLink(
                event_id=event.event_id,
                trxid=event.after.trxid,
                from_ms=from_ms,
                at_ms=event.at_ms,
                before_idr=before_idr,
                topup_idr=self._paid_in_until(max(from_ms, event.at_ms)) - self._paid_in_until(from_ms),
                spent_idr=self._moved.spent_idr,
                reported_idr=reported_idr,
                unknown_count=self._moved.unknown_count,
                order_count=len(self._trxids),
                trxids=tuple(self._trxids)[:ORDERS_NAMED],
            )
            self.links.append(link)
        self._last = (reported_idr, event.at_ms)
        self._start_interval()

    def _paid_in_until(self, at_ms: int) -> int:
        return self._paid_in_idr[bisect_right(self._topup_times_ms, at_ms)]
