"""An SN that was not surely read, or has become another, is handed on by an admin, and its cards close."""

from urllib.parse import urlencode

import pytest

from bot.notices.complaints import ComplaintCard
from bot.notices.orders import OrderSucceeded
from bot.notices.serial_numbers import OtherSnReported, SnForwarded, SnPrompt, SnRejected, SnUnread
from bot.orders.model import Order, State
from bot.updates import Toast
from tests.integration.conftest import DEWI, RINA, SARI, Shop

TOKEN = "3563-1234-5678-9012-3456/BUDI/R1/900VA/71,3"
UNREAD = f"Transaksi pln20.14444941364 SUKSES. SN: {TOKEN}. Trx lancar jaya. Saldo: Rp1.350.992"


async def reports(shop: Shop, order: Order, message: str, *, status: str = "0") -> None:
    fields = {
        "status": status,
        "refid": order.trxid,
        "product": order.product_code,
        "dest": order.destination,
    }
    query = urlencode({**fields, "message": message}).encode()
    await shop.reversals.receive(query, remote="103.1.2.3")


@pytest.fixture
async def pending(shop: Shop) -> Order:
    order = await shop.asks("pln20.14444941364")
    await shop.posts()
    return await shop.order(order.trxid)


@pytest.fixture
async def unread(shop: Shop, pending: Order) -> Order:
    await reports(shop, pending, UNREAD)
    await shop.speaks()
    return await shop.order(pending.trxid)


def told(shop: Shop, chat_id: int = SARI) -> OrderSucceeded:
    notice = shop.last(chat_id)
    assert isinstance(notice, OrderSucceeded)
    return notice


async def taps(shop: Shop, action: str, *, by: int = RINA) -> Toast:
    card_id = shop.sender.to(by)[-1].message_id
    toast = await shop.presses(shop.buttons(by)[action], by=by, message_id=card_id)
    await shop.speaks()
    return toast


async def test_where_the_sn_is_unread_the_admins_get_the_message_and_the_chat_is_told_so(
    shop: Shop, unread: Order
) -> None:
    assert (unread.state, unread.sn) == (State.SUCCEEDED, None)
    assert told(shop).is_sn_unread
    for admin in (RINA, DEWI):
        card = shop.last(admin)
        assert isinstance(card, SnUnread)
        assert (card.candidate, card.raw) == (TOKEN, UNREAD)
    assert "1.350.992" not in shop.sender.to(SARI)[-1].text


async def test_one_tap_hands_the_sn_on_and_closes_every_card(shop: Shop, unread: Order) -> None:
    assert await taps(shop, "forward_sn") is Toast.DONE
    assert (await shop.order(unread.trxid)).sn == TOKEN
    assert (told(shop).sn, told(shop).is_sn_new) == (TOKEN, False)
    for admin in (RINA, DEWI):
        closed = shop.last(admin)
        assert isinstance(closed, SnForwarded)
        assert (closed.sn, closed.admin_name) == (TOKEN, f"Name {RINA}")


async def test_the_history_says_who_handed_it_on(shop: Shop, unread: Order) -> None:
    await taps(shop, "forward_sn", by=DEWI)
    (event,) = shop.rows("SELECT actor FROM order_events WHERE kind = 'SnSupplied'")
    assert event["actor"] == f"admin:{DEWI}"


async def test_two_admins_hand_it_on_once(shop: Shop, unread: Order) -> None:
    theirs = shop.buttons(DEWI)["forward_sn"]
    await taps(shop, "forward_sn")
    await shop.presses(theirs, by=DEWI)
    assert shop.kinds(SARI).count("OrderSucceeded") == 2  # without the SN, and with it


async def test_an_admin_can_type_another_sn_as_a_reply(shop: Shop, unread: Order) -> None:
    await taps(shop, "type_sn")
    assert isinstance(shop.last(RINA), SnPrompt)
    prompt_id = shop.sender.to(RINA)[-1].message_id
    await shop.says("3563 1234 5678 9012 3456", by=RINA, reply_to=prompt_id)
    assert told(shop).sn == "3563 1234 5678 9012 3456"
    assert isinstance(shop.last(RINA), SnForwarded)


