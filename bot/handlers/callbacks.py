"""Takes in what people tap: a view as often as they like, anything else once, and only whose it is.

`take_press` is a unit of work: what it does is kept before Telegram is told "got it".
"""

from bot.actors import Role, Standing
from bot.features.complaints import complaints
from bot.features.people import membership
from bot.features.price_list import catalogue_admin, import_review
from bot.handlers import views
from bot.notices.buttons import Action
from bot.notices.placing import read_payload
from bot.orders.model import Outcome
from bot.purchasing import manual_resolution, placing, restore_gate
from bot.unit_of_work import Address, Desk
from bot.updates import ButtonPress, Toast
from storage import inbox
from storage.transaction import Tx


def handle_callback(tx: Tx, desk: Desk, pressed: ButtonPress, *, now_ms: int) -> Toast:
    """Take in one tap; what came with it is believed only where we find it in our own books."""
    role = membership.role_of(tx, desk, pressed.user_id)
    if role is Role.STRANGER:
        return Toast.RESELLERS_ONLY
    if (view := views.read_data(pressed.data)) is not None:
        return views.show(tx, desk, view, pressed, role, now_ms=now_ms)
    offered = inbox.button_owner(tx, pressed.data)
    if offered is None:
        return Toast.USED
    if offered.owner_id is None and role is not Role.ADMIN:
        return Toast.NOT_ALLOWED
    if offered.owner_id not in (None, pressed.user_id):
        return Toast.NOT_YOURS
    button = inbox.use_button(tx, pressed.data, user_id=pressed.user_id, at_ms=now_ms)
    if button is None:
        return Toast.USED
    return _carry_out(tx, desk, pressed, button, now_ms)


def _carry_out(tx: Tx, desk: Desk, pressed: ButtonPress, button: inbox.UsedButton, now_ms: int) -> Toast:
    if button.action is Action.BUY:
        return _buy(tx, desk, pressed, button, now_ms)
    if button.action is Action.CLOSE_PRODUCT:
        return _close_product(tx, desk, pressed, button.payload, now_ms)
    kind, _, name = button.subject.partition(":")
    if kind == "person":
        return _answer_asker(tx, desk, pressed, button.action, int(name), now_ms)
    if kind == "import":
        return _decide_import(tx, desk, pressed, button.action, int(name), now_ms)
    if kind == "complaint":
        return _answer_complaint(tx, desk, pressed, button.action, int(name), now_ms)
    judge = manual_resolution.Judge(
        admin_id=pressed.user_id,
        name=pressed.name,
        place=Address(chat_id=pressed.chat_id, thread_id=pressed.thread_id),
        message_id=pressed.message_id,
        now_ms=now_ms,
    )
    if kind == "restore":
        restore_gate.handle_button(tx, desk, button.action, judge)
    else:
        _judge(tx, desk, judge, name, button)
    return Toast.DONE


def _buy(tx: Tx, desk: Desk, pressed: ButtonPress, button: inbox.UsedButton, now_ms: int) -> Toast:
    """Buy what the button offered; a press has no date of its own, so that of the offer stands for it."""
    buyer = placing.Buyer(
        user_id=pressed.user_id,
        place=Address(chat_id=pressed.chat_id, thread_id=pressed.thread_id, reply_to=pressed.message_id),
        message_id=pressed.message_id,
        at_ms=button.offered_at_ms,
        text=f"tap: {button.payload}",
    )
    was_first = placing.accept_offer(tx, desk, buyer, read_payload(button.payload), now_ms=now_ms)
    return Toast.DONE if was_first else Toast.USED


def _close_product(tx: Tx, desk: Desk, pressed: ButtonPress, code: str, now_ms: int) -> Toast:
    place = Address(chat_id=pressed.chat_id, thread_id=pressed.thread_id, reply_to=pressed.message_id)
    keeper = catalogue_admin.Keeper(user_id=pressed.user_id, name=pressed.name, place=place)
    catalogue_admin.switch_products(tx, desk, code, keeper, is_open=False, now_ms=now_ms)
    return Toast.DONE


def _decide_import(
    tx: Tx, desk: Desk, pressed: ButtonPress, action: Action, import_id: int, now_ms: int
) -> Toast:
    place = Address(chat_id=pressed.chat_id, thread_id=pressed.thread_id)
    admin = import_review.Admin(
        user_id=pressed.user_id, name=pressed.name, place=place, message_id=pressed.message_id
    )
    was_open = import_review.handle_button(tx, desk, action, import_id, admin, now_ms=now_ms)
    return Toast.DONE if was_open else Toast.USED


def _answer_asker(
    tx: Tx, desk: Desk, pressed: ButtonPress, action: Action, user_id: int, now_ms: int
) -> Toast:
    standing = Standing.APPROVED if action is Action.APPROVE else Standing.REJECTED
    was_first = membership.decide_request(
        tx, desk, user_id, standing, admin_id=pressed.user_id, admin_name=pressed.name, now_ms=now_ms
    )
    return Toast.DONE if was_first else Toast.USED


def _answer_complaint(
    tx: Tx, desk: Desk, pressed: ButtonPress, action: Action, complaint_id: int, now_ms: int
) -> Toast:
    admin = complaints.Admin(
        user_id=pressed.user_id,
        name=pressed.name,
        place=Address(chat_id=pressed.chat_id, thread_id=pressed.thread_id),
        card_id=pressed.message_id,
    )
    if action is Action.COMPLAINT_CHECKING:
        complaints.mark_checking(tx, desk, complaint_id, admin, now_ms=now_ms)
    else:
        complaints.mark_delivered(tx, desk, complaint_id, admin, now_ms=now_ms)
    return Toast.DONE


def _judge(tx: Tx, desk: Desk, judge: manual_resolution.Judge, trxid: str, button: inbox.UsedButton) -> None:
    match button.action:
        case Action.RESOLVE_SUCCESS:
            manual_resolution.ask_for_sn(tx, desk, trxid, judge)
        case Action.WITHOUT_SN:
            manual_resolution.ask_confirmation(tx, desk, trxid, Outcome.SUCCESS, None, judge)
        case Action.RESOLVE_FAILURE:
            manual_resolution.ask_confirmation(tx, desk, trxid, Outcome.FAILURE, None, judge)
        case Action.CONFIRM_SUCCESS:
            manual_resolution.resolve_order(tx, desk, trxid, Outcome.SUCCESS, button.payload or None, judge)
        case Action.CONFIRM_FAILURE:
            manual_resolution.resolve_order(tx, desk, trxid, Outcome.FAILURE, None, judge)
        case Action.CANCEL:
            manual_resolution.show_card(tx, desk, trxid, judge)
        case _:
            raise ValueError(f"{button.action} is no button of an order")
