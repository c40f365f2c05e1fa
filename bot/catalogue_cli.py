"""The price list by the command line: brought in and out of the database, also while the bot runs."""

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
    """A list could not be brought in or out; the message says what to do."""


def export_list(database_path: Path, file: Path) -> int:
    """Write the catalogue as XLSX, or as CSV where the name ends so; give how many products it holds."""
    shown = asyncio.run(_with(database_path, lambda database: database.read(catalogue.load)))
    content = catalogue_csv(shown) if file.suffix.lower() == ".csv" else catalogue_xlsx(shown)
    try:
        file.write_bytes(content)
    except OSError as error:
        raise PriceListFileError(f"{file}: {error.strerror}") from error
    return len(shown.products)


def read_file(file: Path) -> ParsedPriceList:
    """Read a list; PriceFileError if it is none."""
    try:
        sheet = read_price_list(file.read_bytes(), commands=COMMANDS)
    except OSError as error:
        raise PriceListFileError(f"{file}: {error.strerror}") from error
    if isinstance(sheet, UnreadablePriceList):
        words = f"{sheet.fault.replace('_', ' ')} {sheet.detail}".strip()
        raise PriceListFileError(f"{file} is no price list: {words}")
    return sheet


def problem_lines(sheet: ParsedPriceList) -> list[str]:
    """Give a line for each faulty cell, as many as a person may want to read."""
    found = [
        f"row {one.row}, {COLUMN_TITLES[one.column][0]}: {one.reason.replace('_', ' ')} {one.shown}".rstrip()
        for one in sheet.problems[:MAX_PROBLEMS_PRINTED]
    ]
    left = len(sheet.problems) - len(found)
    return [*found, f"and {left} more"] if left else found


def import_list(
    database_path: Path,
    sheet: ParsedPriceList,
    file: Path,
    *,
    stamp: str,
    at_ms: int,
    agrees: Callable[[CatalogueDiff], bool],
) -> bool:
    """Apply a list if whoever sees the difference `agrees`; False if not, or if there is none."""

    async def work(database: SqliteDatabase) -> bool:
        old = await database.read(catalogue.load)
        new = merge_rows(sheet.lines, old)
        found = diff_catalogue(old, new)
        if not found or not agrees(found):
            return False
        edit = CatalogueEdit(stamp=stamp, at_ms=at_ms, user_id=None, name="", source=file.name)
        await _replace(database, old, new, edit)
        return True

    return asyncio.run(_with(database_path, work))


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
