"""Writes tables as XLSX or CSV so that spreadsheets never interpret text as a formula."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | None
"""Text, a number, or an empty cell."""

MAX_CELL_CHARS = 32_767
"""Excel's limit; longer text is cut."""

CSV_BOM = "\ufeff"
"""The byte order mark by which Excel recognises UTF-8."""

_CELL_START = r"(?:\A|(?<=[,;|\t\r\n]))"
_INVISIBLE = r"(?:(?![\t\r\n])[\s\"'\u200b-\u200f\u2060\ufeff])*"
_FORMULA_SIGNS = r"[=+\-@\uff1d\uff0b\uff0d\uff20](?!\s*\Z)"
_FORMULA = re.compile(rf"({_CELL_START}{_INVISIBLE})(?={_FORMULA_SIGNS})")
"""Where a spreadsheet may read a formula: at the start of a cell, or behind a cell separator.

The separator depends on the locale of the spreadsheet: a comma may be one. Full-width signs count as plain
ones in Chinese and Japanese locales. A sign at the end of a cell starts no formula.
"""
_ESCAPED_FORMULA = re.compile(rf"({_CELL_START}{_INVISIBLE})'(?={_FORMULA_SIGNS})")

_WRITTEN_AT = datetime(2000, 1, 1, tzinfo=UTC)  # fixed, so that equal tables are equal bytes


def xlsx_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int] = ()) -> bytes:
    """Return a workbook of one sheet; `widths` are the column widths in characters.

    Rows are written one by one, so that a long table needs little memory.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 - not needed at startup

    file = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as workbook:
        workbook.set_properties({"created": _WRITTEN_AT})
        sheet = workbook.add_worksheet()
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        bold = workbook.add_format({"bold": True})
        # Text that looks like a formula stays text even when the cell is edited.
        as_text = workbook.add_format({"quote_prefix": True})
        for column, title in enumerate(header):
            sheet.write_string(0, column, title, bold)
        for number, row in enumerate(rows, start=1):
            _write_row(sheet, number, row, as_text)
    return file.getvalue()


def _write_row(sheet: "Worksheet", number: int, row: Sequence[Cell], as_text: "Format") -> None:
    for column, cell in enumerate(row):
        match cell:
            case str():
                style = as_text if _FORMULA.match(cell) else None
                sheet.write_string(number, column, cell[:MAX_CELL_CHARS], style)
            case int():
                sheet.write_number(number, column, cell)
            case None:
                pass


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return the table as CSV in UTF-8 with semicolons, which Excel expects in the Indonesian locale.

    Text that a spreadsheet may interpret as a formula gets an apostrophe in front: see `unescape_formulas`.
    """
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_escape_formulas(cell) for cell in row] for row in rows)
    return (CSV_BOM + text.getvalue()).encode()


def _escape_formulas(cell: Cell) -> Cell:
    return _FORMULA.sub(r"\1'", cell) if isinstance(cell, str) else cell


def unescape_formulas(cell: str) -> str:
    """Return the text of a CSV cell without the apostrophes that `csv_bytes` has added."""
    return _ESCAPED_FORMULA.sub(r"\1", cell)
