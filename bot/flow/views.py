"""What a tap on a view shows: prices, an order, a page of a list. A view changes nothing that matters.

What a view's button brings back comes from a stranger's hands: it is read with care, and only what its
tapper may see is shown.
"""

from dataclasses import dataclass

from bot.flow import browsing, complaints, ordering, receipts, repeats
from bot.flow.desk import Desk, Place
from bot.flow.heard import Pressed, Toast
from bot.notices.keys import VIEWS, Action
from bot.order.model import Intent, Order
from bot.people import Role
from storage import orders
from storage.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a button asks to be shown; `payload` as the tapper's client sent it."""

    action: Action
    payload: str


def read_data(data: str) -> View | None:
    """Read what a button carries; None if it is no view's."""
    name, colon, payload = data.partition(":")
    if not colon or name not in VIEWS:
        return None
    return View(action=Action(name), payload=payload)


def show(tx: Tx, desk: Desk, view: View, pressed: Pressed, role: Role, *, now_ms: int) -> Toast:
    """Show what is asked for, as far as this person may see it."""
    match view.action:
        case Action.AGAIN:
            return _again(tx, desk, view.payload, pressed, role, now_ms)
        case Action.RECEIPT:
            order = own_order(tx, view.payload, pressed, role)
            place = answer_place(pressed)
            return receipts.show(tx, desk, order, place, now_ms=now_ms) if order else Toast.USED
        case Action.COMPLAIN:
            return _complain(tx, desk, view.payload, pressed, role, now_ms)
        case _:
            return browsing.show(tx, desk, view.action, view.payload, pressed, role, now_ms=now_ms)


def own_order(tx: Tx, trxid: str, pressed: Pressed, role: Role) -> Order | None:
    """Give an order that this person may see: their own, or any for an admin."""
    order = orders.get(tx, trxid)
    if order is None or (order.user_id != pressed.user_id and role is not Role.ADMIN):
        return None
    return order


def answer_place(pressed: Pressed) -> Place:
    """Give where a tap is answered: under the message that was tapped."""
    return Place(chat_id=pressed.chat_id, thread_id=pressed.thread_id, reply_to=pressed.message_id)


def _complain(tx: Tx, desk: Desk, trxid: str, pressed: Pressed, role: Role, now_ms: int) -> Toast:
    """Bring the order before the admins; a second tap only tells where the complaint stands."""
    order = own_order(tx, trxid, pressed, role)
    if order is None:
        return Toast.USED
    place = answer_place(pressed)
    complaints.complain(tx, desk, order, place, user_id=pressed.user_id, note="", now_ms=now_ms)
    return Toast.DONE


def _again(tx: Tx, desk: Desk, trxid: str, pressed: Pressed, role: Role, now_ms: int) -> Toast:
    """Propose to buy the same once more; nothing is bought before the second tap."""
    order = own_order(tx, trxid, pressed, role)
    if order is None:
        return Toast.USED
    intent = Intent(product_code=order.product_code, destination=order.destination)
    repeat = repeats.find(tx, desk.zone, intent, user_id=pressed.user_id, now_ms=now_ms)
    if repeat is not None and repeat.again is None:
        return Toast.USED
    again = repeat.again if repeat and repeat.again else intent
    ordering.propose(tx, desk, again, answer_place(pressed), user_id=pressed.user_id, now_ms=now_ms)
    return Toast.DONE
