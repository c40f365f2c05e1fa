"""One product as the operator lists it, and when it can be bought."""

from enum import StrEnum

from msgspec import Struct


class DestinationRule(StrEnum):
    """What a product's destination must look like."""

    PHONE = "phone"
    METER = "meter"
    GAME = "game"
    GAME_SERVER = "game_server"
    ACCOUNT = "account"
    FREE = "free"


class Carrier(StrEnum):
    """A network of Indonesian mobile numbers."""

    TELKOMSEL = "telkomsel"
    INDOSAT = "indosat"
    XL = "xl"
    AXIS = "axis"
    TRI = "tri"
    SMARTFREN = "smartfren"


class DailyHours(Struct, frozen=True, kw_only=True):
    """When a product cannot be bought: minutes of the shop's day, past midnight too."""

    from_minute: int
    until_minute: int

    def hold(self, minute: int) -> bool:
        """Return whether `minute` of the day (0 to 1439) lies within."""
        if self.from_minute <= self.until_minute:
            return self.from_minute <= minute < self.until_minute
        return minute >= self.from_minute or minute < self.until_minute


class Product(Struct, frozen=True, kw_only=True):
    """One line of the catalogue.

    `code` is spelled as the biller wants it; resellers may type it in any letter case. `price_idr` is what a
    reseller pays, None where the operator names no price. `carrier` is set for products that only numbers
    of one network can receive, `nominal` (in thousands of rupiah, `5` for a pulsa of 5.000) where `5.0812…`
    or, for a token, `20.1444…` may mean this product. `cut_off` is when it rests each day.
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

    def is_in_cut_off(self, minute: int) -> bool:
        """Return whether the product rests at `minute` (0 to 1439) of the shop's day."""
        return self.cut_off is not None and self.cut_off.hold(minute)
