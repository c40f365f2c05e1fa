"""The outbox: messages to send, in order for each chat, and their delivery state."""

from msgspec import Struct
from msgspec.structs import replace

from bot.notices import Notice, Result, priority_of
from bot.notices.buttons import Keyboard
from storage import bots
from storage.codec import Codec, columns_of, dump, kind_of, load
from storage.statements import Value
from storage.transaction import ResultRow, Tx

NOTICES = Codec(Notice)

END_OF_TIME_MS = 1 << 62

SMALL_OUTBOX = 20
"""Fewer waiting messages than this are read by one statement, with all that is needed to send them.

If more wait, that read was in vain; 20 are the messages of a busy second.
"""

MARKED_AT_ONCE = 16
"""The messages that `mark_messages_sent` names."""


class OutboxMessage(Struct, frozen=True, kw_only=True):
    """A notice for a chat, as a new message or as an edit of an earlier one.

    The earlier one is named by its message id (`edits`), or by its outbox id if it is not sent yet
    (`edits_outbox_id`). Until `hold_until_ms` later messages may overtake this one. `reader_id` is the only
    member of a group who needs to see it.
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
    reader_id: int | None = None


class QueuedMessage(Struct, frozen=True, kw_only=True):
    """A message in the outbox with its attempts; `is_void` if it edits a message that was never sent.

    `due_at_ms` is the time of the next attempt.
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
    """A chat with messages to send, and when the first is due; `rows` are its messages if already read.

    `priority` is that of the first message, which none behind it precedes.
    """

    chat_id: int
    due_at_ms: int
    priority: int
    rows: tuple[ResultRow, ...] | None = None


class DeliveryRecord(Struct, frozen=True, kw_only=True):
    """The delivery of a message: the class of its notice, its state (`waiting`, `sent` …), the last fault."""

    kind: str
    state: str
    created_at_ms: int
    fault: str | None


def enqueue(tx: Tx, message: OutboxMessage, *, at_ms: int) -> None:
    """Append a message to the queue of its chat, or of the chat to which that one moved.

    For an unreachable chat it is parked with the others, so that it cannot overtake them later.
    """
    tx.run("enqueue_message", **_row_of(message, at_ms))


class NewMessage(Struct, frozen=True, kw_only=True):
    """A message that was just enqueued for a chat; `next` is what to send if no other of the chat waits."""

    chat_id: int
    next: QueuedMessage | None


def enqueue_next(tx: Tx, message: OutboxMessage, *, at_ms: int) -> NewMessage | None:
    """Append a message in the same way, and return it if it is due with those of its chat.

    None if it is held or parked, or for a chat that moved, or edits one that may not be sent yet.
    """
    row = tx.one("enqueue_next_message", **_row_of(message, at_ms))
    if row is None or row["state"] != "waiting" or row["chat_id"] != message.chat_id:
        return None
    if message.hold_until_ms or message.edits_outbox_id is not None:
        return None
    if row["is_behind"]:
        return NewMessage(chat_id=message.chat_id, next=None)
    queued = QueuedMessage(
        outbox_id=row["outbox_id"],
        message=replace(
            message, reply_to=bots.own_message(message.reply_to), edits=bots.own_message(message.edits)
        ),
        due_at_ms=at_ms,
        attempts=0,
        ambiguous=0,
        rejections=0,
        created_at_ms=at_ms,
    )
    return NewMessage(chat_id=message.chat_id, next=queued)


def _row_of(message: OutboxMessage, at_ms: int) -> dict[str, Value]:
    return {
        "chat_id": message.chat_id,
        "thread_id": message.thread_id,
        "reply_to": bots.own_message(message.reply_to),
        "edits": bots.own_message(message.edits),
        "edits_outbox_id": message.edits_outbox_id,
        "kind": kind_of(message.notice),
        "facts": dump(message.notice),
        "keyboard": dump(message.keyboard),
        "subject": message.subject,
        "priority": priority_of(message.notice),
        "hold_until_ms": message.hold_until_ms,
        "reader_id": message.reader_id,
        "at_ms": at_ms,
    }


