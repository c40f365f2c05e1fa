"""Complaints: one tap brings an order before the admins with all facts, and their answer back under it."""

import re

from msgspec import Struct

from bot.grammar.normalize import normalize
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
from bot.orders.notifications import facts_of
from bot.unit_of_work import Address, Desk
from storage import complaints, order_queries, orders, people
from storage.complaints import Complaint, ComplaintOrigin
from storage.transaction import Tx

MAX_NOTE_CHARS = 300
MAX_ANSWER_CHARS = 500
MAX_CARDS = 20
"""As many cards as a person can look through at once; the oldest come first."""

MAX_UNANSWERED = 10
"""So many complaints of one person may wait: more would hide those of the others from the admins."""

MIN_NUMBER_DIGITS = 5
MAX_NUMBERS_TRIED = 8


class Admin(Struct, frozen=True, kw_only=True):
    """Who deals with a complaint, where, and over which card of theirs, if any."""

    user_id: int
    name: str
    place: Address
    card_id: int | None = None


def open_complaint(
    tx: Tx, desk: Desk, order: Order, place: Address, *, user_id: int, note: str, now_ms: int
) -> None:
    """Bring an order before the admins, once, and tell where its complaint stands."""
    last = complaints.latest_for(tx, order.trxid)
    is_waiting = last is not None and last.stage is not ComplaintStage.ANSWERED
    if not is_waiting and (count := complaints.count_unanswered(tx, user_id)) >= MAX_UNANSWERED:
        desk.say(tx, TooManyComplaints(count=count), place, at_ms=now_ms)
        return
    spot = ComplaintOrigin(chat_id=place.chat_id, thread_id=place.thread_id, message_id=place.reply_to)
    cut = note[:MAX_NOTE_CHARS]
    fresh = complaints.insert(tx, order.trxid, spot, user_id=user_id, note=cut, at_ms=now_ms)
    if fresh:
        card = _card(tx, order, fresh)
        desk.tell_admins(tx, card, at_ms=now_ms, subject=complaint_subject(fresh))
    if complaint := fresh or last:
        desk.say(tx, _told(order, complaint), place, at_ms=now_ms)


def open_complaint_about(
    tx: Tx, desk: Desk, typed: str, place: Address, *, user_id: int, now_ms: int
) -> None:
    """Complain about the order that was named by its number or id, in whatever words around it."""
    order = _find(tx, normalize(typed), user_id)
    if order is None:
        desk.say(tx, ComplaintHelp(typed=typed.strip()[:64]), place, at_ms=now_ms)
    else:
        note = " ".join(normalize(typed).split())
        open_complaint(tx, desk, order, place, user_id=user_id, note=note, now_ms=now_ms)


def _find(tx: Tx, typed: str, user_id: int) -> Order | None:
    """Give the person's own latest order to a number in the text."""
    for number in _numbers(typed):
        if (order := orders.get(tx, number)) and order.user_id == user_id:
            return order
        if found := order_queries.to_destination(tx, number, user_id=user_id, limit=1):
            return found[0]
    return None


def _numbers(typed: str) -> list[str]:
    """Give what may be a number or an id: each run of digits, then runs taken together from each on."""
    runs = [run.replace("-", "") for run in re.findall(r"[0-9][0-9-]*", typed)][:MAX_NUMBERS_TRIED]
    joined = ["".join(runs[at:]) for at in range(len(runs))]
    long = [number for number in dict.fromkeys([*runs, *joined]) if len(number) >= MIN_NUMBER_DIGITS]
    # A phone number is kept as 08…, a meter's as it is.
    return [form for number in long for form in (number, re.sub(r"^(?:62)?8", "08", number))]


def show_open(tx: Tx, desk: Desk, place: Address, *, now_ms: int) -> None:
    """Show an admin the complaints that wait for an answer."""
    waiting = complaints.unanswered(tx, limit=MAX_CARDS)
    for complaint in waiting:
        if order := orders.get(tx, complaint.trxid):
            card = _card(tx, order, complaint)
            desk.say(tx, card, place, at_ms=now_ms, subject=complaint_subject(complaint))
    if not waiting:
        desk.say(tx, NoComplaints(), place, at_ms=now_ms)


