"""An admin's word settles what nobody else can, after a second question, once, and never against news."""

import asyncio
import json

import pytest

from bot.notices.alarms import NothingToResolve, UnknownTrxid
from bot.notices.order_lookup import OrderDetails
from bot.notices.orders import (
    OrderCard,
    OrderFailed,
    OrderResolved,
    OrderResolvedByBiller,
    OrderSucceeded,
    ResolutionQuestion,
    ResolutionRejected,
    SnQuestion,
)
from bot.orders.model import Order, Outcome, State
from bot.updates import Toast
from storage import chats
from tests.integration.conftest import DEWI, GROUP, RINA, SARI, Shop
from tests.integration.fakes import eventually, success_of
from tests.integration.test_placing import S5

SN = "1234-5678-9012/BUDI SANTOSO/R1/1300VA/32,5"


class Court:
    """A shop with one order whose answer was cut off, and what an admin sees of it."""

    def __init__(self, shop: Shop, trxid: str) -> None:
        self.shop, self.trxid = shop, trxid

    async def order(self) -> Order:
        return await self.shop.order(self.trxid)

    def shown_to(self, admin: int) -> int:
        """Return the message in which the admin's questions follow each other."""
        return self.shop.sender.to(admin)[0].message_id

    async def taps(self, action: str, *, by: int = RINA) -> Toast:
        """Tap a button under what the admin sees now."""
        await self.shop.speaks()
        nonce = self.shop.buttons(by)[action]
        toast = await self.shop.presses(nonce, by=by, message_id=self.shown_to(by))
        await self.shop.speaks()
        return toast


@pytest.fixture
async def court(shop: Shop) -> Court:
    shop.biller.cuts()
    order = await shop.asks()
    await shop.posts()
    await shop.speaks()
    return Court(shop, order.trxid)


async def test_every_admin_gets_the_card_of_an_unknown_order(court: Court) -> None:
    for admin in (RINA, DEWI):
        card = court.shop.last(admin)
        assert isinstance(card, OrderCard)
        assert (card.trxid, card.state, card.why) == (court.trxid, State.UNKNOWN, "ReadError")
        assert set(court.shop.buttons(admin)) == {"resolve_success", "resolve_failure"}


async def test_a_failure_is_ruled_by_two_taps_and_told(court: Court) -> None:
    await court.taps("resolve_failure")
    assert (await court.order()).state is State.UNKNOWN
    question = court.shop.last(RINA)
    assert isinstance(question, ResolutionQuestion)
    assert (question.outcome, question.sn) == (Outcome.FAILURE, None)
    await court.taps("confirm_failure")
    order = await court.order()
    assert (order.state, order.resolved_by) == (State.FAILED, RINA)
    assert isinstance(court.shop.last(SARI), OrderFailed)


async def test_a_success_is_ruled_with_the_sn_of_a_reply(court: Court) -> None:
    await court.taps("resolve_success")
    assert isinstance(court.shop.last(RINA), SnQuestion)
    await court.shop.says(f" {SN} ", by=RINA, reply_to=court.shown_to(RINA))
    question = court.shop.last(RINA)
    assert isinstance(question, ResolutionQuestion)
    assert (question.outcome, question.sn) == (Outcome.SUCCESS, SN)
    assert (await court.order()).state is State.UNKNOWN
    await court.taps("confirm_success")
    assert (await court.order()).state is State.SUCCEEDED
    told = court.shop.last(SARI)
    assert isinstance(told, OrderSucceeded)
    assert told.sn == SN


@pytest.mark.parametrize(
    ("typed", "sn"),
    [
        (SN, SN),
        ("12345678901234567890", "12345678901234567890"),
        ("SN: 0041002345678901", "0041002345678901"),
        ("R231127.1901.220012", "R231127.1901.220012"),
        ("AB12345678", "AB12345678"),
    ],
)
async def test_an_sn_typed_without_a_reply_answers_the_question(court: Court, typed: str, sn: str) -> None:
    await court.shop.sells(S5)
    await court.taps("resolve_success")
    await court.shop.says(typed, by=RINA)
    question = court.shop.last(RINA)
    assert isinstance(question, ResolutionQuestion)
    assert (question.trxid, question.outcome, question.sn) == (court.trxid, Outcome.SUCCESS, sn)


