"""The desk shows which messages wait, which chats cannot be reached, and what was given up and why."""

import re

import pytest

from bot.desk.messages import ROWS_SHOWN
from bot.notices.desk import DeskOff
from storage import chats, outbox, people
from storage.outbox import OutboxMessage
from storage.transaction import Tx
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


@pytest.mark.parametrize("state", ["waiting", "parked"])
async def test_all_chats_are_reached_page_by_page_the_longest_waiting_first(shop: Shop, state: str) -> None:
    rina = await Desk(shop).signed_in()
    await shop.speaks()
    ids = [900_000 - number for number in range(2 * ROWS_SHOWN + 30)]

    def unit(tx: Tx) -> None:
        for chat_id in ids * 2:
            if state == "parked":
                chats.park(tx, chat_id, why="bot was blocked", at_ms=shop.clock())
            outbox.enqueue(tx, OutboxMessage(chat_id=chat_id, notice=DeskOff()), at_ms=shop.clock())

    await shop.disk.write(unit)
    seen: list[int] = []
    pages = []
    address = "/desk/messages"
    while address:
        await rina.get(address)
        on_page = [int(chat_id) for chat_id in re.findall(r"\((9\d{5}|89\d{4})\)</td>", rina.page)]
        seen += on_page
        pages.append(len(on_page))
        found = re.search(rf'href="(/desk/messages\?{state}_after=\d+)"', rina.page)
        address = found[1] if found else ""
    assert (seen, pages) == (ids, [ROWS_SHOWN, ROWS_SHOWN, 30])
    await rina.get(f"/desk/messages?{state}_after=999999999")
    assert "Ke awal daftar" in rina.page
    for typed in ("-1", "x", "9" * 19, "1.5", "\u0661"):
        assert (await rina.get(f"/desk/messages?{state}_after={typed}")).status_code == 200
