"""Daily recaps: who got one last, who wants none, and why orders of a day failed."""

from msgspec import Struct

from bot.orders.model import ExpiryReason, FailureCause
from storage.codec import from_row
from storage.transaction import Tx

EVERYBODY = 1 << 62
"""The cursor of a day of which every recap was sent."""


class RecapCursor(Struct, frozen=True, kw_only=True):
    """The last day of which a recap was sent, as 20261122: to admins, and to resellers up to `user_id`."""

    day: int
    user_id: int


class FailureCount(Struct, frozen=True, kw_only=True):
    """How many orders failed or expired for one reason."""

    failure_cause: FailureCause | None
    expiry: ExpiryReason | None
    count: int


def cursor(tx: Tx) -> RecapCursor:
    row = tx.one("recap_cursor")
    return from_row(RecapCursor, row) if row else RecapCursor(day=0, user_id=0)


def move_cursor(tx: Tx, before: RecapCursor, after: RecapCursor) -> bool:
    """Move the cursor; return False if it is no longer as `before`."""
    moved = tx.run(
        "move_recap_cursor",
        day=after.day,
        user_id=after.user_id,
        day_before=before.day,
        user_id_before=before.user_id,
    )
    return bool(moved)


def refuse(tx: Tx, user_id: int, *, at_ms: int) -> None:
    tx.run("refuse_recap", user_id=user_id, at_ms=at_ms)


def want(tx: Tx, user_id: int) -> None:
    tx.run("want_recap", user_id=user_id)


def is_refused(tx: Tx, user_id: int) -> bool:
    """Return whether a person wants no recap."""
    return tx.one("recap_refusal", user_id=user_id) is not None


def failures(tx: Tx, *, from_ms: int, until_ms: int) -> list[FailureCount]:
    """Count the failed and expired orders placed from `from_ms` until before `until_ms`, by reason."""
    rows = tx.all("failures_by_reason", from_ms=from_ms, until_ms=until_ms)
    return [from_row(FailureCount, row) for row in rows]
