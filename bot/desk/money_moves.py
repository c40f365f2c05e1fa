"""The two steps in which the desk moves money or sets a limit: what would happen, then that it happens.

The first step registers the button that the chat has under the same question; the second uses it, so that the
function, the journal and the notices are those of the chat. It works once, for the visitor who was asked.
"""

from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from bot.desk.context import DeskContext, DeskPage
from bot.desk.request import DeskRequest, DeskResponse, back_to, missing, page
from bot.features.accounts.adjustments import ADJUSTMENT, propose_adjustment
from bot.features.accounts.balance import owner_named
from bot.features.accounts.decision import QUESTION_HOLDS_MS, new_subject
from bot.features.accounts.limits import LIMIT, propose_limit
from bot.features.deposits.cards import (
    card_of,
    mutation_id_of,
    mutation_subject,
    ticket_id_of,
    ticket_subject,
)
from bot.features.deposits.crediting import is_creditable, propose_credit
from bot.features.deposits.suspense import propose_claim, reseller_to_credit
from bot.grammar.money_commands import MAX_REASON_CHARS, LimitKind, NewLimit, parse_amount, parse_limit
from bot.grammar.parse import normalize
from bot.handlers.callbacks import carry_out
from bot.notices.accounts import (
    AdjustmentQuestion,
    AdjustmentRefused,
    LimitQuestion,
    read_adjustment,
    read_limit,
)
from bot.notices.buttons import Action, ButtonSpec
from bot.notices.deposits import SuspenseQuestion, TicketCard, TicketQuestion, TicketState
from bot.notices.keyboards import keyboard_of
from bot.unit_of_work import UnitOfWork
from bot.updates import Toast
from storage import deposits, inbox, mutations, people
from storage.inbox import ButtonOwner, UsedButton
from storage.mutations import MutationState

_CONFIRMING = (
    *(Action.TICKET_CREDIT, Action.TICKET_ABSENT, Action.SUSPENSE_CREDIT, Action.CONFIRM_SUSPENSE_REJECT),
    *(Action.CONFIRM_ADD, Action.CONFIRM_DEDUCT, Action.CONFIRM_LIMIT),
)


class TicketCredit(Struct, frozen=True, kw_only=True):
    """Credit to a ticket what was received for it."""

    ticket_id: int
    received_idr: int


class TicketAbsence(Struct, frozen=True, kw_only=True):
    """End a ticket whose money is not there."""

    ticket_id: int


class PaymentClaim(Struct, frozen=True, kw_only=True):
    """Credit money in suspense to the reseller whom an id or an @name names."""

    mutation_id: int
    reseller: str


class PaymentRejection(Struct, frozen=True, kw_only=True):
    """Take money out of suspense that is no deposit of a reseller."""

    mutation_id: int


class BalanceChange(Struct, frozen=True, kw_only=True):
    """Adjust a balance; a negative amount is taken from it."""

    user_id: int
    amount_idr: int
    reason: str


class LimitSetting(Struct, frozen=True, kw_only=True):
    """Set what a reseller may owe or spend in a day; None is no limit."""

    user_id: int
    limit: LimitKind
    limit_idr: int | None


MoneyMove = TicketCredit | TicketAbsence | PaymentClaim | PaymentRejection | BalanceChange | LimitSetting
MoneyQuestion = TicketQuestion | TicketCard | SuspenseQuestion | AdjustmentQuestion | LimitQuestion


class MoveRefusal(StrEnum):
    """Why nothing can be asked."""

    AMOUNT = "amount"
    REASON = "reason"
    LIMIT = "limit"
    PERSON = "person"
    DECIDED = "decided"
    TOO_OLD = "too_old"
    FLOOR = "floor"
    UNKNOWN = "unknown"


class RefusedMove(Struct, frozen=True, kw_only=True):
    """A move that cannot be made; `most_idr` is what can be taken from a balance."""

    why: MoveRefusal
    most_idr: int = 0


class OfferedMove(Struct, frozen=True, kw_only=True):
    """A question with the key of its button; `is_again` if the figures of an earlier one no longer hold."""

    question: MoneyQuestion
    action: Action
    key: str
    is_again: bool = False


class FinishedMove(Struct, frozen=True, kw_only=True):
    """What came of a confirmation: False if it was made or decided before."""

    was_first: bool
    user_id: int = 0


async def _ask(request: DeskRequest, desk: DeskContext) -> DeskResponse:
    return _answer(await desk.write(lambda work: _offer_typed(work, request)))


async def _begin_anew(_: DeskRequest, __: DeskContext) -> DeskResponse:
    return back_to("/desk/money")


async def _confirm(request: DeskRequest, desk: DeskContext) -> DeskResponse:
    return _answer(await desk.write(lambda work: _press(work, request)))


