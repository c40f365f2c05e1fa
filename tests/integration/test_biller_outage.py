"""An outage of the biller costs a handful of doubts, not hundreds: orders wait, are told so, and go on."""

import asyncio
import json

import pytest

from bot.biller.client import BillerClient
from bot.metrics import Metrics
from bot.notices.alarms import BillerBalance, BreakerClosed, BreakerOpened, HoldCause
from bot.notices.orders import OrderExpired, OrderWaiting
from bot.orders.model import ExpiryReason, FailureCause, Order, State
from bot.purchasing.circuit_breaker import ACCOUNT_TO_OPEN, FIRST_PAUSE_S, UNCLEAR_TO_OPEN
from bot.purchasing.submitter import HELD_AT_ONCE, IDLE_S
from bot.worker import Worker
from tests.integration.conftest import BUDI, DEWI, RINA, SARI, Shop
from tests.integration.fakes import eventually, order_text, success_of
from tests.integration.raw_biller import Wire, as_json, http, serving


async def in_an_outage(shop: Shop) -> None:
    """Let the biller cut off as many posts as it takes."""
    shop.biller.cuts()
    for _ in range(UNCLEAR_TO_OPEN):
        await shop.asks(by=BUDI)
        await shop.posts()
    assert shop.breaker.is_open


async def state_of(shop: Shop, order: Order) -> State:
    return (await shop.order(order.trxid)).state


async def test_while_the_biller_cuts_off_everything_no_further_order_is_posted(shop: Shop) -> None:
    await in_an_outage(shop)
    held = [await shop.asks() for _ in range(20)]
    await shop.posts()
    assert len(shop.biller.posts) == UNCLEAR_TO_OPEN
    assert {await state_of(shop, order) for order in held} == {State.PLACED}


async def test_posts_under_way_when_it_opens_are_the_only_ones_beyond_the_five(shop: Shop) -> None:
    """The doubts of one outage: four before, and at most as many as may be under way at once."""
    shop.starts(biller_concurrency=3)
    shop.biller.cuts()
    for _ in range(40):
        await shop.asks()
    await shop.posts()
    assert len(shop.biller.posts) <= UNCLEAR_TO_OPEN - 1 + 3


async def test_each_waiting_chat_is_told_once_an_order_and_the_admins_once(shop: Shop) -> None:
    await in_an_outage(shop)
    for _ in range(3):
        await shop.asks()
    for _ in range(5):
        await shop.posts()
        shop.clock.passes(1)
    assert shop.kinds(SARI) == ["OrderReceived"] * 3 + ["OrderWaiting"] * 3
    for admin in (RINA, DEWI):
        opened = shop.last(admin)
        assert isinstance(opened, BreakerOpened)
        assert opened.cause is HoldCause.UNCLEAR
        assert shop.kinds(admin).count("BreakerOpened") == 1


async def test_an_order_that_comes_while_nothing_is_sent_is_told_so_at_once(shop: Shop) -> None:
    """Whoever is to say so is called while the order is still on its way to the disk, where it looks."""
    await in_an_outage(shop)
    holding = asyncio.create_task(Worker("submitter", shop.submitter.run_once, shop.orders_wake_up).run())
    shop.disk.holds_writes()
    asking = asyncio.create_task(shop.says("s5.081234567890"))
    await asyncio.sleep(0)
    shop.submitter.claim()
    await asyncio.sleep(0.01)  # so long a commit takes
    shop.disk.lets_go()
    await asking
    await eventually(lambda: "OrderWaiting" in shop.kinds(SARI), timeout_s=IDLE_S / 3)
    holding.cancel()


async def test_after_the_pause_one_order_is_tried_and_its_clear_answer_lets_all_go_on(shop: Shop) -> None:
    await in_an_outage(shop)
    held = [await shop.asks() for _ in range(8)]
    await shop.posts()
    shop.biller.hangs()
    shop.biller.accepts()
    shop.clock.passes(FIRST_PAUSE_S)
    assert await shop.submitter.run_once() == 0
    for _ in range(3):
        assert await shop.submitter.run_once() == IDLE_S
    await shop.submitter.run_once()
    assert [await state_of(shop, order) for order in held].count(State.SUBMITTING) == 1
    assert await state_of(shop, held[0]) is State.SUBMITTING, "the one that has waited longest"
    shop.biller.release()
    await shop.settled()
    await shop.posts()
    assert {await state_of(shop, order) for order in held} == {State.PENDING}
    assert len(shop.biller.posts) == len(set(shop.biller.trxids)), "nothing was posted twice"
    closed = shop.last(RINA)
    assert isinstance(closed, BreakerClosed)
    assert closed.at_ms - closed.opened_at_ms == FIRST_PAUSE_S * 1000
    assert shop.kinds(RINA).count("BreakerClosed") == shop.kinds(DEWI).count("BreakerClosed") == 1


