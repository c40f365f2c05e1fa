"""Notifies chats whose orders failed for lack of a deposit at the biller, once it accepts orders again."""

from bot.actors import Address
from bot.notices.orders import OrdersPossibleAgain
from bot.orders.events import Accepted, Failed, OrderEvent, Refused
from bot.orders.model import FailureCause, Order, State
from bot.purchasing.notifications import facts_of
from bot.unit_of_work import UnitOfWork
from storage import balances, orders
from storage.balances import DepositWait

NOTIFIED_AT_ONCE = 20
"""Bounds the work of one accepted order; the next one notifies the next chats."""

FORGOTTEN_AFTER_MS = 86_400_000
"""A day later the customer has left the shop."""


def follow_deposit(work: UnitOfWork, order: Order, event: OrderEvent) -> bool:
    """Store which chat waits for a deposit, and notify those that wait when an order is accepted.

    Return whether any was notified.
    """
    match event:
        case Refused(failure_cause=FailureCause.DEPOSIT) | Failed(failure_cause=FailureCause.DEPOSIT):
            if order.state is State.FAILED:
                balances.add_deposit_wait(work.tx, order.chat_id, order.trxid, at_ms=work.now_ms)
            return False
        case Accepted():
            waits = balances.deposit_waits(work.tx, limit=NOTIFIED_AT_ONCE)
            # All of them, not only up to the first that is notified.
            return sum(_notify(work, wait, order, event) for wait in waits) > 0
        case _:
            return False


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
    """Return whether the rest of the deposit certainly cannot pay for the refused order."""
    return (
        refused.price_idr is not None
        and event.balance_idr is not None
        and event.balance_idr < refused.price_idr
    )


def _is_same(refused: Order, accepted: Order) -> bool:
    return (refused.chat_id, refused.product_code, refused.destination) == (
        accepted.chat_id,
        accepted.product_code,
        accepted.destination,
    )
