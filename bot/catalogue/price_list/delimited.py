"""Opens a text file of cells separated by semicolons, commas, tabs or bars."""

import csv
import io
from collections.abc import Iterator

from bot.catalogue.price_list.sheets import (
    MAX_COLUMNS,
    FileError,
    RowCollector,
    Sheet,
    UnreadableFileError,
    clean_cell,
)
from bot.spreadsheets import unescape_formulas

_DELIMITERS = ";,\t|"


def open_text(content: bytes) -> Iterator[Sheet]:
    """Yield the file as a sheet for each possible delimiter: only a heading shows which is right.

    Raise UnreadableFileError if it cannot be read with any of them.
    """
    text = _decoded(content)
    is_readable = False
    for delimiter in [sign for sign in _DELIMITERS if sign in text] or _DELIMITERS[:1]:
        try:
            sheet = _read(text, delimiter)
        except csv.Error:
            continue
        is_readable = True
        yield sheet
    if not is_readable:
        raise UnreadableFileError(FileError.DAMAGED)


def _read(text: str, delimiter: str) -> Sheet:
    collected = RowCollector()
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for number, row in enumerate(reader, 1):
        if any(row):
            collected.add(number, [unescape_formulas(clean_cell(cell)) for cell in row[:MAX_COLUMNS]])
    return Sheet(name="", rows=tuple(collected.rows), is_text=True)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
