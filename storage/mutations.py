"""Money that bank-mutation services reported: each post stored first, each mutation taken once."""

from enum import StrEnum

from msgspec import Struct

from bot.deposits.mutations import MutationReport, Service, UnreadableRow
from bot.notices.deposits import SuspenseReason
from storage.codec import from_row
from storage.transaction import Tx

MAX_POSTS_KEPT = 1_000
"""Enough to see what was posted in the last weeks."""


class MutationState(StrEnum):
    """What became of reported money; `LINKED`: its ticket had been credited by an admin before."""

    NEW = "new"
    SUSPENSE = "suspense"
    CREDITED = "credited"
    LINKED = "linked"
    REJECTED = "rejected"
    UNREADABLE = "unreadable"


class StoredPost(Struct, frozen=True, kw_only=True):
    """The body of a post, to be processed."""

    post_id: int
    at_ms: int
    service: Service
    body: str


class Mutation(Struct, frozen=True, kw_only=True):
    """Reported money; `shop_id` is the shop that got it."""

    mutation_id: int
    service: Service
    service_ref: str
    at_ms: int
    amount_idr: int | None
    account_number: str
    description: str
    state: MutationState
    shop_id: int | None
    decided_at_ms: int | None
    decided_by: int | None
    suspense_reason: SuspenseReason | None


def store_post(tx: Tx, service: Service, body: str, *, at_ms: int) -> None:
    tx.run("store_mutation_post", service=service, body=body, at_ms=at_ms)


def next_post(tx: Tx) -> StoredPost | None:
    """Return the oldest post that was not processed."""
    row = tx.one("next_mutation_post")
    return from_row(StoredPost, row) if row else None


def finish_post(tx: Tx, post_id: int, *, has_failed: bool = False) -> None:
    """Mark a post as processed, and delete those before the latest MAX_POSTS_KEPT."""
    tx.run("finish_mutation_post", post_id=post_id, state="failed" if has_failed else "done")
    tx.run("trim_mutation_posts", below=post_id - MAX_POSTS_KEPT)


def insert(tx: Tx, service: Service, report: MutationReport, *, at_ms: int) -> Mutation | None:
    """Store reported money; return None if the service reported it before."""
    row = tx.one(
        "insert_mutation",
        service=service,
        service_ref=report.service_ref,
        at_ms=at_ms,
        amount_idr=report.amount_idr,
        account_number=report.account_number,
        description=report.description,
    )
    return from_row(Mutation, row) if row else None


def store_unreadable(tx: Tx, service: Service, row: UnreadableRow, *, at_ms: int) -> bool:
    """Store a row that could not be read; return False if it was stored before."""
    changed_rows = tx.run(
        "store_unreadable_mutation",
        service=service,
        fingerprint=row.fingerprint,
        at_ms=at_ms,
        why=row.why,
        body=row.text,
    )
    return changed_rows > 0


def get(tx: Tx, mutation_id: int) -> Mutation | None:
    row = tx.one("mutation_by_id", mutation_id=mutation_id)
    return from_row(Mutation, row) if row else None


def unclaimed(tx: Tx, amount_idr: int) -> Mutation | None:
    """Return the oldest mutation of an amount in suspense: equal amounts are as good as each other."""
    row = tx.one("mutation_in_suspense_of", amount_idr=amount_idr)
    return from_row(Mutation, row) if row else None


def in_suspense(tx: Tx, *, limit: int, after_id: int = 0) -> list[Mutation]:
    """Return the money that nobody has claimed, oldest first."""
    rows = tx.all("mutations_in_suspense", after_id=after_id, limit=limit)
    return [from_row(Mutation, row) for row in rows]


def settle(
    tx: Tx,
    before: Mutation,
    state: MutationState,
    *,
    at_ms: int,
    shop_id: int | None = None,
    by: int | None = None,
    suspense_reason: SuspenseReason | None = None,
) -> bool:
    """Change the state of a mutation; return False if that is no longer the one of `before`."""
    changed_rows = tx.run(
        "settle_mutation",
        mutation_id=before.mutation_id,
        state_before=before.state,
        state=state,
        at_ms=at_ms,
        shop_id=shop_id,
        by=by,
        suspense_reason=suspense_reason,
    )
    return changed_rows > 0
