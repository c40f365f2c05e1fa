"""Messages are sent in their chat's order, within the rate limits; a failing chat delays no other."""

import asyncio
import itertools

import pytest

from bot.actors import Address, Role
from bot.delivery.chat_queues import CHATS_AT_ONCE, IDLE_S
from bot.notices import Notice
from bot.notices.guidance import Help
from bot.notices.orders import OrderExpired, OrderReceived, OrderUnknown
from bot.notices.people import JoinCard
from bot.orders.model import ExpiryReason, State
from bot.purchasing.notifications import OrderFacts
from bot.worker import Worker
from storage.transaction import Tx
from tests.integration.conftest import BUDI, GROUP, RINA, SARI, STRANGER, Shop
from tests.integration.fakes import Message, eventually, success_of
from tests.lists import lines_in, refs_in

SUPERGROUP = -1009990001

_numbers = itertools.count(1)


def facts() -> OrderFacts:
    return OrderFacts(
        trxid=f"{next(_numbers):017}", code="s5", destination="081234567890", at_ms=0, ordinal=1
    )


def acknowledgement() -> OrderReceived:
    return OrderReceived(**facts())


def result() -> OrderExpired:
    return OrderExpired(**facts(), reason=ExpiryReason.TOO_OLD)


async def put(
    shop: Shop,
    *notices: Notice,
    chat: int = SARI,
    reply_to: int | None = None,
    thread: int | None = None,
    edits: int | None = None,
) -> None:
    """Enqueue notices to a chat."""
    address = Address(chat_id=chat, reply_to=reply_to, thread_id=thread)

    def unit(tx: Tx) -> None:
        for notice in notices:
            shop.context.begin(tx, shop.clock()).notify(notice, address, edits=edits)

    await shop.disk.write(unit)


async def passes(shop: Shop, seconds: float) -> None:
    """Advance the clock, and let the messenger send what is due then."""
    shop.clock.passes(seconds)
    await shop.speaks()


def refs(messages: list[Message]) -> list[str]:
    """Return the Ref at the end of each message."""
    return [message.text.rsplit("Ref ", 1)[-1] for message in messages]


async def test_messages_of_a_chat_are_told_in_order(shop: Shop) -> None:
    notices: list[OrderReceived | OrderExpired] = [acknowledgement(), result(), acknowledgement()]
    await put(shop, *notices)
    await shop.speaks()
    assert refs(shop.sender.to(SARI)) == [notice.trxid for notice in notices]
    assert {row["state"] for row in shop.messages(SARI)} == {"sent"}


async def test_two_looks_at_the_outbox_at_once_send_nothing_twice(shop: Shop) -> None:
    for _ in range(5):
        await put(shop, acknowledgement(), result())
        looking = asyncio.ensure_future(shop.messenger.run_once())
        await asyncio.sleep(0)
        shop.messenger.scan()
        await looking
        await shop.speaks()
    told = refs(shop.sender.to(SARI))
    assert len(told) == len(set(told)) == 10


async def test_a_result_answers_the_message_that_asked(shop: Shop) -> None:
    await put(shop, result(), reply_to=77, thread=5, chat=GROUP)
    await shop.speaks()
    (message,) = shop.sender.messages
    assert (message.outgoing.reply_to, message.outgoing.thread_id) == (77, 5)


async def test_a_message_told_is_never_told_again_though_the_process_starts_anew(shop: Shop) -> None:
    await put(shop, result(), result())
    await shop.speaks()
    shop.starts()
    await passes(shop, 3600)
    assert len(shop.sender.messages) == 2


async def test_nothing_is_said_while_its_chats_message_before_is_on_its_way(shop: Shop) -> None:
    shop.sender.hangs()
    await put(shop, result(), result())
    for _ in range(3):
        await shop.messenger.run_once()
        await asyncio.sleep(0.005)
    assert len(shop.sender.tries) == 1
    shop.sender.release()
    await shop.messenger.drain(60)
    await shop.speaks()
    assert len(shop.sender.messages) == 2


