"""Buttons that offer an order: a tap places it, or proposes an earlier order again."""

from msgspec.structs import replace

from bot.actors import Actor, Address, Role
from bot.grammar.parsed import Clarification, InputError, InvalidInput, OrderRequest
from bot.grammar.resolve.resolver import resolve
from bot.notices.buttons import Action
from bot.notices.guidance import NotUnderstood
from bot.notices.placing import OrderProposal, OrderRepeated, ProductClosed, read_payload
from bot.orders.model import Intent, Order, State
from bot.purchasing import duplicates, payment, restore_gate
from bot.purchasing.placing import (
    Refusal,
    answer_refusal,
    not_understood,
    order_offer,
    order_question,
    order_repeated,
    place_intent,
    product_closed,
)
from bot.purchasing.settlement import OrderSource, acknowledge
from bot.routing import ButtonRoute, Routes, Tap
from bot.unit_of_work import CLOCK_TOLERANCE_MS, UnitOfWork
from bot.updates import Toast
from storage import levels, orders
from storage.catalogue import changed_at_ms as catalogue_changed_at_ms

OFFER_HOLDS_MS = 300_000
"""A customer decides within five minutes; well below the age at which an order is too old to buy."""

ANSWERS = (OrderProposal, OrderRepeated, ProductClosed, NotUnderstood)
"""The notices that answer a tap that orders again."""


def accept_offer(work: UnitOfWork, source: OrderSource, intent: Intent) -> Toast:
    """Place what a button offered at `source.at_ms`; return USED if its message already made its order.

    An offer that is old, or older than its prices, is shown again first: its price may have changed.
    """
    changed_at_ms = max(catalogue_changed_at_ms(work.tx), levels.changed_at_ms(work.tx, source.user_id))
    # A time in the future is of a clock that was set back since.
    is_fresh = -CLOCK_TOLERANCE_MS <= work.now_ms - source.at_ms <= OFFER_HOLDS_MS
    is_old = not is_fresh or changed_at_ms > source.at_ms
    restore = work.buyer(source.user_id).restore
    if is_old and restore_gate.order_block(restore, requested_at_ms=work.now_ms) is None:
        _offer_again(work, source, intent)
        return Toast.ASKED
    match place_intent(work, source, intent, 1):
        case None:
            return Toast.USED
        case Order() as order:
            acknowledge(work, order)
            return Toast.DONE
        case refusal:
            answer_refusal(work, refusal, source.address)
            return Toast.REFUSED


def propose_order(work: UnitOfWork, intent: Intent, address: Address, *, user_id: int) -> None:
    """Show an order before it is placed, if its product can be bought now; a tap places it."""
    catalogue = work.catalogue_for(user_id)
    product = catalogue.find(intent.product_code)
    notice: Refusal | OrderProposal = OrderProposal(offer=order_offer(catalogue, intent), user_id=user_id)
    if catalogue and product is None:
        notice = NotUnderstood(input_error=InputError.UNKNOWN_CODE, suggestion="harga")
    elif product and (closed := product_closed(work, catalogue, product, intent, user_id)):
        notice = closed
    work.notify(notice, address)


def _offer_again(work: UnitOfWork, source: OrderSource, intent: Intent) -> None:
    """Resolve an old offer as if it were typed now, and show the result."""
    catalogue = work.catalogue_for(source.user_id)
    request = OrderRequest(code=intent.product_code.lower(), destination=intent.destination)
    match resolve(request, catalogue):
        case Intent() as resolved:
            again = replace(resolved, ordinal=intent.ordinal)
            propose_order(work, again, source.address, user_id=source.user_id)
        case InvalidInput() as invalid:
            work.notify(not_understood(invalid), source.address)
        case Clarification() as clarification:
            work.notify(order_question(catalogue, clarification, source.user_id), source.address)


def own_order(work: UnitOfWork, actor: Actor, trxid: str) -> Order | Toast:
    """Return an order that the actor may see, of their shop or any for an admin; otherwise the toast."""
    order = orders.get(work.tx, trxid)
    if order is None:
        return Toast.USED
    may_see = actor.role is Role.ADMIN or payment.is_of_shop(work, order, actor.user_id)
    return order if may_see else Toast.NOT_YOURS


def _buy(work: UnitOfWork, actor: Actor, tap: Tap) -> Toast:
    """Place the offer; a tap has no date of its own, so the order gets the date of the offer."""
    source = OrderSource(
        chat_id=actor.address.chat_id,
        thread_id=actor.address.thread_id,
        message_id=actor.card_id or 0,
        user_id=actor.user_id,
        at_ms=tap.offered_at_ms,
        text=f"tap: {tap.payload}",
    )
    return accept_offer(work, source, read_payload(tap.payload))


def _again(work: UnitOfWork, actor: Actor, tap: Tap) -> Toast:
    """Propose to buy the same again; nothing is bought before the tap on the proposal."""
    order = own_order(work, actor, tap.payload)
    if not isinstance(order, Order):
        return order
    if not payment.is_of_shop(work, order, actor.user_id):
        return Toast.NOT_YOURS
    intent = Intent(product_code=order.product_code, destination=order.destination)
    same = duplicates.earlier_orders(work.tx, work.zone, intent, user_id=actor.user_id, now_ms=work.now_ms)
    duplicate = duplicates.find_duplicate(intent, same)
    if duplicate is None:
        propose_order(work, intent, actor.address, user_id=actor.user_id)
    elif duplicate.again is None:
        return Toast.USED
    elif duplicate.earlier.state is State.SUCCEEDED:
        propose_order(work, duplicate.again, actor.address, user_id=actor.user_id)
    else:
        # An order without a final result may have been bought: its state comes before another purchase.
        work.notify(
            order_repeated(work.catalogue_for(actor.user_id), duplicate, actor.user_id), actor.address
        )
    return Toast.DONE


ROUTES = Routes(
    buttons=(
        ButtonRoute(actions=(Action.BUY,), handle=_buy),
        ButtonRoute(actions=(Action.AGAIN,), handle=_again, answers=ANSWERS),
    )
)
