"""What has arrived from Telegram: messages seen, the poll cursor, failed updates, buttons used."""

from msgspec import Struct

from bot.notices.buttons import Action, ButtonSpec
from storage.transaction import Tx

MAX_FAILED_UPDATES = 1000
"""20 MB at up to 20 kB each: a fault that any sender can provoke must not fill the disk."""


class ButtonOwner(Struct, frozen=True, kw_only=True):
    """The user who alone may press a button; None if any admin may."""

    owner_id: int | None


class UsedButton(Struct, frozen=True, kw_only=True):
    """The action of a button, returned for its first press only; `owner_id` None means any admin."""

    action: Action
    subject: str
    payload: str
    owner_id: int | None
    offered_at_ms: int


class PollCursor(Struct, frozen=True, kw_only=True):
    """The next update to request from Telegram, and when the cursor last moved."""

    next_update_id: int
    moved_at_ms: int


def mark_seen(tx: Tx, chat_id: int, message_id: int, *, at_ms: int) -> bool:
    """Store that a message was received; return False if it was stored before."""
    return tx.run("mark_message_seen", chat_id=chat_id, message_id=message_id, at_ms=at_ms) > 0


def cursor(tx: Tx) -> PollCursor | None:
    """Return the position of the poller; None before its first update."""
    row = tx.one("poll_cursor")
    return PollCursor(next_update_id=row["next_update_id"], moved_at_ms=row["moved_at_ms"]) if row else None


def move_cursor(tx: Tx, next_update_id: int, *, at_ms: int) -> None:
    tx.run("move_poll_cursor", next_update_id=next_update_id, at_ms=at_ms)


def store_failed_update(tx: Tx, update_id: int, *, body: str, fault: str, at_ms: int) -> None:
    """Store an update that Loket failed to handle; only the latest MAX_FAILED_UPDATES stay."""
    tx.run("store_failed_update", update_id=update_id, body=body, fault=fault, at_ms=at_ms)
    tx.run("trim_failed_updates", keep=MAX_FAILED_UPDATES)


def register_button(tx: Tx, nonce: str, spec: ButtonSpec, subject: str, *, at_ms: int) -> None:
    """Store the action of a new button under its nonce."""
    tx.run(
        "register_button",
        nonce=nonce,
        action=spec.action,
        subject=subject,
        payload=spec.payload,
        owner_id=spec.owner_id,
        at_ms=at_ms,
    )


def button_owner(tx: Tx, nonce: str) -> ButtonOwner | None:
    """Return the owner of a button, used or not; None if the button is unknown or was deleted."""
    row = tx.one("button_owner", nonce=nonce)
    return ButtonOwner(owner_id=row["owner_id"]) if row else None


def retire_buttons(tx: Tx, subject: str, *, created_at_ms: int, user_id: int, at_ms: int) -> None:
    """Mark all buttons of a card as used: a card is decided once, by whichever of them."""
    tx.run("retire_buttons", subject=subject, created_at_ms=created_at_ms, user_id=user_id, at_ms=at_ms)


def use_button(tx: Tx, nonce: str, *, user_id: int, at_ms: int) -> UsedButton | None:
    """Mark a button as used; return None if it is unknown or was used before."""
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
