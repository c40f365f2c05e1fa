"""Chats whose orders were refused for an empty deposit, until they are notified that it is filled."""

from msgspec import Struct

from storage.codec import from_row
from storage.transaction import Tx


class DepositWait(Struct, frozen=True, kw_only=True):
    """One chat: its last refused order, how many were refused, and when the last was."""

    chat_id: int
    trxid: str
    refused_count: int
    refused_at_ms: int


def add(tx: Tx, chat_id: int, trxid: str, *, at_ms: int) -> None:
    """Store that an order of a chat was refused."""
    tx.run("await_deposit", chat_id=chat_id, trxid=trxid, at_ms=at_ms)


def waiting(tx: Tx, *, limit: int) -> list[DepositWait]:
    """Return the chats that wait, the longest first."""
    return [from_row(DepositWait, row) for row in tx.all("deposit_waits", limit=limit)]


def end(tx: Tx, chat_id: int) -> None:
    """Forget a chat."""
    tx.run("end_deposit_wait", chat_id=chat_id)
