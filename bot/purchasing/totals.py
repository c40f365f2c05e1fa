"""Adds up orders by day, and reads the sums for reports.

A worker adds the events of orders to the totals of their days and months, a little behind the orders, so
that no order writes a row that others write. A reader adds the events that are not in the totals yet: what it
returns is always the sum over the orders of its snapshot.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta, tzinfo
from functools import partial
from typing import TypeVar

from msgspec import Struct

from bot.grammar.period import Period, day_of, minute_of_day, month_containing, single_day
from bot.orders.model import Order
from bot.orders.totals import NOTHING, SHOP, Cell, Facet, Totals, totals_of
from bot.purchasing.invariants import replay
from bot.unit_of_work import WorkContext
from storage import orders, totals
from storage.database import Database
from storage.people import shop_owner_id
from storage.totals import TotalsCursor, TotalsScope
from storage.transaction import Tx

K = TypeVar("K")

ADD_EVERY_S, ADD_MORE_AFTER_S = 15.0, 0.05
EVENTS_A_SLICE, SLICES_A_RUN = 20, 5
"""Some 2 ms of the interpreter for a slice, the longest delay of an order, and for the one write of a run."""

MAX_EVENTS_READ = 2_000
"""A report adds up to so many events itself; further behind, after an upgrade, it sums the orders."""

HOURS = tuple(f"{hour:02d}" for hour in range(24))
HOUR_MS = 3_600_000
ONE_DAY = timedelta(days=1)

Sums = dict[K, Totals]
Span = tuple[int, int]
"""The first and the last of the stored periods."""


class ReportScope(Struct, frozen=True, kw_only=True):
    """Days in the zone of the shop, of the shop of one person or of all."""

    period: Period
    zone: tzinfo
    user_id: int | None = None


def by_product(tx: Tx, scope: ReportScope) -> Sums[str]:
    return _read_names(tx, scope, Facet.PRODUCT)


def by_hour(tx: Tx, scope: ReportScope) -> Sums[str]:
    """Return the totals by the hour of the day, `00` to `23`."""
    return _read_names(tx, scope, Facet.HOUR)


def by_reseller(tx: Tx, period: Period, zone: tzinfo) -> Sums[int]:
    """Return the totals of the shop by the id of the reseller."""
    found = _read_names(tx, ReportScope(period=period, zone=zone), Facet.RESELLER)
    return {int(name): each for name, each in found.items()}


def by_reseller_and_product(tx: Tx, period: Period, zone: tzinfo) -> Sums[tuple[int, str]]:
    unread, spans = _unread(tx, zone), _spans(period)
    found: Sums[tuple[int, str]] = {}
    if unread is None:
        unread, spans = _cells_of_orders(tx, period, zone), _days(period)
    else:
        for user_id in sorted(by_reseller(tx, period, zone)):
            for span in spans:
                for name, each in _stored(tx, Facet.PRODUCT, user_id, span).items():
                    found[user_id, name] = found.get((user_id, name), NOTHING) + each
    for cell, each in unread.items():
        if cell.facet is Facet.PRODUCT and cell.user_id != SHOP and _is_within(cell, spans):
            found[cell.user_id, cell.name] = found.get((cell.user_id, cell.name), NOTHING) + each
    return found


def by_day(tx: Tx, scope: ReportScope) -> Sums[date]:
    """Return the totals by day, for periods of which each day is shown."""
    found = _read(tx, scope, Facet.PRODUCT, totals.by_period, lambda cell: cell.period, _days(scope.period))
    return {date.fromisoformat(str(period)): each for period, each in found.items()}


def cells_of(order: Order, owner_id: int, zone: tzinfo) -> tuple[Cell, ...]:
    """Return where an order counts, on its day and in its month: for the owner of its shop."""
    day = _day_key(day_of(order.placed_at_ms, zone))
    hour = HOURS[minute_of_day(order.placed_at_ms, zone) // 60]
    return (
        *_cells_at(day, hour, owner_id, order.product_code),
        *_cells_at(day // 100, hour, owner_id, order.product_code),
    )


def _cells_at(period: int, hour: str, user_id: int, product_code: str) -> tuple[Cell, ...]:
    return (
        Cell(facet=Facet.PRODUCT, user_id=user_id, period=period, name=product_code),
        Cell(facet=Facet.HOUR, user_id=user_id, period=period, name=hour),
        Cell(facet=Facet.PRODUCT, user_id=SHOP, period=period, name=product_code),
        Cell(facet=Facet.HOUR, user_id=SHOP, period=period, name=hour),
        Cell(facet=Facet.RESELLER, user_id=SHOP, period=period, name=str(user_id)),
    )


class Correction(Struct, frozen=True, kw_only=True):
    """A stored total that is not the sum over its orders, with the events that are not added yet."""

    cell: Cell
    found: Totals
    expected: Totals

    @property
    def words(self) -> str:
        """The cell as the audit names it."""
        digits = str(self.cell.period)
        period = "-".join(part for part in (digits[:4], digits[4:6], digits[6:]) if part)
        return f"{period}: {self.cell.facet} {self.cell.user_id} {self.cell.name}"


def corrections(tx: Tx, zone: tzinfo, day: date) -> list[Correction]:
    """Return what is wrong in the totals of a day, and of its month by the totals of its days."""
    unread = _unread(tx, zone)
    if unread is None:
        return []
    owners = _owners(tx, day)
    return [*_of_day(tx, zone, day, unread, owners), *_of_month(tx, day, owners)]


def is_behind(tx: Tx, zone: tzinfo) -> bool:
    """Return whether the totals are being made: until then reports sum the orders themselves."""
    return _unread(tx, zone) is None


def correct(tx: Tx, zone: tzinfo, day: date) -> list[Correction]:
    """Correct the totals of a day and its month; return what was wrong."""
    cursor = totals.cursor(tx)
    # The worker adds nothing until this is committed.
    unread = _unread(tx, zone) if totals.hold_cursor(tx, cursor) else None
    if unread is None:
        return []
    owners = _owners(tx, day)
    found = _of_day(tx, zone, day, unread, owners)
    for each in found:
        totals.correct(tx, each.cell, each.expected - each.found)
    of_month = _of_month(tx, day, owners)
    for each in of_month:
        totals.correct(tx, each.cell, each.expected - each.found)
    return found + of_month


def days_with_totals(tx: Tx, zone: tzinfo, today: date) -> list[date]:
    """Return the days that may have totals: from the first order, or stored total, to the last."""
    bounds = totals.bounds(tx)
    days = [date.fromisoformat(str(period)) for period in (bounds.first_day, bounds.last_day) if period]
    if bounds.first_placed_at_ms is not None:
        days += [day_of(bounds.first_placed_at_ms, zone), today]
    return list(Period(first=min(days), last=max(days)).days()) if days else []


def mismatches(tx: Tx, zone: tzinfo, day: date) -> list[str]:
    """Compare the totals of a day, and of its month, with the sums that they should be; name what differs."""
    return [each.words for each in corrections(tx, zone, day)]


def _owners(tx: Tx, day: date) -> tuple[int, ...]:
    """Return who has totals in the month of a day."""
    month = _day_key(day) // 100
    return tuple(map(int, _stored(tx, Facet.RESELLER, SHOP, (month, month))))


def _parts(owners: Iterable[int]) -> list[tuple[Facet, int]]:
    own = [(facet, user_id) for user_id in owners for facet in (Facet.PRODUCT, Facet.HOUR)]
    return [*((facet, SHOP) for facet in Facet), *own]


def _of_day(tx: Tx, zone: tzinfo, day: date, unread: Sums[Cell], owners: tuple[int, ...]) -> list[Correction]:
    key = _day_key(day)
    expected: dict[tuple[Facet, int], Sums[str]] = {part: {} for part in _parts(owners)}
    for cell, each in _cells_of_orders(tx, single_day(day), zone).items():
        if cell.period == key:
            expected.setdefault((cell.facet, cell.user_id), {})[cell.name] = each
    added: dict[tuple[Facet, int], Sums[str]] = {}
    for cell, each in unread.items():
        if cell.period == key:
            added.setdefault((cell.facet, cell.user_id), {})[cell.name] = each
    found = []
    for (facet, user_id), of_day in expected.items():
        stored = _stored(tx, facet, user_id, (key, key))
        for name, each in added.get((facet, user_id), {}).items():
            stored[name] = stored.get(name, NOTHING) + each
        found += _differing(facet, user_id, key, stored, of_day)
    return found


def _of_month(tx: Tx, day: date, owners: tuple[int, ...]) -> list[Correction]:
    month, key = month_containing(day), _day_key(day) // 100
    found = []
    for facet, user_id in _parts(owners):
        whole = _stored(tx, facet, user_id, (key, key))
        summed = _stored(tx, facet, user_id, (_day_key(month.first), _day_key(month.last)))
        found += _differing(facet, user_id, key, whole, summed)
    return found


def _stored(tx: Tx, facet: Facet, user_id: int, span: Span) -> Sums[str]:
    first, last = span
    return totals.by_name(tx, TotalsScope(facet=facet, user_id=user_id, first=first, last=last))


def _differing(
    facet: Facet, user_id: int, period: int, stored: Sums[str], expected: Sums[str]
) -> list[Correction]:
    return [
        Correction(
            cell=Cell(facet=facet, user_id=user_id, period=period, name=name),
            found=stored.get(name, NOTHING),
            expected=expected.get(name, NOTHING),
        )
        for name in dict.fromkeys((*stored, *expected))
        if stored.get(name, NOTHING) != expected.get(name, NOTHING)
    ]


def _read_names(tx: Tx, scope: ReportScope, facet: Facet) -> Sums[str]:
    return _read(tx, scope, facet, totals.by_name, lambda cell: cell.name, _spans(scope.period))


def _read(
    tx: Tx,
    scope: ReportScope,
    facet: Facet,
    stored: Callable[[Tx, TotalsScope], Sums[K]],
    key_of: Callable[[Cell], K],
    spans: Sequence[Span],
) -> Sums[K]:
    unread = _unread(tx, scope.zone)
    user_id = shop_owner_id(tx, scope.user_id) if scope.user_id else SHOP
    found: Sums[K] = {}
    if unread is None:
        cells = _cells_of_orders(tx, scope.period, scope.zone)
        return _pick(cells, facet, user_id, _days(scope.period), key_of)
    for first, last in spans:
        part = TotalsScope(facet=facet, user_id=user_id, first=first, last=last)
        for key, each in stored(tx, part).items():
            found[key] = found[key] + each if key in found else each
    for key, each in _pick(unread, facet, user_id, spans, key_of).items():
        found[key] = found.get(key, NOTHING) + each
    return found


def _pick(
    cells: Sums[Cell],
    facet: Facet,
    user_id: int,
    spans: Sequence[Span],
    key_of: Callable[[Cell], K],
) -> Sums[K]:
    """Return the sums of the cells that a report shows."""
    found: Sums[K] = {}
    for cell, each in cells.items():
        if (cell.facet, cell.user_id) == (facet, user_id) and _is_within(cell, spans):
            found[key_of(cell)] = found.get(key_of(cell), NOTHING) + each
    return found


def _is_within(cell: Cell, spans: Iterable[Span]) -> bool:
    return any(first <= cell.period <= last for first, last in spans)


def _days(period: Period) -> list[Span]:
    return [(_day_key(period.first), _day_key(period.last))]


def _spans(period: Period) -> list[Span]:
    """Return the stored periods that make up these days: whole months, and the days before and after."""
    first = month_containing(period.first)
    begin = first.first if period.first == first.first else first.last + ONE_DAY
    last = month_containing(period.last)
    end = last.last if period.last == last.last else last.first - ONE_DAY
    if end < begin:
        return _days(period)
    spans = (
        (_day_key(period.first), _day_key(begin - ONE_DAY)),
        (_day_key(begin) // 100, _day_key(end) // 100),
        (_day_key(end + ONE_DAY), _day_key(period.last)),
    )
    return [(first_key, last_key) for first_key, last_key in spans if first_key <= last_key]


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
        _change(tx, changes, _order_until(tx, trxid, cursor.event_id), orders.get(tx, trxid), zone)
    return changes


def _change(tx: Tx, changes: Sums[Cell], before: Order | None, after: Order | None, zone: tzinfo) -> None:
    """Add to `changes` what became of one order."""
    was, becomes = _counted(tx, before, zone), _counted(tx, after, zone)
    if was == becomes:
        return
    for cell, each in was.items():
        changes[cell] = changes.get(cell, NOTHING) - each
    for cell, each in becomes.items():
        changes[cell] = changes.get(cell, NOTHING) + each


def _counted(tx: Tx, order: Order | None, zone: tzinfo) -> Sums[Cell]:
    if order is None:
        return {}
    return dict.fromkeys(cells_of(order, totals.owner_of(tx, order), zone), totals_of(order))


def _order_until(tx: Tx, trxid: str, event_id: int) -> Order | None:
    """Return an order as it was after an event; None before its first, or if its events cannot be read."""
    try:
        history = totals.history_until(tx, trxid, event_id)
        return replay(history) if history else None
    except ValueError:
        return None  # the audit reports the order itself


def _cells_of_orders(tx: Tx, period: Period, zone: tzinfo) -> Sums[Cell]:
    """Sum the orders themselves, hour by hour: what the totals of these days should be."""
    found: Sums[Cell] = {}
    from_ms, until_ms = period.bounds_ms(zone)
    for at_ms in range(from_ms, until_ms, HOUR_MS):
        day, hour = _day_key(day_of(at_ms, zone)), HOURS[minute_of_day(at_ms, zone) // 60]
        end_ms = min(at_ms + HOUR_MS, until_ms)
        for (user_id, code), each in totals.of_orders(tx, from_ms=at_ms, until_ms=end_ms).items():
            for cell in _cells_at(day, hour, user_id, code):
                found[cell] = found.get(cell, NOTHING) + each
    return found


class _Slice(Struct, frozen=True, kw_only=True):
    """What some events change, and the last of them."""

    changes: Sums[Cell]
    event_id: int
    is_last: bool


class TotalsWorker:
    """Adds the events of orders to the totals, behind a cursor that moves in the same commit."""

    def __init__(self, *, database: Database, context: WorkContext) -> None:
        self._database = database
        self._zone = context.zone

    async def run_once(self) -> float:
        """Add some events; return the seconds until the next run."""
        cursor = await self._database.read(totals.cursor)
        if cursor.zone != str(self._zone):
            return await self._begin()
        # Alone: a lower id may be of a transaction that is still open beside this one, or in another process.
        until = await self._database.write(orders.newest_event)
        changes: Sums[Cell] = {}
        event_id, is_last = cursor.event_id, False
        for _ in range(SLICES_A_RUN):
            found = await self._database.read_long(partial(self._next, after=event_id, until=until))
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

    def _next(self, tx: Tx, *, after: int, until: int) -> _Slice:
        events = totals.events_to_add(tx, after, limit=EVENTS_A_SLICE)
        stored = [event for event in events if event.event_id <= until]
        event_id = stored[-1].event_id if stored else after
        changes: Sums[Cell] = {}
        for trxid in {event.trxid: None for event in stored}:
            before, now = _order_until(tx, trxid, after), _order_until(tx, trxid, event_id)
            _change(tx, changes, before, now, self._zone)
        return _Slice(changes=changes, event_id=event_id, is_last=len(stored) < EVENTS_A_SLICE)


def _add(tx: Tx, *, changes: Sums[Cell], since: TotalsCursor, event_id: int) -> None:
    kept = {cell: each for cell, each in changes.items() if each != NOTHING}
    totals.add(tx, kept, since=since, event_id=event_id)
