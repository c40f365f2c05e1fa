"""Every notice can be said, fits one message, and holds outside text as harmless characters alone."""

import re
import unicodedata
from collections import Counter
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from msgspec import Struct
from msgspec.structs import fields, replace
from telegram import MessageEntity

from bot.actors import Standing
from bot.catalogue.price_list.cells import CellError
from bot.features.people.directory import ROWS_A_PAGE
from bot.notices import LazyNotice, Notice
from bot.notices import orders as of_order
from bot.notices.accounts import BalanceAdjusted
from bot.notices.alarms import UnknownTrxid
from bot.notices.balances import BalanceLine
from bot.notices.order_lookup import OrderDetails
from bot.notices.people import ResellerList
from bot.notices.placing import OrderOffer, OrderRepeated
from bot.notices.price_list import ReadingReport
from bot.orders.model import ExpiryReason, FailureCause, State
from bot.telegram.sender import entities_of
from bot.texts.formatting import MAX_UNITS, Clock, Span, Style, Text, grouped, length, rupiah
from bot.texts.render import MAX_COPY_CHARS, render
from tests.samples import ALL, TO_RESELLERS
from tests.samples.admins import BALANCE
from tests.samples.facts import ABOUT, TOKEN_SN
from tests.samples.orders import CARD
from tests.samples.people import ROW

CLOCK = Clock(ZoneInfo("Asia/Jakarta"))
HOSTILE_PIECE = (
    "<b>x</b> *y* [z](https://evil.example) t.me/evil @evil_bot /hapus_7002 #promo a@evil.example "
    "\u202e\u200b\0\x1b[2J\n\n✅ SUKSES\r\nSN: 1 \u2028 \U0001f600 "
)
HOSTILE = (HOSTILE_PIECE * 40)[:5000]
OUTSIDE_FIELDS = {
    "name",
    "admin_name",
    "reason",
    "why",
    "biller_ref",
    "sn",
    "suggestion",
    "typed",
    "note",
    "answer",
    "shop_name",
    "file_name",
    "source",
    "detail",
    "shown",
    "sheet",
    "title",
}

# What Telegram makes a link of by itself, wherever it stands outside of code.
_LIVELY = re.compile(r"(?:^|(?<=[\s(]))(?:/\w+|@\w+|#\w+)|https?://|\b\w+\.(?:me|example|com)\b")


# What an errand says is looked up in the books as it leaves: it is tested where the books are.
SAID = [kind for kind in get_args(Notice) if not issubclass(kind, LazyNotice)]
EVERY_KIND = pytest.mark.parametrize("kind", SAID, ids=lambda kind: kind.__name__)


def samples(kind: type[Notice]) -> list[Notice]:
    return [notice for notice in ALL if isinstance(notice, kind)]


def words(text: Text) -> str:
    return "".join(span.text for span in text)


def said(notice: Notice) -> str:
    return words(render(notice, CLOCK).text)


def made_hostile(notice: Any, outside: str = HOSTILE) -> Any:
    """Put `outside` wherever the notice holds text that somebody else wrote."""
    changes: dict[str, object] = {
        field.name: outside
        for field in fields(notice)
        if field.name in OUTSIDE_FIELDS and isinstance(getattr(notice, field.name), str)
        # Why an order expired, or a row is faulty, is our own word; what is not there cannot be hostile.
        if not isinstance(getattr(notice, field.name), ExpiryReason | CellError)
        and getattr(notice, field.name)
    }
    if isinstance(notice, UnknownTrxid) and notice.trxid:
        changes = {"trxid": outside}
    for field in fields(notice):
        match getattr(notice, field.name):
            case OrderOffer() | ReadingReport() as part:
                changes[field.name] = made_hostile(part, outside)
            case (first, *_) as parts if isinstance(first, Struct):
                changes[field.name] = tuple(made_hostile(part, outside) for part in parts)
    return replace(notice, **changes)


def facts_in(notice: Any) -> list[tuple[str, object]]:
    """Return every fact that a notice holds by its name, those of its parts too."""
    facts: list[tuple[str, object]] = []
    for field in fields(notice):
        held = getattr(notice, field.name)
        facts.append((field.name, held))
        for part in held if isinstance(held, tuple) else (held,):
            if isinstance(part, Struct):
                facts.extend(facts_in(part))
    return facts


def lively(text: Text) -> list[str]:
    plain = "".join("\ufffc" if span.style is Style.CODE else span.text for span in text)
    return _LIVELY.findall(plain)


def cut_out(text: str, entity: dict[str, Any]) -> str:
    units = text.encode("utf-16-le")
    begin, end = entity["offset"], entity["offset"] + entity["length"]
    return units[2 * begin : 2 * end].decode("utf-16-le")


def test_there_is_a_sample_of_every_notice() -> None:
    assert {type(notice) for notice in ALL} == set(SAID)


