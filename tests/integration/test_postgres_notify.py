"""What a door stores wakes the leader in another process at once; a lost connection only costs the pause."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import inf
from pathlib import Path

import pytest

from bot.leadership import SoleLeader
from bot.purchasing.reversals import ReversalReceiver
from bot.telegram.receiver import UpdateReceiver
from bot.worker import Worker
from storage.database import RESULTS, shop_key
from storage.postgres import PostgresDatabase
from storage.postgres_concurrency import FOLLOWED_AT_ONCE
from storage.postgres_notify import CHANNEL
from tests.integration.conftest import SARI, Shop
from tests.integration.engines import PostgresView
from tests.integration.fakes import a_message, eventually, success_of
from tests.integration.notes import Notes
from tests.integration.test_postgres_concurrency import HeldOrder
from tests.integration.test_update_receiver import FakeAnswerer

WITHIN_S = 20


@pytest.fixture
def view(postgres_url: str) -> PostgresView:
    return PostgresView(postgres_url)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[PostgresDatabase]:
    database = PostgresDatabase(url)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
async def leader(postgres_url: str) -> AsyncIterator[PostgresDatabase]:
    async with opened(postgres_url) as database:
        yield database


@pytest.fixture
async def door(postgres_url: str) -> AsyncIterator[PostgresDatabase]:
    async with opened(postgres_url) as database:
        yield database


@pytest.fixture
async def woken(leader: PostgresDatabase) -> asyncio.Event:
    """Return what is set when the leader is woken, by others or by a new connection."""
    event = asyncio.Event()
    leader.listen(event.set)
    await hears(event)  # it listens
    return event


async def hears(event: asyncio.Event) -> None:
    async with asyncio.timeout(WITHIN_S):
        await event.wait()
    event.clear()


async def test_a_door_wakes_the_leader(door: PostgresDatabase, woken: asyncio.Event) -> None:
    written = door.write(Notes(1))
    door.wake_others()
    await written
    await hears(woken)


async def test_the_leader_is_woken_once_the_order_is_stored_and_not_before(
    door: PostgresDatabase, woken: asyncio.Event
) -> None:
    """Woken before, it would look in vain, and then not again."""
    order = HeldOrder(1)
    written = door.write(order, keys=(RESULTS,))
    door.wake_others()
    await order.has_stored.wait()
    assert not woken.is_set()
    order.may_go.set()
    await written
    await hears(woken)


async def test_the_leader_is_woken_for_the_first_of_a_crowd_and_again_for_the_last(
    door: PostgresDatabase, woken: asyncio.Event
) -> None:
    crowd = [door.write(Notes(number), keys=(shop_key(number),)) for number in range(FOLLOWED_AT_ONCE)]
    order = HeldOrder(1)
    written = door.write(order, keys=(RESULTS,))
    door.wake_others()
    await asyncio.gather(*crowd)
    await hears(woken)
    order.may_go.set()
    await written
    await hears(woken)


async def test_a_cut_connection_wakes_once_it_stands_again_and_hears_on(
    door: PostgresDatabase, woken: asyncio.Event, view: PostgresView
) -> None:
    listening = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = ?"
    assert len(view.rows(listening, f"LISTEN {CHANNEL}")) == 1
    await hears(woken)
    door.wake_others()
    await hears(woken)


def told(view: PostgresView) -> list[str]:
    return [
        row["kind"] for row in view.rows("SELECT kind FROM outbox WHERE state = 'sent' ORDER BY outbox_id")
    ]


class Door(SoleLeader):
    """A process that does not lead, and wakes the one that does."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    def is_leading(self) -> bool:
        return False

    def wake_leader(self) -> None:
        self._database.wake_others()


async def test_an_order_and_its_result_at_a_door_are_carried_by_the_leader_without_a_look_of_its_own(
    leader: PostgresDatabase, door: PostgresDatabase, view: PostgresView
) -> None:
    leading, other = (Shop(each, Path(), view=view) for each in (leader, door))
    other.starts(fence=Door(door))
    await leading.hires(SARI)
    receiver = UpdateReceiver(
        database=door,
        context=other.context,
        sender=FakeAnswerer(),
        now_ms=other.clock,
        claim_orders=other.submitter.claim,
        order_posts=other.submitter,
        scan_outbox=other.messenger.scan,
        imports_wake_up=other.imports_wake_up,
    )

    reversals = ReversalReceiver(
        database=door, context=other.context, now_ms=other.clock, scan_outbox=other.messenger.scan
    )

    def wake() -> None:
        leading.orders_wake_up.set()
        leading.outbox_wake_up.set()

    leader.listen(wake)
    workers = (
        Worker("submitter", leading.submitter.run_once, leading.orders_wake_up, poll_s=inf),
        Worker("messenger", leading.messenger.run_once, leading.outbox_wake_up, poll_s=inf),
    )
    async with asyncio.TaskGroup() as running:
        tasks = [running.create_task(worker.run()) for worker in workers]
        await asyncio.sleep(0.3)  # both have looked, and found nothing
        await receiver.receive([a_message(1)])
        await eventually(lambda: len(leading.biller.posts) == 1)
        await eventually(lambda: told(view) == ["OrderReceived"])
        for shop in (leading, other):
            shop.clock.passes(10)  # a chat gets one message a second
        await reversals.receive(success_of(leading.biller.posts[0]), "the biller")
        await eventually(lambda: told(view) == ["OrderReceived", "OrderSucceeded"])
        for task in tasks:
            task.cancel()
