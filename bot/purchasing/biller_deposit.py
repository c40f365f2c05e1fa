"""Notifies chats whose orders failed for lack of a deposit at the biller, once it accepts orders again.

It also warns the admins when that deposit runs low, and when it is not what orders and top-ups make of it.
Reports of orders in flight together arrive in any order, so that only that of an order alone is compared.
"""

from typing import assert_never

from msgspec.structs import replace

from bot.actors import Address
from bot.notices.alarms import BillerReserveLow
from bot.notices.orders import OrdersPossibleAgain
from bot.notices.topups import BillerDrift
from bot.orders.biller_float import (
    NO_MOVE,
    Checkpoint,
    Drift,
    Funds,
    LowBalance,
    Ok,
    Reserve,
    Unknown,
    compare,
    judge_balance,
    move_of,
)
from bot.orders.events import Accepted, Failed, OrderEvent, Refused, Succeeded
from bot.orders.model import FailureCause, Order, State
from bot.purchasing.notifications import facts_of
from bot.unit_of_work import UnitOfWork, WorkContext
from storage import balances, orders
from storage.balances import BeforeReport, DepositWait, ReportedBalance
from storage.orders import ReportedOrder
from storage.transaction import Tx

NOTIFIED_AT_ONCE = 20
"""Bounds the work of one accepted order; the next one notifies the next chats."""

FORGOTTEN_AFTER_MS = 86_400_000
"""A day later the customer has left the shop."""


def follow_deposit(
    work: UnitOfWork, order: Order, event: OrderEvent, *, report: BeforeReport | None = None
) -> bool:
    """Store which chat waits for a deposit, and notify those that wait when an order is accepted.

    Return whether any was notified.
    """
    match event:
        case Refused(failure_cause=FailureCause.DEPOSIT) | Failed(failure_cause=FailureCause.DEPOSIT):
            if order.state is State.FAILED:
                balances.add_deposit_wait(work.tx, order.chat_id, order.trxid, at_ms=work.now_ms)
            return False
        case Accepted() if report is None or report.is_awaited:
            waits = balances.deposit_waits(work.tx, limit=NOTIFIED_AT_ONCE)
            # All of them, not only up to the first that is notified.
            return sum(_notify(work, wait, order, event) for wait in waits) > 0
        case _:
            return False


def is_compared(after: Order, event: OrderEvent) -> bool:
    """Return whether the balance that comes with an event is compared with what it should be.

    An answer may be older or younger than its charge, and a refund may follow its report: only the balance
    that comes with a success is compared.
    """
    return isinstance(event, Succeeded) and after.state is State.SUCCEEDED


def before_report(
    work: UnitOfWork, after: Order, event: OrderEvent, *, reported: ReportedOrder | None = None
) -> BeforeReport | None:
    """Return what is known before an event with a balance; it is part of an order that is `reported`."""
    compared = is_compared(after, event)
    if reported is None:
        reported = orders.get_reported(work.tx, after.trxid, is_compared=compared)
    if reported is None:
        return None
    return reported.before if compared else replace(reported.before, is_alone=False)


def store_balance(
    work: UnitOfWork,
    before: Order,
    after: Order,
    event: OrderEvent,
    balance_idr: int,
    *,
    report: BeforeReport,
) -> None:
    """Store the balance that the biller reported with an event, and alert the admins if it is low or off."""
    last = report.last
    reserve = _judge(work, last.reserve if last else Reserve(), balance_idr)
    checkpoint = last.checkpoint.moved(move_of(before, after)) if last and last.checkpoint else None
    if report.is_alone:
        checkpoint = _compare(work, checkpoint, balance_idr)
    balance = ReportedBalance(
        balance_idr=balance_idr,
        reported_at_ms=work.now_ms,
        source="answer" if isinstance(event, Accepted) else "reversal",
        trxid=after.trxid,
        checkpoint=checkpoint,
        reserve=reserve,
    )
    balances.report_balance(work.tx, balance)


def follow_float(work: UnitOfWork, before: Order, after: Order) -> None:
    """Store what an event without a balance took from the one at the biller."""
    move = move_of(before, after)
    if move != NO_MOVE:
        balances.move_float(work.tx, move)


def threshold_of(context: WorkContext, reserve: Reserve) -> int | None:
    """Return below which balance the admins are alerted; None if nothing is known to say so."""
    return reserve.mean_idr if context.biller_reserve_idr is None else context.biller_reserve_idr


def _judge(
    work: UnitOfWork, reserve: Reserve, balance_idr: int, *, short_of_idr: int | None = None
) -> Reserve:
    """Alert the admins when the balance falls below its threshold, or is `short_of_idr` for an order."""
    threshold_idr = threshold_of(work.context, reserve)
    limit_idr = threshold_idr if short_of_idr is None else short_of_idr
    after = judge_balance(reserve, balance_idr, limit_idr, now_ms=work.now_ms)
    if after.is_alarmed and not reserve.is_alarmed:
        notice = BillerReserveLow(
            balance_idr=balance_idr,
            reserve_idr=threshold_idr,
            is_mean=work.context.biller_reserve_idr is None,
            short_of_idr=short_of_idr,
            is_held=work.context.low_balance is LowBalance.HOLD,
            at_ms=work.now_ms,
        )
        work.notify_admins(notice, subject="alert:reserve")
    return after


