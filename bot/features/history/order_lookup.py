"""Shows orders: one in full, the orders to a number, and the history of a reseller page by page."""

import re

from bot.actors import Actor
from bot.features.people.directory import find_owner
from bot.grammar.lookup_query import parse_destinations, parse_trxid
from bot.grammar.parsed import Command
from bot.notices.buttons import Action
from bot.notices.order_lookup import (
    NoMatchingOrder,
    OrderDetails,
    OrderHistory,
    OrderLookupNotice,
    OrderRow,
    OrdersToDestination,
)
from bot.orders.model import Order
from bot.purchasing.manual_resolution import is_open
from bot.purchasing.notifications import facts_of
from bot.purchasing.offers import own_order
from bot.purchasing.payment import is_of_shop, owner_of
from bot.purchasing.settlement import card_subject
from bot.routing import ButtonRoute, CommandRoute, Routes, Tap
from bot.unit_of_work import UnitOfWork
from bot.updates import Toast
from storage import order_queries, orders, people
from storage.transaction import Tx

ROWS_A_PAGE = 8
ROWS_TO_A_NUMBER = 5
MAX_TYPED_CHARS = 60

_NUMBER = re.compile(r"\+?[0-9][0-9-]{4,}")


def show_status(work: UnitOfWork, actor: Actor, command: Command) -> None:
    """Answer `cek …`: the orders to a number, the order of an id, or the last order."""
    _show(work, _status(work, command.rest, actor), actor)


def _status(work: UnitOfWork, typed: str, actor: Actor) -> OrderLookupNotice:
    tx = work.tx
    found = _find_orders(work, typed, actor)
    if not found:
        return NoMatchingOrder(typed=_number_in(typed)[:MAX_TYPED_CHARS])
    if len(found) == 1:
        return _details(work, found[0], actor)
    return OrdersToDestination(
        destination=found[0].destination,
        # An admin sees the orders of all shops here.
        rows=tuple(_row(tx, order, whose=actor.user_id) for order in found),
    )


def _number_in(typed: str) -> str:
    """Return the number or id in `typed`, or all of `typed` if there is none."""
    found = _NUMBER.search(typed)
    return found[0] if found else typed


def _find_orders(work: UnitOfWork, typed: str, actor: Actor) -> list[Order]:
    tx = work.tx
    if not typed:
        return order_queries.page_before(tx, actor.user_id, None, limit=1)
    if trxid := parse_trxid(typed):
        order = orders.get(tx, trxid)
        is_shown = order and (actor.sees_all or is_of_shop(work, order, actor.user_id))
        return [order] if order and is_shown else []
    user_id = None if actor.sees_all else actor.user_id
    for destination in parse_destinations(typed):
        if found := order_queries.to_destination(tx, destination, user_id=user_id, limit=ROWS_TO_A_NUMBER):
            return found
    return []


def _show(work: UnitOfWork, notice: OrderLookupNotice, actor: Actor) -> None:
    """Send a notice; what an admin can decide is a card of its order, which is closed with the others."""
    is_card = isinstance(notice, OrderDetails) and notice.is_undecided
    subject = card_subject(notice.trxid) if isinstance(notice, OrderDetails) and is_card else ""
    work.notify(notice, actor.address, subject=subject)


def _show_history(work: UnitOfWork, actor: Actor, command: Command) -> None:
    """Answer `riwayat`, and `riwayat sari` by an admin with the orders of that reseller."""
    if not (actor.sees_all and command.rest):
        work.notify(_older(work.tx, actor, actor.user_id, None), actor.address)
    elif person := find_owner(work, actor, command.rest, command=command.word):
        work.notify(_older(work.tx, actor, person.user_id, None), actor.address)


def _show_order(work: UnitOfWork, actor: Actor, tap: Tap) -> Toast:
    order = own_order(work, actor, tap.payload)
    if not isinstance(order, Order):
        return order
    _show(work, _details(work, order, actor), actor)
    return Toast.DONE


