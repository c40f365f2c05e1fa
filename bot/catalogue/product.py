"""A product of the catalogue, its destination rule, carrier and daily cut-off."""

from enum import StrEnum

from msgspec import Struct


class DestinationRule(StrEnum):
    """The form of a product's destination."""

    PHONE = "phone"
    METER = "meter"
    GAME = "game"
    GAME_SERVER = "game_server"
    ACCOUNT = "account"
    FREE = "free"


class Carrier(StrEnum):
    """An Indonesian mobile carrier."""

    TELKOMSEL = "telkomsel"
    INDOSAT = "indosat"
    XL = "xl"
    AXIS = "axis"
    TRI = "tri"
    SMARTFREN = "smartfren"


class DailyHours(Struct, frozen=True, kw_only=True):
    """Daily hours as minutes of the shop's day. `until_minute` is excluded, and may be of the next day."""

    from_minute: int
    until_minute: int

    def contains(self, minute: int) -> bool:
        """Return whether `minute` of the shop's day (0 to 1439) is within these hours."""
        if self.from_minute <= self.until_minute:
            return self.from_minute <= minute < self.until_minute
        return minute >= self.from_minute or minute < self.until_minute


class LevelPrice(Struct, frozen=True, kw_only=True):
    """The price that the list names for the shops of a level."""

    level: str
    price_idr: int


class Product(Struct, frozen=True, kw_only=True):
    """One product of the catalogue.

    `code` is spelled as the biller requires; resellers may type it in any letter case. `price_idr` is the
    price for resellers, None if the operator lists none; `level_prices` are those of single levels, by their
    keys. `cost_idr` is the operator's cost, which resellers never see. `carrier` is set if only numbers of
    that carrier can receive the product. `nominal`, in thousands of rupiah, is set if the product may be
    ordered by it: `5.0812…`, or `20.1444…` for a PLN token. `cut_off` are the daily hours in which it cannot
    be bought.
    """

    code: str
    name: str
    group: str
    rule: DestinationRule
    price_idr: int | None = None
    is_open: bool = True
    carrier: Carrier | None = None
    nominal: int | None = None
    cut_off: DailyHours | None = None
    cost_idr: int | None = None
    level_prices: tuple[LevelPrice, ...] = ()

    def is_in_cut_off(self, minute: int) -> bool:
        return self.cut_off is not None and self.cut_off.contains(minute)
