"""Totals over orders: counts by outcome, and sales, cost and profit of the succeeded ones.

What an order adds to the totals of its day is a pure function of the order, so that a change of the order
adds the difference of two such values, on whatever day it comes.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from bot.orders.model import Order, State

K = TypeVar("K")


class Totals(Struct, frozen=True, kw_only=True):
    """The sums over some orders.

    `open_count` are those that wait for a result of the biller. All amounts are of succeeded orders.
    `sales_idr` are the prices of `priced_count` of them, `cost_idr` what `costed_count` of those cost, and
    `profit_idr` the difference of those with both. `estimated_count` of all have the cost that was expected
    when they were placed, since the biller named none. The rest have no price: `unpriced_cost_idr` is what
    they cost, without the cost of `unpriced_uncosted_count`.
    """

    open_count: int = 0
    succeeded_count: int = 0
    failed_count: int = 0
    expired_count: int = 0
    unknown_count: int = 0
    disputed_count: int = 0
    priced_count: int = 0
    sales_idr: int = 0
    costed_count: int = 0
    cost_idr: int = 0
    profit_idr: int = 0
    estimated_count: int = 0
    unpriced_cost_idr: int = 0
    unpriced_uncosted_count: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(**{name: getattr(self, name) + getattr(other, name) for name in FIELDS})

    def __sub__(self, other: "Totals") -> "Totals":
        return Totals(**{name: getattr(self, name) - getattr(other, name) for name in FIELDS})

    def counts_only(self) -> "Totals":
        """Return the numbers of orders by state, without any amount."""
        return Totals(**{name: getattr(self, name) for name in STATE_FIELDS})

    @property
    def count(self) -> int:
        """The number of orders in all states."""
        return self.open_count + self.finished_count + self.unknown_count + self.disputed_count

    @property
    def finished_count(self) -> int:
        """The number of orders whose result is certain."""
        return self.succeeded_count + self.failed_count + self.expired_count

    @property
    def unpriced_count(self) -> int:
        return self.succeeded_count - self.priced_count

    @property
    def uncosted_count(self) -> int:
        """How many succeeded orders with a price have no known cost."""
        return self.priced_count - self.costed_count


FIELDS = Totals.__struct_fields__
NOTHING = Totals()

_COUNTED_AS = {
    State.PLACED: "open_count",
    State.SUBMITTING: "open_count",
    State.PENDING: "open_count",
    State.UNKNOWN: "unknown_count",
    State.SUCCEEDED: "succeeded_count",
    State.FAILED: "failed_count",
    State.EXPIRED: "expired_count",
    State.DISPUTED: "disputed_count",
}

STATE_FIELDS = tuple(dict.fromkeys(_COUNTED_AS.values()))


class Facet(StrEnum):
    """What totals are divided by: the code of a product, the hour, `00` to `23`, or the id of a reseller."""

    PRODUCT = "product"
    HOUR = "hour"
    RESELLER = "reseller"


SHOP = 0
"""Stands for all resellers where totals are of one."""


class Cell(Struct, frozen=True, kw_only=True):
    """The place of a total: whose it is, a day as 20261122 or a month as 202611, and the part of a facet."""

    facet: Facet
    user_id: int
    period: int
    name: str


def cost_of(order: Order) -> int | None:
    """Return the cost of an order: the biller's, or else the one that was expected when it was placed."""
    return order.expected_cost_idr if order.cost_idr is None else order.cost_idr


def profit_of(order: Order) -> int | None:
    """Return the profit of a succeeded order; None without a price or a known cost."""
    cost_idr = cost_of(order)
    if order.state is not State.SUCCEEDED or order.price_idr is None or cost_idr is None:
        return None
    return order.price_idr - cost_idr


def totals_of(order: Order) -> Totals:
    """Return what one order adds."""
    counted = Totals(**{_COUNTED_AS[order.state]: 1})
    if order.state is not State.SUCCEEDED:
        return counted
    cost_idr, price_idr = cost_of(order), order.price_idr
    is_estimated = order.cost_idr is None and cost_idr is not None
    if price_idr is None:
        return replace(
            counted,
            estimated_count=int(is_estimated),
            unpriced_cost_idr=cost_idr or 0,
            unpriced_uncosted_count=int(cost_idr is None),
        )
    return replace(
        counted,
        priced_count=1,
        sales_idr=price_idr,
        costed_count=int(cost_idr is not None),
        cost_idr=cost_idr or 0,
        profit_idr=0 if cost_idr is None else price_idr - cost_idr,
        estimated_count=int(is_estimated),
    )


def sum_totals(several: Iterable[Totals]) -> Totals:
    several = tuple(several)
    return Totals(**{name: sum(getattr(each, name) for each in several) for name in FIELDS})


def largest_first(totals: Mapping[K, Totals]) -> list[tuple[K, Totals]]:
    """Return the totals that have orders, those with the largest sales first."""
    found = [(key, each) for key, each in totals.items() if each.count]
    return sorted(found, key=lambda each: (-each[1].sales_idr, -each[1].succeeded_count, str(each[0])))