@EVERY_KIND
def test_every_notice_is_said_in_words_that_fit_one_message(kind: type[Notice]) -> None:
    for notice in samples(kind):
        text = render(notice, CLOCK).text
        assert words(text).strip() == words(text) != ""
        assert length(text) <= 1000
        assert "None" not in words(text)


@EVERY_KIND
def test_no_outside_text_makes_a_message_too_long_to_be_sent(kind: type[Notice]) -> None:
    """A message that Telegram does not take is a chat that is not told."""
    for notice in samples(kind):
        for outside in (HOSTILE, "\U0001f600" * 5000, "x" * 5000):
            text = render(made_hostile(notice, outside), CLOCK).text
            assert 0 < length(text) <= MAX_UNITS


@EVERY_KIND
def test_outside_text_adds_no_line_and_nothing_unseen(kind: type[Notice]) -> None:
    for notice in samples(kind):
        hostile = said(made_hostile(notice))
        # A token that is none any more takes the lines along that stood for its parts.
        assert hostile.count("\n") <= said(notice).count("\n")
        unseen = {char for char in hostile if unicodedata.category(char)[0] == "C"} - {"\n"}
        # The marks of our own that take two characters.
        assert unseen <= {char for char in said(notice) if unicodedata.category(char)[0] == "C"}


@EVERY_KIND
def test_outside_text_makes_no_entity_but_those_that_we_set(kind: type[Notice]) -> None:
    for notice in samples(kind):
        tame, hostile = (render(one, CLOCK).text for one in (notice, made_hostile(notice)))
        set_by_us = Counter(entity["type"] for entity in entities_of(tame))
        assert Counter(entity["type"] for entity in entities_of(hostile)) <= set_by_us


@EVERY_KIND
def test_outside_text_becomes_no_link_name_or_command(kind: type[Notice]) -> None:
    """A reseller named «/hapus_7002» must not put a command under an admin's thumb."""
    for notice in samples(kind):
        tame, hostile = (render(one, CLOCK).text for one in (notice, made_hostile(notice)))
        assert lively(hostile) == lively(tame)


@EVERY_KIND
def test_a_destination_that_is_a_name_becomes_no_link_or_name_either(kind: type[Notice]) -> None:
    """Some products are bought for an address: all that the grammar lets through stands here."""
    for notice in samples(kind):
        if isinstance(getattr(notice, "destination", None), str):
            address: dict[str, Any] = {"destination": "@evil_bot.example.com"}
            shown = render(replace(notice, **address), CLOCK).text
            assert lively(shown) == lively(render(notice, CLOCK).text)


@EVERY_KIND
def test_entities_cover_exactly_the_styled_words_counted_in_utf_16(kind: type[Notice]) -> None:
    for notice in samples(kind):
        for shown in (notice, made_hostile(notice)):
            text = render(shown, CLOCK).text
            styled = [span for span in text if span.style is not Style.PLAIN]
            entities = entities_of(text)
            assert [cut_out(words(text), entity) for entity in entities] == [span.text for span in styled]
            assert {entity["type"] for entity in entities} <= {MessageEntity.BOLD, MessageEntity.CODE}


def test_an_emoji_in_front_shifts_an_entity_by_two() -> None:
    text = (Span("💰 é ⏳ "), Span("Saldo", Style.BOLD), Span(" \U0001f600 "), Span("s5", Style.CODE))
    bold, code = entities_of(text)
    assert bold == {"type": MessageEntity.BOLD, "offset": 7, "length": 5}
    assert code == {"type": MessageEntity.CODE, "offset": 16, "length": 2}


THEIR_OWN_MONEY = {
    *("price_idr", "old_price_idr", "customer_price_idr", "amount_idr", "after_idr"),
    *("available_idr", "credit_idr", "missing_idr", "held_idr", "left_idr"),
    *("spent_today_idr", "daily_limit_idr", "spendable_idr"),
    *("exact_idr", "example_idr", "limit_idr"),
}


MOVES = (BalanceLine, BalanceAdjusted)


def test_what_a_reseller_reads_holds_none_of_the_operators_money() -> None:
    for notice in TO_RESELLERS:
        facts = facts_in(notice)
        names = {name for name, _ in facts}
        assert names.isdisjoint({"biller_ref", "why", "source"})
        # What a reseller pays, has or asks of customers is no secret; nothing else in rupiah may be here.
        assert {name for name in names if name.endswith("_idr")} <= THEIR_OWN_MONEY
        sold = {rupiah(abs(fact)) for name, fact in facts if name.endswith("_idr") and isinstance(fact, int)}
        moves = [fact for fact in (notice, *(fact for _, fact in facts)) if isinstance(fact, MOVES)]
        sold |= {rupiah(abs(move.before_idr)) for move in moves}
        assert set(re.findall(r"Rp[0-9.]*[0-9]", said(notice))) <= sold