async def test_a_try_that_shows_no_cure_costs_one_order_and_nobody_is_told_twice(shop: Shop) -> None:
    await in_an_outage(shop)
    held = [await shop.asks() for _ in range(3)]
    await shop.posts()
    shop.clock.passes(FIRST_PAUSE_S)
    await shop.posts()
    assert [await state_of(shop, order) for order in held] == [State.UNKNOWN, State.PLACED, State.PLACED]
    shop.clock.passes(2 * FIRST_PAUSE_S - 1)
    await shop.posts()
    assert await state_of(shop, held[1]) is State.PLACED
    assert shop.kinds(SARI).count("OrderWaiting") == 3
    assert shop.kinds(RINA).count("BreakerOpened") == 1


async def test_an_order_that_waits_too_long_expires_and_its_chat_is_told(shop: Shop) -> None:
    await in_an_outage(shop)
    await shop.asks()
    held = await shop.asks()
    await shop.posts()
    shop.biller.hangs()  # the first of them is tried, and its answer takes its time
    shop.clock.passes(FIRST_PAUSE_S)
    await shop.submitter.run_once()
    shop.clock.passes(600)
    await shop.submitter.run_once()
    told = shop.last(SARI)
    assert isinstance(told, OrderExpired)
    assert told.reason is ExpiryReason.TOO_OLD
    assert await state_of(shop, held) is State.EXPIRED
    shop.biller.release()
    await shop.settled()
    assert held.trxid not in shop.biller.trxids


async def test_an_order_that_a_report_settles_while_it_waits_is_left_alone(shop: Shop) -> None:
    await in_an_outage(shop)
    order = await shop.asks()
    await shop.reversals.receive(success_of(order), remote="1.2.3.4")
    await shop.posts()
    assert shop.kinds(SARI) == ["OrderReceived", "OrderSucceeded"]


async def test_a_refused_account_holds_new_orders_at_once_and_none_is_doubted(shop: Shop) -> None:
    shop.biller.refuses("sign salah", FailureCause.ACCOUNT)
    for _ in range(ACCOUNT_TO_OPEN):
        await shop.asks()
        await shop.posts()
    held = await shop.asks()
    await shop.posts()
    assert await state_of(shop, held) is State.PLACED
    opened = shop.last(RINA)
    assert isinstance(opened, BreakerOpened)
    assert opened.cause is HoldCause.ACCOUNT
    shop.biller.accepts()
    shop.clock.passes(FIRST_PAUSE_S)
    await shop.posts()
    assert await state_of(shop, held) is State.PENDING


async def test_a_biller_that_cannot_be_reached_makes_later_orders_wait_instead_of_expire(shop: Shop) -> None:
    shop.biller.never_connects()
    early = [await shop.asks() for _ in range(3)]
    for _ in range(40):
        await shop.posts()
        shop.clock.passes(1)
    assert shop.breaker.is_open
    late = await shop.asks()
    for _ in range(200):
        await shop.posts()
        shop.clock.passes(1)
    assert {await state_of(shop, order) for order in early} == {State.EXPIRED}
    assert await state_of(shop, late) in (State.PLACED, State.EXPIRED)
    tries = len(shop.biller.posts)
    shop.biller.accepts()
    last = await shop.asks()
    for _ in range(300):
        await shop.posts()
        shop.clock.passes(1)
    assert await state_of(shop, last) is State.PENDING
    assert tries < 3 * 12


async def test_a_start_begins_closed_and_tells_nobody_again(shop: Shop) -> None:
    await in_an_outage(shop)
    held = await shop.asks()
    await shop.posts()
    shop.starts()
    assert not shop.breaker.is_open
    await shop.posts()
    assert await state_of(shop, held) is State.UNKNOWN, "as the very first post, it is tried"
    await in_an_outage(shop)
    assert shop.kinds(SARI).count("OrderWaiting") == 1


