"""The price list by the command line: brought in and out of the database, also while the bot runs."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.diff import CatalogueDiff, diff_catalogue
from bot.catalogue.list_merge import merge_list
from bot.catalogue.price_list.columns import COLUMN_TITLES, normalized_key
from bot.catalogue.price_list.reader import ParsedPriceList, UnreadablePriceList
from bot.catalogue.price_list.row import CellProblem
from bot.catalogue.product import Product
from bot.features.price_list import file_reader
from bot.features.price_list.catalogue_file import catalogue_csv, catalogue_xlsx
from storage import catalogue
from storage.catalogue import CatalogueEdit
from storage.database import SqliteDatabase

T = TypeVar("T")

MAX_PROBLEMS_PRINTED = 200


class PriceListFileError(Exception):
    """A list could not be brought in or out; the message says what to do."""


class ImportPlan(Struct, frozen=True, kw_only=True):
    """What applying a list would do; `unlisted_count` products are not in it, and stay unless it replaces."""

    problems: tuple[CellProblem, ...]
    diff: CatalogueDiff
    unlisted_count: int


def export_list(database_path: Path, file: Path) -> int:
    """Write the catalogue as XLSX, or as CSV where the name ends so; return how many products it holds."""
    shown = asyncio.run(_with(database_path, lambda database: database.read(catalogue.load)))
    content = catalogue_csv(shown) if file.suffix.lower() == ".csv" else catalogue_xlsx(shown)
    try:
        file.write_bytes(content)
    except OSError as error:
        raise PriceListFileError(f"{file}: {error.strerror}") from error
    return len(shown.products)


def read_file(file: Path) -> ParsedPriceList:
    """Read a list; PriceListFileError if it is none."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise PriceListFileError(f"{file}: {error.strerror}") from error
    read = asyncio.run(file_reader.read_file(content))
    if isinstance(read, UnreadablePriceList):
        words = f"{read.fault.replace('_', ' ')} {read.detail}".strip()
        raise PriceListFileError(f"{file} is no price list: {words}")
    return read.found


def import_list(
    database_path: Path,
    found: ParsedPriceList,
    file: Path,
    *,
    replaces: bool,
    price_title: str,
    stamp: str,
    at_ms: int,
    agrees: Callable[[ImportPlan], bool],
) -> bool:
    """Apply a list if `agrees` says so of the plan; return False if it does not, or if nothing changes.

    `replaces` removes the products that the list does not name. `price_title` is the heading of the column
    that resellers pay by; PriceListFileError where the list has several and none is named.
    """
    price = _chosen_price(found, price_title)

    async def work(database: SqliteDatabase) -> bool:
        old = await database.read(catalogue.load)
        merged = merge_list(found, old, price=price)
        # A list that names every product may change their order too.
        new = merged.replaced if replaces or not merged.removed else merged.updated
        diff = diff_catalogue(old, new)
        plan = ImportPlan(problems=merged.problems, diff=diff, unlisted_count=len(merged.removed))
        if not agrees(plan) or not diff:
            return False
        edit = CatalogueEdit(stamp=stamp, at_ms=at_ms, user_id=None, name="", source=file.name)
        await _replace(database, old, new, edit)
        return True

    return asyncio.run(_with(database_path, work))


def _chosen_price(found: ParsedPriceList, heading: str) -> int | None:
    titles = [option.title for option in found.price_options]
    if heading:
        keys = [normalized_key(title) for title in titles]
        if normalized_key(heading) not in keys:
            raise PriceListFileError(
                f"no column of prices is called {heading}: there are {', '.join(titles)}"
            )
        return keys.index(normalized_key(heading))
    if not found.is_price_sure:
        raise PriceListFileError(f"name the column of prices with --price: {', '.join(titles)}")
    return None


def reading_lines(found: ParsedPriceList) -> list[str]:
    """Return how a file was understood: its columns, what was left out, and that it has no prices."""
    told = (
        ("columns", [f"{column.title} is the {column.column.replace('_', ' ')}" for column in found.columns]),
        ("other prices", [option.title for option in found.price_options[1:]]),
        ("columns not read", found.unused),
        ("sheets not read", (*found.sheets_left, *found.sheets_hidden)),
        ("rows that are no products", found.notes),
    )
    lines = [f"{label}: {', '.join(titles)}" for label, titles in told if titles]
    return lines if found.price_options else [*lines, "no column of prices: those that are there stay"]


def problem_lines(problems: Sequence[CellProblem]) -> list[str]:
    """Return a line for each faulty cell, as many as a person may want to read."""
    shown = [_line(problem) for problem in problems[:MAX_PROBLEMS_PRINTED]]
    left = len(problems) - len(shown)
    return [*shown, f"and {left} more"] if left else shown


def _line(problem: CellProblem) -> str:
    where = f"{problem.sheet} row {problem.row}".strip()
    column = problem.title or COLUMN_TITLES[problem.column]
    reason = problem.reason.replace("_", " ")
    return f"{where}, {column}: {reason} {problem.shown} {problem.detail}".rstrip()


async def _replace(
    database: SqliteDatabase, old: Catalogue, new: tuple[Product, ...], edit: CatalogueEdit
) -> None:
    if await database.write(lambda tx: catalogue.replace(tx, old, new, edit)) is None:
        raise PriceListFileError("the catalogue changed meanwhile: look at the difference again")


async def _with(database_path: Path, work: Callable[[SqliteDatabase], Awaitable[T]]) -> T:
    database = SqliteDatabase(database_path)
    await database.open()
    try:
        return await work(database)
    finally:
        await database.close()
