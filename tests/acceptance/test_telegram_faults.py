"""Telegram's bad days over real sockets: one chat's trouble is no other's, and each chat hears all in order.

`test_wire.py` shows each single fault; here they last, pile up, and meet queues.
"""

import asyncio
import re

import pytest

from sandbox.telegram.chats import Chat, ChatType, Role
from sandbox.telegram.faults import FaultKind
from tests.acceptance.shop import BUDI, RINA, SARI, Mode, Shop
from tests.lists import lines_in

SENDING = pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
"""Messages leave alike, however updates come in."""

GROUP_OF_OLD, GROUP_NOW = -4001, -1009988776655
LASTING = 6


async def accepted(shop: Shop, chat: int, destination: str, user: int | None = None) -> str:
    """Order something of which no result comes by itself; return its trxid once the biller has it."""
    trxid = await shop.trxid(chat, shop.order(chat, f"s5.{destination}", user_id=user or chat))
    await shop.until(lambda: shop.rows("SELECT state FROM orders WHERE trxid = ?", trxid) == [("pending",)])
    return trxid


async def results_are_told(shop: Shop, chats: list[int], results: int) -> None:
    """Let results come to chats one after another, and wait for each to be told."""
    for number in range(results):
        chat = chats[number % len(chats)]
        trxid = await accepted(shop, chat, f"0813{number:04d}6666")
        assert await shop.world.biller.reverse(trxid) == 200
        await shop.wait_for_message(chat, "SUKSES", trxid)


@SENDING
@pytest.mark.parametrize(
    "kind",
    [FaultKind.TOO_MANY, FaultKind.SERVER_ERROR, FaultKind.RESET_BEFORE, FaultKind.SLOW, FaultKind.FORBIDDEN],
)
async def test_while_one_chat_is_in_trouble_the_others_are_told(shop: Shop, kind: FaultKind) -> None:
    others = [shop.add_user(2000 + number, f"Toko {number}") for number in range(3)]
    for chat in others:
        shop.order(RINA, f"/aktifkan {chat}")
    await shop.until(lambda: all(shop.messages_with(chat, "sudah terdaftar") for chat in others))
    shop.world.telegram.fault("sendMessage", kind, chat_id=SARI, times=50, retry_after=4)
    troubled = [await accepted(shop, SARI, f"0812345{number}6666") for number in range(5)]
    for trxid in troubled:
        assert await shop.world.biller.reverse(trxid) == 200
    await results_are_told(shop, others, 12)
    assert shop.world.telegram.faults.pending, "the trouble was over before the others were told"
    assert shop.messages_with(SARI, "SUKSES") == []
    shop.world.telegram.faults.pending.clear()
    shop.order(SARI, "/bantuan")  # whoever had shut us out speaks again
    for trxid in troubled:
        await shop.wait_for_message(SARI, "SUKSES", trxid, timeout_s=30)


@SENDING
async def test_a_result_outlasts_a_long_row_of_faults_with_few_copies(shop: Shop) -> None:
    """Copies are at most one and as many as Telegram's lost answers."""
    trxids = {chat: await accepted(shop, chat, f"0812{chat}6666") for chat in (SARI, BUDI)}
    await shop.quiet()
    lost = 2
    shop.world.telegram.fault("sendMessage", "reset_after_accepting", chat_id=SARI, times=lost)
    for kind in ("429", "reset_before"):
        shop.world.telegram.fault("sendMessage", kind, chat_id=BUDI)
    for trxid in trxids.values():
        assert await shop.world.biller.reverse(trxid) == 200
    await shop.until(lambda: not shop.world.telegram.faults.pending, timeout_s=40)
    await shop.wait_for_message(BUDI, "SUKSES", trxids[BUDI], timeout_s=40)
    await shop.until(lambda: shop.rows("SELECT 1 FROM outbox WHERE state = 'waiting'") == [], timeout_s=40)
    assert len(shop.messages_with(BUDI, "SUKSES", trxids[BUDI])) == 1
    assert 1 <= len(shop.messages_with(SARI, "SUKSES", trxids[SARI])) <= 1 + lost


