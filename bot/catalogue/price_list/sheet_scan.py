"""Looks through the XML of one sheet of an XLSX before it is laid out: how far it reaches, what has no value.

One pass that stops at the first cell too far away; what the file says of its own size is not believed.
"""

import re
from xml.parsers import expat

from bot.catalogue.price_list.cells import UNCALCULATED
from bot.catalogue.price_list.sheets import FileError, UnreadableFileError, clean

MAX_CELLS = 1_000_000
"""A sheet is laid out in memory up to its last cell, however lonely that one is."""

MAX_ELEMENTS = 4_000_000
MAX_ROW_NUMBER = 100_000
MAX_COLUMN_NUMBER = 16_384

_PLACE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")

Place = tuple[int, int]
"""Row and column of a cell, from 0."""


def scan_sheet(body: bytes) -> dict[Place, str]:
    """Return what to show for cells without a value: an error's name, or that a formula was not calculated.

    UnreadableFileError if the sheet is damaged, or larger than any price list.
    """
    scan = _Scan()
    _parse(scan.parser, body)
    return scan.valueless


class _Scan:
    """The handlers of one pass, and what they have seen."""

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
        self.parser.StartDoctypeDeclHandler = _refuse

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
                self._text = clean(text)

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


def _refuse(*_: object) -> None:
    """No spreadsheet declares a document type; what does wants the reader to expand it."""
    raise UnreadableFileError(FileError.DAMAGED)


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def elements_in(body: bytes, wanted: str) -> list[dict[str, str]]:
    """Return the attributes of all elements of one name, without its prefix; of no body, none."""
    found: list[dict[str, str]] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == wanted:
            found.append(attributes)

    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = _refuse
    if body:
        _parse(parser, body)
    return found


def _parse(parser: expat.XMLParserType, body: bytes) -> None:
    try:
        parser.Parse(body, True)  # noqa: FBT003 - expat takes no keyword
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise UnreadableFileError(FileError.DAMAGED) from error
