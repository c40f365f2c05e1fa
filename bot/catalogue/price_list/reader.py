"""Parses a price list: its products in order, and the errors of its invalid rows.

An invalid row is skipped as a whole. The result also names what was not read: sheets, columns, rows and
prices.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec import Struct

from bot.catalogue.price_list.column_mapping import PriceColumn
from bot.catalogue.price_list.columns import MappedColumn
from bot.catalogue.price_list.delimited import open_text
from bot.catalogue.price_list.html_page import is_page, open_page
from bot.catalogue.price_list.row import CellProblem, ParsedRow, RowReader
from bot.catalogue.price_list.sheets import MAX_FILE_BYTES, MAX_ROWS, FileError, Sheet, UnreadableFileError
from bot.catalogue.price_list.tables import Table, find_tables, headings_in, untitled_columns
from bot.catalogue.price_list.workbook import COMPOUND, ZIP, open_workbook

_PICTURES = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"{\\rtf")
"""The signatures of printed or photographed lists, which get an error of their own."""

_MARKS = (b"\xff\xfe", b"\xfe\xff")
MAX_SHOWN_TITLES = 8
MAX_SHOWN_CHARS = 30

T = TypeVar("T")


class PriceOption(Struct, frozen=True, kw_only=True):
    """A price level of the list; `key` is the heading without `harga`, the same in all tables."""

    title: str
    key: str


class ListTable(Struct, frozen=True, kw_only=True):
    """A table of the list; `prices` are the indexes of its price options, the likeliest first."""

    sheet: str
    prices: tuple[int, ...]


class ParsedPriceList(Struct, frozen=True, kw_only=True, tag="list"):
    """A parsed price list.

    `problems` are those of all cells except prices: a row stores these with its prices, because the price
    option is chosen later. `is_price_sure` is False if the headings do not determine which of `price_options`
    resellers pay. `level_columns` are the price options of levels, with the key of each: no table has them
    among its prices. `sheets_left` are sheets without a list, `sheets_hidden` hidden ones; `unused` are the
    headings of unused columns, `notes` the rows that are no products.
    """

    rows: tuple[ParsedRow, ...]
    problems: tuple[CellProblem, ...]
    tables: tuple[ListTable, ...]
    columns: tuple[MappedColumn, ...]
    price_options: tuple[PriceOption, ...]
    is_price_sure: bool
    level_columns: tuple[tuple[int, str], ...] = ()
    unused: tuple[str, ...] = ()
    sheets_read: tuple[str, ...] = ()
    sheets_left: tuple[str, ...] = ()
    sheets_hidden: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class UnreadablePriceList(Struct, frozen=True, kw_only=True, tag="unreadable"):
    """The file is no price list; `detail` is a part of it that shows why, or empty."""

    fault: FileError
    detail: str = ""


def read_price_list(content: bytes, *, commands: frozenset[str]) -> ParsedPriceList | UnreadablePriceList:
    """Parse a spreadsheet or a text file; codes that are `commands` are errors."""
    try:
        attempts = [
            (sheets, [table for sheet in sheets for table in find_tables(sheet)])
            for sheets in open_sheets(content)
        ]
    except UnreadableFileError as error:
        return UnreadablePriceList(fault=error.fault)
    if not any(tables for _, tables in attempts):
        return _without_heading([sheet for sheets, _ in attempts for sheet in sheets])
    sheets, tables = max(attempts, key=lambda attempt: _score(attempt[1]))
    return _read(sheets, tables, commands)


def open_sheets(content: bytes) -> Iterable[Sequence[Sheet]]:
    """Yield the sheets of a file; those of a text file once for each possible delimiter."""
    if len(content) > MAX_FILE_BYTES:
        raise UnreadableFileError(FileError.TOO_LARGE)
    if content.startswith((ZIP, COMPOUND)):
        yield open_workbook(content)
    elif content.startswith(_PICTURES) or (b"\0" in content[:1000] and not content.startswith(_MARKS)):
        raise UnreadableFileError(FileError.NOT_A_SHEET)
    elif is_page(content):
        yield open_page(content)
    elif content.lstrip().startswith(b"<?xml"):
        raise UnreadableFileError(FileError.OTHER_FORMAT)
    else:
        for sheet in open_text(content):
            yield (sheet,)


def _score(tables: Sequence[Table]) -> tuple[int, int]:
    """Return a score for the tables, by which the right delimiter of a text file is chosen."""
    return (
        max((len(table.columns.mapped) for table in tables), default=0),
        sum(len(table.rows) for table in tables),
    )


def _without_heading(sheets: Sequence[Sheet]) -> UnreadablePriceList:
    """Return the error for a file without tables, with the row that resembles a heading most."""
    found = max((headings_in(sheet) for sheet in sheets), key=len, default=())
    fault = FileError.NO_CODE if found else FileError.NO_HEADING
    shown = found or max((sheet.rows[0].cells for sheet in sheets if sheet.rows), key=len, default=())
    titles = [title[:MAX_SHOWN_CHARS] for title in shown if title]
    return UnreadablePriceList(fault=fault, detail=" | ".join(titles[:MAX_SHOWN_TITLES]))


def _read(
    sheets: Sequence[Sheet], tables: Sequence[Table], commands: frozenset[str]
) -> ParsedPriceList | UnreadablePriceList:
    if sum(len(table.rows) for table in tables) > MAX_ROWS:
        return UnreadablePriceList(fault=FileError.TOO_MANY_ROWS)
    with_lists = tuple(dict.fromkeys(table.sheet_name for table in tables))
    options = _price_options(tables)
    readers = [
        RowReader(row, table, index, prices=_aligned(table, options), commands=commands, sheet=label)
        for index, table in enumerate(tables)
        for label in (table.sheet_name if len(with_lists) > 1 else "",)
        for row in table.rows
    ]
    if not readers:
        return UnreadablePriceList(fault=FileError.EMPTY)
    if all(reader.is_uncalculated for reader in readers):
        return UnreadablePriceList(fault=FileError.UNCALCULATED)
    readers = _without_copies(readers)
    keys = list(options)
    return ParsedPriceList(
        rows=tuple(reader.parsed() for reader in readers),
        problems=tuple(problem for reader in readers for problem in reader.problems),
        tables=tuple(
            ListTable(
                sheet=table.sheet_name, prices=tuple(keys.index(price.key) for price in table.columns.prices)
            )
            for table in tables
        ),
        columns=_distinct(table.columns.mapped for table in tables),
        price_options=tuple(PriceOption(title=title, key=key) for key, title in options.items()),
        is_price_sure=all(table.columns.is_price_sure for table in tables),
        unused=_distinct(
            (
                *(table.columns.unused for table in tables),
                *(_untitled(sheet, tables) for sheet in sheets if not sheet.is_text),
            )
        ),
        sheets_read=with_lists if len(sheets) > 1 else (),
        sheets_left=tuple(sheet.name for sheet in sheets if sheet.rows and sheet.name not in with_lists),
        sheets_hidden=tuple(sheet.name for sheet in sheets if sheet.is_hidden),
        notes=tuple(
            f"{table.sheet_name} {number}".strip() if len(with_lists) > 1 else str(number)
            for table in tables
            for number in table.notes
        ),
    )


def _price_options(tables: Sequence[Table]) -> dict[str, str]:
    """Return the price levels of a list: the first heading of each key."""
    options: dict[str, str] = {}
    for table in tables:
        for price in table.columns.prices:
            options.setdefault(price.key, price.title)
    return options


def _aligned(table: Table, options: Iterable[str]) -> tuple[PriceColumn | None, ...]:
    columns = {price.key: price for price in table.columns.prices}
    return tuple(columns.get(key) for key in options)


def _distinct(found: Iterable[Sequence[T]]) -> tuple[T, ...]:
    """Return all distinct items in order."""
    return tuple(dict.fromkeys(each for one in found for each in one))


def _untitled(sheet: Sheet, tables: Sequence[Table]) -> tuple[str, ...]:
    of_sheet = [table for table in tables if table.sheet_name == sheet.name]
    return tuple(f"({letters})" for letters in untitled_columns(sheet, of_sheet)) if of_sheet else ()


def _without_copies(readers: Sequence[RowReader]) -> list[RowReader]:
    """Leave out rows that are equal to an earlier one.

    Different rows with the same code are all invalid, and each names another.
    """
    first_of: dict[str, RowReader] = {}
    remaining = []
    for reader in readers:
        first = first_of.setdefault(reader.key, reader)
        if reader.key and first is not reader:
            if first.equals(reader):
                continue
            reader.add_duplicate_problem(first)
            if not first.is_duplicate:
                first.add_duplicate_problem(reader)
        remaining.append(reader)
    return remaining
