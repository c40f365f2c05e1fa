"""An order is posted at most once, its claim is on the disk before, and its answer is kept after."""

import asyncio
from functools import partial

import pytest
from msgspec.structs import replace

from bot.actors import Standing
from bot.notices import Result
from bot.notices.orders import OrderExpired, OrderFailed, OrderUnknown
from bot.orders.model import ExpiryReason, FailureCause, Order, State
from bot.purchasing.submitter import GIVE_UP_AFTER_MS, IDLE_S
from storage import orders, people
from storage.errors import StorageError
from storage.transaction import Tx
from tests.integration.conftest import BUDI, DEWI, RINA, SARI, Shop
from tests.integration.fakes import eventually, success_of


def state_on_disk(shop: Shop, trxid: str) -> str:
    state: str = shop.rows("SELECT state FROM orders WHERE trxid = ?", trxid)[0]["state"]
    return state


def freeze(tx: Tx, user_id: int, *, at_ms: int) -> None:
    """Store the standing alone, as a freeze does that came while the order was being claimed."""
    person = people.get(tx, user_id)
    assert person
    people.save(tx, replace(person, standing=Standing.FROZEN, changed_at_ms=at_ms), changed_by=RINA)


async def test_the_claim_is_on_the_disk_before_the_biller_sees_the_post(shop: Shop) -> None:
    """A crash while posting must find the order claimed, or the next start would post it again."""
    seen: list[tuple[str, list[str]]] = []

    def look(order: Order) -> None:
        events = shop.rows("SELECT kind FROM order_events WHERE trxid = ?", order.trxid)
        seen.append((state_on_disk(shop, order.trxid), [event["kind"] for event in events]))

    shop.biller.sees = look
    await shop.asks()
    await shop.posts()
    assert seen == [("submitting", ["Placed", "Claimed"])]


async def test_the_biller_is_told_to_expect_what_is_claimed_and_nothing_else(shop: Shop) -> None:
    await shop.asks()
    shop.disk.refuses_writes(1)
    with pytest.raises(StorageError):
        await shop.submitter.run_once()
    assert (shop.biller.expected, shop.biller.trxids) == (0, [])
    await shop.posts()
    assert (shop.biller.expected, len(shop.biller.trxids)) == (1, 1)
    late = await shop.asks()
    shop.clock.passes(601)
    await shop.posts()
    assert state_on_disk(shop, late.trxid) == "expired"
    assert shop.biller.expected == 1


async def test_an_accepted_order_is_pending_with_what_the_answer_told(shop: Shop) -> None:
    shop.biller.accepts(cost_idr=5_100, balance_idr=1_000_000)
    order = await shop.asks()
    await shop.posts()
    after = await shop.order(order.trxid)
    assert (after.state, after.cost_idr, after.biller_ref) == (State.PENDING, 5_100, "ft-1")
    # Accepted is not successful: the chat hears nothing more yet.
    assert shop.kinds(SARI) == ["OrderReceived"]


async def test_a_refusal_is_told_with_its_reason(shop: Shop) -> None:
    shop.biller.refuses()
    order = await shop.asks()
    await shop.posts()
    assert (await shop.order(order.trxid)).state is State.FAILED
    told = shop.last(SARI)
    assert isinstance(told, OrderFailed)
    assert (told.reason, told.failure_cause) == ("Produk tidak Aktif", FailureCause.PRODUCT_INACTIVE)


@pytest.mark.parametrize("failure_cause", [FailureCause.DEPOSIT, FailureCause.ACCOUNT])
async def test_a_refusal_that_only_the_operator_can_mend_wakes_the_admins_once(
    shop: Shop, failure_cause: FailureCause
) -> None:
    shop.biller.refuses("saldo habis", failure_cause)
    for _ in range(2):
        await shop.asks()
    await shop.posts()
    assert shop.kinds(RINA) == shop.kinds(DEWI) == ["BillerAccountAlarm"]
    shop.clock.passes(301)
    await shop.asks()
    await shop.posts()
    assert shop.kinds(RINA).count("BillerAccountAlarm") == 2


