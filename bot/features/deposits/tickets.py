"""Tickets of resellers: an exact amount to pay, where, until when; one open ticket for each shop."""

from bot.actors import Actor, Address
from bot.deposits.accounts import MAX_TICKET_IDR, MIN_TICKET_IDR, DepositAccount
from bot.deposits.qris import with_amount
from bot.features.deposits.cards import (
    REUSE_MS,
    close_cards,
    show_card_to_admins,
    show_open,
    ticket_id_of,
    ticket_subject,
)
from bot.grammar.money_commands import QRIS_WORD, DepositRequest, read_deposit_request
from bot.grammar.parse import normalize
from bot.grammar.parsed import Command
from bot.notices.buttons import Action
from bot.notices.deposits import (
    DepositAccountList,
    EvidenceForwarded,
    NoOpenTicket,
    TicketEnded,
    TicketEvidence,
    TicketIssued,
    TicketRefusal,
    TicketRefused,
    TicketState,
)
from bot.purchasing.payment import paying_account
from bot.routing import ButtonRoute, CommandRoute, ReplyRoute, Routes, Tap
from bot.unit_of_work import UnitOfWork
from bot.updates import IncomingMessage, Toast
from storage import deposits, ledger, outbox, people
from storage.deposits import Ticket, TicketDecision, TicketOrigin

TICKET_MS = 12 * 3_600_000
"""Half a day: a ticket asked for in the evening can be paid in the morning."""

A_DAY_MS = 86_400_000
RESERVED_MS = 3 * A_DAY_MS
"""After its end an amount belongs to nobody else for this long: transfers between banks come late."""

MAX_TICKETS_A_DAY = 20
"""Each ticket reserves one of 999 amounts: one shop must not take them all."""

MAX_EVIDENCE = 5
MAX_DRAWS = 5
MAX_TYPED_CHARS = 64

LARGEST_SUFFIX = 999


def answer_ticket(work: UnitOfWork, actor: Actor, command: Command) -> None:
    """Answer `tiket 100000`: issue a ticket, or show the one that is open; to an admin `tiket` shows all."""
    typed = " ".join(normalize(command.rest).split())
    if typed.lower() in ("batal", "cancel", "hapus"):
        cancel_ticket(work, actor)
        return
    if actor.sees_all and not typed:
        show_open(work, actor)
        return
    accounts, shop_id = work.context.deposit_accounts, paying_account(work, actor.user_id).shop_id
    request = read_deposit_request(typed, [account.bank for account in accounts])
    refused = None if not typed else _refusal(work, request, typed)
    if refused is None and (opened := open_ticket(work, shop_id)):
        _show(work, actor, opened, request, is_again=True)
    elif refused or request.amount_idr is None:
        work.notify(refused or _refused(work, TicketRefusal.NO_AMOUNT), actor.address)
    else:
        issue_ticket(work, actor, request.amount_idr, request.bank)


def issue_ticket(work: UnitOfWork, actor: Actor, requested_idr: int, bank: str) -> None:
    """Open a ticket with an amount that nobody else pays, and show it to the reseller and the admins."""
    shop_id = paying_account(work, actor.user_id).shop_id
    asked = deposits.count_since(work.tx, shop_id, since_ms=work.now_ms - A_DAY_MS)
    if asked >= MAX_TICKETS_A_DAY:
        work.notify(_refused(work, TicketRefusal.TOO_MANY), actor.address)
        return
    ticket = _draw(work, actor, shop_id, requested_idr, bank)
    if ticket is None:
        refused = _refused(work, TicketRefusal.NONE_FREE, typed=str(requested_idr), near_idr=requested_idr)
        work.notify(refused, actor.address)
        return
    _show(work, actor, ticket, DepositRequest(amount_idr=requested_idr))
    show_card_to_admins(work, ticket)


def _draw(work: UnitOfWork, actor: Actor, shop_id: int, requested_idr: int, bank: str) -> Ticket | None:
    """Store a ticket with one of the free amounts; None if none is free."""
    address, is_qris = actor.address, bank == QRIS_WORD
    for _ in range(MAX_DRAWS):
        free = _free_amounts(work, shop_id, requested_idr)
        if not free:
            return None
        ticket = deposits.insert(
            work.tx,
            TicketOrigin(chat_id=address.chat_id, thread_id=address.thread_id, message_id=address.reply_to),
            shop_id=shop_id,
            user_id=actor.user_id,
            requested_idr=requested_idr,
            exact_idr=free[work.context.random_suffix() % len(free)],
            accounts=() if is_qris else _accounts_at(work, bank),
            takes_qris=work.context.deposit_qris is not None and (is_qris or not bank),
            at_ms=work.now_ms,
            expires_at_ms=work.now_ms + TICKET_MS,
            release_at_ms=work.now_ms + TICKET_MS + RESERVED_MS,
        )
        if ticket:
            return ticket
    return None