def release(tx: Tx, chat_id: int, reply_to: int) -> None:
    """End the hold of the messages that reply to a message."""
    tx.run("release_held_messages", chat_id=chat_id, message_id=reply_to)


def hold_until_ms(tx: Tx, subject: str) -> int:
    """Return until when messages about a subject are held; 0 if none is."""
    row = tx.one("hold_of_subject", subject=subject)
    return (row["until_ms"] or 0) if row else 0


def is_waiting_about(tx: Tx, subject: str) -> bool:
    """Return whether a message about a subject is waiting or parked."""
    return tx.one("waiting_message_about", subject=subject) is not None


def chat_queues(tx: Tx, *, now_ms: int) -> tuple[list[ChatQueue], int | None]:
    """Return the chats with messages to send, by priority and time; and when the next hold ends."""
    rows = tx.all("all_waiting_messages", limit=SMALL_OUTBOX)
    if len(rows) == SMALL_OUTBOX:
        return _many_chat_queues(tx, now_ms)
    held = [row["hold_until_ms"] for row in rows if row["hold_until_ms"] > now_ms]
    by_chat: dict[int, list[ResultRow]] = {}
    for row in rows:
        if row["hold_until_ms"] <= now_ms:
            by_chat.setdefault(row["chat_id"], []).append(row)
    in_order = sorted(by_chat.items(), key=lambda queue: (queue[1][0]["priority"], queue[1][0]["outbox_id"]))
    found = [
        ChatQueue(
            chat_id=chat_id,
            due_at_ms=of_chat[0]["due_at_ms"],
            priority=of_chat[0]["priority"],
            rows=tuple(of_chat),
        )
        for chat_id, of_chat in in_order
    ]
    return found, min(held, default=None)


def _many_chat_queues(tx: Tx, now_ms: int) -> tuple[list[ChatQueue], int | None]:
    next_held = tx.one("next_held_message", now_ms=now_ms)
    rows = tx.all("waiting_chat_queues", now_ms=now_ms)
    found = [
        ChatQueue(chat_id=row["chat_id"], due_at_ms=row["due_at_ms"], priority=row["priority"])
        for row in rows
    ]
    return found, next_held["at_ms"] if next_held else None


def messages_of(tx: Tx, queue: ChatQueue, *, now_ms: int, limit: int) -> list[QueuedMessage]:
    """Return the first messages of a chat queue, in order."""
    if queue.rows is None:
        return waiting_messages(tx, queue.chat_id, now_ms=now_ms, limit=limit)
    return [_read(row) for row in queue.rows[:limit]]


def waiting_messages(tx: Tx, chat_id: int, *, now_ms: int, limit: int) -> list[QueuedMessage]:
    """Return the first messages of a chat that are not held, in order."""
    return [
        _read(row) for row in tx.all("waiting_messages_of_chat", chat_id=chat_id, now_ms=now_ms, limit=limit)
    ]


def mark_sent(tx: Tx, outbox_id: int, *others: int, message_id: int | None, at_ms: int) -> None:
    """Store that Telegram accepted a message, and `others` that went out with it, under its id there."""
    if not others:
        tx.run("mark_message_sent", outbox_id=outbox_id, message_id=message_id, at_ms=at_ms)
        return
    outbox_ids = (outbox_id, *others)
    for first in range(0, len(outbox_ids), MARKED_AT_ONCE):
        ids = outbox_ids[first : first + MARKED_AT_ONCE]
        # A last group that is smaller names its last message more than once.
        named = {f"id_{number}": ids[min(number, len(ids)) - 1] for number in range(1, MARKED_AT_ONCE + 1)}
        tx.run("mark_messages_sent", **named, message_id=message_id, at_ms=at_ms)


def postpone(
    tx: Tx, outbox_id: int, *, due_at_ms: int, ambiguous: bool = False, rejected: bool = False, fault: str
) -> None:
    """Count a failed attempt, and set the time of the next."""
    tx.run(
        "postpone_message",
        outbox_id=outbox_id,
        due_at_ms=due_at_ms,
        ambiguous=int(ambiguous),
        rejected=int(rejected),
        fault=fault,
    )


