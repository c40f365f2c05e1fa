"""Totals of days and months: the stored sums with the cursor of their events, and sums over orders."""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import asdict

from bot.orders.model import Order
from bot.orders.totals import FIELDS, Cell, Facet, Totals
from storage.codec import from_row
from storage.orders import RecordedEvent
from storage.transaction import ResultRow, Tx


class TotalsCursor(Struct, frozen=True, kw_only=True):
    """The totals contain every event up to `event_id`, on the days of `zone`."""

    event_id: int
    zone: str


class EventToAdd(Struct, frozen=True, kw_only=True):
    """An event that the totals do not contain yet."""

    event_id: int
    trxid: str


class TotalsBounds(Struct, frozen=True, kw_only=True):
    """The first and the last stored day, as 20261122, and when the first order was placed."""

    first_day: int | None = None
    last_day: int | None = None
    first_placed_at_ms: int | None = None


class TotalsScope(Struct, frozen=True, kw_only=True):
    """Stored totals of one facet, of the periods from `first` to `last`, of one reseller or of the shop."""

    facet: Facet
    user_id: int
    first: int
    last: int


def cursor(tx: Tx) -> TotalsCursor:
    row = tx.one("totals_cursor")
    return from_row(TotalsCursor, row) if row else TotalsCursor(event_id=0, zone="")


def add(tx: Tx, deltas: Mapping[Cell, Totals], *, since: TotalsCursor, event_id: int) -> bool:
    """Add what the events up to `event_id` changed; return False if the totals are no longer as `since`."""
    if not tx.run("move_totals_cursor", event_id=event_id, event_id_before=since.event_id, zone=since.zone):
        return False
    for cell, totals in deltas.items():
        tx.run("add_to_totals", **asdict(cell), **asdict(totals))
    return True


def hold_cursor(tx: Tx, at: TotalsCursor) -> bool:
    """Keep the cursor where it is until the commit; return False if it has moved."""
    return bool(tx.run("move_totals_cursor", event_id=at.event_id, event_id_before=at.event_id, zone=at.zone))


def correct(tx: Tx, cell: Cell, by: Totals) -> None:
    """Add what is missing to a total."""
    tx.run("add_to_totals", **asdict(cell), **asdict(by))


def bounds(tx: Tx) -> TotalsBounds:
    row = tx.one("totals_bounds")
    return from_row(TotalsBounds, row) if row else TotalsBounds()


def delete_some(tx: Tx) -> bool:
    """Delete a few totals, which are invalid from now on; return False when none is left."""
    tx.run("begin_totals", zone="")
    deleted = [tx.run("delete_some_totals", facet=facet) for facet in Facet]
    return any(deleted)


def begin(tx: Tx, zone: str) -> None:
    """Begin with no totals, on the days of `zone`."""
    tx.run("begin_totals", zone=zone)


def events_to_add(tx: Tx, event_id: int, *, limit: int) -> list[EventToAdd]:
    """Return the next events after `event_id`, in their order."""
    return [from_row(EventToAdd, row) for row in tx.all("events_to_add", event_id=event_id, limit=limit)]


def history_until(tx: Tx, trxid: str, event_id: int) -> list[RecordedEvent]:
    """Return the events of an order up to `event_id`, oldest first."""
    rows = tx.all("order_history_until", trxid=trxid, event_id=event_id)
    return [from_row(RecordedEvent, row) for row in rows]


def by_name(tx: Tx, scope: TotalsScope) -> dict[str, Totals]:
    """Return the totals by product, by hour or by reseller."""
    return {row["name"]: _totals(row) for row in tx.all("totals_by_name", **asdict(scope))}


def by_period(tx: Tx, scope: TotalsScope) -> dict[int, Totals]:
    return {row["period"]: _totals(row) for row in tx.all("totals_by_period", **asdict(scope))}


def owner_of(tx: Tx, order: Order) -> int:
    """Return the owner of the shop that pays for an order, in whose totals it counts."""
    row = None if order.shop_id is None else tx.one("owner_of_order_shop", shop_id=order.shop_id)
    return row["owner_id"] if row else order.user_id


def of_orders(tx: Tx, *, from_ms: int, until_ms: int) -> dict[tuple[int, str], Totals]:
    """Sum the orders placed from `from_ms` until before `until_ms`, by reseller and product."""
    rows = tx.all("totals_of_orders", from_ms=from_ms, until_ms=until_ms)
    return {(row["user_id"], row["name"]): _totals(row) for row in rows}


def _totals(row: ResultRow) -> Totals:
    return Totals(**{name: row[name] for name in FIELDS})
