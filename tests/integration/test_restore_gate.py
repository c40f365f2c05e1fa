"""After a restore nothing is bought twice, and nothing at all until an admin has opened the counter."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.notices import Notice
from bot.notices.alarms import NothingToResolve
from bot.notices.orders import OrderCard, OrderUnknown
from bot.notices.restore_gate import (
    CounterClosed,
    CounterOpenAgain,
    CounterReopened,
    ReopenQuestion,
    RestoreCard,
)
from bot.orders.model import Intent, State, UnplacedReason
from bot.purchasing.settlement import OrderSource, store_order
from bot.updates import Toast
from storage import batches
from storage.database import SqliteDatabase
from tests.integration.conftest import BUDI, DEWI, RINA, SARI, Shop
from tests.integration.fakes import success_of
from tests.integration.looked import last_text
from tests.integration.story import MINUTES, Story, opens


@pytest.fixture
async def story(shop: Shop, database: SqliteDatabase, tmp_path: Path) -> AsyncIterator[Story]:
    story = Story(shop, database, tmp_path)
    yield story
    await story.closes()


async def test_orders_that_the_backup_knows_as_not_yet_posted_are_doubted_and_never_posted(
    story: Story,
) -> None:
    shop = story.shop
    placed = await shop.asks(by=SARI)
    story.is_backed_up()
    await shop.posts()  # and so the biller has it
    shop = await story.is_restored()
    order = await shop.order(placed.trxid)
    assert (order.state, order.unknown_reason) == (
        State.UNKNOWN,
        "restored from a backup: it may have been posted since",
    )
    await opens(shop)
    await shop.posts()
    assert shop.biller.trxids == [placed.trxid]
    assert isinstance(shop.last(SARI), OrderUnknown)
    assert "OrderCard" in shop.kinds(RINA)
    # And it is settled as any other: by the biller's report.
    await shop.reversals.receive(success_of(placed), remote="1.2.3.4")
    assert (await shop.order(placed.trxid)).state is State.SUCCEEDED


async def test_orders_that_the_backup_knows_as_being_sent_are_doubted_and_never_posted(story: Story) -> None:
    shop = story.shop
    shop.biller.hangs()
    order = await shop.asks()
    await shop.submitter.run_once()
    story.is_backed_up()
    shop.biller.release()
    await shop.settled()
    shop = await story.is_restored()
    assert (await shop.order(order.trxid)).state is State.UNKNOWN
    await opens(shop)
    await shop.posts()
    assert shop.biller.trxids == [order.trxid]


async def test_the_card_and_the_question_ask_for_the_deposits_of_the_gap(story: Story) -> None:
    story.is_backed_up()
    shop = await story.is_restored()
    assert "mutasi bank" in await last_text(shop, RINA)
    await shop.presses(shop.buttons(RINA)["open_counter"])
    assert "mutasi bank" in await last_text(shop, RINA)


async def test_while_it_is_closed_an_order_is_turned_away_and_neither_kept_nor_bought(story: Story) -> None:
    story.is_backed_up()
    shop = await story.is_restored()
    for someone in (SARI, RINA):
        await shop.says("s5.081234567890", by=someone)
        assert shop.last(someone) == CounterClosed(code="s5", destination="081234567890")
    await shop.posts()
    assert shop.rows("SELECT * FROM orders") == []
    assert shop.biller.posts == []


async def test_while_it_is_closed_every_line_of_a_message_is_turned_away_in_its_table(story: Story) -> None:
    story.is_backed_up()
    shop = await story.is_restored()
    message_id = await shop.says("s5.081234567890\ns10.081234567891")
    batch = await shop.disk.read(lambda tx: batches.find(tx, SARI, message_id))
    assert batch
    assert [(line.number, line.why) for line in batch.unplaced] == [
        (1, UnplacedReason.COUNTER_CLOSED),
        (2, UnplacedReason.COUNTER_CLOSED),
    ]
    assert shop.kinds(SARI) == ["BatchSummary"]
    assert shop.rows("SELECT * FROM orders") == []


async def test_no_order_has_its_turn_while_it_is_closed_however_it_came_to_be_placed(story: Story) -> None:
    story.is_backed_up()
    shop = await story.is_restored()
    where = OrderSource(chat_id=SARI, thread_id=None, message_id=8, user_id=SARI, at_ms=shop.clock(), text="")
    intent = Intent(product_code="s5", destination="081234567890")
    await shop.disk.write(lambda tx: store_order(shop.context.begin(tx, shop.clock()), intent, where))
    assert await shop.submitter.run_once() > 1  # and it does not look for it all the time
    assert shop.biller.posts == []
    await opens(shop)
    await shop.posts()
    assert len(shop.biller.posts) == 1


async def test_once_it_is_open_whom_it_turned_away_are_told_and_may_order(story: Story) -> None:
    story.is_backed_up()
    shop = await story.is_restored()
    turned_away = await shop.says("s5.081234567890")
    await shop.says("s5.081234567890")
    await opens(shop)
    assert shop.kinds(SARI) == ["CounterClosed", "CounterClosed", "CounterOpenAgain"]
    assert shop.last(SARI) == CounterOpenAgain()
    assert shop.kinds(BUDI) == []
    # What was turned away stays so, if Telegram brings it again; what is typed now is bought.
    await shop.says("s5.081234567890", message_id=turned_away)
    order = await shop.asks("s5.081234567891")
    await shop.posts()
    assert shop.biller.trxids == [order.trxid]


async def test_once_it_was_opened_a_start_doubts_nothing_and_asks_nobody(story: Story) -> None:
    story.is_backed_up()
    shop = await story.is_restored()
    await opens(shop)
    order = await shop.asks("s5.081234567891")
    assert await story.starts() == 0
    assert (await shop.order(order.trxid)).state is State.PLACED
    for admin in (RINA, DEWI):
        assert shop.kinds(admin).count("RestoreCard") == 1


async def test_a_message_of_the_gap_that_comes_again_is_doubted_and_not_bought_twice(story: Story) -> None:
    """Telegram repeats what it was not seen to hear: the restored database does not know the message."""
    story.is_backed_up()
    shop = story.shop
    requested_at_ms = shop.clock()
    order = await shop.asks(message_id=77)
    await shop.posts()
    shop = await story.is_restored()
    await opens(shop)
    await shop.says("s5.081234567890", message_id=77, at_ms=requested_at_ms)
    await shop.posts()
    assert shop.biller.trxids == [order.trxid]
    (doubted,) = shop.rows("SELECT state, chat_id, message_id FROM orders")
    assert doubted == {"state": "unknown", "chat_id": SARI, "message_id": 77}
    assert isinstance(shop.last(SARI), OrderUnknown)
    card = shop.last(RINA)
    assert isinstance(card, OrderCard)
    assert "another Ref" in card.why


async def test_what_was_typed_after_the_loss_is_not_doubted_but_turned_away(story: Story) -> None:
    """The lost database, where it can be read, tells that it had not lived to see it."""
    story.is_backed_up()
    shop = story.shop
    await shop.says("halo")
    typed_at_ms = shop.clock() + 5 * MINUTES * 1000
    shop = await story.is_restored(after_minutes=10)
    await shop.says("s5.081234567890", at_ms=typed_at_ms)
    assert isinstance(shop.last(SARI), CounterClosed)
    assert shop.rows("SELECT * FROM orders") == []


@pytest.mark.parametrize(("after_s", "answer"), [(60, OrderUnknown), (61, CounterClosed)])
async def test_the_gap_ends_a_minute_later_than_it_is_known_to_since_clocks_differ(
    story: Story, after_s: int, answer: type[Notice]
) -> None:
    """Telegram's clock may be ahead of ours: what bears a later time may have been bought before the loss."""
    story.is_backed_up()
    await story.shop.says("halo")
    lost_at_ms = story.shop.clock()
    shop = await story.is_restored()
    await shop.says("s5.081234567890", at_ms=lost_at_ms + after_s * 1000)
    assert isinstance(shop.last(SARI), answer)
    await opens(shop)
    await shop.posts()
    assert shop.biller.posts == []