def mark_failed(tx: Tx, outbox_id: int, *, fault: str) -> None:
    tx.run("mark_message_failed", outbox_id=outbox_id, fault=fault)


def detach_edit(tx: Tx, outbox_id: int) -> None:
    """Turn an edit into a new message, because the message to edit is gone."""
    tx.run("detach_edit", outbox_id=outbox_id)


def leave_topic(tx: Tx, chat_id: int, thread_id: int) -> None:
    """Redirect the messages of a deleted topic to the chat itself."""
    tx.run("leave_topic", chat_id=chat_id, thread_id=thread_id)


def drop(tx: Tx, outbox_id: int) -> None:
    """Do not send a waiting message, because a later one replaces it."""
    tx.run("drop_message", outbox_id=outbox_id)


def drop_outdated(tx: Tx, chat_id: int, *, now_ms: int) -> int:
    """Drop the acknowledgements of a chat whose result waits as well; return their number."""
    return tx.run("drop_superseded_acknowledgements", chat_id=chat_id, now_ms=now_ms)


def drop_waiting_about(tx: Tx, subject: str) -> None:
    """Drop the waiting and parked messages about a subject that is settled."""
    tx.run("drop_messages_about", subject=subject)


def drop_superseded_edits(tx: Tx, chat_id: int, message_id: int) -> None:
    """Drop all waiting and parked edits of a message except the last."""
    tx.run("drop_superseded_edits", chat_id=chat_id, message_id=message_id)


def cards_about(tx: Tx, subject: str) -> list[tuple[int, int | None, int]]:
    """Return (chat_id, message_id, outbox_id) of each message about a subject, sent or to be sent.

    `message_id` is None if Telegram has not assigned one yet.
    """
    cards: dict[tuple[int, int], tuple[int, int | None, int]] = {}
    for row in tx.all("cards_about", subject=subject):
        key = row["message_id"] if row["message_id"] is not None else -row["outbox_id"]
        cards[row["chat_id"], key] = (row["chat_id"], row["message_id"], row["outbox_id"])
    return list(cards.values())


def chats_notified(tx: Tx, subject: str) -> list[int]:
    """Return the chats that have a message about a subject, in whatever delivery state."""
    return [row["chat_id"] for row in tx.all("chats_notified_about", subject=subject)]


def find_sent(tx: Tx, chat_id: int, message_id: int) -> tuple[str, str] | None:
    """Return (kind, subject) of the notice that a sent message shows."""
    row = tx.one("sent_message", chat_id=chat_id, message_id=message_id)
    return (row["kind"], row["subject"]) if row else None


def last_destination_prompt(tx: Tx, chat_id: int) -> tuple[str, int] | None:
    """Return (subject, created_at_ms) of the last destination prompt in a chat; None if it was cancelled."""
    row = tx.one("last_destination_prompt", chat_id=chat_id)
    return (row["subject"], row["created_at_ms"]) if row and row["kind"] == "DestinationPrompt" else None


def last_open_sn_question(
    tx: Tx, chat_id: int, *, since_ms: int, until_ms: int
) -> tuple[str, str, int] | None:
    """Return (kind, subject, created_at_ms) of the last unanswered question to an admin for an SN."""
    row = tx.one("last_open_sn_question", chat_id=chat_id, since_ms=since_ms, until_ms=until_ms)
    return (row["kind"], row["subject"], row["created_at_ms"]) if row else None


def parked_results(tx: Tx, chat_id: int) -> list[Result]:
    """Return the results of orders that are parked for a chat, oldest first."""
    return [NOTICES.load(row["kind"], row["facts"]) for row in tx.all("parked_results", chat_id=chat_id)]


def delivery_records(tx: Tx, subject: str) -> tuple[DeliveryRecord, ...]:
    """Return the delivery of every message about a subject, oldest first."""
    return tuple(DeliveryRecord(**dict(row)) for row in tx.all("delivery_records", subject=subject))


def was_enqueued_since(tx: Tx, subject: str, *, since_ms: int, until_ms: int = END_OF_TIME_MS) -> bool:
    """Return whether a message about a subject was enqueued from `since_ms` to `until_ms`."""
    return tx.one("message_about_since", subject=subject, since_ms=since_ms, until_ms=until_ms) is not None


