"""Forwards the SN of a success that an admin supplies, by a tap or a reply, to the chat of the order."""

from bot.actors import Actor
from bot.grammar.parse import normalize
from bot.notices.buttons import Action
from bot.notices.serial_numbers import SnForwarded, SnPrompt, SnRejected
from bot.orders.events import SnSupplied
from bot.orders.model import State
from bot.purchasing.notifications import facts_of
from bot.purchasing.settlement import apply_event, sn_subject
from bot.routing import Audience, ButtonRoute, ReplyRoute, Routes, Tap
from bot.unit_of_work import UnitOfWork
from bot.updates import IncomingMessage, Toast
from storage import orders

MAX_SN_CHARS = 500
"""A PLN token with name, tariff and kWh has about 80; anything much longer is not an SN."""


def read_sn(typed: str) -> str | None:
    """Return the SN that an admin typed, on one line; None if the text is empty or too long to be one."""
    sn = " ".join(normalize(typed).split())
    return sn if 0 < len(sn) <= MAX_SN_CHARS else None


def forward_sn(work: UnitOfWork, admin: Actor, trxid: str, sn: str) -> bool:
    """Forward an SN and close its cards; return False for an order that is no success.

    The chat is not notified of an SN that it already has.
    """
    order = orders.get(work.tx, trxid)
    if order is None or order.state is not State.SUCCEEDED:
        work.notify(SnRejected(trxid=trxid[:40]), admin.address)
        return False
    supplied = SnSupplied(sn=sn, admin_id=admin.user_id)
    apply_event(work, order, supplied, actor=f"admin:{admin.user_id}")
    closed = SnForwarded(**facts_of(order, work.now_ms), sn=sn, admin_name=admin.name)
    work.replace_cards(closed, subject=sn_subject(trxid))
    return True


def ask_for_sn(work: UnitOfWork, admin: Actor, trxid: str) -> bool:
    """Ask an admin for the SN to forward, only for a success."""
    order = orders.get(work.tx, trxid)
    if order is None or order.state is not State.SUCCEEDED:
        work.notify(SnRejected(trxid=trxid[:40]), admin.address)
        return False
    prompt = SnPrompt(**facts_of(order, work.now_ms))
    work.notify(prompt, admin.address, subject=sn_subject(trxid))
    return True


def _tap(work: UnitOfWork, admin: Actor, tap: Tap) -> Toast:
    trxid, _, sn = tap.payload.partition(" ")
    if tap.action is Action.FORWARD_SN and sn:
        return Toast.DONE if forward_sn(work, admin, trxid, sn) else Toast.REFUSED
    if not ask_for_sn(work, admin, trxid):
        return Toast.REFUSED
    return Toast.DONE if tap.action is Action.TYPE_SN else Toast.ASKED


def _reply(work: UnitOfWork, admin: Actor, message: IncomingMessage, subject: str) -> bool:
    """Use an admin's reply to the question for an SN as the SN; return False if it cannot be one."""
    sn = read_sn(message.text)
    if sn is None or sn.startswith("/"):
        return False
    forward_sn(work, admin, subject.removeprefix("sn:"), sn)
    return True


ROUTES = Routes(
    buttons=(ButtonRoute(actions=(Action.FORWARD_SN, Action.TYPE_SN), handle=_tap),),
    replies=(ReplyRoute(to=(SnPrompt,), handle=_reply, audience=Audience.ADMINS),),
)
