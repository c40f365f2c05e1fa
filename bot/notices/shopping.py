"""What a reseller is shown of the catalogue: its groups, products with their prices, and a question."""

from enum import StrEnum

from msgspec import Struct

from bot.catalogue.product import Carrier, DestinationRule
from bot.grammar.parsed import InputError
from bot.notices.placing import ClosedReason


class ListScope(StrEnum):
    """What a price list was asked for by; the letters stand on buttons."""

    ALL = "a"
    GROUP = "g"
    WORDS = "w"
    NUMBER = "n"


class PriceRow(Struct, frozen=True, kw_only=True):
    """A product as a price list shows it; `closure` is None for one that can be bought now."""

    code: str
    name: str
    price_idr: int | None
    closure: ClosedReason | None = None


class NoCatalogue(Struct, frozen=True, kw_only=True):
    """Prices were asked for where no catalogue is kept; an admin can send one."""

    for_admin: bool = False


class GroupRow(Struct, frozen=True, kw_only=True):
    """A group of products; `key` names it on a button."""

    name: str
    key: str
    count: int


class PriceGroups(Struct, frozen=True, kw_only=True):
    """A page of the groups, from page 0; `pages` counts them all."""

    rows: tuple[GroupRow, ...]
    page: int
    pages: int


class PriceListPage(Struct, frozen=True, kw_only=True):
    """A page of products, from page 0; `key` asks for the same list again, `title` is what it is a list of.

    For a number, `number` is in the form 08… and `carrier` its network, None where nobody knows it.
    """

    scope: ListScope
    key: str
    title: str
    rows: tuple[PriceRow, ...]
    page: int
    pages: int
    number: str = ""
    carrier: Carrier | None = None


class NoPrices(Struct, frozen=True, kw_only=True):
    """Nothing in the catalogue is called so; `similar` may have been meant."""

    typed: str
    similar: tuple[PriceRow, ...]


class DestinationPrompt(Struct, frozen=True, kw_only=True):
    """Ask for the destination of a chosen product; `input_error` says what was wrong with the one before."""

    code: str
    name: str
    price_idr: int | None
    rule: DestinationRule
    input_error: InputError | None = None


class PromptCancelled(Struct, frozen=True, kw_only=True):
    """The choice was let go before its number was given: nothing is asked any more."""


class ChosenProductClosed(Struct, frozen=True, kw_only=True):
    """A product was chosen that cannot be bought now; `opens_minute` of the day for one that rests."""

    code: str
    name: str
    closure: ClosedReason
    opens_minute: int | None
    others: tuple[PriceRow, ...]


ShoppingNotice = (
    NoCatalogue
    | PriceGroups
    | PriceListPage
    | NoPrices
    | DestinationPrompt
    | PromptCancelled
    | ChosenProductClosed
)
