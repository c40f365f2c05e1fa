"""Reported money: it credits the ticket with its exact amount, or waits in suspense for an admin's word."""

from collections.abc import Sequence

from msgspec.structs import replace

from bot.actors import Actor, Address, Standing
from bot.deposits.accounts import is_same_number
from bot.deposits.mutations import MutationReport, Service, UnreadableRow
from bot.features.deposits.cards import (
    REUSE_MS,
    claim_suspense,
    close_payment,
    closed_payment,
    mutation_id_of,
    mutation_subject,
    payment_card,
)
from bot.features.deposits.crediting import credit_ticket, post_credit
from bot.features.deposits.tickets import RESERVED_MS, TICKET_MS, open_ticket
from bot.grammar.parse import normalize
from bot.ledger import OPERATOR, AccountKind, Entry, EntryKind, transfer_legs
from bot.notices.buttons import Action
from bot.notices.deposits import (
    DepositCredited,
    MutationRowsUnreadable,
    MutationUnreadable,
    SuspenseCard,
    SuspenseClosed,
    SuspensePersonUnknown,
    SuspenseQuestion,
    SuspenseReason,
    TicketState,
)
from bot.purchasing.payment import paying_account
from bot.routing import Audience, ButtonRoute, ReplyRoute, Routes, Tap
from bot.texts.deposits import NO_DEPOSIT
from bot.unit_of_work import UnitOfWork
from bot.updates import IncomingMessage, Toast
from storage import deposits, ledger, mutations, people, restores
from storage.deposits import Ticket
from storage.mutations import Mutation, MutationState, StoredPost
from storage.people import Person

MAX_TYPED_CHARS = 64
MAX_ROWS_SHOWN = 3


def take_mutation(work: UnitOfWork, service: Service, report: MutationReport) -> None:
    """Book reported money once: to its ticket, to one that an admin credited already, or to suspense."""
    mutation = mutations.insert(work.tx, service, report, at_ms=work.now_ms)
    if mutation is None:
        return
    if mutation.amount_idr is None:
        mutations.settle(work.tx, mutation, MutationState.UNREADABLE, at_ms=work.now_ms)
        unreadable = MutationUnreadable(service=service, note=report.description, at_ms=work.now_ms)
        work.notify_admins(unreadable, subject=mutation_subject(mutation))
        return
    ticket = deposits.reserved_for(work.tx, mutation.amount_idr)
    if not _is_ours(work, mutation, ticket):
        _suspend(work, mutation, mutation.amount_idr, SuspenseReason.OTHER_ACCOUNT)
        return
    reason = _doubt(work, ticket) if ticket else SuspenseReason.NO_TICKET
    is_booked = ticket and (
        (reason is None and _credit_exact(work, mutation, ticket)) or _link(work, mutation, ticket)
    )
    if not is_booked:
        _suspend(work, mutation, mutation.amount_idr, reason or SuspenseReason.NO_TICKET)


def keep_unreadable(work: UnitOfWork, post: StoredPost, rows: Sequence[UnreadableRow]) -> None:
    """Store the rows of a post that could not be read, and show those that are new to the admins at once."""
    new = [row for row in rows if mutations.store_unreadable(work.tx, post.service, row, at_ms=work.now_ms)]
    if new:
        notice = MutationRowsUnreadable(
            service=post.service,
            count=len(new),
            rows=tuple(row.summary for row in new[:MAX_ROWS_SHOWN]),
            at_ms=post.at_ms,
        )
        work.notify_admins(notice, subject=f"unreadable:{post.post_id}")


def _is_ours(work: UnitOfWork, mutation: Mutation, ticket: Ticket | None) -> bool:
    """Return whether money may have arrived in an account that the operator names, now or on the ticket.

    A ticket for QRIS alone names none: its money comes to the account of the merchant.
    """
    offered = deposits.accounts_of(ticket) if ticket else work.context.deposit_accounts
    accounts = (*offered, *work.context.deposit_accounts)
    return not offered or any(is_same_number(account.number, mutation.account_number) for account in accounts)


def _doubt(work: UnitOfWork, ticket: Ticket) -> SuspenseReason | None:
    """Return why the exact amount of a ticket may be the money of another one."""
    if ticket.state not in (TicketState.OPEN, TicketState.EXPIRED):
        return None
    restore = restores.latest(work.tx)
    if restore and work.now_ms <= restore.gap_until_ms + TICKET_MS + RESERVED_MS:
        return SuspenseReason.RESTORED
    if deposits.is_unsettled_elsewhere(work.tx, ticket, since_ms=ticket.created_at_ms - REUSE_MS):
        return SuspenseReason.SHARED_AMOUNT
    return None


