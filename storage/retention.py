"""Deletes what cannot be needed again, a little at a time; orders and their events stay for good."""

from msgspec import Struct

from storage.transaction import Tx


class RetentionLimits(Struct, frozen=True, kw_only=True):
    """Times in ms before which rows expire: of messages seen, and of the outbox, buttons and batches."""

    seen_before_ms: int
    outbox_before_ms: int


def delete_expired(tx: Tx, limits: RetentionLimits, *, after_id: int, limit: int) -> int | None:
    """Delete at most `limit` rows of each kind; of the outbox those after `after_id`, which is 0 at first.

    Return the `after_id` to go on with, None if nothing expired is left.
    """
    counts = (
        tx.run("delete_old_seen_messages", before_ms=limits.seen_before_ms, limit=limit),
        tx.run("delete_old_buttons", before_ms=limits.outbox_before_ms, limit=limit),
        tx.run("delete_old_batches", before_ms=limits.outbox_before_ms, limit=limit),
    )
    last_id = _delete_old_messages(tx, limits.outbox_before_ms, after_id, limit)
    has_more = last_id is not None or limit in counts
    return (last_id or after_id) if has_more else None


def _delete_old_messages(tx: Tx, before_ms: int, after_id: int, limit: int) -> int | None:
    # In the order of their ids, the messages of a day are all expired or all not.
    rows = tx.all("messages_after", outbox_id=after_id, limit=limit)
    expired = [row["outbox_id"] for row in rows if row["created_at_ms"] < before_ms]
    if not expired:
        return None
    tx.run("delete_old_messages", first=expired[0], last=expired[-1], before_ms=before_ms)
    return rows[-1]["outbox_id"] if len(rows) == limit else None
