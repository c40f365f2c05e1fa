"""The balance at the biller and the open orders, which admins see and resellers never do."""

from bot.grammar.period import day_of, midnight_ms
from bot.notices.alarms import BillerBalance
from bot.orders.balance_chain import ChainEvent, ChainLink, ChainTopUp, balance_chain
from bot.orders.model import Order
from bot.orders.states import decide
from bot.purchasing.biller_deposit import available_funds, threshold_of
from bot.unit_of_work import UnitOfWork
from storage import balances, orders
from storage.transaction import Tx

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


MAX_CHAIN_EVENTS = 40_000
"""Some ten thousand orders, which are read in two seconds; of more, the newest."""

MAX_TOPUPS = 1_000


def day_of_balances(work: UnitOfWork, *, since_ms: int) -> tuple[ChainLink, ...]:
    """Return how the reported balances follow from each other since a time, oldest first."""
    tx = work.tx
    first_id = orders.first_event_since(tx, since_ms)
    if first_id is None:
        return ()
    first_id = max(first_id, orders.newest_event(tx) - MAX_CHAIN_EVENTS)
    noted = balances.topups(tx, since_ms=since_ms, limit=MAX_TOPUPS)
    topups = [ChainTopUp(amount_idr=each.amount_idr, at_ms=each.at_ms) for each in noted]
    return balance_chain(_chain_events(tx, first_id), topups)


def _chain_events(tx: Tx, first_id: int) -> list[ChainEvent]:
    """Replay the events from `first_id` on; orders that are older than that from their beginning."""
    replayed: dict[str, Order] = {}
    events: list[ChainEvent] = []
    for event_id, recorded in orders.events_from(tx, first_id, limit=MAX_CHAIN_EVENTS + 1):
        event = recorded.event
        if event is None:
            if recorded.placed:
                replayed[recorded.trxid] = recorded.placed
            continue
        before = replayed.get(recorded.trxid) or _order_before(tx, recorded.trxid, event_id)
        if before is None:
            continue
        after = decide(before, event, recorded.at_ms).order
        replayed[recorded.trxid] = after
        events.append(
            ChainEvent(event_id=event_id, at_ms=recorded.at_ms, before=before, after=after, event=event)
        )
    return events


def _order_before(tx: Tx, trxid: str, event_id: int) -> Order | None:
    order: Order | None = None
    for recorded in orders.history_before(tx, trxid, event_id):
        event = recorded.event
        if event is None:
            order = recorded.placed
        elif order is not None:
            order = decide(order, event, recorded.at_ms).order
    return order
