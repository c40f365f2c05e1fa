"""Builders of orders and notices for many tests."""

from typing import Any

from msgspec.structs import replace

from bot.orders.events import OrderEvent
from bot.orders.model import Order, State
from bot.orders.states import decide
from bot.purchasing.notifications import OrderNotices, notices_for

_AN_ORDER = Order(
    trxid="22110111373985338",
    chat_id=7001,
    thread_id=None,
    message_id=41,
    line=1,
    user_id=7001,
    product_code="s5",
    destination="081234567890",
    state=State.PLACED,
    requested_at_ms=1_669_867_200_000,
    placed_at_ms=1_669_867_200_500,
    changed_at_ms=1_669_867_200_500,
    due_at_ms=1_669_867_200_500,
)


def an_order(**changes: Any) -> Order:
    """Return a valid order, just placed, with `changes` to its fields; one attempt if not PLACED."""
    defaults = {} if changes.get("state", State.PLACED) is State.PLACED else {"attempts": 1}
    return replace(_AN_ORDER, **{**defaults, **changes})


def notices_of(order: Order, event: OrderEvent, at_ms: int) -> OrderNotices:
    """Return the notices that an event causes for an order."""
    return notices_for(order, decide(order, event, at_ms).order, event, at_ms)
