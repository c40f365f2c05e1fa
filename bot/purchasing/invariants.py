"""The invariants of every stored order.

Pure: `find_violations` gets everything that the database holds about one order.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import fields

from bot.ledger import OPERATOR, AccountKind, legs_of
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
from storage.ledger import OrderLeg
from storage.orders import PLACED, RecordedEvent
from storage.outbox import DeliveryRecord

RESULT_NOTICES = {
    State.SUCCEEDED: OrderSucceeded.__name__,
    State.FAILED: OrderFailed.__name__,
    State.EXPIRED: OrderExpired.__name__,
    State.UNKNOWN: OrderUnknown.__name__,
    State.DISPUTED: OrderDisputed.__name__,
}
"""The notice that a chat gets when its order enters a state; the other states have none of their own."""

FOR_ADMINS = (State.UNKNOWN, State.DISPUTED)


class InvariantViolation(Struct, frozen=True, kw_only=True):
    """An invariant that an order or an account violates; `what` is for admins and contains no secret.

    `trxid` is empty if it is no matter of one order; `owner_id` is the reseller whose account it is.
    """

    invariant: Invariant
    trxid: str
    what: str
    account: AccountKind | None = None
    owner_id: int | None = None

    @property
    def subject(self) -> str:
        """What violates it, by which a finding is reported once."""
        return self.trxid or (f"{self.account} {self.owner_id}" if self.account else self.what)


class OrderRecord(Struct, frozen=True, kw_only=True):
    """Everything that is stored about one order.

    `chat_messages` are the messages to its chat, `cards` those to the admins; both are None for an order so
    old that its messages may have been deleted. `of_line` are the orders of its line of its message, `legs`
    the legs of its entries.
    """

    order: Order
    history: Sequence[RecordedEvent]
    of_line: Sequence[str]
    chat_messages: Sequence[DeliveryRecord] | None
    cards: Sequence[DeliveryRecord] | None
    legs: Sequence[OrderLeg]


def find_violations(record: OrderRecord) -> list[InvariantViolation]:
    order = record.order
    violations = (
        *_one_purchase(record),
        *_replayed(record),
        *_notified(order, record.chat_messages),
        *_has_card(order, record.cards),
        *_money(order, record.legs),
    )
    return [
        InvariantViolation(invariant=invariant, trxid=order.trxid, what=what)
        for invariant, what in violations
    ]


Violations = Iterator[tuple[Invariant, str]]


def _one_purchase(record: OrderRecord) -> Violations:
    """I1: a line has one order, and an order is claimed again only if no byte of the first post left."""
    others = [trxid for trxid in record.of_line if trxid != record.order.trxid]
    if others:
        yield Invariant.ONE_PURCHASE, f"the same line of the same message also made {others[0]}"
    state = State.PLACED
    for event in record.history:
        if event.kind == Claimed.__name__ and state is not State.PLACED:
            yield Invariant.ONE_PURCHASE, f"claimed again while {state}"
        state = event.state_after


def _replayed(record: OrderRecord) -> Violations:
    """I12: replaying the events of an order gives its row."""
    try:
        replayed = replay(record.history)
    except ValueError as error:
        yield Invariant.REPLAYED, str(error)
        return
    order = record.order
    differing = [f.name for f in fields(order) if getattr(order, f.name) != getattr(replayed, f.name)]
    if differing:
        yield Invariant.REPLAYED, f"the row differs from its events in {', '.join(differing)}"


def replay(history: Sequence[RecordedEvent]) -> Order:
    """Return the order that `history` results in; raise ValueError if its events do not fit together."""
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
            raise ValueError(f"event {number} has state {recorded.state_after}, its replay {order.state}")
    return order


def _as_placed(facts: str) -> Order:
    try:
        return load(Order, facts)
    except ValueError as error:
        raise ValueError("event 1 cannot be read") from error


def _notified(order: Order, chat_messages: Sequence[DeliveryRecord] | None) -> Violations:
    """I5: the notice of an order's state was sent, or waits, or failed for a reason that is stored."""
    kind = RESULT_NOTICES.get(order.state)
    if chat_messages is None or kind is None:
        return
    # A notice is stored in the same commit as the change of state, with the same time.
    since = [m for m in chat_messages if m.kind == kind and m.created_at_ms >= order.changed_at_ms]
    if not any(message.state != "dropped" or message.fault for message in since):
        yield Invariant.TOLD, f"{order.state}, and no {kind} is in the outbox"


def _has_card(order: Order, cards: Sequence[DeliveryRecord] | None) -> Violations:
    """I6: the admins have a card of an order that only they can settle."""
    if cards is None or order.state not in FOR_ADMINS:
        return
    kind = OrderCard.__name__
    if not any(
        card.kind == kind and card.created_at_ms >= order.changed_at_ms and card.state != "dropped"
        for card in cards
    ):
        yield Invariant.NOT_STUCK, f"{order.state}, and the admins have no card of it"


def _money(order: Order, legs: Sequence[OrderLeg]) -> Violations:
    """W1, W2, W4: the legs sum to zero, continue their balances, and moved the price to its position."""
    sums: Counter[int] = Counter()
    moved: Counter[tuple[AccountKind, int]] = Counter()
    for leg in legs:
        sums[leg.entry_id] += leg.amount_idr
        moved[leg.account, leg.shop_id] += leg.amount_idr
        expected_idr = (leg.balance_before_idr or 0) + leg.amount_idr
        if leg.shop_id != OPERATOR and leg.balance_after_idr != expected_idr:
            after = f"{leg.balance_after_idr} after entry {leg.entry_id} instead of {expected_idr}"
            yield Invariant.RUNNING, f"{leg.account} of shop {leg.shop_id} shows {after}"
    for entry_id, sum_idr in sums.items():
        if sum_idr:
            yield Invariant.BALANCED, f"entry {entry_id} sums to {sum_idr}"
    expected = Counter({(leg.account, leg.shop_id): leg.amount_idr for leg in legs_of(order)})
    for account, shop_id in sorted({*expected, *moved}):
        found_idr, expected_idr = moved[account, shop_id], expected[account, shop_id]
        if found_idr != expected_idr:
            by = f"moved by {found_idr} instead of {expected_idr}"
            yield Invariant.POSITION, f"{order.state}: {account} of shop {shop_id} {by}"