def _free_amounts(work: UnitOfWork, shop_id: int, requested_idr: int) -> list[int]:
    """Return the amounts to draw from: those that no other shop was given lately, if there are any.

    Else those whose money was reported, and at last those whose money may still come: then an admin decides.
    """
    up_to_idr, since_ms = requested_idr + LARGEST_SUFFIX, work.now_ms - REUSE_MS
    taken = deposits.reserved_amounts(work.tx, requested_idr, up_to_idr=up_to_idr)
    recent = deposits.recent_amounts(
        work.tx, requested_idr, up_to_idr=up_to_idr, shop_id=shop_id, since_ms=since_ms
    )
    free = [amount for amount in range(requested_idr + 1, up_to_idr + 1) if amount not in taken]
    return (
        [amount for amount in free if amount not in recent]
        or [amount for amount in free if not recent[amount]]
        or free
    )


def _accounts_at(work: UnitOfWork, bank: str) -> tuple[DepositAccount, ...]:
    """Return the accounts at a bank, all of them for an empty name."""
    return tuple(
        account for account in work.context.deposit_accounts if bank.lower() in ("", account.bank.lower())
    )


def _refusal(work: UnitOfWork, request: DepositRequest, typed: str) -> TicketRefused | None:
    if not work.context.takes_tickets:
        return _refused(work, TicketRefusal.NOWHERE_TO_PAY)
    amount_idr = request.amount_idr
    is_missing_qris = request.bank == QRIS_WORD and work.context.deposit_qris is None
    if not request.is_known or is_missing_qris:
        return _refused(work, TicketRefusal.UNKNOWN_BANK, typed=request.bank, near_idr=amount_idr)
    if amount_idr is None:
        return _refused(work, TicketRefusal.UNREADABLE, typed=typed)
    if amount_idr < MIN_TICKET_IDR:
        return _refused(work, TicketRefusal.TOO_SMALL, typed=typed, near_idr=amount_idr * 1_000)
    if amount_idr > MAX_TICKET_IDR:
        return _refused(work, TicketRefusal.TOO_LARGE, typed=typed, near_idr=MAX_TICKET_IDR)
    return None


def _refused(
    work: UnitOfWork, refusal: TicketRefusal, *, typed: str = "", near_idr: int | None = None
) -> TicketRefused:
    is_possible = near_idr is not None and MIN_TICKET_IDR <= near_idr <= MAX_TICKET_IDR
    example_idr = near_idr if is_possible and near_idr is not None else 100_000
    if refusal is TicketRefusal.NONE_FREE:
        example_idr = min(example_idr + LARGEST_SUFFIX + 1, MAX_TICKET_IDR)
    limits_idr = {TicketRefusal.TOO_SMALL: MIN_TICKET_IDR, TicketRefusal.TOO_LARGE: MAX_TICKET_IDR}
    banks = tuple(dict.fromkeys(account.bank for account in work.context.deposit_accounts))
    return TicketRefused(
        refusal=refusal,
        typed=typed[:MAX_TYPED_CHARS],
        example_idr=example_idr,
        banks=banks,
        limit_idr=limits_idr.get(refusal, 0),
    )


def open_ticket(work: UnitOfWork, shop_id: int) -> Ticket | None:
    """Return the open ticket of a shop; one whose time is over is ended first."""
    ticket = deposits.open_of(work.tx, shop_id)
    if ticket and ticket.expires_at_ms <= work.now_ms:
        end_ticket(work, ticket, TicketState.EXPIRED)
        return None
    return ticket


def _is_of_shop(work: UnitOfWork, ticket: Ticket, actor: Actor) -> bool:
    """Return whether a ticket is of the shop that the actor orders for, by whomever it was asked for."""
    account = ledger.account_of_buyer(work.tx, actor.user_id)
    return account is not None and account.shop_id == ticket.shop_id


def end_ticket(
    work: UnitOfWork, ticket: Ticket, state: TicketState, *, by: int | None = None, admin_name: str = ""
) -> bool:
    """End a ticket without a credit, and close its cards; return False if it was decided before."""
    decision = TicketDecision(
        state=state, at_ms=work.now_ms, release_at_ms=max(ticket.release_at_ms, work.now_ms), by=by
    )
    if not deposits.decide(work.tx, ticket, decision):
        return False
    ended = TicketEnded(
        ticket_id=ticket.ticket_id, exact_idr=ticket.exact_idr, state=state, at_ms=work.now_ms
    )
    work.notify(ended, origin_of(ticket), subject=f"ended:{ticket.ticket_id}")
    close_cards(work, ticket.ticket_id, admin_name=admin_name)
    return True


def origin_of(ticket: Ticket) -> Address:
    """Return where a ticket was asked for."""
    return Address(chat_id=ticket.chat_id, thread_id=ticket.thread_id, reply_to=ticket.message_id)


def cancel_ticket(work: UnitOfWork, actor: Actor) -> None:
    """Cancel the open ticket of a reseller's shop."""
    ticket = open_ticket(work, paying_account(work, actor.user_id).shop_id)
    if ticket is None or not end_ticket(work, ticket, TicketState.CANCELLED, by=actor.user_id):
        work.notify(NoOpenTicket(), actor.address)


