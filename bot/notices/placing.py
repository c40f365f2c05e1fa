"""Notices about orders that were not placed at once, and the table of a message with several orders."""

from enum import StrEnum

from msgspec import Struct

from bot.grammar.parsed import Ambiguity, InputError
from bot.notices.orders import AboutOrder
from bot.orders.model import Intent, State


class OrderOffer(Struct, frozen=True, kw_only=True):
    """An order that a tap places; `name` is empty and `price_idr` None if they are not known.

    `is_other_carrier`: the number belongs to another carrier than the product.
    """

    intent: Intent
    name: str = ""
    price_idr: int | None = None
    is_other_carrier: bool = False

    @property
    def payload(self) -> str:
        """The payload of its button, which `read_payload` parses."""
        return f"{self.intent.product_code} {self.intent.ordinal} {self.intent.destination}"


def read_payload(payload: str) -> Intent:
    code, ordinal, destination = payload.split(" ", 2)
    return Intent(product_code=code, ordinal=int(ordinal), destination=destination)


class OrderQuestion(Struct, frozen=True, kw_only=True):
    """The text is ambiguous or unlikely to be an order: `user_id` chooses; nothing is bought yet."""

    ambiguity: Ambiguity
    suggestion: str
    offers: tuple[OrderOffer, ...]
    user_id: int


class OrderProposal(Struct, frozen=True, kw_only=True):
    """An order composed by taps, shown before it is placed."""

    offer: OrderOffer
    user_id: int


class OrderRepeated(AboutOrder, frozen=True, kw_only=True):
    """The same was ordered before, at `at_ms`; `again` is one more purchase, None after the 99th."""

    state: State
    sn: str | None
    again: OrderOffer | None
    user_id: int


class OrderState(AboutOrder, frozen=True, kw_only=True):
    """An order that was placed at `at_ms`, and what it is doing now."""

    state: State


class MessageOrders(Struct, frozen=True, kw_only=True):
    """Nothing is bought for this edit, forward or caption, and this is ordered already.

    `own` are the first of the `own_count` orders that the message itself made; `same` are the same orders of
    other messages. `suggestion` orders what is in neither, and is empty if nothing is.
    """

    input_error: InputError
    own: tuple[OrderState, ...]
    own_count: int
    same: tuple[OrderState, ...]
    suggestion: str


class ClosedReason(StrEnum):
    """Why a product cannot be bought now."""

    CLOSED = "closed"
    RESTING = "resting"
    TROUBLE = "trouble"


class ProductClosed(Struct, frozen=True, kw_only=True):
    """The product cannot be bought now, but `others` can; `opens_minute` is when its cut-off ends."""

    code: str
    name: str
    closure: ClosedReason
    opens_minute: int | None
    others: tuple[OrderOffer, ...]
    user_id: int


class BatchSummary(Struct, frozen=True, kw_only=True):
    """The table of a message's orders, read from the database when it is sent, and edited as they change."""

    chat_id: int
    message_id: int


PlacingNotice = OrderQuestion | OrderProposal | OrderRepeated | ProductClosed | BatchSummary | MessageOrders
