"""The cards of tickets in the admins' chats: shown once, and replaced when the ticket is decided."""

from bot.notices.deposits import TicketCard, TicketClosed, TicketState
from bot.unit_of_work import UnitOfWork
from storage import deposits, people
from storage.deposits import Ticket


def ticket_subject(ticket_id: int) -> str:
    """Return the outbox subject of the cards of a ticket."""
    return f"ticket:{ticket_id}"


def ticket_id_of(subject: str) -> int:
    """Return the ticket that a subject such as `ticket:12` or `evidence:12` names."""
    return int(subject.rpartition(":")[2])


def show_card(work: UnitOfWork, ticket: Ticket) -> None:
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
