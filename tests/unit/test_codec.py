"""What is stored of a notice or of news comes back as it was, by the name of its class."""

import json
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.actors import Standing
from bot.notices import Notice
from bot.notices.people import JoinAnswer, ResellerList, ResellerRow
from bot.orders.events import Accepted, OrderEvent
from storage.codec import Codec, dump, kind_of

# The union is small, the facts are what varies: a few dozen of each kind find every field.
FEW = settings(max_examples=30, database=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("kind", get_args(Notice), ids=lambda kind: kind.__name__)
@FEW
@given(data=st.data())
def test_every_notice_comes_back_as_it_was_stored(kind: type[Any], data: st.DataObject) -> None:
    notice = data.draw(st.from_type(kind))
    assert Codec(Notice).load(kind_of(notice), dump(notice)) == notice


@pytest.mark.parametrize("kind", get_args(OrderEvent), ids=lambda kind: kind.__name__)
@FEW
@given(data=st.data())
def test_all_news_comes_back_as_it_was_stored(kind: type[Any], data: st.DataObject) -> None:
    news = data.draw(st.from_type(kind))
    assert Codec(OrderEvent).load(kind_of(news), dump(news)) == news


def test_rows_within_a_notice_come_back_as_the_rows_they_were() -> None:
    rows = (ResellerRow(user_id=2**52, name="Bú \U0001f600", username=None, standing=Standing.FROZEN),)
    stored = ResellerList(rows=rows, total=3, older_key="1.2")
    assert Codec(Notice).load("ResellerList", dump(stored)) == stored


def test_what_is_stored_is_json_that_a_person_can_read() -> None:
    assert dump(JoinAnswer(standing=Standing.ASKED, fresh=True)) == (
        '{"standing":"asked","fresh":true,"owner_name":""}'
    )
    assert json.loads(dump(Accepted(cost_idr=5000)))["cost_idr"] == 5000


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("NoSuchNotice", "{}"),
        ("Accepted", "{}"),  # news, but no notice
        ("JoinAnswer", "{}"),
        ("JoinAnswer", '{"standing":"king"}'),
        ("JoinAnswer", "[]"),
        ("JoinAnswer", "{"),
        ("JoinAnswer", ""),
    ],
)
def test_what_does_not_fit_is_never_taken_for_a_notice(kind: str, facts: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever way it does not fit
        Codec(Notice).load(kind, facts)
