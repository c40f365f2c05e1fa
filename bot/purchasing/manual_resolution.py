"""Admins settling what nobody else can: a card, a question, a second question, and a record of who."""

from msgspec import Struct

from bot.grammar.normalize import normalize
from bot.notices import orders as say
from bot.notices.alarms import NothingToResolve, UnknownTrxid
from bot.orders.events import Resolved
from bot.orders.model import Order, Outcome
from bot.orders.notifications import facts_of, needs_admin, order_card
from bot.purchasing.settlement import apply_event_to, card_subject
from bot.unit_of_work import Address, Desk
from storage import orders
from storage.transaction import Tx

MAX_CARDS = 20
"""As many cards as a person can look through at once; the oldest come first."""


MAX_SN_CHARS = 500
"""A PLN token with name, tariff and kWh has about 80; what is longer is no SN."""


class Judge(Struct, frozen=True, kw_only=True):
    """The admin at work: who, and the message of ours (if any) that is rewritten as they go on."""

    admin_id: int
    name: str
    place: Address
    message_id: int | None
    now_ms: int


def read_sn(typed: str) -> str | None:
    """Give the SN an admin typed, on one line; None if there is none, or far too much to be one."""
    sn = " ".join(normalize(typed).split())
    return sn if 0 < len(sn) <= MAX_SN_CHARS else None


def show_open(tx: Tx, desk: Desk, judge: Judge) -> None:
    """Show an admin the orders that wait for a word."""
    waiting = orders.for_admins(tx, limit=MAX_CARDS)
    for order in waiting:
        _show(tx, desk, order_card(order, judge.now_ms), judge)
    if not waiting:
        desk.say(tx, NothingToResolve(), judge.place, at_ms=judge.now_ms)


def show_card(tx: Tx, desk: Desk, trxid: str, judge: Judge) -> None:
    """The admin thought better of it: the card stands again."""
    if order := _open_order(tx, desk, trxid, judge):
        _show(tx, desk, order_card(order, judge.now_ms), judge)


def ask_for_sn(tx: Tx, desk: Desk, trxid: str, judge: Judge) -> None:
    """SUKSES was tapped: ask for the SN where the card stood."""
    if order := _open_order(tx, desk, trxid, judge):
        _show(tx, desk, say.SnQuestion(**facts_of(order, judge.now_ms)), judge)


def ask_confirmation(tx: Tx, desk: Desk, trxid: str, outcome: Outcome, sn: str | None, judge: Judge) -> None:
    """Ask the second question before a word counts."""
    if order := _open_order(tx, desk, trxid, judge):
        question = say.ResolutionQuestion(**facts_of(order, judge.now_ms), outcome=outcome, sn=sn)
        _show(tx, desk, question, judge)


def resolve_order(tx: Tx, desk: Desk, trxid: str, outcome: Outcome, sn: str | None, judge: Judge) -> None:
    """Carry out an admin's confirmed word, and close the card wherever it lies."""
    order = _open_order(tx, desk, trxid, judge)
    if order is None:
        return
    ruled = Resolved(outcome=outcome, admin_id=judge.admin_id, sn=sn)
    apply_event_to(tx, desk, trxid, ruled, at_ms=judge.now_ms, actor=f"admin:{judge.admin_id}")
    facts = facts_of(order, judge.now_ms)
    closed = say.OrderResolved(**facts, outcome=outcome, sn=sn, admin_name=judge.name)
    desk.close_cards(tx, closed, at_ms=judge.now_ms, subject=card_subject(trxid))


def _open_order(tx: Tx, desk: Desk, trxid: str, judge: Judge) -> Order | None:
    """Give the order if it still waits for an admin; else tell the admin why there is nothing to do."""
    order = orders.get(tx, trxid)
    if order is None:
        desk.say(tx, UnknownTrxid(trxid=trxid[:40]), judge.place, at_ms=judge.now_ms)
    elif not needs_admin(order):
        _show(tx, desk, say.ResolutionRejected(**facts_of(order, judge.now_ms), state=order.state), judge)
    else:
        return order
    return None


def _show(tx: Tx, desk: Desk, notice: say.OrderNotice, judge: Judge) -> None:
    desk.say(
        tx,
        notice,
        judge.place,
        at_ms=judge.now_ms,
        subject=card_subject(notice.trxid),
        edits=judge.message_id,
    )
