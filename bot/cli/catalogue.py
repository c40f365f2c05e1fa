"""Import and export of the price list by the command line, even while the bot runs."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.diff import CatalogueDiff, diff_catalogue
from bot.catalogue.price_list.columns import COLUMN_TITLES, normalized_key
from bot.catalogue.price_list.level_columns import with_levels
from bot.catalogue.price_list.list_merge import merge_list
from bot.catalogue.price_list.reader import ParsedPriceList, UnreadablePriceList
from bot.catalogue.price_list.row import CellProblem
from bot.catalogue.product import Product
from bot.features.price_list import file_reader
from bot.features.price_list.catalogue_file import catalogue_csv, catalogue_xlsx
from bot.settings.settings import FileSettings
from storage import catalogue, levels
from storage.catalogue import CatalogueEdit
from storage.database import Database, database_at

T = TypeVar("T")

MAX_PROBLEMS_PRINTED = 200


class PriceListFileError(Exception):
    """A price list could not be imported or exported; the message says why."""


class ImportPlan(Struct, frozen=True, kw_only=True):
    """What an import changes; `unlisted_count` products are not in the list, and stay unless it replaces."""

    problems: tuple[CellProblem, ...]
    diff: CatalogueDiff
    unlisted_count: int


def export_list(database_url: str, file: Path) -> int:
    """Write the catalogue as CSV if the name ends in .csv, else as XLSX; return the number of products."""
    current, known = asyncio.run(
        _with_database(
            database_url, lambda database: database.read(lambda tx: (catalogue.load(tx), levels.listed(tx)))
        )
    )
    write = catalogue_csv if file.suffix.lower() == ".csv" else catalogue_xlsx
    content = write(current, known)
    try:
        file.write_bytes(content)
    except OSError as error:
        raise PriceListFileError(f"{file}: {error.strerror}") from error
    return len(current.products)


def read_price_list_file(file: Path) -> ParsedPriceList:
    """Read a price list; raise PriceListFileError if it cannot be read."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise PriceListFileError(f"{file}: {error.strerror}") from error
    read = asyncio.run(file_reader.read_file(content))
    if isinstance(read, UnreadablePriceList):
        reason = f"{read.fault.replace('_', ' ')} {read.detail}".strip()
        raise PriceListFileError(f"{file} is not a price list: {reason}")
    return read.parsed


def import_list(
    database_url: str,
    price_list: ParsedPriceList,
    file: Path,
    *,
    replaces: bool,
    price_title: str,
    stamp: str,
    at_ms: int,
    agrees: Callable[[ImportPlan], bool],
) -> bool:
    """Apply a price list if `agrees` accepts the plan; return False if it does not, or if nothing changes.

    `replaces` removes products that are not in the list. `price_title` is the heading of the column of the
    price that resellers pay; raise PriceListFileError if the list has several and it names none.
    """

    async def work(database: Database) -> bool:
        old, known = await database.read(lambda tx: (catalogue.load(tx), levels.listed(tx)))
        parsed = with_levels(price_list, (level.key for level in known))
        merged = merge_list(parsed, old, price=_chosen_price(parsed, price_title))
        # A list with every product may also change their order.
        new = merged.replaced if replaces or not merged.removed else merged.updated
        diff = diff_catalogue(old, new)
        plan = ImportPlan(problems=merged.problems, diff=diff, unlisted_count=len(merged.removed))
        if not agrees(plan) or not diff:
            return False
        edit = CatalogueEdit(stamp=stamp, at_ms=at_ms, user_id=None, name="", source=file.name)
        await _replace(database, old, new, edit)
        return True

    return asyncio.run(_with_database(database_url, work))


def _chosen_price(price_list: ParsedPriceList, heading: str) -> int | None:
    of_levels = {option for option, _ in price_list.level_columns}
    options = [each for each in enumerate(price_list.price_options) if each[0] not in of_levels]
    titles = [option.title for _, option in options]
    if heading:
        keys = [normalized_key(title) for title in titles]
        if normalized_key(heading) not in keys:
            raise PriceListFileError(f"there is no price column {heading}: choose one of {', '.join(titles)}")
        return options[keys.index(normalized_key(heading))][0]
    if not price_list.is_price_sure:
        raise PriceListFileError(f"choose the price column with --price: {', '.join(titles)}")
    return None