async def test_a_cut_connection_is_unknown_and_never_a_failure_or_a_second_post(shop: Shop) -> None:
    shop.biller.cuts()
    order = await shop.asks()
    for _ in range(3):
        await shop.posts()
        shop.clock.passes(120)
    assert shop.biller.trxids == [order.trxid]
    assert state_on_disk(shop, order.trxid) == "unknown"
    assert isinstance(shop.last(SARI), OrderUnknown)
    assert shop.kinds(SARI) == ["OrderReceived", "OrderUnknown"]


async def test_a_surprise_in_the_client_is_unknown_too(shop: Shop) -> None:
    shop.biller.stumbles()
    order = await shop.asks()
    await shop.posts()
    assert state_on_disk(shop, order.trxid) == "unknown"


async def test_what_was_surely_not_sent_is_tried_again_under_the_same_trxid(shop: Shop) -> None:
    shop.biller.never_connects()
    order = await shop.asks()
    await shop.posts()
    assert state_on_disk(shop, order.trxid) == "placed"
    assert await shop.submitter.run_once() == pytest.approx(1)
    shop.clock.passes(1)
    shop.biller.accepts()
    await shop.posts()
    assert shop.biller.trxids == [order.trxid] * 2
    assert state_on_disk(shop, order.trxid) == "pending"
    assert shop.kinds(SARI) == ["OrderReceived"]


async def test_what_never_connects_expires_after_a_minute_and_the_chat_is_told(shop: Shop) -> None:
    shop.biller.never_connects()
    order = await shop.asks()
    began = shop.clock()
    while state_on_disk(shop, order.trxid) == "placed":
        await shop.posts()
        shop.clock.passes(1)
    assert 0 < (await shop.order(order.trxid)).changed_at_ms - began - GIVE_UP_AFTER_MS <= 8_000
    told = shop.last(SARI)
    assert isinstance(told, OrderExpired)
    assert told.reason is ExpiryReason.NEVER_SENT
    assert set(shop.biller.trxids) == {order.trxid}
    assert len(shop.biller.posts) <= 12


async def test_an_order_that_is_too_old_when_its_turn_comes_is_not_bought(shop: Shop) -> None:
    order = await shop.asks(at_ms=shop.clock() - 600_001)
    in_time = await shop.asks(at_ms=shop.clock() - 600_000, by=BUDI)
    await shop.posts()
    assert shop.biller.trxids == [in_time.trxid]
    assert state_on_disk(shop, order.trxid) == "expired"
    told = shop.last(SARI)
    assert isinstance(told, OrderExpired)
    assert told.reason is ExpiryReason.TOO_OLD


@pytest.mark.parametrize("concurrency", [1, 32])
async def test_a_fresh_order_behind_two_hundred_stale_ones_is_posted_at_once(
    shop: Shop, concurrency: int
) -> None:
    """One claim, as a message makes it: no worker runs besides."""
    shop.starts(biller_concurrency=concurrency)
    for number in range(200):
        await shop.asks(by=(SARI, BUDI)[number % 2], at_ms=shop.clock() - 600_001)
    fresh = await shop.asks()
    shop.submitter.claim()
    await eventually(lambda: shop.biller.trxids == [fresh.trxid])
    assert shop.rows("SELECT count(*) AS n FROM orders WHERE state = 'expired'") == [{"n": 200}]


async def test_orders_settled_while_they_waited_do_not_keep_the_next_one_waiting(shop: Shop) -> None:
    """The turns were read ahead: all that stood first is settled by the time of the claim."""
    shop.starts(biller_concurrency=1)
    waiting = [await shop.asks() for _ in range(70)]
    turns = [order.trxid for order in waiting]
    await shop.submitter.run_once()
    await shop.settled()
    for order in waiting[:69]:
        await shop.reversals.receive(success_of(order), remote="1.2.3.4")
    shop.submitter.claim()
    await eventually(lambda: shop.biller.trxids[-1] == turns[-1], timeout_s=10)


