"""What of Telegram has been taken in: messages seen, how far the poller is, buttons used."""

from msgspec import Struct

from bot.notices.buttons import Action, ButtonSpec
from storage.transaction import Tx

SET_ASIDE_AT_MOST = 1000
"""A fault that somebody can provoke must not fill the disk: at up to 20 kB each, this is 20 MB."""


class ButtonOwner(Struct, frozen=True, kw_only=True):
    """Whose a button is: the one who alone may press it, None for any admin."""

    owner_id: int | None


class UsedButton(Struct, frozen=True, kw_only=True):
    """What a button stands for, given up by its first press; `owner_id` is whose it was, None for admins'."""

    action: Action
    subject: str
    payload: str
    owner_id: int | None
    offered_at_ms: int


class PollCursor(Struct, frozen=True, kw_only=True):
    """The next update to ask Telegram for, and when that last moved."""

    next_update_id: int
    moved_at_ms: int


def mark_seen(tx: Tx, chat_id: int, message_id: int, *, at_ms: int) -> bool:
    """Note a message; False if it was noted before."""
    return tx.run("mark_message_seen", chat_id=chat_id, message_id=message_id, at_ms=at_ms) > 0


def cursor(tx: Tx) -> PollCursor | None:
    """Give how far the poller is; None before its first update."""
    row = tx.one("poll_cursor")
    return PollCursor(next_update_id=row["next_update_id"], moved_at_ms=row["moved_at_ms"]) if row else None


def move_cursor(tx: Tx, next_update_id: int, *, at_ms: int) -> None:
    """Keep how far the poller is."""
    tx.run("move_poll_cursor", next_update_id=next_update_id, at_ms=at_ms)


def store_failed_update(tx: Tx, update_id: int, *, body: str, fault: str, at_ms: int) -> None:
    """Keep an update that our code could not handle, among the latest of its kind."""
    tx.run("store_failed_update", update_id=update_id, body=body, fault=fault, at_ms=at_ms)
    tx.run("trim_failed_updates", keep=SET_ASIDE_AT_MOST)


def register_button(tx: Tx, nonce: str, key: ButtonSpec, subject: str, *, at_ms: int) -> None:
    """Remember what a new button stands for."""
    tx.run(
        "register_button",
        nonce=nonce,
        action=key.action,
        subject=subject,
        payload=key.payload,
        owner_id=key.owner_id,
        at_ms=at_ms,
    )


def button_owner(tx: Tx, nonce: str) -> ButtonOwner | None:
    """Give whose a button is, pressed before or not; None if it is none of ours, or forgotten."""
    row = tx.one("button_owner", nonce=nonce)
    return ButtonOwner(owner_id=row["owner_id"]) if row else None


def use_button(tx: Tx, nonce: str, *, user_id: int, at_ms: int) -> UsedButton | None:
    """Use a button; None if it is not ours or was used before."""
    row = tx.one("use_button", nonce=nonce, user_id=user_id, at_ms=at_ms)
    if row is None:
        return None
    return UsedButton(
        action=Action(row["action"]),
        subject=row["subject"],
        payload=row["payload"],
        owner_id=row["owner_id"],
        offered_at_ms=row["created_at_ms"],
    )