@SENDING
async def test_what_is_no_result_is_copied_once_at_most(shop: Shop) -> None:
    shop.world.telegram.fault("sendMessage", "reset_after_accepting", chat_id=SARI, times=3)
    shop.order(SARI, "/bantuan")
    await shop.until(lambda: len(shop.messages_with(SARI, "Cara pesan")) == 2)
    await shop.quiet()
    assert len(shop.messages_with(SARI, "Cara pesan")) == 2


def told_order(shop: Shop, chat: int) -> list[tuple[str, str]]:
    """Return (word, Ref) of every notice a chat has read, in order, merged ones too."""
    by_tail = {trxid[-5:]: trxid for (trxid,) in shop.rows("SELECT trxid FROM orders")}
    told: list[tuple[str, str]] = []
    for message in shop.messages_with(chat):
        told += re.findall(r"(DIPROSES|SUKSES|GAGAL) s5\..*?Ref ([0-9]{17})", message.text, re.DOTALL)
        told += [(line.title, by_tail[line.tail]) for line in lines_in(message.text)]
    return told


@SENDING
async def test_each_chat_hears_everything_in_order_whatever_strikes(shop: Shop) -> None:
    telegram, chats = shop.world.telegram, (SARI, BUDI)
    orders: dict[int, list[str]] = {chat: [] for chat in chats}
    for number in range(LASTING):
        for chat in chats:
            orders[chat].append(await accepted(shop, chat, f"0812{number:04d}6666"))
    await shop.quiet()
    for kinds, chat in ((("429", "reset_after_accepting"), SARI), (("500", "429"), BUDI)):
        for kind in kinds:
            telegram.fault("sendMessage", kind, chat_id=chat)
    for number in range(LASTING):
        for chat in chats:
            assert await shop.world.biller.reverse(orders[chat][number]) == 200
    await shop.until(lambda: shop.rows("SELECT 1 FROM outbox WHERE state = 'waiting'") == [], timeout_s=40)
    for chat in chats:
        told = told_order(shop, chat)
        assert first_of(told, "DIPROSES") == orders[chat]
        assert first_of(told, "SUKSES") == orders[chat]
        for trxid in orders[chat]:
            words = [word for word, ref in told if ref == trxid]
            assert words == sorted(words), "a result came before its acknowledgement"


def first_of(told: list[tuple[str, str]], word: str) -> list[str]:
    """Return whose first notice of a kind came when."""
    return list(dict.fromkeys(ref for said, ref in told if said == word))


@SENDING
async def test_all_that_a_closed_chat_missed_comes_in_order_when_it_opens(shop: Shop) -> None:
    trxids = [await accepted(shop, SARI, f"0812{number:04d}6666") for number in range(3)]
    await shop.quiet()
    shop.world.telegram.fault("sendMessage", "403", chat_id=SARI, times=100)
    for trxid in trxids:
        assert await shop.world.biller.reverse(trxid) == 200
    await shop.wait_for_message(RINA, "Pesan tidak sampai", f"chat {SARI}", "blocked")
    await shop.quiet()
    assert shop.rows("SELECT count(*) FROM outbox WHERE state = 'parked' AND chat_id = ?", SARI) == [(3,)]
    tries = shop.world.telegram.faults.pending[0].times
    assert tries >= 100 - 3, "a closed chat is tried again and again"
    shop.world.telegram.faults.pending.clear()
    shop.order(SARI, "/bantuan")
    await shop.wait_for_message(SARI, "Cara pesan")
    await shop.quiet()
    assert first_of(told_order(shop, SARI), "SUKSES") == trxids
    assert len(shop.messages_with(RINA, "Pesan tidak sampai")) == 1


