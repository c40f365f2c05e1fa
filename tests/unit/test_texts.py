"""Every notice can be said, fits one message, and holds outside text as harmless characters alone."""

import re
import unicodedata
from dataclasses import fields, replace
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from telegram import MessageEntity

from bot import notices as say
from bot.flow.commands import MAX_RESELLERS_SHOWN
from bot.order import notices as of_order
from bot.order.model import ExpiryReason, Outcome, State, Trouble
from bot.order.parse import Slip
from bot.people import Role, Standing
from bot.telegram.sender import entities_of
from bot.texts import Clock, Span, Text, render
from bot.texts.form import MAX_UNITS, Style, length
from bot.texts.render import MAX_COPY_CHARS

CLOCK = Clock(ZoneInfo("Asia/Jakarta"))
AT_MS = 1_795_330_205_000  # 22/11/2026 13:50:05 WIB
PRICE_IDR, SUM_IDR, BALANCE_IDR = 5_432_100, 98_765_400, 1_234_567
TOKEN_SN = "1234-5678-9012-3456-7890/BUDI SANTOSO/R1/1300VA/32,5"
ABOUT: dict[str, Any] = {
    "trxid": "22110111373985338",
    "code": "s5",
    "destination": "081234567890",
    "at_ms": AT_MS,
}

TO_RESELLERS: tuple[say.Notice, ...] = (
    of_order.OrderReceived(**ABOUT),
    of_order.OrderWaiting(**ABOUT),
    of_order.OrderSucceeded(**ABOUT, sn=TOKEN_SN),
    of_order.OrderSucceeded(**ABOUT, sn=None),
    *(of_order.OrderFailed(**ABOUT, reason="Alasan biller", trouble=trouble) for trouble in Trouble),
    of_order.OrderFailed(**ABOUT, reason="", trouble=Trouble.OTHER),
    of_order.OrderUnknown(**ABOUT),
    of_order.OrderOverdue(**ABOUT),
    *(of_order.OrderExpired(**ABOUT, reason=reason) for reason in ExpiryReason),
    *(of_order.OrderDisputed(**ABOUT, now=outcome) for outcome in Outcome),
    say.JoinAnswer(standing=None),
    *(say.JoinAnswer(standing=standing, fresh=fresh) for standing in Standing for fresh in (True, False)),
    *(say.Help(role=role) for role in (Role.RESELLER, Role.STRANGER)),
    *(say.NotUnderstood(slip=slip, suggestion="s5.0812345678") for slip in Slip),
    say.BalanceWithheld(),
    say.CounterClosed(code="s5", destination="081234567890"),
    say.CounterOpen(),
)
CARD = of_order.OrderCard(
    **ABOUT,
    state=State.UNKNOWN,
    chat_id=-1001234567890,
    user_id=7001,
    placed_at_ms=AT_MS,
    price_idr=PRICE_IDR,
    biller_ref="21160325359742",
    why="ReadTimeout",
)
BALANCE = say.BalanceShown(
    balance_idr=BALANCE_IDR,
    reported_at_ms=AT_MS,
    source="answer",
    open_count=3,
    open_sum_idr=PRICE_IDR,
    today_count=41,
    today_sum_idr=SUM_IDR,
    waiting_count=2,
)
ROW = say.ResellerRow(user_id=7002, name="Budi Santoso", username="budi_s", standing=Standing.APPROVED)
TO_ADMINS: tuple[say.Notice, ...] = (
    *(replace(CARD, state=state) for state in State),
    replace(CARD, price_idr=None, biller_ref=None, why=""),
    of_order.SnQuestion(**ABOUT),
    *(of_order.RulingQuestion(**ABOUT, outcome=outcome, sn=TOKEN_SN) for outcome in Outcome),
    of_order.RulingQuestion(**ABOUT, outcome=Outcome.SUCCESS, sn=None),
    of_order.OrderRuled(**ABOUT, outcome=Outcome.SUCCESS, sn=TOKEN_SN, admin_name="Ani"),
    of_order.OrderRuled(**ABOUT, outcome=Outcome.FAILURE, sn=None, admin_name="Ani"),
    *(of_order.OrderSettledItself(**ABOUT, state=state) for state in State),
    *(of_order.RulingRejected(**ABOUT, state=state) for state in State),
    *(of_order.BillerTrouble(**ABOUT, trouble=trouble, reason="IP ditolak") for trouble in Trouble),
    say.OrderNotFound(trxid="123"),
    say.OrderNotFound(trxid=""),
    say.NothingOpen(),
    say.ReversalQuarantined(why="no order has this refid", at_ms=AT_MS),
    say.DeliveryFailed(chat_id=-100, kind="OrderSucceeded", why="bot was blocked by the user"),
    *(say.BreakerOpened(cause=cause, at_ms=AT_MS) for cause in say.HoldCause),
    say.BreakerClosed(opened_at_ms=AT_MS, at_ms=AT_MS),
    *(
        say.AuditFinding(invariant=invariant, trxid="22110111373985338", what="x", more=more, at_ms=AT_MS)
        for invariant in say.Invariant
        for more in (0, 7)
    ),
    say.JoinCard(user_id=7002, name="Budi", username="budi_s", at_ms=AT_MS),
    say.JoinCard(user_id=7002, name="Budi", username=None, at_ms=AT_MS),
    *(say.JoinDecided(user_id=7002, name="Budi", standing=one, admin_name="Ani") for one in Standing),
    *(say.StandingChanged(user_id=7002, name="Budi", standing=standing) for standing in Standing),
    say.PersonNotFound(typed="@siapa"),
    say.PersonNotFound(typed=""),
    say.ResellerList(rows=()),
    say.ResellerList(rows=tuple(replace(ROW, standing=standing) for standing in Standing), more=7),
    BALANCE,
    replace(BALANCE, held_since_ms=AT_MS),
    replace(BALANCE, balance_idr=None, reported_at_ms=None, source=None, waiting_count=0),
    say.Help(role=Role.ADMIN),
    *(
        say.RestoreGap(backup_at_ms=at, gap_until_ms=AT_MS, restored_at_ms=AT_MS, waiting_count=3)
        for at in (AT_MS, None)
    ),
    *(say.OpenQuestion(backup_at_ms=at, gap_until_ms=AT_MS) for at in (AT_MS, None)),
    *(say.RestoreReleased(restored_at_ms=AT_MS, admin_name=name, at_ms=AT_MS) for name in ("Ani", "")),
)
ALL = TO_RESELLERS + TO_ADMINS