def _credit_exact(work: UnitOfWork, mutation: Mutation, ticket: Ticket) -> bool:
    """Credit a ticket that waits for this amount, or has lately."""
    if ticket.state not in (TicketState.OPEN, TicketState.EXPIRED):
        return False
    mutations.settle(work.tx, mutation, MutationState.CREDITED, at_ms=work.now_ms, shop_id=ticket.shop_id)
    return credit_ticket(
        work,
        ticket,
        received_idr=ticket.exact_idr,
        actor=f"mutation:{mutation.service}",
        mutation_id=mutation.mutation_id,
    )


def _link(work: UnitOfWork, mutation: Mutation, ticket: Ticket) -> bool:
    """Recognise money whose ticket an admin credited before it was reported: it is not credited again."""
    if ticket.state is not TicketState.CONFIRMED or ticket.credited_idr != mutation.amount_idr:
        return False
    if not deposits.link_mutation(work.tx, ticket.ticket_id, mutation.mutation_id):
        return False
    return mutations.settle(
        work.tx, mutation, MutationState.LINKED, at_ms=work.now_ms, shop_id=ticket.shop_id
    )


def _suspend(work: UnitOfWork, mutation: Mutation, amount_idr: int, reason: SuspenseReason) -> None:
    mutations.settle(work.tx, mutation, MutationState.SUSPENSE, at_ms=work.now_ms, suspense_reason=reason)
    legs = transfer_legs(
        amount_idr, source=(AccountKind.DEPOSITS, OPERATOR), target=(AccountKind.SUSPENSE, OPERATOR)
    )
    entry = Entry(
        source=mutation_subject(mutation),
        kind=EntryKind.DEPOSIT,
        at_ms=work.now_ms,
        actor=f"mutation:{mutation.service}",
        legs=legs,
    )
    ledger.post(work.tx, entry)
    suspended = replace(mutation, suspense_reason=reason)
    work.notify_admins(payment_card(work, suspended), subject=mutation_subject(mutation))


def _reply(work: UnitOfWork, admin: Actor, message: IncomingMessage, subject: str) -> bool:
    """Ask whether to credit money to the reseller that an admin's reply names."""
    typed = normalize(message.text)
    mutation = mutations.get(work.tx, mutation_id_of(subject))
    if mutation is None or mutation.amount_idr is None or not typed or typed.startswith("/"):
        return False
    person = reseller_to_credit(work, typed)
    if mutation.state is not MutationState.SUSPENSE:
        work.notify(closed_payment(work, mutation), admin.address, subject=mutation_subject(mutation))
    elif person is None:
        unknown = SuspensePersonUnknown(
            mutation_id=mutation.mutation_id, amount_idr=mutation.amount_idr, typed=typed[:MAX_TYPED_CHARS]
        )
        work.notify(unknown, admin.address, subject=f"unknown:{mutation.mutation_id}")
    else:
        _ask(work, admin, mutation, person)
    return True


def reseller_to_credit(work: UnitOfWork, typed: str) -> Person | None:
    """Return the reseller of `@nama` or of an id; a frozen one may be credited too."""
    person = people.find_owner(work.tx, typed)
    return person if person and person.standing in (Standing.APPROVED, Standing.FROZEN) else None


def _ask(work: UnitOfWork, admin: Actor, mutation: Mutation, person: Person) -> None:
    work.answer(admin, propose_claim(work, mutation, person), subject=mutation_subject(mutation))


def propose_claim(work: UnitOfWork, mutation: Mutation, person: Person) -> SuspenseQuestion:
    """Return what crediting money in suspense to a reseller would do; a ticket whose time is over ends."""
    account = paying_account(work, person.user_id)
    ticket = open_ticket(work, account.shop_id)
    return SuspenseQuestion(
        mutation_id=mutation.mutation_id,
        amount_idr=mutation.amount_idr or 0,
        user_id=person.user_id,
        name=person.name,
        available_idr=account.balance_idr,
        ticket_id=ticket.ticket_id if ticket else 0,
        exact_idr=ticket.exact_idr if ticket else 0,
        same_at_ms=ledger.last_adjustment_like(
            work.tx,
            account.shop_id,
            mutation.amount_idr or 0,
            from_ms=work.now_ms - RESERVED_MS,
            until_ms=work.now_ms + 1,
        ),
    )


