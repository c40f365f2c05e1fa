"""Periods of whole days in the shop's time zone: parsing, encoding for buttons, bounds in milliseconds."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo

from msgspec import Struct

MAX_DAYS = 366

MAX_TYPED_CHARS = 60
"""Longer than any period; bounds what a text costs to read."""

_DAY = re.compile(r"([0-9]{1,2})(?:[/.]([0-9]{1,2})(?:[/.](?:20)?([0-9]{2}))?)?")
_BETWEEN = re.compile(r"\s*(?:-|s\.?d\.?|s/d|sampai|hingga)\s*")
_ONE_DAY = timedelta(days=1)


class Period(Struct, frozen=True, kw_only=True):
    """One or more days; `last` is included."""

    first: date
    last: date

    def __str__(self) -> str:
        """Return `20261101-20261121`, which `decode_period` reads."""
        return f"{self.first:%Y%m%d}-{self.last:%Y%m%d}"

    @property
    def day_count(self) -> int:
        return (self.last - self.first).days + 1

    def days(self) -> Iterator[date]:
        return (self.first + timedelta(days=number) for number in range(self.day_count))

    def bounds_ms(self, zone: tzinfo) -> tuple[int, int]:
        """Return the midnight before its first day, and the one after its last."""
        return midnight_ms(self.first, zone), midnight_ms(self.last + _ONE_DAY, zone)


def midnight_ms(day: date, zone: tzinfo) -> int:
    return int(datetime.combine(day, time(), tzinfo=zone).timestamp() * 1000)


def day_of(at_ms: int, zone: tzinfo) -> date:
    return datetime.fromtimestamp(at_ms / 1000, zone).date()


def minute_of_day(at_ms: int, zone: tzinfo) -> int:
    """Return the minute of the shop's day, 0 to 1439."""
    local = datetime.fromtimestamp(at_ms / 1000, zone)
    return 60 * local.hour + local.minute


def single_day(day: date) -> Period:
    return Period(first=day, last=day)


def month_containing(day: date) -> Period:
    next_month = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return Period(first=day.replace(day=1), last=next_month - _ONE_DAY)


def adjacent_periods(period: Period, today: date) -> tuple[Period | None, Period | None]:
    """Return the day or month before and after; None after today, and for periods of another length."""
    if period == single_day(period.first):
        before, after = single_day(period.first - _ONE_DAY), single_day(period.last + _ONE_DAY)
    elif period.first.day == 1 and period.last in {month_containing(period.first).last, today}:
        before = month_containing(period.first - _ONE_DAY)
        after = month_containing(month_containing(period.first).last + _ONE_DAY)
    else:
        return None, None
    return before, after if after.first <= today else None


def decode_period(text: str) -> Period | None:
    """Parse the output of `str(period)`; None for any other text, since a forged tap may contain anything."""
    if not re.fullmatch(r"20[0-9]{6}-20[0-9]{6}", text):
        return None
    try:
        first, last = (date.fromisoformat(part) for part in text.split("-"))
    except ValueError:
        return None
    period = Period(first=first, last=last)
    return period if 1 <= period.day_count <= MAX_DAYS else None


def parse_period(typed: str, today: date) -> Period | None:
    """Parse `21`, `21/11`, `kemarin`, `bulan ini` or `1/11-21/11` relative to `today`; None for other text.

    A day without month or year is the latest one that is not in the future.
    """
    if len(typed) > MAX_TYPED_CHARS:
        return None
    typed = typed.strip().lower()
    named = {
        "hari ini": single_day(today),
        "kemarin": single_day(today - _ONE_DAY),
        "kemaren": single_day(today - _ONE_DAY),
        "kmrn": single_day(today - _ONE_DAY),
        "bulan ini": Period(first=today.replace(day=1), last=today),
        "bulan lalu": month_containing(today.replace(day=1) - _ONE_DAY),
    }
    return named.get(typed) or _read_days(typed, today)


def _read_days(typed: str, today: date) -> Period | None:
    parts = _BETWEEN.split(typed)
    days = [found for part in parts if (found := _DAY.fullmatch(part))]
    if len(days) != len(parts) or len(days) > 2:  # noqa: PLR2004 - from, until
        return None
    last = _latest(days[-1], today)
    if last is None or len(days) == 1:
        return single_day(last) if last else None
    # «1-21/11» means the first of that month.
    first = _latest(days[0], last)
    if first is None:
        return None
    # With years the later day may be typed first.
    period = Period(first=min(first, last), last=max(first, last))
    return period if period.day_count <= MAX_DAYS else None


def _latest(found: re.Match[str], today: date) -> date | None:
    """Return the latest such day until `today`, or the exact day if its year is given."""
    day, month, year = (int(part) if part else None for part in found.groups())
    if year is not None:
        return _date(2000 + year, month or 0, day or 0)
    if month is not None:
        years = (today.year - back for back in range(9))
        dates = (_date(each, month, day or 0) for each in years)
    else:
        months = (today.year * 12 + today.month - 1 - back for back in range(3))
        dates = (_date(each // 12, each % 12 + 1, day or 0) for each in months)
    return next((one for one in dates if one and one <= today), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
