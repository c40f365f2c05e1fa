"""Paper 58 mm wide: text is put on it from top to bottom, then it is torn off as a picture.

It is drawn at twice the 384 dots of the printers, to be sharp on a phone too: black on white, nothing grey.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

WIDTH_PX = 768
MARGIN_PX = 44
INNER_PX = WIDTH_PX - 2 * MARGIN_PX
COLUMN_PX = 208
"""Where the values of rows begin at the earliest, from the margin."""

_LEADING = 1.4
_GAP = 0.5
_DASH_PX, _SPACE_PX, _RULE_PX = 13, 10, 3
"""Thirty whole dashes fill a line."""

_INKS = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("©«°±·»“”…™")
_STAND_IN = "·"
_LIKE = {"\u2022": "·", "\u00d7": "x", "\u2212": "-", "\u2018": "'", "\u2019": "'"}

Anchor = Literal["la", "ma", "ra"]


def printable(text: str, limit: int) -> str:
    """Give outside text as one line of at most `limit` characters that the font has.

    Ornate letters and accents become plain ones, controls, marks and directions vanish, and whatever else
    cannot be drawn leaves a dot in its place.
    """
    drawn = "".join(_drawn(char) for char in text[: 4 * limit])
    line = " ".join(drawn.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _drawn(char: str) -> str:
    if char in _INKS:
        return char
    return "".join(map(_inked, unicodedata.normalize("NFKD", char)))


def _inked(char: str) -> str:
    category = unicodedata.category(char)
    if char in _INKS:
        return char
    if char.isspace() or category in ("Zs", "Cc"):
        return " "
    if category[0] == "M" or category in ("Cf", "Cs"):
        return ""
    if category == "Pd":
        return "-"
    return _LIKE.get(char, _STAND_IN)


class _Word(Struct, frozen=True, kw_only=True):
    """Text in its place; `bold_px` is by how much its strokes are thickened."""

    text: str
    x: int
    y: int
    size_px: int
    bold_px: float
    anchor: Anchor


class Canvas(Struct):
    """What is to be drawn, and how far down we are."""

    _y: int = MARGIN_PX
    _words: list[_Word] = field(default_factory=list)
    _rules: list[int] = field(default_factory=list)

    def skip(self, height_px: int) -> None:
        """Leave some white."""
        self._y += height_px

    def centred(self, text: str, size_px: int, *, bold: bool = False, most_lines: int = 2) -> None:
        """Put text in the middle, over several lines where it is long."""
        for line in wrap_text(text, size_px, INNER_PX, most_lines):
            self._put(line, WIDTH_PX // 2, size_px, "ma", bold=bold)
            self._feed(size_px)

    def groups(self, groups: list[str], size_px: int) -> None:
        """Put groups of characters in the middle, apart enough to be read out, in lines of like length."""
        gap_px = size_px * _GAP
        fit_px = max(text_width_px(group, size_px) for group in groups) + gap_px
        a_line = max(1, int((INNER_PX + gap_px) // fit_px))
        a_line = -(-len(groups) // -(-len(groups) // a_line))
        for at in range(0, len(groups), a_line):
            line = groups[at : at + a_line]
            x = (WIDTH_PX - sum(text_width_px(group, size_px) + gap_px for group in line) + gap_px) / 2
            for group in line:
                self._put(group, round(x), size_px, "la", bold=True)
                x += text_width_px(group, size_px) + gap_px
            self._feed(size_px)

    def row(self, label: str, value: str, size_px: int, *, bold: bool = False, most_lines: int = 3) -> None:
        """Put a label to the left and its value to the right."""
        self._put(label, MARGIN_PX, size_px, "la", bold=False)
        for line in wrap_text(value, size_px, INNER_PX - COLUMN_PX, most_lines):
            self._put(line, WIDTH_PX - MARGIN_PX, size_px, "ra", bold=bold)
            self._feed(size_px)

    def rule(self) -> None:
        """Draw a dashed line across, with white above and below."""
        self._y += 14
        self._rules.append(self._y)
        self._y += _RULE_PX + 22

    def to_png(self) -> bytes:
        """Give the picture as PNG; the same paper gives the same bytes."""
        from PIL import Image, ImageDraw  # noqa: PLC0415 - a start need not wait for it

        image = Image.new("L", (WIDTH_PX, self._y + MARGIN_PX), 255)
        draw = ImageDraw.Draw(image)
        for word in self._words:
            font = _font(word.size_px)
            draw.text((word.x, word.y), word.text, 0, font, anchor=word.anchor, stroke_width=word.bold_px)
        for y in self._rules:
            for x in range(MARGIN_PX, WIDTH_PX - MARGIN_PX, _DASH_PX + _SPACE_PX):
                draw.rectangle((x, y, x + _DASH_PX - 1, y + _RULE_PX - 1), 0)
        png = BytesIO()
        image.save(png, "PNG", compress_level=6)
        return png.getvalue()

    def _put(self, text: str, x: int, size_px: int, anchor: Anchor, *, bold: bool) -> None:
        bold_px = size_px / 36 if bold else 0
        self._words.append(_Word(text=text, x=x, y=self._y, size_px=size_px, bold_px=bold_px, anchor=anchor))

    def _feed(self, size_px: int) -> None:
        self._y += round(size_px * _LEADING)


def text_width_px(text: str, size_px: int) -> float:
    """Give how wide a text is in print."""
    return _font(size_px).getlength(text)


def wrap_text(text: str, size_px: int, room_px: int, most_lines: int) -> list[str]:
    """Break text at blanks, or within a word too long for a line; the last line tells if there was more."""
    lines = list(_lines(text, size_px, room_px))
    if len(lines) <= most_lines:
        return lines
    last = lines[most_lines - 1]
    while last and text_width_px(last + "…", size_px) > room_px:
        last = last[:-1]
    return [*lines[: most_lines - 1], last.rstrip() + "…"]


def _lines(text: str, size_px: int, room_px: int) -> Iterator[str]:
    line = ""
    for word in text.split():
        longer = f"{line} {word}".lstrip()
        if text_width_px(longer, size_px) <= room_px:
            line = longer
            continue
        if line:
            yield line
        line = word
        while text_width_px(line, size_px) > room_px:
            fits = next(n for n in range(len(line) - 1, 0, -1) if text_width_px(line[:n], size_px) <= room_px)
            yield line[:fits]
            line = line[fits:]
    yield line


@cache
def _font(size_px: int) -> "FreeTypeFont":
    """Give Pillow's own font, laid out the same way on every machine."""
    from PIL import ImageFont  # noqa: PLC0415 - a start need not wait for it

    font = ImageFont.load_default(size_px)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise TypeError("this Pillow was built without FreeType")
    return font.font_variant(layout_engine=ImageFont.Layout.BASIC)
