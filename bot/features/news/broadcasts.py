"""Broadcasts of admins to all resellers: shown first, confirmed by two taps, stopped by one."""

import re

from bot.actors import Actor, Address
from bot.features.accounts.decision import close_card
from bot.notices import Notice
from bot.notices.buttons import Action
from bot.notices.news import (
    BroadcastCancelled,
    BroadcastCard,
    BroadcastEnded,
    BroadcastError,
    BroadcastNews,
    BroadcastPreview,
    BroadcastProgress,
    BroadcastRejected,
)
from bot.routing import Audience, ButtonRoute, MessageCommandRoute, Routes, Tap
from bot.texts.formatting import AttachmentKind, ReceivedFile, units
from bot.texts.news import broadcast, broadcast_body, max_body_units
from bot.texts.render import RenderedMessage
from bot.unit_of_work import UnitOfWork
from bot.updates import IncomingMessage, Toast
from storage import chats, news, outbox
from storage.news import Broadcast, BroadcastState
from storage.transaction import Tx

CARD = "broadcast"
"""The kind of the subject of the cards about a broadcast."""

_COMMAND = re.compile(r"\A.*?umumkan(?:@\w+)?[ \t:]*\n?", re.IGNORECASE | re.DOTALL)
"""The command itself, behind what cannot be seen: its handler gets only texts that begin with it."""


def news_subject(broadcast_id: int) -> str:
    """Return the outbox subject of the messages of a broadcast."""
    return f"news:{broadcast_id}"


def broadcast_subject(broadcast_id: int) -> str:
    """Return the outbox subject of the cards about a broadcast."""
    return f"{CARD}:{broadcast_id}"


def render_broadcast(tx: Tx, broadcast_id: int) -> RenderedMessage:
    """Render a broadcast as people see it."""
    found = news.get(tx, broadcast_id)
    if found is None:
        raise LookupError(f"there is no broadcast {broadcast_id}")
    picture = (
        ReceivedFile(form=AttachmentKind.PICTURE, file_id=found.picture_id) if found.picture_id else None
    )
    return RenderedMessage(text=broadcast(found.body), received_file=picture)


def _show(work: UnitOfWork, admin: Actor, message: IncomingMessage) -> None:
    """Answer `/umumkan …` with the broadcast as people will see it, and a card that asks whether to send it.

    Without a text or picture of its own it takes those of the message that it replies to.
    """
    body = broadcast_body(_COMMAND.sub("", message.text, count=1)) or broadcast_body(message.replied_text)
    picture_id = message.picture_id or message.replied_picture_id
    people_count = news.count_readers(work.tx)
    if rejected := _fault_of(body, picture_id, people_count):
        work.notify(rejected, admin.address)
        return
    broadcast_id = news.draft(
        work.tx,
        body=body,
        picture_id=picture_id,
        admin_name=admin.name,
        created_by=admin.user_id,
        people=people_count,
        at_ms=work.now_ms,
    )
    work.notify(BroadcastPreview(broadcast_id=broadcast_id), admin.chat)
    card = BroadcastCard(broadcast_id=broadcast_id, people_count=people_count)
    work.notify(card, admin.chat, subject=broadcast_subject(broadcast_id))


def _fault_of(body: str, picture_id: str | None, people_count: int) -> BroadcastRejected | None:
    if not body and not picture_id:
        return BroadcastRejected(error=BroadcastError.EMPTY)
    max_units = max_body_units(has_picture=picture_id is not None)
    if units(body) > max_units:
        return BroadcastRejected(error=BroadcastError.TOO_LONG, units=units(body), max_units=max_units)
    return None if people_count else BroadcastRejected(error=BroadcastError.NOBODY)


def _decide(work: UnitOfWork, admin: Actor, tap: Tap) -> Toast:
    """Ask again after the first tap, and send after the second."""
    found = news.get(work.tx, int(tap.subject_id))
    if found is None or found.state is not BroadcastState.DRAFT:
        return Toast.USED
    close_card(work, admin, tap)
    if tap.action is Action.CANCEL:
        _move(work, found, BroadcastState.CANCELLED)
        work.answer(admin, BroadcastCancelled(), subject=tap.subject)
    elif tap.action is Action.SEND_BROADCAST:
        chosen = BroadcastCard(
            broadcast_id=found.broadcast_id, people_count=news.count_readers(work.tx), is_chosen=True
        )
        work.answer(admin, chosen, subject=tap.subject)
    else:
        _start(work, admin, tap, found)
    return Toast.DONE


def _start(work: UnitOfWork, admin: Actor, tap: Tap, found: Broadcast) -> None:
    """Let the worker send a broadcast; every admin gets a card with its progress."""
    _move(work, found, BroadcastState.SENDING)
    people_count = news.count_readers(work.tx)
    news.set_people(work.tx, found.broadcast_id, people_count)
    progress = BroadcastProgress(
        broadcast_id=found.broadcast_id,
        admin_name=admin.name,
        people_count=people_count,
        sent_count=0,
        refused_count=0,
        failed_count=0,
    )
    work.answer(admin, progress, subject=tap.subject)
    for admin_id in work.admin_ids:
        if admin_id != admin.user_id:
            work.notify(progress, Address(chat_id=admin_id), subject=tap.subject)


