"""Writes a table as a file that a spreadsheet opens: text stays text, whatever it looks like."""

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | None
"""Text, a number to count with, or nothing."""

MAX_CELL_CHARS = 32_767
"""Excel's limit; longer text is cut."""

CSV_MARK = "\ufeff"
"""Tells Excel that the file is UTF-8."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_WRITTEN_AT = datetime(2000, 1, 1, tzinfo=UTC)  # the same table gives the same bytes


def xlsx_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int] = ()) -> bytes:
    """Give a workbook of one sheet; `widths` are those of the columns, in characters.

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
        for column, title in enumerate(header):
            sheet.write_string(0, column, title, bold)
        for number, row in enumerate(rows, start=1):
            _write_row(sheet, number, row)
    return file.getvalue()


def _write_row(sheet: "Worksheet", number: int, row: Sequence[Cell]) -> None:
    for column, cell in enumerate(row):
        match cell:
            case str():
                sheet.write_string(number, column, cell[:MAX_CELL_CHARS])
            case int():
                sheet.write_number(number, column, cell)
            case None:
                pass


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Give the table as CSV in UTF-8, with semicolons as Indonesian Excel reads it.

    What a spreadsheet would take for a formula has an apostrophe in front.
    """
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return (CSV_MARK + text.getvalue()).encode()


def _harmless(cell: Cell) -> Cell:
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return f"'{cell}"
    return cell