@pytest.mark.parametrize(
    "typed",
    ["s5.081234567899", "s6.081234567899", "s5.0812", "081234567890", "/tertunda", "saldo", "ok", "sip"],
)
async def test_what_may_be_an_order_or_a_command_is_no_sn(court: Court, typed: str) -> None:
    await court.shop.sells(S5)
    await court.taps("resolve_success")
    await court.shop.says(typed, by=RINA)
    assert not isinstance(court.shop.last(RINA), ResolutionQuestion)


async def test_only_an_open_question_of_the_same_admin_takes_an_sn_without_a_reply(court: Court) -> None:
    await court.taps("resolve_success")
    await court.shop.says(SN, by=DEWI)
    assert not isinstance(court.shop.last(DEWI), ResolutionQuestion)
    court.shop.clock.passes(601)
    await court.shop.says(SN, by=RINA)
    assert not isinstance(court.shop.last(RINA), ResolutionQuestion)


async def test_a_cancelled_question_takes_no_sn(court: Court) -> None:
    await court.taps("resolve_success")
    await court.taps("cancel")
    await court.shop.says(SN, by=RINA)
    assert not isinstance(court.shop.last(RINA), ResolutionQuestion)


async def test_a_success_is_ruled_without_an_sn(court: Court) -> None:
    await court.taps("resolve_success")
    await court.taps("without_sn")
    await court.taps("confirm_success")
    order = await court.order()
    assert (order.state, order.sn) == (State.SUCCEEDED, None)


async def test_a_ruling_can_be_typed_and_is_asked_again_too(court: Court) -> None:
    await court.shop.says(f"/sukses {court.trxid} {SN}", by=DEWI)
    assert (await court.order()).state is State.UNKNOWN
    await court.shop.presses(court.shop.buttons(DEWI)["confirm_success"], by=DEWI)
    order = await court.order()
    assert (order.state, order.sn, order.resolved_by) == (State.SUCCEEDED, SN, DEWI)


async def test_a_second_thought_brings_the_card_back(court: Court) -> None:
    await court.taps("resolve_failure")
    await court.taps("cancel")
    assert isinstance(court.shop.last(RINA), OrderCard)
    assert (await court.order()).state is State.UNKNOWN
    await court.taps("resolve_failure")
    await court.taps("confirm_failure")
    assert (await court.order()).state is State.FAILED


async def test_the_questions_follow_each_other_in_one_message(court: Court) -> None:
    await court.taps("resolve_success")
    await court.taps("without_sn")
    await court.taps("confirm_success")
    assert {message.message_id for message in court.shop.sender.to(RINA)} == {court.shown_to(RINA)}


async def test_a_ruling_takes_the_place_of_every_admins_card(court: Court) -> None:
    await court.taps("resolve_failure")
    await court.taps("confirm_failure")
    for admin in (RINA, DEWI):
        ruled = court.shop.last(admin)
        assert isinstance(ruled, OrderResolved)
        assert ruled.admin_name == f"Name {RINA}"
        last = court.shop.sender.to(admin)[-1]
        assert (last.outgoing.edits, last.outgoing.keyboard) == (court.shown_to(admin), ())


async def test_of_two_admins_at_once_the_first_rules_and_the_second_is_told_so(court: Court) -> None:
    shop = court.shop
    await court.taps("resolve_failure", by=RINA)
    await court.taps("resolve_success", by=DEWI)
    await court.taps("without_sn", by=DEWI)
    no, yes = shop.buttons(RINA)["confirm_failure"], shop.buttons(DEWI)["confirm_success"]
    await asyncio.gather(
        shop.presses(no, by=RINA, message_id=court.shown_to(RINA)),
        shop.presses(yes, by=DEWI, message_id=court.shown_to(DEWI)),
    )
    assert (await court.order()).state is State.FAILED
    assert isinstance(shop.last(DEWI), ResolutionRejected)
    assert shop.kinds(SARI).count("OrderFailed") == 1
    assert "OrderSucceeded" not in shop.kinds(SARI)
    ruled = shop.rows("SELECT actor FROM order_events WHERE kind = 'Resolved'")
    assert ruled == [{"actor": f"admin:{RINA}"}]