def mark_checking(tx: Tx, desk: Desk, complaint_id: int, admin: Admin, *, now_ms: int) -> None:
    """An admin takes a complaint up: the reseller hears it once, and the card says so."""
    found = _order_of(tx, complaint_id)
    if found is None:
        return
    order, complaint = found
    if complaint.stage is ComplaintStage.OPEN:
        complaint = _move(
            tx, desk, order, complaint, stage=ComplaintStage.CHECKING, words=None, admin=admin, now_ms=now_ms
        )
    _show_again(tx, desk, order, complaint, admin, now_ms)


def mark_delivered(tx: Tx, desk: Desk, complaint_id: int, admin: Admin, *, now_ms: int) -> None:
    """An admin finds the order delivered; if it no longer is said to be, the card is shown afresh."""
    found = _order_of(tx, complaint_id)
    if found and found[0].state is State.SUCCEEDED:
        answer_complaint(tx, desk, complaint_id, None, admin, now_ms=now_ms)
    elif found:
        _show_again(tx, desk, *found, admin, now_ms)


def answer_complaint(
    tx: Tx, desk: Desk, complaint_id: int, text: str | None, admin: Admin, *, now_ms: int
) -> None:
    """Answer a complaint where it was made and close its cards; the first counts. None: "delivered"."""
    found = _order_of(tx, complaint_id)
    if found is None:
        return
    order, complaint = found
    if complaint.stage is ComplaintStage.ANSWERED:
        _show_again(tx, desk, order, complaint, admin, now_ms)
        return
    words = text[:MAX_ANSWER_CHARS] if text else None
    complaint = _move(
        tx, desk, order, complaint, stage=ComplaintStage.ANSWERED, words=words, admin=admin, now_ms=now_ms
    )
    closed = _closed(order, complaint, admin.name)
    desk.close_cards(tx, closed, at_ms=now_ms, subject=complaint_subject(complaint))


def _move(
    tx: Tx,
    desk: Desk,
    order: Order,
    before: Complaint,
    *,
    stage: ComplaintStage,
    words: str | None,
    admin: Admin,
    now_ms: int,
) -> Complaint:
    """Bring a complaint on and say so where it was made; give the complaint as it stands then."""
    moved = complaints.change_stage(tx, before, stage, answer=words, by=admin.user_id, at_ms=now_ms)
    after = complaints.get(tx, before.complaint_id) or before
    if moved:
        where = Address(chat_id=after.chat_id, thread_id=after.thread_id, reply_to=after.message_id)
        desk.say(tx, _told(order, after), where, at_ms=now_ms)
    return after


def _show_again(tx: Tx, desk: Desk, order: Order, complaint: Complaint, admin: Admin, now_ms: int) -> None:
    """Show how a complaint stands, in the place of the card that was tapped."""
    if complaint.stage is ComplaintStage.ANSWERED:
        person = people.get(tx, complaint.changed_by)
        notice: ComplaintCard | ComplaintClosed = _closed(order, complaint, person.name if person else "")
    else:
        notice = _card(tx, order, complaint)
    desk.say(tx, notice, admin.place, at_ms=now_ms, subject=complaint_subject(complaint), edits=admin.card_id)


def _order_of(tx: Tx, complaint_id: int) -> tuple[Order, Complaint] | None:
    complaint = complaints.get(tx, complaint_id)
    order = orders.get(tx, complaint.trxid) if complaint else None
    return (order, complaint) if order and complaint else None


def complaint_subject(complaint: Complaint) -> str:
    """Give the name under which the cards of a complaint are found again."""
    return f"complaint:{complaint.complaint_id}"


def _told(order: Order, complaint: Complaint) -> ComplaintUpdate:
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
    )
