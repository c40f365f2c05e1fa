"""A trxid is the shop's local time and five digits of chance: 17 digits, as in the biller's sheet."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.orders.model import trxid_at

JAKARTA = ZoneInfo("Asia/Jakarta")


def ms(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type, misc]  # year, month, day, …


def test_the_sheets_example_is_made_from_its_moment_and_its_chance() -> None:
    assert trxid_at(ms(2022, 11, 1, 4, 37, 39), JAKARTA, 85338) == "22110111373985338"


def test_the_day_is_that_of_the_shop_not_of_greenwich() -> None:
    assert trxid_at(ms(2022, 12, 31, 17, 0, 0), JAKARTA, 0) == "23010100000000000"


@pytest.mark.parametrize(("chance", "ending"), [(0, "00000"), (7, "00007"), (99_999, "99999")])
def test_chance_always_takes_five_places(chance: int, ending: str) -> None:
    assert trxid_at(ms(2022, 11, 1), JAKARTA, chance).endswith(ending)


@settings(database=None)
@given(at_ms=st.integers(0, ms(2099, 12, 31)), chance=st.integers(0, 99_999))
def test_a_trxid_always_has_seventeen_digits(at_ms: int, chance: int) -> None:
    trxid = trxid_at(at_ms, JAKARTA, chance)
    assert len(trxid) == 17
    assert trxid.isascii()
    assert trxid.isdigit()
