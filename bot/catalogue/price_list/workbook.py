"""Opens a workbook: XLSX, the old binary XLS, or OpenDocument.

A library reads it and executes nothing in it. Before that the parts of an archive are unpacked within limits,
and the sheets of an XLSX are scanned for cells that the library would return as blank.
"""

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from bot.catalogue.price_list.sheet_scan import MAX_ROW_NUMBER, Place, elements_in, scan_sheet
from bot.catalogue.price_list.sheets import (
    MAX_COLUMNS,
    FileError,
    RowCollector,
    Sheet,
    UnreadableFileError,
    plain_text,
)

ZIP = b"PK\x03\x04"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The signature of an old XLS, and of a workbook with a password."""

MAX_UNPACKED_BYTES = 60_000_000
"""A real list of 20,000 rows unpacks to about 15 MB; a zip bomb to a thousand times its size."""

MAX_PARTS = 500
MAX_SHEETS = 100

_READ_PARTS = (".xml", ".rels", ".bin", "mimetype")
_OLD_BOOK_NAMES = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WORKBOOK = "xl/workbook.xml"
_MANIFEST = "META-INF/manifest.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"


def open_workbook(content: bytes) -> tuple[Sheet, ...]:
    """Return the sheets of a workbook; raise UnreadableFileError if it is none."""
    valueless: dict[str, dict[Place, str]] = {}
    if content.startswith(ZIP):
        content, valueless = _unpacked(content)
    elif _ENCRYPTED in content:
        raise UnreadableFileError(FileError.PASSWORD)
    elif not any(name in content for name in _OLD_BOOK_NAMES):
        raise UnreadableFileError(FileError.NOT_A_SHEET)
    with _translated_errors():
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        if len(workbook.sheet_names) > MAX_SHEETS:
            raise UnreadableFileError(FileError.TOO_LARGE)
        collected = RowCollector()
        return tuple(
            _sheet(workbook.get_sheet_by_name(meta.name), collected, valueless.get(meta.name, {}))
            if meta.visible == SheetVisibleEnum.Visible
            else Sheet(name=meta.name, rows=(), is_hidden=True)
            for meta in workbook.sheets_metadata
        )


def _sheet(found: CalamineSheet, collected: RowCollector, valueless: dict[Place, str]) -> Sheet:
    if found.total_height > MAX_ROW_NUMBER:
        raise UnreadableFileError(FileError.TOO_MANY_ROWS)
    by_row: dict[int, list[tuple[int, str]]] = {}
    for (row, place), text in valueless.items():
        by_row.setdefault(row, []).append((place, text))
    merges, first_column = _Merges(found), found.start[1] if found.start else 0
    index = -1
    for index, values in enumerate(found.iter_rows()):
        cells = [""] * first_column + [plain_text(value) for value in values[:MAX_COLUMNS]]
        _fill_in(cells, by_row.pop(index, ()))
        merges.fill(index, cells)
        collected.add(index + 1, cells)
    for index in sorted(by_row):
        collected.add(index + 1, _fill_in([], by_row[index]))
    return collected.take_sheet(found.name)


def _fill_in(cells: list[str], found: Iterable[tuple[int, str]]) -> list[str]:
    """Insert texts into a row, which may become longer."""
    for place, text in found:
        if place < MAX_COLUMNS:
            cells += [""] * (place + 1 - len(cells))
            cells[place] = text
    return cells


class _Merges:
    """Repeats the text of a vertically merged cell in all its rows."""

    def __init__(self, sheet: CalamineSheet) -> None:
        self._last_row_of = {
            start: end[0]
            for start, end in sheet.merged_cell_ranges or ()
            if end[0] > start[0] and start[1] < MAX_COLUMNS
        }
        self._open: dict[int, tuple[int, str]] = {}

    def fill(self, row: int, cells: list[str]) -> None:
        """Fill the blank cells of a row below the first of a merged range; rows come in order."""
        for place, (last_row, text) in list(self._open.items()):
            if row > last_row:
                del self._open[place]
            elif place < len(cells):
                cells[place] = cells[place] or text
        if self._last_row_of:
            for place, cell in enumerate(cells):
                if (reaches := self._last_row_of.get((row, place))) is not None:
                    self._open[place] = (reaches, cell)


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Translate the library's exceptions into UnreadableFileError."""
    try:
        yield
    except PasswordError as error:
        raise UnreadableFileError(FileError.PASSWORD) from error
    except CalamineError as error:
        raise UnreadableFileError(FileError.DAMAGED) from error
    except BaseException as error:
        # A panic of its Rust code is no Exception, and would kill the reader process.
        if type(error).__name__ == "PanicException":
            raise UnreadableFileError(FileError.DAMAGED) from error
        raise


def _unpacked(content: bytes) -> tuple[bytes, dict[str, dict[Place, str]]]:
    """Repack an archive without compression, so that the library cannot unpack more than the limits.

    Return it with the texts of cells without a value, by the name of their sheet.
    """
    plain = io.BytesIO()
    bodies: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(plain, "w") as unpacked:
            parts = [part for part in packed.infolist() if part.filename.endswith(_READ_PARTS)]
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
                raise UnreadableFileError(FileError.TOO_LARGE)
            _check_kind(frozenset(packed.namelist()))
            for part in parts:
                bodies[part.filename] = packed.read(part)
                unpacked.writestr(part.filename, bodies[part.filename])
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, ValueError) as error:
        raise UnreadableFileError(FileError.DAMAGED) from error
    except RuntimeError as error:
        # zipfile raises it for an encrypted part.
        raise UnreadableFileError(FileError.PASSWORD) from error
    if b"encryption-data" in bodies.get(_MANIFEST, b""):
        raise UnreadableFileError(FileError.PASSWORD)
    return plain.getvalue(), {name: scan_sheet(bodies[part]) for name, part in _sheet_parts(bodies).items()}


def _check_kind(names: frozenset[str]) -> None:
    """Raise UnreadableFileError for archives that are no workbooks: documents, slides, other formats."""
    if not names & {_WORKBOOK, "xl/workbook.bin", "content.xml"}:
        is_numbers = any(name.endswith(".iwa") for name in names)
        raise UnreadableFileError(FileError.OTHER_FORMAT if is_numbers else FileError.NOT_A_SHEET)


def _sheet_parts(bodies: dict[str, bytes]) -> dict[str, str]:
    """Return the part of an XLSX for each sheet name."""
    targets = {
        relation.get("Id", ""): relation.get("Target", "")
        for relation in elements_in(bodies.get(_RELATIONS, b""), "Relationship")
    }
    parts = {}
    for sheet in elements_in(bodies.get(_WORKBOOK, b""), "sheet"):
        target = targets.get(next((value for name, value in sheet.items() if name.endswith(":id")), ""), "")
        part = target[1:] if target.startswith("/") else f"xl/{target}"
        if part in bodies:
            parts[sheet.get("name", "")] = part
    return parts
