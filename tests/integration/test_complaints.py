"""A complaint reaches every admin with all facts, once, and its answer comes back under the order."""

import pytest

from bot.features.complaints.complaints import MAX_UNANSWERED
from bot.notices.complaints import (
    ComplaintCard,
    ComplaintClosed,
    ComplaintHelp,
    ComplaintStage,
    ComplaintUpdate,
    NoComplaints,
    TooManyComplaints,
)
from bot.orders.model import Order, State
from bot.updates import Toast
from storage import complaints
from storage.transaction import Tx
from tests.integration.conftest import BUDI, DEWI, GROUP, RINA, SARI, STRANGER, Shop
from tests.integration.fakes import success_of


@pytest.fixture
async def sold(shop: Shop) -> Order:
    order = await shop.asks("s5.081234567890")
    await shop.posts()
    await shop.reversals.receive(success_of(order), remote="1.2.3.4")
    return await shop.order(order.trxid)


async def complains(shop: Shop, order: Order, *, by: int = SARI) -> Toast:
    toast = await shop.presses(f"complain:{order.trxid}", by=by)
    await shop.speaks()
    return toast


def told(shop: Shop, chat: int = SARI) -> ComplaintUpdate:
    notice = shop.last(chat)
    assert isinstance(notice, ComplaintUpdate)
    return notice


def card_of(shop: Shop, admin: int = RINA) -> int:
    """Return the message that is an admin's card."""
    return shop.sender.to(admin)[-1].message_id


async def taps(shop: Shop, action: str, *, by: int = RINA) -> Toast:
    toast = await shop.presses(shop.buttons(by)[action], by=by, message_id=card_of(shop, by))
    await shop.speaks()
    return toast


async def test_one_tap_brings_the_order_before_every_admin_with_all_facts(shop: Shop, sold: Order) -> None:
    assert await complains(shop, sold) is Toast.DONE
    assert told(shop).stage is ComplaintStage.OPEN
    for admin in (RINA, DEWI):
        card = shop.last(admin)
        assert isinstance(card, ComplaintCard)
        assert (card.trxid, card.destination, card.state) == (sold.trxid, sold.destination, State.SUCCEEDED)
        assert (card.user_id, card.sn, card.biller_ref) == (SARI, sold.sn, sold.biller_ref)


async def test_a_second_tap_tells_where_it_stands_and_wakes_nobody(shop: Shop, sold: Order) -> None:
    await complains(shop, sold)
    woken = shop.kinds(RINA)
    await complains(shop, sold)
    assert shop.kinds(RINA) == woken
    assert told(shop).stage is ComplaintStage.OPEN
    assert len(shop.rows("SELECT * FROM complaints")) == 1


async def test_a_reply_to_the_card_answers_under_the_order(shop: Shop, sold: Order) -> None:
    await complains(shop, sold)
    await shop.says("Sudah masuk, coba cek lagi", by=RINA, reply_to=card_of(shop))
    notice = told(shop)
    assert (notice.stage, notice.answer) == (ComplaintStage.ANSWERED, "Sudah masuk, coba cek lagi")
    assert shop.messages(SARI)[-1]["reply_to"] == sold.message_id
    for admin in (RINA, DEWI):
        closed = shop.last(admin)
        assert isinstance(closed, ComplaintClosed)
        assert (closed.answer, closed.admin_name) == (notice.answer, f"Name {RINA}")
        assert shop.messages(admin)[-1]["edits"] == card_of(shop, admin)


