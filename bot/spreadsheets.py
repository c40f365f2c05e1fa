"""Writes tables as XLSX or CSV; text is never interpreted as a formula."""

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | None
"""Text, a number, or an empty cell."""

MAX_CELL_CHARS = 32_767
"""Excel's limit; longer text is cut."""

CSV_BOM = "\ufeff"
"""The byte order mark by which Excel recognises UTF-8."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
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
    """Return the table as CSV in UTF-8 with semicolons, which Excel expects in the Indonesian locale.

    Text that a spreadsheet would interpret as a formula gets an apostrophe in front.
    """
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_escape_formula(cell) for cell in row] for row in rows)
    return (CSV_BOM + text.getvalue()).encode()


def _escape_formula(cell: Cell) -> Cell:
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return f"'{cell}"
    return cell
