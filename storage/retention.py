"""Forgets what can no longer come again, a little at a time, so that the file does not grow with chatter.

Orders and their events stay for good.
"""

from msgspec import Struct

from storage.transaction import Tx


class RetentionLimits(Struct, frozen=True, kw_only=True):
    """Before when messages seen, and when letters, buttons and refused batches, are forgotten; ms."""

    messages_before_ms: int
    letters_before_ms: int


def delete_expired(tx: Tx, old: RetentionLimits, *, after_letter: int, limit: int) -> int | None:
    """Forget at most `limit` of each kind, of letters those after `after_letter` (0 at first).

    Gives the letter to go on after, None when all that is old is forgotten.
    """
    counts = (
        tx.run("delete_old_seen_messages", before_ms=old.messages_before_ms, limit=limit),
        tx.run("delete_old_buttons", before_ms=old.letters_before_ms, limit=limit),
        tx.run("delete_old_batches", before_ms=old.letters_before_ms, limit=limit),
    )
    last_letter = _forget_letters(tx, old.letters_before_ms, after_letter, limit)
    has_more = last_letter is not None or limit in counts
    return (last_letter or after_letter) if has_more else None


def _forget_letters(tx: Tx, before_ms: int, after: int, limit: int) -> int | None:
    """Go through letters in the order in which they were written; those of a day are all old or all young."""
    walked = tx.all("messages_after", outbox_id=after, limit=limit)
    old = [row["outbox_id"] for row in walked if row["created_at_ms"] < before_ms]
    if not old:
        return None
    tx.run("delete_old_messages", first=old[0], last=old[-1], before_ms=before_ms)
    return walked[-1]["outbox_id"] if len(walked) == limit else None