def _tap(work: UnitOfWork, admin: Actor, tap: Tap) -> Toast:
    mutation = mutations.get(work.tx, mutation_id_of(tap.subject))
    if mutation is None or mutation.amount_idr is None:
        return Toast.USED
    if mutation.state is not MutationState.SUSPENSE:
        work.answer(admin, closed_payment(work, mutation), subject=mutation_subject(mutation))
        return Toast.USED
    match tap.action:
        case Action.SUSPENSE_CREDIT:
            user_id, _, ticket_id = tap.payload.partition(" ")
            return _credit(work, admin, mutation, int(user_id), asked_ticket_id=int(ticket_id or 0))
        case Action.CONFIRM_SUSPENSE_REJECT:
            _reject(work, admin, mutation, mutation.amount_idr)
        case Action.SUSPENSE_REJECT:
            question = SuspenseQuestion(mutation_id=mutation.mutation_id, amount_idr=mutation.amount_idr)
            work.answer(admin, question, subject=mutation_subject(mutation))
        case _:
            work.answer(admin, payment_card(work, mutation), subject=mutation_subject(mutation))
    return Toast.DONE


def _credit(
    work: UnitOfWork, admin: Actor, mutation: Mutation, user_id: int, *, asked_ticket_id: int
) -> Toast:
    """Credit money in suspense to a shop; its open ticket is closed with it.

    A ticket of which the question said nothing waits for money of its own, so that it is asked again.
    """
    account, amount_idr = paying_account(work, user_id), mutation.amount_idr or 0
    ticket, person = open_ticket(work, account.shop_id), people.get(work.tx, user_id)
    if person and asked_ticket_id != (ticket.ticket_id if ticket else 0):
        _ask(work, admin, mutation, person)
        return Toast.ASKED
    if not claim_suspense(work, mutation, account.shop_id, admin):
        return Toast.USED
    if ticket:
        credit_ticket(
            work,
            ticket,
            received_idr=amount_idr,
            actor=f"admin:{admin.user_id}",
            by=admin.user_id,
            admin_name=admin.name,
            mutation_id=mutation.mutation_id,
            source=AccountKind.SUSPENSE,
        )
        return Toast.DONE
    balance = post_credit(
        work,
        account.shop_id,
        amount_idr,
        entry_source=f"{mutation_subject(mutation)}:credit",
        actor=f"admin:{admin.user_id}",
        source=AccountKind.SUSPENSE,
    )
    # A balance is private, so that it does not go to the group where the reseller may have joined.
    credited = DepositCredited(balance=balance, at_ms=work.now_ms)
    work.notify(credited, Address(chat_id=user_id), subject=f"credit:{mutation_subject(mutation)}")
    return Toast.DONE


def _reject(work: UnitOfWork, admin: Actor, mutation: Mutation, amount_idr: int) -> None:
    """Take money out of suspense that is no deposit of a reseller."""
    if not mutations.settle(work.tx, mutation, MutationState.REJECTED, at_ms=work.now_ms, by=admin.user_id):
        return
    legs = transfer_legs(
        amount_idr, source=(AccountKind.SUSPENSE, OPERATOR), target=(AccountKind.DEPOSITS, OPERATOR)
    )
    entry = Entry(
        source=f"{mutation_subject(mutation)}:reject",
        kind=EntryKind.ADJUSTMENT,
        at_ms=work.now_ms,
        actor=f"admin:{admin.user_id}",
        legs=legs,
        reason=NO_DEPOSIT,
        corrects=ledger.entry_id_of(work.tx, mutation_subject(mutation)),
    )
    ledger.post(work.tx, entry)
    close_payment(work, mutation, admin)


ROUTES = Routes(
    buttons=(
        ButtonRoute(
            actions=(
                *(Action.SUSPENSE_CREDIT, Action.SUSPENSE_REJECT, Action.CONFIRM_SUSPENSE_REJECT),
                Action.CANCEL,
            ),
            handle=_tap,
            subject_kind="mutation",
        ),
    ),
    replies=(
        ReplyRoute(
            to=(SuspenseCard, SuspenseQuestion, SuspenseClosed, SuspensePersonUnknown),
            handle=_reply,
            audience=Audience.ADMINS,
        ),
    ),
)
