"""Adjustments of a reseller's balance by an admin: `/tambah` and `/kurang`, then a card, then a tap.

The reason is kept in the ledger, the reseller and all other admins are told.
"""

from bot.actors import Actor, Address
from bot.features.accounts.balance import owner_named
from bot.features.accounts.decision import close_card, is_old, new_subject, report_to_admins
from bot.grammar.money_commands import parse_adjustment
from bot.grammar.parsed import Command
from bot.ledger import OPERATOR, AccountKind, Entry, EntryKind, transfer_legs
from bot.notices.accounts import (
    AdjustmentDone,
    AdjustmentQuestion,
    AdjustmentRefused,
    AdjustmentUnclear,
    BalanceAdjusted,
    ChangeCancelled,
    read_adjustment,
)
from bot.notices.buttons import Action
from bot.notices.people import PersonNotFound
from bot.purchasing.payment import paying_account
from bot.routing import Audience, ButtonRoute, CommandRoute, Routes, Tap
from bot.unit_of_work import UnitOfWork
from bot.updates import Toast
from storage import ledger, people
from storage.ledger import Account
from storage.people import Person

SAME_WITHIN_MS = 24 * 3_600_000
"""Two admins who see one transfer enter it on the same day."""

ADJUSTMENT = "adjustment"
"""The kind of the subject of a card, under which its adjustment is entered once."""

_SIGNS = {"tambah": 1, "kurang": -1}


def _ask_by_command(work: UnitOfWork, admin: Actor, command: Command) -> None:
    typed = parse_adjustment(command.rest)
    if typed is None:
        work.notify(AdjustmentUnclear(word=command.word), admin.address)
        return
    person = owner_named(work.tx, typed.target)
    if person is None:
        work.notify(PersonNotFound(typed=typed.target), admin.address)
        return
    _ask(work, admin, person, _SIGNS[command.word] * typed.amount_idr, typed.reason)


def _ask(work: UnitOfWork, admin: Actor, person: Person, amount_idr: int, reason: str) -> Toast:
    """Show a card with the balance before and after, or why the amount cannot be taken."""
    proposed = propose_adjustment(work, person, amount_idr, reason)
    if isinstance(proposed, AdjustmentRefused):
        work.answer(admin, proposed)
        return Toast.REFUSED
    work.answer(admin, proposed, subject=new_subject(work, ADJUSTMENT))
    return Toast.ASKED


def propose_adjustment(
    work: UnitOfWork, person: Person, amount_idr: int, reason: str
) -> AdjustmentQuestion | AdjustmentRefused:
    """Return the balance before and after an adjustment, or why the amount cannot be taken."""
    account = paying_account(work, person.user_id)
    if refused := _refusal(account, person, amount_idr):
        return refused
    return AdjustmentQuestion(
        user_id=person.user_id,
        name=person.name,
        amount_idr=amount_idr,
        before_idr=account.balance_idr,
        reason=reason,
        same_at_ms=ledger.last_adjustment_like(
            work.tx,
            account.shop_id,
            amount_idr,
            from_ms=work.now_ms - SAME_WITHIN_MS,
            until_ms=work.now_ms + 1,
        ),
    )


def _refusal(account: Account, person: Person, amount_idr: int) -> AdjustmentRefused | None:
    short = ledger.shortage(account, -amount_idr) if amount_idr < 0 else None
    if short is None:
        return None
    return AdjustmentRefused(
        user_id=person.user_id,
        name=person.name,
        amount_idr=-amount_idr,
        available_idr=short.available_idr,
        credit_idr=-short.floor_idr,
        most_idr=max(0, short.available_idr - short.floor_idr),
    )


def _tap(work: UnitOfWork, admin: Actor, tap: Tap) -> Toast:
    if ledger.is_posted(work.tx, tap.subject):
        return Toast.USED
    close_card(work, admin, tap)
    if tap.action is Action.CANCEL:
        person = people.get(work.tx, int(tap.payload))
        work.answer(admin, ChangeCancelled(name=person.name if person else tap.payload))
        return Toast.DONE
    user_id, amount_idr, reason = read_adjustment(tap.payload)
    person = people.get(work.tx, user_id)
    if person is None:
        return Toast.USED
    if is_old(work, tap):
        return _ask(work, admin, person, amount_idr, reason)
    return _adjust(work, admin, person, amount_idr, reason, source=tap.subject)


def _adjust(
    work: UnitOfWork, admin: Actor, person: Person, amount_idr: int, reason: str, *, source: str
) -> Toast:
    """Enter an adjustment under the card that asked for it, and notify the reseller and all admins."""
    account = paying_account(work, person.user_id)
    if refused := _refusal(account, person, amount_idr):
        work.answer(admin, refused)
        return Toast.REFUSED
    operator, shop = (AccountKind.ADJUSTMENTS, OPERATOR), (AccountKind.AVAILABLE, account.shop_id)
    giver, taker = (operator, shop) if amount_idr > 0 else (shop, operator)
    entry = Entry(
        source=source,
        kind=EntryKind.ADJUSTMENT,
        at_ms=work.now_ms,
        actor=f"admin:{admin.user_id}",
        legs=transfer_legs(abs(amount_idr), source=giver, target=taker),
        reason=reason,
    )
    ledger.post(work.tx, entry)
    after_idr = account.balance_idr + amount_idr
    # A balance is private, so that it does not go to the group where the reseller may have joined.
    told = BalanceAdjusted(amount_idr=amount_idr, after_idr=after_idr, reason=reason)
    work.notify(told, Address(chat_id=person.user_id))
    done = AdjustmentDone(
        admin_name=admin.name,
        user_id=person.user_id,
        name=person.name,
        amount_idr=amount_idr,
        after_idr=after_idr,
        reason=reason,
        at_ms=work.now_ms,
    )
    report_to_admins(work, admin, done)
    return Toast.DONE


ROUTES = Routes(
    commands=(CommandRoute(tuple(_SIGNS), _ask_by_command, Audience.ADMINS),),
    buttons=(
        ButtonRoute(
            actions=(Action.CONFIRM_ADD, Action.CONFIRM_DEDUCT, Action.CANCEL),
            handle=_tap,
            subject_kind=ADJUSTMENT,
        ),
    ),
)
