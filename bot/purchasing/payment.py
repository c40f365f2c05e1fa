"""Pays for orders: which shop, whether it has enough, and the entry that every move of an order makes.

Each function is part of the unit of work that moves the order, so that order and money never differ.
"""

from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from bot.grammar.period import day_of, midnight_ms
from bot.ledger import AccountKind, entry_for_move, entry_for_new, position_of
from bot.notices.accounts import DailyLimitReached
from bot.notices.balances import BalanceLine, InsufficientBalance, PriceMissing, ProductWithoutPrice
from bot.notices.orders import (
    OrderDisputed,
    OrderExpired,
    OrderFailed,
    OrderNotice,
    OrderReceived,
    OrderSucceeded,
)
from bot.orders.model import Intent, Order, State
from bot.unit_of_work import UnitOfWork
from storage import ledger, people
from storage.ledger import Account, OrderMove


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


UNDER_WAY = (State.PLACED, State.SUBMITTING, State.PENDING, State.UNKNOWN)
NOTICES_WITH_BALANCE = (OrderReceived, OrderSucceeded, OrderFailed, OrderExpired, OrderDisputed)


def paying_account(work: UnitOfWork, user_id: int) -> Account:
    """Return the account that a person's orders are paid from, which is the owner's for an assistant.

    It is opened with the first of them.
    """
    if account := ledger.account_of_buyer(work.tx, user_id):
        return account
    owner_id = people.shop_owner_id(work.tx, user_id)
    # An admin is trusted with the operator's own money.
    is_limited = owner_id not in work.admin_ids
    shop_id = ledger.open_shop(
        work.tx,
        owner_id,
        floor_idr=work.context.reseller_floor_idr if is_limited else None,
        daily_limit_idr=work.context.reseller_daily_limit_idr if is_limited else None,
        at_ms=work.now_ms,
    )
    work.forget_buyer(user_id)
    return ledger.account(work.tx, shop_id, AccountKind.AVAILABLE)


def account_for_order(work: UnitOfWork, user_id: int) -> Account | None:
    """Return the account that a person pays an order from; None if it has not been opened."""
    return work.buyer(user_id).account


def owner_of(work: UnitOfWork, order: Order) -> int:
    """Return the owner of an order's shop; of an order from before there were shops, who typed it."""
    owner_id = ledger.owner_of(work.tx, order.shop_id) if order.shop_id is not None else None
    return order.user_id if owner_id is None else owner_id


def is_of_shop(work: UnitOfWork, order: Order, user_id: int) -> bool:
    """Return whether an order belongs to the shop that a person orders for."""
    return owner_of(work, order) == people.shop_owner_id(work.tx, user_id)


def is_limited(account: Account) -> bool:
    """Return whether a shop has a limit to what it may owe or spend in a day."""
    return account.floor_idr is not None or account.daily_limit_idr is not None


def refusal(
    work: UnitOfWork, account: Account, intent: Intent, price_idr: int | None
) -> InsufficientBalance | PriceMissing | DailyLimitReached | None:
    """Return why a shop cannot pay for an order, or None if it can."""
    if not is_limited(account):
        return None
    if price_idr is None:
        notice = ProductWithoutPrice(code=intent.product_code, at_ms=work.now_ms)
        work.alert_admins(notice, topic=f"price:{intent.product_code}")
        return PriceMissing(code=intent.product_code, destination=intent.destination)
    if reached := limit_refusal(work, account, intent, price_idr):
        return reached
    short = ledger.shortage(account, price_idr)
    if short is None:
        return None
    return InsufficientBalance(
        code=intent.product_code,
        destination=intent.destination,
        price_idr=price_idr,
        available_idr=short.available_idr,
        credit_idr=-short.floor_idr,
        missing_idr=short.missing_idr,
        takes_tickets=work.context.takes_tickets,
    )


def hold(work: UnitOfWork, order: Order, *, forced: bool) -> None:
    """Hold the price of a new order; `forced` where it may have been bought already."""
    entry = entry_for_new(order, actor=f"user:{order.user_id}")
    if entry is None:
        return
    balances = ledger.post(work.tx, replace(entry, forced=True) if forced else entry)
    if _is_known_unlimited(work, order):
        return
    account = _account_read(work, order)
    if account and order.price_idr:
        after_idr = balances[account.shop_id, AccountKind.AVAILABLE]
        work.holds[order.trxid] = OrderMove(
            amount_idr=-order.price_idr, balance_after_idr=after_idr, is_of_shop=True
        )
    work.forget_buyer(order.user_id)


def _account_read(work: UnitOfWork, order: Order) -> Account | None:
    """Return the account that an order is paid from, if it was read here with who typed the order."""
    buyer = work.buyers.get(order.user_id)
    account = buyer.account if buyer else None
    return account if account and account.shop_id == order.shop_id else None


def _is_known_unlimited(work: UnitOfWork, order: Order) -> bool:
    """Return whether it was read here that the shop of an order has no floor: its balance decides nothing."""
    account = _account_read(work, order)
    return account is not None and account.floor_idr is None


def follow(work: UnitOfWork, before: Order, after: Order, *, actor: str) -> None:
    """Move the price of an order to where its new state has it."""
    if position_of(before.state) is position_of(after.state) or after.shop_id is None:
        return
    # A state of an order under way is never reached again, so that only its hold came before.
    is_first = before.state in UNDER_WAY
    number = 2 if is_first else ledger.count_order_entries(work.tx, after.trxid) + 1
    if entry := entry_for_move(before, after, number=number, at_ms=work.now_ms, actor=actor):
        ledger.post(work.tx, entry)
        work.holds.pop(after.trxid, None)


def with_price(order: Order, notice: OrderNotice) -> OrderNotice:
    """Return a notice with its order's price, if it shows one."""
    if isinstance(notice, OrderReceived | OrderSucceeded):
        return replace(notice, price_idr=order.price_idr)
    return notice


def with_balance(work: UnitOfWork, order: Order, notice: OrderNotice) -> OrderNotice:
    """Return a notice with its order's price, and how that moved the balance of a shop with a limit."""
    notice = with_price(order, notice)
    if not isinstance(notice, NOTICES_WITH_BALANCE) or order.shop_id is None or not order.price_idr:
        return notice
    if _is_known_unlimited(work, order):
        return notice
    moved = work.holds.get(order.trxid) or ledger.last_limited_move(
        work.tx, order.trxid, user_id=order.user_id
    )
    if moved is None:
        return notice
    line = BalanceLine(
        amount_idr=moved.amount_idr,
        after_idr=moved.balance_after_idr,
        # An assistant who was let go learns the result, and no more of the shop.
        is_private=order.chat_id == order.user_id and moved.is_of_shop,
    )
    return replace(notice, balance=line)