async def test_every_admin_gets_one_card_with_the_gap_however_often_it_starts(story: Story) -> None:
    await story.shop.asks()
    story.is_backed_up()
    backup_at_ms = story.shop.clock()
    story.shop.clock.passes(3 * MINUTES)
    await story.shop.says("halo")
    lost_at_ms = story.shop.clock()
    shop = await story.is_restored()
    assert [await story.starts() for _ in range(2)] == [0, 0]
    for admin in (RINA, DEWI):
        cards = [row for row in shop.messages(admin) if row["kind"] == "RestoreCard"]
        assert len(cards) == 1
    assert shop.last(DEWI) == RestoreCard(
        backup_at_ms=backup_at_ms,
        gap_until_ms=lost_at_ms,
        restored_at_ms=lost_at_ms + 10 * MINUTES * 1000,
        waiting_count=1,
    )


async def test_the_list_of_open_orders_shows_the_card_again(story: Story) -> None:
    story.is_backed_up()
    shop = await story.is_restored()
    await shop.says("/tertunda", by=DEWI)
    assert shop.kinds(DEWI) == ["RestoreCard", "RestoreCard", "NothingToResolve"]
    await opens(shop)
    await shop.says("/tertunda", by=DEWI)
    assert shop.last(DEWI) == NothingToResolve()


async def test_one_tap_opens_nothing_and_a_second_thought_is_free(story: Story) -> None:
    story.is_backed_up()
    shop = await story.is_restored()
    await shop.presses(shop.buttons(RINA)["open_counter"])
    assert isinstance(shop.last(RINA), ReopenQuestion)
    await shop.presses(shop.buttons(RINA)["cancel"])
    assert isinstance(shop.last(RINA), RestoreCard)
    await shop.says("s5.081234567890")
    assert isinstance(shop.last(SARI), CounterClosed)
    await opens(shop)
    await shop.asks()


