"""The desk shows which messages wait, which chats cannot be reached, and what was given up and why."""

from storage import chats, outbox, people
from tests.integration.conftest import BUDI, SARI, Shop
from tests.integration.desk import STAFF, Desk


async def test_waiting_parked_and_failed_messages_are_shown_with_their_reason(shop: Shop) -> None:
    desk = Desk(shop)
    order = await shop.asks(by=SARI)
    await shop.asks(by=BUDI)
    name = "<b>Sari</b>"
    await shop.disk.write(lambda tx: people.rename(tx, SARI, name=name, username=None))
    row = next(row for row in shop.messages(order.chat_id))
    staff = await desk.signed_in(STAFF)
    await shop.disk.write(lambda tx: outbox.mark_failed(tx, row["outbox_id"], fault="<i>Bad Request</i>"))
    await shop.disk.write(lambda tx: chats.park(tx, STAFF, why="bot was blocked", at_ms=shop.clock()))
    response = await staff.get("/desk/messages")
    assert response.status_code == 200
    for words in ("bot was blocked", "Menunggu dikirim", "<i>Bad Request</i>", f"/desk/orders/{order.trxid}"):
        assert words in staff.page
    assert "<b>Sari" not in response.text
    assert "<i>Bad" not in response.text
    assert (await staff.get("/desk/messages?after=1")).status_code == 200
    assert (await staff.get("/desk/messages?after=x")).status_code == 200


async def test_where_nothing_waits_the_page_says_so_and_a_stranger_sees_nothing(shop: Shop) -> None:
    desk = Desk(shop)
    rina = await desk.signed_in()
    await shop.speaks()
    await rina.get("/desk/messages")
    assert "Tidak ada pesan yang menunggu" in rina.page
    assert (await desk.browser().get("/desk/messages")).status_code == 401


async def test_the_system_page_says_how_the_bot_does_and_where_one_is_signed_in(shop: Shop) -> None:
    rina = await Desk(shop).signed_in()
    await rina.get("/desk/system")
    for words in ("Versi", "jalan", "buka", "menunggu", "Tempat Anda masuk"):
        assert words in rina.page
