"""Limits of a reseller, set by an admin: `/limit` for what may be owed, or spent in a day.

What tightens a limit applies at once; what loosens it, so that more money can move, asks first.
"""

from bot.actors import Actor
from bot.features.accounts.balance import owner_named, shop_balance
from bot.features.accounts.decision import close_card, is_old, new_subject, report_to_admins
from bot.grammar.money_commands import LimitKind, LimitQuery, NewLimit, parse_limit
from bot.grammar.parsed import Command
from bot.notices.accounts import ChangeCancelled, LimitChanged, LimitQuestion, LimitUnclear, read_limit
from bot.notices.buttons import Action
from bot.notices.people import PersonNotFound
from bot.purchasing.payment import paying_account
from bot.routing import Audience, ButtonRoute, CommandRoute, Routes, Tap
from bot.unit_of_work import UnitOfWork
from bot.updates import Toast
from storage import ledger, people
from storage.ledger import Account, LimitChange
from storage.people import Person

LIMIT = "limit"
"""The kind of the subject of a card."""


def is_looser(before_idr: int | None, after_idr: int | None) -> bool:
    """Return whether a limit allows more than another; None is no limit."""
    if after_idr is None or before_idr is None:
        return before_idr is not None
    return after_idr > before_idr


def _limit_by_command(work: UnitOfWork, admin: Actor, command: Command) -> None:
    typed = parse_limit(command.rest)
    if typed is None:
        work.notify(LimitUnclear(), admin.address)
        return
    person = owner_named(work.tx, typed.target)
    if person is None:
        work.notify(PersonNotFound(typed=typed.target), admin.address)
        return
    match typed:
        case LimitQuery():
            work.notify(shop_balance(work, person.user_id, person.name), admin.address)
        case NewLimit():
            _ask_or_set(work, admin, person, typed.limit, typed.limit_idr)


def _ask_or_set(
    work: UnitOfWork, admin: Actor, person: Person, limit: LimitKind, limit_idr: int | None
) -> Toast:
    question = propose_limit(work, person, limit, limit_idr)
    if not is_looser(question.before_idr, limit_idr):
        _set(work, admin, person, limit, limit_idr)
        return Toast.DONE
    work.answer(admin, question, subject=new_subject(work, LIMIT))
    return Toast.ASKED


def propose_limit(work: UnitOfWork, person: Person, limit: LimitKind, limit_idr: int | None) -> LimitQuestion:
    """Return a limit as it is and as it would be."""
    before_idr = _current(paying_account(work, person.user_id), limit)
    return LimitQuestion(
        user_id=person.user_id, name=person.name, limit=limit, before_idr=before_idr, after_idr=limit_idr
    )


def _current(account: Account, limit: LimitKind) -> int | None:
    match limit:
        case LimitKind.CREDIT:
            return None if account.floor_idr is None else -account.floor_idr
        case LimitKind.DAILY:
            return account.daily_limit_idr


def _set(work: UnitOfWork, admin: Actor, person: Person, limit: LimitKind, limit_idr: int | None) -> None:
    account = paying_account(work, person.user_id)
    before_idr = _current(account, limit)
    match limit:
        case LimitKind.CREDIT:
            ledger.set_floor(work.tx, account.shop_id, None if limit_idr is None else -limit_idr)
        case LimitKind.DAILY:
            ledger.set_daily_limit(work.tx, account.shop_id, limit_idr)
    change = LimitChange(
        account_id=account.account_id,
        kind=limit,
        before_idr=before_idr,
        after_idr=limit_idr,
        changed_by=admin.user_id,
        at_ms=work.now_ms,
    )
    ledger.append_limit_change(work.tx, change)
    changed = LimitChanged(
        admin_name=admin.name,
        user_id=person.user_id,
        name=person.name,
        limit=limit,
        before_idr=before_idr,
        after_idr=limit_idr,
        at_ms=work.now_ms,
    )
    report_to_admins(work, admin, changed)


def _tap(work: UnitOfWork, admin: Actor, tap: Tap) -> Toast:
    close_card(work, admin, tap)
    if tap.action is Action.CANCEL:
        person = people.get(work.tx, int(tap.payload))
        work.answer(admin, ChangeCancelled(name=person.name if person else tap.payload))
        return Toast.DONE
    user_id, limit, limit_idr = read_limit(tap.payload)
    person = people.get(work.tx, user_id)
    if person is None:
        return Toast.USED
    if is_old(work, tap):
        return _ask_or_set(work, admin, person, limit, limit_idr)
    _set(work, admin, person, limit, limit_idr)
    return Toast.DONE


ROUTES = Routes(
    commands=(CommandRoute(("limit",), _limit_by_command, Audience.ADMINS),),
    buttons=(ButtonRoute(actions=(Action.CONFIRM_LIMIT, Action.CANCEL), handle=_tap, subject_kind=LIMIT),),
)
