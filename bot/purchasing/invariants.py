"""What must hold for every order at every moment, checked against what is stored of it.

Pure: `findings_of` is given all that the database knows of one order, and says what breaks a promise.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import fields

from bot.notices.alarms import Invariant
from bot.notices.orders import (
    OrderCard,
    OrderDisputed,
    OrderExpired,
    OrderFailed,
    OrderSucceeded,
    OrderUnknown,
)
from bot.orders.events import Claimed
from bot.orders.model import Order, State
from bot.orders.states import decide
from storage.codec import load
from storage.orders import PLACED, RecordedEvent
from storage.outbox import DeliveryRecord

RESULT_NOTICES = {
    State.SUCCEEDED: OrderSucceeded.__name__,
    State.FAILED: OrderFailed.__name__,
    State.EXPIRED: OrderExpired.__name__,
    State.UNKNOWN: OrderUnknown.__name__,
    State.DISPUTED: OrderDisputed.__name__,
}
"""The notice by which a chat hears that its order came to a state; the others are told by the first one."""

FOR_ADMINS = (State.UNKNOWN, State.DISPUTED)


class InvariantViolation(Struct, frozen=True, kw_only=True):
    """A promise that an order breaks; `what` is for admins and holds no secret."""

    invariant: Invariant
    trxid: str
    what: str


class OrderRecord(Struct, frozen=True, kw_only=True):
    """All that is stored of one order.

    `told` are the letters to its chat, `cards` those to the admins; both None where letters are so old
    that they may have been forgotten. `of_line` are the orders of its line of its message.
    """

    order: Order
    history: Sequence[RecordedEvent]
    of_line: Sequence[str]
    told: Sequence[DeliveryRecord] | None
    cards: Sequence[DeliveryRecord] | None


def find_violations(dossier: OrderRecord) -> list[InvariantViolation]:
    """Give all that is wrong with an order."""
    order = dossier.order
    wrong = (
        *_one_purchase(dossier),
        *_replayed(dossier),
        *_told(order, dossier.told),
        *_has_card(order, dossier.cards),
    )
    return [
        InvariantViolation(invariant=invariant, trxid=order.trxid, what=what) for invariant, what in wrong
    ]


Wrong = Iterator[tuple[Invariant, str]]


def _one_purchase(dossier: OrderRecord) -> Wrong:
    """I1: one order a line, and no claim after which a byte may have left is followed by another."""
    others = [trxid for trxid in dossier.of_line if trxid != dossier.order.trxid]
    if others:
        yield Invariant.ONE_PURCHASE, f"the same line of the same message also made {others[0]}"
    state = State.PLACED
    for event in dossier.history:
        if event.kind == Claimed.__name__ and state is not State.PLACED:
            yield Invariant.ONE_PURCHASE, f"claimed again while {state}"
        state = event.state_after


def _replayed(dossier: OrderRecord) -> Wrong:
    """I12: the row is what its events add up to."""
    try:
        replayed = replay(dossier.history)
    except ValueError as error:
        yield Invariant.REPLAYED, str(error)
        return
    order = dossier.order
    differing = [f.name for f in fields(order) if getattr(order, f.name) != getattr(replayed, f.name)]
    if differing:
        yield Invariant.REPLAYED, f"the row differs from its events in {', '.join(differing)}"


def replay(history: Sequence[RecordedEvent]) -> Order:
    """Give the order that `history` adds up to; ValueError if it does not add up."""
    if not history or history[0].kind != PLACED:
        raise ValueError("the first event is missing")
    order = _as_placed(history[0].facts)
    for number, recorded in enumerate(history[1:], start=2):
        try:
            event = recorded.event
        except ValueError:
            event = None
        if event is None:
            raise ValueError(f"event {number} cannot be read")
        order = decide(order, event, recorded.at_ms).order
        if order.state is not recorded.state_after:
            raise ValueError(f"event {number} says {recorded.state_after}, and adds up to {order.state}")
    return order


def _as_placed(facts: str) -> Order:
    try:
        return load(Order, facts)
    except ValueError as error:
        raise ValueError("event 1 cannot be read") from error


def _told(order: Order, told: Sequence[DeliveryRecord] | None) -> Wrong:
    """I5: the state an order came to was told, or waits to be, or was given up for a reason that is kept."""
    kind = RESULT_NOTICES.get(order.state)
    if told is None or kind is None:
        return
    # A notice is kept in the same commit as the move, with the same time.
    since = [trace for trace in told if trace.kind == kind and trace.created_at_ms >= order.changed_at_ms]
    if not any(trace.state != "dropped" or trace.fault for trace in since):
        yield Invariant.TOLD, f"{order.state}, and no {kind} is in the outbox"


def _has_card(order: Order, cards: Sequence[DeliveryRecord] | None) -> Wrong:
    """I6: what only an admin can settle has been put before the admins."""
    if cards is None or order.state not in FOR_ADMINS:
        return
    kind = OrderCard.__name__
    if not any(
        card.kind == kind and card.created_at_ms >= order.changed_at_ms and card.state != "dropped"
        for card in cards
    ):
        yield Invariant.NOT_STUCK, f"{order.state}, and no card of it lies before the admins"
