"""Levels of prices: the shops of a level pay the price that the list names for it, or base price and markup.

All amounts are whole rupiah in integers; a part of a rupiah is rounded up.
"""

from msgspec import Struct
from msgspec.structs import replace

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import Product

BASIS_POINTS = 10_000
"""Hundredths of a percent in the whole."""

MAX_MARKUP_IDR = 10_000_000
MAX_MARKUP_BP = BASIS_POINTS
"""A markup of a million percent is a slip of the finger."""


class Markup(Struct, frozen=True, kw_only=True):
    """What a level adds to the base price: rupiah, or hundredths of a percent of it. One of the two is 0."""

    amount_idr: int = 0
    basis_points: int = 0

    def on(self, price_idr: int) -> int:
        """Return what is added to a price."""
        return self.amount_idr - (-price_idr * self.basis_points // BASIS_POINTS)


class Level(Struct, frozen=True, kw_only=True):
    """A level of prices; `key` is its name as the headings of price lists are compared."""

    key: str
    name: str
    markup: Markup


def price_for(product: Product, level: Level | None) -> int | None:
    """Return what a shop of a level pays, or one without a level; None for a product without a price."""
    if level is None:
        return product.price_idr
    listed = next((price.price_idr for price in product.level_prices if price.level == level.key), None)
    if listed is not None or product.price_idr is None:
        return listed
    return product.price_idr + level.markup.on(product.price_idr)


def priced(catalogue: Catalogue, level: Level | None) -> Catalogue:
    """Return the catalogue as a shop of a level may see it: at its own prices, without others and costs."""
    if level is None and all(product.cost_idr is None and not product.level_prices for product in catalogue):
        return catalogue
    products = tuple(
        replace(product, price_idr=price_for(product, level), cost_idr=None, level_prices=())
        for product in catalogue
    )
    return Catalogue(version=catalogue.version, products=products)
