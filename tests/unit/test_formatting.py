"""Amounts, times, numbers and outside text always look the same, whoever they come from."""

import unicodedata
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.texts.formatting import Clock, Span, Style, bold, clean, code, grouped, length, lines, rupiah

AT_MS = int(datetime(2026, 11, 22, 7, 3, 25, 999_000, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("amount_idr", "shown"),
    [
        (0, "Rp0"),
        (999, "Rp999"),
        (5000, "Rp5.000"),
        (1_234_567, "Rp1.234.567"),
        (10**15 - 1, "Rp999.999.999.999.999"),
        (-201_200, "-Rp201.200"),
    ],
)
def test_rupiah_are_grouped_by_dots(amount_idr: int, shown: str) -> None:
    assert rupiah(amount_idr) == shown


@pytest.mark.parametrize(
    ("zone", "time", "moment"),
    [
        ("Asia/Jakarta", "14:03:25 WIB", "22/11 14:03:25 WIB"),
        ("Asia/Pontianak", "14:03:25 WIB", "22/11 14:03:25 WIB"),
        ("Asia/Makassar", "15:03:25 WITA", "22/11 15:03:25 WITA"),
        ("Asia/Jayapura", "16:03:25 WIT", "22/11 16:03:25 WIT"),
        ("UTC", "07:03:25 UTC", "22/11 07:03:25 UTC"),
    ],
)
def test_times_are_those_of_the_shop_and_name_their_zone(zone: str, time: str, moment: str) -> None:
    clock = Clock(ZoneInfo(zone))
    assert clock.time(AT_MS) == time
    assert clock.moment(AT_MS) == moment


def test_the_day_turns_at_the_shops_midnight() -> None:
    late = int(datetime(2026, 12, 31, 17, 0, tzinfo=UTC).timestamp() * 1000)
    assert Clock(ZoneInfo("Asia/Jakarta")).moment(late) == "01/01 00:00:00 WIB"


@pytest.mark.parametrize(
    ("digits", "shown"),
    [("081234567890", "0812-3456-7890"), ("14444941364", "1444-4941-364"), ("12345", "1234-5"), ("", "")],
)
def test_numbers_are_grouped_in_fours_for_reading(digits: str, shown: str) -> None:
    assert grouped(digits) == shown


@pytest.mark.parametrize(
    ("outside", "shown"),
    [
        ("Budi", "Budi"),
        ("  Budi \n\t Santoso ", "Budi Santoso"),
        ("Budi\u202e\u200b\0", "Budi"),
        ("a\u2028b\u0085c", "a b c"),
        ("\ud800x", "x"),
        ("", ""),
        ("x" * 64, "x" * 64),
        ("x" * 65, "x" * 63 + "…"),
    ],
)
def test_outside_text_becomes_one_line_of_visible_characters(outside: str, shown: str) -> None:
    assert clean(outside) == shown


@settings(database=None)
@given(outside=st.text(max_size=300), limit=st.integers(1, 250))
def test_outside_text_is_never_longer_than_its_cap_nor_holds_what_cannot_be_seen(
    outside: str, limit: int
) -> None:
    shown = clean(outside, limit)
    assert len(shown) <= limit
    assert all(char == " " or unicodedata.category(char)[0] not in "CZ" for char in shown)
    assert clean(shown, limit) == shown


def test_rows_are_joined_by_line_breaks_and_keep_their_styles() -> None:
    text = lines("a", ("b ", bold("c"), code("d")), "", bold("e"))
    assert "".join(span.text for span in text) == "a\nb cd\n\ne"
    styled = [span for span in text if span.style is not Style.PLAIN]
    assert styled == [Span("c", Style.BOLD), Span("d", Style.CODE), Span("e", Style.BOLD)]


def test_no_empty_span_is_left_to_become_an_empty_entity() -> None:
    assert lines("", bold(""), ("", code(""))) == (Span("\n"), Span("\n"))


@pytest.mark.parametrize(
    ("words", "units"), [("abc", 3), ("é", 1), ("⏳", 1), ("💰", 2), ("👨\u200d👩", 5), ("", 0)]
)
def test_length_is_counted_in_the_units_of_telegram(words: str, units: int) -> None:
    assert length(lines(words)) == units
