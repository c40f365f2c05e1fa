"""The money of an order as a pure function of its state, and the entry that leads from one state to another.

Nothing else touches an order's money. No time-out releases any: only a state does.
"""

from enum import Enum, auto
from typing import assert_never

from bot.ledger.model import OPERATOR, AccountKind, Entry, EntryKind, Leg, transfer_legs
from bot.orders.model import Order, State


class Position(Enum):
    """Where the price of an order is."""

    FREE = auto()
    HELD = auto()
    SPENT = auto()


def position_of(state: State) -> Position:
    """Return where the price of an order in `state` is; what may have been bought stays held."""
    match state:
        case State.PLACED | State.SUBMITTING | State.PENDING | State.UNKNOWN | State.DISPUTED:
            return Position.HELD
        case State.SUCCEEDED:
            return Position.SPENT
        case State.FAILED | State.EXPIRED:
            return Position.FREE
        case _:
            assert_never(state)


_KINDS = {
    (Position.FREE, Position.HELD): EntryKind.HOLD,
    (Position.HELD, Position.SPENT): EntryKind.SPEND,
    (Position.HELD, Position.FREE): EntryKind.RELEASE,
    (Position.SPENT, Position.HELD): EntryKind.HOLD,
}


def entry_for_new(order: Order, *, actor: str) -> Entry | None:
    """Return the entry that holds the price of a new order; None for an order without money."""
    return _entry(order, Position.FREE, number=1, at_ms=order.placed_at_ms, actor=actor, forced=False)


def entry_for_move(before: Order, after: Order, *, number: int, at_ms: int, actor: str) -> Entry | None:
    """Return the entry that an order's move makes, as its `number`-th; None if its money stays where it is.

    A price that was freed and is held again was perhaps spent meanwhile: it is held whatever the floor says.
    """
    position = position_of(before.state)
    return _entry(after, position, number=number, at_ms=at_ms, actor=actor, forced=position is Position.FREE)


def legs_of(order: Order) -> tuple[Leg, ...]:
    """Return what all entries of an order have moved in sum; nothing where its price is free."""
    position = position_of(order.state)
    if position is Position.FREE or order.shop_id is None or not order.price_idr:
        return ()
    return transfer_legs(
        order.price_idr,
        source=_account(Position.FREE, order.shop_id),
        target=_account(position, order.shop_id),
    )


def _entry(
    order: Order, source: Position, *, number: int, at_ms: int, actor: str, forced: bool
) -> Entry | None:
    target = position_of(order.state)
    if source is target or order.shop_id is None or not order.price_idr:
        return None
    legs = transfer_legs(
        order.price_idr, source=_account(source, order.shop_id), target=_account(target, order.shop_id)
    )
    return Entry(
        source=f"order:{order.trxid}:{number}",
        kind=_KINDS[source, target],
        at_ms=at_ms,
        actor=actor,
        legs=legs,
        forced=forced,
    )


def _account(position: Position, shop_id: int) -> tuple[AccountKind, int]:
    match position:
        case Position.FREE:
            return AccountKind.AVAILABLE, shop_id
        case Position.HELD:
            return AccountKind.HELD, shop_id
        case Position.SPENT:
            return AccountKind.SALES, OPERATOR
        case _:
            assert_never(position)
