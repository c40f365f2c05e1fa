"""Opens an HTML page that was saved as a spreadsheet: each of its tables is a sheet."""

import re
from collections.abc import Sequence
from html.parser import HTMLParser

from msgspec import Struct

from bot.catalogue.price_list.sheets import MAX_COLUMNS, RowCollector, Sheet, clean_cell

_START = re.compile(rb"\s*<(?:!doctype\s+html|html|table|meta|head|body|style|div|!--)", re.IGNORECASE)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{3,20})", re.IGNORECASE)
MAX_CELL_PIECES = 50


def is_page(content: bytes) -> bool:
    """Return whether a file starts like an HTML page."""
    return _START.match(content.removeprefix(b"\xef\xbb\xbf")[:200]) is not None


def open_page(content: bytes) -> tuple[Sheet, ...]:
    """Return the tables of a page as sheets."""
    page = _Page()
    page.feed(_decoded(content))
    page.close()
    page.end_table()
    return tuple(page.sheets)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    declared = _CHARSET.search(content[:2000])
    try:
        return content.decode(declared[1].decode() if declared else "utf-8-sig", "replace")
    except LookupError:
        return content.decode("utf-8-sig", "replace")


class _SpannedCell(Struct, frozen=True, kw_only=True):
    """The text of a cell that spans rows, down to the row numbered `until`."""

    text: str
    until: int


class _Page(HTMLParser):
    """Collects the cells of each table; a nested table becomes a sheet of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sheets: list[Sheet] = []
        self._collected = RowCollector()
        self._number = 0
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._spans = (1, 1)
        self._spanned: dict[int, _SpannedCell] = {}

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.end_table()
        elif tag == "tr":
            self._end_row()
            self._begin_row()
        elif tag in {"td", "th"}:
            self._end_cell()
            if self._row is None:
                self._begin_row()
            self._cell = []
            self._spans = (_span(attrs, "colspan"), _span(attrs, "rowspan"))
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag == "table":
            self.end_table()

    def handle_data(self, data: str) -> None:
        if self._cell is not None and len(self._cell) < MAX_CELL_PIECES:
            self._cell.append(data)

    def end_table(self) -> None:
        """Close the open table, if any."""
        self._end_row()
        if self._collected.rows:
            self.sheets.append(self._collected.take_sheet(f"#{len(self.sheets) + 1}"))
        self._number = 0
        self._spanned = {}

    def _begin_row(self) -> None:
        self._number += 1
        self._row = []

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is not None:
            self._fill_spanned(self._row)
            self._collected.add(self._number, self._row)
            self._row = None

    def _end_cell(self) -> None:
        if self._cell is None or self._row is None:
            return
        self._fill_spanned(self._row)
        text, (width, height) = clean_cell("".join(self._cell)), self._spans
        if height > 1:
            self._spanned[len(self._row)] = _SpannedCell(text=text, until=self._number + height - 1)
        self._row += [text, *[""] * (width - 1)][: MAX_COLUMNS - len(self._row)]
        self._cell = None

    def _fill_spanned(self, row: list[str]) -> None:
        """Repeat cells that span down from rows above, which keeps the other cells in their columns."""
        while (above := self._spanned.get(len(row))) and above.until >= self._number:
            row.append(above.text)


def _span(attrs: Sequence[tuple[str, str | None]], name: str) -> int:
    value = dict(attrs).get(name) or "1"
    is_small = value.isdecimal() and len(value) < 6  # noqa: PLR2004 - digits
    return min(max(int(value), 1), MAX_COLUMNS) if is_small else 1
