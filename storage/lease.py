"""The lease of the leader: who leads, in which term, and until when by the clock of the database."""

from msgspec import Struct

from storage.codec import from_row
from storage.transaction import Tx


class Lease(Struct, frozen=True, kw_only=True):
    """The lease as it stood at `now_ms` of the database; `holder` is None if it was released.

    `held_since_ms` is since when the leader's circuit breaker holds orders back.
    """

    holder: str | None
    term: int
    taken_at_ms: int
    valid_until_ms: int
    held_since_ms: int | None
    now_ms: int


class LeaseLost(Exception):
    """This process leads no more: what only the leader may do was not stored."""


def current(tx: Tx) -> Lease:
    row = tx.one("current_lease")
    if row is None:
        raise LookupError("the lease has no row: the database was not migrated")
    return from_row(Lease, row)


def take(tx: Tx, before: Lease, *, holder: str, for_ms: int) -> int | None:
    """Begin a new term and return it; return None if the lease is no longer as `before`."""
    row = tx.one(
        "take_lease",
        holder=holder,
        for_ms=for_ms,
        term_before=before.term,
        valid_until_before_ms=before.valid_until_ms,
    )
    return row["term"] if row else None


def renew(tx: Tx, term: int, *, for_ms: int, held_since_ms: int | None) -> bool:
    """Renew the lease from now; return False if it ran out or another process took it."""
    return tx.run("renew_lease", term=term, for_ms=for_ms, held_since_ms=held_since_ms) > 0


def release(tx: Tx, term: int) -> None:
    """Let another process take the lease at once."""
    tx.run("release_lease", term=term)


def check(tx: Tx, term: int) -> None:
    """Raise LeaseLost if the lease is not valid in this term any more."""
    if tx.one("valid_lease", term=term) is None:
        raise LeaseLost(f"term {term} is over")
