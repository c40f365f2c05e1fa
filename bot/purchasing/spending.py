"""What a shop has spent today and may still spend: its balance above the floor, and its daily limit."""

from datetime import timedelta

from msgspec import Struct

from bot.grammar.period import day_of, midnight_ms
from bot.notices.accounts import DailyLimitReached
from bot.orders.model import Intent
from bot.unit_of_work import UnitOfWork
from storage import ledger
from storage.ledger import Account


class Spending(Struct, frozen=True, kw_only=True):
    """The spending of a shop on its day; `spendable_idr` is what it may still spend, None without limits.

    `next_day_at_ms` is when the daily limit begins again.
    """

    today_idr: int
    spendable_idr: int | None
    next_day_at_ms: int


def spending_of(work: UnitOfWork, account: Account) -> Spending:
    """Return what a shop has spent today, and what its floor and its daily limit leave."""
    today = day_of(work.now_ms, work.zone)
    spent_idr = ledger.spent_since(work.tx, account.shop_id, midnight_ms(today, work.zone))
    left = []
    if account.floor_idr is not None:
        left.append(account.balance_idr - account.floor_idr)
    if account.daily_limit_idr is not None:
        left.append(account.daily_limit_idr - spent_idr)
    return Spending(
        today_idr=spent_idr,
        spendable_idr=max(0, min(left)) if left else None,
        next_day_at_ms=midnight_ms(today + timedelta(days=1), work.zone),
    )


def limit_refusal(
    work: UnitOfWork, account: Account, intent: Intent, price_idr: int
) -> DailyLimitReached | None:
    """Return that an order would exceed the daily limit of a shop, or None if it does not."""
    if account.daily_limit_idr is None:
        return None
    spending = spending_of(work, account)
    left_idr = max(0, account.daily_limit_idr - spending.today_idr)
    if price_idr <= left_idr:
        return None
    return DailyLimitReached(
        code=intent.product_code,
        destination=intent.destination,
        price_idr=price_idr,
        daily_limit_idr=account.daily_limit_idr,
        spent_today_idr=spending.today_idr,
        left_idr=left_idr,
        begins_at_ms=spending.next_day_at_ms,
    )
