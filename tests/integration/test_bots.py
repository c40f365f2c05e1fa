"""A new bot on an old database: its message ids begin anew, and no order meets silence or is bought twice."""

import pytest

from bot.notices.people import JoinDecided
from storage import bots, inbox
from tests.integration.conftest import BUDI, GROUP, RINA, SARI, STRANGER, Shop
from tests.integration.fakes import order_text, success_of

OLD, NEW, THIRD = 110_201_543, 220_302_654, 330_403_765


async def is_run_by(shop: Shop, bot_id: int) -> bool:
    """Start with a bot; return whether it is another one than before."""
    return await shop.disk.write(lambda tx: bots.use(tx, bot_id, at_ms=shop.clock()))


@pytest.fixture
async def shop(shop: Shop) -> Shop:
    assert not await is_run_by(shop, OLD)
    return shop


def count(shop: Shop) -> int:
    found: int = shop.rows("SELECT count(*) AS n FROM orders")[0]["n"]
    return found


@pytest.mark.parametrize("chat", [None, GROUP], ids=["private", "group"])
async def test_an_order_with_a_message_id_of_the_old_bot_is_placed_and_answered(
    shop: Shop, chat: int | None
) -> None:
    await shop.asks(order_text(1), message_id=7, chat=chat)
    assert await is_run_by(shop, NEW)
    order = await shop.asks(order_text(2), message_id=7, chat=chat)
    assert order.message_id == 7
    assert shop.messages(chat or SARI)[-1]["reply_to"] == 7


async def test_a_list_with_a_message_id_of_the_old_bot_is_placed_too(shop: Shop) -> None:
    for bot_id, numbers in ((OLD, range(5)), (NEW, range(5, 10)), (THIRD, range(10, 15))):
        await is_run_by(shop, bot_id)
        await shop.says("\n".join(order_text(number) for number in numbers), message_id=7)
        await shop.speaks()
    assert count(shop) == 15
    tables = [
        message for message in shop.sender.to(SARI) if "Pesanan" in message.text or "5 " in message.text
    ]
    assert len({message.outgoing.reply_to for message in tables}) == 1


async def test_a_message_of_the_new_bot_makes_one_order_too(shop: Shop) -> None:
    await is_run_by(shop, NEW)
    for _ in range(3):
        await shop.says(order_text(1), message_id=7)
        assert not await is_run_by(shop, NEW)
    assert count(shop) == 1


async def test_a_message_that_comes_again_after_the_old_bot_is_back_makes_no_second_order(shop: Shop) -> None:
    await shop.says(order_text(1), message_id=7)
    assert await is_run_by(shop, NEW)
    await shop.says(order_text(2), message_id=7)
    assert await is_run_by(shop, OLD)
    await shop.says(order_text(1), message_id=7)
    assert await is_run_by(shop, NEW)
    await shop.says(order_text(2), message_id=7)
    assert count(shop) == 2


async def test_the_results_of_the_old_bots_orders_are_sent_by_the_new_one_and_reply_to_nothing(
    shop: Shop,
) -> None:
    order = await shop.asks(order_text(1), message_id=7)
    await shop.posts()
    await shop.says("\n".join(order_text(number) for number in range(2, 8)), message_id=8)
    await shop.posts()
    await is_run_by(shop, NEW)
    for row in shop.rows("SELECT trxid FROM orders"):
        await shop.reversals.receive(success_of(await shop.order(row["trxid"])), remote="1.2.3.4")
    for _ in range(200):
        await shop.speaks()
        shop.clock.passes(1)
    results = [message for message in shop.sender.to(SARI) if "SUKSES" in message.text]
    assert any(order.trxid in message.text for message in results)
    assert all((message.outgoing.reply_to or 0) < 1 << 40 for message in shop.sender.messages)
    assert {row["state"] for row in shop.messages(SARI)} <= {"sent", "dropped"}


async def test_what_waited_for_a_chat_that_shut_the_old_bot_out_is_sent_by_the_new_one(shop: Shop) -> None:
    shop.sender.blocks(SARI)
    await shop.says("bantuan", message_id=7)
    await shop.speaks()
    assert [row["state"] for row in shop.messages(SARI)] == ["parked"]
    shop.sender.takes()
    await is_run_by(shop, NEW)
    await shop.speaks()
    (message,) = shop.sender.to(SARI)
    assert message.outgoing.reply_to is None


async def test_a_card_of_the_old_bot_is_replaced_by_a_message_and_not_by_an_edit(shop: Shop) -> None:
    await shop.says("/daftar", by=STRANGER, message_id=5)
    await shop.speaks()
    await is_run_by(shop, NEW)
    await shop.says(f"/aktifkan {STRANGER}", by=RINA, message_id=6)
    await shop.speaks()
    assert JoinDecided.__name__ in shop.kinds(RINA)
    assert all(message.outgoing.edits is None for message in shop.sender.messages)
    assert shop.messages(STRANGER)[-1]["reply_to"] is None


async def test_a_reply_to_a_message_of_the_new_bot_is_no_answer_to_one_of_the_old(shop: Shop) -> None:
    await shop.says("/daftar", by=STRANGER, message_id=5)
    await shop.speaks()
    known = shop.sender.to(STRANGER)[0].message_id
    await is_run_by(shop, NEW)
    assert shop.rows("SELECT * FROM outbox WHERE message_id = ?", known) == []


async def test_the_new_bots_updates_are_asked_for_from_their_beginning(shop: Shop) -> None:
    await shop.disk.write(lambda tx: inbox.move_cursor(tx, 900_000_000, at_ms=shop.clock()))
    await is_run_by(shop, NEW)
    assert await shop.disk.read(inbox.cursor) is None


async def test_the_same_bot_changes_nothing(shop: Shop) -> None:
    await shop.asks(order_text(1), by=BUDI, message_id=7)
    await shop.disk.write(lambda tx: inbox.move_cursor(tx, 5, at_ms=shop.clock()))
    tables = ("orders", "outbox", "messages_seen", "poll_cursor", "chats")
    before = [shop.rows(f"SELECT * FROM {table}") for table in tables]  # noqa: S608 - names of the schema
    assert not await is_run_by(shop, OLD)
    assert [shop.rows(f"SELECT * FROM {table}") for table in tables] == before  # noqa: S608 - names of the schema
