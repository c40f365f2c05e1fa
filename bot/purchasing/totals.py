"""Adds up orders by day, and reads the sums for reports.

A worker adds the events of orders to the totals of their days and months, a little behind the orders, so
that no order writes a row that others write. A reader adds the events that are not in the totals yet: what it
returns is always the sum over the orders of its snapshot.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta, tzinfo
from functools import partial
from typing import TypeVar

from msgspec import Struct

from bot.grammar.period import Period, day_of, minute_of_day, month_containing, single_day
from bot.orders.model import Order
from bot.orders.totals import NOTHING, Cell, Facet, Totals, sum_totals, totals_of
from bot.purchasing.invariants import replay
from bot.unit_of_work import WorkContext
from storage import orders, totals
from storage.database import Database
from storage.totals import EventToAdd, TotalsCursor, TotalsScope
from storage.transaction import Tx

K = TypeVar("K")

ADD_EVERY_S, ADD_MORE_AFTER_S = 15.0, 0.05
EVENTS_A_SLICE, SLICES_A_RUN = 20, 10
"""Some 2 ms of the interpreter for a slice, the longest delay of an order, and for the one write of a run."""

SETTLED_AFTER_MS = 5_000
"""A younger event may still be preceded by one of a transaction that another connection has not committed."""

MAX_EVENTS_READ = 2_000
"""A report adds up to so many events itself; further behind, after an upgrade, it sums the orders."""

HOURS = tuple(f"{hour:02d}" for hour in range(24))
HOUR_MS = 3_600_000

Sums = dict[K, Totals]


class ReportScope(Struct, frozen=True, kw_only=True):
    """Days in the zone of the shop, of one reseller or of all."""

    period: Period
    zone: tzinfo
    user_id: int | None = None


def by_product(tx: Tx, scope: ReportScope) -> Sums[str]:
    return _read(tx, scope, Facet.PRODUCT, totals.by_name, lambda cell: cell.name)


def by_hour(tx: Tx, scope: ReportScope) -> Sums[str]:
    """Return the totals by the hour of the day, `00` to `23`."""
    return _read(tx, scope, Facet.HOUR, totals.by_name, lambda cell: cell.name)


def by_reseller(tx: Tx, scope: ReportScope) -> Sums[int]:
    return _read(tx, scope, Facet.PRODUCT, totals.by_reseller, lambda cell: cell.user_id)


def by_reseller_and_product(tx: Tx, scope: ReportScope) -> Sums[tuple[int, str]]:
    return _read(tx, scope, Facet.PRODUCT, totals.by_reseller_and_name, _reseller_and_name)


def _reseller_and_name(cell: Cell) -> tuple[int, str]:
    return cell.user_id, cell.name


def by_day(tx: Tx, scope: ReportScope) -> Sums[date]:
    """Return the totals by day, for periods of which each day is shown."""
    spans = [(_day_key(scope.period.first), _day_key(scope.period.last))]
    found = _read(tx, scope, Facet.PRODUCT, totals.by_period, lambda cell: cell.period, spans)
    return {date.fromisoformat(str(period)): each for period, each in found.items()}


def cells_of(order: Order, zone: tzinfo) -> tuple[Cell, ...]:
    """Return where an order counts: on its day and in its month, by product and by hour."""
    day = _day_key(day_of(order.placed_at_ms, zone))
    hour = HOURS[minute_of_day(order.placed_at_ms, zone) // 60]
    return tuple(
        Cell(facet=facet, period=period, user_id=order.user_id, name=name)
        for facet, name in ((Facet.PRODUCT, order.product_code), (Facet.HOUR, hour))
        for period in (day, day // 100)
    )


def mismatches(tx: Tx, zone: tzinfo, day: date) -> list[str]:
    """Compare the totals of a day, and of its month, with the sums that they should be; name what differs."""
    if _unread(tx, zone) is None:
        return []
    scope = ReportScope(period=single_day(day), zone=zone)
    orders_of_day = _of_orders(tx, single_day(day), zone)
    hours = {name: sum_totals(each.values()) for name, each in _hours_of_orders(tx, day, zone).items()}
    return [
        *(
            f"{day}: {user_id} {name}"
            for user_id, name in _differing(by_reseller_and_product(tx, scope), orders_of_day)
        ),
        *(f"{day}: hour {name}" for name in _differing(by_hour(tx, scope), hours)),
        *(f"{day:%Y-%m}: {what}" for what in _months_that_differ(tx, day)),
    ]


def _months_that_differ(tx: Tx, day: date) -> list[str]:
    month, found = month_containing(day), []
    for facet in Facet:
        days = TotalsScope(facet=facet, first=_day_key(month.first), last=_day_key(month.last))
        whole = TotalsScope(facet=facet, first=_day_key(day) // 100, last=_day_key(day) // 100)
        stored, summed = totals.by_reseller_and_name(tx, whole), totals.by_reseller_and_name(tx, days)
        found += [f"{facet} {user_id} {name}" for user_id, name in _differing(stored, summed)]
    return found


def _differing(stored: Sums[K], expected: Sums[K]) -> list[K]:
    keys = dict.fromkeys((*stored, *expected))
    return [key for key in keys if stored.get(key, NOTHING) != expected.get(key, NOTHING)]


def _read(
    tx: Tx,
    scope: ReportScope,
    facet: Facet,
    stored: Callable[[Tx, TotalsScope], Sums[K]],
    key_of: Callable[[Cell], K],
    spans: Iterable[tuple[int, int]] | None = None,
) -> Sums[K]:
    unread = _unread(tx, scope.zone)
    if unread is None:
        return _sum_orders(tx, scope, facet, key_of)
    spans = tuple(_spans(scope.period) if spans is None else spans)
    found: Sums[K] = {}
    for first, last in spans:
        part = TotalsScope(facet=facet, first=first, last=last, user_id=scope.user_id)
        for key, each in stored(tx, part).items():
            found[key] = found.get(key, NOTHING) + each
    for cell, each in unread.items():
        is_asked = cell.facet is facet and scope.user_id in (None, cell.user_id)
        if is_asked and any(first <= cell.period <= last for first, last in spans):
            found[key_of(cell)] = found.get(key_of(cell), NOTHING) + each
    return found


def _spans(period: Period) -> Iterator[tuple[int, int]]:
    """Yield the stored periods that make up these days: whole months, and the days before and after."""
    day = period.first
    while day <= period.last:
        month = month_containing(day)
        if day == month.first and month.last <= period.last:
            yield _day_key(day) // 100, _day_key(day) // 100
        else:
            yield _day_key(day), _day_key(min(month.last, period.last))
        day = month.last + timedelta(days=1)


def _day_key(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def _unread(tx: Tx, zone: tzinfo) -> Sums[Cell] | None:
    """Return what the events behind the cursor change.

    None if the totals are too far behind, or of another zone.
    """
    cursor = totals.cursor(tx)
    if cursor.zone != str(zone):
        return None
    events = totals.events_to_add(tx, cursor.event_id, limit=MAX_EVENTS_READ + 1)
    if len(events) > MAX_EVENTS_READ:
        return None
    changes: Sums[Cell] = {}
    for trxid in {event.trxid: None for event in events}:
        _change(changes, _order_until(tx, trxid, cursor.event_id), orders.get(tx, trxid), zone)
    return changes


def _change(changes: Sums[Cell], before: Order | None, after: Order | None, zone: tzinfo) -> None:
    """Add to `changes` what became of one order."""
    was, becomes = _counted(before, zone), _counted(after, zone)
    if was == becomes:
        return
    for cell, each in was.items():
        changes[cell] = changes.get(cell, NOTHING) - each
    for cell, each in becomes.items():
        changes[cell] = changes.get(cell, NOTHING) + each


def _counted(order: Order | None, zone: tzinfo) -> Sums[Cell]:
    return dict.fromkeys(cells_of(order, zone), totals_of(order)) if order else {}


def _order_until(tx: Tx, trxid: str, event_id: int) -> Order | None:
    """Return an order as it was after an event; None before its first, or if its events cannot be read."""
    try:
        history = totals.history_until(tx, trxid, event_id)
        return replay(history) if history else None
    except ValueError:
        return None  # the audit reports the order itself


def _sum_orders(tx: Tx, scope: ReportScope, facet: Facet, key_of: Callable[[Cell], K]) -> Sums[K]:
    """Sum the orders themselves."""
    found: Sums[K] = {}
    for cell, each in _cells_of_orders(tx, scope, facet):
        if scope.user_id in (None, cell.user_id):
            found[key_of(cell)] = found.get(key_of(cell), NOTHING) + each
    return found


def _cells_of_orders(tx: Tx, scope: ReportScope, facet: Facet) -> list[tuple[Cell, Totals]]:
    """Return what counts in each day, by product or by hour."""
    return [
        (Cell(facet=facet, period=_day_key(day), user_id=user_id, name=hour or product), each)
        for day in scope.period.days()
        for hour, sums in (
            [("", _of_orders(tx, single_day(day), scope.zone))]
            if facet is Facet.PRODUCT
            else _hours_of_orders(tx, day, scope.zone).items()
        )
        for (user_id, product), each in sums.items()
    ]


def _of_orders(tx: Tx, period: Period, zone: tzinfo) -> Sums[tuple[int, str]]:
    from_ms, until_ms = period.bounds_ms(zone)
    return totals.of_orders(tx, from_ms=from_ms, until_ms=until_ms)


def _hours_of_orders(tx: Tx, day: date, zone: tzinfo) -> dict[str, Sums[tuple[int, str]]]:
    """Return the sums of each hour of a day; where clocks are set back, an hour is summed in two parts."""
    from_ms, until_ms = single_day(day).bounds_ms(zone)
    sums: dict[str, Sums[tuple[int, str]]] = {}
    for at_ms in range(from_ms, until_ms, HOUR_MS):
        hour = sums.setdefault(HOURS[minute_of_day(at_ms, zone) // 60], {})
        end_ms = min(at_ms + HOUR_MS, until_ms)
        for key, each in totals.of_orders(tx, from_ms=at_ms, until_ms=end_ms).items():
            hour[key] = hour.get(key, NOTHING) + each
    return sums


class _Slice(Struct, frozen=True, kw_only=True):
    """What some events change, and the last of them."""

    changes: Sums[Cell]
    event_id: int
    is_last: bool


class TotalsWorker:
    """Adds the events of orders to the totals, behind a cursor that moves in the same commit."""

    def __init__(self, *, database: Database, context: WorkContext, now_ms: Callable[[], int]) -> None:
        self._database = database
        self._zone = context.zone
        self._now_ms = now_ms

    async def run_once(self) -> float:
        """Add some events; return the seconds until the next run."""
        cursor = await self._database.read(totals.cursor)
        if cursor.zone != str(self._zone):
            return await self._begin()
        changes: Sums[Cell] = {}
        event_id, is_last = cursor.event_id, False
        for _ in range(SLICES_A_RUN):
            found = await self._database.read_long(partial(self._next, after=event_id))
            event_id, is_last = found.event_id, found.is_last
            for cell, each in found.changes.items():
                changes[cell] = changes.get(cell, NOTHING) + each
            if is_last:
                break
        if event_id != cursor.event_id:
            await self._database.write(partial(_add, changes=changes, since=cursor, event_id=event_id))
        return ADD_EVERY_S if is_last else ADD_MORE_AFTER_S

    async def _begin(self) -> float:
        """Begin anew on the days of another zone, after the totals of the former one are deleted."""
        if await self._database.write(totals.delete_some):
            return ADD_MORE_AFTER_S
        await self._database.write(lambda tx: totals.begin(tx, str(self._zone)))
        return 0.0

    def _next(self, tx: Tx, *, after: int) -> _Slice:
        events = totals.events_to_add(tx, after, limit=EVENTS_A_SLICE)
        settled = [*_settled(events, self._now_ms())]
        event_id = settled[-1].event_id if settled else after
        changes: Sums[Cell] = {}
        for trxid in {event.trxid: None for event in settled}:
            before, now = _order_until(tx, trxid, after), _order_until(tx, trxid, event_id)
            _change(changes, before, now, self._zone)
        return _Slice(changes=changes, event_id=event_id, is_last=len(settled) < EVENTS_A_SLICE)


def _settled(events: Iterable[EventToAdd], now_ms: int) -> Iterator[EventToAdd]:
    for event in events:
        # A time in the future is of a clock that was set back since.
        if now_ms - SETTLED_AFTER_MS < event.at_ms <= now_ms:
            return
        yield event


def _add(tx: Tx, *, changes: Sums[Cell], since: TotalsCursor, event_id: int) -> None:
    kept = {cell: each for cell, each in changes.items() if each != NOTHING}
    totals.add(tx, kept, since=since, event_id=event_id)
