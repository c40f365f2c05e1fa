"""Draws the picture of a day: its sums, the orders an hour, and the success rate an hour.

It is 1080 px wide, three pixels for one of a phone, so that the smallest letters are ten of these high.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.features.receipts.canvas import Anchor, font_of
from bot.orders.totals import NOTHING, Totals
from bot.texts import recaps as words
from bot.texts.formatting import rupiah

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

Color = tuple[int, int, int]
Point = tuple[float, float]

WIDTH_PX, HEIGHT_PX = 1080, 1320
LEFT_PX, RIGHT_PX = 120, 1040
HOUR_PX = (RIGHT_PX - LEFT_PX) / 24
BAR_PX = 28

BARS_TOP_PX, BARS_BOTTOM_PX = 500, 800
RATE_TOP_PX, RATE_BOTTOM_PX = 1010, 1230

TITLE_PX, FIGURE_PX, LABEL_PX, SMALL_PX = 60, 66, 36, 30
HOURS_NAMED = (0, 6, 12, 18, 23)
DOT_PX = 9

PAPER: Color = (255, 255, 255)
INK: Color = (31, 35, 40)
FAINT_INK: Color = (89, 99, 110)
LINE: Color = (209, 217, 224)
GREEN: Color = (26, 127, 55)
RED: Color = (207, 34, 46)
AMBER: Color = (154, 103, 0)
BLUE: Color = (9, 105, 218)

BARS = ((GREEN, words.SUCCEEDED), (RED, words.FAILED), (AMBER, words.OTHERS))
"""The parts of a bar from below, with their names."""


class RecapFigures(Struct, frozen=True, kw_only=True):
    """What is drawn: the sums of a day, and of each hour that has orders, `00` to `23`."""

    day: date
    total: Totals
    hours: Mapping[str, Totals]


def draw_recap(figures: RecapFigures) -> bytes:
    """Return the picture as PNG; equal figures give equal bytes."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - not needed at startup

    image = Image.new("RGB", (WIDTH_PX, HEIGHT_PX), PAPER)
    draw = ImageDraw.Draw(image)
    hours = [figures.hours.get(f"{hour:02d}", NOTHING) for hour in range(24)]
    _head(draw, figures)
    _bars(draw, hours)
    _rates(draw, hours)
    png = BytesIO()
    image.quantize(64).save(png, "PNG", compress_level=6)
    return png.getvalue()


def _head(draw: "ImageDraw", figures: RecapFigures) -> None:
    _write(draw, (60, 50), words.TITLE.format(day=figures.day), TITLE_PX, bold=True)
    total = figures.total
    columns = (
        (60, words.ORDERS, str(total.count)),
        (340, words.SUCCESS, words.success_rate(total)),
        (620, words.SALES, rupiah(total.sales_idr)),
    )
    for x, label, value in columns:
        _write(draw, (x, 160), label, LABEL_PX, FAINT_INK)
        size_px = FIGURE_PX
        while x + font_of(size_px).getlength(value) > WIDTH_PX - LEFT_PX / 3:
            size_px -= 2
        _write(draw, (x, 206 + FIGURE_PX), value, size_px, anchor="ls", bold=True)


def _bars(draw: "ImageDraw", hours: Sequence[Totals]) -> None:
    """Draw a bar for each hour, as high as its orders."""
    _write(draw, (60, 350), words.BY_HOUR, LABEL_PX, bold=True)
    x = 60.0
    for color, name in BARS:
        draw.rectangle((x, 424, x + 24, 448), color)
        _write(draw, (x + 36, 436), name, SMALL_PX, FAINT_INK, anchor="lm")
        x += 36 + font_of(SMALL_PX).getlength(name) + 44
    highest = max(each.count for each in hours) or 1
    _grid(draw, (BARS_TOP_PX, str(highest)), (BARS_BOTTOM_PX, "0"))
    height_px = BARS_BOTTOM_PX - BARS_TOP_PX
    for hour, each in enumerate(hours):
        left, below = _middle(hour) - BAR_PX / 2, 0
        parts = (each.succeeded_count, each.failed_count + each.expired_count)
        for (color, _), count in zip(BARS, (*parts, each.count - sum(parts)), strict=True):
            if count:
                top = BARS_BOTTOM_PX - height_px * (below + count) / highest
                bottom = BARS_BOTTOM_PX - height_px * below / highest
                draw.rectangle((left, round(top), left + BAR_PX - 1, round(bottom) - 1), color)
            below += count
    _hours(draw, BARS_BOTTOM_PX)


def _rates(draw: "ImageDraw", hours: Sequence[Totals]) -> None:
    """Draw the share of successes among the certain results of each hour that has some."""
    _write(draw, (60, 900), words.RATE_BY_HOUR, LABEL_PX, bold=True)
    middle_px = (RATE_TOP_PX + RATE_BOTTOM_PX) // 2
    _grid(draw, (RATE_TOP_PX, "100%"), (middle_px, "50%"), (RATE_BOTTOM_PX, "0%"))
    points = [*_points(hours)]
    for (x, y), (next_x, next_y) in pairwise(points):
        draw.line((x, y, next_x, next_y), BLUE, 5)
    for x, y in points:
        draw.ellipse((x - DOT_PX, y - DOT_PX, x + DOT_PX, y + DOT_PX), BLUE)
    _hours(draw, RATE_BOTTOM_PX)


def _points(hours: Sequence[Totals]) -> Iterator[Point]:
    height_px = RATE_BOTTOM_PX - RATE_TOP_PX
    for hour, each in enumerate(hours):
        if each.finished_count:
            share = each.succeeded_count / each.finished_count
            yield _middle(hour), RATE_BOTTOM_PX - height_px * share


def _grid(draw: "ImageDraw", *lines: tuple[int, str]) -> None:
    for y, label in lines:
        draw.line((LEFT_PX, y, RIGHT_PX, y), LINE, 2)
        _write(draw, (LEFT_PX - 12, y), label, SMALL_PX, FAINT_INK, anchor="rm")


def _hours(draw: "ImageDraw", below_px: int) -> None:
    for hour in HOURS_NAMED:
        _write(draw, (_middle(hour), below_px + 14), f"{hour:02d}.00", SMALL_PX, FAINT_INK, anchor="ma")


def _middle(hour: int) -> float:
    return LEFT_PX + HOUR_PX * (hour + 0.5)


def _write(
    draw: "ImageDraw",
    at: Point,
    text: str,
    size_px: int,
    color: Color = INK,
    *,
    anchor: Anchor = "la",
    bold: bool = False,
) -> None:
    stroke_px = size_px / 36 if bold else 0
    draw.text(at, text, color, font_of(size_px), anchor=anchor, stroke_width=stroke_px)
