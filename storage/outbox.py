"""What waits to be said, chat by chat and in order, and what became of it."""

import json
import sqlite3
from dataclasses import dataclass, replace

from bot.notices import Notice
from bot.notices.keys import Action
from storage.codec import dump, kind_of, load
from storage.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button under a message: what it asks for, what its tap brings back, and what stands on it.

    `data` is a one-time nonce, or what a view is asked to show; `label` is put into the action's words.
    """

    action: Action
    data: str
    label: str = ""


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A notice on its way to a chat, new or in the place of a message of ours.

    That message is named by its id (`edits`), or by its letter if that was still on its way (`edits_letter`).
    A letter that rests lets others overtake it until `rests_until_ms`.
    """

    chat_id: int
    notice: Notice
    thread_id: int | None = None
    reply_to: int | None = None
    edits: int | None = None
    edits_letter: int | None = None
    keyboard: Keyboard = ()
    subject: str = ""
    rests_until_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A letter in the outbox, with the tries so far; `is_void` if what it was to replace never left."""

    outbox_id: int
    letter: Letter
    attempts: int
    ambiguous: int
    rejections: int
    created_at_ms: int
    is_void: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A chat with letters waiting: how many, and when the first may go."""

    chat_id: int
    count: int
    due_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What became of a letter: its notice's name, its state (`waiting`, `sent` …), and the last fault."""

    kind: str
    state: str
    created_at_ms: int
    fault: str | None


def enqueue(tx: Tx, letter: Letter, *, at_ms: int) -> None:
    """Put a letter at the end of its chat's lane; a moved chat's letters go where it went.

    In a chat that lets us in no longer it joins those set aside, so that none overtakes them later.
    """
    chat_id = current_address(tx, letter.chat_id)
    if chat_id != letter.chat_id:
        # A supergroup numbers its messages anew: the old ids name other people's messages there.
        letter = replace(letter, reply_to=None, edits=None, edits_letter=None)
    tx.run(
        "enqueue_letter",
        chat_id=chat_id,
        state="parked" if tx.one("chat_is_closed", chat_id=chat_id) else "waiting",
        thread_id=letter.thread_id,
        reply_to=letter.reply_to,
        edits=letter.edits,
        edits_letter=letter.edits_letter,
        kind=kind_of(letter.notice),
        facts=dump(letter.notice),
        keyboard=json.dumps([[[b.action, b.data, b.label] for b in row] for row in letter.keyboard]),
        subject=letter.subject,
        rests_until_ms=letter.rests_until_ms,
        at_ms=at_ms,
    )


def wake(tx: Tx, chat_id: int, reply_to: int) -> None:
    """End the rest of the letters that answer a message."""
    tx.run("letters_woken", chat_id=chat_id, message_id=reply_to)


def rests_until_ms(tx: Tx, subject: str) -> int:
    """Give until when the letters about a subject rest; 0 if none does."""
    row = tx.one("rest_of_subject", subject=subject)
    return (row["until_ms"] or 0) if row else 0


def next_wake_ms(tx: Tx, *, now_ms: int) -> int | None:
    """Give when the next letter has rested enough."""
    row = tx.one("next_letter_to_wake", now_ms=now_ms)
    return row["at_ms"] if row else None


def waits_about(tx: Tx, subject: str) -> bool:
    """Tell whether a letter about a subject waits to be said, be it set aside until its chat lets us in."""
    return tx.one("letter_waiting_about", subject=subject) is not None


def lanes(tx: Tx, *, now_ms: int) -> list[Lane]:
    """Give the chats that have letters to be said now, the longest waiting first."""
    return [
        Lane(chat_id=row["chat_id"], count=row["count"], due_at_ms=row["due_at_ms"])
        for row in tx.all("lanes_waiting", now_ms=now_ms)
    ]


def waiting(tx: Tx, chat_id: int, *, now_ms: int, limit: int) -> list[Waiting]:
    """Give the first letters of a lane, in order."""
    return [_read(row) for row in tx.all("letters_waiting", chat_id=chat_id, now_ms=now_ms, limit=limit)]


def told(tx: Tx, outbox_id: int, *, message_id: int | None, at_ms: int) -> None:
    """Keep that Telegram has taken the letter, as which message."""
    tx.run("letter_told", outbox_id=outbox_id, message_id=message_id, at_ms=at_ms)


def postpone(
    tx: Tx, outbox_id: int, *, due_at_ms: int, ambiguous: bool = False, rejected: bool = False, fault: str
) -> None:
    """Keep that a try failed, how, and when the next may be made."""
    tx.run(
        "letter_postponed",
        outbox_id=outbox_id,
        due_at_ms=due_at_ms,
        ambiguous=int(ambiguous),
        rejected=int(rejected),
        fault=fault,
    )


def bury(tx: Tx, outbox_id: int, *, fault: str) -> None:
    """Give a letter up for good."""
    tx.run("letter_buried", outbox_id=outbox_id, fault=fault)


def detach(tx: Tx, outbox_id: int) -> None:
    """Send an edit as a message of its own, since the message it was to replace is gone."""
    tx.run("letter_detached", outbox_id=outbox_id)


