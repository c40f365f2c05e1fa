"""Reads a price list: its products in order, and every row that is none, with the reason.

A faulty row is never applied in part. The product whose code it names is left as it was.
"""

from collections.abc import Sequence

from msgspec import Struct

from bot.catalogue.price_list.cells import CellError
from bot.catalogue.price_list.columns import Column, HeaderRow, read_header
from bot.catalogue.price_list.grid import MAX_ROWS, FileError, Rows, UnreadableFileError, tables_in
from bot.catalogue.price_list.row import CellProblem, ParsedRow, RowReader
from bot.catalogue.product import Product

MAX_HEADING_ROW = 10
"""Above the heading there may be a shop's name and a date, no more."""


class ParsedPriceList(Struct, frozen=True, kw_only=True):
    """A price list as read; `unused` are headings that mean nothing to us.

    `stricter` are the codes of games whose row does not say that they want a server, but whose name does.
    """

    lines: tuple[ParsedRow, ...]
    problems: tuple[CellProblem, ...]
    unused: tuple[str, ...]
    stricter: tuple[str, ...]

    @property
    def products(self) -> tuple[Product, ...]:
        """Give the rows that are products."""
        return tuple(line for line in self.lines if isinstance(line, Product))

    @property
    def omitted_count(self) -> int:
        """Give how many rows are not."""
        return len(self.lines) - len(self.products)


class UnreadablePriceList(Struct, frozen=True, kw_only=True):
    """The file is no price list; `detail` is what of it is amiss, where that has a name."""

    fault: FileError
    detail: str = ""


def read_price_list(content: bytes, *, commands: frozenset[str]) -> ParsedPriceList | UnreadablePriceList:
    """Read the bytes of an XLSX or CSV file; codes that are `commands` are refused."""
    try:
        for grid in tables_in(content):
            for number, row in enumerate(grid.rows[:MAX_HEADING_ROW]):
                if heading := read_header(row):
                    return _read(grid.rows, number + 1, heading, commands)
    except UnreadableFileError as error:
        return UnreadablePriceList(fault=error.fault)
    return UnreadablePriceList(fault=FileError.NO_HEADING)


def _read(
    rows: Rows, heading_at: int, heading: HeaderRow, commands: frozenset[str]
) -> ParsedPriceList | UnreadablePriceList:
    if heading.doubled:
        return UnreadablePriceList(fault=FileError.COLUMN_TWICE, detail=heading.doubled[0])
    body = [(number, row) for number, row in enumerate(rows, 1) if number > heading_at and any(row)]
    if len(body) > MAX_ROWS:
        return UnreadablePriceList(fault=FileError.TOO_MANY_ROWS)
    if not body:
        return UnreadablePriceList(fault=FileError.EMPTY)
    read = [RowReader(number, row, heading, commands) for number, row in body]
    _find_doubles(read)
    lines = tuple(row.line() for row in read)
    pairs = zip(read, lines, strict=True)
    return ParsedPriceList(
        lines=lines,
        problems=tuple(problem for row in read for problem in row.problems),
        unused=heading.unused,
        stricter=tuple(line.code for row, line in pairs if row.is_stricter and isinstance(line, Product)),
    )


def _find_doubles(rows: Sequence[RowReader]) -> None:
    """Of two rows with one code nobody can tell which is meant: both are faulty, each names the other."""
    first_of: dict[str, RowReader] = {}
    for row in rows:
        first = first_of.setdefault(row.key, row)
        if row.key and first is not row:
            row.refuse(Column.CODE, CellError.CODE_TWICE, str(first.number))
            if not any(problem.reason is CellError.CODE_TWICE for problem in first.problems):
                first.refuse(Column.CODE, CellError.CODE_TWICE, str(row.number))
