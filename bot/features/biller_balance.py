"""Shows admins the balance at the biller and the open orders; resellers never see them."""

from bot.actors import Actor, Role
from bot.grammar.parsed import Command
from bot.grammar.period import day_of, midnight_ms
from bot.notices.alarms import BillerBalance
from bot.notices.guidance import AdminsOnly, BalanceWithheld
from bot.routing import CommandRoute, Routes
from bot.unit_of_work import UnitOfWork
from storage import balances, orders

COUNT_LIMIT = 100
"""Orders that need an admin are counted up to this number: more are no more alarming."""


def biller_balance(work: UnitOfWork) -> BillerBalance:
    """Return the last reported balance with the sums of today's and of open orders."""
    last = balances.last_balance(work.tx)
    open_orders = balances.open_sum(work.tx)
    today = balances.succeeded_since(work.tx, midnight_ms(day_of(work.now_ms, work.zone), work.zone))
    return BillerBalance(
        balance_idr=last.balance_idr if last else None,
        reported_at_ms=last.reported_at_ms if last else None,
        source=last.source if last else None,
        open_count=open_orders.count,
        open_cost_idr=open_orders.cost_idr,
        open_uncosted_count=open_orders.uncosted_count,
        today_count=today.count,
        today_cost_idr=today.cost_idr,
        today_uncosted_count=today.uncosted_count,
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
        # The other seven are the words for a balance on other pulsa servers.
        CommandRoute(("saldo", "sal", "s", "cs", "tiket", "deposit", "mutasi", "rek"), _show_balance),
    ),
)
