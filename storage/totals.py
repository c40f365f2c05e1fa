"""Totals of days and months: the stored sums with the cursor of their events, and sums over orders."""

import sqlite3
from collections.abc import Callable, Mapping
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import asdict

from bot.orders.totals import FIELDS, Cell, Facet, Totals
from storage.codec import from_row
from storage.orders import RecordedEvent
from storage.transaction import Tx

K = TypeVar("K")

ALL_USERS = (0, 1 << 62)


class TotalsCursor(Struct, frozen=True, kw_only=True):
    """The totals contain every event up to `event_id`, on the days of `zone`."""

    event_id: int
    zone: str


class EventToAdd(Struct, frozen=True, kw_only=True):
    """An event that the totals do not contain yet."""

    event_id: int
    trxid: str
    at_ms: int


class TotalsScope(Struct, frozen=True, kw_only=True):
    """Stored totals of one facet, of the periods from `first` to `last`, of one reseller or of all."""

    facet: Facet
    first: int
    last: int
    user_id: int | None = None


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


def delete_some(tx: Tx) -> bool:
    """Delete a few totals, which are invalid from now on; return False when none is left."""
    tx.run("begin_totals", zone="")
    deleted = [tx.run("delete_oldest_totals", facet=facet) for facet in Facet]
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
    """Return the totals by product or by hour."""
    return _grouped(tx, "totals_by_name", scope, lambda row: str(row["name"]))


def by_reseller(tx: Tx, scope: TotalsScope) -> dict[int, Totals]:
    return _grouped(tx, "totals_by_reseller", scope, lambda row: int(row["user_id"]))


def by_period(tx: Tx, scope: TotalsScope) -> dict[int, Totals]:
    return _grouped(tx, "totals_by_period", scope, lambda row: int(row["period"]))


def by_reseller_and_name(tx: Tx, scope: TotalsScope) -> dict[tuple[int, str], Totals]:
    return _grouped(tx, "totals_by_reseller_and_name", scope, _reseller_and_name)


def of_orders(tx: Tx, *, from_ms: int, until_ms: int) -> dict[tuple[int, str], Totals]:
    """Sum the orders placed from `from_ms` until before `until_ms`, by reseller and product."""
    rows = tx.all("totals_of_orders", from_ms=from_ms, until_ms=until_ms)
    return {_reseller_and_name(row): _totals(row) for row in rows}


def _grouped(
    tx: Tx, statement: str, scope: TotalsScope, key_of: Callable[[sqlite3.Row], K]
) -> dict[K, Totals]:
    first_user, last_user = ALL_USERS if scope.user_id is None else (scope.user_id, scope.user_id)
    rows = tx.all(
        statement,
        facet=scope.facet,
        first=scope.first,
        last=scope.last,
        first_user=first_user,
        last_user=last_user,
    )
    return {key_of(row): _totals(row) for row in rows}


def _reseller_and_name(row: sqlite3.Row) -> tuple[int, str]:
    return int(row["user_id"]), str(row["name"])


def _totals(row: sqlite3.Row) -> Totals:
    return Totals(**{name: row[name] for name in FIELDS})
