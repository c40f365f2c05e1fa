"""The title of a chat, whether it can be reached and where it moved, with the effect on its messages."""

from storage.transaction import Tx


def park(tx: Tx, chat_id: int, *, why: str, at_ms: int) -> None:
    """Park all messages to a chat that Telegram reports as unreachable.

    News is not parked: later it would be old. A broadcast counts it as refused.
    """
    tx.run("count_refused_news", chat_id=chat_id)
    tx.run("drop_refused_news", chat_id=chat_id, fault=why)
    tx.run("park_messages", chat_id=chat_id, fault=why)
    tx.run("mark_chat_unreachable", chat_id=chat_id, why=why, at_ms=at_ms)


def rename(tx: Tx, chat_id: int, title: str, *, at_ms: int) -> None:
    tx.run("name_chat", chat_id=chat_id, title=title, at_ms=at_ms)


def unpark(tx: Tx, chat_id: int, *, at_ms: int) -> bool:
    """Queue the parked messages again, now that the chat can be reached; return whether there were any."""
    if not tx.run("mark_chat_reachable", chat_id=chat_id, at_ms=at_ms):
        return False
    return tx.run("unpark_messages", chat_id=chat_id, at_ms=at_ms) > 0


def title(tx: Tx, chat_id: int) -> str:
    """Return the title of a group; empty if it is not known."""
    row = tx.one("chat_by_id", chat_id=current(tx, chat_id)) or tx.one("chat_by_id", chat_id=chat_id)
    return row["title"] or "" if row else ""


def move(tx: Tx, chat_id: int, new_chat_id: int, *, at_ms: int) -> None:
    """Redirect the messages, queued and future, of a group that became a supergroup."""
    if chat_id == new_chat_id:
        return
    tx.run("mark_chat_moved", chat_id=chat_id, new_chat_id=new_chat_id, at_ms=at_ms)
    tx.run("move_messages", chat_id=chat_id, new_chat_id=new_chat_id)


def current(tx: Tx, chat_id: int) -> int:
    """Return the current id of a chat."""
    return address(tx, chat_id)[0]


def address(tx: Tx, chat_id: int) -> tuple[int, bool]:
    """Return the current id of a chat, and whether it is unreachable."""
    row = tx.one("chat_by_id", chat_id=chat_id)
    if row is None:
        return chat_id, False
    if row["moved_to"] is None:
        return chat_id, row["unreachable_reason"] is not None
    target = tx.one("chat_by_id", chat_id=row["moved_to"])
    return row["moved_to"], target is not None and target["unreachable_reason"] is not None


EVERY_CHAT = 0
"""Stands for all chats where the server does not know what sends tables, or messages for one member."""


def shows_tables(tx: Tx) -> dict[int, bool]:
    """Return which chats are known to show tables or to refuse them."""
    return {row["chat_id"]: bool(row["is_shown"]) for row in tx.all("tables_of_chats")}


def note_tables(tx: Tx, chat_id: int, *, is_shown: bool, at_ms: int) -> None:
    tx.run("note_tables_of_chat", chat_id=chat_id, is_shown=int(is_shown), at_ms=at_ms)


def forget_tables(tx: Tx) -> None:
    """Forget what chats did with tables, so that each is asked again."""
    tx.run("forget_tables_of_chats")


def refuses_ephemeral(tx: Tx, chat_id: int) -> bool:
    """Return whether a group, or the server, is known to refuse messages for one member."""
    return tx.one("ephemeral_refusal", chat_id=chat_id) is not None


def note_ephemeral_refusal(tx: Tx, chat_id: int, *, at_ms: int) -> None:
    tx.run("note_ephemeral_refusal", chat_id=chat_id, at_ms=at_ms)


def forget_ephemeral_refusal(tx: Tx, chat_id: int) -> None:
    """Forget that a group refused one, so that it is asked again: the bot's rights there have changed."""
    tx.run("forget_ephemeral_refusal", chat_id=chat_id)


def forget_ephemeral_refusals(tx: Tx) -> None:
    """Forget which groups refused one, and the server, so that each is asked again."""
    tx.run("forget_ephemeral_refusals")
