"""How amounts, times and numbers look, and the spans of which a message is made."""

import re
import unicodedata
from datetime import datetime, tzinfo
from enum import StrEnum, auto

from msgspec import Struct

ZONE_NAMES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
"""How Indonesians call their zones; the zone data has these names too, but not for every release."""


MAX_UNITS = 4096
"""Telegram's limit for a message's text."""


MAX_STYLED = 100
"""Telegram keeps the styles of a hundred runs of a message, and forgets those of the others."""


class Style(StrEnum):
    """How a span stands out; `CODE` is copied by a tap."""

    PLAIN = auto()
    BOLD = auto()
    CODE = auto()


class Span(Struct, frozen=True):
    """A run of characters in one style."""

    text: str
    style: Style = Style.PLAIN


_BREAK = Span("\n")

Text = tuple[Span, ...]
"""A message's words, in order."""

Row = str | tuple[str | Span, ...]
"""A line of a message on its way to being one."""


class Clock(Struct, frozen=True):
    """Shows moments in the zone of the shop."""

    zone: tzinfo

    def time(self, at_ms: int) -> str:
        """Give `14:03:25 WIB`."""
        local = self._local(at_ms)
        return f"{local:%H:%M:%S} {ZONE_NAMES.get(str(self.zone), local.tzname() or '')}".strip()

    def moment(self, at_ms: int) -> str:
        """Give `22/11 14:03:25 WIB`."""
        return f"{self._local(at_ms):%d/%m} {self.time(at_ms)}"

    def stamp(self, at_ms: int) -> str:
        """Give `22/11/2026 14:03:25`, for a spreadsheet's column of times."""
        return f"{self._local(at_ms):%d/%m/%Y %H:%M:%S}"

    def _local(self, at_ms: int) -> datetime:
        return datetime.fromtimestamp(at_ms / 1000, self.zone)


def rupiah(amount_idr: int) -> str:
    """Give `Rp1.234.567`."""
    sign = "-" if amount_idr < 0 else ""
    return f"{sign}Rp{abs(amount_idr):,}".replace(",", ".")


def grouped(digits: str) -> str:
    """Give a number in fours for reading: `0812-3456-7890`."""
    return "-".join(re.findall(r".{1,4}", digits))


def format_destination(destination: str) -> Span:
    """Give a destination for reading: a number in fours, a name or an address as text from outside."""
    return Span(grouped(destination)) if destination.isdigit() else untrusted(destination)


def clean(outside: str, limit: int = 64) -> str:
    """Give outside text as one line of visible characters, capped: no controls, no direction marks."""
    is_plain = outside.isascii() and outside.isprintable()
    visible = (
        outside if is_plain else "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in outside)
    )
    folded = " ".join(visible.split())
    return folded if len(folded) <= limit else folded[: limit - 1] + "…"


def untrusted(text: str, limit: int = 64) -> Span:
    """Give text from outside so that Telegram makes no link, name or command of it: code is left alone."""
    return Span(clean(text, limit), Style.CODE)


def bold(text: str) -> Span:
    """Give a span that stands out."""
    return Span(text, Style.BOLD)


def code(text: str) -> Span:
    """Give a span that a tap copies."""
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
    """Give how many runs of a message have a style of their own."""
    return sum(span.style is not Style.PLAIN for span in text)


def length(text: Text) -> int:
    """Give how long Telegram counts a message."""
    return sum(units(span.text) for span in text)


def units(text: str) -> int:
    """Give the number of UTF-16 units, in which Telegram counts offsets; never less than characters."""
    # Most text is plain, and then there is nothing to encode.
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


class AttachmentKind(StrEnum):
    """How Telegram shows it."""

    PICTURE = auto()
    FILE = auto()


class Attachment(Struct, frozen=True, kw_only=True):
    """A picture or a file with its name; the words of the message stand under it."""

    form: AttachmentKind
    name: str
    content: bytes
