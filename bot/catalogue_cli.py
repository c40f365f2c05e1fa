"""Import and export of the price list by the command line, even while the bot runs."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.diff import CatalogueDiff, diff_catalogue, merge_rows
from bot.catalogue.price_list.columns import COLUMN_TITLES
from bot.catalogue.price_list.reader import ParsedPriceList, UnreadablePriceList, read_price_list
from bot.catalogue.product import Product
from bot.features.price_list.catalogue_file import catalogue_csv, catalogue_xlsx
from bot.grammar.vocabulary import COMMANDS
from storage import catalogue
from storage.catalogue import CatalogueEdit
from storage.database import SqliteDatabase

T = TypeVar("T")

MAX_PROBLEMS_PRINTED = 200


class PriceListFileError(Exception):
    """A price list could not be imported or exported; the message says why."""


def export_list(database_path: Path, file: Path) -> int:
    """Write the catalogue as CSV if the name ends in .csv, else as XLSX; return the number of products."""
    current = asyncio.run(_with_database(database_path, lambda database: database.read(catalogue.load)))
    content = catalogue_csv(current) if file.suffix.lower() == ".csv" else catalogue_xlsx(current)
    try:
        file.write_bytes(content)
    except OSError as error:
        raise PriceListFileError(f"{file}: {error.strerror}") from error
    return len(current.products)


def read_file(file: Path) -> ParsedPriceList:
    """Read a price list; raise PriceListFileError if it cannot be read."""
    try:
        price_list = read_price_list(file.read_bytes(), commands=COMMANDS)
    except OSError as error:
        raise PriceListFileError(f"{file}: {error.strerror}") from error
    if isinstance(price_list, UnreadablePriceList):
        reason = f"{price_list.fault.replace('_', ' ')} {price_list.detail}".strip()
        raise PriceListFileError(f"{file} is not a price list: {reason}")
    return price_list


def problem_lines(price_list: ParsedPriceList) -> list[str]:
    """Return a line for each faulty cell, at most MAX_PROBLEMS_PRINTED of them and the number of the rest."""
    lines = [
        f"row {one.row}, {COLUMN_TITLES[one.column][0]}: {one.reason.replace('_', ' ')} {one.shown}".rstrip()
        for one in price_list.problems[:MAX_PROBLEMS_PRINTED]
    ]
    left = len(price_list.problems) - len(lines)
    return [*lines, f"and {left} more"] if left else lines


def import_list(
    database_path: Path,
    price_list: ParsedPriceList,
    file: Path,
    *,
    stamp: str,
    at_ms: int,
    agrees: Callable[[CatalogueDiff], bool],
) -> bool:
    """Apply a price list if `agrees` accepts the difference; return False if not, or if there is none."""

    async def work(database: SqliteDatabase) -> bool:
        old = await database.read(catalogue.load)
        new = merge_rows(price_list.lines, old)
        diff = diff_catalogue(old, new)
        if not diff or not agrees(diff):
            return False
        edit = CatalogueEdit(stamp=stamp, at_ms=at_ms, user_id=None, name="", source=file.name)
        await _replace(database, old, new, edit)
        return True

    return asyncio.run(_with_database(database_path, work))


async def _replace(
    database: SqliteDatabase, old: Catalogue, new: tuple[Product, ...], edit: CatalogueEdit
) -> None:
    if await database.write(lambda tx: catalogue.replace(tx, old, new, edit)) is None:
        raise PriceListFileError("the catalogue changed meanwhile: run the import again")


async def _with_database(database_path: Path, work: Callable[[SqliteDatabase], Awaitable[T]]) -> T:
    database = SqliteDatabase(database_path)
    await database.open()
    try:
        return await work(database)
    finally:
        await database.close()
