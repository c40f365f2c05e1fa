"""Scans the XML of one sheet of an XLSX before it is loaded: its size, and its cells without a value.

One pass, which stops at the first cell out of bounds; the size that the file declares is not trusted.
"""

import re
from xml.parsers import expat

from bot.catalogue.price_list.cells import UNCALCULATED
from bot.catalogue.price_list.sheets import FileError, UnreadableFileError, clean_cell

MAX_CELLS = 1_000_000
"""A sheet is loaded as a dense grid up to its last cell, even if that is the only one."""

MAX_ELEMENTS = 4_000_000
MAX_ROW_NUMBER = 100_000
MAX_COLUMN_NUMBER = 16_384

_PLACE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")

Place = tuple[int, int]
"""Row and column of a cell, from 0."""


def scan_sheet(body: bytes) -> dict[Place, str]:
    """Return the texts of cells without a value: the name of an error, or `UNCALCULATED` for a formula.

    Raise UnreadableFileError if the sheet is damaged, or larger than any price list.
    """
    scan = _Scan()
    _parse(scan.parser, body)
    return scan.valueless


class _Scan:
    """The handlers and the state of one pass."""

    def __init__(self) -> None:
        self.valueless: dict[Place, str] = {}
        self._elements = self._last_row = self._last_column = 0
        self._row = self._column = -1
        self._type = ""
        self._has_formula = self._has_value = self._is_inside = False
        self._text = ""
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._read
        self.parser.StartDoctypeDeclHandler = _reject

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise UnreadableFileError(FileError.TOO_MANY_ROWS)
        match name.rpartition(":")[2]:
            case "row":
                self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
                self._column = -1
            case "c":
                self._begin_cell(attributes)
            case "f":
                self._has_formula = True
            case "v" | "is":
                self._is_inside = True
                self._has_value = self._has_value or self._type == "str"
            case _:
                pass

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._column += 1
        if "r" in attributes:
            place = _PLACE.fullmatch(attributes["r"])
            if place is None:
                raise UnreadableFileError(FileError.DAMAGED)
            self._row, self._column = int(place[2]) - 1, _column_number(place[1]) - 1
        self._type = attributes.get("t", "")
        self._has_formula = self._has_value = False
        self._text = ""

    def _read(self, text: str) -> None:
        if self._is_inside and text.strip():
            self._has_value = True
            if self._type == "e":
                self._text = clean_cell(text)

    def _end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "v" | "is":
                self._is_inside = False
            case "c":
                self._end_cell()
            case _:
                pass

    def _end_cell(self) -> None:
        if not (self._has_value or self._has_formula):
            return
        self._last_row = max(self._last_row, self._row + 1)
        self._last_column = max(self._last_column, self._column + 1)
        if self._row < 0 or self._last_column > MAX_COLUMN_NUMBER:
            raise UnreadableFileError(FileError.DAMAGED)
        if self._last_row > MAX_ROW_NUMBER or self._last_row * self._last_column > MAX_CELLS:
            raise UnreadableFileError(FileError.TOO_MANY_ROWS)
        if self._type == "e":
            self.valueless[self._row, self._column] = self._text or UNCALCULATED
        elif not self._has_value:
            self.valueless[self._row, self._column] = UNCALCULATED


def _reject(*_: object) -> None:
    """Reject a document type: a spreadsheet has none, and its entities could expand without limit."""
    raise UnreadableFileError(FileError.DAMAGED)


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def elements_in(body: bytes, wanted: str) -> list[dict[str, str]]:
    """Return the attributes of all elements with a name, without its prefix; empty without a body."""
    found: list[dict[str, str]] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == wanted:
            found.append(attributes)

    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = _reject
    if body:
        _parse(parser, body)
    return found


def _parse(parser: expat.XMLParserType, body: bytes) -> None:
    try:
        parser.Parse(body, True)  # noqa: FBT003 - expat takes no keyword
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise UnreadableFileError(FileError.DAMAGED) from error
