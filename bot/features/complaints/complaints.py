"""Complaints: a reseller sends an order to the admins with all facts, and their answer is sent back."""

import re

from bot.actors import Actor, Address
from bot.grammar.parse import normalize
from bot.grammar.parsed import Command
from bot.notices.buttons import Action
from bot.notices.complaints import (
    ComplaintCard,
    ComplaintClosed,
    ComplaintHelp,
    ComplaintStage,
    ComplaintUpdate,
    NoComplaints,
    TooManyComplaints,
)
from bot.orders.model import Order, State
from bot.purchasing.biller_words import latest_words
from bot.purchasing.notifications import facts_of
from bot.purchasing.offers import own_order
from bot.purchasing.payment import is_of_shop
from bot.purchasing.sn_forwarding import forward_sn
from bot.routing import Audience, ButtonRoute, CommandRoute, ReplyRoute, Routes, Tap
from bot.unit_of_work import UnitOfWork
from bot.updates import IncomingMessage, Toast
from storage import complaints, order_queries, orders, people
from storage.complaints import Complaint, ComplaintOrigin
from storage.transaction import Tx

MAX_NOTE_CHARS = 300
MAX_ANSWER_CHARS = 500
MAX_CARDS = 20
"""As many cards as a person can review at once; the oldest come first."""

MAX_UNANSWERED = 10
"""The limit of unanswered complaints of one person: more would hide those of the others."""

MIN_NUMBER_DIGITS = 5
MAX_NUMBERS_TRIED = 8


def open_complaint(work: UnitOfWork, actor: Actor, order: Order, *, note: str) -> Toast:
    """Send an order to the admins, once, and the stage of its complaint to the reseller."""
    user_id, address = actor.user_id, actor.address
    last = complaints.latest_for(work.tx, order.trxid)
    is_waiting = last is not None and last.stage is not ComplaintStage.ANSWERED
    if not is_waiting and (count := complaints.count_unanswered(work.tx, user_id)) >= MAX_UNANSWERED:
        work.notify(TooManyComplaints(count=count), address)
        return Toast.REFUSED
    origin = ComplaintOrigin(
        chat_id=address.chat_id, thread_id=address.thread_id, message_id=address.reply_to
    )
    note = note[:MAX_NOTE_CHARS]
    fresh = complaints.insert(work.tx, order.trxid, origin, user_id=user_id, note=note, at_ms=work.now_ms)
    if fresh:
        card = _card(work.tx, order, fresh)
        work.notify_admins(card, subject=complaint_subject(fresh))
    if complaint := fresh or last:
        work.notify(_update(order, complaint), address)
    return Toast.DONE if fresh else Toast.ALREADY


def open_complaint_about(work: UnitOfWork, actor: Actor, command: Command) -> None:
    """Complain about the order with the typed number or id; show the open complaints to an admin."""
    typed = command.rest
    if actor.sees_all and not typed:
        show_open(work, actor)
        return
    order = _find(work, normalize(typed), actor.user_id)
    if order is None:
        work.notify(ComplaintHelp(typed=typed.strip()[:64]), actor.address)
    else:
        open_complaint(work, actor, order, note=" ".join(normalize(typed).split()))


def _find(work: UnitOfWork, typed: str, user_id: int) -> Order | None:
    """Return the latest order of the person's shop to a number in the text, or the one with an id in it."""
    for number in _numbers(typed):
        if (order := orders.get(work.tx, number)) and is_of_shop(work, order, user_id):
            return order
        if found := order_queries.to_destination(work.tx, number, user_id=user_id, limit=1):
            return found[0]
    return None


