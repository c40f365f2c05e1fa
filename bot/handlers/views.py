"""What a tap on a view shows: prices, an order, a page of a list. A view changes nothing that matters.

What a view's button brings back comes from a stranger's hands: it is read with care, and only what its
tapper may see is shown.
"""

from msgspec import Struct

from bot.actors import Role
from bot.features.complaints import complaints
from bot.features.receipts import receipts
from bot.handlers import browsing
from bot.notices import Notice
from bot.notices.buttons import VIEW_ACTIONS, Action
from bot.notices.complaints import ComplaintUpdate, TooManyComplaints
from bot.notices.guidance import NotUnderstood
from bot.notices.order_lookup import OrderDetails
from bot.notices.placing import OrderProposal, OrderRepeated, ProductClosed
from bot.notices.receipts import Receipt
from bot.notices.shopping import ChosenProductClosed, DestinationPrompt
from bot.orders.model import Intent, Order, State
from bot.purchasing import duplicates, placing
from bot.unit_of_work import Address, Desk
from bot.updates import ButtonPress, Toast
from storage import orders, outbox
from storage.transaction import Tx

_ORDER_ANSWERS = (OrderProposal, OrderRepeated, ProductClosed, NotUnderstood)

_ANSWERS: dict[Action, tuple[type[Notice], ...]] = {
    Action.AGAIN: _ORDER_ANSWERS,
    Action.RECEIPT: (Receipt,),
    Action.COMPLAIN: (ComplaintUpdate, TooManyComplaints),
    Action.PRODUCT: (DestinationPrompt, ChosenProductClosed, *_ORDER_ANSWERS),
    Action.ORDER: (OrderDetails,),
}
"""What such a tap is answered with: results must not wait behind the answers to a thousand taps."""


class View(Struct, frozen=True, kw_only=True):
    """What a button asks to be shown; `payload` as the tapper's client sent it."""

    action: Action
    payload: str


def read_data(data: str) -> View | None:
    """Read what a button carries; None if it is no view's."""
    name, colon, payload = data.partition(":")
    if not colon or name not in VIEW_ACTIONS:
        return None
    return View(action=Action(name), payload=payload)


def show(tx: Tx, desk: Desk, view: View, pressed: ButtonPress, role: Role, *, now_ms: int) -> Toast:
    """Show what this person may see of it; in a chat one answer of a kind waits at most."""
    if any(
        outbox.is_kind_waiting(tx, pressed.chat_id, kind.__name__) for kind in _ANSWERS.get(view.action, ())
    ):
        return Toast.SOON
    match view.action:
        case Action.AGAIN:
            return _again(tx, desk, view.payload, pressed, role, now_ms)
        case Action.RECEIPT:
            order = own_order(tx, view.payload, pressed, role)
            place = answer_place(pressed)
            return (
                receipts.send_receipt(tx, desk, order, place, now_ms=now_ms)
                if order
                else _refusal(tx, view.payload)
            )
        case Action.COMPLAIN:
            return _complain(tx, desk, view.payload, pressed, role, now_ms)
        case _:
            return browsing.show(tx, desk, view.action, view.payload, pressed, role, now_ms=now_ms)


def own_order(tx: Tx, trxid: str, pressed: ButtonPress, role: Role) -> Order | None:
    """Give an order that this person may see: their own, or any for an admin."""
    order = orders.get(tx, trxid)
    if order is None or (order.user_id != pressed.user_id and role is not Role.ADMIN):
        return None
    return order


def _refusal(tx: Tx, trxid: str) -> Toast:
    """Tell another's order from one that is in no book of ours."""
    return Toast.NOT_YOURS if orders.get(tx, trxid) else Toast.USED


def answer_place(pressed: ButtonPress) -> Address:
    """Give where a tap is answered: under the message that was tapped."""
    return Address(chat_id=pressed.chat_id, thread_id=pressed.thread_id, reply_to=pressed.message_id)


def _complain(tx: Tx, desk: Desk, trxid: str, pressed: ButtonPress, role: Role, now_ms: int) -> Toast:
    """Bring the order before the admins; a second tap only tells where the complaint stands."""
    order = own_order(tx, trxid, pressed, role)
    if order is None:
        return _refusal(tx, trxid)
    place = answer_place(pressed)
    complaints.open_complaint(tx, desk, order, place, user_id=pressed.user_id, note="", now_ms=now_ms)
    return Toast.DONE


def _again(tx: Tx, desk: Desk, trxid: str, pressed: ButtonPress, role: Role, now_ms: int) -> Toast:
    """Propose to buy the same once more; nothing is bought before the second tap."""
    order = own_order(tx, trxid, pressed, role)
    if order is None:
        return _refusal(tx, trxid)
    if order.user_id != pressed.user_id:
        return Toast.NOT_YOURS
    intent = Intent(product_code=order.product_code, destination=order.destination)
    same = duplicates.earlier_orders(tx, desk.zone, intent, user_id=pressed.user_id, now_ms=now_ms)
    repeat = duplicates.find_duplicate(intent, same)
    if repeat is not None and repeat.again is None:
        return Toast.USED
    place, user_id = answer_place(pressed), pressed.user_id
    if repeat is not None and repeat.earlier.state is not State.SUCCEEDED:
        # What is not settled may have been bought: that must be read before it is bought again.
        told = placing.order_repeated(desk.shelf.catalogue(tx), repeat, user_id)
        desk.say(tx, told, place, at_ms=now_ms)
        return Toast.DONE
    again = repeat.again if repeat and repeat.again else intent
    placing.propose_order(tx, desk, again, place, user_id=user_id, now_ms=now_ms)
    return Toast.DONE
