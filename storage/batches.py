"""Batches: messages with several orders, their lines without an order, and the version of their table."""

from bot.orders.model import Batch, UnplacedLine
from storage.codec import dump, load
from storage.transaction import Tx


def insert(tx: Tx, batch: Batch) -> None:
    tx.run(
        "insert_batch",
        chat_id=batch.chat_id,
        message_id=batch.message_id,
        placed_at_ms=batch.placed_at_ms,
        placed_count=batch.placed_count,
        unplaced=dump(batch.unplaced),
        version=batch.version,
        hold_until_ms=batch.hold_until_ms,
    )


def find(tx: Tx, chat_id: int, message_id: int) -> Batch | None:
    """Return the batch of a message; None if the message has at most one order line."""
    row = tx.one("batch_of_message", chat_id=chat_id, message_id=message_id)
    if row is None:
        return None
    return Batch(**{**dict(row), "unplaced": load(tuple[UnplacedLine, ...], row["unplaced"])})


def bump_version(tx: Tx, batch: Batch) -> None:
    """Record that the batch has changed, so that its table must be edited."""
    tx.run("bump_batch_version", chat_id=batch.chat_id, message_id=batch.message_id)


def set_hold(tx: Tx, batch: Batch, *, until_ms: int) -> None:
    """Set until when the results of the batch are collected before they are sent."""
    tx.run("hold_batch", chat_id=batch.chat_id, message_id=batch.message_id, hold_until_ms=until_ms)
