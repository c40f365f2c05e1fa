"""Notices to admins about selling prices: the levels, who has which, and products priced below their cost."""

from msgspec import Struct

from bot.catalogue.levels import Markup
from bot.grammar.level_command import LevelError


class ResellerName(Struct, frozen=True, kw_only=True):
    """The name of a reseller who has a level."""

    name: str


class LevelRow(Struct, frozen=True, kw_only=True):
    """A level, its resellers (the first by name), and how many products the list names a price of it for."""

    level: str
    markup: Markup
    reseller_count: int
    resellers: tuple[ResellerName, ...]
    listed_count: int


class LevelList(Struct, frozen=True, kw_only=True):
    """All levels."""

    rows: tuple[LevelRow, ...]


class LevelChanged(Struct, frozen=True, kw_only=True):
    """An admin set a level; `before` is None for a new one, `after` for one that was deleted."""

    level: str
    before: Markup | None
    after: Markup | None
    reseller_count: int
    admin_name: str


class LevelGiven(Struct, frozen=True, kw_only=True):
    """An admin gave a reseller a level, or took it away (`level` is empty)."""

    user_id: int
    name: str
    level: str
    admin_name: str


class LevelRejected(Struct, frozen=True, kw_only=True):
    """A command about levels changed nothing; `levels` are the names that exist."""

    error: LevelError
    typed: str
    levels: tuple[str, ...] = ()


class BelowCostCard(Struct, frozen=True, kw_only=True):
    """A reseller with a limit wanted a product that costs more than it sells for.

    `level` is the level of that price, empty for the price of those without one.
    """

    code: str
    name: str
    level: str
    level_key: str
    price_idr: int
    cost_idr: int
    at_ms: int


class BelowCostDecided(Struct, frozen=True, kw_only=True):
    """An admin allowed to sell a product below its cost; this replaces the cards."""

    code: str
    level: str
    price_idr: int
    cost_idr: int
    admin_name: str
    at_ms: int


SellingPricesNotice = LevelList | LevelChanged | LevelGiven | LevelRejected | BelowCostCard | BelowCostDecided
