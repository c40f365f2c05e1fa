"""Shows admins what is known of the operator's money at the biller; a reseller is shown none of it."""

from bot.actors import Actor, Role
from bot.grammar.parsed import Command
from bot.grammar.period import day_of, midnight_ms
from bot.notices.alarms import BillerBalance
from bot.notices.guidance import AdminsOnly, BalanceWithheld
from bot.routing import CommandRoute, Routes
from bot.unit_of_work import UnitOfWork
from storage import balances, orders

COUNT_LIMIT = 100
"""More than a hundred orders that need an admin is as alarming as a hundred."""


def biller_balance(work: UnitOfWork) -> BillerBalance:
    """Return the last reported balance, with what is spent today and what may still be spent."""
    last = balances.last_balance(work.tx)
    still_open = balances.open_sum(work.tx)
    today = balances.succeeded_since(work.tx, midnight_ms(day_of(work.now_ms, work.zone), work.zone))
    return BillerBalance(
        balance_idr=last.balance_idr if last else None,
        reported_at_ms=last.reported_at_ms if last else None,
        source=last.source if last else None,
        open_count=still_open.count,
        open_sum_idr=still_open.cost_idr,
        today_count=today.count,
        today_sum_idr=today.cost_idr,
        waiting_count=len(orders.for_admins(work.tx, limit=COUNT_LIMIT)),
        held_since_ms=work.context.held_since_ms(),
    )


def _show_balance(work: UnitOfWork, actor: Actor, _: Command) -> None:
    if actor.sees_all:
        work.notify(biller_balance(work), actor.address)
    else:
        withheld = AdminsOnly() if actor.role is Role.ADMIN else BalanceWithheld()
        work.notify(withheld, actor.address)


ROUTES = Routes(
    commands=(
        # The last seven are what resellers of other servers type for a balance.
        CommandRoute(("saldo", "sal", "s", "cs", "tiket", "deposit", "mutasi", "rek"), _show_balance),
    ),
)