def refresh_reserve(work: UnitOfWork, mean_idr: int | None) -> bool:
    """Judge the balance as it should be now, with a new mean; return whether that changed anything."""
    last = balances.last_balance(work.tx)
    if last is None:
        return False
    reserve = replace(last.reserve, mean_idr=mean_idr)
    judged = _judge(work, reserve, last.now_idr)
    if judged != last.reserve:
        balances.judge_reserve(work.tx, judged)
    return judged != last.reserve


def note_topup(work: UnitOfWork, amount_idr: int, *, noted_by: int) -> None:
    """Store what an admin says that was paid in at the biller, and judge the balance with it.

    It is judged at once: the next report may be of a fall after the top-up, of which nobody knows yet.
    """
    balances.note_topup(work.tx, amount_idr, noted_by=noted_by, at_ms=work.now_ms)
    last = balances.last_balance(work.tx)
    if last is not None:
        balances.judge_reserve(work.tx, _judge(work, last.reserve, last.now_idr))


def available_funds(tx: Tx, context: WorkContext) -> Funds | None:
    """Return what may be spent now; None if orders are not held, or no balance is known."""
    if context.low_balance is not LowBalance.HOLD:
        return None
    last = balances.last_balance(tx)
    if last is None:
        return None
    threshold_idr = threshold_of(context, last.reserve)
    balance_idr = last.now_idr - balances.submitting_cost(tx)
    return Funds(balance_idr=balance_idr, is_low=threshold_idr is not None and last.now_idr < threshold_idr)


def alert_of_short_funds(work: UnitOfWork, order: Order) -> None:
    """Alert the admins that an order is held for want of a balance, unless they know of this fall."""
    last = balances.last_balance(work.tx)
    if last is None or last.reserve.is_alarmed:
        return
    # Orders under way have taken the rest of what is shown.
    short_of_idr = max(order.expected_cost_idr or 0, last.now_idr + 1)
    judged = _judge(work, last.reserve, last.now_idr, short_of_idr=short_of_idr)
    balances.judge_reserve(work.tx, judged)


def _compare(work: UnitOfWork, checkpoint: Checkpoint | None, reported_idr: int) -> Checkpoint | None:
    """Alert the admins of a drift; return the checkpoint for the next report.

    A difference that is not told stays in the old checkpoint, and is told with the next ones.
    """
    comparison = compare(checkpoint, reported_idr)
    match comparison:
        case Ok():
            is_settled = comparison.difference_idr == 0
        case Drift():
            is_settled = work.alert_admins(_drift(comparison, reported_idr, work.now_ms), topic="drift")
        case Unknown():
            is_settled = True
        case _:
            assert_never(comparison)
    return Checkpoint(balance_idr=reported_idr, at_ms=work.now_ms) if is_settled else checkpoint


def _drift(drift: Drift, reported_idr: int, at_ms: int) -> BillerDrift:
    return BillerDrift(
        reported_idr=reported_idr,
        checkpoint_idr=drift.since.balance_idr,
        checkpoint_at_ms=drift.since.at_ms,
        topup_idr=drift.since.topup_idr,
        spent_idr=drift.since.spent_idr,
        at_ms=at_ms,
    )


def _notify(work: UnitOfWork, wait: DepositWait, accepted: Order, event: Accepted) -> bool:
    """Notify a chat and forget it, unless the deposit is still too small; return whether it was notified."""
    refused = orders.get(work.tx, wait.trxid)
    if refused and _is_still_too_dear(refused, event):
        return False
    balances.end_deposit_wait(work.tx, wait.chat_id)
    is_old = work.now_ms - wait.refused_at_ms > FORGOTTEN_AFTER_MS
    # A reseller who has sent the order again knows already; a notice might make them buy it twice.
    if refused is None or is_old or (wait.refused_count == 1 and _is_same(refused, accepted)):
        return False
    notice = OrdersPossibleAgain(**facts_of(refused, work.now_ms), refused_count=wait.refused_count)
    work.notify(notice, Address(chat_id=refused.chat_id, thread_id=refused.thread_id))
    return True


def _is_still_too_dear(refused: Order, event: Accepted) -> bool:
    """Return whether the rest of the deposit is too little for the refused order.

    It pays the cost; where none was known, the reseller's price is the nearest figure.
    """
    cost_idr = refused.expected_cost_idr if refused.expected_cost_idr is not None else refused.price_idr
    return cost_idr is not None and event.balance_idr is not None and event.balance_idr < cost_idr


def _is_same(refused: Order, accepted: Order) -> bool:
    return (refused.chat_id, refused.product_code, refused.destination) == (
        accepted.chat_id,
        accepted.product_code,
        accepted.destination,
    )