@pytest.mark.parametrize("word", ["bekukan", "hapus"])
async def test_a_waiting_order_of_a_reseller_who_loses_access_is_not_bought(shop: Shop, word: str) -> None:
    order = await shop.asks()
    other = await shop.asks(by=BUDI)
    await shop.says(f"/{word} {SARI}", by=RINA)
    if word == "hapus":
        await shop.presses(shop.buttons(RINA)["confirm_remove"], by=RINA)
    assert state_on_disk(shop, order.trxid) == "expired"
    (told,) = [shop.notice(row) for row in shop.messages(SARI) if row["kind"] == "OrderExpired"]
    assert isinstance(told, OrderExpired)
    assert told.reason is ExpiryReason.NO_ACCESS
    await shop.posts()
    assert shop.biller.trxids == [other.trxid]


async def test_an_order_that_waits_for_its_next_try_is_not_bought_after_a_freeze(shop: Shop) -> None:
    shop.biller.never_connects()
    order = await shop.asks()
    await shop.posts()
    await shop.disk.write(lambda tx: freeze(tx, SARI, at_ms=shop.clock()))
    shop.biller.accepts()
    shop.clock.passes(1)
    await shop.posts()
    assert shop.biller.trxids == [order.trxid]
    assert state_on_disk(shop, order.trxid) == "expired"


async def test_what_was_posted_before_a_freeze_keeps_its_result(shop: Shop) -> None:
    order = await shop.asks()
    await shop.posts()
    await shop.says(f"/bekukan {SARI}", by=RINA)
    await shop.reversals.receive(success_of(order), remote="1.2.3.4")
    assert shop.kinds(SARI)[-1] == "OrderSucceeded"


async def test_a_report_for_a_placed_order_stops_its_post(shop: Shop) -> None:
    order = await shop.asks()
    await shop.reversals.receive(success_of(order), remote="1.2.3.4")
    await shop.posts()
    assert shop.biller.posts == []


async def test_no_more_posts_than_allowed_are_under_way(shop: Shop) -> None:
    shop.starts(biller_concurrency=3)
    shop.biller.hangs()
    asked = [await shop.asks() for _ in range(5)]
    assert await shop.submitter.run_once() == 0
    assert await shop.submitter.run_once() == IDLE_S
    await eventually(lambda: len(shop.biller.posts) == 3)
    states = [state_on_disk(shop, order.trxid) for order in asked]
    assert states.count("submitting") == 3
    assert states.count("placed") == 2
    shop.biller.release()
    await shop.posts()
    await shop.posts()
    assert sorted(shop.biller.trxids) == sorted(order.trxid for order in asked)


async def test_orders_are_posted_in_the_order_they_were_asked(shop: Shop) -> None:
    shop.starts(biller_concurrency=1)
    asked = []
    for _ in range(4):
        asked.append((await shop.asks()).trxid)
        shop.clock.passes(1)
    for _ in asked:
        await shop.submitter.run_once()
        await shop.settled()
    assert shop.biller.trxids == asked


async def test_two_claims_at_once_make_one_post_each(shop: Shop) -> None:
    for _ in range(10):
        await shop.asks()
    await asyncio.gather(*(shop.submitter.run_once() for _ in range(4)))
    await shop.settled()
    assert len(shop.biller.trxids) == len(set(shop.biller.trxids)) == 10


async def test_a_claim_that_could_not_be_kept_posts_nothing(shop: Shop) -> None:
    order = await shop.asks()
    shop.disk.refuses_writes(1)
    with pytest.raises(Exception, match="full"):
        await shop.submitter.run_once()
    assert shop.biller.posts == []
    await shop.posts()
    assert shop.biller.trxids == [order.trxid]


async def test_an_answer_that_could_not_be_stored_is_stored_later_and_posted_no_second_time(
    shop: Shop,
) -> None:
    shop.biller.hangs()
    order = await shop.asks()
    await shop.submitter.run_once()
    await eventually(lambda: len(shop.biller.posts) == 1)
    shop.disk.refuses_writes(2)
    shop.biller.release()
    await eventually(lambda: shop.disk.refusals >= 1)
    assert state_on_disk(shop, order.trxid) == "submitting"
    await eventually(lambda: state_on_disk(shop, order.trxid) == "pending")
    await shop.posts()
    assert shop.biller.trxids == [order.trxid]