def _turn_page(work: UnitOfWork, actor: Actor, tap: Tap) -> Toast:
    """Replace the tapped page with the orders of the same shop before or after the given one."""
    order = own_order(work, actor, tap.payload)
    if not isinstance(order, Order):
        return order
    owner_id = owner_of(work, order)
    # An admin in a group is a reseller like others.
    if not actor.sees_all and owner_id != people.shop_owner_id(work.tx, actor.user_id):
        return Toast.NOT_YOURS
    page = _older if tap.action is Action.OLDER else _newer
    is_own = owner_id == people.shop_owner_id(work.tx, actor.user_id)
    whose = actor.user_id if is_own else owner_id
    work.notify(page(work.tx, actor, whose, order), actor.chat, edits=actor.card_id)
    return Toast.DONE


def _newer(tx: Tx, actor: Actor, user_id: int, order: Order) -> OrderHistory:
    found = order_queries.page_after(tx, user_id, order, limit=ROWS_A_PAGE + 1)
    if len(found) < ROWS_A_PAGE:
        return _older(tx, actor, user_id, None)
    rows = tuple(_row(tx, each, whose=user_id) for each in found[-ROWS_A_PAGE:])
    return OrderHistory(
        rows=rows, has_newer=len(found) > ROWS_A_PAGE, has_older=True, name=_other(tx, actor, user_id)
    )


def _older(tx: Tx, actor: Actor, user_id: int, order: Order | None) -> OrderHistory:
    found = order_queries.page_before(tx, user_id, order, limit=ROWS_A_PAGE + 1)
    rows = tuple(_row(tx, each, whose=user_id) for each in found[:ROWS_A_PAGE])
    return OrderHistory(
        rows=rows,
        has_newer=order is not None,
        has_older=len(found) > ROWS_A_PAGE,
        name=_other(tx, actor, user_id),
    )


def _row(tx: Tx, order: Order, *, whose: int) -> OrderRow:
    """Return a row, with the name of who typed the order if it is somebody else of the shop."""
    return OrderRow(
        trxid=order.trxid,
        code=order.product_code,
        destination=order.destination,
        state=order.state,
        placed_at_ms=order.placed_at_ms,
        sn=order.sn,
        reason=order.reason or "",
        failure_cause=order.failure_cause,
        name=_name(tx, order.user_id) if order.user_id != whose else "",
    )


def _details(work: UnitOfWork, order: Order, actor: Actor) -> OrderDetails:
    is_named = actor.sees_all or order.user_id != actor.user_id
    owner_id = owner_of(work, order)
    return OrderDetails(
        **facts_of(order, order.changed_at_ms),
        state=order.state,
        placed_at_ms=order.placed_at_ms,
        price_idr=order.price_idr,
        sn=order.sn,
        reason=order.reason or "",
        failure_cause=order.failure_cause,
        expiry=order.expiry,
        user_id=order.user_id if actor.sees_all else None,
        name=_name(work.tx, order.user_id) if is_named else "",
        owner_name=_name(work.tx, owner_id) if actor.sees_all and owner_id != order.user_id else "",
        is_undecided=actor.sees_all and is_open(work, order),
    )


def _other(tx: Tx, actor: Actor, user_id: int) -> str:
    """Return the name of a person, for an admin who looks at another's orders."""
    return _name(tx, user_id) if actor.sees_all and user_id != actor.user_id else ""


def _name(tx: Tx, user_id: int) -> str:
    person = people.get(tx, user_id)
    return person.name if person else ""


ROUTES = Routes(
    commands=(
        CommandRoute(("cek", "status"), show_status),
        CommandRoute(("riwayat", "last"), _show_history),
    ),
    buttons=(
        ButtonRoute(actions=(Action.ORDER,), handle=_show_order, answers=(OrderDetails,)),
        ButtonRoute(actions=(Action.NEWER, Action.OLDER), handle=_turn_page, under=(OrderHistory,)),
    ),
)