@SENDING
async def test_a_poisoned_message_is_buried_and_told_to_the_admins_and_the_rest_goes_on(shop: Shop) -> None:
    first, second = [await accepted(shop, SARI, f"0812{number:04d}6666") for number in range(2)]
    await shop.quiet()
    shop.world.telegram.fault("sendMessage", "400", chat_id=SARI, times=3, description="can't parse entities")
    for trxid in (first, second):
        assert await shop.world.biller.reverse(trxid) == 200
    await shop.wait_for_message(SARI, "SUKSES", second, timeout_s=20)
    await shop.wait_for_message(RINA, "Pesan tidak sampai", "Hasil pesanan", f"chat {SARI}")
    assert shop.messages_with(SARI, "SUKSES", first) == []
    assert shop.rows("SELECT count(*) FROM outbox WHERE state = 'failed'") == [(1,)]


@SENDING
async def test_a_group_that_moves_takes_its_queue_along_and_goes_on_there(shop: Shop) -> None:
    telegram = shop.world.telegram
    old = Chat(id=GROUP_OF_OLD, type=ChatType.GROUP, title="Grup", role=Role.GROUP, members=(SARI, BUDI))
    telegram.chats.chats[GROUP_OF_OLD] = old
    trxids = [await accepted(shop, GROUP_OF_OLD, f"0812{number:04d}6666", SARI) for number in range(3)]
    await shop.quiet()
    telegram.fault("sendMessage", "migrated", chat_id=GROUP_OF_OLD, new_chat_id=GROUP_NOW, times=100)
    for trxid in trxids:
        assert await shop.world.biller.reverse(trxid) == 200
    await shop.until(lambda: GROUP_NOW in telegram.chats.chats)
    for trxid in trxids:
        await shop.wait_for_message(GROUP_NOW, "SUKSES", trxid)
    assert first_of(told_order(shop, GROUP_NOW), "SUKSES") == trxids
    assert shop.messages_with(GROUP_OF_OLD, "SUKSES") == []
    assert len(shop.messages_with(GROUP_NOW)) == 3
    # What was asked before the move and is reported after it goes there at once.
    asked = shop.order(GROUP_NOW, "s5.081299991111", user_id=SARI)
    told = await shop.wait_for_message(GROUP_NOW, "SUKSES", "081299991111")
    assert told.reply_to
    assert told.reply_to.id == asked
    assert telegram.faults.pending[0].times == 99


async def ends_well(shop: Shop, asked: dict[int, str]) -> None:
    for destination in asked.values():
        await shop.wait_for_message(SARI, f"SUKSES s5.{destination}", timeout_s=30)
    await shop.quiet()
    assert shop.rows("SELECT count(*) FROM orders") == [(len(asked),)]
    assert sorted(post["idpel"] for post in shop.wire.posts) == sorted(asked.values())


@SENDING
@pytest.mark.parametrize("kinds", [("502", "reset_after_accepting"), ("429",)], ids="+".join)
async def test_orders_outlast_polls_that_fail(shop: Shop, kinds: tuple[str, ...]) -> None:
    """The answer to a poll that is lost on its way comes again, since nothing was confirmed."""
    for kind in kinds:
        shop.world.telegram.fault("getUpdates", kind)
    asked = {}
    for number in range(LASTING):
        destination = f"0812{number:04d}1111"
        asked[shop.order(SARI, f"s5.{destination}")] = destination
        await asyncio.sleep(0.05)  # so that one poll does not bring them all
    await ends_well(shop, asked)
    assert shop.world.telegram.faults.pending == []


@pytest.mark.parametrize("mode", [Mode.WEBHOOK], indirect=True)
async def test_orders_outlast_a_start_at_which_telegram_is_ill(closed_shop: Shop) -> None:
    shop = closed_shop
    for method, kind in (("getMe", "502"), ("setWebhook", "reset_after_accepting")):
        shop.world.telegram.fault(method, kind)
    asked = {shop.order(SARI, "s5.081200001111"): "081200001111"}
    await shop.start()
    await ends_well(shop, asked)
