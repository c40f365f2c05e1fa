"""A canvas as wide as 58 mm paper, filled with text from top to bottom and saved as PNG.

It has twice the 384 dots of receipt printers, to be sharp on a phone too, in black on white without greys.
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
"""The width of the label column of a row; a value never starts before it."""

_LEADING = 1.4
_GAP = 0.5
_DASH_PX, _SPACE_PX, _RULE_PX = 13, 10, 3
"""With these widths 30 whole dashes fill a line."""

_FONT_CHARS = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("©«°±·»“”…™")
_PLACEHOLDER = "·"
_SUBSTITUTES = {"\u2022": "·", "\u00d7": "x", "\u2212": "-", "\u2018": "'", "\u2019": "'"}

Anchor = Literal["la", "ma", "ra", "ls", "lm", "rm"]


def printable(text: str, limit: int) -> str:
    """Return untrusted text as one line of at most `limit` characters that the font has.

    Letters with accents or ornaments become plain, control characters become blanks, marks and direction
    characters are removed, and any other character that the font lacks becomes a dot.
    """
    plain = "".join(_plain(char) for char in text[: 4 * limit])
    line = " ".join(plain.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _plain(char: str) -> str:
    if char in _FONT_CHARS:
        return char
    return "".join(map(_substitute, unicodedata.normalize("NFKD", char)))


def _substitute(char: str) -> str:
    category = unicodedata.category(char)
    if char in _FONT_CHARS:
        return char
    if char.isspace() or category in ("Zs", "Cc"):
        return " "
    if category[0] == "M" or category in ("Cf", "Cs"):
        return ""
    if category == "Pd":
        return "-"
    return _SUBSTITUTES.get(char, _PLACEHOLDER)


class _Word(Struct, frozen=True, kw_only=True):
    """Positioned text; `bold_px` is the width added to its strokes."""

    text: str
    x: int
    y: int
    size_px: int
    bold_px: float
    anchor: Anchor


class Canvas(Struct):
    """The words and rules to draw, and the height used so far."""

    _y: int = MARGIN_PX
    _words: list[_Word] = field(default_factory=list)
    _rules: list[int] = field(default_factory=list)

    def skip(self, height_px: int) -> None:
        self._y += height_px

    def centred(self, text: str, size_px: int, *, bold: bool = False, max_lines: int = 2) -> None:
        """Add centred text, wrapped to at most `max_lines` lines."""
        for line in wrap_text(text, size_px, INNER_PX, max_lines):
            self._put(line, WIDTH_PX // 2, size_px, "ma", bold=bold)
            self._feed(size_px)

    def groups(self, groups: list[str], size_px: int) -> None:
        """Add centred groups of characters with gaps between them, in lines of about equal length."""
        gap_px = size_px * _GAP
        group_px = max(text_width_px(group, size_px) for group in groups) + gap_px
        groups_per_line = max(1, int((INNER_PX + gap_px) // group_px))
        groups_per_line = -(-len(groups) // -(-len(groups) // groups_per_line))
        for at in range(0, len(groups), groups_per_line):
            line = groups[at : at + groups_per_line]
            x = (WIDTH_PX - sum(text_width_px(group, size_px) + gap_px for group in line) + gap_px) / 2
            for group in line:
                self._put(group, round(x), size_px, "la", bold=True)
                x += text_width_px(group, size_px) + gap_px
            self._feed(size_px)

    def row(self, label: str, value: str, size_px: int, *, bold: bool = False, max_lines: int = 3) -> None:
        """Add a label at the left and its value at the right."""
        self._put(label, MARGIN_PX, size_px, "la", bold=False)
        for line in wrap_text(value, size_px, INNER_PX - COLUMN_PX, max_lines):
            self._put(line, WIDTH_PX - MARGIN_PX, size_px, "ra", bold=bold)
            self._feed(size_px)

    def rule(self) -> None:
        """Add a dashed line."""
        self._y += 14
        self._rules.append(self._y)
        self._y += _RULE_PX + 22

    def to_png(self) -> bytes:
        """Return the picture as PNG; equal content gives equal bytes."""
        from PIL import Image, ImageDraw  # noqa: PLC0415 - not needed at startup

        image = Image.new("L", (WIDTH_PX, self._y + MARGIN_PX), 255)
        draw = ImageDraw.Draw(image)
        for word in self._words:
            font = font_of(word.size_px)
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
    return font_of(size_px).getlength(text)


def wrap_text(text: str, size_px: int, width_px: int, max_lines: int) -> list[str]:
    """Wrap text at blanks, and words that are too long within; an ellipsis shows that lines were cut."""
    lines = list(_lines(text, size_px, width_px))
    if len(lines) <= max_lines:
        return lines
    last = lines[max_lines - 1]
    while last and text_width_px(last + "…", size_px) > width_px:
        last = last[:-1]
    return [*lines[: max_lines - 1], last.rstrip() + "…"]


def _lines(text: str, size_px: int, width_px: int) -> Iterator[str]:
    line = ""
    for word in text.split():
        longer = f"{line} {word}".lstrip()
        if text_width_px(longer, size_px) <= width_px:
            line = longer
            continue
        if line:
            yield line
        line = word
        while text_width_px(line, size_px) > width_px:
            fits = next(
                n for n in range(len(line) - 1, 0, -1) if text_width_px(line[:n], size_px) <= width_px
            )
            yield line[:fits]
            line = line[fits:]
    yield line


@cache
def font_of(size_px: int) -> "FreeTypeFont":
    """Return Pillow's built-in font with the basic layout engine, which draws alike on every machine."""
    from PIL import ImageFont  # noqa: PLC0415 - not needed at startup

    font = ImageFont.load_default(size_px)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise TypeError("Pillow lacks FreeType: install a build that includes it")
    return font.font_variant(layout_engine=ImageFont.Layout.BASIC)
