"""The picture of a day shows its orders and its success rate to an eye that looks at a phone."""

from datetime import date
from io import BytesIO

import pytest
from PIL import Image

from bot.features.history import recap_picture
from bot.features.history.recap_picture import (
    AMBER,
    BARS_BOTTOM_PX,
    BARS_TOP_PX,
    BLUE,
    FAINT_INK,
    GREEN,
    HEIGHT_PX,
    HOUR_PX,
    INK,
    LEFT_PX,
    PAPER,
    RATE_BOTTOM_PX,
    RATE_TOP_PX,
    RED,
    SMALL_PX,
    WIDTH_PX,
    Color,
    RecapFigures,
    draw_recap,
)
from bot.orders.totals import Totals, sum_totals

PHONE_PX = 360
"""The width of a phone in its own pixels."""

HOURS = {
    "09": Totals(succeeded_count=10, priced_count=10, sales_idr=65_000),
    "10": Totals(succeeded_count=15, failed_count=5, priced_count=15, sales_idr=97_500),
    "18": Totals(succeeded_count=4, expired_count=4, unknown_count=1, open_count=1),
    "20": Totals(failed_count=3),
}


def picture_of(hours: dict[str, Totals]) -> Image.Image:
    figures = RecapFigures(day=date(2026, 11, 22), total=sum_totals(hours.values()), hours=hours)
    return Image.open(BytesIO(draw_recap(figures))).convert("RGB")


def column(image: Image.Image, hour: int, top: int, bottom: int) -> list[Color]:
    """Return the pixels in the middle of an hour, from top to bottom."""
    x = round(LEFT_PX + HOUR_PX * (hour + 0.5))
    pixels = [image.getpixel((x, y)) for y in range(top, bottom)]
    return [pixel for pixel in pixels if isinstance(pixel, tuple) and len(pixel) == 3]


def heights(image: Image.Image, hour: int) -> tuple[int, int, int]:
    """Return how high the green, red and amber parts of the bar of an hour are."""
    pixels = column(image, hour, BARS_TOP_PX, BARS_BOTTOM_PX)
    return pixels.count(GREEN), pixels.count(RED), pixels.count(AMBER)


def luminance(color: Color) -> float:
    parts = [part / 255 for part in color]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(color: Color) -> float:
    return (luminance(PAPER) + 0.05) / (luminance(color) + 0.05)


def test_it_is_as_wide_as_three_phone_pixels_and_no_higher_than_a_phone_screen() -> None:
    image = picture_of(HOURS)
    assert image.size == (WIDTH_PX, HEIGHT_PX)
    assert WIDTH_PX == 3 * PHONE_PX
    assert HEIGHT_PX <= 2 * WIDTH_PX
    assert SMALL_PX >= 10 * WIDTH_PX / PHONE_PX


@pytest.mark.parametrize("color", [INK, FAINT_INK, GREEN, RED, AMBER, BLUE])
def test_every_letter_and_bar_stands_out_against_the_paper(color: Color) -> None:
    assert contrast(color) >= 4.5


def test_a_bar_is_as_high_as_the_orders_of_its_hour_and_parted_by_their_results() -> None:
    image = picture_of(HOURS)
    full_px = BARS_BOTTOM_PX - BARS_TOP_PX
    assert heights(image, 10) == (round(full_px * 0.75), round(full_px * 0.25), 0)
    assert heights(image, 9) == (full_px // 2, 0, 0)
    assert heights(image, 18) == (round(full_px * 0.2), round(full_px * 0.2), round(full_px * 0.1))
    assert heights(image, 20) == (0, round(full_px * 0.15), 0)
    assert heights(image, 0) == (0, 0, 0)


def test_the_rate_of_an_hour_is_drawn_at_its_height_and_hours_without_results_have_none() -> None:
    image = picture_of(HOURS)
    height_px = RATE_BOTTOM_PX - RATE_TOP_PX
    for hour, share in ((9, 1.0), (10, 0.75), (18, 0.5), (20, 0.0)):
        y = round(RATE_BOTTOM_PX - height_px * share)
        assert column(image, hour, y, y + 1) == [BLUE]
    assert BLUE not in column(image, 3, RATE_TOP_PX - 20, RATE_BOTTOM_PX + 10)


def test_equal_days_give_equal_bytes_and_a_small_file() -> None:
    figures = RecapFigures(day=date(2026, 11, 22), total=sum_totals(HOURS.values()), hours=HOURS)
    png = draw_recap(figures)
    assert png == draw_recap(figures)
    assert len(png) < 60_000


@pytest.mark.parametrize("size", [0, 1, 99_999])
def test_any_day_can_be_drawn_and_nothing_reaches_the_edge(size: int) -> None:
    each = Totals(succeeded_count=size, priced_count=size, sales_idr=size * 10**9)
    image = picture_of({f"{hour:02d}": each for hour in range(24)})
    edge = [image.getpixel((x, y)) for x in (0, WIDTH_PX - 1) for y in range(HEIGHT_PX)]
    assert set(edge) == {PAPER}


def test_the_words_of_the_picture_are_in_the_font() -> None:
    for text in (*(name for _, name in recap_picture.BARS), "Rp1.234", "100%", "95,8%"):
        assert text.isascii()