def _numbers(typed: str) -> list[str]:
    """Return possible numbers and ids: each run of digits, then the runs joined from each one on."""
    runs = [run.replace("-", "") for run in re.findall(r"[0-9][0-9-]*", typed)][:MAX_NUMBERS_TRIED]
    joined = ["".join(runs[at:]) for at in range(len(runs))]
    long = [number for number in dict.fromkeys([*runs, *joined]) if len(number) >= MIN_NUMBER_DIGITS]
    # A phone number is stored as 08…, a meter number as it is.
    return [form for number in long for form in (number, re.sub(r"^(?:62)?8", "08", number))]


def show_open(work: UnitOfWork, admin: Actor) -> None:
    """Show an admin the unanswered complaints."""
    waiting = complaints.unanswered(work.tx, limit=MAX_CARDS)
    for complaint in waiting:
        if order := orders.get(work.tx, complaint.trxid):
            card = _card(work.tx, order, complaint)
            work.notify(card, admin.address, subject=complaint_subject(complaint))
    if not waiting:
        work.notify(NoComplaints(), admin.address)


def mark_checking(work: UnitOfWork, complaint_id: int, admin: Actor) -> None:
    """Mark a complaint as being checked, and notify the reseller once."""
    found = _order_of(work.tx, complaint_id)
    if found is None:
        return
    order, complaint = found
    if complaint.stage is ComplaintStage.OPEN:
        complaint = _move(work, order, complaint, stage=ComplaintStage.CHECKING, words=None, admin=admin)
    _show_again(work, order, complaint, admin)


def mark_delivered(work: UnitOfWork, complaint_id: int, admin: Actor) -> None:
    """Answer that the order was delivered, or show the card again if it has not succeeded."""
    found = _order_of(work.tx, complaint_id)
    if found and found[0].state is State.SUCCEEDED:
        answer_complaint(work, complaint_id, None, admin)
    elif found:
        _show_again(work, *found, admin)


def answer_complaint(work: UnitOfWork, complaint_id: int, text: str | None, admin: Actor) -> None:
    """Send the first answer where the complaint was made, and close its cards; None means "delivered"."""
    found = _order_of(work.tx, complaint_id)
    if found is None:
        return
    order, complaint = found
    if complaint.stage is ComplaintStage.ANSWERED:
        _show_again(work, order, complaint, admin)
        return
    words = text[:MAX_ANSWER_CHARS] if text else None
    complaint = _move(work, order, complaint, stage=ComplaintStage.ANSWERED, words=words, admin=admin)
    closed = _closed(order, complaint, admin.name)
    work.replace_cards(closed, subject=complaint_subject(complaint))


def _move(
    work: UnitOfWork,
    order: Order,
    before: Complaint,
    *,
    stage: ComplaintStage,
    words: str | None,
    admin: Actor,
) -> Complaint:
    """Change the stage of a complaint, and notify where it was made; return the complaint afterwards."""
    moved = complaints.change_stage(work.tx, before, stage, answer=words, by=admin.user_id, at_ms=work.now_ms)
    after = complaints.get(work.tx, before.complaint_id) or before
    if moved:
        origin = Address(chat_id=after.chat_id, thread_id=after.thread_id, reply_to=after.message_id)
        work.notify(_update(order, after), origin)
    return after


def _show_again(work: UnitOfWork, order: Order, complaint: Complaint, admin: Actor) -> None:
    """Show the current state of a complaint in place of the tapped card."""
    if complaint.stage is ComplaintStage.ANSWERED:
        person = people.get(work.tx, complaint.changed_by)
        notice: ComplaintCard | ComplaintClosed = _closed(order, complaint, person.name if person else "")
    else:
        notice = _card(work.tx, order, complaint)
    work.answer(admin, notice, subject=complaint_subject(complaint))


def _order_of(tx: Tx, complaint_id: int) -> tuple[Order, Complaint] | None:
    complaint = complaints.get(tx, complaint_id)
    order = orders.get(tx, complaint.trxid) if complaint else None
    return (order, complaint) if order and complaint else None


def complaint_subject(complaint: Complaint) -> str:
    """Return the outbox subject of the cards of a complaint."""
    return f"complaint:{complaint.complaint_id}"


