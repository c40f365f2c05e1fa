"""What waits to be said, chat by chat and in order, and what became of it."""

import sqlite3
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from bot.notices import Notice
from bot.notices.buttons import Keyboard
from storage import chats
from storage.codec import Codec, dump, kind_of, load
from storage.transaction import Tx

NOTICES = Codec(Notice)

FEW = 20
"""Fewer waiting letters are read at one look, with all that is needed to send them.

Where more wait, the look was for nothing: as many as people order in a second are worth it.
"""


class OutboxMessage(Struct, frozen=True, kw_only=True):
    """A notice on its way to a chat, new or in the place of a message of ours.

    That message is named by its id (`edits`), or by its outbox id while it is not sent (`edits_outbox_id`).
    A letter that rests lets others overtake it until `hold_until_ms`.
    """

    chat_id: int
    notice: Notice
    thread_id: int | None = None
    reply_to: int | None = None
    edits: int | None = None
    edits_outbox_id: int | None = None
    keyboard: Keyboard = ()
    subject: str = ""
    hold_until_ms: int = 0


class QueuedMessage(Struct, frozen=True, kw_only=True):
    """A letter in the outbox, with the tries so far; `is_void` if what it was to replace never left.

    `due_at_ms` is when the next try may be made.
    """

    outbox_id: int
    message: OutboxMessage
    due_at_ms: int
    attempts: int
    ambiguous: int
    rejections: int
    created_at_ms: int
    is_void: bool = False


class ChatQueue(Struct, frozen=True, kw_only=True):
    """A chat with letters to be said, and when the first may go; `rows` are its letters, if at hand."""

    chat_id: int
    due_at_ms: int
    rows: tuple[sqlite3.Row, ...] | None = None


class DeliveryRecord(Struct, frozen=True, kw_only=True):
    """What became of a letter: its notice's name, its state (`waiting`, `sent` …), and the last fault."""

    kind: str
    state: str
    created_at_ms: int
    fault: str | None


def enqueue(tx: Tx, message: OutboxMessage, *, at_ms: int) -> None:
    """Put a letter at the end of its chat's lane; a moved chat's letters go where it went.

    In a chat that lets us in no longer it joins those set aside, so that none overtakes them later.
    """
    chat_id, is_closed = chats.address(tx, message.chat_id)
    if chat_id != message.chat_id:
        # A supergroup numbers its messages anew: the old ids name other people's messages there.
        message = replace(message, reply_to=None, edits=None, edits_outbox_id=None)
    tx.run(
        "enqueue_message",
        chat_id=chat_id,
        state="parked" if is_closed else "waiting",
        thread_id=message.thread_id,
        reply_to=message.reply_to,
        edits=message.edits,
        edits_outbox_id=message.edits_outbox_id,
        kind=kind_of(message.notice),
        facts=dump(message.notice),
        keyboard=dump(message.keyboard),
        subject=message.subject,
        hold_until_ms=message.hold_until_ms,
        at_ms=at_ms,
    )


def release(tx: Tx, chat_id: int, reply_to: int) -> None:
    """End the rest of the letters that answer a message."""
    tx.run("release_held_messages", chat_id=chat_id, message_id=reply_to)


def hold_until_ms(tx: Tx, subject: str) -> int:
    """Give until when the letters about a subject rest; 0 if none does."""
    row = tx.one("hold_of_subject", subject=subject)
    return (row["until_ms"] or 0) if row else 0


def is_waiting_about(tx: Tx, subject: str) -> bool:
    """Tell whether a letter about a subject waits to be said, be it set aside until its chat lets us in."""
    return tx.one("waiting_message_about", subject=subject) is not None


def chat_queues(tx: Tx, *, now_ms: int) -> tuple[list[ChatQueue], int | None]:
    """Give the chats with letters to be said now, longest waiting first; and when more will have rested."""
    rows = tx.all("all_waiting_messages", limit=FEW)
    if len(rows) == FEW:
        return _many_chat_queues(tx, now_ms)
    resting = [row["hold_until_ms"] for row in rows if row["hold_until_ms"] > now_ms]
    by_chat: dict[int, list[sqlite3.Row]] = {}
    for row in rows:
        if row["hold_until_ms"] <= now_ms:
            by_chat.setdefault(row["chat_id"], []).append(row)
    longest_first = sorted(by_chat.items(), key=lambda queue: queue[1][0]["outbox_id"])
    found = [
        ChatQueue(chat_id=chat_id, due_at_ms=of_chat[0]["due_at_ms"], rows=tuple(of_chat))
        for chat_id, of_chat in longest_first
    ]
    return found, min(resting, default=None)


def _many_chat_queues(tx: Tx, now_ms: int) -> tuple[list[ChatQueue], int | None]:
    wake = tx.one("next_held_message", now_ms=now_ms)
    rows = tx.all("waiting_chat_queues", now_ms=now_ms)
    found = [ChatQueue(chat_id=row["chat_id"], due_at_ms=row["due_at_ms"]) for row in rows]
    return found, wake["at_ms"] if wake else None


def messages_of(tx: Tx, queue: ChatQueue, *, now_ms: int, limit: int) -> list[QueuedMessage]:
    """Give the first letters of a lane, in order."""
    if queue.rows is None:
        return waiting_messages(tx, queue.chat_id, now_ms=now_ms, limit=limit)
    return [_read(row) for row in queue.rows[:limit]]


def waiting_messages(tx: Tx, chat_id: int, *, now_ms: int, limit: int) -> list[QueuedMessage]:
    """Give the first letters of a chat, in order."""
    return [
        _read(row) for row in tx.all("waiting_messages_of_chat", chat_id=chat_id, now_ms=now_ms, limit=limit)
    ]


