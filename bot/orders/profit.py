"""Sales, costs and profit over succeeded orders, by product and by reseller."""

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from msgspec import Struct

K = TypeVar("K", bound=Hashable)


class SoldProduct(Struct, frozen=True, kw_only=True):
    """The succeeded orders of one product by one reseller.

    `sales_idr` are the prices of `priced_count` of them, `cost_idr` what `costed_count` of those cost, and
    `profit_idr` the difference of those with both. `estimated_count` of all have the cost that was expected
    when they were placed, since the biller named none. The rest have no price: `unpriced_cost_idr` is what
    they cost, without the cost of `unpriced_uncosted_count`.
    """

    user_id: int
    product_code: str
    count: int
    priced_count: int
    sales_idr: int
    costed_count: int
    cost_idr: int
    profit_idr: int
    estimated_count: int
    unpriced_cost_idr: int
    unpriced_uncosted_count: int


class Profit(Struct, frozen=True, kw_only=True):
    """The sums over sold products, with the meanings of `SoldProduct`."""

    count: int = 0
    priced_count: int = 0
    sales_idr: int = 0
    costed_count: int = 0
    cost_idr: int = 0
    profit_idr: int = 0
    estimated_count: int = 0
    unpriced_cost_idr: int = 0
    unpriced_uncosted_count: int = 0

    @property
    def unpriced_count(self) -> int:
        return self.count - self.priced_count

    @property
    def uncosted_count(self) -> int:
        """How many orders with a price have no known cost."""
        return self.priced_count - self.costed_count


_SUMMED = Profit.__struct_fields__


def sum_profit(sold: Iterable[SoldProduct]) -> Profit:
    sold = tuple(sold)
    return Profit(**{name: sum(getattr(each, name) for each in sold) for name in _SUMMED})


def by_product(sold: Iterable[SoldProduct]) -> list[tuple[str, Profit]]:
    """Return the sums by product, those with the largest sales first."""
    return _grouped(sold, lambda each: each.product_code)


def by_reseller(sold: Iterable[SoldProduct]) -> list[tuple[int, Profit]]:
    """Return the sums by the user id of the reseller, those with the largest sales first."""
    return _grouped(sold, lambda each: each.user_id)


def _grouped(sold: Iterable[SoldProduct], key_of: Callable[[SoldProduct], K]) -> list[tuple[K, Profit]]:
    groups: dict[K, list[SoldProduct]] = {}
    for each in sold:
        groups.setdefault(key_of(each), []).append(each)
    sums = [(key, sum_profit(group)) for key, group in groups.items()]
    return sorted(sums, key=lambda each: (-each[1].sales_idr, -each[1].count, str(each[0])))
