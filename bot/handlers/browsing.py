"""Takes what people type and tap to look around: prices, how orders stand, what days add up to.

What a tap brings back is not to be believed: whoever taps is shown their own and no one else's.
"""

from bot.actors import Role
from bot.features.history import order_lookup, reports
from bot.features.history.order_lookup import Asker
from bot.features.shopping import price_browser
from bot.grammar.parsed import Command
from bot.notices import Notice
from bot.notices.buttons import Action
from bot.notices.order_lookup import OrderHistory
from bot.notices.reports import SalesReport
from bot.notices.shopping import NoPrices, PriceGroups, PriceListPage
from bot.unit_of_work import Address, Desk
from bot.updates import ButtonPress, Toast
from storage import orders, outbox
from storage.transaction import Tx

_PRICES = (PriceGroups, PriceListPage, NoPrices)

_REWRITTEN: dict[Action, tuple[type[Notice], ...]] = {
    Action.PRICES: _PRICES,
    Action.ALL_PRICES: _PRICES,
    Action.NEWER: (OrderHistory,),
    Action.OLDER: (OrderHistory,),
    Action.REPORT: (SalesReport,),
}
"""Under which messages such a button stands: a made-up tap must not wipe out a result."""


def answer(tx: Tx, desk: Desk, command: Command, asker: Asker, *, now_ms: int) -> bool:
    """Answer a command that asks to be shown something; False if it is none."""
    match command.word:
        case "harga" | "hrg" | "h" | "ch" | "produk" | "list":
            price_browser.show_prices(
                tx, desk, command.rest, asker.place, for_admin=asker.sees_all, now_ms=now_ms
            )
        case "cek" | "status":
            order_lookup.show_status(tx, desk, command.rest, asker, now_ms=now_ms)
        case "riwayat" | "last":
            order_lookup.show_history(tx, desk, asker, now_ms=now_ms)
        case "lap" | "laporan":
            reports.show_day(tx, desk, command.rest, asker, now_ms=now_ms)
        case "rekap":
            reports.show_month(tx, desk, command.rest, asker, now_ms=now_ms)
        case _:
            return False
    return True


def show(
    tx: Tx, desk: Desk, action: Action, payload: str, pressed: ButtonPress, role: Role, *, now_ms: int
) -> Toast:
    """Show what a button asks for; what takes the place of a message must fit what stood there."""
    kinds = _REWRITTEN.get(action)
    if kinds is None:
        return _show(tx, desk, action, payload, pressed, role, now_ms=now_ms)
    said = outbox.find_sent(tx, pressed.chat_id, pressed.message_id)
    if said is None or said[0] not in {kind.__name__ for kind in kinds}:
        return Toast.USED
    toast = _show(tx, desk, action, payload, pressed, role, now_ms=now_ms)
    outbox.drop_superseded_edits(tx, pressed.chat_id, pressed.message_id)
    return toast


def _show(
    tx: Tx, desk: Desk, action: Action, payload: str, pressed: ButtonPress, role: Role, *, now_ms: int
) -> Toast:
    match action:
        case Action.PRICES | Action.ALL_PRICES | Action.PRODUCT:
            was_ours = _show_prices(tx, desk, action, payload, pressed, now_ms)
        case Action.ORDER | Action.NEWER | Action.OLDER:
            return _show_orders(tx, desk, action, payload, pressed, role, now_ms=now_ms)
        case Action.REPORT:
            asker, edits = _in_its_place(pressed, role), pressed.message_id
            was_ours = reports.replace_report(tx, desk, payload, asker, edits=edits, now_ms=now_ms)
        case Action.REPORT_FILE:
            was_ours = reports.send_file(tx, desk, payload, _under_it(pressed, role), now_ms=now_ms)
        case _:
            return Toast.USED
    return Toast.DONE if was_ours else Toast.USED


def _show_prices(tx: Tx, desk: Desk, action: Action, payload: str, pressed: ButtonPress, now_ms: int) -> bool:
    place = Address(chat_id=pressed.chat_id, thread_id=pressed.thread_id)
    match action:
        case Action.PRICES:
            return price_browser.show_page(tx, desk, payload, place, edits=pressed.message_id, now_ms=now_ms)
        case Action.ALL_PRICES:
            price_browser.show_groups(tx, desk, place, edits=pressed.message_id, now_ms=now_ms)
            return True
        case _:
            place = _under_it(pressed, Role.RESELLER).place
            return price_browser.choose_product(
                tx, desk, payload, place, user_id=pressed.user_id, now_ms=now_ms
            )


def _show_orders(
    tx: Tx, desk: Desk, action: Action, trxid: str, pressed: ButtonPress, role: Role, *, now_ms: int
) -> Toast:
    order = orders.get(tx, trxid)
    if order is None:
        return Toast.USED
    is_own, edits = order.user_id == pressed.user_id, pressed.message_id
    match action:
        case Action.ORDER if is_own or role is Role.ADMIN:
            order_lookup.show_order(tx, desk, order, _under_it(pressed, role), now_ms=now_ms)
        case Action.NEWER if is_own:
            order_lookup.show_newer(tx, desk, order, _in_its_place(pressed, role), edits=edits, now_ms=now_ms)
        case Action.OLDER if is_own:
            order_lookup.show_older(tx, desk, order, _in_its_place(pressed, role), edits=edits, now_ms=now_ms)
        case _:
            return Toast.NOT_YOURS
    return Toast.DONE


def _under_it(pressed: ButtonPress, role: Role) -> Asker:
    """Answer with a new message under the one that was tapped."""
    place = Address(chat_id=pressed.chat_id, thread_id=pressed.thread_id, reply_to=pressed.message_id)
    return Asker(user_id=pressed.user_id, place=place, sees_all=_sees_all(pressed, role))


def _in_its_place(pressed: ButtonPress, role: Role) -> Asker:
    """Answer in the place of the message that was tapped."""
    place = Address(chat_id=pressed.chat_id, thread_id=pressed.thread_id)
    return Asker(user_id=pressed.user_id, place=place, sees_all=_sees_all(pressed, role))


def _sees_all(pressed: ButtonPress, role: Role) -> bool:
    """An admin's private chat with us has their own id; in a group others read along."""
    return role is Role.ADMIN and pressed.chat_id == pressed.user_id