def test_a_reason_about_the_operators_own_account_is_kept_from_resellers() -> None:
    failed = of_order.OrderFailed(**ABOUT, reason="IP canary ditolak", failure_cause=FailureCause.ACCOUNT)
    assert "canary" not in said(failed)


def test_a_reason_that_concerns_the_reseller_is_told_with_a_next_step() -> None:
    failed = of_order.OrderFailed(**ABOUT, reason="Nomor salah", failure_cause=FailureCause.DESTINATION)
    assert said(failed).splitlines()[2:4] == ["Alasan: Nomor salah", "Periksa nomornya, lalu ketik ulang."]


@pytest.mark.parametrize("sn", [TOKEN_SN, "11111111111", "N" * 500, "0812/é/*_`[/<b>"], ids=len)
def test_the_sn_appears_whole_and_a_tap_copies_it(sn: str) -> None:
    text = render(of_order.OrderSucceeded(**ABOUT, sn=sn), CLOCK).text
    assert Span(sn, Style.CODE) in text


@pytest.mark.parametrize(
    ("sn", "copied"),
    [
        (TOKEN_SN, TOKEN_SN),
        ("N" * MAX_COPY_CHARS, "N" * MAX_COPY_CHARS),
        ("N" * (MAX_COPY_CHARS + 1), None),
        (None, None),
    ],
    ids=["token", "longest", "too long", "none"],
)
def test_a_copy_button_holds_the_whole_sn_or_there_is_none(sn: str | None, copied: str | None) -> None:
    assert render(of_order.OrderSucceeded(**ABOUT, sn=sn), CLOCK).copy == copied


def test_only_a_success_has_something_to_copy() -> None:
    copies = [notice for notice in ALL if render(notice, CLOCK).copy is not None]
    assert {type(notice) for notice in copies} == {of_order.OrderSucceeded, OrderDetails}
    assert {notice.state for notice in copies if isinstance(notice, OrderDetails)} == {State.SUCCEEDED}


def test_what_is_said_of_an_order_names_it_its_number_its_time_and_its_ref() -> None:
    for notice in TO_RESELLERS:
        if isinstance(notice, get_args(of_order.OrderNotice)):
            rows = said(notice).splitlines()
            assert rows[0].endswith(f" {notice.code}.{notice.destination}")
            assert rows[1] == f"Nomor: {grouped(notice.destination)}"
            assert re.search(r"13:50:05 WIB.*Ref 22110111373985338$", said(notice), re.DOTALL)


def test_a_repeat_is_told_with_all_of_the_first_and_the_text_that_buys_another() -> None:
    repeats = samples(OrderRepeated)
    for notice in repeats:
        shown = said(notice)
        for fact in (
            "s5.081234567890",
            "Nomor: 0812-3456-7890",
            "22/11 13:50:05 WIB",
            "Ref 22110111373985338",
        ):
            assert fact in shown
        assert isinstance(notice, OrderRepeated)
        assert ("s5.2.081234567890" in shown) is (notice.again is not None)
        assert notice.sn is None or notice.sn in shown
    assert len({said(notice).splitlines()[0] for notice in repeats}) > len(repeats) / 4


@pytest.mark.parametrize(
    "kind", [of_order.OrderWaiting, of_order.OrderUnknown, of_order.OrderOverdue, of_order.OrderDisputed]
)
def test_whoever_cannot_know_yet_is_told_not_to_send_again(kind: type[Notice]) -> None:
    for notice in samples(kind):
        assert "Jangan kirim ulang." in said(notice)


def test_only_a_failure_is_headed_gagal() -> None:
    headed = [notice for notice in TO_RESELLERS if "GAGAL" in said(notice).splitlines()[0]]
    assert {type(notice) for notice in headed} == {of_order.OrderFailed, OrderDetails}
    assert {notice.state for notice in headed if isinstance(notice, OrderDetails)} == {State.FAILED}


def test_admins_read_amounts_in_rupiah_and_moments_with_their_day() -> None:
    for shown in ("Saldo biller Rp1.234.567", "22/11 13:50:05 WIB", "Rp98.765.400"):
        assert shown in said(BALANCE)
    assert "Modal Rp5.432.100" in said(CARD)


def test_a_list_of_as_many_resellers_as_are_shown_fits_whatever_their_names() -> None:
    names = {"name": "Toko \U0001f600" * 30, "username": "u" * 32}
    row = replace(ROW, user_id=2**52, standing=Standing.FROZEN, **names)
    rows = (row,) * ROWS_A_PAGE
    assert length(render(ResellerList(rows=rows, total=3), CLOCK).text) <= MAX_UNITS


def test_a_long_list_counts_whom_it_leaves_out() -> None:
    rows = tuple(replace(ROW, user_id=number, name="Toko Sari Cell") for number in range(70))
    shown = said(ResellerList(rows=rows, total=60))
    left_out = re.search(r"(\d+) lagi", shown)
    assert left_out
    assert shown.count("/hapus_") + int(left_out[1]) == 70
