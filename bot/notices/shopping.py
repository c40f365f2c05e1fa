"""Notices that show the catalogue to resellers: groups, prices, and the prompt for a destination."""

from enum import StrEnum

from msgspec import Struct

from bot.catalogue.product import Carrier, DestinationRule
from bot.grammar.parsed import InputError
from bot.notices.placing import ClosedReason


class ListScope(StrEnum):
    """The criterion of a price list; the letters are used in callback data."""

    ALL = "a"
    GROUP = "g"
    WORDS = "w"
    NUMBER = "n"


class PriceRow(Struct, frozen=True, kw_only=True):
    """A product in a price list; `closure` is None if it can be bought now."""

    code: str
    name: str
    price_idr: int | None
    closure: ClosedReason | None = None


class NoCatalogue(Struct, frozen=True, kw_only=True):
    """There is no catalogue to show; an admin can send one."""

    for_admin: bool = False


class GroupRow(Struct, frozen=True, kw_only=True):
    """A group of products; `key` identifies it in callback data."""

    name: str
    key: str
    count: int


class PriceGroups(Struct, frozen=True, kw_only=True):
    """A page of the groups, from page 0 of `pages`."""

    rows: tuple[GroupRow, ...]
    page: int
    pages: int


class PriceListPage(Struct, frozen=True, kw_only=True):
    """A page of products, from page 0; `scope` and `key` identify the list.

    For a list by number, `number` is in the form 08… and `carrier` is None if its prefix is not known.
    `hides_prices` is set in a group if prices of a level are left out.
    """

    scope: ListScope
    key: str
    title: str
    rows: tuple[PriceRow, ...]
    page: int
    pages: int
    number: str = ""
    carrier: Carrier | None = None
    hides_prices: bool = False


class NoPrices(Struct, frozen=True, kw_only=True):
    """Nothing in the catalogue matches; `similar` may have been meant."""

    typed: str
    similar: tuple[PriceRow, ...]


class DestinationPrompt(Struct, frozen=True, kw_only=True):
    """Asks for the destination of a chosen product; `input_error` is that of the previous answer."""

    code: str
    name: str
    price_idr: int | None
    rule: DestinationRule
    input_error: InputError | None = None


class PromptCancelled(Struct, frozen=True, kw_only=True):
    """The reseller cancelled the prompt for a destination."""


class ChosenProductClosed(Struct, frozen=True, kw_only=True):
    """The chosen product cannot be bought now; its cut-off ends at `opens_minute` of the day."""

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