async def test_a_message_written_just_as_its_queue_falls_silent_is_told_at_once(shop: Shop) -> None:
    """The chat queue finds no other message, and the scan for the new one still finds the chat busy."""
    messenger = asyncio.create_task(Worker("messenger", shop.messenger.run_once, shop.outbox_wake_up).run())
    shop.sender.hangs()
    await put(shop, acknowledgement())
    shop.messenger.scan()
    await eventually(lambda: bool(shop.sender.tries))
    shop.disk.holds_writes()
    shop.sender.release()
    await eventually(lambda: bool(shop.sender.messages))
    writing = asyncio.create_task(put(shop, result()))
    await asyncio.sleep(0)  # behind what the chat queue stores, before the scan
    shop.messenger.scan()
    await asyncio.sleep(0)
    shop.disk.lets_go()
    await writing
    await eventually(lambda: len(shop.sender.messages) == 2, timeout_s=IDLE_S / 3)
    messenger.cancel()


async def test_whoever_finds_no_place_to_be_spoken_to_is_told_as_soon_as_there_is_one(shop: Shop) -> None:
    messenger = asyncio.create_task(Worker("messenger", shop.messenger.run_once, shop.outbox_wake_up).run())
    shop.sender.hangs()
    for number in range(CHATS_AT_ONCE):
        await put(shop, result(), chat=5000 + number)
    shop.messenger.scan()
    await eventually(lambda: len(shop.sender.tries) == CHATS_AT_ONCE)
    await put(shop, result(), chat=SARI)
    shop.messenger.scan()
    await shop.disk.write(lambda _: None)  # behind the scan, which has found no free place
    shop.sender.release()
    await eventually(lambda: bool(shop.sender.to(SARI)), timeout_s=IDLE_S / 3)
    messenger.cancel()


async def test_a_wait_holds_its_own_chat_and_no_other(shop: Shop) -> None:
    shop.sender.says_later(SARI, 30)
    await put(shop, result())
    await put(shop, result(), chat=BUDI)
    await shop.speaks()
    assert (len(shop.sender.to(SARI)), len(shop.sender.to(BUDI))) == (0, 1)
    shop.sender.takes()
    await put(shop, result(), chat=BUDI)
    await passes(shop, 29)
    assert (len(shop.sender.to(SARI)), len(shop.sender.to(BUDI))) == (0, 2)
    await passes(shop, 1)
    assert len(shop.sender.to(SARI)) == 1


async def test_three_chats_told_to_wait_slow_down_all(shop: Shop) -> None:
    chats = [SARI, BUDI, STRANGER]
    for chat in chats:
        shop.sender.says_later(chat, 20)
        await put(shop, result(), chat=chat)
    await shop.speaks()
    shop.sender.takes()
    await put(shop, result(), chat=RINA)
    await shop.speaks()
    assert shop.sender.messages == []
    await passes(shop, 20)
    assert {message.chat_id for message in shop.sender.messages} == {*chats, RINA}


async def test_a_chat_gets_no_more_than_its_pace(shop: Shop) -> None:
    shop.starts(chat_messages_per_s=1)
    await put(shop, Help(role=Role.RESELLER), Help(role=Role.RESELLER), Help(role=Role.RESELLER))
    await put(shop, result(), chat=BUDI)
    await shop.speaks()
    assert (len(shop.sender.to(SARI)), len(shop.sender.to(BUDI))) == (1, 1)
    await passes(shop, 0.9)
    assert len(shop.sender.to(SARI)) == 1
    await passes(shop, 0.1)
    assert len(shop.sender.to(SARI)) == 2


async def test_the_pause_is_until_the_next_message_may_go(shop: Shop) -> None:
    shop.starts(chat_messages_per_s=1)
    await put(shop, result(), result())
    await shop.messenger.run_once()
    await shop.messenger.drain(60)
    shop.clock.passes(0.25)
    assert await shop.messenger.run_once() == pytest.approx(0.75)


