"""Where a chat lives now and whether it lets us in, and what that means for the letters to it."""

from storage.transaction import Tx


def park(tx: Tx, chat_id: int, *, why: str, at_ms: int) -> None:
    """Set aside all letters of a chat that lets us in no longer."""
    tx.run("park_messages", chat_id=chat_id, fault=why)
    tx.run("mark_chat_unreachable", chat_id=chat_id, why=why, at_ms=at_ms)


def unpark(tx: Tx, chat_id: int, *, at_ms: int) -> bool:
    """Send what was set aside, since the chat speaks to us again; tell whether there was anything."""
    if not tx.run("mark_chat_reachable", chat_id=chat_id, at_ms=at_ms):
        return False
    return tx.run("unpark_messages", chat_id=chat_id, at_ms=at_ms) > 0


def move(tx: Tx, chat_id: int, new_chat_id: int, *, at_ms: int) -> None:
    """Re-address a group that became a supergroup: its letters and all that come."""
    if chat_id == new_chat_id:
        return
    tx.run("mark_chat_moved", chat_id=chat_id, new_chat_id=new_chat_id, at_ms=at_ms)
    tx.run("move_messages", chat_id=chat_id, new_chat_id=new_chat_id)


def current(tx: Tx, chat_id: int) -> int:
    """Follow a chat to where it moved."""
    return address(tx, chat_id)[0]


def address(tx: Tx, chat_id: int) -> tuple[int, bool]:
    """Give where a chat lives now, and whether it lets us in no longer."""
    row = tx.one("chat_by_id", chat_id=chat_id)
    if row is None:
        return chat_id, False
    if row["moved_to"] is None:
        return chat_id, row["unreachable_reason"] is not None
    there = tx.one("chat_by_id", chat_id=row["moved_to"])
    return row["moved_to"], there is not None and there["unreachable_reason"] is not None