async def test_a_card_is_closed_when_the_billers_report_comes_first(court: Court) -> None:
    shop = court.shop
    await shop.reversals.receive(success_of(await court.order()), remote="1.2.3.4")
    await shop.speaks()
    for admin in (RINA, DEWI):
        closed = shop.last(admin)
        assert isinstance(closed, OrderResolvedByBiller)
        last = shop.sender.to(admin)[-1]
        assert (last.outgoing.edits, last.outgoing.keyboard) == (court.shown_to(admin), ())


async def test_a_card_that_was_not_sent_yet_is_never_sent_when_the_report_comes_first(shop: Shop) -> None:
    shop.biller.cuts()
    order = await shop.asks()
    await shop.posts()
    await shop.reversals.receive(success_of(order), remote="1.2.3.4")
    await shop.speaks()
    assert shop.sender.to(RINA) == []


async def test_a_card_on_its_way_when_the_report_comes_is_closed_too(shop: Shop) -> None:
    """Telegram takes a moment: a card that arrives after the report must not lie open for ever."""
    shop.biller.cuts()
    order = await shop.asks()
    await shop.posts()
    shop.sender.hangs()
    await shop.messenger.run_once()
    await eventually(lambda: RINA in {outgoing.chat_id for outgoing in shop.sender.tries})
    await shop.reversals.receive(success_of(order), remote="1.2.3.4")
    shop.sender.release()
    await shop.messenger.drain(60)
    await shop.speaks()
    assert shop.sender.to(RINA)[-1].outgoing.keyboard == ()


async def test_a_tap_after_the_report_is_told_that_there_is_nothing_to_rule(court: Court) -> None:
    shop = court.shop
    await court.taps("resolve_failure")
    confirm = shop.buttons(RINA)["confirm_failure"]
    await shop.reversals.receive(success_of(await court.order()), remote="1.2.3.4")
    await shop.presses(confirm, message_id=court.shown_to(RINA))
    assert (await court.order()).state is State.SUCCEEDED
    assert isinstance(shop.last(RINA), ResolutionRejected)
    assert "OrderFailed" not in shop.kinds(SARI)


async def test_a_report_after_the_ruling_that_agrees_changes_nothing_for_the_chat(court: Court) -> None:
    await court.taps("resolve_success")
    await court.taps("without_sn")
    await court.taps("confirm_success")
    told = court.shop.kinds(SARI)
    bare = success_of(await court.order()).replace(b"SN:+1,", b"SN:+,")
    await court.shop.reversals.receive(bare, remote="1.2.3.4")
    assert (await court.order()).state is State.SUCCEEDED
    assert court.shop.kinds(SARI) == told


async def test_a_report_after_the_ruling_that_disagrees_is_a_dispute(court: Court) -> None:
    await court.taps("resolve_failure")
    await court.taps("confirm_failure")
    await court.shop.reversals.receive(success_of(await court.order()), remote="1.2.3.4")
    assert (await court.order()).state is State.DISPUTED
    assert court.shop.kinds(SARI)[-1] == "OrderDisputed"
    assert court.shop.kinds(RINA)[-1] == "OrderCard"


@pytest.mark.parametrize("word", ["/sukses", "gagal"])
async def test_an_order_that_needs_no_word_takes_none(shop: Shop, word: str) -> None:
    order = await shop.asks()
    for _ in range(2):
        await shop.says(f"{word} {order.trxid}", by=RINA)
        assert isinstance(shop.last(RINA), ResolutionRejected)
    assert (await shop.order(order.trxid)).state is State.PLACED


@pytest.mark.parametrize(
    "typed", ["/sukses", "/gagal 12345", f"/sukses {'9' * 17} SN", f"/gagal {'x' * 500}"]
)
async def test_a_ref_that_names_no_order_is_told_as_such(shop: Shop, typed: str) -> None:
    await shop.says(typed, by=RINA)
    assert isinstance(shop.last(RINA), UnknownTrxid)


