"""Writes a table as a file that a spreadsheet opens: text stays text, whatever it looks like."""

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
"""Text, a number to count with, or nothing."""

MAX_CELL_CHARS = 32_767
"""Excel's limit; longer text is cut."""

CSV_MARK = "\ufeff"
"""Tells Excel that the file is UTF-8."""

_BEGIN = r"(?:\A|(?<=[,;|\t\r\n]))"
_UNSEEN = r"(?:(?![\t\r\n])[\s\"'\u200b-\u200f\u2060\ufeff])*"
_FORMULA_SIGNS = r"[=+\-@\uff1d\uff0b\uff0d\uff20](?!\s*\Z)"
_FORMULA = re.compile(rf"({_BEGIN}{_UNSEEN})(?={_FORMULA_SIGNS})")
"""Where a spreadsheet might begin to read a formula: at the start of a cell, or behind what divides cells.

Which sign that is depends on the country of the spreadsheet, so that a comma may begin a cell too.
Full-width signs count as the plain ones where Chinese or Japanese is typed. A sign that ends its cell begins
nothing.
"""
_MARKED_FORMULA = re.compile(rf"({_BEGIN}{_UNSEEN})'(?={_FORMULA_SIGNS})")

_WRITTEN_AT = datetime(2000, 1, 1, tzinfo=UTC)  # the same table gives the same bytes


def xlsx_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int] = ()) -> bytes:
    """Return a workbook of one sheet; `widths` are those of the columns, in characters.

    Rows are written as they come, so that a long table needs little memory.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 - a start need not wait for it

    file = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as workbook:
        workbook.set_properties({"created": _WRITTEN_AT})
        sheet = workbook.add_worksheet()
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        bold = workbook.add_format({"bold": True})
        # What looks like a formula stays text when somebody edits the cell, too.
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
    """Return the table as CSV in UTF-8, with semicolons as Indonesian Excel reads it.

    What a spreadsheet might take for a formula has an apostrophe in front; `unmarked` takes it away again.
    """
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_marked(cell) for cell in row] for row in rows)
    return (CSV_MARK + text.getvalue()).encode()


def _marked(cell: Cell) -> Cell:
    return _FORMULA.sub(r"\1'", cell) if isinstance(cell, str) else cell


def unmarked(cell: str) -> str:
    """Return a cell of a CSV as it was before it was kept from running."""
    return _MARKED_FORMULA.sub(r"\1", cell)
