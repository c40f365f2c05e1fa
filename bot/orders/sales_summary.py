"""Totals over the orders of a period."""

from collections.abc import Iterable

from msgspec import Struct

from bot.orders.model import State


class ProductSales(Struct, frozen=True, kw_only=True):
    """The orders of one product in one state: their count, how many have a price or a cost, and the sums.

    `margin_idr` is the sum over those that have both.
    """

    product_code: str
    state: State
    count: int
    priced_count: int
    price_idr: int
    cost_count: int
    cost_idr: int
    margin_idr: int


class SalesTotal(Struct, frozen=True, kw_only=True):
    """Sums over sales; amounts are of successes only, of which `unpriced_count` have no price."""

    counts: dict[State, int]
    price_idr: int
    unpriced_count: int
    cost_idr: int
    uncosted_count: int
    margin_idr: int

    @property
    def count(self) -> int:
        """The number of orders in all states."""
        return sum(self.counts.values())

    @property
    def success_count(self) -> int:
        return self.counts.get(State.SUCCEEDED, 0)


def sum_sales(sales: Iterable[ProductSales]) -> SalesTotal:
    sales = tuple(sales)
    counts: dict[State, int] = {}
    for each in sales:
        counts[each.state] = counts.get(each.state, 0) + each.count
    done = [each for each in sales if each.state is State.SUCCEEDED]
    return SalesTotal(
        counts=counts,
        price_idr=sum(each.price_idr for each in done),
        unpriced_count=sum(each.count - each.priced_count for each in done),
        cost_idr=sum(each.cost_idr for each in done),
        uncosted_count=sum(each.count - each.cost_count for each in done),
        margin_idr=sum(each.margin_idr for each in done),
    )