def advance_due(tx: Tx, *, now_ms: int, by_ms: int) -> None:
    """Move what is due or held until later than now by as much as the clock was set back."""
    tx.run("advance_due_messages", now_ms=now_ms, by_ms=by_ms)
    tx.run("advance_held_messages", now_ms=now_ms, by_ms=by_ms)


def make_due(tx: Tx, *, after_ms: int, now_ms: int) -> None:
    """Make due the messages that wait until later than `after_ms`."""
    tx.run("make_messages_due", after_ms=after_ms, now_ms=now_ms)


def end_holds(tx: Tx, *, after_ms: int) -> None:
    """End the holds that last until later than `after_ms`."""
    tx.run("end_message_holds", after_ms=after_ms)


def is_kind_waiting(tx: Tx, chat_id: int, kind: str) -> bool:
    """Return whether a message of this kind to the chat is waiting or parked."""
    return tx.one("waiting_message_of_kind", chat_id=chat_id, kind=kind) is not None


def count_waiting(tx: Tx, chat_id: int, kind: str) -> int:
    """Return how many messages of this kind to the chat are waiting or parked."""
    row = tx.one("count_waiting_of_kind", chat_id=chat_id, kind=kind)
    return row["count"] if row else 0


def drop_waiting(tx: Tx, chat_id: int, kind: str) -> None:
    """Drop the waiting and parked messages of this kind to the chat, because another one replaces them."""
    tx.run("drop_waiting_of_kind", chat_id=chat_id, kind=kind)


def counts(tx: Tx) -> dict[str, int]:
    """Return the number of messages that are waiting, parked or failed."""
    return {row["state"]: row["count"] for row in tx.all("count_messages")}


class ChatBacklog(Struct, frozen=True, kw_only=True):
    """The messages of a chat that wait or are parked, from `first_id` on; `fault` is one of their faults."""

    chat_id: int
    first_id: int
    count: int
    oldest_at_ms: int
    fault: str | None


def waiting_by_chat(tx: Tx, *, after_id: int = 0, limit: int) -> list[ChatBacklog]:
    """Return the chats with messages to send, the longest waiting first, behind the message `after_id`."""
    return [ChatBacklog(**dict(row)) for row in tx.all("waiting_by_chat", after_id=after_id, limit=limit)]


def parked_by_chat(tx: Tx, *, after_id: int = 0, limit: int) -> list[ChatBacklog]:
    """Return the unreachable chats with parked messages, in the same order."""
    return [ChatBacklog(**dict(row)) for row in tx.all("parked_by_chat", after_id=after_id, limit=limit)]


class FailedMessage(Struct, frozen=True, kw_only=True):
    """A message that was given up."""

    outbox_id: int
    chat_id: int
    kind: str
    subject: str
    created_at_ms: int
    fault: str | None


def failed_messages(tx: Tx, *, before_id: int | None, limit: int) -> list[FailedMessage]:
    """Return the messages that were given up, newest first, before one of them."""
    before = END_OF_TIME_MS if before_id is None else before_id
    return [FailedMessage(**dict(row)) for row in tx.all("failed_messages", before_id=before, limit=limit)]


def _read(row: ResultRow) -> QueuedMessage:
    values = columns_of(row)
    return QueuedMessage(
        outbox_id=values["outbox_id"],
        due_at_ms=values["due_at_ms"],
        attempts=values["attempts"],
        ambiguous=values["ambiguous"],
        rejections=values["rejections"],
        created_at_ms=values["created_at_ms"],
        is_void=values["target_state"] in ("dropped", "failed") and values["target_message_id"] is None,
        message=OutboxMessage(
            chat_id=values["chat_id"],
            notice=NOTICES.load(values["kind"], values["facts"]),
            thread_id=values["thread_id"],
            reply_to=values["reply_to"],
            edits=bots.own_message(values["edits"] or values["target_message_id"]),
            edits_outbox_id=values["edits_outbox_id"],
            keyboard=load(Keyboard, values["keyboard"]),
            subject=values["subject"],
            hold_until_ms=values["hold_until_ms"],
            reader_id=values["reader_id"],
        ),
    )