@pytest.mark.parametrize(("ordered_in", "complained_in"), [(GROUP, SARI), (SARI, GROUP), (GROUP, GROUP)])
async def test_the_answer_goes_where_the_complaint_was_made(
    shop: Shop, ordered_in: int, complained_in: int
) -> None:
    order = await shop.asks(chat=ordered_in)
    await shop.posts()
    message_id = await shop.says(f"/komplain {order.trxid}", chat=complained_in, thread=7)
    await shop.speaks()
    await taps(shop, "complaint_checking")
    await shop.says("Masih dicek biller", by=RINA, reply_to=card_of(shop))
    answers = [row for row in shop.messages(complained_in) if row["kind"] == "ComplaintUpdate"]
    assert [(row["reply_to"], row["thread_id"]) for row in answers] == [(message_id, 7)] * 3
    assert told(shop, complained_in).stage is ComplaintStage.ANSWERED
    if ordered_in != complained_in:
        assert "ComplaintUpdate" not in shop.kinds(ordered_in)


async def test_nobody_buries_the_admins_in_complaints(shop: Shop) -> None:
    made = [await shop.asks() for _ in range(MAX_UNANSWERED + 1)]
    for order in made:
        await complains(shop, order)
    assert shop.last(SARI) == TooManyComplaints(count=MAX_UNANSWERED)
    assert shop.kinds(RINA).count("ComplaintCard") == MAX_UNANSWERED
    await complains(shop, made[0])
    assert told(shop).trxid == made[0].trxid
    await complains(shop, await shop.asks(by=BUDI), by=BUDI)
    assert shop.kinds(RINA).count("ComplaintCard") == MAX_UNANSWERED + 1


async def test_an_answer_makes_room_for_another_complaint(shop: Shop) -> None:
    made = [await shop.asks() for _ in range(MAX_UNANSWERED + 1)]
    for order in made:
        await complains(shop, order)
    await shop.says("Sudah dicek", by=RINA, reply_to=card_of(shop))
    await shop.speaks()
    await complains(shop, made[-1])
    assert (told(shop).trxid, told(shop).stage) == (made[-1].trxid, ComplaintStage.OPEN)


async def test_of_many_taps_one_answer_waits(shop: Shop, sold: Order) -> None:
    toasts = [await shop.presses(f"complain:{sold.trxid}", by=SARI) for _ in range(3)]
    assert toasts == [Toast.DONE, Toast.SOON, Toast.SOON]
    assert shop.kinds(SARI).count("ComplaintUpdate") == 1


async def test_the_reseller_hears_once_that_it_is_being_looked_into(shop: Shop, sold: Order) -> None:
    await complains(shop, sold)
    assert await taps(shop, "complaint_checking") is Toast.DONE
    assert told(shop).stage is ComplaintStage.CHECKING
    told_so_far = shop.kinds(SARI)
    assert await taps(shop, "complaint_checking", by=DEWI) is Toast.ALREADY
    assert shop.kinds(SARI) == told_so_far
    card = shop.last(DEWI)
    assert isinstance(card, ComplaintCard)
    assert card.stage is ComplaintStage.CHECKING
    assert set(shop.buttons(DEWI)) == {"complaint_delivered"}


async def test_delivered_is_said_with_one_tap_and_the_sn(shop: Shop, sold: Order) -> None:
    await complains(shop, sold)
    await taps(shop, "complaint_delivered")
    notice = told(shop)
    assert (notice.stage, notice.answer, notice.sn) == (ComplaintStage.ANSWERED, None, sold.sn)


async def test_delivered_is_not_offered_for_what_the_biller_has_not_called_so(shop: Shop) -> None:
    order = await shop.asks()
    await shop.posts()
    await complains(shop, order)
    assert set(shop.buttons(RINA)) == {"complaint_checking"}


async def test_of_two_answers_the_first_counts(shop: Shop, sold: Order) -> None:
    await complains(shop, sold)
    card = card_of(shop, DEWI)
    await shop.says("Sudah masuk", by=RINA, reply_to=card_of(shop))
    await shop.speaks()
    told_so_far = shop.kinds(SARI)
    await shop.says("Belum", by=DEWI, reply_to=card)
    assert shop.kinds(SARI) == told_so_far
    closed = shop.last(DEWI)
    assert isinstance(closed, ComplaintClosed)
    assert closed.answer == "Sudah masuk"


