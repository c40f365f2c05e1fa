"""Opens a price list: the bytes of a file become sheets of plain cells.

A file is an outsider's. What a cell holds is text to us, a formula too, and what a file unpacks to is bounded
before it is unpacked. Even so a reader may be killed by one: `bot/features/price_list/file_reader.py` reads
in a process of its own.
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
    """Why a file as a whole is no price list."""

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
    """A row that is not blank; `number` as a spreadsheet numbers it, from 1."""

    number: int
    cells: tuple[str, ...]


class Sheet(Struct, frozen=True, kw_only=True):
    """A sheet of a file without its blank rows; the only one of a text file has no name."""

    name: str
    rows: tuple[Row, ...]
    is_text: bool = False
    is_hidden: bool = False


class RowCollector:
    """Gathers the rows of a file that are not blank; UnreadableFileError if there are too many."""

    def __init__(self) -> None:
        self._left = MAX_ROWS + 500  # titles, headings and notes come on top of the products
        self.rows: list[Row] = []

    def add(self, number: int, cells: Iterable[str]) -> None:
        """Keep a row, unless it is blank."""
        row = tuple(cells)
        if any(row):
            self._left -= 1
            if self._left < 0:
                raise UnreadableFileError(FileError.TOO_MANY_ROWS)
            self.rows.append(Row(number=number, cells=row))

    def take_sheet(self, name: str, *, is_hidden: bool = False) -> Sheet:
        """Return the rows added since the last sheet as one; all sheets share the room for rows."""
        rows, self.rows = tuple(self.rows), []
        return Sheet(name=name, rows=rows, is_hidden=is_hidden)


def plain_text(cell: str | float | date | time | datetime | timedelta) -> str:
    """Return a cell as one line of visible characters, a number without `.0` or rounded to hundredths."""
    if isinstance(cell, str):
        return clean(cell)
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() else f"{cell:.2f}".rstrip("0").rstrip(".")
    return clean(str(cell))


def clean(text: str) -> str:
    """Return a text as one line of visible characters, cut short."""
    if not text.isascii() or not text.isprintable():
        text = "".join(_visible(char) for char in text[: MAX_CELL_CHARS * 2])
    return " ".join(text.split())[:MAX_CELL_CHARS]


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cf":
        return ""
    return " " if category[0] in "CZ" else char