def _answer(result: OfferedMove | RefusedMove | FinishedMove) -> DeskResponse:
    match result:
        case FinishedMove(was_first=was_first, user_id=user_id):
            shop = f"/shops/{user_id}" if user_id else ""
            return back_to(f"/desk/money{shop}?moved={'yes' if was_first else 'no'}")
        case RefusedMove(why=MoveRefusal.UNKNOWN):
            return missing()
        case RefusedMove():
            return page("money_refused.html", refused=result)
        case OfferedMove():
            return page("money_confirm.html", offered=result)
        case _:
            assert_never(result)


def _offer_typed(work: UnitOfWork, request: DeskRequest) -> OfferedMove | RefusedMove:
    move = _read_form(request.form)
    return RefusedMove(why=move) if isinstance(move, MoveRefusal) else _offer(work, request, move)


def _offer(
    work: UnitOfWork, request: DeskRequest, move: MoneyMove, *, is_again: bool = False
) -> OfferedMove | RefusedMove:
    """Register the button of a question under a new key."""
    question = _question(work, move)
    if isinstance(question, RefusedMove):
        return question
    spec, key = _confirming_button(question), work.nonce()
    own = replace(spec, owner_id=request.visitor.user_id)
    inbox.register_button(work.tx, key, own, _subject(work, question), at_ms=work.now_ms)
    return OfferedMove(question=question, action=spec.action, key=key, is_again=is_again)


def _press(work: UnitOfWork, request: DeskRequest) -> OfferedMove | RefusedMove | FinishedMove:
    """Use the button of a question; ask again if it is old, or another question by now."""
    key, user_id = _typed(request.form, "key"), request.visitor.user_id
    is_own = inbox.button_owner(work.tx, key) == ButtonOwner(owner_id=user_id)
    button = inbox.use_button(work.tx, key, user_id=user_id, at_ms=work.now_ms) if is_own else None
    if button is None:
        return FinishedMove(was_first=False)
    move = _read_button(button)
    question = _question(work, move)
    if isinstance(question, RefusedMove):
        return question
    spec = _confirming_button(question)
    is_old = work.now_ms - button.offered_at_ms > QUESTION_HOLDS_MS
    if is_old or (spec.action, spec.payload) != (button.action, button.payload):
        return _offer(work, request, move, is_again=True)
    toast = carry_out(work, request.actor, button)
    shop_of = move.user_id if isinstance(move, BalanceChange | LimitSetting) else 0
    return FinishedMove(was_first=toast is Toast.DONE, user_id=shop_of)


def _confirming_button(question: MoneyQuestion) -> ButtonSpec:
    return next(spec for row in keyboard_of(question) for spec in row if spec.action in _CONFIRMING)


def _question(work: UnitOfWork, move: MoneyMove) -> MoneyQuestion | RefusedMove:
    match move:
        case TicketCredit() | TicketAbsence():
            return _about_ticket(work, move)
        case PaymentClaim() | PaymentRejection():
            return _about_payment(work, move)
        case BalanceChange() | LimitSetting():
            return _about_shop(work, move)
        case _:
            assert_never(move)


def _about_ticket(work: UnitOfWork, move: TicketCredit | TicketAbsence) -> MoneyQuestion | RefusedMove:
    ticket = deposits.get(work.tx, move.ticket_id)
    if ticket is None or ticket.state is TicketState.CONFIRMED:
        return RefusedMove(why=MoveRefusal.DECIDED)
    if isinstance(move, TicketAbsence):
        card = card_of(work, ticket)
        return card if isinstance(card, TicketCard) else RefusedMove(why=MoveRefusal.DECIDED)
    if not is_creditable(ticket, work.now_ms):
        return RefusedMove(why=MoveRefusal.TOO_OLD)
    return propose_credit(work, ticket, move.received_idr)


def _about_payment(work: UnitOfWork, move: PaymentClaim | PaymentRejection) -> MoneyQuestion | RefusedMove:
    mutation = mutations.get(work.tx, move.mutation_id)
    if mutation is None or mutation.state is not MutationState.SUSPENSE:
        return RefusedMove(why=MoveRefusal.DECIDED)
    if isinstance(move, PaymentRejection):
        return SuspenseQuestion(mutation_id=mutation.mutation_id, amount_idr=mutation.amount_idr or 0)
    person = reseller_to_credit(work, move.reseller)
    return propose_claim(work, mutation, person) if person else RefusedMove(why=MoveRefusal.PERSON)


def _about_shop(work: UnitOfWork, move: BalanceChange | LimitSetting) -> MoneyQuestion | RefusedMove:
    person = owner_named(work.tx, str(move.user_id))
    if person is None:
        return RefusedMove(why=MoveRefusal.PERSON)
    if isinstance(move, LimitSetting):
        return propose_limit(work, person, move.limit, move.limit_idr)
    proposed = propose_adjustment(work, person, move.amount_idr, move.reason)
    if isinstance(proposed, AdjustmentRefused):
        return RefusedMove(why=MoveRefusal.FLOOR, most_idr=proposed.most_idr)
    return proposed