def list_accounts(work: UnitOfWork, actor: Actor, _: Command) -> None:
    """Answer `bank`."""
    accounts, qris = work.context.deposit_accounts, work.context.deposit_qris
    if accounts or qris:
        work.notify(DepositAccountList(accounts=accounts, takes_qris=qris is not None), actor.address)
    else:
        work.notify(_refused(work, TicketRefusal.NOWHERE_TO_PAY), actor.address)


def _show(
    work: UnitOfWork, actor: Actor, ticket: Ticket, request: DepositRequest, *, is_again: bool = False
) -> None:
    code = work.context.deposit_qris
    differs = is_again and request.amount_idr not in (None, ticket.requested_idr)
    shown = TicketIssued(
        ticket_id=ticket.ticket_id,
        exact_idr=ticket.exact_idr,
        user_id=actor.user_id,
        accounts=deposits.accounts_of(ticket),
        qris=with_amount(code, ticket.exact_idr) if code and ticket.takes_qris else None,
        expires_at_ms=ticket.expires_at_ms,
        is_again=is_again,
        wanted_idr=request.amount_idr or 0 if differs else 0,
        wanted_bank=request.bank if differs else "",
    )
    work.notify(shown, actor.address, subject=_shown_subject(ticket.ticket_id))


def _shown_subject(ticket_id: int) -> str:
    # Not the subject of the cards: those are replaced by text, and this may be a picture.
    return f"paid-by:{ticket_id}"


def _tap(work: UnitOfWork, actor: Actor, tap: Tap) -> Toast:
    """Cancel the ticket of a message, or replace it by one for the amount in the payload."""
    ticket = deposits.get(work.tx, ticket_id_of(tap.subject))
    if ticket is None or ticket.state is not TicketState.OPEN or not _is_of_shop(work, ticket, actor):
        return Toast.USED
    match tap.action:
        case Action.TICKET_CANCEL:
            end_ticket(work, ticket, TicketState.CANCELLED, by=actor.user_id)
        case _:
            amount, _, bank = tap.payload.partition(" ")
            end_ticket(work, ticket, TicketState.CANCELLED, by=actor.user_id)
            issue_ticket(work, actor, int(amount), bank)
    return Toast.DONE


def _take_evidence(work: UnitOfWork, actor: Actor, message: IncomingMessage, subject: str) -> bool:
    """Pass a picture of a transfer on to the admins; it proves nothing and credits nothing."""
    ticket = deposits.get(work.tx, ticket_id_of(subject))
    return ticket is not None and _accept_picture(work, actor, message, ticket)


def accept_bare_picture(work: UnitOfWork, actor: Actor, message: IncomingMessage) -> bool:
    """Accept a picture that replies to nothing as evidence for the open ticket; return False without one."""
    account = ledger.account_of_buyer(work.tx, actor.user_id)
    ticket = deposits.open_of(work.tx, account.shop_id) if account else None
    return ticket is not None and _accept_picture(work, actor, message, ticket)


def _accept_picture(work: UnitOfWork, actor: Actor, message: IncomingMessage, ticket: Ticket) -> bool:
    picture = message.picture_id or (message.document.file_id if message.document else None)
    if picture is None or not _is_of_shop(work, ticket, actor):
        return False
    is_wanted = (
        ticket.state is not TicketState.CONFIRMED
        and deposits.count_evidence(work.tx, ticket.ticket_id) < MAX_EVIDENCE
    )
    if is_wanted:
        deposits.insert_evidence(
            work.tx, ticket.ticket_id, message_id=message.message_id, file_id=picture, at_ms=work.now_ms
        )
        _forward(work, ticket, picture, is_file=message.picture_id is None)
    answer = EvidenceForwarded(
        ticket_id=ticket.ticket_id, exact_idr=ticket.exact_idr, was_forwarded=is_wanted
    )
    work.notify(answer, actor.address)
    return True


def _forward(work: UnitOfWork, ticket: Ticket, file_id: str, *, is_file: bool) -> None:
    """Send a picture to each admin, below the card of its ticket."""
    person = people.get(work.tx, ticket.user_id)
    evidence = TicketEvidence(
        ticket_id=ticket.ticket_id,
        exact_idr=ticket.exact_idr,
        name=person.name if person else str(ticket.user_id),
        file_id=file_id,
        is_file=is_file,
    )
    cards = {chat: card for chat, card, _ in outbox.cards_about(work.tx, ticket_subject(ticket.ticket_id))}
    for admin_id in work.admin_ids:
        address = Address(chat_id=admin_id, reply_to=cards.get(admin_id))
        work.notify(evidence, address, subject=f"evidence:{ticket.ticket_id}")


ROUTES = Routes(
    commands=(
        CommandRoute(("tiket", "tik", "deposit", "dep", "dp"), answer_ticket),
        CommandRoute(("bank", "rekening"), list_accounts),
        CommandRoute(("untiket",), lambda work, actor, _: cancel_ticket(work, actor)),
    ),
    buttons=(ButtonRoute(actions=(Action.TICKET_CANCEL, Action.TICKET_REPLACE), handle=_tap),),
    replies=(ReplyRoute(to=(TicketIssued, TicketEnded), handle=_take_evidence, takes_pictures=True),),
)
