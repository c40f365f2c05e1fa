"""A hundred orders of one message cost few calls, and no trouble with a chat makes its table untrue."""

import asyncio

import pytest

from bot.delivery.batch_summary import MIN_HOLD_MS
from bot.orders.model import Order
from tests.integration.conftest import BUDI, GROUP, SARI, Shop
from tests.integration.test_batch_summary import is_table, orders, passes, refs_told, shown, succeed, tables

SUPERGROUP = -1009990001
CALLS_AT_MOST = 20
"""A tenth of what a hundred orders cost that are each acknowledged and told by a message of their own."""


class TestHundred:
    @pytest.fixture
    def slow(self, shop: Shop) -> Shop:
        """A shop that speaks at Telegram's pace."""
        shop.starts(messages_per_s=25, chat_messages_per_s=1)
        return shop

    def is_all_told(self, shop: Shop, placed: list[Order], chat: int = SARI) -> bool:
        return sorted(refs_told(shop, chat)) == sorted(order.trxid for order in placed)

    async def test_results_that_come_at_once_cost_a_tenth_of_the_calls(self, slow: Shop) -> None:
        placed = await orders(slow, 100)
        await slow.speaks()
        await passes(slow, 5)
        await succeed(slow, *placed)
        await passes(slow, 30)
        assert self.is_all_told(slow, placed)
        assert slow.sender.tries == [message.outgoing for message in slow.sender.messages]
        assert len(slow.sender.tries) <= CALLS_AT_MOST
        assert "✅ 100 sukses" in tables(slow)[-1].text

    @pytest.mark.parametrize("every_s", [0.5, 2, 6])
    async def test_results_that_trickle_cost_a_tenth_of_the_calls(self, slow: Shop, every_s: float) -> None:
        """Six seconds apart, the hundredth comes after ten minutes."""
        placed = await orders(slow, 100)
        await slow.speaks()
        for number, order in enumerate(placed):
            while slow.clock() < placed[0].placed_at_ms + (number + 1) * every_s * 1000:
                slow.clock.passes(0.5)
                await slow.speaks()
            await succeed(slow, order)
        await passes(slow, 30)
        assert self.is_all_told(slow, placed)
        assert len(slow.sender.tries) <= CALLS_AT_MOST
        assert "✅ 100 sukses" in tables(slow)[-1].text

    async def test_a_group_that_holds_two_batches_is_told_both(self, slow: Shop) -> None:
        placed = await orders(slow, 40, chat=GROUP)
        text = "\n".join(f"s5.0857{number:08d}" for number in range(40))
        await slow.says(text, by=BUDI, chat=GROUP, message_id=88)
        await slow.posts()
        rows = slow.rows("SELECT trxid FROM orders WHERE message_id = 88")
        others = [await slow.order(row["trxid"]) for row in rows]
        for pair in zip(placed, others, strict=True):
            await succeed(slow, *pair)
            await passes(slow, 1)
        await passes(slow, 60)
        assert self.is_all_told(slow, [*placed, *others], GROUP)
        assert len({message.message_id for message in tables(slow, GROUP)}) == 2


class TestTrouble:
    async def test_a_chat_that_blocked_us_is_told_all_by_one_table_when_it_comes_back(
        self, shop: Shop
    ) -> None:
        placed = await orders(shop, 6)
        await shop.speaks()
        shop.sender.blocks(SARI)
        for order in placed:
            await succeed(shop, order)
            await passes(shop, 20)
        shop.sender.takes()
        told = len(shop.sender.to(SARI))
        await shop.says("bantuan")
        await passes(shop, 60)
        assert sorted(refs_told(shop)) == sorted(order.trxid for order in placed)
        assert shown(shop) == "✅" * 6
        assert len([message for message in shop.sender.to(SARI)[told:] if is_table(message)]) == 1

    async def test_a_chat_that_blocked_us_before_its_table_is_told_one_when_it_comes_back(
        self, shop: Shop
    ) -> None:
        shop.sender.blocks(SARI)
        placed = await orders(shop, 5)
        await shop.speaks()
        for order in placed:
            await succeed(shop, order)
            await passes(shop, 20)
        shop.sender.takes()
        await shop.says("bantuan")
        await passes(shop, 60)
        assert shown(shop) == "✅" * 5
        assert len(tables(shop)) == 1

    async def test_a_group_that_migrated_gets_a_table_of_its_own_and_all_results(self, shop: Shop) -> None:
        placed = await orders(shop, 6, chat=GROUP)
        await shop.speaks()
        shop.sender.moves(GROUP, SUPERGROUP)
        for order in placed[:3]:
            await succeed(shop, order)
            await passes(shop, 20)
        await succeed(shop, *placed[3:])
        await passes(shop, 20)
        assert sorted(refs_told(shop, SUPERGROUP)) == sorted(order.trxid for order in placed)
        assert shown(shop, SUPERGROUP) == "✅" * 6
        (table,) = {message.message_id for message in tables(shop, SUPERGROUP)}
        assert table
        # Its messages are numbered anew: nothing of the old group may be answered or rewritten there.
        assert {message.outgoing.reply_to for message in shop.sender.to(SUPERGROUP)} == {None}

    async def test_a_table_that_somebody_deleted_is_told_anew_and_goes_on_there(self, shop: Shop) -> None:
        placed = await orders(shop, 3)
        await shop.speaks()
        shop.sender.loses_edited(SARI)
        await succeed(shop, placed[0])
        await passes(shop, MIN_HOLD_MS / 1000)
        shop.sender.takes()
        assert len({message.message_id for message in tables(shop)}) == 2
        await succeed(shop, *placed[1:])
        await passes(shop, 10)
        assert len({message.message_id for message in tables(shop)}) == 2
        assert shown(shop) == "✅✅✅"

    async def test_a_table_whose_answers_are_lost_still_comes_to_show_the_end(self, shop: Shop) -> None:
        placed = await orders(shop, 3)
        await shop.speaks()
        shop.sender.loses_answers(6)
        await succeed(shop, *placed)
        await passes(shop, 200)
        assert shown(shop) == "✅✅✅"

    async def test_two_results_at_the_same_moment_leave_one_rewriting_in_the_queue(self, shop: Shop) -> None:
        placed = await orders(shop, 20)
        await shop.speaks()
        await asyncio.gather(*(succeed(shop, order) for order in placed[:10]))
        waiting = [
            row for row in shop.messages(SARI) if row["kind"] == "BatchSummary" and row["state"] == "waiting"
        ]
        assert len(waiting) == 1