def _update(order: Order, complaint: Complaint) -> ComplaintUpdate:
    return ComplaintUpdate(
        **facts_of(order, complaint.changed_at_ms),
        stage=complaint.stage,
        answer=complaint.answer,
        sn=order.sn,
    )


def _closed(order: Order, complaint: Complaint, admin_name: str) -> ComplaintClosed:
    facts = facts_of(order, complaint.changed_at_ms)
    return ComplaintClosed(**facts, answer=complaint.answer, admin_name=admin_name)


def _card(tx: Tx, order: Order, complaint: Complaint) -> ComplaintCard:
    person = people.get(tx, complaint.user_id)
    owner = people.get(tx, person.owner_id) if person and person.owner_id is not None else None
    words = latest_words(tx, order)
    is_proven = order.state is State.SUCCEEDED and order.sn is not None
    return ComplaintCard(
        **facts_of(order, complaint.opened_at_ms),
        stage=complaint.stage,
        state=order.state,
        user_id=complaint.user_id,
        name=person.name if person else "",
        note=complaint.note,
        placed_at_ms=order.placed_at_ms,
        sn=order.sn,
        reason=order.reason,
        biller_ref=order.biller_ref,
        raw="" if is_proven else words.raw,
        sn_candidate=words.sn_candidate,
        owner_name=owner.name if owner else "",
    )


def _tap_complain(work: UnitOfWork, actor: Actor, tap: Tap) -> Toast:
    """Complain by a tap; a second tap only shows the stage."""
    order = own_order(work, actor, tap.payload)
    if not isinstance(order, Order):
        return order
    return open_complaint(work, actor, order, note="")


def _tap_card(work: UnitOfWork, admin: Actor, tap: Tap) -> Toast:
    complaint_id, is_check = int(tap.subject_id), tap.action is Action.COMPLAINT_CHECKING
    found = _order_of(work.tx, complaint_id)
    if found is None:
        return Toast.USED
    (mark_checking if is_check else mark_delivered)(work, complaint_id, admin)
    order, complaint = found
    markable = (ComplaintStage.OPEN,) if is_check else (ComplaintStage.OPEN, ComplaintStage.CHECKING)
    if complaint.stage not in markable:
        return Toast.ALREADY
    return Toast.DONE if is_check or order.state is State.SUCCEEDED else Toast.CHANGED


def _tap_sn(work: UnitOfWork, admin: Actor, tap: Tap) -> Toast:
    """Forward the SN that a complaint's card offers, and show the card again."""
    trxid, _, sn = tap.payload.partition(" ")
    was_forwarded = forward_sn(work, admin, trxid, sn)
    if found := _order_of(work.tx, int(tap.subject_id)):
        _show_again(work, *found, admin)
    return Toast.DONE if was_forwarded else Toast.REFUSED


def _reply(work: UnitOfWork, admin: Actor, message: IncomingMessage, subject: str) -> bool:
    """Accept an admin's reply to a card as the answer to the complaint."""
    text = message.text.strip()
    if not text or text.startswith("/"):
        return False
    answer_complaint(work, int(subject.removeprefix("complaint:")), text, admin)
    return True


ROUTES = Routes(
    commands=(CommandRoute(("komplain", "komplen", "komplin", "kom", "k", "lapor"), open_complaint_about),),
    buttons=(
        ButtonRoute(
            actions=(Action.COMPLAIN,), handle=_tap_complain, answers=(ComplaintUpdate, TooManyComplaints)
        ),
        ButtonRoute(actions=(Action.COMPLAINT_CHECKING, Action.COMPLAINT_DELIVERED), handle=_tap_card),
        ButtonRoute(actions=(Action.FORWARD_SN,), handle=_tap_sn, subject_kind="complaint"),
    ),
    replies=(ReplyRoute(to=(ComplaintCard, ComplaintClosed), handle=_reply, audience=Audience.ADMINS),),
)