class TestStarts:
    async def test_what_was_being_sent_becomes_unknown_and_is_never_posted_again(self, shop: Shop) -> None:
        shop.biller.hangs()
        order = await shop.asks()
        await shop.submitter.run_once()
        await eventually(lambda: len(shop.biller.posts) == 1)
        await shop.submitter.drain(0)
        assert state_on_disk(shop, order.trxid) == "submitting"

        shop.starts()
        shop.biller.release()
        assert await shop.recovers() == 1
        assert state_on_disk(shop, order.trxid) == "unknown"
        assert (shop.kinds(SARI)[-1], shop.kinds(RINA)) == ("OrderUnknown", ["OrderCard"])
        await shop.posts()
        assert shop.biller.trxids == [order.trxid]

    async def test_a_second_start_finds_nothing_more_to_tell(self, shop: Shop) -> None:
        shop.biller.hangs()
        await shop.asks()
        await shop.submitter.run_once()
        await shop.submitter.drain(0)
        for found in (1, 0, 0):
            shop.starts()
            assert await shop.recovers() == found
        assert shop.kinds(SARI) == ["OrderReceived", "OrderUnknown"]

    async def test_placed_orders_are_bought_by_the_next_start(self, shop: Shop) -> None:
        order = await shop.asks()
        shop.starts()
        await shop.recovers()
        await shop.posts()
        assert shop.biller.trxids == [order.trxid]


class TestStops:
    async def test_posts_under_way_are_finished_and_stored(self, shop: Shop) -> None:
        shop.biller.hangs()
        first = await shop.asks()
        await shop.submitter.run_once()
        await eventually(lambda: len(shop.biller.posts) == 1)
        late = await shop.asks()
        stopping = asyncio.create_task(shop.submitter.drain(5))
        await asyncio.sleep(0)
        shop.biller.release()
        await stopping
        assert state_on_disk(shop, first.trxid) == "pending"
        await shop.submitter.run_once()
        assert state_on_disk(shop, late.trxid) == "placed"
        assert shop.biller.trxids == [first.trxid]

    async def test_a_post_that_outlives_the_stop_is_cut_off_and_stays_claimed(self, shop: Shop) -> None:
        shop.biller.hangs()
        order = await shop.asks()
        await shop.submitter.run_once()
        await eventually(lambda: len(shop.biller.posts) == 1)
        await shop.submitter.drain(0.01)
        assert not shop.is_posting()
        assert state_on_disk(shop, order.trxid) == "submitting"

    @pytest.mark.parametrize("held", ["reads", "writes"])
    async def test_no_post_begins_after_the_stop_has_drained(self, shop: Shop, held: str) -> None:
        """The stop comes while a claim is on its way: nobody would wait for a post that begins later."""
        order = await shop.asks()
        getattr(shop.disk, f"holds_{held}")()
        claiming = asyncio.create_task(shop.submitter.run_once())
        await asyncio.sleep(0.01)
        draining = asyncio.create_task(shop.submitter.drain(5))
        await asyncio.sleep(0.01)
        shop.disk.lets_go()
        await draining
        posts_at_the_end, state = list(shop.biller.posts), state_on_disk(shop, order.trxid)
        await claiming
        await asyncio.sleep(0.01)
        assert shop.biller.posts == posts_at_the_end
        assert state in {"placed", "pending"}
        await shop.settled()


async def test_every_order_ends_in_a_state_its_chat_was_told(shop: Shop) -> None:
    results = {kind.__name__ for kind in Result.__args__}
    verbs = [shop.biller.cuts, shop.biller.refuses, shop.biller.stumbles]
    for verb in verbs:
        verb()
        order = await shop.asks()
        await shop.posts()
        assert shop.kinds(SARI)[-1] in results
        events = await shop.disk.read(partial(orders.history, trxid=order.trxid))
        assert events[-1].state_after == state_on_disk(shop, order.trxid)
