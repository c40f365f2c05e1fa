"""The sheets of a price list as rows of plain text cells, and the errors of a file.

Files are untrusted: cells are text, formulas too, and the unpacked size is limited before a file is unpacked.
Because a file could still crash its reader, `bot/features/price_list/file_reader.py` uses a process of its
own.
"""

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from msgspec import Struct

MAX_FILE_BYTES = 5_000_000
MAX_ROWS = 20_000
MAX_COLUMNS = 256
MAX_CELL_CHARS = 200


class FileError(StrEnum):
    """Why a file as a whole is no valid price list."""

    TOO_LARGE = "too_large"
    NOT_A_SHEET = "not_a_sheet"
    DAMAGED = "damaged"
    PASSWORD = "password"  # noqa: S105 - the name of a reason
    OTHER_FORMAT = "other_format"
    NO_HEADING = "no_heading"
    NO_CODE = "no_code"
    TOO_MANY_ROWS = "too_many_rows"
    EMPTY = "empty"
    UNCALCULATED = "uncalculated"
    NOT_FETCHED = "not_fetched"


class UnreadableFileError(Exception):
    """The file cannot be opened as a table."""

    def __init__(self, fault: FileError) -> None:
        super().__init__(fault)
        self.fault = fault


class Row(Struct, frozen=True, kw_only=True):
    """A row that is not blank; `number` is the one in the spreadsheet, from 1."""

    number: int
    cells: tuple[str, ...]


class Sheet(Struct, frozen=True, kw_only=True):
    """A sheet of a file without its blank rows; `name` is empty for a text file."""

    name: str
    rows: tuple[Row, ...]
    is_text: bool = False
    is_hidden: bool = False


class RowCollector:
    """Collects the rows of a file that are not blank; raises UnreadableFileError if there are too many."""

    def __init__(self) -> None:
        self._left = MAX_ROWS + 500  # the 500 are for titles, headings and notes
        self.rows: list[Row] = []

    def add(self, number: int, cells: Iterable[str]) -> None:
        """Add a row, unless it is blank."""
        row = tuple(cells)
        if any(row):
            self._left -= 1
            if self._left < 0:
                raise UnreadableFileError(FileError.TOO_MANY_ROWS)
            self.rows.append(Row(number=number, cells=row))

    def take_sheet(self, name: str, *, is_hidden: bool = False) -> Sheet:
        """Return the rows added since the last sheet; the limit of rows applies to all sheets together."""
        rows, self.rows = tuple(self.rows), []
        return Sheet(name=name, rows=rows, is_hidden=is_hidden)


def plain_text(cell: str | float | date | time | datetime | timedelta) -> str:
    """Return a cell as one line of visible characters; numbers without `.0`, or rounded to two decimals."""
    if isinstance(cell, str):
        return clean_cell(cell)
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() else f"{cell:.2f}".rstrip("0").rstrip(".")
    return clean_cell(str(cell))


def clean_cell(text: str) -> str:
    """Return a text as one line of visible characters, truncated."""
    if not text.isascii() or not text.isprintable():
        text = "".join(_visible(char) for char in text[: MAX_CELL_CHARS * 2])
    return " ".join(text.split())[:MAX_CELL_CHARS]


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cf":
        return ""
    return " " if category[0] in "CZ" else char
