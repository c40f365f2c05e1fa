"""Shows resellers their own balance, and admins that of the biller or of a reseller whom they name."""

from bot.actors import Actor, Role, Standing
from bot.features.biller_balance import biller_balance
from bot.grammar.parsed import Command
from bot.ledger import AccountKind
from bot.notices.accounts import PrivateChatOnly, ShopBalance
from bot.notices.guidance import AdminsOnly
from bot.notices.people import PersonNotFound
from bot.purchasing.payment import paying_account, spending_of
from bot.routing import CommandRoute, Routes
from bot.unit_of_work import UnitOfWork
from storage import ledger, people
from storage.people import Person
from storage.transaction import Tx

_WITH_AN_ACCOUNT = (Standing.APPROVED, Standing.FROZEN, Standing.REMOVED)
"""The standings of people whose money may be looked at and put right."""


def shop_balance(work: UnitOfWork, owner_id: int, name: str = "") -> ShopBalance:
    """Return the balance of a reseller's shop, which is opened if there is none; `name` is for admins."""
    account = paying_account(work, owner_id)
    held = ledger.account(work.tx, account.shop_id, AccountKind.HELD)
    spending = spending_of(work, account)
    return ShopBalance(
        user_id=owner_id,
        name=name,
        available_idr=account.balance_idr,
        held_idr=held.balance_idr,
        credit_idr=None if account.floor_idr is None else -account.floor_idr,
        spent_today_idr=spending.today_idr,
        daily_limit_idr=account.daily_limit_idr,
        spendable_idr=spending.spendable_idr,
    )


def owner_named(tx: Tx, typed: str) -> Person | None:
    """Return the reseller, present or former, whom an admin named by id or @name; None if there is no one.

    Who names an assistant means the shop.
    """
    person = people.find_owner(tx, typed)
    return person if person and person.standing in _WITH_AN_ACCOUNT else None


def _show_balance(work: UnitOfWork, actor: Actor, command: Command) -> None:
    if actor.sees_all:
        _show_to_admin(work, actor, command.rest)
    elif actor.role is Role.ADMIN:
        work.notify(AdminsOnly(), actor.address)
    elif actor.is_private:
        work.notify(shop_balance(work, actor.user_id), actor.address)
    else:
        work.notify(PrivateChatOnly(), actor.address)


def _show_to_admin(work: UnitOfWork, admin: Actor, typed: str) -> None:
    if not typed:
        work.notify(biller_balance(work), admin.address)
    elif person := owner_named(work.tx, typed):
        work.notify(shop_balance(work, person.user_id, person.name), admin.address)
    else:
        work.notify(PersonNotFound(typed=typed), admin.address)


ROUTES = Routes(
    commands=(
        # The other three are the words for a balance on other pulsa servers.
        CommandRoute(("saldo", "sal", "s", "cs"), _show_balance),
    ),
)
