"""Shows people the orders they ask for: one, those to a number, or page by page all of their own.

Nothing here changes or posts anything.
"""

import re

from msgspec import Struct

from bot.grammar.lookup_query import parse_destinations, parse_trxid
from bot.notices.order_lookup import (
    NoMatchingOrder,
    OrderDetails,
    OrderHistory,
    OrderLookupNotice,
    OrderRow,
    OrdersToDestination,
)
from bot.orders.model import Order
from bot.orders.notifications import facts_of
from bot.unit_of_work import Address, Desk
from storage import order_queries, orders, people
from storage.transaction import Tx

ROWS_A_PAGE = 8
ROWS_TO_A_NUMBER = 5
MAX_TYPED_CHARS = 60

_NUMBER = re.compile(r"\+?[0-9][0-9-]{4,}")


class Asker(Struct, frozen=True, kw_only=True):
    """Who looks, and where the answer goes; `sees_all` for an admin in their private chat."""

    user_id: int
    place: Address
    sees_all: bool


def show_status(tx: Tx, desk: Desk, typed: str, asker: Asker, *, now_ms: int) -> None:
    """Answer `cek …`: how the orders to a number stand, or the one of an id, or the last one."""
    desk.say(tx, _status(tx, typed, asker), asker.place, at_ms=now_ms)


def _status(tx: Tx, typed: str, asker: Asker) -> OrderLookupNotice:
    found = _found(tx, typed, asker)
    if not found:
        return NoMatchingOrder(typed=_number_in(typed)[:MAX_TYPED_CHARS])
    if len(found) == 1:
        return _shown(tx, found[0], asker)
    return OrdersToDestination(
        destination=found[0].destination, rows=tuple(_row(tx, order, asker) for order in found)
    )


def _number_in(typed: str) -> str:
    """Give the number or id without the words around it; all of `typed` where none stands in it."""
    found = _NUMBER.search(typed)
    return found[0] if found else typed


def _found(tx: Tx, typed: str, asker: Asker) -> list[Order]:
    if not typed:
        return order_queries.page_before(tx, asker.user_id, None, limit=1)
    if trxid := parse_trxid(typed):
        order = orders.get(tx, trxid)
        return [order] if order and (asker.sees_all or order.user_id == asker.user_id) else []
    user_id = None if asker.sees_all else asker.user_id
    for destination in parse_destinations(typed):
        if found := order_queries.to_destination(tx, destination, user_id=user_id, limit=ROWS_TO_A_NUMBER):
            return found
    return []


def show_order(tx: Tx, desk: Desk, order: Order, asker: Asker, *, now_ms: int) -> None:
    """Show an order in full, which the asker may see."""
    desk.say(tx, _shown(tx, order, asker), asker.place, at_ms=now_ms)


def show_history(tx: Tx, desk: Desk, asker: Asker, *, now_ms: int) -> None:
    """Show the latest orders of the asker's own."""
    desk.say(tx, _older(tx, asker, None), asker.place, at_ms=now_ms)


def show_older(tx: Tx, desk: Desk, order: Order, asker: Asker, *, edits: int, now_ms: int) -> None:
    """Put the orders before one of the asker's own in the place of our message `edits`."""
    desk.say(tx, _older(tx, asker, order), asker.place, at_ms=now_ms, edits=edits)


def show_newer(tx: Tx, desk: Desk, order: Order, asker: Asker, *, edits: int, now_ms: int) -> None:
    """Put the orders after one of the asker's own in the place of our message `edits`."""
    found = order_queries.page_after(tx, asker.user_id, order, limit=ROWS_A_PAGE + 1)
    if len(found) < ROWS_A_PAGE:
        page = _older(tx, asker, None)
    else:
        rows = tuple(_row(tx, each, asker) for each in found[-ROWS_A_PAGE:])
        page = OrderHistory(rows=rows, has_newer=len(found) > ROWS_A_PAGE, has_older=True)
    desk.say(tx, page, asker.place, at_ms=now_ms, edits=edits)


def _older(tx: Tx, asker: Asker, order: Order | None) -> OrderHistory:
    found = order_queries.page_before(tx, asker.user_id, order, limit=ROWS_A_PAGE + 1)
    rows = tuple(_row(tx, each, asker) for each in found[:ROWS_A_PAGE])
    return OrderHistory(rows=rows, has_newer=order is not None, has_older=len(found) > ROWS_A_PAGE)


def _row(tx: Tx, order: Order, asker: Asker) -> OrderRow:
    return OrderRow(
        trxid=order.trxid,
        code=order.product_code,
        destination=order.destination,
        state=order.state,
        placed_at_ms=order.placed_at_ms,
        sn=order.sn,
        reason=order.reason or "",
        failure_cause=order.failure_cause,
        name=_name(tx, order) if asker.sees_all and order.user_id != asker.user_id else "",
    )


def _shown(tx: Tx, order: Order, asker: Asker) -> OrderDetails:
    return OrderDetails(
        **facts_of(order, order.changed_at_ms),
        state=order.state,
        placed_at_ms=order.placed_at_ms,
        price_idr=order.price_idr,
        sn=order.sn,
        reason=order.reason or "",
        failure_cause=order.failure_cause,
        expiry=order.expiry,
        user_id=order.user_id if asker.sees_all else None,
        name=_name(tx, order) if asker.sees_all else "",
    )


def _name(tx: Tx, order: Order) -> str:
    person = people.get(tx, order.user_id)
    return person.name if person else ""