async def test_after_an_answer_one_may_complain_again(shop: Shop, sold: Order) -> None:
    await complains(shop, sold)
    await shop.says("Sudah masuk", by=RINA, reply_to=card_of(shop))
    await shop.speaks()
    await complains(shop, sold)
    assert told(shop).stage is ComplaintStage.OPEN
    assert isinstance(shop.last(RINA), ComplaintCard)


async def test_nobody_complains_of_anothers_order(shop: Shop, sold: Order) -> None:
    assert await complains(shop, sold, by=BUDI) is Toast.NOT_YOURS
    assert await complains(shop, sold, by=STRANGER) is Toast.RESELLERS_ONLY
    await shop.says(f"komplain {sold.trxid}", by=BUDI)
    await shop.says(f"komplain {sold.destination}", by=BUDI)
    assert isinstance(shop.last(BUDI), ComplaintHelp)
    assert shop.rows("SELECT * FROM complaints") == []


async def test_only_an_admin_answers(shop: Shop, sold: Order) -> None:
    await complains(shop, sold)
    nonce = shop.buttons(RINA)["complaint_delivered"]
    assert await shop.presses(nonce, by=SARI) is Toast.NOT_ALLOWED
    assert told(shop).stage is ComplaintStage.OPEN


@pytest.mark.parametrize(
    "typed",
    [
        "komplain 081234567890",
        "komplain 0812-3456-7890 belum masuk",
        "komplain 0812 3456 7890",
        "Komplain +62 812 3456 7890 mana bos",
        "k. 81234567890",
        "kom.s5.081234567890",
        "/komplain s5.081234567890 belum masuk",
    ],
)
async def test_a_complaint_can_be_typed_with_the_number(shop: Shop, sold: Order, typed: str) -> None:
    await shop.says(typed)
    assert told(shop).trxid == sold.trxid
    card = shop.last(RINA)
    assert isinstance(card, ComplaintCard)
    assert card.note
    assert len(shop.rows("SELECT * FROM orders")) == 1


async def test_a_complaint_can_be_typed_with_the_ref(shop: Shop, sold: Order) -> None:
    await shop.says(f"komplain {sold.trxid}")
    assert told(shop).trxid == sold.trxid


@pytest.mark.parametrize("typed", ["komplain", "komplain belum masuk", "komplain 089999999999"])
async def test_a_complaint_about_nothing_known_is_answered_with_the_form(shop: Shop, typed: str) -> None:
    await shop.says(typed)
    assert isinstance(shop.last(SARI), ComplaintHelp)


async def test_admins_list_what_waits_for_an_answer(shop: Shop, sold: Order) -> None:
    await shop.says("komplain", by=RINA)
    assert isinstance(shop.last(RINA), NoComplaints)
    await complains(shop, sold)
    await shop.says("/komplain", by=RINA)
    card = shop.last(RINA)
    assert isinstance(card, ComplaintCard)
    assert card.trxid == sold.trxid


async def test_a_complaint_changes_nothing_about_the_order(shop: Shop, sold: Order) -> None:
    await complains(shop, sold)
    await taps(shop, "complaint_checking")
    await shop.says("Sudah masuk", by=RINA, reply_to=card_of(shop))
    assert await shop.order(sold.trxid) == sold


async def test_of_two_moves_from_one_stage_the_second_finds_that_it_is_late(shop: Shop, sold: Order) -> None:
    def unit(tx: Tx) -> tuple[bool, bool]:
        spot = complaints.ComplaintOrigin(chat_id=SARI, thread_id=None, message_id=1)
        before = complaints.insert(tx, sold.trxid, spot, user_id=SARI, note="", at_ms=1)
        assert before
        first = complaints.change_stage(tx, before, ComplaintStage.ANSWERED, answer="satu", by=RINA, at_ms=2)
        return first, complaints.change_stage(
            tx, before, ComplaintStage.ANSWERED, answer="dua", by=DEWI, at_ms=3
        )

    assert await shop.disk.write(unit) == (True, False)
