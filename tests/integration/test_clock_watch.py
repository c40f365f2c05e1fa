"""A clock that is set back delays nothing and makes nothing look young; a wrong one is reported once."""

import pytest

from bot.notices.alarms import ClockWrong
from bot.notices.orders import OrderExpired
from bot.orders.events import Claimed, ClockSetBack, NotSent
from bot.orders.model import ExpiryReason, Order, State
from bot.orders.states import decide
from bot.purchasing.circuit_breaker import FIRST_PAUSE_S
from storage import orders
from storage.transaction import Tx
from tests.integration.conftest import RINA, SARI, Shop
from tests.integration.fakes import success_of
from tests.integration.test_biller_outage import in_an_outage

HOUR_S = 3600.0
BY_S = [HOUR_S, 30.0, 7 * HOUR_S, 10 * 365 * 24 * HOUR_S]


async def state_of(shop: Shop, order: Order) -> State:
    return (await shop.order(order.trxid)).state


async def a_second_passes(shop: Shop) -> None:
    """Let the workers run as they would a second later."""
    shop.clock.passes(1)
    await shop.clock_watch.run_once()
    await shop.posts()
    await shop.speaks()


@pytest.mark.parametrize("by_s", BY_S)
async def test_a_message_that_waits_for_its_next_try_leaves_within_seconds_and_later_ones_behind_it(
    shop: Shop, by_s: float
) -> None:
    order = await shop.asks()
    await shop.posts()
    shop.sender.never_connects()
    await shop.speaks()
    shop.sender.takes()
    shop.clock.jumps(-by_s)
    await shop.reversals.receive(success_of(order), remote="1.2.3.4")
    for _ in range(3):
        await a_second_passes(shop)
    assert any("SUKSES" in message.text for message in shop.sender.to(SARI))


async def test_a_wait_that_telegram_asks_for_is_as_long_as_before(shop: Shop) -> None:
    await shop.asks()
    shop.sender.says_later(SARI, 20)
    await shop.speaks()
    shop.sender.takes()
    shop.clock.jumps(-HOUR_S)
    for _ in range(19):
        await a_second_passes(shop)
        assert shop.sender.to(SARI) == []
    for _ in range(2):
        await a_second_passes(shop)
    assert len(shop.sender.to(SARI)) == 1


@pytest.mark.parametrize("by_s", BY_S)
async def test_the_results_of_a_large_batch_are_not_held_for_longer(shop: Shop, by_s: float) -> None:
    await shop.says("\n".join(f"s5.08123456780{number}" for number in range(8)))
    await shop.posts()
    await shop.speaks()
    rows = shop.rows("SELECT trxid FROM orders ORDER BY line")
    await shop.reversals.receive(success_of(await shop.order(rows[0]["trxid"])), remote="1.2.3.4")
    shop.clock.jumps(-by_s)
    for _ in range(12):
        await a_second_passes(shop)
    assert any("SUKSES" in message.text or "SN" in message.text for message in shop.sender.to(SARI)[1:])


@pytest.mark.parametrize("by_s", BY_S)
async def test_an_order_that_waits_for_its_next_try_is_posted_within_seconds(shop: Shop, by_s: float) -> None:
    shop.biller.never_connects()
    order = await shop.asks()
    await shop.posts()
    shop.biller.accepts()
    shop.clock.jumps(-by_s)
    for _ in range(3):
        await a_second_passes(shop)
    assert await state_of(shop, order) is State.PENDING
    assert await audited(shop) == 0


@pytest.mark.parametrize("by_s", [HOUR_S, 300.0])
async def test_an_order_that_waits_too_long_in_real_time_expires(shop: Shop, by_s: float) -> None:
    await in_an_outage(shop)
    await shop.asks()
    held = await shop.asks()
    await shop.posts()
    shop.biller.hangs()  # the first of them is tried, and its answer takes its time
    shop.clock.passes(500)
    await shop.submitter.run_once()
    shop.clock.jumps(-by_s)
    await shop.clock_watch.run_once()
    await shop.submitter.run_once()
    assert await state_of(shop, held) is State.PLACED
    shop.clock.passes(120)
    await shop.submitter.run_once()
    told = [shop.notice(row) for row in shop.messages(SARI) if row["kind"] == "OrderExpired"]
    assert [notice.reason for notice in told if isinstance(notice, OrderExpired)] == [ExpiryReason.TOO_OLD]
    assert await state_of(shop, held) is State.EXPIRED
    shop.biller.release()
    await shop.settled()
    assert await audited(shop) == 0


