"""What a price list makes of the catalogue: its rows as products, beside those that it does not name.

A blank cell changes nothing of a product that is there. What was set by hand stays where a list says nothing
of it; what was told from a product's words is told anew.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from msgspec import UNSET, Struct, UnsetType

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.inference import InferredTraits, infer_traits
from bot.catalogue.price_list.columns import normalized_key
from bot.catalogue.price_list.reader import ParsedPriceList
from bot.catalogue.price_list.row import CellProblem, ListedProduct, Price, SkippedRow
from bot.catalogue.product import DestinationRule, Product

T = TypeVar("T")

OTHER_GROUP = "Lainnya"
"""Where a new product stands whose row names no group."""


class MergedList(Struct, frozen=True, kw_only=True):
    """A list beside the catalogue that it is to change.

    `listed` are its sound rows as products. `updated` is the catalogue with these changed and added and all
    else kept, `replaced` the list alone, save that a faulty row leaves the product that it means; `removed`
    are those that would then be gone. `stricter` are codes of games that want a server though their rows do
    not say so.
    """

    listed: tuple[Product, ...]
    updated: tuple[Product, ...]
    replaced: tuple[Product, ...]
    removed: tuple[Product, ...]
    problems: tuple[CellProblem, ...]
    omitted_count: int
    stricter: tuple[str, ...]


def merge_list(found: ParsedPriceList, old: Catalogue, *, price: int | None = None) -> MergedList:
    """Put a list beside the catalogue; `price` is which of its price options counts, where a person chose."""
    rows = tuple(_merged_rows(found, old, price))
    listed = tuple(row for row in rows if isinstance(row, Product))
    said = [row for row in found.rows if isinstance(row, ListedProduct)]
    cells = [_price_of(found, row, price) for row in said]
    replaced = _replaced(rows, old)
    staying = {product.code.casefold() for product in replaced}
    return MergedList(
        listed=listed,
        updated=_updated(listed, old),
        replaced=replaced,
        removed=tuple(product for product in old if product.code.casefold() not in staying),
        problems=_in_order(
            (*found.problems, *(cell for cell in cells if isinstance(cell, CellProblem))), found
        ),
        omitted_count=len(rows) - len(listed),
        stricter=_stricter(said, listed),
    )


def _merged_rows(found: ParsedPriceList, old: Catalogue, price: int | None) -> Iterator[Product | SkippedRow]:
    """Yield each row as the product that it makes of the one there is, or as a faulty one."""
    # A title in capitals means the group that is there already.
    spelled = {normalized_key(group): group for group in old.groups}
    for row in found.rows:
        if isinstance(row, SkippedRow):
            yield row
        elif isinstance(cell := _price_of(found, row, price), CellProblem):
            yield SkippedRow(code_key=normalized_key(row.code))
        else:
            title = row.group_title and spelled.get(normalized_key(row.group_title), row.group_title)
            yield _product(row, old.find(row.code), cell, title)


def _stricter(said: Iterable[ListedProduct], listed: Iterable[Product]) -> tuple[str, ...]:
    rules = {row.code: row.rule for row in said}
    return tuple(product.code for product in listed if rules[product.code] not in (None, product.rule))


def _price_of(found: ParsedPriceList, row: ListedProduct, chosen: int | None) -> Price:
    """Return a row's price in the column that counts: the chosen one, where its table has that."""
    options = found.tables[row.table].prices
    if not options:
        return None
    return row.prices[chosen if chosen in options else options[0]]


def _in_order(problems: Iterable[CellProblem], found: ParsedPriceList) -> tuple[CellProblem, ...]:
    sheets = list(dict.fromkeys(table.sheet for table in found.tables))
    places = {sheet: place for place, sheet in enumerate(sheets)}
    return tuple(sorted(problems, key=lambda problem: (places.get(problem.sheet, 0), problem.row)))


def _replaced(rows: Sequence[Product | SkippedRow], old: Catalogue) -> tuple[Product, ...]:
    meant = {normalized_key(product.code): product for product in old}
    kept = (row if isinstance(row, Product) else meant.pop(row.code_key, None) for row in rows)
    return tuple(product for product in kept if product)


def _updated(listed: Sequence[Product], old: Catalogue) -> tuple[Product, ...]:
    """Return the catalogue in its own order; a new product stands behind the others of its group."""
    new_by_code = {product.code.casefold(): product for product in listed}
    kept = [new_by_code.pop(product.code.casefold(), product) for product in old]
    last_of_group = {product.group: place for place, product in enumerate(kept)}
    added: dict[int, list[Product]] = {}
    for product in new_by_code.values():
        added.setdefault(last_of_group.get(product.group, len(kept)), []).append(product)
    placed: list[Product] = []
    for place, product in enumerate(kept):
        placed += [product, *added.get(place, ())]
    return (*placed, *added.get(len(kept), ()))


def _product(row: ListedProduct, before: Product | None, price_idr: int | None, group: str | None) -> Product:
    """Return what a row makes of the product there was; a price of None says nothing, 0 says none."""
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
    )


def _traits(row: ListedProduct, before: Product | None, words: Product) -> InferredTraits:
    """Return what the row says, else what was set by hand, else what the words tell."""
    if before and _says_nothing_new(row, before, words):
        return InferredTraits(rule=before.rule, carrier=before.carrier, nominal=before.nominal)
    told = _inferred(words, row.rule)
    if before is None:
        return InferredTraits(
            rule=told.rule,
            carrier=_said(row.carrier, told.carrier),
            nominal=_said(row.nominal, told.nominal),
        )
    is_by_hand = before.rule is not told.rule and before.rule is not _inferred(before, None).rule
    if row.rule is None and is_by_hand:
        told = _inferred(words, before.rule)
    is_as_before = (told.carrier, told.nominal) == (before.carrier, before.nominal)
    was_told = told if is_as_before else _inferred(before, before.rule)
    return InferredTraits(
        rule=told.rule,
        carrier=_said(row.carrier, told.carrier if before.carrier is was_told.carrier else before.carrier),
        nominal=_said(row.nominal, told.nominal if before.nominal == was_told.nominal else before.nominal),
    )


def _says_nothing_new(row: ListedProduct, before: Product, words: Product) -> bool:
    """Return whether a row leaves all as it was: to look at the words of thousands of products takes long."""
    told = ((row.rule or UNSET, before.rule), (row.carrier, before.carrier), (row.nominal, before.nominal))
    new, old = ((one.code, one.name, one.group, one.price_idr) for one in (words, before))
    return new == old and all(isinstance(said, UnsetType) or said == kept for said, kept in told)


def _inferred(product: Product, rule: DestinationRule | None) -> InferredTraits:
    return infer_traits(
        code=product.code, name=product.name, group=product.group, price_idr=product.price_idr, rule=rule
    )


def _said(said: T | UnsetType | None, otherwise: T | None) -> T | None:
    return otherwise if isinstance(said, UnsetType) else said