async def test_nobody_but_an_admin_opens_the_counter(story: Story) -> None:
    story.is_backed_up()
    shop = await story.is_restored()
    assert await shop.presses(shop.buttons(RINA)["open_counter"], by=SARI) is Toast.NOT_ALLOWED
    await shop.presses(shop.buttons(RINA)["open_counter"])
    assert await shop.presses(shop.buttons(RINA)["confirm_open"], by=SARI) is Toast.NOT_ALLOWED
    assert shop.rows("SELECT released_at_ms FROM restores") == [{"released_at_ms": None}]


async def test_of_two_admins_the_first_opens_and_is_remembered_and_both_read_so(story: Story) -> None:
    story.is_backed_up()
    shop = await story.is_restored()
    await shop.speaks()
    await shop.presses(shop.buttons(DEWI)["open_counter"], by=DEWI, message_id=6)
    confirm = shop.buttons(DEWI)["confirm_open"]
    await opens(shop, by=RINA)
    await shop.presses(confirm, by=DEWI, message_id=6)
    assert shop.rows("SELECT released_by FROM restores") == [{"released_by": RINA}]
    for admin in (RINA, DEWI):
        assert isinstance(shop.last(admin), CounterReopened)
        assert shop.kinds(admin).count("CounterOpenAgain") == 0


async def test_reports_are_heard_while_it_is_closed_and_those_of_the_gap_are_kept(story: Story) -> None:
    shop = story.shop
    known = await shop.asks()
    await shop.posts()
    story.is_backed_up()
    unknown = await shop.asks()
    await shop.posts()
    shop = await story.is_restored()
    for order in (known, unknown):
        await shop.reversals.receive(success_of(order), remote="1.2.3.4")
    assert (await shop.order(known.trxid)).state is State.SUCCEEDED
    (kept,) = shop.rows("SELECT why, query FROM quarantined_reversals")
    assert kept["why"] == "no order has this refid"
    assert unknown.trxid in kept["query"]
    assert "ReversalQuarantined" in shop.kinds(RINA)


async def test_a_backup_of_the_restored_can_be_restored_too(story: Story) -> None:
    story.is_backed_up()
    await story.is_restored()
    story.copy.unlink()
    story.is_backed_up()
    shop = await story.is_restored()
    assert len(shop.rows("SELECT * FROM restores WHERE released_at_ms IS NULL")) == 2
    await opens(shop)
    assert shop.rows("SELECT * FROM restores WHERE released_at_ms IS NULL") == []
    order = await shop.asks()
    await shop.posts()
    assert shop.biller.trxids == [order.trxid]


async def test_after_a_second_restore_it_is_closed_again_and_only_the_last_gap_is_told(story: Story) -> None:
    story.is_backed_up()
    await opens(await story.is_restored())
    story.copy.unlink()
    story.is_backed_up()
    shop = await story.is_restored()
    await shop.says("s5.081234567890")
    assert isinstance(shop.last(SARI), CounterClosed)
    (first, last) = shop.rows("SELECT gap_until_ms FROM restores ORDER BY restore_id")
    card = shop.last(DEWI)
    assert isinstance(card, RestoreCard)
    assert card.gap_until_ms == last["gap_until_ms"] > first["gap_until_ms"]
    await opens(shop)
    assert shop.last(SARI) == CounterOpenAgain()


@pytest.mark.parametrize("seed", range(15))
async def test_at_whatever_moment_the_backup_was_made_no_message_is_bought_twice(
    story: Story, seed: int
) -> None:
    """Orders come and are posted; the backup falls between any two steps; then Telegram brings all again."""
    shop, rng = story.shop, random.Random(seed)  # noqa: S311 - a seed must give the same story
    asked: dict[int, tuple[str, int]] = {}
    moment = rng.randrange(30)
    for step in range(30):
        if step == moment:
            story.is_backed_up()
        shop.clock.passes(rng.choice((0, 1, 20)))
        match rng.randrange(4):
            case 0 | 1:
                text = f"s5.0812345678{step:02d}"
                asked[await shop.says(text)] = text, shop.clock()
            case 2:
                rng.choice((shop.biller.accepts, shop.biller.cuts, shop.biller.never_connects))()
                await shop.submitter.run_once()
                await shop.settled()
            case _:
                await shop.speaks()
    shop.biller.accepts()
    shop = await story.is_restored()
    bought_before = {order.message_id for order in shop.biller.posts}
    if rng.random() < 0.5:
        await opens(shop)
    for message_id, (text, at_ms) in asked.items():
        await shop.says(text, message_id=message_id, at_ms=at_ms)
    await shop.posts()
    if shop.rows("SELECT * FROM restores WHERE released_at_ms IS NULL"):
        await opens(shop)
        await shop.posts()
    assert {order.message_id for order in shop.biller.posts} == bought_before
    for message_id in asked:
        (order,) = shop.rows("SELECT state FROM orders WHERE message_id = ?", message_id)
        assert order["state"] in ("unknown", "pending", "expired")
    later = await shop.asks(message_id=999)
    await shop.posts()
    assert shop.biller.trxids[-1] == later.trxid