HOSTILE_PIECE = (
    "<b>x</b> *y* [z](https://evil.example) t.me/evil @evil_bot /hapus_7002 #promo a@evil.example "
    "\u202e\u200b\0\x1b[2J\n\n✅ SUKSES\r\nSN: 1 \u2028 \U0001f600 "
)
HOSTILE = (HOSTILE_PIECE * 40)[:5000]
OUTSIDE_FIELDS = {"name", "admin_name", "reason", "why", "biller_ref", "sn", "suggestion", "typed"}

# What Telegram makes a link of by itself, wherever it stands outside of code.
_LIVELY = re.compile(r"(?:^|(?<=[\s(]))(?:/\w+|@\w+|#\w+)|https?://|\b\w+\.(?:me|example|com)\b")


EVERY_KIND = pytest.mark.parametrize("kind", get_args(say.Notice), ids=lambda kind: kind.__name__)


def samples(kind: type[say.Notice]) -> list[say.Notice]:
    return [notice for notice in ALL if isinstance(notice, kind)]


def words(text: Text) -> str:
    return "".join(span.text for span in text)


def said(notice: say.Notice) -> str:
    return words(render(notice, CLOCK).text)


def made_hostile(notice: Any, outside: str = HOSTILE) -> Any:
    """Put `outside` wherever the notice holds text that somebody else wrote."""
    changes: dict[str, object] = {
        field.name: outside
        for field in fields(notice)
        if field.name in OUTSIDE_FIELDS and isinstance(getattr(notice, field.name), str)
        # Why an order expired is our own word; what is not there cannot be hostile.
        if not isinstance(getattr(notice, field.name), ExpiryReason) and getattr(notice, field.name)
    }
    if isinstance(notice, say.OrderNotFound) and notice.trxid:
        changes = {"trxid": outside}
    if isinstance(notice, say.ResellerList):
        changes = {"rows": tuple(made_hostile(row, outside) for row in notice.rows)}
    return replace(notice, **changes)


def lively(text: Text) -> list[str]:
    plain = "".join("\ufffc" if span.style is Style.CODE else span.text for span in text)
    return _LIVELY.findall(plain)


