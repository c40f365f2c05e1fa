"""Restores of backups, and the quarantine after each, in which Loket buys nothing."""

from msgspec import Struct

from storage import balances, news, price_digests
from storage.transaction import Tx


class Restore(Struct, frozen=True, kw_only=True):
    """One restore, in quarantine until `released_at_ms`.

    This database lacks what happened from `backup_at_ms` (None: the backup was empty) to `gap_until_ms`.
    """

    restore_id: int
    restored_at_ms: int
    backup_at_ms: int | None
    gap_until_ms: int
    released_by: int | None
    released_at_ms: int | None


def start_quarantine(tx: Tx, *, restored_at_ms: int, backup_at_ms: int | None, gap_until_ms: int) -> None:
    """Store a restore; the balance at the biller is not compared over the gap.

    News is stopped: the copy does not know to whom it was sent since.
    """
    balances.forget_checkpoint(tx)
    news.stop_all(tx, at_ms=restored_at_ms)
    price_digests.end_all(tx)
    tx.run(
        "start_restore_quarantine",
        restored_at_ms=restored_at_ms,
        backup_at_ms=backup_at_ms,
        gap_until_ms=gap_until_ms,
    )


def latest(tx: Tx) -> Restore | None:
    """Return the last restore; earlier ones are released together with it."""
    row = tx.one("last_restore")
    return Restore(**dict(row)) if row else None


def in_quarantine(tx: Tx) -> Restore | None:
    """Return the last restore if no admin has released it yet."""
    restore = latest(tx)
    return restore if restore and restore.released_at_ms is None else None


def release(tx: Tx, *, released_by: int, at_ms: int) -> bool:
    """End the quarantine; return False if another admin ended it before."""
    return tx.run("release_restores", released_by=released_by, at_ms=at_ms) > 0


def last_activity_ms(tx: Tx) -> int | None:
    """Return the time of the latest activity in the database; None if there was none."""
    row = tx.one("last_activity")
    return row["at_ms"] if row else None