async def test_what_never_connects_is_given_up_after_a_minute_of_real_time(shop: Shop) -> None:
    shop.biller.never_connects()
    order = await shop.asks()
    await shop.posts()
    shop.clock.passes(30)
    await shop.posts()
    shop.clock.jumps(-HOUR_S)
    for _ in range(45):
        await a_second_passes(shop)
    assert await state_of(shop, order) is State.EXPIRED


async def test_no_claim_comes_between_the_step_and_its_correction(shop: Shop) -> None:
    """A message claims at once, before any worker looks at the clock."""
    await in_an_outage(shop)
    old = await shop.asks()
    shop.clock.passes(FIRST_PAUSE_S + 600)
    shop.clock.jumps(-HOUR_S)
    shop.submitter.claim()
    await shop.settled()
    for _ in range(2):
        await a_second_passes(shop)
    assert await state_of(shop, old) is State.EXPIRED
    assert old.trxid not in shop.biller.trxids


async def test_an_answer_to_a_post_of_before_the_step_is_stored_whole(shop: Shop) -> None:
    shop.biller.hangs()
    order = await shop.asks()
    await shop.submitter.run_once()
    shop.clock.jumps(-HOUR_S)
    await shop.clock_watch.run_once()
    shop.biller.release()
    await shop.settled()
    assert await state_of(shop, order) is State.PENDING
    assert await audited(shop) == 0


async def test_a_late_result_is_told_as_late_in_real_time(shop: Shop) -> None:
    await shop.asks()
    await shop.posts()
    shop.clock.jumps(-7 * HOUR_S)
    await shop.clock_watch.run_once()
    shop.clock.passes(590)
    await shop.watchdog.run_once()
    assert "OrderOverdue" not in shop.kinds(SARI)
    shop.clock.passes(20)
    await shop.watchdog.run_once()
    assert shop.kinds(SARI)[-1] == "OrderOverdue"


async def test_an_order_placed_after_the_step_keeps_its_times(shop: Shop) -> None:
    shop.clock.passes(5)
    await shop.clock_watch.run_once()
    shop.clock.jumps(-HOUR_S)
    order = await shop.asks()
    await shop.clock_watch.run_once()
    assert await shop.order(order.trxid) == order


async def test_a_clock_set_forward_moves_nothing(shop: Shop) -> None:
    """After a laptop slept, the time has really passed."""
    order = await shop.asks()
    shop.clock.jumps(HOUR_S)
    await shop.clock_watch.run_once()
    assert await shop.order(order.trxid) == order
    await shop.posts()
    assert await state_of(shop, order) is State.EXPIRED


async def test_a_correction_that_could_not_be_stored_is_made_later(shop: Shop) -> None:
    shop.biller.never_connects()
    order = await shop.asks()
    await shop.posts()
    shop.biller.accepts()
    shop.clock.jumps(-HOUR_S)
    shop.disk.refuses_writes(1)
    with pytest.raises(Exception, match="full"):
        await shop.clock_watch.run_once()
    for _ in range(3):
        await a_second_passes(shop)
    assert await state_of(shop, order) is State.PENDING
    (event,) = shop.rows("SELECT facts FROM order_events WHERE kind = ?", ClockSetBack.__name__)
    assert str(int(HOUR_S * 1000)) in event["facts"]


class TestStarts:
    """The clock was set back while Loket did not run: nobody knows by how much."""

    async def test_messages_and_orders_leave_within_seconds(self, shop: Shop) -> None:
        shop.biller.never_connects()
        order = await shop.asks(at_ms=shop.clock() - int(HOUR_S * 1000) + 5_000)
        # The boot clock was an hour ahead: by it the order looked old, and is taken for one that was tried.
        await shop.disk.write(lambda tx: try_once(tx, order, at_ms=shop.clock()))
        shop.sender.never_connects()
        await shop.speaks()
        shop.clock.jumps(-HOUR_S)
        shop.clock.passes(10)
        shop.starts()
        shop.sender.takes()
        shop.biller.accepts()
        await shop.recovers()
        for _ in range(3):
            await a_second_passes(shop)
        assert await state_of(shop, order) is State.PENDING
        assert shop.sender.to(SARI)
        assert await audited(shop) == 0

    async def test_an_order_that_is_old_by_telegrams_date_expires(self, shop: Shop) -> None:
        shop.biller.never_connects()
        order = await shop.asks(at_ms=shop.clock() - int(HOUR_S * 1000))
        await shop.disk.write(lambda tx: try_once(tx, order, at_ms=shop.clock()))
        shop.clock.jumps(-HOUR_S)
        shop.clock.passes(700)
        shop.starts()
        shop.biller.accepts()
        await shop.recovers()
        await a_second_passes(shop)
        assert await state_of(shop, order) is State.EXPIRED

    async def test_an_order_whose_age_no_clock_can_tell_is_not_bought(self, shop: Shop) -> None:
        order = await shop.asks()
        shop.clock.jumps(-HOUR_S)
        shop.starts()
        await shop.recovers()
        await a_second_passes(shop)
        told = shop.last(SARI)
        assert isinstance(told, OrderExpired)
        assert told.reason is ExpiryReason.CLOCK_CHANGED
        assert shop.biller.posts == []
        assert await state_of(shop, order) is State.EXPIRED