def cut_out(text: str, entity: MessageEntity) -> str:
    units = text.encode("utf-16-le")
    return units[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le")


def test_there_is_a_sample_of_every_notice() -> None:
    assert {type(notice) for notice in ALL} == set(get_args(say.Notice))


@EVERY_KIND
def test_every_notice_is_said_in_words_that_fit_one_message(kind: type[say.Notice]) -> None:
    for notice in samples(kind):
        text = render(notice, CLOCK).text
        assert words(text).strip() == words(text) != ""
        assert length(text) <= 1000
        assert "None" not in words(text)


@EVERY_KIND
def test_no_outside_text_makes_a_message_too_long_to_be_sent(kind: type[say.Notice]) -> None:
    """A message that Telegram does not take is a chat that is not told."""
    for notice in samples(kind):
        for outside in (HOSTILE, "\U0001f600" * 5000, "x" * 5000):
            text = render(made_hostile(notice, outside), CLOCK).text
            assert 0 < length(text) <= MAX_UNITS


@EVERY_KIND
def test_outside_text_adds_no_line_and_nothing_unseen(kind: type[say.Notice]) -> None:
    for notice in samples(kind):
        hostile = said(made_hostile(notice))
        assert hostile.count("\n") == said(notice).count("\n")
        unseen = {char for char in hostile if unicodedata.category(char)[0] == "C"} - {"\n"}
        # The marks of our own that take two characters.
        assert unseen <= {char for char in said(notice) if unicodedata.category(char)[0] == "C"}


@EVERY_KIND
def test_outside_text_makes_no_entity_but_those_that_we_set(kind: type[say.Notice]) -> None:
    for notice in samples(kind):
        tame, hostile = (render(one, CLOCK).text for one in (notice, made_hostile(notice)))
        assert [entity.type for entity in entities_of(hostile)] == [
            entity.type for entity in entities_of(tame)
        ]


@EVERY_KIND
def test_outside_text_becomes_no_link_name_or_command(kind: type[say.Notice]) -> None:
    """A reseller named «/hapus_7002» must not put a command under an admin's thumb."""
    for notice in samples(kind):
        tame, hostile = (render(one, CLOCK).text for one in (notice, made_hostile(notice)))
        assert lively(hostile) == lively(tame)


@EVERY_KIND
def test_entities_cover_exactly_the_styled_words_counted_in_utf_16(kind: type[say.Notice]) -> None:
    for notice in samples(kind):
        for shown in (notice, made_hostile(notice)):
            text = render(shown, CLOCK).text
            styled = [span for span in text if span.style is not Style.PLAIN]
            entities = entities_of(text)
            assert [cut_out(words(text), entity) for entity in entities] == [span.text for span in styled]
            assert {entity.type for entity in entities} <= {MessageEntity.BOLD, MessageEntity.CODE}


def test_an_emoji_in_front_shifts_an_entity_by_two() -> None:
    text = (Span("💰 é ⏳ "), Span("Saldo", Style.BOLD), Span(" \U0001f600 "), Span("s5", Style.CODE))
    bold, code = entities_of(text)
    assert (bold.type, bold.offset, bold.length) == (MessageEntity.BOLD, 7, 5)
    assert (code.type, code.offset, code.length) == (MessageEntity.CODE, 16, 2)


def test_what_a_reseller_reads_holds_none_of_the_operators_money() -> None:
    for notice in TO_RESELLERS:
        assert "Rp" not in said(notice)
        held = {field.name for field in fields(notice)}
        assert not any(name.endswith("_idr") or name in {"biller_ref", "why", "source"} for name in held)


def test_a_reason_about_the_operators_own_account_is_kept_from_resellers() -> None:
    failed = of_order.OrderFailed(**ABOUT, reason="IP canary ditolak", trouble=Trouble.ACCOUNT)
    assert "canary" not in said(failed)


def test_a_reason_that_concerns_the_reseller_is_told_with_a_next_step() -> None:
    failed = of_order.OrderFailed(**ABOUT, reason="Nomor salah", trouble=Trouble.DESTINATION)
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
    copies = {type(notice) for notice in ALL if render(notice, CLOCK).copy is not None}
    assert copies == {of_order.OrderSucceeded}


def test_what_is_said_of_an_order_names_it_its_number_its_time_and_its_ref() -> None:
    for notice in TO_RESELLERS:
        if isinstance(notice, of_order.AboutOrder):
            rows = said(notice).splitlines()
            assert rows[0].endswith(" s5.081234567890")
            assert rows[1] == "Nomor: 0812-3456-7890"
            assert re.search(r"13:50:05 WIB.*Ref 22110111373985338$", said(notice), re.DOTALL)


@pytest.mark.parametrize(
    "kind", [of_order.OrderWaiting, of_order.OrderUnknown, of_order.OrderOverdue, of_order.OrderDisputed]
)
def test_whoever_cannot_know_yet_is_told_not_to_send_again(kind: type[say.Notice]) -> None:
    for notice in samples(kind):
        assert "Jangan kirim ulang." in said(notice)


def test_only_a_failure_is_headed_gagal() -> None:
    headed = {type(notice) for notice in TO_RESELLERS if "GAGAL" in said(notice).splitlines()[0]}
    assert headed == {of_order.OrderFailed}


def test_admins_read_amounts_in_rupiah_and_moments_with_their_day() -> None:
    for shown in ("Saldo biller Rp1.234.567", "22/11 13:50:05 WIB", "Rp98.765.400"):
        assert shown in said(BALANCE)
    assert "Harga Rp5.432.100" in said(CARD)


def test_a_list_of_as_many_resellers_as_are_shown_fits_whatever_their_names() -> None:
    names = {"name": "Toko \U0001f600" * 30, "username": "u" * 32}
    row = replace(ROW, user_id=2**52, standing=Standing.FROZEN, **names)
    rows = (row,) * MAX_RESELLERS_SHOWN
    assert length(render(say.ResellerList(rows=rows, more=3), CLOCK).text) <= MAX_UNITS


def test_a_long_list_counts_whom_it_leaves_out() -> None:
    rows = tuple(replace(ROW, user_id=number) for number in range(50))
    shown = said(say.ResellerList(rows=rows, more=10))
    left_out = re.search(r"(\d+) lagi", shown)
    assert left_out
    assert shown.count("/hapus_") + int(left_out[1]) == 60
