"""Answers edits, forwards and captions, whose orders are not placed, with what is ordered already."""

from msgspec.structs import replace

from bot.actors import Actor
from bot.grammar.parse import Parsed
from bot.grammar.parsed import (
    Clarification,
    InputError,
    InvalidInput,
    OrderLine,
    OrderLines,
    order_text,
    truncate_suggestion,
)
from bot.grammar.resolve.resolver import resolve
from bot.notices.placing import MessageOrders, OrderState
from bot.orders.model import Intent, Order, State
from bot.purchasing import duplicates, placing
from bot.purchasing.notifications import facts_of
from bot.unit_of_work import UnitOfWork
from bot.updates import IncomingMessage, MessageKind
from storage import orders

NOT_PLACED = {
    MessageKind.EDITED: InputError.EDITED,
    MessageKind.FORWARDED: InputError.FORWARDED,
    MessageKind.CAPTIONED: InputError.CAPTIONED,
}
"""By kind of message: why an order in it is not placed."""

SHOWN_ORDERS = 5
"""Orders of the message that the answer lists, and as many of the same from other messages."""

_VOID = (State.FAILED, State.EXPIRED)


def answer_with_orders(work: UnitOfWork, actor: Actor, message: IncomingMessage, parsed: Parsed) -> bool:
    """Say what the orders of a message and the same ones of others are doing; return False if there are none.

    An edit is answered whatever it says now, because its order goes on unchanged.
    """
    own = _orders_of(work, message)
    same, fresh = _orders_like(work, actor, parsed, own)
    if not own and not same:
        return False
    notice = MessageOrders(
        input_error=NOT_PLACED[message.kind],
        own=tuple(_state_of(order) for order in own[:SHOWN_ORDERS]),
        own_count=len(own),
        same=tuple(_state_of(order) for order in same[:SHOWN_ORDERS]),
        suggestion=truncate_suggestion("; ".join(fresh), placing.SUGGESTED_CHARS),
    )
    work.notify(notice, actor.address)
    return True


def _orders_of(work: UnitOfWork, message: IncomingMessage) -> list[Order]:
    """Return the orders of an edited message, typed or tapped in an answer to it; a new message has none."""
    if message.kind is not MessageKind.EDITED:
        return []
    return orders.caused_by(work.tx, message.chat_id, message.message_id)


def _orders_like(
    work: UnitOfWork, actor: Actor, parsed: Parsed, own: list[Order]
) -> tuple[list[Order], list[str]]:
    """Return the reseller's orders of the same that are not `own`, and the orders of the text without any."""
    if isinstance(parsed, InvalidInput):
        is_other = parsed.looks_like_order and not parsed.is_example
        return [], [parsed.suggestion] if is_other else []
    same: dict[str, Order] = {}
    fresh: list[str] = []
    for line in placing.order_lines(parsed, work.catalogue) if isinstance(parsed, OrderLines) else []:
        readings = _readings(work, actor, line)
        found = [order for reading in readings for order in _same_as(work, actor, reading, own)]
        same |= {order.trxid: order for order in found if order not in own}
        if readings and not found:
            fresh.append(order_text(readings[0]))
    return list(same.values()), fresh


def _readings(work: UnitOfWork, actor: Actor, line: OrderLine) -> tuple[Intent, ...]:
    if isinstance(line.parsed, InvalidInput):
        return ()
    match resolve(line.parsed, work.catalogue_for(actor.user_id)):
        case Intent() as intent:
            return (intent,)
        case Clarification(choices=choices):
            return choices
        case InvalidInput():
            return ()


def _same_as(work: UnitOfWork, actor: Actor, intent: Intent, own: list[Order]) -> list[Order]:
    """Return the order that `intent` would repeat, of `own` first; none if it can be bought."""
    for order in own:
        is_same = (order.product_code, order.destination) == (intent.product_code, intent.destination)
        if is_same and intent.ordinal in (1, order.ordinal) and order.state not in _VOID:
            return [order]
    earlier = duplicates.earlier_orders(work.tx, work.zone, intent, user_id=actor.user_id, now_ms=work.now_ms)
    duplicate = duplicates.find_duplicate(intent, earlier)
    return [duplicate.earlier] if duplicate else []


def _state_of(order: Order) -> OrderState:
    return OrderState(**facts_of(order, order.placed_at_ms), state=order.state)


def as_not_placed(invalid: InvalidInput, kind: MessageKind) -> InvalidInput:
    """Return the input error of a message of this kind, of which nothing was bought."""
    return replace(invalid, input_error=NOT_PLACED[kind])
