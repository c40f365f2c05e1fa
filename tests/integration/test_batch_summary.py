"""Many orders of one message: a table that always comes to show how they stand, and results that gather."""

import re

import pytest
from msgspec.structs import replace

from bot.delivery.batch_summary import HOLD_PER_ORDER_MS, MAX_IMMEDIATE_RESULTS, MIN_HOLD_MS
from bot.orders.model import Batch, Order, State
from storage import batches
from storage.transaction import Tx
from tests.integration.conftest import BUDI, SARI, Shop
from tests.integration.fakes import Message, eventually, order_text, success_of
from tests.lists import lines_in, refs_in


async def orders(shop: Shop, count: int, *, chat: int = SARI, more: str = "") -> list[Order]:
    """Let Sari order so many things in one message, and the biller accept them all."""
    text = "\n".join([*(order_text(number) for number in range(count)), *([more] if more else [])])
    await shop.says(text, chat=None if chat == SARI else chat, message_id=77)
    await shop.posts()
    rows = shop.rows("SELECT trxid FROM orders WHERE message_id = 77 ORDER BY line")
    return [await shop.order(row["trxid"]) for row in rows]


async def succeed(shop: Shop, *placed: Order) -> None:
    """Report that orders succeeded, each with an SN as long as a network's usually is."""
    for order in placed:
        await shop.reversals.receive(success_of(order, f"5200{order.trxid[-16:]}"), remote="1.2.3.4")


async def passes(shop: Shop, seconds: float) -> None:
    """Let time pass, second by second, and the messenger say what is due in each."""
    for _ in range(round(seconds)):
        shop.clock.passes(1)
        await shop.speaks()


def is_table(message: Message) -> bool:
    return message.text.startswith("📋")


def tables(shop: Shop, chat: int = SARI) -> list[Message]:
    return [message for message in shop.sender.to(chat) if is_table(message)]


def results(shop: Shop, chat: int = SARI) -> list[Message]:
    return [message for message in shop.sender.to(chat) if "SUKSES" in message.text or lines_in(message.text)]


def shown(shop: Shop, chat: int = SARI) -> str:
    """Return the marks of a table's lines, in order, as the chat sees it now."""
    last = tables(shop, chat)[-1]
    on_screen = [message for message in tables(shop, chat) if message.message_id == last.message_id]
    return marks_in(on_screen[-1])


def marks_in(table: Message) -> str:
    return "".join(re.findall(r"^\d+\. (\S)", table.text, re.MULTILINE))


def refs_told(shop: Shop, chat: int = SARI) -> list[str]:
    """Return the Ref of every result that was told, in order."""
    known = [row["trxid"] for row in shop.rows("SELECT trxid FROM orders")]
    return [ref for message in results(shop, chat) for ref in refs_in(message.text, known)]


class TestTelling:
    async def test_of_a_tokens_sn_the_line_shows_the_token_alone(self, shop: Shop) -> None:
        await shop.says("pln20.14444941364\ns5.081234567890", message_id=77)
        await shop.posts()
        (trxid,) = (row["trxid"] for row in shop.rows("SELECT trxid FROM orders WHERE line = 1"))
        sn = "1234-5678-9012-3456-7890/BUDI/R1/1300VA/32,5"
        await shop.reversals.receive(success_of(await shop.order(trxid), sn), remote="1.2.3.4")
        await passes(shop, 60)
        line = next(line for line in tables(shop)[-1].text.splitlines() if line.startswith("1."))
        assert line == "1. ✅ pln20.14444941364 SN 1234-5678-9012-3456-7890"

    async def test_a_line_that_is_asked_back_is_counted_as_one_to_answer(self, shop: Shop) -> None:
        await shop.says("s5.081234567890\ns5.20.081234567891\ns5.081234567892", message_id=77)
        await shop.speaks()
        assert "❓ 1 perlu dijawab" in tables(shop)[-1].text
        assert "dilewati" not in tables(shop)[-1].text

    async def test_it_is_told_at_once_in_answer_to_the_message(self, shop: Shop) -> None:
        await shop.says("\n".join(order_text(number) for number in range(3)), message_id=77)
        await shop.speaks()
        (table,) = shop.sender.to(SARI)
        assert (table.outgoing.reply_to, table.outgoing.edits) == (77, None)
        assert shown(shop) == "⏳⏳⏳"
        for number in range(3):
            assert order_text(number) in table.text

    async def test_lines_that_made_no_order_stand_in_it_with_their_form(self, shop: Shop) -> None:
        await orders(shop, 2, more="s5.0812")
        await shop.speaks()
        assert shown(shop) == "⏳⏳❓"
        assert "s5.0812" in tables(shop)[-1].text

    async def test_it_is_rewritten_in_its_place_when_an_order_moves(self, shop: Shop) -> None:
        placed = await orders(shop, 3)
        await shop.speaks()
        await succeed(shop, placed[1])
        await passes(shop, MIN_HOLD_MS / 1000)
        first, second = tables(shop)
        assert second.outgoing.edits == first.message_id
        assert shown(shop) == "⏳✅⏳"

    async def test_the_last_result_is_shown_at_once(self, shop: Shop) -> None:
        placed = await orders(shop, 3)
        await shop.speaks()
        await succeed(shop, *placed)
        await shop.speaks()
        assert shown(shop) == "✅✅✅"

    async def test_every_kind_of_end_is_shown(self, shop: Shop) -> None:
        shop.biller.refuses()
        await orders(shop, 2)
        await shop.speaks()
        assert shown(shop) == "❌❌"

    async def test_what_moves_while_it_is_on_its_way_is_shown_by_the_next(self, shop: Shop) -> None:
        placed = await orders(shop, 2)
        shop.sender.hangs()
        await shop.messenger.run_once()
        await eventually(lambda: len(shop.sender.tries) == 1)
        await succeed(shop, *placed)
        shop.sender.release()
        await shop.speaks()
        assert marks_in(tables(shop)[0]) == "⏳⏳"
        assert shown(shop) == "✅✅"
        assert len({message.message_id for message in tables(shop)}) == 1

    async def test_what_moves_while_its_edit_is_on_its_way_is_shown_by_the_next(self, shop: Shop) -> None:
        placed = await orders(shop, 2)
        await shop.speaks()
        await succeed(shop, placed[0])
        shop.clock.passes(MIN_HOLD_MS / 1000)
        told = len(shop.sender.tries)
        shop.sender.hangs()
        await shop.messenger.run_once()
        await eventually(lambda: len(shop.sender.tries) > told)
        await succeed(shop, placed[1])
        shop.sender.release()
        await shop.messenger.drain(60)
        await shop.speaks()
        assert shown(shop) == "✅✅"

    async def test_a_process_that_starts_anew_finds_the_table_and_goes_on(self, shop: Shop) -> None:
        placed = await orders(shop, 3)
        await shop.speaks()
        shop.starts()
        await succeed(shop, *placed)
        await shop.speaks()
        assert shown(shop) == "✅✅✅"
        assert len({message.message_id for message in tables(shop)}) == 1

    async def test_an_order_that_changes_after_the_end_changes_the_table_too(self, shop: Shop) -> None:
        shop.biller.refuses()
        placed = await orders(shop, 2)
        await shop.speaks()
        await succeed(shop, placed[0])  # which is a dispute
        await shop.speaks()
        assert shown(shop)[0] == "⚠"
        assert (await shop.order(placed[0].trxid)).state is State.DISPUTED


