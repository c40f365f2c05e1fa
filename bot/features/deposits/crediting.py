"""Credits tickets: by an admin's tap, or with the amount that an admin found, never more than once."""

from msgspec.structs import replace

from bot.actors import Actor
from bot.features.deposits.cards import card_of, claim_suspense, close_cards, ticket_id_of, ticket_subject
from bot.features.deposits.tickets import A_DAY_MS, RESERVED_MS, end_ticket, origin_of
from bot.grammar.money_commands import parse_amount
from bot.grammar.parse import normalize
from bot.ledger import OPERATOR, AccountKind, Entry, EntryKind, transfer_legs
from bot.notices.balances import BalanceLine
from bot.notices.buttons import Action
from bot.notices.deposits import (
    AmountUnclear,
    DepositCredited,
    TicketCard,
    TicketClosed,
    TicketEvidence,
    TicketQuestion,
    TicketState,
    TicketTooOld,
)
from bot.routing import Audience, ButtonRoute, ReplyRoute, Routes, Tap
from bot.unit_of_work import UnitOfWork
from bot.updates import IncomingMessage, Toast
from storage import deposits, ledger, mutations, people
from storage.deposits import Ticket, TicketDecision

LATE_MS = 7 * A_DAY_MS
"""A ticket can be credited for so long after it was asked for; later money is booked without it."""

RESERVED_AFTER_REPORT_MS = A_DAY_MS
"""A second payment of the same amount is recognised for a day. Without a report the first one may still
be reported, after a weekend, and must not find the ticket of another shop."""

MAX_TYPED_CHARS = 64


def credit_ticket(
    work: UnitOfWork,
    ticket: Ticket,
    *,
    received_idr: int,
    actor: str,
    by: int | None = None,
    admin_name: str = "",
    mutation_id: int | None = None,
    source: AccountKind = AccountKind.DEPOSITS,
) -> bool:
    """Credit what was received for a ticket, and notify its shop; return False if it was decided meanwhile.

    `source` is the operator's account from which the money comes.
    """
    decision = TicketDecision(
        state=TicketState.CONFIRMED,
        at_ms=work.now_ms,
        release_at_ms=work.now_ms + (RESERVED_AFTER_REPORT_MS if mutation_id else RESERVED_MS),
        by=by,
        credited_idr=received_idr,
        mutation_id=mutation_id,
    )
    is_open = ticket.state is not TicketState.CONFIRMED
    if not is_open or not deposits.decide(work.tx, ticket, decision):
        return False
    balance = post_credit(
        work,
        ticket.shop_id,
        received_idr,
        entry_source=ticket_subject(ticket.ticket_id),
        actor=actor,
        source=source,
    )
    credited = DepositCredited(
        balance=replace(balance, is_private=ticket.chat_id == ticket.user_id),
        at_ms=work.now_ms,
        ticket_id=ticket.ticket_id,
        exact_idr=ticket.exact_idr,
    )
    work.notify(credited, origin_of(ticket), subject=f"credit:{ticket.ticket_id}")
    close_cards(work, ticket.ticket_id, admin_name=admin_name)
    return True


def post_credit(
    work: UnitOfWork, shop_id: int, amount_idr: int, *, entry_source: str, actor: str, source: AccountKind
) -> BalanceLine:
    """Move money of the operator's account `source` to a shop; return how that moved its balance."""
    legs = transfer_legs(amount_idr, source=(source, OPERATOR), target=(AccountKind.AVAILABLE, shop_id))
    entry = Entry(source=entry_source, kind=EntryKind.DEPOSIT, at_ms=work.now_ms, actor=actor, legs=legs)
    ledger.post(work.tx, entry)
    after_idr = ledger.account(work.tx, shop_id, AccountKind.AVAILABLE).balance_idr
    return BalanceLine(amount_idr=amount_idr, after_idr=after_idr)


def _tap(work: UnitOfWork, admin: Actor, tap: Tap) -> Toast:
    ticket = deposits.get(work.tx, ticket_id_of(tap.subject))
    if ticket is None:
        return Toast.USED
    match tap.action:
        case Action.TICKET_PAID if ticket.state is TicketState.OPEN:
            # Money in suspense is asked for first: credited beside its report, it would count twice.
            is_reported = mutations.unclaimed(work.tx, ticket.exact_idr) is not None
            if is_reported or _same_at_ms(work, ticket, ticket.exact_idr):
                _ask(work, admin, ticket, ticket.exact_idr)
                return Toast.ASKED
            return _credit(work, admin, ticket, ticket.exact_idr)
        case Action.TICKET_ABSENT if ticket.state is TicketState.OPEN:
            end_ticket(work, ticket, TicketState.REJECTED, by=admin.user_id, admin_name=admin.name)
            return Toast.DONE
        case Action.TICKET_CREDIT if is_creditable(ticket, work.now_ms):
            received_idr, _, mutation_id = tap.payload.partition(" ")
            if not mutation_id and mutations.unclaimed(work.tx, int(received_idr)):
                # It was reported since the question: credited beside the report, it would count twice.
                _ask(work, admin, ticket, int(received_idr))
                return Toast.ASKED
            return _credit(work, admin, ticket, int(received_idr), mutation_id=int(mutation_id or 0))
        case _:
            work.answer(admin, card_of(work, ticket), subject=ticket_subject(ticket.ticket_id))
            return Toast.DONE if tap.action is Action.CANCEL else Toast.USED


