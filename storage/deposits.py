"""Tickets for deposits: at most one open for each shop, each exact amount at most once while reserved."""

from collections.abc import Sequence

from msgspec import Struct

from bot.deposits.accounts import DepositAccount
from bot.notices.deposits import TicketState
from storage.codec import dump, from_row, load
from storage.transaction import Tx


class TicketOrigin(Struct, frozen=True, kw_only=True):
    """The message by which a ticket was asked for, and under which its payment is reported."""

    chat_id: int
    thread_id: int | None
    message_id: int | None


class Ticket(Struct, frozen=True, kw_only=True):
    """One ticket; `accounts` is JSON, see `accounts_of`."""

    ticket_id: int
    shop_id: int
    user_id: int
    chat_id: int
    thread_id: int | None
    message_id: int | None
    requested_idr: int
    exact_idr: int
    accounts: str
    takes_qris: bool
    state: TicketState
    is_reserved: bool
    created_at_ms: int
    expires_at_ms: int
    release_at_ms: int
    decided_at_ms: int | None
    decided_by: int | None
    credited_idr: int | None
    mutation_id: int | None


class TicketDecision(Struct, frozen=True, kw_only=True):
    """How a ticket ends; `by` is the user who decided, None for time or a mutation.

    Its amount is free again at `release_at_ms`.
    """

    state: TicketState
    at_ms: int
    release_at_ms: int
    by: int | None = None
    credited_idr: int | None = None
    mutation_id: int | None = None


def insert(
    tx: Tx,
    origin: TicketOrigin,
    *,
    shop_id: int,
    user_id: int,
    requested_idr: int,
    exact_idr: int,
    accounts: Sequence[DepositAccount],
    takes_qris: bool,
    at_ms: int,
    expires_at_ms: int,
    release_at_ms: int,
) -> Ticket | None:
    """Open a ticket; return None if its amount is reserved, or if the shop has an open ticket."""
    row = tx.one(
        "insert_ticket",
        shop_id=shop_id,
        user_id=user_id,
        chat_id=origin.chat_id,
        thread_id=origin.thread_id,
        message_id=origin.message_id,
        requested_idr=requested_idr,
        exact_idr=exact_idr,
        accounts=dump(tuple(accounts)),
        takes_qris=int(takes_qris),
        at_ms=at_ms,
        expires_at_ms=expires_at_ms,
        release_at_ms=release_at_ms,
    )
    return from_row(Ticket, row) if row else None


def accounts_of(ticket: Ticket) -> tuple[DepositAccount, ...]:
    """Return the accounts that a ticket named."""
    return load(tuple[DepositAccount, ...], ticket.accounts)


def get(tx: Tx, ticket_id: int) -> Ticket | None:
    row = tx.one("ticket_by_id", ticket_id=ticket_id)
    return from_row(Ticket, row) if row else None


def open_of(tx: Tx, shop_id: int) -> Ticket | None:
    """Return the open ticket of a shop."""
    row = tx.one("open_ticket_of_shop", shop_id=shop_id)
    return from_row(Ticket, row) if row else None


def reserved_for(tx: Tx, exact_idr: int) -> Ticket | None:
    """Return the ticket for which an exact amount is reserved."""
    row = tx.one("ticket_by_amount", exact_idr=exact_idr)
    return from_row(Ticket, row) if row else None


def reserved_amounts(tx: Tx, above_idr: int, *, up_to_idr: int) -> set[int]:
    """Return the exact amounts that are taken within a range."""
    rows = tx.all("reserved_amounts", above_idr=above_idr, up_to_idr=up_to_idr)
    return {row["exact_idr"] for row in rows}


def recent_amounts(tx: Tx, above_idr: int, *, up_to_idr: int, shop_id: int, since_ms: int) -> dict[int, bool]:
    """Return the amounts that other shops were given lately, and whether money for each may still come."""
    rows = tx.all(
        "recent_amounts", above_idr=above_idr, up_to_idr=up_to_idr, shop_id=shop_id, since_ms=since_ms
    )
    return {row["exact_idr"]: bool(row["is_unsettled"]) for row in rows}


def is_unsettled_elsewhere(tx: Tx, ticket: Ticket, *, since_ms: int) -> bool:
    """Return whether another shop was given the amount of a ticket too, and may still pay it."""
    found = tx.one(
        "unsettled_amount_elsewhere", exact_idr=ticket.exact_idr, shop_id=ticket.shop_id, since_ms=since_ms
    )
    return found is not None


def count_since(tx: Tx, shop_id: int, *, since_ms: int) -> int:
    """Return how many tickets a shop has asked for since a time."""
    row = tx.one("count_tickets_of_shop", shop_id=shop_id, since_ms=since_ms)
    return row["count"] if row else 0


def due(tx: Tx, *, now_ms: int, limit: int) -> list[Ticket]:
    """Return open tickets whose time is over, oldest first."""
    return [from_row(Ticket, row) for row in tx.all("tickets_due", now_ms=now_ms, limit=limit)]


def open_tickets(tx: Tx, *, limit: int, after: Ticket | None = None) -> list[Ticket]:
    """Return the open tickets, oldest first; with `after`, those that follow it."""
    expires_at_ms, ticket_id = (after.expires_at_ms, after.ticket_id) if after else (0, 0)
    rows = tx.all("open_tickets", expires_at_ms=expires_at_ms, ticket_id=ticket_id, limit=limit)
    return [from_row(Ticket, row) for row in rows]


def has_work(tx: Tx, *, now_ms: int) -> bool:
    """Return whether a ticket is over, or an amount to be released."""
    return tx.one("ticket_work", now_ms=now_ms) is not None


def decide(tx: Tx, before: Ticket, decision: TicketDecision) -> bool:
    """End a ticket; return False if it is no longer in the state of `before`."""
    changed_rows = tx.run(
        "decide_ticket",
        ticket_id=before.ticket_id,
        state_before=before.state,
        state=decision.state,
        at_ms=decision.at_ms,
        by=decision.by,
        credited_idr=decision.credited_idr,
        mutation_id=decision.mutation_id,
        release_at_ms=decision.release_at_ms,
    )
    return changed_rows > 0


def link_mutation(tx: Tx, ticket_id: int, mutation_id: int) -> bool:
    """Store the mutation of a ticket that an admin credited; return False if it has one."""
    return tx.run("link_mutation", ticket_id=ticket_id, mutation_id=mutation_id) > 0


def similar(
    tx: Tx, amount_idr: int, *, margin_idr: int, since_ms: int, exact_since_ms: int, limit: int
) -> list[Ticket]:
    """Return tickets that a payment may have been meant for: those of its exact amount first."""
    rows = tx.all(
        "tickets_like_amount",
        amount_idr=amount_idr,
        margin_idr=margin_idr,
        since_ms=since_ms,
        exact_since_ms=exact_since_ms,
        limit=limit,
    )
    return [from_row(Ticket, row) for row in rows]


def release(tx: Tx, *, now_ms: int, limit: int) -> int:
    """Release the amounts whose time is over; return their number."""
    return tx.run("release_amounts", now_ms=now_ms, limit=limit)


def insert_evidence(tx: Tx, ticket_id: int, *, message_id: int, file_id: str, at_ms: int) -> None:
    tx.run("insert_evidence", ticket_id=ticket_id, message_id=message_id, file_id=file_id, at_ms=at_ms)


def count_evidence(tx: Tx, ticket_id: int) -> int:
    row = tx.one("count_evidence", ticket_id=ticket_id)
    return row["count"] if row else 0