async def test_what_moves_or_gathers_in_one_message_leaves_others_of_its_chat_alone(shop: Shop) -> None:
    first = Batch(
        chat_id=SARI, message_id=1, placed_at_ms=0, placed_count=9, unplaced=(), version=1, hold_until_ms=0
    )
    others = (replace(first, message_id=2), replace(first, chat_id=BUDI))

    def unit(tx: Tx) -> list[Batch | None]:
        for batch in (first, *others):
            batches.insert(tx, batch)
        batches.bump_version(tx, first)
        batches.set_hold(tx, first, until_ms=900)
        return [batches.find(tx, batch.chat_id, batch.message_id) for batch in (first, *others)]

    assert await shop.disk.write(unit) == [replace(first, version=2, hold_until_ms=900), *others]


class TestResults:
    async def test_few_are_pushed_one_by_one_and_at_once(self, shop: Shop) -> None:
        placed = await orders(shop, MAX_IMMEDIATE_RESULTS)
        await shop.speaks()
        for order in placed:
            await succeed(shop, order)
            await shop.speaks()
            assert refs_told(shop)[-1] == order.trxid
        assert len(results(shop)) == MAX_IMMEDIATE_RESULTS
        assert {message.outgoing.reply_to for message in results(shop)} == {77}

    async def test_more_gather_and_leave_in_one_message(self, shop: Shop) -> None:
        placed = await orders(shop, 8)
        await shop.speaks()
        await succeed(shop, *placed[:5])
        await shop.speaks()
        assert results(shop) == []
        await passes(shop, MIN_HOLD_MS / 1000)
        assert len(results(shop)) == 1
        assert refs_told(shop) == [order.trxid for order in placed[:5]]

    async def test_what_comes_while_others_gather_leaves_with_them(self, shop: Shop) -> None:
        placed = await orders(shop, 20)
        await shop.speaks()
        await passes(shop, 10)
        await succeed(shop, placed[0])
        for order in placed[1:9]:
            await passes(shop, 1)
            await succeed(shop, order)
        await passes(shop, 2)
        assert len(results(shop)) == 1
        assert len(refs_told(shop)) == 9

    async def test_the_last_ones_end_wakes_all_that_rest(self, shop: Shop) -> None:
        placed = await orders(shop, 12)
        await passes(shop, 10)
        await succeed(shop, *placed[:11])
        await shop.speaks()
        assert results(shop) == []
        await succeed(shop, placed[11])
        await shop.speaks()
        assert refs_told(shop) == [order.trxid for order in placed]
        assert shown(shop) == "✅" * 12

    async def test_none_rests_longer_than_its_batch_may(self, shop: Shop) -> None:
        placed = await orders(shop, 10)
        await shop.speaks()
        await passes(shop, 3600)
        await succeed(shop, placed[0])
        await passes(shop, 10 * HOLD_PER_ORDER_MS / 1000)
        assert refs_told(shop) == [placed[0].trxid]

    async def test_the_messenger_wakes_when_they_have_rested(self, shop: Shop) -> None:
        placed = await orders(shop, 8)
        await shop.speaks()
        await succeed(shop, placed[0])
        assert await shop.messenger.run_once() == pytest.approx(MIN_HOLD_MS / 1000)

    async def test_a_single_order_of_the_same_chat_is_not_held_up(self, shop: Shop) -> None:
        placed = await orders(shop, 30)
        await shop.speaks()
        await passes(shop, 30)
        await succeed(shop, placed[0])
        single = await shop.asks("s10.081299999999")
        await shop.posts()
        await succeed(shop, single)
        await shop.speaks()
        assert refs_told(shop) == [single.trxid]

    async def test_a_result_that_gathers_survives_a_new_start(self, shop: Shop) -> None:
        placed = await orders(shop, 8)
        await shop.speaks()
        await succeed(shop, *placed[:5])
        shop.starts()
        await passes(shop, MIN_HOLD_MS / 1000)
        assert refs_told(shop) == [order.trxid for order in placed[:5]]
