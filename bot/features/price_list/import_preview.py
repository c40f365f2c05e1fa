"""Builds the preview of a price list: its changes of the catalogue, and how the file was read."""

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
"""With these limits a preview with texts of any length fits one message."""


class Plan(Struct, frozen=True, kw_only=True):
    """The result of a list for the catalogue.

    `products` is the new catalogue if nothing is removed, `diff` its difference from the current one.
    """

    merged: MergedList
    products: tuple[Product, ...]
    diff: CatalogueDiff


def plan_import(parsed: ParsedPriceList, old: Catalogue, price: int | None) -> Plan:
    """Merge a list with the catalogue; `price` is the price option that the admin chose.

    A list that names every product of the catalogue may also change their order.
    """
    merged = merge_list(parsed, old, price=price)
    products = merged.updated if merged.removed else merged.replaced
    return Plan(merged=merged, products=products, diff=diff_catalogue(old, products))


def make_preview(
    import_id: int,
    file_name: str,
    parsed: ParsedPriceList,
    plan: Plan,
    old: Catalogue,
    price: int | None,
    *,
    renewed: bool,
) -> ImportPreview:
    """Return the preview of a list; `price` is the price option that the admin chose."""
    merged, diff = plan.merged, plan.diff
    added = [change.after for change in diff.of_kind(ChangeKind.ADDED) if change.after]
    chosen = price if price is not None else _default_option(parsed)
    return ImportPreview(
        import_id=import_id,
        file_name=file_name,
        reading=_reading(parsed, chosen),
        listed_count=len(merged.listed),
        omitted_count=merged.omitted_count,
        old_count=len(old.products),
        counts=count_changes(diff),
        examples=_examples(diff),
        removed_count=len(merged.removed),
        removed=codes_of(merged.removed),
        emptied_count=len(diff.of_kind(ChangeKind.PRICE_TAKEN)),
        unpriced_count=sum(product.price_idr is None for product in added),
        has_price=bool(parsed.price_options),
        is_price_sure=parsed.is_price_sure or price is not None,
        price=price,
        choices=_choices(parsed, chosen),
        rules=_rules(added),
        problems=merged.problems[:MAX_PROBLEMS_SHOWN],
        problem_count=len(merged.problems),
        stricter=merged.stricter[:MAX_CODES_SHOWN],
        has_changes=bool(diff),
        renewed=renewed,
    )


def count_changes(diff: CatalogueDiff) -> tuple[ChangeCount, ...]:
    return tuple(ChangeCount(kind=kind, count=count) for kind, count in diff.counts())


def codes_of(products: Sequence[Product]) -> tuple[str, ...]:
    """Return the first codes, as many as a message shows."""
    return tuple(product.code for product in products[:MAX_CODES_SHOWN])


def _default_option(parsed: ParsedPriceList) -> int | None:
    """Return the price option that the headings determine; None if they do not."""
    if not parsed.is_price_sure:
        return None
    return next((table.prices[0] for table in parsed.tables if table.prices), None)


def _choices(parsed: ParsedPriceList, chosen: int | None) -> tuple[PriceChoice, ...]:
    """Return the other price options, each with its first price."""
    others = [option for option in range(len(parsed.price_options)) if option != chosen]
    return tuple(_choice(parsed, option) for option in others[:MAX_CHOICES])


def _choice(parsed: ParsedPriceList, option: int) -> PriceChoice:
    priced = (
        row for row in parsed.rows if isinstance(row, ListedProduct) and isinstance(row.prices[option], int)
    )
    first = next(priced, None)
    price_idr = first.prices[option] if first else None
    return PriceChoice(
        option=option,
        title=parsed.price_options[option].title,
        code=first.code if first else "",
        price_idr=price_idr if isinstance(price_idr, int) else None,
    )


def _reading(parsed: ParsedPriceList, chosen: int | None) -> ReadingReport:
    """Return how the file was read, with the price column in use and the unused ones."""
    titles = [option.title for option in parsed.price_options]
    columns, unused = parsed.columns, parsed.unused
    if len(titles) > 1:
        price = () if chosen is None else (MappedColumn(title=titles[chosen], column=Column.PRICE),)
        columns = (*(column for column in columns if column.column is not Column.PRICE), *price)
        unused = (*(title for option, title in enumerate(titles) if option != chosen), *unused)
    return ReadingReport(
        columns=columns,
        unused=_named(unused),
        unused_count=len(unused),
        sheets=_named(parsed.sheets_read),
        sheets_left=_named((*parsed.sheets_left, *parsed.sheets_hidden)),
        note_rows=_named(parsed.notes),
        note_count=len(parsed.notes),
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