def with_known_levels(database_url: str, price_list: ParsedPriceList) -> ParsedPriceList:
    """Return a price list in which the columns of the levels in the database are told from other prices."""

    async def work(database: Database) -> ParsedPriceList:
        known = await database.read(levels.listed)
        return with_levels(price_list, (level.key for level in known))

    return asyncio.run(_with_database(database_url, work))


def reading_lines(price_list: ParsedPriceList) -> list[str]:
    """Return how a file was read: its columns, what was ignored, and whether it has prices."""
    prices, keys = [option.title for option in price_list.price_options], dict(price_list.level_columns)
    others = [title for option, title in enumerate(prices) if option not in keys][1:]
    sections = (
        (
            "columns",
            [f"{column.title} is the {column.column.replace('_', ' ')}" for column in price_list.columns],
        ),
        ("prices of levels", [f"{prices[option]} is the level {key}" for option, key in keys.items()]),
        ("other prices", others),
        ("columns not read", price_list.unused),
        ("sheets not read", (*price_list.sheets_left, *price_list.sheets_hidden)),
        ("rows without a product", price_list.notes),
    )
    lines = [f"{label}: {', '.join(titles)}" for label, titles in sections if titles]
    return lines if price_list.price_options else [*lines, "no price column: current prices stay"]


def problem_lines(problems: Sequence[CellProblem]) -> list[str]:
    """Return a line for each faulty cell, at most MAX_PROBLEMS_PRINTED of them and the number of the rest."""
    lines = [_line(problem) for problem in problems[:MAX_PROBLEMS_PRINTED]]
    left = len(problems) - len(lines)
    return [*lines, f"and {left} more"] if left else lines


def _line(problem: CellProblem) -> str:
    place = f"{problem.sheet} row {problem.row}".strip()
    column = problem.title or COLUMN_TITLES[problem.column]
    reason = problem.reason.replace("_", " ")
    return f"{place}, {column}: {reason} {problem.shown} {problem.detail}".rstrip()


async def _replace(database: Database, old: Catalogue, new: tuple[Product, ...], edit: CatalogueEdit) -> None:
    if await database.write(lambda tx: catalogue.replace(tx, old, new, edit)) is None:
        raise PriceListFileError("the catalogue changed meanwhile: run the import again")


async def _with_database(database_url: str, work: Callable[[Database], Awaitable[T]]) -> T:
    database = database_at(database_url)
    await database.open()
    try:
        return await work(database)
    finally:
        await database.close()


def export_catalogue(settings: FileSettings, file: Path) -> None:
    """Write the price list to a file, and print how many products it has."""
    print(f"{file}: {export_list(settings.database_url, file)} products")


def import_catalogue(
    settings: FileSettings, arguments: argparse.Namespace, *, stamp: str, now_ms: int
) -> None:
    """Print what a price list changes, and apply it after a yes."""
    price_list = read_price_list_file(arguments.file)
    price_list = with_known_levels(settings.database_url, price_list)
    for line in reading_lines(price_list):
        print(line)
    applied = import_list(
        settings.database_url,
        price_list,
        arguments.file,
        replaces=arguments.replace,
        price_title=arguments.price,
        stamp=stamp,
        at_ms=now_ms,
        agrees=partial(_is_confirmed, arguments=arguments),
    )
    print("applied" if applied else "nothing was changed")


def _is_confirmed(plan: ImportPlan, *, arguments: argparse.Namespace) -> bool:
    """Print the plan, and ask; raise PriceListFileError for faulty rows without --skip-faulty."""
    for line in problem_lines(plan.problems):
        print(line)
    if plan.problems and not arguments.skip_faulty:
        raise PriceListFileError("fix these rows, or skip them with --skip-faulty")
    _print_changes(plan.diff)
    if plan.unlisted_count and not arguments.replace:
        print(f"{plan.unlisted_count} products are not in the list and stay; --replace removes them")
    if arguments.yes or not plan.diff:
        return True
    print("apply? [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().lower() == "y"


def _print_changes(diff: CatalogueDiff) -> None:
    for kind, count in diff.counts():
        codes = ", ".join(change.code for change in diff.of_kind(kind)[:5])
        more = ", …" if count > 5 else ""  # noqa: PLR2004 - examples
        print(f"{count} {kind.replace('_', ' ')}: {codes}{more}")
    if diff.reordered:
        print("the order of products changes")
