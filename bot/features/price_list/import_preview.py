"""Makes the preview of a price list: what it would change in the catalogue, and how the file was read."""

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.diff import CatalogueDiff, ChangeKind, ProductChange, diff_catalogue
from bot.catalogue.price_list.columns import Column, MappedColumn
from bot.catalogue.price_list.list_merge import MergedList, merge_list
from bot.catalogue.price_list.reader import ParsedPriceList
from bot.catalogue.price_list.row import ListedProduct
from bot.catalogue.product import Product
from bot.notices.catalogue import ChangeCount
from bot.notices.price_list import (
    ChangeExample,
    FileText,
    ImportPreview,
    PriceChoice,
    ReadingReport,
    RuleCount,
)

MAX_PROBLEMS_SHOWN = 20
MAX_EXAMPLES_A_KIND = 3
MAX_NAMES_SHOWN = 6
MAX_CODES_SHOWN = 10
MAX_CHOICES = 6
"""With words of any length these fit one message."""


class Plan(Struct, frozen=True, kw_only=True):
    """What a list would make of the catalogue, as it is and as an admin may wish.

    `merged` is the list beside the catalogue, `products` are those that would be there if nothing is removed,
    `diff` is how they differ from those that are there now.
    """

    merged: MergedList
    products: tuple[Product, ...]
    diff: CatalogueDiff


def plan_import(found: ParsedPriceList, old: Catalogue, price: int | None) -> Plan:
    """Compare a list with the catalogue; `price` is the option of prices that was chosen, if one was.

    A list that names every product of the catalogue may also change their order.
    """
    merged = merge_list(found, old, price=price)
    products = merged.updated if merged.removed else merged.replaced
    return Plan(merged=merged, products=products, diff=diff_catalogue(old, products))


def make_preview(
    import_id: int,
    file_name: str,
    found: ParsedPriceList,
    plan: Plan,
    old: Catalogue,
    price: int | None,
    *,
    renewed: bool,
) -> ImportPreview:
    """Return what an admin is shown of a list before anything is changed."""
    merged, diff = plan.merged, plan.diff
    added = [change.after for change in diff.of_kind(ChangeKind.ADDED) if change.after]
    taken = price if price is not None else _option_found(found)
    return ImportPreview(
        import_id=import_id,
        file_name=file_name,
        reading=_reading(found, taken),
        listed_count=len(merged.listed),
        omitted_count=merged.omitted_count,
        old_count=len(old.products),
        counts=count_changes(diff),
        examples=_examples(diff),
        removed_count=len(merged.removed),
        removed=codes_of(merged.removed),
        emptied_count=len(diff.of_kind(ChangeKind.PRICE_TAKEN)),
        unpriced_count=sum(product.price_idr is None for product in added),
        has_price=bool(found.price_options),
        is_price_sure=found.is_price_sure or price is not None,
        price=price,
        choices=_choices(found, taken),
        rules=_rules(added),
        problems=merged.problems[:MAX_PROBLEMS_SHOWN],
        problem_count=len(merged.problems),
        stricter=merged.stricter[:MAX_CODES_SHOWN],
        has_changes=bool(diff),
        renewed=renewed,
    )


def count_changes(diff: CatalogueDiff) -> tuple[ChangeCount, ...]:
    """Return how many products change in which way."""
    return tuple(ChangeCount(kind=kind, count=count) for kind, count in diff.counts())


def codes_of(products: Sequence[Product]) -> tuple[str, ...]:
    """Return the first codes, as many as a message names."""
    return tuple(product.code for product in products[:MAX_CODES_SHOWN])


def _option_found(found: ParsedPriceList) -> int | None:
    """Return which prices resellers pay, as far as the headings tell."""
    if not found.is_price_sure:
        return None
    return next((table.prices[0] for table in found.tables if table.prices), None)


def _choices(found: ParsedPriceList, taken: int | None) -> tuple[PriceChoice, ...]:
    """Return the columns of prices beside the one that is taken, each with the first price in it."""
    others = [option for option in range(len(found.price_options)) if option != taken]
    return tuple(_choice(found, option) for option in others[:MAX_CHOICES])


def _choice(found: ParsedPriceList, option: int) -> PriceChoice:
    priced = (
        row for row in found.rows if isinstance(row, ListedProduct) and isinstance(row.prices[option], int)
    )
    first = next(priced, None)
    price_idr = first.prices[option] if first else None
    return PriceChoice(
        option=option,
        title=found.price_options[option].title,
        code=first.code if first else "",
        price_idr=price_idr if isinstance(price_idr, int) else None,
    )


def _reading(found: ParsedPriceList, taken: int | None) -> ReadingReport:
    """Return how the file was understood, with the column of prices that is taken and those that are not."""
    titles = [option.title for option in found.price_options]
    columns, unused = found.columns, found.unused
    if len(titles) > 1:
        price = () if taken is None else (MappedColumn(title=titles[taken], column=Column.PRICE),)
        columns = (*(column for column in columns if column.column is not Column.PRICE), *price)
        unused = (*(title for option, title in enumerate(titles) if option != taken), *unused)
    return ReadingReport(
        columns=columns,
        unused=_named(unused),
        unused_count=len(unused),
        sheets=_named(found.sheets_read),
        sheets_left=_named((*found.sheets_left, *found.sheets_hidden)),
        note_rows=_named(found.notes),
        note_count=len(found.notes),
    )


def _named(titles: Sequence[str]) -> tuple[FileText, ...]:
    return tuple(FileText(title=title) for title in titles[:MAX_NAMES_SHOWN])


def _rules(added: Iterable[Product]) -> tuple[RuleCount, ...]:
    rules = Counter(product.rule for product in added)
    return tuple(RuleCount(rule=rule, count=count) for rule, count in rules.most_common())


def _examples(diff: CatalogueDiff) -> tuple[ChangeExample, ...]:
    return tuple(
        _example(change) for kind, _ in diff.counts() for change in diff.of_kind(kind)[:MAX_EXAMPLES_A_KIND]
    )


def _example(change: ProductChange) -> ChangeExample:
    product = change.after or change.before
    return ChangeExample(
        kind=change.kind,
        code=change.code,
        name=product.name if product else "",
        before_idr=change.before.price_idr if change.before else None,
        after_idr=change.after.price_idr if change.after else None,
    )
