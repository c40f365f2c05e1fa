"""Formats of amounts, times and numbers, and the spans that a message consists of."""

import re
import unicodedata
from datetime import datetime, tzinfo
from enum import StrEnum, auto

from msgspec import Struct

ZONE_NAMES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
"""The Indonesian names of the zones; not every release of the zone data has them."""


MAX_UNITS = 4096
"""Telegram's limit for the text of a message, in UTF-16 units."""


MAX_STYLED = 100
"""Telegram's limit of styled spans in a message; it ignores the styles of further ones."""


class Style(StrEnum):
    """The style of a span; `CODE` is copied by a tap."""

    PLAIN = auto()
    BOLD = auto()
    CODE = auto()


class Span(Struct, frozen=True):
    """A run of characters in one style."""

    text: str
    style: Style = Style.PLAIN


_BREAK = Span("\n")

Text = tuple[Span, ...]
"""The spans of a message, in order."""

Row = str | tuple[str | Span, ...]
"""One line of a message, for `lines`."""


class MessageTable(Struct, frozen=True, kw_only=True):
    """A table of a message: the names of its columns, and rows with a cell for each.

    The last `amounts` columns hold numbers.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Span, ...], ...]
    amounts: int = 0


Layout = tuple[Text | MessageTable, ...]
"""A message as text and tables one below the other, for chats that show tables."""


class Page(Struct, frozen=True, kw_only=True):
    """A message as text, and the same with tables; no layout if it has no table."""

    text: Text
    layout: Layout = ()


class Clock(Struct, frozen=True):
    """Formats times in the zone of the shop."""

    zone: tzinfo

    def time(self, at_ms: int) -> str:
        """Return `14:03:25 WIB`."""
        local = self._local(at_ms)
        return f"{local:%H:%M:%S} {ZONE_NAMES.get(str(self.zone), local.tzname() or '')}".strip()

    def moment(self, at_ms: int) -> str:
        """Return `22/11 14:03:25 WIB`."""
        return f"{self._local(at_ms):%d/%m} {self.time(at_ms)}"

    def stamp(self, at_ms: int) -> str:
        """Return `22/11/2026 14:03:25`, for a column of a spreadsheet."""
        return f"{self._local(at_ms):%d/%m/%Y %H:%M:%S}"

    def _local(self, at_ms: int) -> datetime:
        return datetime.fromtimestamp(at_ms / 1000, self.zone)


def rupiah(amount_idr: int) -> str:
    """Return `Rp1.234.567`."""
    sign = "-" if amount_idr < 0 else ""
    return f"{sign}Rp{abs(amount_idr):,}".replace(",", ".")


def grouped(digits: str) -> str:
    """Return digits in groups of four: `0812-3456-7890`."""
    return "-".join(re.findall(r".{1,4}", digits))


def format_destination(destination: str) -> Span:
    """Return a number in groups of four, or any other destination as untrusted text."""
    return Span(grouped(destination)) if destination.isdigit() else untrusted(destination)


def clean(outside: str, limit: int = 64) -> str:
    """Return untrusted text as one line of visible characters, without controls and direction marks."""
    is_plain = outside.isascii() and outside.isprintable()
    visible = (
        outside if is_plain else "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in outside)
    )
    folded = " ".join(visible.split())
    return folded if len(folded) <= limit else folded[: limit - 1] + "…"


def untrusted(text: str, limit: int = 64) -> Span:
    """Return untrusted text in code style, in which Telegram detects no links, names or commands."""
    return Span(clean(text, limit), Style.CODE)


def bold(text: str) -> Span:
    return Span(text, Style.BOLD)


def code(text: str) -> Span:
    """Return a span that a tap copies."""
    return Span(text, Style.CODE)


def lines(*rows: Row | Span) -> Text:
    """Join rows with line breaks; empty strings among them leave blank lines."""
    spans: list[Span] = []
    for index, row in enumerate(rows):
        if index:
            spans.append(_BREAK)
        for part in row if isinstance(row, tuple) else (row,):
            span = part if isinstance(part, Span) else Span(part)
            if span.text:
                spans.append(span)
    return tuple(spans)


def styled(text: Text) -> int:
    """Return the number of styled spans."""
    return sum(span.style is not Style.PLAIN for span in text)


def length(text: Text) -> int:
    """Return the length of a message in UTF-16 units, as Telegram counts it."""
    return sum(units(span.text) for span in text)


def units(text: str) -> int:
    """Return the number of UTF-16 units, in which Telegram counts lengths and offsets."""
    # Most text is ASCII, which needs no encoding.
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


class AttachmentKind(StrEnum):
    PICTURE = auto()
    FILE = auto()


class Attachment(Struct, frozen=True, kw_only=True):
    """A picture or a file with its name; the text of the message is its caption."""

    form: AttachmentKind
    name: str
    content: bytes


class ReceivedFile(Struct, frozen=True, kw_only=True):
    """A picture or file that Telegram has already, by its id there."""

    form: AttachmentKind
    file_id: str
