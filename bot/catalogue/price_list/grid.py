"""Opens a price list: the bytes of an XLSX or CSV file become rows of plain cells.

A file is an outsider's: what it unpacks to is bounded before it is unpacked, and what a cell holds is text
to us, a formula too.
"""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from msgspec import Struct
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

MAX_FILE_BYTES = 5_000_000
MAX_UNPACKED_BYTES = 60_000_000
"""An honest list of 20,000 rows unpacks to about 15 MB; a bomb to a thousand times its size."""

MAX_PARTS = 500
MAX_ROWS = 20_000
MAX_CELLS = 2_000_000
"""A sheet is laid out in memory up to its last cell, however lonely that one is."""

MAX_CELL_CHARS = 200

_XLSX = b"PK\x03\x04"
_PICTURES = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG", b"GIF8")
"""A list that was printed or photographed: to be told from one whose heading is missing."""

_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml")
_PLACE = re.compile(rb"<(?:\w+:)?(?:c|row)\b[^>]*?\sr\s*=\s*[\"']([A-Za-z]*)(\d+)[\"']")
_DELIMITERS = ";,\t|"
_QUOTED = re.compile(r"'+[=+\-@\t\r]")

Cell = str
Rows = list[list[Cell]]


class FileError(StrEnum):
    """Why a file as a whole is no price list."""

    TOO_LARGE = "too_large"
    NOT_A_SHEET = "not_a_sheet"
    DAMAGED = "damaged"
    NO_HEADING = "no_heading"
    COLUMN_TWICE = "column_twice"
    TOO_MANY_ROWS = "too_many_rows"
    EMPTY = "empty"
    NOT_FETCHED = "not_fetched"


class UnreadableFileError(Exception):
    """The file cannot be opened as a table."""

    def __init__(self, fault: FileError) -> None:
        super().__init__(fault)
        self.fault = fault


class Table(Struct, frozen=True, kw_only=True):
    """One way to read a file as a table; row 1 is the first, as a spreadsheet numbers them."""

    rows: Rows


def tables_in(content: bytes) -> Iterator[Table]:
    """Give the tables that a file may hold, likeliest first; UnreadableFileError if it can be none."""
    if len(content) > MAX_FILE_BYTES:
        raise UnreadableFileError(FileError.TOO_LARGE)
    if content.startswith(_XLSX):
        yield from _sheets(content)
    elif content.startswith(_PICTURES) or (
        b"\0" in content[:1000] and not content.startswith((b"\xff\xfe", b"\xfe\xff"))
    ):
        raise UnreadableFileError(FileError.NOT_A_SHEET)
    else:
        yield from _tables(_decoded(content))


def _sheets(content: bytes) -> Iterator[Table]:
    plain = io.BytesIO(_repacked(content))
    with _faults_of_the_reader():
        workbook = CalamineWorkbook.from_filelike(plain)
    for sheet in workbook.sheets_metadata:
        if sheet.visible is SheetVisibleEnum.Visible:
            with _faults_of_the_reader():
                found = workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            yield Table(rows=[[_text(cell) for cell in row] for row in found])


@contextmanager
def _faults_of_the_reader() -> Iterator[None]:
    """Give what the reader makes of a damaged workbook as a fault of the file."""
    try:
        yield
    except CalamineError as error:
        raise UnreadableFileError(FileError.DAMAGED) from error
    except BaseException as error:
        # A panic of its Rust code is no Exception, and would end whoever waits for the file.
        if type(error).__name__ == "PanicException":
            raise UnreadableFileError(FileError.DAMAGED) from error
        raise


def _repacked(content: bytes) -> bytes:
    """Unpack within the bounds, and pack anew without compression: nothing is left that could still grow."""
    plain = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(plain, "w") as unpacked:
            parts = [part for part in packed.infolist() if part.filename.endswith((".xml", ".rels"))]
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
                raise UnreadableFileError(FileError.TOO_LARGE)
            if not any(_SHEET_PART.fullmatch(part.filename) for part in parts):
                raise UnreadableFileError(FileError.NOT_A_SHEET)
            for part in parts:
                body = packed.read(part)
                if _SHEET_PART.fullmatch(part.filename):
                    _refuse_vast(body)
                unpacked.writestr(part.filename, body)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise UnreadableFileError(FileError.DAMAGED) from error
    return plain.getvalue()


def _refuse_vast(sheet: bytes) -> None:
    """One cell at XFD1048576 would be laid out as seventeen thousand million empty ones."""
    if b"\0" in sheet:
        raise UnreadableFileError(FileError.DAMAGED)
    places = set(_PLACE.findall(sheet))
    last_row = max((int(row[:9]) for _, row in places), default=0)
    last_column = max((_column(messages) for messages, _ in places), default=0)
    if last_row > MAX_ROWS + 100 or last_row * last_column > MAX_CELLS:
        raise UnreadableFileError(FileError.TOO_MANY_ROWS)


def _column(messages: bytes) -> int:
    number = 0
    for message in messages[:6].upper():
        number = number * 26 + message - 64
    return number


def _tables(text: str) -> Iterator[Table]:
    """Which sign divides the cells shows only by the heading: try each."""
    for delimiter in _DELIMITERS:
        try:
            rows = [
                [_unquoted(_text(cell)) for cell in row]
                for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            ]
        except csv.Error:
            continue
        if len(rows) > MAX_ROWS + 100:
            raise UnreadableFileError(FileError.TOO_MANY_ROWS)
        yield Table(rows=rows)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _unquoted(cell: Cell) -> Cell:
    """Take away the sign by which an export keeps a spreadsheet from running a cell."""
    return cell[1:] if _QUOTED.match(cell) else cell


def _text(cell: str | float | date | time | datetime | timedelta) -> Cell:
    """Give a cell as one line of visible characters; a whole number without its `.0`."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    visible = "".join(_visible(char) for char in str(cell)[: MAX_CELL_CHARS * 2])
    return " ".join(visible.split())[:MAX_CELL_CHARS]


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cf":
        return ""
    return " " if category[0] in "CZ" else char


def width_of(cells: Sequence[Cell]) -> int:
    """Give the number of cells up to the last that is not blank."""
    return max((place + 1 for place, cell in enumerate(cells) if cell), default=0)
