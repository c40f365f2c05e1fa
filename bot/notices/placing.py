"""What is said of an order that was not simply placed, and the table of many orders in one message."""

from enum import StrEnum

from msgspec import Struct

from bot.grammar.parsed import Ambiguity
from bot.notices.orders import AboutOrder
from bot.orders.model import Intent, State


class OrderOffer(Struct, frozen=True, kw_only=True):
    """An order that a tap would place; `name` is empty and `price_idr` None where no catalogue knows them."""

    intent: Intent
    name: str = ""
    price_idr: int | None = None

    @property
    def payload(self) -> str:
        """Give what its button keeps; `read_payload` gives the intent back."""
        return f"{self.intent.product_code} {self.intent.ordinal} {self.intent.destination}"


def read_payload(payload: str) -> Intent:
    """Give the intent that a button of ours keeps."""
    code, ordinal, destination = payload.split(" ", 2)
    return Intent(product_code=code, ordinal=int(ordinal), destination=destination)


class OrderQuestion(Struct, frozen=True, kw_only=True):
    """The text can mean several things, or something unlikely: `user_id` chooses, nothing is bought yet."""

    ambiguity: Ambiguity
    suggestion: str
    offers: tuple[OrderOffer, ...]
    user_id: int


class OrderProposal(Struct, frozen=True, kw_only=True):
    """An order put together by taps, shown before it is sent."""

    offer: OrderOffer
    user_id: int


class OrderRepeated(AboutOrder, frozen=True, kw_only=True):
    """The same was ordered before, at `at_ms`, and stands so; `again` is how to buy one more, None at 99."""

    state: State
    sn: str | None
    again: OrderOffer | None
    user_id: int


class ClosedReason(StrEnum):
    """Why a product cannot be bought now."""

    CLOSED = "closed"
    RESTING = "resting"


class ProductClosed(Struct, frozen=True, kw_only=True):
    """The product cannot be bought now; `opens_minute` of the day for one that rests; `others` could be."""

    code: str
    name: str
    closure: ClosedReason
    opens_minute: int | None
    others: tuple[OrderOffer, ...]
    user_id: int


class BatchSummary(Struct, frozen=True, kw_only=True):
    """The living table of a message's orders: filled in from the books as it leaves."""

    chat_id: int
    message_id: int


PlacingNotice = OrderQuestion | OrderProposal | OrderRepeated | ProductClosed | BatchSummary
