"""Reads orders for display: those of a shop, those to a destination, and those of a period.

`user_id` is a person of the shop, its owner or an assistant; None means the orders of all shops.
"""

from collections.abc import Iterator

from msgspec import Struct

from bot.orders.model import Order, State
from storage.codec import from_row
from storage.orders import RecordedEvent
from storage.people import shop_owner_id
from storage.transaction import Tx

ROWS_AT_ONCE = 500
END_MS = 1 << 62


def page_before(tx: Tx, user_id: int, order: Order | None, *, limit: int) -> list[Order]:
    """Return a shop's orders older than `order`, newest first; without `order`, the newest of all."""
    at_ms, trxid = (order.placed_at_ms, order.trxid) if order else (END_MS, "")
    owner_id = shop_owner_id(tx, user_id)
    rows = tx.all("orders_of_shop_before", owner_id=owner_id, at_ms=at_ms, trxid=trxid, limit=limit)
    return [from_row(Order, row) for row in rows]


def newest(tx: Tx, order: Order | None, *, limit: int) -> list[Order]:
    """Return everybody's orders older than `order`, newest first; without `order`, the newest of all."""
    at_ms, trxid = (order.placed_at_ms, order.trxid) if order else (END_MS, "")
    rows = tx.all("orders_before", at_ms=at_ms, trxid=trxid, limit=limit)
    return [from_row(Order, row) for row in rows]


def page_after(tx: Tx, user_id: int, order: Order, *, limit: int) -> list[Order]:
    """Return a shop's orders directly after `order`, newest first."""
    rows = tx.all(
        "orders_of_shop_after",
        owner_id=shop_owner_id(tx, user_id),
        at_ms=order.placed_at_ms,
        trxid=order.trxid,
        limit=limit,
    )
    return [from_row(Order, row) for row in reversed(rows)]


def has_ordered_since(tx: Tx, user_id: int, since_ms: int) -> bool:
    """Return whether a person, and not only another of the same shop, has placed an order since a time."""
    owner_id = shop_owner_id(tx, user_id)
    return tx.one("has_typed_since", owner_id=owner_id, user_id=user_id, since_ms=since_ms) is not None


def to_destination(tx: Tx, destination: str, *, user_id: int | None, limit: int) -> list[Order]:
    """Return the orders to a destination, newest first."""
    if user_id is None:
        rows = tx.all("orders_to", destination=destination, limit=limit)
    else:
        owner_id = shop_owner_id(tx, user_id)
        rows = tx.all("orders_of_shop_to", destination=destination, owner_id=owner_id, limit=limit)
    return [from_row(Order, row) for row in rows]


def placed_within(tx: Tx, *, user_id: int | None, from_ms: int, until_ms: int) -> Iterator[Order]:
    """Yield the orders placed from `from_ms` until before `until_ms`, oldest first, read in pages."""
    after_ms, trxid = from_ms - 1, "~"  # sorts after every trxid, which are digits
    while True:
        found = _page_within(tx, user_id, after_ms, trxid, until_ms)
        yield from found
        if len(found) < ROWS_AT_ONCE:
            return
        after_ms, trxid = found[-1].placed_at_ms, found[-1].trxid


def _page_within(tx: Tx, user_id: int | None, after_ms: int, trxid: str, until_ms: int) -> list[Order]:
    if user_id is None:
        rows = tx.all("orders_within", after_ms=after_ms, trxid=trxid, until_ms=until_ms, limit=ROWS_AT_ONCE)
    else:
        rows = tx.all(
            "orders_of_shop_within",
            owner_id=shop_owner_id(tx, user_id),
            after_ms=after_ms,
            trxid=trxid,
            until_ms=until_ms,
            limit=ROWS_AT_ONCE,
        )
    return [from_row(Order, row) for row in rows]


def newest_in_state(tx: Tx, state: State, *, limit: int) -> list[Order]:
    """Return everybody's orders in a state, newest first."""
    return [from_row(Order, row) for row in tx.all("newest_orders_in_state", state=state, limit=limit)]


class OrderTimes(Struct, frozen=True, kw_only=True):
    """When an order was placed, sent to the biller, and had its first result; None if it was or had not."""

    placed_at_ms: int
    sent_at_ms: int | None
    ended_at_ms: int | None


def times_within(tx: Tx, *, from_ms: int, until_ms: int, limit: int) -> list[OrderTimes]:
    """Return the times of the last orders that were placed from `from_ms` until before `until_ms`."""
    rows = tx.all("order_times_within", from_ms=from_ms, until_ms=until_ms, limit=limit)
    return [OrderTimes(**dict(row)) for row in rows]


def reports_before(tx: Tx, before_id: int, *, from_id: int, until_ms: int, limit: int) -> list[RecordedEvent]:
    """Return the biller's answers and successes before an event and a time, newest first."""
    rows = tx.all("reports_before", before_id=before_id, from_id=from_id, until_ms=until_ms, limit=limit)
    return [from_row(RecordedEvent, row) for row in rows]
