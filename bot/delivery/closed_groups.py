"""Sends the results of orders in a group that shut the bot out to the private chats of their resellers.

They stay parked for the group as well: it shows them if it lets the bot in again.
"""

from msgspec.structs import replace

from bot.actors import Address
from bot.notices import Result
from bot.orders.model import Order
from bot.unit_of_work import UnitOfWork
from storage import chats, orders, outbox


def send_parked_results(work: UnitOfWork, chat_id: int) -> None:
    """Send the last parked result of each order in a group that has just shut the bot out."""
    last = {result.trxid: result for result in outbox.parked_results(work.tx, chat_id)}
    for trxid, result in last.items():
        if order := orders.get(work.tx, trxid):
            _send_in_private(work, order, result)


def send_result(work: UnitOfWork, order: Order, result: Result) -> None:
    """Send a result to the reseller as well if its group cannot be reached."""
    if order.chat_id != order.user_id and chats.address(work.tx, order.chat_id)[1]:
        _send_in_private(work, order, result)


def _send_in_private(work: UnitOfWork, order: Order, result: Result) -> None:
    """Send a result once: a group may let the bot in and shut it out again meanwhile."""
    subject = f"private:{order.trxid}:{type(result).__name__}:{result.at_ms}"
    if order.chat_id == order.user_id or outbox.was_enqueued_since(work.tx, subject, since_ms=0):
        return
    group = chats.title(work.tx, order.chat_id) or str(chats.current(work.tx, order.chat_id))
    work.notify(replace(result, closed_group=group), Address(chat_id=order.user_id), subject=subject)
