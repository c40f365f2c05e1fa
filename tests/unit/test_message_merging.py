"""A chat that is behind gets its notices in few messages: all of them, in order, none said twice."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.notices.orders import (
    ListableNotice,
    OrderDisputed,
    OrderExpired,
    OrderFailed,
    OrderOverdue,
    OrderReceived,
    OrderSucceeded,
    OrderUnknown,
    OrderWaiting,
)
from bot.orders.model import ExpiryReason, FailureCause, Outcome
from bot.texts.formatting import MAX_STYLED, MAX_UNITS, Clock, Text, length, styled
from bot.texts.message_merging import merge_notices
from bot.texts.render import render
from tests.lists import lines_in

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


def succeeded(number: int, sn: str | None = "1") -> OrderSucceeded:
    return OrderSucceeded(**about(number), sn=sn)


def words(text: Text) -> str:
    return "".join(span.text for span in text)


EVERY_KIND: list[ListableNotice] = [
    received(1),
    OrderWaiting(**about(2)),
    OrderOverdue(**about(3)),
    succeeded(4, sn="51203948571"),
    succeeded(5, sn=None),
    OrderFailed(**about(6), reason="Produk tidak tersedia", failure_cause=FailureCause.PRODUCT_UNAVAILABLE),
    OrderFailed(**about(7), reason="", failure_cause=FailureCause.OTHER),
    OrderUnknown(**about(8)),
    OrderExpired(**about(9), reason=ExpiryReason.TOO_OLD),
    OrderDisputed(**about(10), now=Outcome.FAILURE),
]


def test_every_notice_has_a_line_of_its_own_in_order() -> None:
    text, count = merge_notices(EVERY_KIND, CLOCK)
    assert count == len(EVERY_KIND)
    assert words(text).splitlines() == [
        "📬 10 kabar",
        "⏳ s5.081200000001 diproses ·00001",
        "⏳ s5.081200000002 antre, jangan kirim ulang ·00002",
        "⏳ s5.081200000003 masih diproses, jangan kirim ulang ·00003",
        "✅ s5.081200000004 SN 51203948571 ·00004",
        "✅ s5.081200000005 SN belum ada ·00005",
        "❌ s5.081200000006 gagal: Produk tidak tersedia ·00006",
        "❌ s5.081200000007 gagal ·00007",
        "❔ s5.081200000008 belum pasti, jangan kirim ulang ·00008",
        "⌛ s5.081200000009 tidak dibeli, kirim ulang bila masih perlu ·00009",
        "⚠️ s5.081200000010 hasil berubah, kini GAGAL: jangan kirim ulang ·00010",
        "13:50:05 WIB",
        "Angka di ujung baris: akhir Ref. Rincian: cek.NOMOR",
    ]


@pytest.mark.parametrize("notice", EVERY_KIND, ids=lambda notice: type(notice).__name__)
def test_a_line_tells_the_same_as_the_notice_alone(notice: ListableNotice) -> None:
    (line,) = lines_in(words(merge_notices([notice], CLOCK)[0]))
    alone = words(render(notice, CLOCK).text)
    assert f" {line.title} {notice.typed}\n" in alone
    assert ("angan kirim ulang" in line.what) == ("angan kirim ulang" in alone)


def test_a_token_stands_in_its_line_with_all_that_belongs_to_it() -> None:
    sn = "1234-5678-9012-3456-7890/BUDI SANTOSO/R1/1300VA/32,5"
    notice = OrderSucceeded(**{**about(1), "code": "pln20", "destination": "14444941364"}, sn=sn)
    (line,) = lines_in(words(merge_notices([notice], CLOCK)[0]))
    assert line.what == "1234-5678-9012-3456-7890 BUDI SANTOSO R1/1300VA 32,5 kWh"


def test_a_hundred_usual_results_are_two_messages_at_most() -> None:
    """A group may be told twenty messages a minute: for a thousand results each must hold fifty."""
    _, count = merge_notices([succeeded(number, sn=f"5200{number:012}") for number in range(120)], CLOCK)
    assert count >= 80


def test_what_is_too_long_for_one_message_waits_for_the_next() -> None:
    notices = [succeeded(number, sn="N" * 400) for number in range(20)]
    text, count = merge_notices(notices, CLOCK)
    assert length(text) <= MAX_UNITS < length(text) + 450
    assert len(lines_in(words(text))) == count


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
    max_size=150,
)


@settings(max_examples=150, database=None)
@given(notices=_NOTICES)
def test_said_bit_by_bit_everything_is_told_and_every_message_fits(notices: list[ListableNotice]) -> None:
    left, told = list(notices), []
    while left:
        text, count = merge_notices(left, CLOCK)
        assert count >= 1
        assert 0 < length(text) <= MAX_UNITS
        assert styled(text) <= MAX_STYLED
        told += [(line.destination, line.title) for line in lines_in(words(text))]
        left = left[count:]
    titles = {OrderReceived: "DIPROSES", OrderSucceeded: "SUKSES"}
    assert told == [(notice.destination, titles[type(notice)]) for notice in notices]