def _stop(work: UnitOfWork, _: Actor, tap: Tap) -> Toast:
    """Make and send no more messages; the worker says how many were sent once the last is."""
    found = news.get(work.tx, int(tap.subject_id))
    if found is None or found.state is not BroadcastState.SENDING:
        return Toast.USED
    _move(work, found, BroadcastState.STOPPING)
    news.drop_waiting(work.tx, news_subject(found.broadcast_id))
    show_progress(work, found.broadcast_id)
    return Toast.DONE


def _move(work: UnitOfWork, found: Broadcast, state: BroadcastState) -> None:
    news.move(work.tx, found.broadcast_id, found.state, state, at_ms=work.now_ms)


def show_progress(work: UnitOfWork, broadcast_id: int) -> None:
    """Show on the cards of a broadcast how far it was sent; one that has just ended shows that already."""
    found = news.get(work.tx, broadcast_id)
    if found is None or found.state not in (BroadcastState.SENDING, BroadcastState.STOPPING):
        return
    done = news.delivery(work.tx, news_subject(broadcast_id))
    progress = BroadcastProgress(
        broadcast_id=broadcast_id,
        admin_name=found.admin_name,
        people_count=max(found.people_count, found.made_count),
        sent_count=done.sent_count,
        refused_count=found.refused_count,
        failed_count=done.failed_count,
        is_stopping=found.state is BroadcastState.STOPPING,
    )
    _replace_cards(work, broadcast_id, progress)


def send_slice(work: UnitOfWork, broadcast: Broadcast, size: int) -> None:
    """Enqueue the messages to the next people; end a broadcast that was sent to all."""
    user_ids = news.readers_after(work.tx, broadcast.after_user_id, limit=size)
    subject = news_subject(broadcast.broadcast_id)
    if not user_ids:
        if not news.count_waiting(work.tx, subject):
            _end(work, broadcast, BroadcastState.DONE)
        return
    reachable = [user_id for user_id in user_ids if not chats.address(work.tx, user_id)[1]]
    refused = len(user_ids) - len(reachable)
    # Stored first: if another slice was made, or the broadcast was stopped since, there is nothing to do.
    if not news.advance(work.tx, broadcast, user_id=user_ids[-1], made=len(user_ids), refused=refused):
        return
    for user_id in reachable:
        notice = BroadcastNews(broadcast_id=broadcast.broadcast_id)
        work.notify(notice, Address(chat_id=user_id), subject=subject)


def end_stopped(work: UnitOfWork, broadcast: Broadcast) -> None:
    """End a broadcast that was stopped, once what was being sent has arrived."""
    news.drop_waiting(work.tx, news_subject(broadcast.broadcast_id))
    _end(work, broadcast, BroadcastState.STOPPED)


def _end(work: UnitOfWork, broadcast: Broadcast, state: BroadcastState) -> None:
    """Store the end of a broadcast, and show on its cards what became of it."""
    if not news.move(work.tx, broadcast.broadcast_id, broadcast.state, state, at_ms=work.now_ms):
        return
    found = news.get(work.tx, broadcast.broadcast_id) or broadcast
    is_stopped = state is BroadcastState.STOPPED
    done = news.delivery(work.tx, news_subject(found.broadcast_id))
    people_count = max(found.people_count, found.made_count) if is_stopped else found.made_count
    reached = done.sent_count + found.refused_count + done.failed_count
    ended = BroadcastEnded(
        admin_name=found.admin_name,
        is_stopped=is_stopped,
        sent_count=done.sent_count,
        refused_count=found.refused_count,
        failed_count=done.failed_count,
        unsent_count=max(0, people_count - reached),
        at_ms=work.now_ms,
    )
    _replace_cards(work, found.broadcast_id, ended)


def _replace_cards(work: UnitOfWork, broadcast_id: int, notice: Notice) -> None:
    """Replace the card in each chat; one whose message id is not known is sent as it is now."""
    subject = broadcast_subject(broadcast_id)
    cards: dict[int, int | None] = {}
    for chat_id, message_id, _ in outbox.cards_about(work.tx, subject):
        cards[chat_id] = cards.get(chat_id) if message_id is None else message_id
    outbox.drop_waiting_about(work.tx, subject)
    for chat_id, message_id in cards.items():
        work.notify(notice, Address(chat_id=chat_id), subject=subject, edits=message_id)


ROUTES = Routes(
    commands=(MessageCommandRoute(("umumkan",), _show, Audience.ADMINS),),
    buttons=(
        ButtonRoute(
            actions=(Action.SEND_BROADCAST, Action.CONFIRM_BROADCAST, Action.CANCEL),
            handle=_decide,
            subject_kind=CARD,
        ),
        ButtonRoute(actions=(Action.STOP_BROADCAST,), handle=_stop, subject_kind=CARD),
    ),
)
