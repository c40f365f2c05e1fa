"""That a copy was put in the place of the database: since when nothing is bought, and who ended that."""

from msgspec import Struct

from storage.transaction import Tx


class Restore(Struct, frozen=True, kw_only=True):
    """One restore, in quarantine until `released_at_ms`.

    What happened from `backup_at_ms` (None: the backup is empty) to `gap_until_ms` is not known.
    """

    restore_id: int
    restored_at_ms: int
    backup_at_ms: int | None
    gap_until_ms: int
    released_by: int | None
    released_at_ms: int | None


def start_quarantine(tx: Tx, *, restored_at_ms: int, backup_at_ms: int | None, gap_until_ms: int) -> None:
    """Begin a quarantine."""
    tx.run(
        "start_restore_quarantine",
        restored_at_ms=restored_at_ms,
        backup_at_ms=backup_at_ms,
        gap_until_ms=gap_until_ms,
    )


def latest(tx: Tx) -> Restore | None:
    """Give the last restore; earlier ones are released together with it."""
    row = tx.one("last_restore")
    return Restore(**dict(row)) if row else None


def in_quarantine(tx: Tx) -> Restore | None:
    """Give the restore after which nobody has opened the counter yet."""
    restore = latest(tx)
    return restore if restore and restore.released_at_ms is None else None


def release(tx: Tx, *, released_by: int, at_ms: int) -> bool:
    """End the quarantine; False if somebody else did before."""
    return tx.run("release_restores", released_by=released_by, at_ms=at_ms) > 0


def last_activity_ms(tx: Tx) -> int | None:
    """Give the latest moment of which the database knows; None if it knows of none."""
    row = tx.one("last_activity")
    return row["at_ms"] if row else None
