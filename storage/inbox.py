"""What of Telegram has been taken in: messages seen, how far the poller is, buttons used."""

from msgspec import Struct

from bot.notices.buttons import Action, Key
from storage.transaction import Tx

SET_ASIDE_AT_MOST = 1000
"""A fault that somebody can provoke must not fill the disk: at up to 20 kB each, this is 20 MB."""


class Offered(Struct, frozen=True, kw_only=True):
    """Whose a button is: the one who alone may press it, None for any admin."""

    owner_id: int | None


class Pressed(Struct, frozen=True, kw_only=True):
    """What a button stands for, given up by its first press; `owner_id` is whose it was, None for admins'."""

    action: Action
    subject: str
    payload: str
    owner_id: int | None
    offered_at_ms: int


class Cursor(Struct, frozen=True, kw_only=True):
    """The next update to ask Telegram for, and when that last moved."""

    next_update_id: int
    moved_at_ms: int


def first_sight(tx: Tx, chat_id: int, message_id: int, *, at_ms: int) -> bool:
    """Note a message; False if it was noted before."""
    return tx.run("note_message", chat_id=chat_id, message_id=message_id, at_ms=at_ms) > 0


def cursor(tx: Tx) -> Cursor | None:
    """Give how far the poller is; None before its first update."""
    row = tx.one("telegram_cursor")
    return Cursor(next_update_id=row["next_update_id"], moved_at_ms=row["moved_at_ms"]) if row else None


def move_cursor(tx: Tx, next_update_id: int, *, at_ms: int) -> None:
    """Keep how far the poller is."""
    tx.run("move_telegram_cursor", next_update_id=next_update_id, at_ms=at_ms)


def set_aside(tx: Tx, update_id: int, *, body: str, fault: str, at_ms: int) -> None:
    """Keep an update that our code could not handle, among the latest of its kind."""
    tx.run("set_update_aside", update_id=update_id, body=body, fault=fault, at_ms=at_ms)
    tx.run("forget_updates_unread", keep=SET_ASIDE_AT_MOST)


def offer(tx: Tx, nonce: str, key: Key, subject: str, *, at_ms: int) -> None:
    """Remember what a new button stands for."""
    tx.run(
        "offer_button",
        nonce=nonce,
        action=key.action,
        subject=subject,
        payload=key.payload,
        owner_id=key.owner_id,
        at_ms=at_ms,
    )


def offered(tx: Tx, nonce: str) -> Offered | None:
    """Give whose a button is, pressed before or not; None if it is none of ours, or forgotten."""
    row = tx.one("owner_of_button", nonce=nonce)
    return Offered(owner_id=row["owner_id"]) if row else None


def press(tx: Tx, nonce: str, *, user_id: int, at_ms: int) -> Pressed | None:
    """Use a button; None if it is not ours or was used before."""
    row = tx.one("press_button", nonce=nonce, user_id=user_id, at_ms=at_ms)
    if row is None:
        return None
    return Pressed(
        action=Action(row["action"]),
        subject=row["subject"],
        payload=row["payload"],
        owner_id=row["owner_id"],
        offered_at_ms=row["created_at_ms"],
    )