async def test_the_list_of_open_orders_is_shown_with_buttons(court: Court) -> None:
    shop = court.shop
    await shop.says("/tertunda", by=DEWI)
    listed = [row for row in shop.messages(DEWI) if row["kind"] == "OrderCard"]
    assert len(listed) == 2
    assert len(json.loads(listed[-1]["keyboard"])[0]) == 2
    await shop.reversals.receive(success_of(await court.order()), remote="1.2.3.4")
    await shop.says("/tertunda", by=RINA)
    assert shop.last(RINA) == NothingToResolve()


async def test_a_reply_to_something_else_is_no_sn(court: Court) -> None:
    await court.shop.says("s10.081234567891", by=RINA, reply_to=court.shown_to(RINA))
    assert "ResolutionQuestion" not in court.shop.kinds(RINA)
    assert len(court.shop.rows("SELECT * FROM orders")) == 2


async def test_a_resellers_reply_is_never_an_sn(court: Court) -> None:
    await court.taps("resolve_success")
    await court.shop.says(SN, by=SARI, chat=GROUP, reply_to=court.shown_to(RINA))
    assert (await court.order()).state is State.UNKNOWN
    assert "ResolutionQuestion" not in court.shop.kinds(RINA) + court.shop.kinds(GROUP)


async def test_a_reply_as_long_as_a_book_is_not_cut_to_a_wrong_sn(court: Court) -> None:
    await court.taps("resolve_success")
    await court.shop.says("9" * 4000, by=RINA, reply_to=court.shown_to(RINA))
    assert "ResolutionQuestion" not in court.shop.kinds(RINA)


async def test_an_sn_typed_as_long_as_a_book_is_not_taken_either(court: Court) -> None:
    """No message could hold it: the question would never reach the admin, nor the SN the reseller."""
    await court.shop.says(f"/sukses {court.trxid} {'9' * 4000}", by=RINA)
    assert "ResolutionQuestion" not in court.shop.kinds(RINA)


async def test_a_card_names_the_reseller_and_the_group(shop: Shop) -> None:
    await shop.says("halo", by=SARI, username="sari_cell")
    await shop.disk.write(lambda tx: chats.rename(tx, GROUP, "Reseller Maju", at_ms=shop.clock()))
    shop.biller.cuts()
    await shop.asks(by=SARI, chat=GROUP, username="sari_cell")
    await shop.posts()
    card = shop.last(RINA)
    assert isinstance(card, OrderCard)
    assert (card.name, card.username, card.chat_title) == (f"Name {SARI}", "sari_cell", "Reseller Maju")
    await shop.says("/tertunda", by=RINA)
    again = shop.last(RINA)
    assert isinstance(again, OrderCard)
    assert (again.name, again.chat_title) == (card.name, card.chat_title)


async def test_an_admin_decides_an_order_that_they_looked_up(court: Court) -> None:
    shop = court.shop
    await shop.says(f"cek {court.trxid}", by=RINA)
    await shop.speaks()
    details = shop.last(RINA)
    assert isinstance(details, OrderDetails)
    assert details.is_undecided
    assert set(shop.buttons(RINA)) == {"resolve_success", "resolve_failure"}
    looked_up = shop.sender.to(RINA)[-1].message_id
    await shop.presses(shop.buttons(RINA)["resolve_failure"], by=RINA, message_id=looked_up)
    await shop.presses(shop.buttons(RINA)["confirm_failure"], by=RINA, message_id=looked_up)
    assert (await court.order()).state is State.FAILED
    await shop.says(f"cek {court.trxid}", by=RINA)
    decided = shop.last(RINA)
    assert isinstance(decided, OrderDetails)
    assert not decided.is_undecided


async def test_a_reseller_who_looks_an_unknown_order_up_decides_nothing(court: Court) -> None:
    await court.shop.says(f"cek {court.trxid}")
    details = court.shop.last(SARI)
    assert isinstance(details, OrderDetails)
    assert not details.is_undecided