def _subject(work: UnitOfWork, question: MoneyQuestion) -> str:
    match question:
        case TicketQuestion(ticket_id=ticket_id) | TicketCard(ticket_id=ticket_id):
            return ticket_subject(ticket_id)
        case SuspenseQuestion():
            return mutation_subject(question)
        case AdjustmentQuestion():
            return new_subject(work, ADJUSTMENT)
        case LimitQuestion():
            return new_subject(work, LIMIT)
        case _:
            assert_never(question)


def _read_button(button: UsedButton) -> MoneyMove:
    """Return the move that was confirmed: what was shown, whatever a form says."""
    subject, payload = button.subject, button.payload
    first_word = payload.partition(" ")[0]
    match button.action:
        case Action.TICKET_CREDIT:
            return TicketCredit(ticket_id=ticket_id_of(subject), received_idr=int(first_word))
        case Action.TICKET_ABSENT:
            return TicketAbsence(ticket_id=ticket_id_of(subject))
        case Action.SUSPENSE_CREDIT:
            return PaymentClaim(mutation_id=mutation_id_of(subject), reseller=first_word)
        case Action.CONFIRM_SUSPENSE_REJECT:
            return PaymentRejection(mutation_id=mutation_id_of(subject))
        case Action.CONFIRM_ADD | Action.CONFIRM_DEDUCT:
            user_id, amount_idr, reason = read_adjustment(payload)
            return BalanceChange(user_id=user_id, amount_idr=amount_idr, reason=reason)
        case Action.CONFIRM_LIMIT:
            user_id, limit, limit_idr = read_limit(payload)
            return LimitSetting(user_id=user_id, limit=limit, limit_idr=limit_idr)
        case _:
            raise LookupError(f"the desk has no button for {button.action}")


def _read_form(form: dict[str, str]) -> MoneyMove | MoveRefusal:
    """Return the move that a form asks for, or why it cannot be read."""
    ticket_id, mutation_id = _id(form, "ticket"), _id(form, "mutation")
    match form.get("move", ""):
        case "credit":
            received_idr = parse_amount(_typed(form, "amount"))
            return (
                TicketCredit(ticket_id=ticket_id, received_idr=received_idr)
                if received_idr
                else MoveRefusal.AMOUNT
            )
        case "absent":
            return TicketAbsence(ticket_id=ticket_id)
        case "claim":
            return PaymentClaim(mutation_id=mutation_id, reseller=_typed(form, "reseller"))
        case "reject":
            return PaymentRejection(mutation_id=mutation_id)
        case "add" | "deduct" as sign:
            return _read_change(form, -1 if sign == "deduct" else 1)
        case "credit_limit":
            return _read_limit(form, LimitKind.CREDIT)
        case "daily_limit":
            return _read_limit(form, LimitKind.DAILY)
        case _:
            return MoveRefusal.UNKNOWN


def _read_change(form: dict[str, str], sign: int) -> BalanceChange | MoveRefusal:
    amount_idr, reason = parse_amount(_typed(form, "amount")), _typed(form, "reason")[:MAX_REASON_CHARS]
    if amount_idr is None:
        return MoveRefusal.AMOUNT
    if not reason:
        return MoveRefusal.REASON
    return BalanceChange(user_id=_id(form, "user"), amount_idr=sign * amount_idr, reason=reason)


def _read_limit(form: dict[str, str], kind: LimitKind) -> LimitSetting | MoveRefusal:
    """Read a limit as `/limit` does: an amount, 0, or `bebas`."""
    word = "harian " if kind is LimitKind.DAILY else ""
    read = parse_limit(f"{_id(form, 'user')} {word}{_typed(form, 'amount')}")
    if not isinstance(read, NewLimit) or read.limit is not kind:
        return MoveRefusal.LIMIT
    return LimitSetting(user_id=_id(form, "user"), limit=kind, limit_idr=read.limit_idr)


def _id(form: dict[str, str], name: str) -> int:
    typed = form.get(name, "")
    return int(typed) if people.is_id(typed) else 0


def _typed(form: dict[str, str], name: str) -> str:
    """Return what was typed into a field, as one line of visible characters."""
    words = " ".join(normalize(form.get(name, "")).split())
    return "".join(char for char in words if char.isprintable())


PAGES = (
    DeskPage(path="/money/ask", handle=_ask, method="POST", owners_only=True),
    DeskPage(path="/money/ask", handle=_begin_anew, owners_only=True),
    DeskPage(path="/money/confirm", handle=_confirm, method="POST", owners_only=True),
    DeskPage(path="/money/confirm", handle=_begin_anew, owners_only=True),
)
