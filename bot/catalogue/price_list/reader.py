"""Reads a price list: its products in order, and every row that is none, with the reason.

A faulty row is never applied in part. Nothing of a file is left out unsaid: what was read as what, which
sheets, columns and rows were not, and which of several prices.
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
"""A list that was printed or photographed: to be told from one whose heading is missing."""

_MARKS = (b"\xff\xfe", b"\xfe\xff")
MAX_SHOWN_TITLES = 8
MAX_SHOWN_CHARS = 30

T = TypeVar("T")


class PriceOption(Struct, frozen=True, kw_only=True):
    """A price column of the list; `key` is what its heading says beside `harga`, the same in all tables."""

    title: str
    key: str


class ListTable(Struct, frozen=True, kw_only=True):
    """A table of the list; `prices` are the places of its prices among the options, the likeliest first."""

    sheet: str
    prices: tuple[int, ...]


class ParsedPriceList(Struct, frozen=True, kw_only=True, tag="list"):
    """A price list as read.

    `problems` are those of all cells but prices, which a row keeps with its prices: which of them counts is
    chosen later. `is_price_sure` is False where nothing tells which of `price_options` resellers pay.
    `sheets_left` are sheets without a list, `sheets_hidden` hidden ones; `unused` are headings that nothing
    is read from, `notes` the rows that are no products.
    """

    rows: tuple[ParsedRow, ...]
    problems: tuple[CellProblem, ...]
    tables: tuple[ListTable, ...]
    columns: tuple[MappedColumn, ...]
    price_options: tuple[PriceOption, ...]
    is_price_sure: bool
    unused: tuple[str, ...] = ()
    sheets_read: tuple[str, ...] = ()
    sheets_left: tuple[str, ...] = ()
    sheets_hidden: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class UnreadablePriceList(Struct, frozen=True, kw_only=True, tag="unreadable"):
    """The file is no price list; `detail` is what of it is amiss, where that has a name."""

    fault: FileError
    detail: str = ""


def read_price_list(content: bytes, *, commands: frozenset[str]) -> ParsedPriceList | UnreadablePriceList:
    """Read the bytes of a spreadsheet or a text file; codes that are `commands` are refused."""
    try:
        ways = [
            (sheets, [table for sheet in sheets for table in find_tables(sheet)]) for sheets in _open(content)
        ]
    except UnreadableFileError as error:
        return UnreadablePriceList(fault=error.fault)
    if not any(tables for _, tables in ways):
        return _without_heading([sheet for sheets, _ in ways for sheet in sheets])
    sheets, tables = max(ways, key=lambda way: _worth(way[1]))
    return _read(sheets, tables, commands)


def _open(content: bytes) -> Iterable[Sequence[Sheet]]:
    """Yield the sheets of a file, of a text once for each way to divide it into cells."""
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


def _worth(tables: Sequence[Table]) -> tuple[int, int]:
    """Return how much was understood, so that of several ways to divide a text the right one wins."""
    return (
        max((len(table.columns.mapped) for table in tables), default=0),
        sum(len(table.rows) for table in tables),
    )


def _without_heading(sheets: Sequence[Sheet]) -> UnreadablePriceList:
    """Return what was found in the place of a heading."""
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
        columns=_united(table.columns.mapped for table in tables),
        price_options=tuple(PriceOption(title=title, key=key) for key, title in options.items()),
        is_price_sure=all(table.columns.is_price_sure for table in tables),
        unused=_united(
            (
                *(table.columns.unused for table in tables),
                *(_beside(sheet, tables) for sheet in sheets if not sheet.is_text),
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
    """Return the prices that a list tells apart: of each key the heading that came first."""
    options: dict[str, str] = {}
    for table in tables:
        for price in table.columns.prices:
            options.setdefault(price.key, price.title)
    return options


def _aligned(table: Table, options: Iterable[str]) -> tuple[PriceColumn | None, ...]:
    columns = {price.key: price for price in table.columns.prices}
    return tuple(columns.get(key) for key in options)


def _united(found: Iterable[Sequence[T]]) -> tuple[T, ...]:
    """Return everything once, in the order in which it came."""
    return tuple(dict.fromkeys(each for one in found for each in one))


def _beside(sheet: Sheet, tables: Sequence[Table]) -> tuple[str, ...]:
    of_sheet = [table for table in tables if table.sheet_name == sheet.name]
    return tuple(f"({letters})" for letters in untitled_columns(sheet, of_sheet)) if of_sheet else ()


def _without_copies(readers: Sequence[RowReader]) -> list[RowReader]:
    """Leave out rows that repeat another word for word.

    Of others with one code nobody can tell which is meant: they are faulty, and each names another.
    """
    first_of: dict[str, RowReader] = {}
    kept = []
    for reader in readers:
        first = first_of.setdefault(reader.key, reader)
        if reader.key and first is not reader:
            if first.says_the_same_as(reader):
                continue
            reader.refuse_copy_of(first)
            if not first.is_copied:
                first.refuse_copy_of(reader)
        kept.append(reader)
    return kept
