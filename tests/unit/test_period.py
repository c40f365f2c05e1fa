"""Days are read as people write them, and begin and end at the shop's midnight."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grammar.period import (
    Period,
    adjacent_periods,
    day_of,
    decode_period,
    midnight_ms,
    minute_of_day,
    month_containing,
    parse_period,
    single_day,
)

TODAY = date(2026, 11, 22)


def span(first: str, last: str) -> Period:
    return Period(first=date.fromisoformat(first), last=date.fromisoformat(last))


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("Hari ini", "2026-11-22", "2026-11-22"),
        ("kemarin", "2026-11-21", "2026-11-21"),
        ("kemaren", "2026-11-21", "2026-11-21"),
        (" kmrn ", "2026-11-21", "2026-11-21"),
        ("21", "2026-11-21", "2026-11-21"),
        ("22", "2026-11-22", "2026-11-22"),
        ("23", "2026-10-23", "2026-10-23"),
        ("31", "2026-10-31", "2026-10-31"),
        ("21/11", "2026-11-21", "2026-11-21"),
        ("05.06", "2026-06-05", "2026-06-05"),
        ("24/12", "2025-12-24", "2025-12-24"),
        ("29/2", "2024-02-29", "2024-02-29"),
        ("21/11/2025", "2025-11-21", "2025-11-21"),
        ("21/11/25", "2025-11-21", "2025-11-21"),
        ("1/11-21/11", "2026-11-01", "2026-11-21"),
        ("1/11 - 21/11", "2026-11-01", "2026-11-21"),
        ("1 sampai 21", "2026-11-01", "2026-11-21"),
        ("1 s/d 21/10", "2026-10-01", "2026-10-21"),
        ("28/12-3/1", "2025-12-28", "2026-01-03"),
        ("21/11/2026-1/11/2026", "2026-11-01", "2026-11-21"),
        ("21/11/26 sampai 1/11", "2026-11-01", "2026-11-21"),
        ("21-1/11/2026", "2026-10-21", "2026-11-01"),
        ("1/1/2026-31/12/2025", "2025-12-31", "2026-01-01"),
        ("25-3", "2026-10-25", "2026-11-03"),
        ("bulan ini", "2026-11-01", "2026-11-22"),
        ("bulan lalu", "2026-10-01", "2026-10-31"),
        ("1/1/2024-31/12/2024", "2024-01-01", "2024-12-31"),
    ],
)
def test_days_are_read_as_people_write_them(typed: str, first: str, last: str) -> None:
    assert parse_period(typed, TODAY) == span(first, last)


@pytest.mark.parametrize(
    ("today", "typed", "day"),
    [
        ("2026-03-15", "31", "2026-01-31"),
        ("2026-03-15", "16", "2026-02-16"),
        ("2026-01-15", "20", "2025-12-20"),
        ("2026-01-31", "31", "2026-01-31"),
    ],
)
def test_a_bare_day_is_the_latest_that_there_was(today: str, typed: str, day: str) -> None:
    """The 31st of a March that has not come so far is January's: February has none."""
    assert parse_period(typed, date.fromisoformat(today)) == span(day, day)


@pytest.mark.parametrize(
    "typed",
    [
        *("", "x", "0", "32", "30/2", "1-2-3", "21/13", "s5", "-", "1/1/1999"),
        *("1-32", "32-1", "30/2-1/3", "0/1", "1/0", "1/0/2026"),
        *("1/1/2020-1/1/2026", "1/1/2026-1/1/2020", "2/1/2026-1/1/2025", "1/1/2024-1/1/2025"),
    ],
)
def test_what_is_no_day_is_not_taken_for_one(typed: str) -> None:
    assert parse_period(typed, TODAY) is None


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Europe/Berlin", "America/Santiago", "Africa/Cairo"])
def test_every_day_ends_where_the_next_begins_in_any_zone(zone: str) -> None:
    """Some zones have days of 23 or 25 hours, some a day without midnight."""
    shop = ZoneInfo(zone)
    for number in range(366):
        day = date(2026, 1, 1) + timedelta(days=number)
        begins, ends = single_day(day).bounds_ms(shop)
        assert ends == single_day(day + timedelta(days=1)).bounds_ms(shop)[0]
        assert day_of(begins, shop) == day_of(ends - 1, shop) == day
        assert day_of(begins - 1, shop) == day - timedelta(days=1)


def test_a_day_begins_at_the_shops_midnight() -> None:
    at = datetime.fromtimestamp(midnight_ms(TODAY, ZoneInfo("Asia/Jakarta")) / 1000, UTC)
    assert at.isoformat() == "2026-11-21T17:00:00+00:00"


@pytest.mark.parametrize(("time", "minute"), [((0, 0), 0), ((0, 59), 59), ((13, 45), 825), ((23, 59), 1439)])
def test_a_moment_has_its_minute_of_the_shops_day(time: tuple[int, int], minute: int) -> None:
    shop = ZoneInfo("Asia/Jakarta")
    at_ms = int(datetime(2026, 11, 22, *time, second=59, tzinfo=shop).timestamp() * 1000)
    assert minute_of_day(at_ms, shop) == minute


def test_a_period_is_read_back_as_it_was_written() -> None:
    period = span("2026-11-01", "2026-11-21")
    assert decode_period(str(period)) == period
    assert period.day_count == len(list(period.days())) == 21
    assert decode_period("20261121-20261121") == span("2026-11-21", "2026-11-21")
    assert decode_period("20240101-20241231") == span("2024-01-01", "2024-12-31")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20261121",
        "20261121-20261101",
        "20261121-20261120",
        "20240101-20250101",
        "20261301-20261302",
        "20200101-20261121",
        "20261121-20261121\n",
        "\uff12\uff10261121-20261121",
        "19990101-19990102",
    ],
)
def test_what_is_no_period_of_ours_is_not_read(text: str) -> None:
    assert decode_period(text) is None


def test_a_day_has_neighbours_but_none_to_come() -> None:
    assert adjacent_periods(single_day(TODAY), TODAY) == (single_day(date(2026, 11, 21)), None)
    yesterday = single_day(date(2026, 11, 21))
    assert adjacent_periods(yesterday, TODAY) == (single_day(date(2026, 11, 20)), single_day(TODAY))


def test_a_month_has_neighbours_and_other_periods_have_none() -> None:
    october, november = month_containing(date(2026, 10, 5)), span("2026-11-01", "2026-11-22")
    assert adjacent_periods(november, TODAY) == (october, None)
    assert adjacent_periods(october, TODAY) == (month_containing(date(2026, 9, 1)), month_containing(TODAY))
    for first, last in (("02", "05"), ("01", "05"), ("02", "22")):
        assert adjacent_periods(span(f"2026-11-{first}", f"2026-11-{last}"), TODAY) == (None, None)


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 14) | st.none(), st.integers(0, 99) | st.none()),
        min_size=1,
        max_size=2,
    ),
    st.dates(date(2020, 1, 1), date(2099, 12, 31)),
)
def test_every_period_that_is_read_can_be_sent_in_a_report(
    days: list[tuple[int, int | None, int | None]], today: date
) -> None:
    typed = "-".join(
        "/".join(str(part) for part in (day, month, month and year) if part is not None)
        for day, month, year in days
    )
    period = parse_period(typed, today)
    assert period is None or decode_period(str(period)) == period