def leave_thread(tx: Tx, chat_id: int, thread_id: int) -> None:
    """Send the letters of a topic that is gone to the chat itself."""
    tx.run("letters_leave_thread", chat_id=chat_id, thread_id=thread_id)


def park(tx: Tx, chat_id: int, *, why: str, at_ms: int) -> None:
    """Set aside all letters of a chat that lets us in no longer."""
    tx.run("letters_parked", chat_id=chat_id, fault=why)
    tx.run("chat_closed", chat_id=chat_id, why=why, at_ms=at_ms)


def unpark(tx: Tx, chat_id: int, *, at_ms: int) -> bool:
    """Send what was set aside, since the chat speaks to us again; tell whether there was anything."""
    tx.run("chat_opened", chat_id=chat_id, at_ms=at_ms)
    return tx.run("letters_unparked", chat_id=chat_id, at_ms=at_ms) > 0


def move(tx: Tx, chat_id: int, new_chat_id: int, *, at_ms: int) -> None:
    """Re-address a group that became a supergroup: its letters and all that come."""
    if chat_id == new_chat_id:
        return
    tx.run("chat_moved", chat_id=chat_id, new_chat_id=new_chat_id, at_ms=at_ms)
    tx.run("letters_moved", chat_id=chat_id, new_chat_id=new_chat_id)


def current_address(tx: Tx, chat_id: int) -> int:
    """Follow a chat to where it moved."""
    row = tx.one("chat_address", chat_id=chat_id)
    return row["moved_to"] if row else chat_id


def drop(tx: Tx, outbox_id: int) -> None:
    """Leave a letter unsaid, since a later one says more."""
    tx.run("letter_dropped", outbox_id=outbox_id)


def drop_waiting_about(tx: Tx, subject: str) -> None:
    """Leave unsaid what waits about a subject that is closed."""
    tx.run("letters_dropped", subject=subject)


def keep_last_edit(tx: Tx, chat_id: int, message_id: int) -> None:
    """Leave unsaid all edits of a message that wait, but the last."""
    tx.run("edits_overtaken", chat_id=chat_id, message_id=message_id)


def cards_about(tx: Tx, subject: str) -> list[tuple[int, int | None, int]]:
    """Give (chat_id, message_id, outbox_id) of each message about a subject, told or on its way.

    `message_id` is None where Telegram has not given one yet.
    """
    cards: dict[tuple[int, int], tuple[int, int | None, int]] = {}
    for row in tx.all("cards_about", subject=subject):
        name = row["message_id"] if row["message_id"] is not None else -row["outbox_id"]
        cards[row["chat_id"], name] = (row["chat_id"], row["message_id"], row["outbox_id"])
    return list(cards.values())


def chats_told(tx: Tx, subject: str) -> list[int]:
    """Give the chats that were told something about a subject, or wait to be."""
    return [row["chat_id"] for row in tx.all("chats_told", subject=subject)]


def subject_of(tx: Tx, chat_id: int, message_id: int) -> tuple[str, str] | None:
    """Give (kind, subject) of what we last said with this message."""
    row = tx.one("letter_by_message", chat_id=chat_id, message_id=message_id)
    return (row["kind"], row["subject"]) if row else None


def number_asked(tx: Tx, chat_id: int) -> tuple[str, int] | None:
    """Give (subject, created_at_ms) of the last question for a number in a chat; None if it was let go."""
    row = tx.one("number_asked", chat_id=chat_id)
    return (row["subject"], row["created_at_ms"]) if row and row["kind"] == "NumberQuestion" else None


def traces(tx: Tx, subject: str) -> tuple[Trace, ...]:
    """Give what became of every letter about a subject, oldest first."""
    return tuple(Trace(**dict(row)) for row in tx.all("letters_about", subject=subject))


def said_since(tx: Tx, subject: str, *, since_ms: int) -> bool:
    """Tell whether anything about a subject was put into the outbox since a time."""
    return tx.one("subject_since", subject=subject, since_ms=since_ms) is not None


def waits_for(tx: Tx, chat_id: int, kind: str) -> bool:
    """Tell whether a letter of this kind already waits in the chat's lane, be it set aside."""
    return tx.one("kind_waiting", chat_id=chat_id, kind=kind) is not None


def counts(tx: Tx) -> dict[str, int]:
    """Give how many letters wait, are parked or are buried."""
    return {row["state"]: row["count"] for row in tx.all("count_letters")}


def _read(row: sqlite3.Row) -> Waiting:
    keyboard = tuple(
        tuple(Button(action=Action(action), data=data, label=label) for action, data, label in buttons)
        for buttons in json.loads(row["keyboard"])
    )
    return Waiting(
        outbox_id=row["outbox_id"],
        attempts=row["attempts"],
        ambiguous=row["ambiguous"],
        rejections=row["rejections"],
        created_at_ms=row["created_at_ms"],
        is_void=row["target_state"] in ("dropped", "buried") and row["target_message_id"] is None,
        letter=Letter(
            chat_id=row["chat_id"],
            notice=load(Notice, row["kind"], row["facts"]),
            thread_id=row["thread_id"],
            reply_to=row["reply_to"],
            edits=row["edits"] or row["target_message_id"],
            edits_letter=row["edits_letter"],
            keyboard=keyboard,
            subject=row["subject"],
            rests_until_ms=row["rests_until_ms"],
        ),
    )