async def test_more_waiting_orders_than_one_unit_holds_are_all_told(shop: Shop) -> None:
    await in_an_outage(shop)
    for number in range(HELD_AT_ONCE + 1):
        await shop.says(order_text(number))
    assert await shop.submitter.run_once() == 0
    assert 0 < await shop.submitter.run_once() <= FIRST_PAUSE_S
    assert shop.kinds(SARI).count("OrderWaiting") == HELD_AT_ONCE + 1


async def test_a_full_disk_neither_keeps_it_from_opening_nor_loses_the_alarm(shop: Shop) -> None:
    shop.biller.cuts()
    shop.biller.hangs()
    for _ in range(UNCLEAR_TO_OPEN):
        await shop.asks()
    await shop.submitter.run_once()
    shop.disk.refuses_writes(UNCLEAR_TO_OPEN)
    shop.biller.release()
    await shop.settled()
    assert shop.breaker.is_open
    assert shop.kinds(RINA).count("BreakerOpened") == 1


async def test_the_balance_tells_admins_that_orders_are_held_for_as_long_as_they_are(shop: Shop) -> None:
    await in_an_outage(shop)
    since_ms = shop.breaker.open_since_ms()
    await shop.says("/saldo", by=RINA)
    shown = shop.last(RINA)
    assert isinstance(shown, BillerBalance)
    assert shown.held_since_ms == since_ms
    shop.biller.accepts()
    await shop.asks()
    shop.clock.passes(FIRST_PAUSE_S)
    await shop.posts()
    await shop.says("/saldo", by=RINA)
    shown = shop.last(RINA)
    assert isinstance(shown, BillerBalance)
    assert shown.held_since_ms is None


async def test_who_waits_reads_of_it_before_the_result_and_not_beside_it(shop: Shop) -> None:
    await in_an_outage(shop)
    order = await shop.asks()
    await shop.posts()
    assert isinstance(shop.last(SARI), OrderWaiting)
    await shop.reversals.receive(success_of(order), remote="1.2.3.4")
    await shop.speaks()
    # Neither had left when the result came: it says more than both.
    assert [message.text.split()[1] for message in shop.sender.to(SARI)] == ["SUKSES"]


async def test_metrics_show_whether_orders_are_held(shop: Shop) -> None:
    metrics = Metrics()
    metrics.watch_breaker(shop.breaker)
    assert b"loket_breaker_open 0.0" in await metrics.page(shop.disk, {})
    await in_an_outage(shop)
    assert b"loket_breaker_open 1.0" in await metrics.page(shop.disk, {})


class Flaky:
    """A biller on a real socket: it reads every post, and answers only when it is well."""

    def __init__(self) -> None:
        self.is_well = False

    async def __call__(self, wire: Wire) -> None:
        request = await wire.read()
        if not self.is_well:
            wire.reset()
            return
        asked = json.loads(request.partition(b"\r\n\r\n")[2])
        answer = {
            "total": 5_000,
            "status": True,
            "reason": f"Transaksi {asked['produk']}.{asked['idpel']} sedang diproses",
            "saldo": "1356424",
            "user": "demo",
            "kodeproduk": asked["produk"],
            "tujuan": asked["idpel"],
        }
        await wire.say(http(as_json(answer)))


@pytest.mark.parametrize("concurrency", [1, 4])
async def test_a_real_socket_that_cuts_opens_it_and_its_healing_closes_it(
    shop: Shop, concurrency: int
) -> None:
    flaky = Flaky()
    async with serving(flaky) as server:
        client = BillerClient(url=server.url, user="demo", password="a-password", timeout_s=2)
        shop.starts(biller=client, biller_concurrency=concurrency)
        orders = [await shop.asks(by=by) for by in (SARI, BUDI) * 12]
        await shop.posts()
        assert shop.breaker.is_open
        doubted = len(server.requests)
        assert UNCLEAR_TO_OPEN <= doubted <= UNCLEAR_TO_OPEN - 1 + concurrency
        flaky.is_well = True
        await shop.posts()
        assert len(server.requests) == doubted, "its pause is not over"
        shop.clock.passes(FIRST_PAUSE_S)
        await shop.posts()
        assert not shop.breaker.is_open
        states = [await state_of(shop, order) for order in orders]
        assert states.count(State.UNKNOWN) == doubted
        assert states.count(State.PENDING) == len(orders) - doubted
        assert len(server.requests) == len(orders), "each order was posted once"
    assert [type(shop.last(RINA)), shop.kinds(RINA).count("BreakerOpened")] == [BreakerClosed, 1]
