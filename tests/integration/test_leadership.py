"""Several processes on one database: one leads, and what was the leader's is the next one's to finish."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from bot.leadership import LeaseKeeper
from bot.runtime import TakeOver
from storage import lease
from storage.database import Database
from storage.lease import LeaseLost
from storage.transaction import Tx
from tests.integration.conftest import BUDI, RINA, SARI, Shop
from tests.integration.fakes import a_message, eventually
from tests.integration.test_update_receiver import receiver_of

HELD_SINCE_MS = 1_790_000_123_000


class Watch:
    """The time that passed, by a process that may find that it has stood still for a minute."""

    def __init__(self) -> None:
        self.stands_still_if: Callable[[], bool] = lambda: False

    def __call__(self) -> float:
        return time.monotonic() + (60 if self.stands_still_if() else 0)


def keeper_on(
    database: Database, replica: str, monotonic: Callable[[], float] = time.monotonic
) -> LeaseKeeper:
    return LeaseKeeper(
        database=database,
        replica=replica,
        monotonic=monotonic,
        now_ms=lambda: time.time_ns() // 1_000_000,
    )


@asynccontextmanager
async def running(keeper: LeaseKeeper, shop: Shop | None = None) -> AsyncIterator[list[TakeOver]]:
    """Keep the lease inside the block; return what the terms that it led in began with."""
    taken: list[TakeOver] = []

    async def lead(found: TakeOver | None) -> None:
        if found is not None and shop is not None:
            shop.submitter.inherit(found.submitting)
            taken.append(found)
        await asyncio.Event().wait()

    def take_over(tx: Tx, found: lease.Lease) -> TakeOver | None:
        return shop.runtime.take_over(tx, found) if shop else None

    keeping = asyncio.create_task(
        keeper.run(take_over=take_over, lead=lead, breaker_open_since_ms=lambda: HELD_SINCE_MS)
    )
    try:
        yield taken
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def another_takes_it(database: Database) -> None:
    """Begin the next term for another process, as if the lease had run out."""
    found = await database.read(lease.current)
    term = await database.write(lambda tx: lease.take(tx, found, holder="another", for_ms=10_000))
    assert term == found.term + 1


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def keeper(database: Database, watch: Watch) -> LeaseKeeper:
    return keeper_on(database, "first", watch)


@pytest.fixture
async def led(shop: Shop, keeper: LeaseKeeper) -> AsyncIterator[Shop]:
    """A shop whose process leads by a lease."""
    shop.starts(fence=keeper)
    async with running(keeper, shop):
        await eventually(keeper.is_leading)
        yield shop


class TestTheLease:
    async def test_of_two_processes_one_leads_and_the_other_as_soon_as_it_is_given_back(
        self, database: Database, keeper: LeaseKeeper
    ) -> None:
        second = keeper_on(database, "second")
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(running(second))
            async with running(keeper):
                await eventually(lambda: keeper.is_leading() or second.is_leading())
                assert keeper.is_leading() != second.is_leading()
                first = keeper if keeper.is_leading() else second
                assert first.term == 1
            if first is keeper:
                await keeper.release()
                await eventually(second.is_leading)
                assert second.term == 2

    async def test_two_that_find_it_free_do_not_both_take_it(self, database: Database) -> None:
        found = await database.read(lease.current)
        terms = [
            await database.write(lambda tx, name=name: lease.take(tx, found, holder=name, for_ms=10_000))  # type: ignore[misc]
            for name in ("first", "second")
        ]
        assert terms == [1, None]

    async def test_what_ran_out_is_not_renewed(self, database: Database) -> None:
        found = await database.read(lease.current)
        assert await database.write(lambda tx: lease.take(tx, found, holder="first", for_ms=0)) == 1
        assert not await database.write(lambda tx: lease.renew(tx, 1, for_ms=10_000, held_since_ms=None))
        with pytest.raises(LeaseLost):
            await database.write(lambda tx: lease.check(tx, 1))

    async def test_a_process_that_does_not_lead_shows_what_the_leader_holds_back(
        self, database: Database, keeper: LeaseKeeper
    ) -> None:
        door = keeper_on(database, "door")
        async with running(keeper):
            await eventually(keeper.is_leading)
            await database.write(lambda tx: lease.renew(tx, 1, for_ms=10_000, held_since_ms=HELD_SINCE_MS))
            await door.observe()
            assert door.held_since_ms(None) == HELD_SINCE_MS
            assert keeper.held_since_ms(5) == 5

    async def test_all_processes_go_by_the_clock_of_the_database(self, database: Database) -> None:
        wrong = LeaseKeeper(database=database, replica="wrong", monotonic=time.monotonic, now_ms=lambda: 0)
        assert wrong.now_ms() == 0
        await wrong.observe()
        assert abs(wrong.now_ms() - time.time_ns() // 1_000_000) < 5_000


class TestTheFence:
    async def test_the_leader_buys_and_tells(self, led: Shop) -> None:
        await led.asks()
        await led.posts()
        await led.speaks()
        assert len(led.biller.posts) == 1
        assert led.sender.tries

    async def test_a_process_that_does_not_lead_takes_orders_and_buys_nothing(
        self, shop: Shop, keeper: LeaseKeeper
    ) -> None:
        shop.starts(fence=keeper)
        await shop.asks()
        shop.submitter.claim()
        shop.messenger.scan()
        with pytest.raises(LeaseLost):
            await shop.submitter.run_once()
        assert shop.rows("SELECT state FROM orders") == [{"state": "placed"}]
        assert (shop.biller.posts, shop.sender.tries) == ([], [])

    async def test_a_leader_that_was_replaced_claims_nothing_even_before_it_knows(
        self, led: Shop, keeper: LeaseKeeper, database: Database
    ) -> None:
        await another_takes_it(database)
        assert keeper.is_leading()
        await led.asks()
        with pytest.raises(LeaseLost):
            await led.submitter.run_once()
        assert led.rows("SELECT state FROM orders") == [{"state": "placed"}]
        assert led.biller.posts == []
        assert not keeper.is_leading()

    async def test_a_leader_that_was_replaced_claims_nothing_as_it_places_it(
        self, led: Shop, keeper: LeaseKeeper, database: Database
    ) -> None:
        await led.asks("s5.08111111111")
        await led.posts()
        await another_takes_it(database)
        assert keeper.is_leading()
        assert led.submitter.reserve()
        await receiver_of(led).receive([a_message(101)])
        await eventually(lambda: not keeper.is_leading())
        states = led.rows("SELECT state FROM orders ORDER BY trxid")
        assert sorted(row["state"] for row in states) == ["pending", "placed"]
        assert len(led.biller.posts) == 1

    async def test_a_leader_that_was_replaced_stores_no_outcome_of_a_send_and_sends_no_more(
        self, led: Shop, database: Database
    ) -> None:
        await led.asks()
        await led.asks(by=BUDI)
        await another_takes_it(database)
        await led.speaks()
        await led.speaks()
        assert {row["state"] for row in led.messages(SARI)} == {"waiting"}
        tried = len(led.sender.tries)
        await led.speaks()
        assert len(led.sender.tries) == tried

    async def test_a_leader_that_was_replaced_still_stores_the_answer_to_its_post(
        self, led: Shop, database: Database
    ) -> None:
        led.biller.hangs()
        order = await led.asks()
        await led.submitter.run_once()
        await eventually(lambda: len(led.biller.posts) == 1)
        await another_takes_it(database)
        led.biller.release()
        await led.settled()
        assert (await led.order(order.trxid)).state == "pending"

    async def test_what_was_claimed_in_the_last_moment_is_not_posted_and_waits_for_the_next_leader(
        self, led: Shop, watch: Watch
    ) -> None:
        order = await led.asks()
        watch.stands_still_if = lambda: led.rows("SELECT state FROM orders") == [{"state": "submitting"}]
        await led.submitter.run_once()
        await led.settled()
        assert led.biller.posts == []
        assert (await led.order(order.trxid)).state == "placed"
        assert led.breaker.open_since_ms() is None


class TestTakingOver:
    async def test_what_the_last_leader_was_posting_is_left_alone_until_its_deadline(
        self, led: Shop, database: Database
    ) -> None:
        led.biller.hangs()
        order = await led.asks()
        await led.submitter.run_once()
        found = await database.read(lease.current)
        led.starts()  # another process, whose predecessor may still be posting
        taken = await database.write(lambda tx: led.runtime.take_over(tx, found))
        led.submitter.inherit(taken.submitting)
        assert taken.swept_count == 0
        led.clock.passes(46)
        await led.submitter.run_once()
        assert led.submitter.is_posting(order.trxid)
        assert (await led.order(order.trxid)).state == "submitting"
        led.clock.passes(2)
        await led.submitter.run_once()
        assert (await led.order(order.trxid)).state == "unknown"
        assert led.kinds(RINA) == ["OrderCard"]

    async def test_what_the_last_leader_could_not_send_after_all_is_bought_and_not_doubted(
        self, led: Shop, database: Database
    ) -> None:
        led.biller.hangs()
        order = await led.asks()
        await led.submitter.run_once()
        found = await database.read(lease.current)
        last = led.submitter
        led.starts()
        taken = await database.write(lambda tx: led.runtime.take_over(tx, found))
        led.submitter.inherit(taken.submitting)
        led.biller.never_connects()
        led.biller.release()
        await eventually(lambda: not last.is_posting(order.trxid))
        led.biller.accepts()
        led.clock.passes(48)
        await led.posts()
        states = led.rows("SELECT state_after FROM order_events ORDER BY event_id")
        told = [row["state_after"] for row in states]
        assert told == ["placed", "submitting", "placed", "submitting", "pending"]

    async def test_what_this_leader_is_posting_itself_is_not_doubted_with_what_it_inherited(
        self, led: Shop, database: Database
    ) -> None:
        led.biller.hangs()
        inherited = await led.asks()
        await led.submitter.run_once()
        found = await database.read(lease.current)
        led.starts()
        taken = await database.write(lambda tx: led.runtime.take_over(tx, found))
        led.submitter.inherit(taken.submitting)
        led.clock.passes(46)
        own = await led.asks()
        await led.submitter.run_once()
        led.clock.passes(2)
        await led.submitter.run_once()
        assert (await led.order(inherited.trxid)).state == "unknown"
        assert (await led.order(own.trxid)).state == "submitting"

    async def test_leaders_that_die_one_after_the_other_do_not_put_off_the_doubt_for_ever(
        self, led: Shop, database: Database
    ) -> None:
        led.biller.hangs()
        order = await led.asks()
        await led.submitter.run_once()
        found = await database.read(lease.current)
        led.clock.passes(40)
        assert (await database.write(lambda tx: led.runtime.take_over(tx, found))).swept_count == 0
        led.clock.passes(16)
        assert (await database.write(lambda tx: led.runtime.take_over(tx, found))).swept_count == 1
        assert (await led.order(order.trxid)).state == "unknown"

    async def test_what_a_leader_that_stopped_had_to_cut_off_is_doubted_at_once(
        self, led: Shop, keeper: LeaseKeeper, database: Database
    ) -> None:
        led.biller.hangs()
        order = await led.asks()
        await led.submitter.run_once()
        await led.submitter.drain(0)
        await keeper.release()
        found = await database.read(lease.current)
        taken = await database.write(lambda tx: led.runtime.take_over(tx, found))
        assert (taken.swept_count, taken.submitting) == (1, [])
        assert (await led.order(order.trxid)).state == "unknown"
