"""A chat that is behind gets its notices in few messages: all of them, in order, none said twice."""

from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.notices import Notice
from bot.order.model import Outcome, Trouble
from bot.order.notices import OrderDisputed, OrderFailed, OrderOverdue, OrderReceived, OrderSucceeded
from bot.texts import Clock, Text, merge, render
from bot.texts.form import MAX_UNITS, length

CLOCK = Clock(ZoneInfo("Asia/Jakarta"))


def about(number: int) -> dict[str, Any]:
    return {
        "trxid": f"{22110111373900000 + number}",
        "code": "s5",
        "destination": f"0812{number:08}",
        "at_ms": 1_795_330_205_000 + number,
    }


def received(number: int) -> OrderReceived:
    return OrderReceived(**about(number))


def succeeded(number: int, sn: str = "1") -> OrderSucceeded:
    return OrderSucceeded(**about(number), sn=sn)


def words(text: Text) -> str:
    return "".join(span.text for span in text)


def said_alone(notice: Notice) -> str:
    return words(render(notice, CLOCK).text)


def test_one_notice_is_said_as_if_it_were_alone() -> None:
    assert merge([succeeded(1)], CLOCK) == (render(succeeded(1), CLOCK).text, 1)


def test_several_notices_are_said_in_order_with_a_blank_line_between() -> None:
    notices: list[Notice] = [
        received(1),
        OrderOverdue(**about(2)),
        OrderFailed(**about(3), reason="", trouble=Trouble.OTHER),
        OrderDisputed(**about(4), now=Outcome.FAILURE),
    ]
    text, count = merge(notices, CLOCK)
    assert words(text) == "\n\n".join(said_alone(notice) for notice in notices)
    assert count == 4


def test_an_acknowledgement_is_said_although_its_result_stands_beside_it() -> None:
    """I11: a result never precedes its acknowledgement, and nothing that waits is left unsaid."""
    text, count = merge([received(1), received(2), succeeded(1)], CLOCK)
    assert words(text).startswith(said_alone(received(1)))
    assert words(text).endswith(said_alone(succeeded(1)))
    assert count == 3


def test_what_is_too_long_for_one_message_waits_for_the_next() -> None:
    notices: list[Notice] = [succeeded(number, sn="N" * 400) for number in range(20)]
    text, count = merge(notices, CLOCK)
    assert length(text) <= MAX_UNITS < length(merge(notices[: count + 1], CLOCK)[0]) + 600
    assert words(text) == "\n\n".join(said_alone(notice) for notice in notices[:count])


_NOTICES = st.lists(
    st.builds(
        lambda kind, number, sn_chars: (
            received(number) if kind == "received" else succeeded(number, sn="N" * sn_chars)
        ),
        st.sampled_from(["received", "succeeded"]),
        st.integers(0, 12),
        st.integers(1, 500),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=150, deadline=None, database=None)
@given(notices=_NOTICES)
def test_said_bit_by_bit_everything_is_told_and_every_message_fits(notices: list[Notice]) -> None:
    left, messages = list(notices), []
    while left:
        text, count = merge(left, CLOCK)
        assert count >= 1
        assert 0 < length(text) <= MAX_UNITS
        messages.append(words(text))
        left = left[count:]
    told = [part for message in messages for part in message.split("\n\n")]
    assert told == [said_alone(notice) for notice in notices]
