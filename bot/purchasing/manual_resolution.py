"""Manual resolution by admins of orders whose result is unclear: a card, a question, a confirmation."""

from bot.actors import Actor
from bot.grammar.parsed import Command
from bot.notices.alarms import NothingToResolve, UnknownTrxid
from bot.notices.buttons import Action
from bot.notices.orders import (
    OrderCard,
    OrderNotice,
    OrderResolved,
    ResolutionQuestion,
    ResolutionRejected,
    SnQuestion,
)
from bot.notices.serial_numbers import SnForwarded
from bot.orders.events import Resolved
from bot.orders.model import Order, Outcome, State
from bot.purchasing.biller_words import latest_words, report_words
from bot.purchasing.notifications import facts_of, needs_admin, order_card
from bot.purchasing.settlement import apply_event_to, card_subject, with_customer
from bot.purchasing.sn_forwarding import forward_sn, parse_typed_sn
from bot.routing import Audience, ButtonRoute, CommandRoute, ReplyRoute, Routes, Tap
from bot.unit_of_work import UnitOfWork
from bot.updates import IncomingMessage, Toast
from storage import balances, orders

MAX_CARDS = 20
"""More would be hard to review at once; the oldest come first."""

_OUTCOMES = {"sukses": Outcome.SUCCESS, "gagal": Outcome.FAILURE}


def show_open(work: UnitOfWork, admin: Actor) -> None:
    """Show an admin the orders that wait for a decision."""
    waiting = orders.for_admins(work.tx, limit=MAX_CARDS)
    for order in waiting:
        _show(work, _card(work, order), admin)
    if not waiting:
        work.notify(NothingToResolve(), admin.address)


def _card(work: UnitOfWork, order: Order) -> OrderCard:
    reports = balances.quarantined_of(work.tx, order.trxid)
    report = report_words(reports[0]) if reports else ""
    card = order_card(order, work.now_ms, raw=latest_words(work.tx, order).raw, report=report)
    return with_customer(work.tx, card)


def is_open(work: UnitOfWork, order: Order) -> bool:
    """Return whether an admin may resolve the order: it needs one, or a reversal mismatched it."""
    is_doubted = order.state is State.PENDING and bool(balances.quarantined_of(work.tx, order.trxid))
    return needs_admin(order) or is_doubted


def show_card(work: UnitOfWork, trxid: str, admin: Actor) -> None:
    """Show the card again after the admin cancelled."""
    if order := _open_order(work, trxid, admin):
        _show(work, _card(work, order), admin)


def ask_for_sn(work: UnitOfWork, trxid: str, admin: Actor) -> None:
    """Ask for the SN in place of the card, after SUKSES was tapped."""
    if order := _open_order(work, trxid, admin):
        _show(work, SnQuestion(**facts_of(order, work.now_ms)), admin)


def ask_confirmation(work: UnitOfWork, trxid: str, outcome: Outcome, sn: str | None, admin: Actor) -> None:
    """Ask the admin to confirm the outcome."""
    if order := _open_order(work, trxid, admin):
        question = ResolutionQuestion(**facts_of(order, work.now_ms), outcome=outcome, sn=sn)
        _show(work, question, admin)


def resolve_order(work: UnitOfWork, trxid: str, outcome: Outcome, sn: str | None, admin: Actor) -> None:
    """Apply the outcome that an admin confirmed, and close all cards of the order."""
    order = _open_order(work, trxid, admin)
    if order is None:
        return
    resolved = Resolved(outcome=outcome, admin_id=admin.user_id, sn=sn)
    apply_event_to(work, trxid, resolved, actor=f"admin:{admin.user_id}")
    facts = facts_of(order, work.now_ms)
    closed = OrderResolved(**facts, outcome=outcome, sn=sn, admin_name=admin.name)
    work.replace_cards(closed, subject=card_subject(trxid))


def _open_order(work: UnitOfWork, trxid: str, admin: Actor) -> Order | None:
    """Return the order if it still waits for an admin; otherwise tell the admin why it does not."""
    order = orders.get(work.tx, trxid)
    if order is None:
        work.notify(UnknownTrxid(trxid=trxid[:40]), admin.address)
    elif not is_open(work, order):
        _show(work, ResolutionRejected(**facts_of(order, work.now_ms), state=order.state), admin)
    else:
        return order
    return None


def _show(work: UnitOfWork, notice: OrderNotice, admin: Actor) -> None:
    work.answer(admin, notice, subject=card_subject(notice.trxid))


def _resolve_by_command(work: UnitOfWork, admin: Actor, command: Command) -> None:
    """Answer `/sukses Ref SN` and `/gagal Ref`."""
    trxid, _, typed = command.rest.partition(" ")
    outcome = _OUTCOMES[command.word]
    sn = parse_typed_sn(typed) if outcome is Outcome.SUCCESS else None
    order = orders.get(work.tx, trxid)
    if sn and order and order.state is State.SUCCEEDED and order.sn is None:
        forward_sn(work, admin, trxid, sn)
        work.notify(SnForwarded(**facts_of(order, work.now_ms), sn=sn, admin_name=admin.name), admin.address)
        return
    if outcome is Outcome.SUCCESS and typed.strip() and sn is None:
        ask_for_sn(work, trxid, admin)
    else:
        ask_confirmation(work, trxid, outcome, sn, admin)


def _tap(work: UnitOfWork, admin: Actor, tap: Tap) -> Toast:
    trxid = tap.subject_id
    order = orders.get(work.tx, trxid)
    was_open = order is not None and is_open(work, order)
    match tap.action:
        case Action.RESOLVE_SUCCESS:
            ask_for_sn(work, trxid, admin)
        case Action.WITHOUT_SN:
            ask_confirmation(work, trxid, Outcome.SUCCESS, None, admin)
        case Action.RESOLVE_FAILURE:
            ask_confirmation(work, trxid, Outcome.FAILURE, None, admin)
        case Action.CONFIRM_SUCCESS:
            resolve_order(work, trxid, Outcome.SUCCESS, tap.payload or None, admin)
        case Action.CONFIRM_FAILURE:
            resolve_order(work, trxid, Outcome.FAILURE, None, admin)
        case _:
            show_card(work, trxid, admin)
    return Toast.DONE if was_open else Toast.CHANGED


def _reply_with_sn(work: UnitOfWork, admin: Actor, message: IncomingMessage, subject: str) -> bool:
    """Use an admin's reply to the question for an SN as the SN; return False if it cannot be one."""
    sn = parse_typed_sn(message.text)
    if sn is None or sn.startswith("/"):
        return False
    ask_confirmation(work, subject.removeprefix("order:"), Outcome.SUCCESS, sn, admin)
    return True


ROUTES = Routes(
    commands=(CommandRoute(("sukses", "gagal"), _resolve_by_command, Audience.ADMINS),),
    buttons=(
        ButtonRoute(
            actions=(
                *(Action.RESOLVE_SUCCESS, Action.RESOLVE_FAILURE, Action.WITHOUT_SN),
                *(Action.CONFIRM_SUCCESS, Action.CONFIRM_FAILURE, Action.CANCEL),
            ),
            handle=_tap,
            subject_kind="order",
        ),
    ),
    replies=(ReplyRoute(to=(SnQuestion,), handle=_reply_with_sn, audience=Audience.ADMINS),),
)
