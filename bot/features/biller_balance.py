"""The balance at the biller and the open orders, which admins see and resellers never do."""

from bot.grammar.period import day_of, midnight_ms
from bot.notices.alarms import BillerBalance
from bot.purchasing.biller_deposit import available_funds, threshold_of
from bot.unit_of_work import UnitOfWork
from storage import balances, orders

COUNT_LIMIT = 100
"""Orders that need an admin are counted up to this number: more are no more alarming."""


def biller_balance(work: UnitOfWork) -> BillerBalance:
    """Return the last reported balance with the sums of today's and of open orders."""
    last = balances.last_balance(work.tx)
    open_orders = balances.open_sum(work.tx)
    since_ms = last.reported_at_ms if last else work.now_ms
    accepted = balances.accepted_since(work.tx, since_ms)
    today = balances.succeeded_since(work.tx, midnight_ms(day_of(work.now_ms, work.zone), work.zone))
    funds = available_funds(work.tx, work.context)
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
        topup_idr=balances.topups_since(work.tx, since_ms),
        accepted_count=accepted.count,
        accepted_cost_idr=accepted.cost_idr,
        accepted_uncosted_count=accepted.uncosted_count,
        reserve_idr=threshold_of(work.context, last.reserve) if last else work.context.biller_reserve_idr,
        is_low_held=funds is not None and funds.is_low,
    )
