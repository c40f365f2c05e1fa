"""What is said of an order that was not simply placed, and the table of many orders in one message."""

from dataclasses import dataclass
from enum import StrEnum

from bot.order.model import Intent, State
from bot.order.notices import AboutOrder
from bot.order.typed import Doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An order that a tap would place; `name` is empty and `sell_idr` None where no catalogue knows them."""

    intent: Intent
    name: str = ""
    sell_idr: int | None = None

    @property
    def payload(self) -> str:
        """Give what its button keeps; `read_payload` gives the intent back."""
        return f"{self.intent.product_code} {self.intent.ordinal} {self.intent.destination}"


def read_payload(payload: str) -> Intent:
    """Give the intent that a button of ours keeps."""
    code, ordinal, destination = payload.split(" ", 2)
    return Intent(product_code=code, ordinal=int(ordinal), destination=destination)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderQuestion:
    """The text can mean several things, or something unlikely: `user_id` chooses, nothing is bought yet."""

    doubt: Doubt
    suggestion: str
    offers: tuple[Offer, ...]
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderProposal:
    """An order put together by taps, shown before it is sent."""

    offer: Offer
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRepeated(AboutOrder):
    """The same was ordered before, at `at_ms`, and stands so; `again` is how to buy one more, None at 99."""

    state: State
    sn: str | None
    again: Offer | None
    user_id: int


class Closure(StrEnum):
    """Why a product cannot be bought now."""

    CLOSED = "closed"
    RESTING = "resting"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductClosed:
    """The product cannot be bought now; `opens_minute` of the day for one that rests; `others` could be."""

    code: str
    name: str
    closure: Closure
    opens_minute: int | None
    others: tuple[Offer, ...]
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTable:
    """The living table of a message's orders: filled in from the books as it leaves."""

    chat_id: int
    message_id: int


OrderingNotice = OrderQuestion | OrderProposal | OrderRepeated | ProductClosed | OrderTable
