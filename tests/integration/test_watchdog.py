"""Time passing is noticed: late results are told, lost answers become unknown, old chatter is forgotten."""

from bot.notices.orders import OrderCard, OrderOverdue
from bot.orders.model import State
from bot.purchasing.watchdog import AT_ONCE, CHECK_EVERY_S, DELETE_OUTBOX_AFTER_MS
from tests.integration.conftest import DEWI, RINA, SARI, Shop
from tests.integration.fakes import eventually, order_text, success_of

DAY_S = 86_400


async def test_a_late_result_is_told_once_to_its_chat_and_to_the_admins(shop: Shop) -> None:
    order = await shop.asks()
    await shop.posts()
    shop.clock.passes(600)
    assert await shop.watchdog.run_once() == CHECK_EVERY_S
    assert shop.kinds(SARI) == ["OrderReceived"]
    shop.clock.passes(1)
    for _ in range(3):
        await shop.watchdog.run_once()
    assert isinstance(shop.last(SARI), OrderOverdue)
    assert shop.kinds(SARI) == ["OrderReceived", "OrderOverdue"]
    for admin in (RINA, DEWI):
        assert isinstance(shop.last(admin), OrderCard)
        assert shop.kinds(admin) == ["OrderCard"]
    late = await shop.order(order.trxid)
    assert (late.state, late.overdue) == (State.PENDING, True)


async def test_a_result_in_time_is_never_late(shop: Shop) -> None:
    order = await shop.asks()
    await shop.posts()
    await shop.reversals.receive(success_of(order), remote="1.2.3.4")
    shop.clock.passes(86_400)
    await shop.watchdog.run_once()
    assert shop.kinds(SARI) == ["OrderReceived", "OrderSucceeded"]


async def test_a_claim_whose_answer_was_lost_becomes_unknown(shop: Shop) -> None:
    shop.biller.hangs()
    order = await shop.asks()
    await shop.submitter.run_once()
    await eventually(lambda: len(shop.biller.posts) == 1)
    await shop.submitter.drain(0)
    shop.clock.passes(105)
    await shop.watchdog.run_once()
    assert (await shop.order(order.trxid)).state is State.SUBMITTING
    shop.clock.passes(1)
    await shop.watchdog.run_once()
    assert (await shop.order(order.trxid)).state is State.UNKNOWN
    assert shop.kinds(SARI)[-1] == "OrderUnknown"


async def test_more_late_orders_than_one_look_holds_are_looked_at_without_a_pause(shop: Shop) -> None:
    for number in range(AT_ONCE + 1):
        await shop.says(order_text(number))
    await shop.posts()
    shop.clock.passes(601)
    assert await shop.watchdog.run_once() == 0
    assert await shop.watchdog.run_once() == CHECK_EVERY_S
    assert shop.kinds(SARI).count("OrderOverdue") == AT_ONCE + 1


async def test_a_message_of_last_week_is_still_known_and_one_of_the_week_before_is_not(shop: Shop) -> None:
    """A message that Telegram brings again must not order again: it keeps what waits for a day."""
    typed = await shop.says("halo")
    at_ms = shop.clock()
    for days, known in ((7, True), (1.01, False)):
        shop.clock.passes(days * DAY_S)
        await shop.watchdog.run_once()
        assert len(shop.rows("SELECT * FROM messages_seen WHERE message_id = ?", typed)) == known
    assert shop.clock() - at_ms < 8.1 * DAY_S * 1000


async def test_what_a_chat_was_told_in_the_last_month_is_still_there(shop: Shop) -> None:
    """The audit asks for the messages of 34 days, and admins for those of a month."""
    await shop.asks()
    await shop.posts()
    await shop.speaks()
    for days, kept in ((34.9, True), (0.2, False)):
        shop.clock.passes(days * DAY_S)
        # A day's work is begun anew by the first look of a day.
        shop.starts()
        await shop.watchdog.run_once()
        assert ("OrderReceived" in shop.kinds(SARI)) is kept


async def test_told_messages_and_seen_messages_are_forgotten_and_orders_are_not(shop: Shop) -> None:
    await shop.asks()
    await shop.posts()
    await shop.speaks()
    shop.clock.passes(DELETE_OUTBOX_AFTER_MS / 1000 + 1)
    await shop.watchdog.run_once()
    assert shop.rows("SELECT * FROM messages_seen") == []
    assert "OrderReceived" not in shop.kinds(SARI)
    assert len(shop.rows("SELECT * FROM orders")) == 1
    assert len(shop.rows("SELECT * FROM order_events")) == 4