def _credit(
    work: UnitOfWork, admin: Actor, ticket: Ticket, received_idr: int, *, mutation_id: int = 0
) -> Toast:
    """Credit a ticket; the money comes out of suspense where it was reported."""
    mutation = mutations.get(work.tx, mutation_id) if mutation_id else None
    if mutation and not claim_suspense(work, mutation, ticket.shop_id, admin):
        work.answer(admin, card_of(work, ticket), subject=ticket_subject(ticket.ticket_id))
        return Toast.USED
    was_first = credit_ticket(
        work,
        ticket,
        received_idr=received_idr,
        actor=f"admin:{admin.user_id}",
        by=admin.user_id,
        admin_name=admin.name,
        mutation_id=mutation.mutation_id if mutation else None,
        source=AccountKind.SUSPENSE if mutation else AccountKind.DEPOSITS,
    )
    return Toast.DONE if was_first else Toast.USED


def is_creditable(ticket: Ticket, now_ms: int) -> bool:
    """Return whether a ticket has no credit yet, and is young enough to get one."""
    return ticket.state is not TicketState.CONFIRMED and now_ms - ticket.created_at_ms <= LATE_MS


def _reply(work: UnitOfWork, admin: Actor, message: IncomingMessage, subject: str) -> bool:
    """Ask whether to credit the amount with which an admin replied to a card."""
    typed = normalize(message.text)
    ticket = deposits.get(work.tx, ticket_id_of(subject))
    if ticket is None or not typed or typed.startswith("/"):
        return False
    about = {"ticket_id": ticket.ticket_id, "exact_idr": ticket.exact_idr}
    received_idr = parse_amount(typed)
    if received_idr is None:
        unclear = AmountUnclear(**about, typed=typed[:MAX_TYPED_CHARS])
        work.notify(unclear, admin.address, subject=f"unclear:{ticket.ticket_id}")
    elif ticket.state is TicketState.CONFIRMED:
        work.notify(card_of(work, ticket), admin.address, subject=ticket_subject(ticket.ticket_id))
    elif not is_creditable(ticket, work.now_ms):
        work.notify(TicketTooOld(**about), admin.address)
    else:
        _ask(work, admin, ticket, received_idr)
    return True


def _ask(work: UnitOfWork, admin: Actor, ticket: Ticket, received_idr: int) -> None:
    question = propose_credit(work, ticket, received_idr)
    work.answer(admin, question, subject=ticket_subject(ticket.ticket_id))


def propose_credit(work: UnitOfWork, ticket: Ticket, received_idr: int) -> TicketQuestion:
    """Return what a credit would do, and out of which reported money it would come."""
    person = people.get(work.tx, ticket.user_id)
    unclaimed = mutations.unclaimed(work.tx, received_idr)
    return TicketQuestion(
        ticket_id=ticket.ticket_id,
        exact_idr=ticket.exact_idr,
        name=person.name if person else str(ticket.user_id),
        state=ticket.state,
        received_idr=received_idr,
        available_idr=ledger.account(work.tx, ticket.shop_id, AccountKind.AVAILABLE).balance_idr,
        mutation_id=unclaimed.mutation_id if unclaimed else 0,
        same_at_ms=_same_at_ms(work, ticket, received_idr),
    )


def _same_at_ms(work: UnitOfWork, ticket: Ticket, amount_idr: int) -> int | None:
    """Return when a shop got the same amount since its ticket: another admin may have entered it by hand."""
    return ledger.last_adjustment_like(
        work.tx, ticket.shop_id, amount_idr, from_ms=ticket.created_at_ms, until_ms=work.now_ms + 1
    )


ROUTES = Routes(
    buttons=(
        ButtonRoute(
            actions=(Action.TICKET_PAID, Action.TICKET_ABSENT, Action.TICKET_CREDIT, Action.CANCEL),
            handle=_tap,
            subject_kind="ticket",
        ),
    ),
    replies=(
        ReplyRoute(
            to=(TicketCard, TicketClosed, TicketEvidence, TicketQuestion, AmountUnclear),
            handle=_reply,
            audience=Audience.ADMINS,
        ),
    ),
)