class TestQueues:
    async def test_up_to_three_messages_keep_their_own_message(self, shop: Shop) -> None:
        await put(shop, *[result() for _ in range(3)])
        await shop.speaks()
        assert len(shop.sender.to(SARI)) == 3

    async def test_more_are_merged_into_one_in_order(self, shop: Shop) -> None:
        notices = [result() for _ in range(10)]
        await put(shop, *notices)
        await shop.speaks()
        (message,) = shop.sender.to(SARI)
        trxids = [notice.trxid for notice in notices]
        assert refs_in(message.text, trxids) == trxids
        messages = shop.messages(SARI)
        assert {row["state"] for row in messages} == {"sent"}
        assert {row["message_id"] for row in messages} == {message.message_id}

    async def test_a_message_never_outgrows_telegrams_limit(self, shop: Shop) -> None:
        notices = [result() for _ in range(250)]
        await put(shop, *notices)
        await shop.speaks()
        messages = shop.sender.to(SARI)
        assert 1 < len(messages) < 10
        assert all(len(message.text.encode("utf-16-le")) // 2 <= 4096 for message in messages)
        trxids = [notice.trxid for notice in notices]
        assert [ref for message in messages for ref in refs_in(message.text, trxids)] == trxids

    async def test_a_merged_message_whose_answer_is_lost_is_said_again_whole(self, shop: Shop) -> None:
        shop.sender.loses_answers(1)
        await put(shop, *[result() for _ in range(5)])
        await shop.speaks()
        await passes(shop, 10)
        first, second = shop.sender.to(SARI)
        assert first.text == second.text

    async def test_a_message_with_buttons_is_never_merged(self, shop: Shop) -> None:
        cards = [JoinCard(user_id=n, name="X", username=None, at_ms=0) for n in range(5)]
        await put(shop, *cards, chat=RINA)
        await shop.speaks()
        assert len(shop.sender.to(RINA)) == 5
        assert all(message.outgoing.keyboard for message in shop.sender.to(RINA))

    async def test_a_result_never_comes_before_its_acknowledgement(self, shop: Shop) -> None:
        shop.sender.says_later(SARI, 5)
        orders = [await shop.asks() for _ in range(6)]
        await shop.speaks()
        shop.sender.takes()
        for order in orders:
            await shop.reversals.receive(success_of(order), remote="1.2.3.4")
        await passes(shop, 5)
        rows = [line for message in shop.sender.to(SARI) for line in lines_in(message.text)]
        assert [(line.title, line.destination) for line in rows] == [
            ("SUKSES", order.destination) for order in orders
        ]


class TestEdits:
    async def test_a_card_is_rewritten_where_it_stands(self, shop: Shop) -> None:
        await put(shop, Help(role=Role.ADMIN), chat=RINA, edits=555)
        await shop.speaks()
        (message,) = shop.sender.to(RINA)
        assert (message.outgoing.edits, message.message_id) == (555, 555)

    async def test_a_card_that_is_gone_is_said_anew(self, shop: Shop) -> None:
        shop.sender.loses_edited(RINA)
        await put(shop, Help(role=Role.ADMIN), chat=RINA, edits=555)
        await shop.speaks()
        (message,) = shop.sender.to(RINA)
        assert message.outgoing.edits is None
        assert shop.messages(RINA)[0]["message_id"] == message.message_id

    async def test_a_topic_that_is_gone_is_left(self, shop: Shop) -> None:
        shop.sender.loses_topic(GROUP)
        await put(shop, result(), result(), chat=GROUP, thread=5)
        await shop.speaks()
        assert [message.outgoing.thread_id for message in shop.sender.to(GROUP)] == [None, None]


async def test_what_the_chat_heard_last_is_the_orders_state(shop: Shop) -> None:
    shop.biller.cuts()
    order = await shop.asks()
    await shop.posts()
    assert isinstance(shop.last(SARI), OrderUnknown)
    await shop.reversals.receive(success_of(order), remote="1.2.3.4")
    await shop.speaks()
    assert (await shop.order(order.trxid)).state is State.SUCCEEDED
    assert "SUKSES" in shop.sender.to(SARI)[-1].text
    assert shop.kinds(SARI) == ["OrderReceived", "OrderUnknown", "OrderSucceeded"]
