"""A receipt is a picture that a customer can read and a 58 mm printer can print, whatever stands on it."""

from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image, ImageFont

from bot.features.receipts.canvas import _FONT_CHARS, INNER_PX, WIDTH_PX, printable, text_width_px, wrap_text
from bot.features.receipts.picture import draw_receipt
from bot.notices.receipts import ReceiptFacts
from bot.texts.formatting import Clock
from bot.texts.receipts import printed_moment

CLOCK = Clock(ZoneInfo("Asia/Jakarta"))
AT_MS = 1_795_330_205_000
PULSA = ReceiptFacts(
    shop_name="Toko Sinar Jaya",
    product_code="s5",
    product_name="Telkomsel 5.000",
    destination="081234567890",
    at_ms=AT_MS,
    ref="22110111373985338",
    sn="03125409871234560",
    customer_price_idr=6500,
)
TOKEN = replace(
    PULSA,
    product_name="Token PLN 20.000",
    destination="14444941364",
    customer_name="BUDI SANTOSO",
    tariff="R1/1300VA",
    kwh="32,5",
    token="1234-5678-9012-3456-7890",
)
HOSTILE = "\u202e\x00\u202a👩\u200d👧 " + "W" * 5000 + "\n\ufdfa" * 500


def opened(png: bytes) -> Image.Image:
    image = Image.open(BytesIO(png))
    image.load()
    return image


def test_a_receipt_is_as_wide_as_the_paper_and_black_on_white() -> None:
    image = opened(draw_receipt(TOKEN, CLOCK))
    assert (image.format, image.width) == ("PNG", WIDTH_PX)
    assert WIDTH_PX == 2 * 384
    shades = image.histogram()
    inked = sum(shades[:64])
    assert inked > 5000
    # The rest is the edge of a letter, never a grey field.
    assert sum(shades[64:192]) < inked / 4


def test_nothing_reaches_over_the_edge_of_the_paper() -> None:
    for facts in (
        PULSA,
        TOKEN,
        replace(PULSA, shop_name="W" * 40, product_name="W" * 90, sn="W W" * 60),
    ):
        image = opened(draw_receipt(facts, CLOCK))
        for x in range(20):
            assert image.crop((x, 0, x + 1, image.height)).getextrema() == (255, 255)
            assert image.crop((WIDTH_PX - 1 - x, 0, WIDTH_PX - x, image.height)).getextrema() == (255, 255)


def test_the_same_facts_give_the_same_bytes() -> None:
    assert draw_receipt(TOKEN, CLOCK) == draw_receipt(replace(TOKEN), CLOCK)


@pytest.mark.parametrize(
    "change",
    [
        {"shop_name": "Budi Cell"},
        {"shop_name": None},
        {"product_name": "Indosat 5.000"},
        {"product_name": None},
        {"destination": "081234567891"},
        {"customer_price_idr": 7000},
        {"customer_price_idr": None},
        {"sn": None},
        {"sn": "03125409871234561"},
        {"token": "1234-5678-9012-3456-7890"},
        {"customer_name": "BUDI"},
        {"tariff": "R1"},
        {"kwh": "32,5"},
        {"at_ms": AT_MS + 1000},
        {"ref": "22110111373985339"},
    ],
)
def test_every_fact_is_seen_on_the_picture(change: dict[str, str | int | None]) -> None:
    assert draw_receipt(replace(PULSA, **change), CLOCK) != draw_receipt(PULSA, CLOCK)


def test_a_fact_that_is_missing_leaves_no_line() -> None:
    plain = opened(draw_receipt(PULSA, CLOCK)).height
    assert opened(draw_receipt(replace(PULSA, sn=None, customer_price_idr=None), CLOCK)).height < plain
    assert opened(draw_receipt(TOKEN, CLOCK)).height > plain


def test_a_picture_stays_a_slip_of_paper_whatever_it_is_given() -> None:
    hostile = ReceiptFacts(
        shop_name=HOSTILE,
        product_code=HOSTILE,
        product_name=HOSTILE,
        destination=HOSTILE,
        at_ms=AT_MS,
        ref=HOSTILE,
        customer_name=HOSTILE,
        tariff=HOSTILE,
        kwh=HOSTILE,
        sn=HOSTILE,
        customer_price_idr=10**18,
    )
    for facts in (hostile, replace(hostile, token=HOSTILE)):
        image = opened(draw_receipt(facts, CLOCK))
        assert (image.width, image.height < 3000) == (WIDTH_PX, True)


@settings(max_examples=60)
@given(st.text(max_size=60), st.text(max_size=200))
def test_no_text_stops_a_receipt(name: str, sn: str) -> None:
    draw_receipt(replace(PULSA, shop_name=name, sn=sn, destination=name, customer_name=name), CLOCK)


def test_the_font_has_every_letter_that_is_printed() -> None:
    font = ImageFont.load_default(40)
    lacking = font.getmask("\uffff")
    assert [char for char in _FONT_CHARS if bytes(font.getmask(char)) == bytes(lacking)] == []


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Toko Sinar Jaya", "Toko Sinar Jaya"),
        ("  Toko\n\tSinar\u00a0Jaya ", "Toko Sinar Jaya"),
        ("𝗕𝘂𝗱𝗶 𝓒𝓮𝓵𝓵", "Budi Cell"),  # noqa: RUF001 - so are letters of another cut
        ("Ｂｕｄｉ", "Budi"),  # noqa: RUF001 - wide letters are the point
        ("André's Café", "Andre's Cafe"),
        ("30 GB \u00d7 2 \u2013 promo \u2022 baru", "30 GB x 2 - promo · baru"),
        ("🔥 RAJA 🔥", "· RAJA ·"),
        ("👩\u200d👧❤\ufe0f", "···"),
        ("\u202eabc\u202c\u2066def", "abcdef"),
        ("王", "·"),
        ("a\x00b", "a b"),
        ("Z\u0300\u0301\u0302algo", "Zalgo"),
        ("x" * 30, "x" * 19 + "…"),
    ],
)
def test_what_the_font_lacks_is_replaced_where_it_is_seen(text: str, printed: str) -> None:
    assert printable(text, 20 if text.startswith("x") else 60) == printed


@given(st.text(max_size=300), st.integers(1, 80))
def test_what_is_printable_is_short_and_stays_as_it_is(text: str, limit: int) -> None:
    printed = printable(text, limit)
    assert len(printed) <= limit
    assert set(printed) <= _FONT_CHARS
    assert printable(printed, limit) == printed


def test_long_text_is_broken_at_blanks_and_cut_with_a_mark() -> None:
    lines = wrap_text("satu dua tiga empat lima enam tujuh delapan sembilan", 64, INNER_PX, 2)
    assert len(lines) == 2
    assert lines[0].split()[0] == "satu"
    assert lines[1].endswith("…")
    assert all(text_width_px(line, 64) <= INNER_PX for line in lines)
    assert wrap_text("W" * 100, 64, INNER_PX, 20) != ["W" * 100]
    assert "".join(wrap_text("W" * 100, 64, INNER_PX, 20)) == "W" * 100


def test_paper_tells_the_year() -> None:
    assert printed_moment(AT_MS, CLOCK) == "22/11/2026 13:50:05 WIB"
