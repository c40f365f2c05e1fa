"""The time that a server states in its answers."""

import pytest

from bot.telegram.client import server_time_ms


def test_a_date_header_is_a_time() -> None:
    assert server_time_ms("Mon, 21 Sep 2026 14:13:20 GMT") == 1_790_000_000_000


@pytest.mark.parametrize("date", ["", "soon", "Mon, 99 Sep 2026 14:13:20 GMT", "\x00", "1790000000"])
def test_what_is_no_date_is_none(date: str) -> None:
    assert server_time_ms(date) is None
