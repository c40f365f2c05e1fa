"""The cards of tickets and of unclaimed money in the admins' chats, replaced when those are decided."""

from bot.actors import Actor
from bot.notices.deposits import (
    AboutPayment,
    NoDeposits,
    SimilarTicket,
    SuspenseCard,
    SuspenseClosed,
    SuspenseReason,
    TicketCard,
    TicketClosed,
    TicketState,
)
from bot.unit_of_work import UnitOfWork
from storage import deposits, ledger, mutations, people
from storage.deposits import Ticket
from storage.mutations import Mutation, MutationState

MAX_CARDS = 20
"""As many cards as a person can review at once."""

SIMILAR_MARGIN_IDR, MAX_SIMILAR = 1_000, 3
SIMILAR_SINCE_MS = 7 * 86_400_000

REUSE_MS = 30 * 86_400_000
"""For so long an amount is not given to another shop as long as others are free. One shop cannot take all of
them: it gets 20 tickets a day."""


def ticket_subject(ticket_id: int) -> str:
    """Return the outbox subject of the cards of a ticket."""
    return f"ticket:{ticket_id}"


def ticket_id_of(subject: str) -> int:
    """Return the ticket that a subject such as `ticket:12` or `evidence:12` names."""
    return int(subject.rpartition(":")[2])


def show_card_to_admins(work: UnitOfWork, ticket: Ticket) -> None:
    """Show a ticket to every admin."""
    work.notify_admins(card_of(work, ticket), subject=ticket_subject(ticket.ticket_id))


def card_of(work: UnitOfWork, ticket: Ticket) -> TicketCard | TicketClosed:
    """Return the card of an open ticket, or how a decided one ended."""
    person = people.get(work.tx, ticket.user_id)
    name = person.name if person else str(ticket.user_id)
    if ticket.state is not TicketState.OPEN:
        admin = people.get(work.tx, ticket.decided_by) if ticket.decided_by else None
        return TicketClosed(
            ticket_id=ticket.ticket_id,
            exact_idr=ticket.exact_idr,
            name=name,
            state=ticket.state,
            at_ms=ticket.decided_at_ms or work.now_ms,
            credited_idr=ticket.credited_idr or 0,
            admin_name=admin.name if admin and ticket.decided_by in work.admin_ids else "",
        )
    banks = [account.bank for account in deposits.accounts_of(ticket)]
    return TicketCard(
        ticket_id=ticket.ticket_id,
        exact_idr=ticket.exact_idr,
        user_id=ticket.user_id,
        name=name,
        username=person.username if person else None,
        requested_idr=ticket.requested_idr,
        banks=(*dict.fromkeys(banks), *(["QRIS"] if ticket.takes_qris else [])),
        created_at_ms=ticket.created_at_ms,
        expires_at_ms=ticket.expires_at_ms,
    )


def close_cards(work: UnitOfWork, ticket_id: int, *, admin_name: str = "") -> None:
    """Replace the cards of a decided ticket; `admin_name` is the admin who decided it."""
    ticket = deposits.get(work.tx, ticket_id)
    if ticket is None:
        return
    closed = card_of(work, ticket)
    if admin_name and isinstance(closed, TicketClosed):
        closed = TicketClosed(
            ticket_id=closed.ticket_id,
            exact_idr=closed.exact_idr,
            name=closed.name,
            state=closed.state,
            at_ms=closed.at_ms,
            credited_idr=closed.credited_idr,
            admin_name=admin_name,
        )
    work.replace_cards(closed, subject=ticket_subject(ticket_id))


def mutation_subject(mutation: Mutation | AboutPayment) -> str:
    """Return the outbox subject of the cards of reported money, and the source of its entry."""
    return f"mutation:{mutation.mutation_id}"


def mutation_id_of(subject: str) -> int:
    """Return the mutation that a subject such as `mutation:12` names."""
    return int(subject.rpartition(":")[2])


def claim_suspense(work: UnitOfWork, mutation: Mutation, shop_id: int, admin: Actor) -> bool:
    """Take money out of suspense for a shop, and close its cards; return False if it was decided before."""
    is_first = mutation.state is MutationState.SUSPENSE and mutations.settle(
        work.tx, mutation, MutationState.CREDITED, at_ms=work.now_ms, shop_id=shop_id, by=admin.user_id
    )
    if is_first:
        close_payment(work, mutation, admin)
    return is_first


def close_payment(work: UnitOfWork, mutation: Mutation, admin: Actor) -> None:
    """Replace the cards of reported money that an admin has decided."""
    after = mutations.get(work.tx, mutation.mutation_id) or mutation
    work.replace_cards(closed_payment(work, after, admin.name), subject=mutation_subject(mutation))


def closed_payment(work: UnitOfWork, mutation: Mutation, admin_name: str = "") -> SuspenseClosed:
    """Return how reported money was decided."""
    owner_id = ledger.owner_of(work.tx, mutation.shop_id) if mutation.shop_id is not None else None
    owner = people.get(work.tx, owner_id) if owner_id is not None else None
    decided_by = people.get(work.tx, mutation.decided_by) if mutation.decided_by else None
    return SuspenseClosed(
        mutation_id=mutation.mutation_id,
        amount_idr=mutation.amount_idr or 0,
        name=owner.name if owner else str(owner_id or ""),
        admin_name=admin_name or (decided_by.name if decided_by else ""),
        at_ms=mutation.decided_at_ms or work.now_ms,
    )


def payment_card(work: UnitOfWork, mutation: Mutation) -> SuspenseCard:
    """Return the card of money in suspense, with the tickets that it may have been meant for."""
    amount_idr = mutation.amount_idr or 0
    similar = deposits.similar(
        work.tx,
        amount_idr,
        margin_idr=SIMILAR_MARGIN_IDR,
        since_ms=work.now_ms - SIMILAR_SINCE_MS,
        exact_since_ms=work.now_ms - REUSE_MS - SIMILAR_SINCE_MS,
        limit=MAX_SIMILAR,
    )
    return SuspenseCard(
        mutation_id=mutation.mutation_id,
        amount_idr=amount_idr,
        service=mutation.service,
        account_number=mutation.account_number,
        note=mutation.description,
        at_ms=mutation.at_ms,
        similar=tuple(_similar(work, ticket) for ticket in similar),
        reason=mutation.suspense_reason or SuspenseReason.NO_TICKET,
    )


def _similar(work: UnitOfWork, ticket: Ticket) -> SimilarTicket:
    person = people.get(work.tx, ticket.user_id)
    return SimilarTicket(
        ticket_id=ticket.ticket_id,
        exact_idr=ticket.exact_idr,
        name=person.name if person else str(ticket.user_id),
        state=ticket.state,
        credited_idr=ticket.credited_idr or 0,
    )


def show_open(work: UnitOfWork, admin: Actor) -> None:
    """Show an admin the open tickets and the money in suspense, oldest first."""
    tickets = deposits.open_tickets(work.tx, limit=MAX_CARDS)
    payments = mutations.in_suspense(work.tx, limit=MAX_CARDS)
    for ticket in tickets:
        work.notify(card_of(work, ticket), admin.address, subject=ticket_subject(ticket.ticket_id))
    for mutation in payments:
        work.notify(payment_card(work, mutation), admin.address, subject=mutation_subject(mutation))
    if not tickets and not payments:
        work.notify(NoDeposits(), admin.address)
