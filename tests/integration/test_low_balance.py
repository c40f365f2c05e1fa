"""A low balance at the biller is told once a fall, and orders wait for it where the operator chose so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.notices.alarms import BillerBalance, BillerReserveLow
from bot.notices.orders import OrderReceived, OrderWaiting
from bot.orders.biller_float import (
    RECOVERED_AFTER_MS,
    Funds,
    LowBalance,
    Reserve,
    judge_balance,
    mean_reserve,
)
from bot.orders.model import Order, State
from tests.integration.conftest import BUDI, DEWI, RINA, SARI, Shop
from tests.integration.fakes import START_MS, success_of
from tests.integration.test_placing import S5, S10
from tests.integration.test_topups import notes

COST_IDR = 5_000
HOLD = LowBalance.HOLD
RESERVE_IDR = 100_000


def alarms(shop: Shop, admin_id: int = RINA) -> list[BillerReserveLow]:
    notices = [shop.notice(row) for row in shop.messages(admin_id)]
    return [notice for notice in notices if isinstance(notice, BillerReserveLow)]


async def reports(shop: Shop, balance_idr: int, *, by: int = BUDI) -> Order:
    """Let an order report this balance, whatever is held: it is posted before the balance is known."""
    order = await shop.asks(by=by)
    shop.biller.accepts(cost_idr=COST_IDR, balance_idr=balance_idr)
    await shop.posts()
    shop.clock.passes(1)
    return await shop.order(order.trxid)


async def state(shop: Shop, order: Order) -> State:
    return (await shop.order(order.trxid)).state


@pytest.fixture
async def holding(shop: Shop) -> Shop:
    """Return a shop that holds orders below a reserve, at a biller that has reported a low balance."""
    shop.starts(low_balance=HOLD, biller_reserve_idr=RESERVE_IDR)
    await shop.sells(replace(S5, cost_idr=COST_IDR), replace(S10, cost_idr=10_000))
    await reports(shop, 60_000)
    assert len(alarms(shop)) == len(alarms(shop, DEWI)) == 1
    assert alarms(shop)[0].is_held
    return shop


async def test_the_alarm_reaches_every_admin_however_many_answers_of_telegram_are_lost(shop: Shop) -> None:
    """It is told once a fall: no admin would miss one that was lost."""
    shop.starts(biller_reserve_idr=RESERVE_IDR)
    await shop.sells(replace(S5, cost_idr=COST_IDR))
    shop.sender.swallows()
    await reports(shop, 60_000)
    for _ in range(4):
        await shop.speaks()
        shop.clock.passes(300)
    assert shop.sender.messages == []
    shop.sender.takes()
    await shop.speaks()
    for admin in (RINA, DEWI):
        assert ["Saldo biller menipis" in message.text for message in shop.sender.to(admin)] == [True]


async def test_below_the_reserve_an_order_waits_and_its_chat_reads_so_once(holding: Shop) -> None:
    order = await holding.asks()
    for _ in range(3):
        await holding.posts()
        holding.clock.passes(6)
    assert await state(holding, order) is State.PLACED
    assert holding.kinds(SARI) == ["OrderReceived", "OrderWaiting"]
    waiting = holding.last(SARI)
    assert isinstance(waiting, OrderWaiting)
    assert waiting.is_for_funds


async def test_a_noted_top_up_releases_it(holding: Shop) -> None:
    order = await holding.asks()
    await holding.posts()
    await notes(holding, "/topup 40000")
    await holding.posts()
    assert await state(holding, order) is State.PENDING


async def test_a_reported_balance_releases_it(holding: Shop) -> None:
    order = await holding.asks()
    await holding.posts()
    pending = await holding.order(
        holding.rows("SELECT trxid FROM orders WHERE state = 'pending'")[0]["trxid"]
    )
    report = success_of(pending).replace(b"Rp9,999", b"Rp900,000")
    await holding.reversals.receive(report, "1.2.3.4")
    await holding.posts()
    assert await state(holding, order) is State.PENDING


async def test_a_top_up_that_is_too_small_releases_nothing(holding: Shop) -> None:
    order = await holding.asks()
    await notes(holding, "/topup 39999")
    await holding.posts()
    assert await state(holding, order) is State.PLACED


async def test_nothing_is_lost_by_a_restart(holding: Shop) -> None:
    order = await holding.asks()
    await holding.posts()
    holding.starts(low_balance=HOLD, biller_reserve_idr=RESERVE_IDR)
    await holding.recovers()
    await holding.posts()
    assert await state(holding, order) is State.PLACED
    assert holding.kinds(SARI).count("OrderWaiting") == 1
    assert len(alarms(holding)) == 1
    await notes(holding, "/topup 500000")
    await holding.posts()
    assert await state(holding, order) is State.PENDING


async def test_what_waits_for_too_long_is_not_bought(holding: Shop) -> None:
    order = await holding.asks()
    await holding.posts()
    holding.clock.passes(601)
    await holding.posts()
    assert await state(holding, order) is State.EXPIRED


async def test_after_five_minutes_one_order_asks_the_biller_for_its_balance(holding: Shop) -> None:
    holding.clock.passes(290)
    orders = [await holding.asks() for _ in range(3)]
    await holding.posts()
    assert {await state(holding, order) for order in orders} == {State.PLACED}
    holding.clock.passes(10)
    holding.biller.accepts(cost_idr=COST_IDR, balance_idr=55_000)
    await holding.posts()
    assert sorted([await state(holding, order) for order in orders]) == ["pending", "placed", "placed"]
    holding.clock.passes(300)
    holding.biller.accepts(cost_idr=COST_IDR, balance_idr=2_000_000)
    await holding.posts()
    assert {await state(holding, order) for order in orders} == {State.PENDING}


async def test_an_order_that_the_balance_surely_cannot_pay_is_never_posted(shop: Shop) -> None:
    shop.starts(low_balance=HOLD, biller_reserve_idr=0)
    await shop.sells(replace(S5, cost_idr=COST_IDR), replace(S10, cost_idr=10_000))
    await reports(shop, 12_000)
    dear = await shop.asks("s10.081234567001")
    also_dear = await shop.asks("s10.081234567002", by=BUDI)
    cheap = await shop.asks("s5.081234567003")
    shop.biller.accepts(cost_idr=10_000)
    await shop.posts()
    states = [await state(shop, order) for order in (dear, also_dear, cheap)]
    assert states == [State.PENDING, State.PLACED, State.PLACED]
    assert [alarm.short_of_idr is not None for alarm in alarms(shop)] == [True]
    shop.clock.passes(301)
    await shop.posts()
    assert await state(shop, also_dear) is State.PLACED
    await notes(shop, "/topup 5000")
    await shop.posts()
    assert [await state(shop, order) for order in (also_dear, cheap)] == [State.PLACED, State.PENDING]


async def test_many_orders_at_once_do_not_spend_more_than_there_is(shop: Shop) -> None:
    shop.starts(low_balance=HOLD, biller_reserve_idr=0)
    await shop.sells(replace(S5, cost_idr=COST_IDR))
    await reports(shop, 22_000)
    orders = [await shop.asks() for _ in range(12)]
    shop.biller.accepts(cost_idr=COST_IDR)
    await shop.posts()
    states = [await state(shop, order) for order in orders]
    assert states.count(State.PENDING) == 4
    assert states.count(State.PLACED) == 8


async def test_where_orders_continue_none_is_held(shop: Shop) -> None:
    shop.starts(biller_reserve_idr=RESERVE_IDR)
    await shop.sells(replace(S5, cost_idr=COST_IDR))
    await reports(shop, 1_000)
    order = await shop.asks()
    await shop.posts()
    assert await state(shop, order) is State.PENDING
    assert [alarm.is_held for alarm in alarms(shop)] == [False]


async def test_before_a_balance_is_known_nothing_is_held(shop: Shop) -> None:
    shop.starts(low_balance=HOLD, biller_reserve_idr=RESERVE_IDR)
    await shop.sells(replace(S5, cost_idr=COST_IDR))
    order = await shop.asks()
    await shop.posts()
    assert await state(shop, order) is State.PENDING
    assert isinstance(shop.last(SARI), OrderReceived)


async def test_without_a_reserve_the_sales_of_two_hours_are_one(shop: Shop) -> None:
    for _ in range(12):
        await reports(shop, 19_000)
    assert alarms(shop) == []
    await shop.watchdog.run_once()
    (low,) = alarms(shop)
    # Twelve orders of 5.000 in six hours make 20.000 in two.
    assert (low.reserve_idr, low.is_mean, low.balance_idr) == (20_000, True, 19_000)
    await shop.watchdog.run_once()
    assert len(alarms(shop)) == 1
    await shop.says("/saldo", by=RINA)
    shown = shop.last(RINA)
    assert isinstance(shown, BillerBalance)
    assert shown.reserve_idr == 20_000


async def test_the_mean_warns_when_the_balance_falls_below_it(shop: Shop) -> None:
    for _ in range(12):
        await reports(shop, 500_000)
    await shop.watchdog.run_once()
    assert alarms(shop) == []
    await reports(shop, 19_999)
    assert len(alarms(shop)) == 1


async def test_what_is_accepted_without_a_report_is_counted_too(shop: Shop) -> None:
    shop.starts(biller_reserve_idr=RESERVE_IDR)
    await reports(shop, 103_000)
    shop.biller.accepts(cost_idr=COST_IDR)
    await shop.asks()
    await shop.posts()
    await shop.watchdog.run_once()
    (low,) = alarms(shop)
    assert low.balance_idr == 98_000


async def test_a_refund_brings_no_second_alarm_and_a_top_up_does(shop: Shop) -> None:
    shop.starts(biller_reserve_idr=RESERVE_IDR)
    for balance_idr in (99_000, 104_000, 99_000, 90_000):
        await reports(shop, balance_idr)
    assert len(alarms(shop)) == 1
    await notes(shop, "/topup 20000")
    await shop.watchdog.run_once()
    await reports(shop, 99_000)
    assert len(alarms(shop)) == 2


async def test_a_small_top_up_that_nobody_noted_does_not_silence_the_next_fall(shop: Shop) -> None:
    shop.starts(biller_reserve_idr=RESERVE_IDR)
    await reports(shop, 99_000)
    shop.clock.passes(RECOVERED_AFTER_MS // 1000)
    await reports(shop, 105_000)
    await reports(shop, 98_000)
    assert [alarm.balance_idr for alarm in alarms(shop)] == [99_000, 98_000]


async def test_a_fall_right_after_a_noted_top_up_is_told_though_no_report_came_between(shop: Shop) -> None:
    shop.starts(biller_reserve_idr=RESERVE_IDR)
    await reports(shop, 99_000)
    await notes(shop, "/topup 20000")
    await reports(shop, 98_000)
    assert [alarm.balance_idr for alarm in alarms(shop)] == [99_000, 98_000]


async def test_a_report_below_the_reserve_after_a_top_up_that_was_too_small_brings_no_second_alarm(
    shop: Shop,
) -> None:
    shop.starts(biller_reserve_idr=RESERVE_IDR)
    await reports(shop, 60_000)
    await notes(shop, "/topup 20000")
    await reports(shop, 75_000)
    assert len(alarms(shop)) == 1


def test_a_balance_is_judged_by_its_fall() -> None:
    def judged(reserve: Reserve, balance_idr: int, *, later_ms: int = 0) -> Reserve:
        return judge_balance(reserve, balance_idr, 100, now_ms=START_MS + later_ms)

    low = judged(Reserve(), 99)
    assert low == Reserve(is_alarmed=True, alarmed_at_ms=START_MS)
    assert judged(low, 109) == judged(low, 109, later_ms=RECOVERED_AFTER_MS - 1) == low
    for above in (
        judged(low, 110),
        judged(replace(low, is_topped_up=True), 100),
        judged(low, 100, later_ms=RECOVERED_AFTER_MS),
        judged(low, 100, later_ms=-RECOVERED_AFTER_MS),
    ):
        assert (above.is_alarmed, above.is_topped_up) == (False, False)
    assert judged(replace(low, is_topped_up=True), 99, later_ms=RECOVERED_AFTER_MS).is_alarmed
    assert judge_balance(Reserve(), 0, None, now_ms=START_MS) == Reserve()
    assert mean_reserve(0) is None


@given(st.integers(-(10**9), 10**9), st.integers(0, 10**9), st.booleans())
def test_no_order_is_allowed_that_costs_more_than_there_is(balance: int, cost: int, is_low: bool) -> None:  # noqa: FBT001 - drawn
    funds = Funds(balance_idr=balance, is_low=is_low)
    assert funds.allow(cost) is (not is_low and cost <= balance)