def try_once(tx: Tx, order: Order, *, at_ms: int) -> None:
    """Store a claim and an attempt that did not connect."""
    for event in (Claimed(), NotSent(why="ConnectError")):
        after = decide(order, event, at_ms).order
        assert orders.update(tx, order, after, event, at_ms=at_ms, actor="submitter", evidence="")
        order = after


async def audited(shop: Shop) -> int:
    """Return how many findings an audit of all orders has."""
    await shop.auditor.run_once()
    await shop.auditor.run_once()
    return sum(shop.auditor.stats.findings.values())


async def test_alarms_and_answers_to_strangers_are_not_muted_until_the_clock_catches_up(shop: Shop) -> None:
    for _ in range(2):
        await shop.says("halo", by=5001)
        await shop.reversals.receive(b"status=0&refid=1", remote="1.2.3.4")
        await shop.speaks()
        shop.clock.jumps(-HOUR_S)
    assert shop.kinds(5001).count("JoinAnswer") == 2
    assert shop.kinds(RINA).count("ReversalQuarantined") == 2


class TestWrongClocks:
    def alarms(self, shop: Shop) -> list[int]:
        notices = [shop.notice(row) for row in shop.messages(RINA)]
        return [notice.ahead_ms for notice in notices if isinstance(notice, ClockWrong)]

    @pytest.mark.parametrize("ahead_s", [HOUR_S, -HOUR_S, 130.0])
    async def test_a_clock_that_differs_from_telegrams_is_reported_once(
        self, shop: Shop, ahead_s: float
    ) -> None:
        for _ in range(3):
            shop.clock_watch.note_server_time(shop.clock() - int(ahead_s * 1000))
            await shop.clock_watch.run_once()
            shop.clock.passes(400)
        assert self.alarms(shop) == [int(ahead_s * 1000)]

    async def test_a_clock_that_was_right_again_is_reported_again(self, shop: Shop) -> None:
        for skew_ms in (HOUR_S * 1000, 0, HOUR_S * 1000):
            shop.clock_watch.note_server_time(shop.clock() - int(skew_ms))
            await shop.clock_watch.run_once()
            shop.clock.passes(400)
        assert len(self.alarms(shop)) == 2

    @pytest.mark.parametrize("ahead_s", [0.0, 60.0, -60.0])
    async def test_a_clock_that_is_nearly_right_is_no_alarm(self, shop: Shop, ahead_s: float) -> None:
        shop.clock_watch.note_server_time(shop.clock() - int(ahead_s * 1000))
        shop.clock_watch.note_message_dates([shop.clock() - int(ahead_s * 1000)])
        await shop.clock_watch.run_once()
        assert self.alarms(shop) == []

    async def test_a_message_from_the_future_shows_a_clock_that_is_behind(self, shop: Shop) -> None:
        shop.clock_watch.note_message_dates([shop.clock() + 3_600_000, shop.clock()])
        assert shop.context.behind_ms() == 3_600_000
        await shop.clock_watch.run_once()
        assert self.alarms(shop) == [-3_600_000]
        shop.clock.jumps(HOUR_S)
        await shop.clock_watch.run_once()
        assert shop.context.behind_ms() == 0

    async def test_messages_that_keep_coming_late_show_a_clock_that_is_ahead(self, shop: Shop) -> None:
        for _ in range(2):
            shop.clock_watch.note_message_dates([shop.clock() - 3_600_000])
            shop.clock.passes(15)
        await shop.clock_watch.run_once()
        assert self.alarms(shop) == [3_600_000]

    @pytest.mark.parametrize("knows", [True, False])
    async def test_messages_that_waited_at_telegram_are_no_alarm(self, shop: Shop, *, knows: bool) -> None:
        if knows:
            shop.clock_watch.note_server_time(shop.clock())
        for late_s in (7200, 3600, 30):
            shop.clock_watch.note_message_dates([shop.clock() - late_s * 1000])
            shop.clock.passes(1)
        await shop.clock_watch.run_once()
        assert self.alarms(shop) == []