def mark_sent(tx: Tx, outbox_id: int, *, message_id: int | None, at_ms: int) -> None:
    """Keep that Telegram has taken the letter, as which message."""
    tx.run("mark_message_sent", outbox_id=outbox_id, message_id=message_id, at_ms=at_ms)


def postpone(
    tx: Tx, outbox_id: int, *, due_at_ms: int, ambiguous: bool = False, rejected: bool = False, fault: str
) -> None:
    """Keep that a try failed, how, and when the next may be made."""
    tx.run(
        "postpone_message",
        outbox_id=outbox_id,
        due_at_ms=due_at_ms,
        ambiguous=int(ambiguous),
        rejected=int(rejected),
        fault=fault,
    )


def mark_failed(tx: Tx, outbox_id: int, *, fault: str) -> None:
    """Give a letter up for good."""
    tx.run("mark_message_failed", outbox_id=outbox_id, fault=fault)


def detach_edit(tx: Tx, outbox_id: int) -> None:
    """Send an edit as a message of its own, since the message it was to replace is gone."""
    tx.run("detach_edit", outbox_id=outbox_id)


def leave_topic(tx: Tx, chat_id: int, thread_id: int) -> None:
    """Send the letters of a topic that is gone to the chat itself."""
    tx.run("leave_topic", chat_id=chat_id, thread_id=thread_id)


def drop(tx: Tx, outbox_id: int) -> None:
    """Leave a letter unsaid, since a later one says more."""
    tx.run("drop_message", outbox_id=outbox_id)


def drop_outdated(tx: Tx, chat_id: int, *, now_ms: int) -> int:
    """Leave unsaid all acknowledgements in a lane whose result waits there too; give how many they were."""
    return tx.run("drop_superseded_acknowledgements", chat_id=chat_id, now_ms=now_ms)


def drop_waiting_about(tx: Tx, subject: str) -> None:
    """Leave unsaid what waits about a subject that is closed."""
    tx.run("drop_messages_about", subject=subject)


def drop_superseded_edits(tx: Tx, chat_id: int, message_id: int) -> None:
    """Leave unsaid all edits of a message that wait, but the last."""
    tx.run("drop_superseded_edits", chat_id=chat_id, message_id=message_id)


def cards_about(tx: Tx, subject: str) -> list[tuple[int, int | None, int]]:
    """Give (chat_id, message_id, outbox_id) of each message about a subject, told or on its way.

    `message_id` is None where Telegram has not given one yet.
    """
    cards: dict[tuple[int, int], tuple[int, int | None, int]] = {}
    for row in tx.all("cards_about", subject=subject):
        name = row["message_id"] if row["message_id"] is not None else -row["outbox_id"]
        cards[row["chat_id"], name] = (row["chat_id"], row["message_id"], row["outbox_id"])
    return list(cards.values())


def chats_notified(tx: Tx, subject: str) -> list[int]:
    """Give the chats that were told something about a subject, or wait to be."""
    return [row["chat_id"] for row in tx.all("chats_notified_about", subject=subject)]


def find_sent(tx: Tx, chat_id: int, message_id: int) -> tuple[str, str] | None:
    """Give (kind, subject) of what we last said with this message."""
    row = tx.one("sent_message", chat_id=chat_id, message_id=message_id)
    return (row["kind"], row["subject"]) if row else None


def last_destination_prompt(tx: Tx, chat_id: int) -> tuple[str, int] | None:
    """Give (subject, created_at_ms) of the last question for a number in a chat; None if it was let go."""
    row = tx.one("last_destination_prompt", chat_id=chat_id)
    return (row["subject"], row["created_at_ms"]) if row and row["kind"] == "DestinationPrompt" else None


def delivery_records(tx: Tx, subject: str) -> tuple[DeliveryRecord, ...]:
    """Give what became of every letter about a subject, oldest first."""
    return tuple(DeliveryRecord(**dict(row)) for row in tx.all("delivery_records", subject=subject))


def was_enqueued_since(tx: Tx, subject: str, *, since_ms: int) -> bool:
    """Tell whether anything about a subject was put into the outbox since a time."""
    return tx.one("message_about_since", subject=subject, since_ms=since_ms) is not None


def is_kind_waiting(tx: Tx, chat_id: int, kind: str) -> bool:
    """Tell whether a letter of this kind already waits in the chat's lane, be it set aside."""
    return tx.one("waiting_message_of_kind", chat_id=chat_id, kind=kind) is not None


def counts(tx: Tx) -> dict[str, int]:
    """Give how many letters wait, are parked or are buried."""
    return {row["state"]: row["count"] for row in tx.all("count_messages")}


def _read(row: sqlite3.Row) -> QueuedMessage:
    # A row finds a column by trying each name: many are found faster in a dict.
    told: dict[str, Any] = dict(zip(row.keys(), row, strict=True))
    return QueuedMessage(
        outbox_id=told["outbox_id"],
        due_at_ms=told["due_at_ms"],
        attempts=told["attempts"],
        ambiguous=told["ambiguous"],
        rejections=told["rejections"],
        created_at_ms=told["created_at_ms"],
        is_void=told["target_state"] in ("dropped", "failed") and told["target_message_id"] is None,
        message=OutboxMessage(
            chat_id=told["chat_id"],
            notice=NOTICES.load(told["kind"], told["facts"]),
            thread_id=told["thread_id"],
            reply_to=told["reply_to"],
            edits=told["edits"] or told["target_message_id"],
            edits_outbox_id=told["edits_outbox_id"],
            keyboard=load(Keyboard, told["keyboard"]),
            subject=told["subject"],
            hold_until_ms=told["hold_until_ms"],
        ),
    )