async def test_an_admin_can_type_the_sn_without_a_reply(shop: Shop, unread: Order) -> None:
    await taps(shop, "type_sn")
    await shop.says("s5.081234567899", by=RINA)  # an order stays an order
    assert not isinstance(shop.last(RINA), SnForwarded)
    await shop.says("3563 1234 5678 9012 3456", by=RINA)
    assert told(shop).sn == "3563 1234 5678 9012 3456"
    assert isinstance(shop.last(RINA), SnForwarded)


async def test_sukses_with_the_ref_hands_an_sn_on_too(shop: Shop, unread: Order) -> None:
    await shop.says(f"/sukses {unread.trxid} 51203948571", by=RINA)
    assert told(shop).sn == "51203948571"
    assert isinstance(shop.last(RINA), SnForwarded)


async def test_without_a_candidate_the_sn_is_asked_for(shop: Shop, pending: Order) -> None:
    await reports(shop, pending, f"pln20.14444941364 SUKSES, SN: {'x' * 501}, Saldo: Rp1")
    assert list(shop.buttons(RINA)) == ["type_sn"]


async def test_the_billers_own_sn_closes_the_cards(shop: Shop, unread: Order) -> None:
    await reports(shop, unread, f"pln20.14444941364 SUKSES, SN: {TOKEN}, Saldo: Rp1")
    assert told(shop).sn == TOKEN
    closed = shop.last(RINA)
    assert isinstance(closed, SnForwarded)
    assert closed.admin_name == ""


async def test_nobody_but_an_admin_hands_an_sn_on(shop: Shop, unread: Order) -> None:
    assert await shop.presses(shop.buttons(RINA)["forward_sn"], by=SARI) is Toast.NOT_ALLOWED
    assert (await shop.order(unread.trxid)).sn is None


async def test_an_order_that_is_no_success_any_more_gets_no_sn(shop: Shop, unread: Order) -> None:
    nonce = shop.buttons(RINA)["forward_sn"]
    await reports(shop, unread, "pln20.14444941364 GAGAL", status="1")
    await shop.presses(nonce)
    assert isinstance(shop.last(RINA), SnRejected)
    assert (await shop.order(unread.trxid)).sn is None


async def test_a_second_success_with_another_sn_is_news_for_the_admins_once(
    shop: Shop, pending: Order
) -> None:
    for sn in ("51203948571", "51203948571", "77001122334", "77001122334", "5120-3948-571"):
        await reports(shop, pending, f"pln20.14444941364 SUKSES, SN: {sn}, Saldo: Rp1")
    assert told(shop).sn == "51203948571"
    assert shop.kinds(SARI).count("OrderSucceeded") == 1
    assert shop.kinds(RINA) == shop.kinds(DEWI) == ["OtherSnReported"]
    card = shop.last(RINA)
    assert isinstance(card, OtherSnReported)
    assert (card.sn, card.other_sn) == ("51203948571", "77001122334")
    await shop.speaks()
    await taps(shop, "forward_sn")
    assert (told(shop).sn, told(shop).is_sn_new) == ("77001122334", True)


async def test_a_complaint_card_carries_the_message_and_hands_the_sn_on(shop: Shop, unread: Order) -> None:
    await shop.presses(f"complain:{unread.trxid}", by=SARI)
    await shop.speaks()
    card = shop.last(RINA)
    assert isinstance(card, ComplaintCard)
    assert (card.raw, card.sn_candidate) == (UNREAD, TOKEN)
    await taps(shop, "forward_sn")
    assert told(shop).sn == TOKEN
    card = next(
        notice
        for row in reversed(shop.messages(RINA))
        if isinstance(notice := shop.notice(row), ComplaintCard)
    )
    assert (card.sn, card.raw) == (TOKEN, "")


async def test_a_complaint_about_a_failure_carries_the_billers_own_words(shop: Shop, pending: Order) -> None:
    message = "Transaksi pln20.14444941364 GAGAL, Saldo: Rp1.350.992"
    await reports(shop, pending, message, status="1")
    await shop.says(f"komplain {pending.trxid}", by=SARI)
    card = shop.last(RINA)
    assert isinstance(card, ComplaintCard)
    assert card.raw == message
