"""Merges a price list with the catalogue, as an update or as its replacement.

A blank cell leaves that property of an existing product unchanged. A property that was set by hand stays if
the list does not give it; a property that was inferred from the product's words is inferred again.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from msgspec import UNSET, Struct, UnsetType

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.inference import InferredTraits, infer_traits
from bot.catalogue.price_list.columns import normalized_key
from bot.catalogue.price_list.reader import ParsedPriceList
from bot.catalogue.price_list.row import CellProblem, ListedProduct, Price, SkippedRow
from bot.catalogue.product import DestinationRule, LevelPrice, Product

T = TypeVar("T")

OTHER_GROUP = "Lainnya"
"""The group of a new product whose row has none."""


class MergedList(Struct, frozen=True, kw_only=True):
    """The possible results of a price list for the catalogue.

    `listed` are the products of its valid rows. `updated` is the catalogue with these changed and added,
    `replaced` the list alone, except that an invalid row leaves its product unchanged. `removed` are the
    products missing from `replaced`, `omitted_count` is the number of invalid rows. `stricter` are the codes
    of games whose inferred rule, with a server, overrides that of the row.
    """

    listed: tuple[Product, ...]
    updated: tuple[Product, ...]
    replaced: tuple[Product, ...]
    removed: tuple[Product, ...]
    problems: tuple[CellProblem, ...]
    omitted_count: int
    stricter: tuple[str, ...]


def merge_list(found: ParsedPriceList, old: Catalogue, *, price: int | None = None) -> MergedList:
    """Merge a list with the catalogue; `price` is the index of the price column that an admin chose."""
    rows = tuple(_merged_rows(found, old, price))
    listed = tuple(row for row in rows if isinstance(row, Product))
    listed_rows = [row for row in found.rows if isinstance(row, ListedProduct)]
    cells = [cell for row in listed_rows for cell in _prices_in(found, row, price)]
    replaced = _replaced(rows, old)
    remaining = {product.code.casefold() for product in replaced}
    return MergedList(
        listed=listed,
        updated=_updated(listed, old),
        replaced=replaced,
        removed=tuple(product for product in old if product.code.casefold() not in remaining),
        problems=_in_order(
            (*found.problems, *(cell for cell in cells if isinstance(cell, CellProblem))), found
        ),
        omitted_count=len(rows) - len(listed),
        stricter=_stricter(listed_rows, listed),
    )


def _merged_rows(found: ParsedPriceList, old: Catalogue, price: int | None) -> Iterator[Product | SkippedRow]:
    """Yield the product of each row, or a skipped row if the price is invalid."""
    # A title in other letter case means the existing group.
    existing = {normalized_key(group): group for group in old.groups}
    for row in found.rows:
        if isinstance(row, SkippedRow):
            yield row
        elif any(isinstance(cell, CellProblem) for cell in _prices_in(found, row, price)):
            yield SkippedRow(code_key=normalized_key(row.code))
        else:
            title = row.group_title and existing.get(normalized_key(row.group_title), row.group_title)
            before = old.find(row.code)
            level_prices = _level_prices(found, row, before)
            yield _product(row, before, _base_price_idr(found, row, price), title, level_prices)


def _stricter(rows: Iterable[ListedProduct], listed: Iterable[Product]) -> tuple[str, ...]:
    rules = {row.code: row.rule for row in rows}
    return tuple(product.code for product in listed if rules[product.code] not in (None, product.rule))


def _price_of(found: ParsedPriceList, row: ListedProduct, chosen: int | None) -> Price:
    """Return the price of a row in the chosen column, or in the first one if its table lacks that."""
    options = found.tables[row.table].prices
    if not options:
        return None
    return row.prices[chosen if chosen in options else options[0]]


def _base_price_idr(found: ParsedPriceList, row: ListedProduct, chosen: int | None) -> int | None:
    price = _price_of(found, row, chosen)
    return None if isinstance(price, CellProblem) else price


def _prices_in(found: ParsedPriceList, row: ListedProduct, chosen: int | None) -> Iterator[Price]:
    """Yield the price of a row and those of its levels."""
    yield _price_of(found, row, chosen)
    for option, _ in found.level_columns:
        yield row.prices[option]


def _level_prices(
    found: ParsedPriceList, row: ListedProduct, before: Product | None
) -> tuple[LevelPrice, ...]:
    """Return the prices of levels after a row: its own, and those of before where its cells are blank."""
    prices = {price.level: price.price_idr for price in (before.level_prices if before else ())}
    # The first column of a level decides.
    for option, level in reversed(found.level_columns):
        cell = row.prices[option]
        if isinstance(cell, int):
            prices[level] = cell
    return tuple(
        LevelPrice(level=level, price_idr=prices[level]) for level in sorted(prices) if prices[level]
    )


def _in_order(problems: Iterable[CellProblem], found: ParsedPriceList) -> tuple[CellProblem, ...]:
    sheets = list(dict.fromkeys(table.sheet for table in found.tables))
    positions = {sheet: position for position, sheet in enumerate(sheets)}
    return tuple(sorted(problems, key=lambda problem: (positions.get(problem.sheet, 0), problem.row)))


def _replaced(rows: Sequence[Product | SkippedRow], old: Catalogue) -> tuple[Product, ...]:
    by_key = {normalized_key(product.code): product for product in old}
    products = (row if isinstance(row, Product) else by_key.pop(row.code_key, None) for row in rows)
    return tuple(product for product in products if product)


def _updated(listed: Sequence[Product], old: Catalogue) -> tuple[Product, ...]:
    """Return the catalogue in its own order, with each new product behind the others of its group."""
    new_by_code = {product.code.casefold(): product for product in listed}
    existing = [new_by_code.pop(product.code.casefold(), product) for product in old]
    last_of_group = {product.group: position for position, product in enumerate(existing)}
    added: dict[int, list[Product]] = {}
    for product in new_by_code.values():
        added.setdefault(last_of_group.get(product.group, len(existing)), []).append(product)
    updated: list[Product] = []
    for position, product in enumerate(existing):
        updated += [product, *added.get(position, ())]
    return (*updated, *added.get(len(existing), ()))


def _product(
    row: ListedProduct,
    before: Product | None,
    price_idr: int | None,
    group: str | None,
    level_prices: tuple[LevelPrice, ...],
) -> Product:
    """Return the product of a row; a `price_idr` of None keeps the price of `before`, 0 removes it."""
    name = row.name or (before.name if before else row.name_hint or row.code)
    group = row.group or group or (before.group if before else row.group_hint or OTHER_GROUP)
    if price_idr is None and before:
        price_idr = before.price_idr
    is_open = row.is_open
    if is_open is None:
        is_open = before.is_open if before else True
    cut_off = row.cut_off
    if isinstance(cut_off, UnsetType):
        cut_off = before.cut_off if before else None
    words = Product(
        code=row.code, name=name, group=group, rule=DestinationRule.FREE, price_idr=price_idr or None
    )
    traits = _traits(row, before, words)
    return Product(
        code=row.code,
        name=name,
        group=group,
        rule=traits.rule,
        price_idr=price_idr or None,
        is_open=is_open,
        carrier=traits.carrier,
        nominal=traits.nominal,
        cut_off=cut_off,
        cost_idr=(before.cost_idr if before else None) if row.cost is None else row.cost or None,
        level_prices=level_prices,
    )


def _traits(row: ListedProduct, before: Product | None, words: Product) -> InferredTraits:
    """Return the traits given by the row, else those set by hand, else those inferred from the words."""
    if before and _is_unchanged(row, before, words):
        return InferredTraits(rule=before.rule, carrier=before.carrier, nominal=before.nominal)
    inferred = _inferred(words, row.rule)
    if before is None:
        return InferredTraits(
            rule=inferred.rule,
            carrier=_given_or(inferred.carrier, row.carrier),
            nominal=_given_or(inferred.nominal, row.nominal),
        )
    is_by_hand = before.rule is not inferred.rule and before.rule is not _inferred(before, None).rule
    if row.rule is None and is_by_hand:
        inferred = _inferred(words, before.rule)
    is_same = (inferred.carrier, inferred.nominal) == (before.carrier, before.nominal)
    previous = inferred if is_same else _inferred(before, before.rule)
    carrier = inferred.carrier if before.carrier is previous.carrier else before.carrier
    nominal = inferred.nominal if before.nominal == previous.nominal else before.nominal
    return InferredTraits(
        rule=inferred.rule,
        carrier=_given_or(carrier, row.carrier),
        nominal=_given_or(nominal, row.nominal),
    )


def _is_unchanged(row: ListedProduct, before: Product, words: Product) -> bool:
    """Return whether a row changes nothing that inference depends on: it is slow for thousands of rows."""
    traits = ((row.rule or UNSET, before.rule), (row.carrier, before.carrier), (row.nominal, before.nominal))
    new, old = ((one.code, one.name, one.group, one.price_idr) for one in (words, before))
    return new == old and all(isinstance(given, UnsetType) or given == current for given, current in traits)


def _inferred(product: Product, rule: DestinationRule | None) -> InferredTraits:
    return infer_traits(
        code=product.code, name=product.name, group=product.group, price_idr=product.price_idr, rule=rule
    )


def _given_or(default: T | None, given: T | UnsetType | None) -> T | None:
    return default if isinstance(given, UnsetType) else given
