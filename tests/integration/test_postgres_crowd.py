"""A crowd on PostgreSQL: what was bought is stored and told before everybody who waits is served."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot.orders.product_health import HealthRules
from bot.purchasing.submitter import IDLE_S
from storage import inbox
from storage.database import RESULTS
from storage.postgres import PostgresDatabase
from storage.postgres_concurrency import FOLLOWED_AT_ONCE, MAX_SHARED
from storage.transaction import Tx
from tests.integration.conftest import BUDI, SARI, Shop
from tests.integration.engines import PostgresView
from tests.integration.fakes import a_message, eventually
from tests.integration.test_statements_of_an_order import S5, Road, carrying

CROWD = 3 * FOLLOWED_AT_ONCE

UNASKED_S = 0.7 * IDLE_S
"""Before the workers look by themselves whether anything was forgotten."""


@pytest.fixture
async def server(postgres_url: str) -> AsyncIterator[PostgresDatabase]:
    database = PostgresDatabase(postgres_url)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def road(server: PostgresDatabase, postgres_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    shop = Shop(server, tmp_path, view=PostgresView(postgres_url))
    # Room for all: no claim is made for the room that another purchase leaves.
    shop.starts(health_rules=HealthRules(failures_to_close=5), biller_concurrency=2 * CROWD)
    await shop.hires(SARI, BUDI)
    await shop.sells(S5)
    shop.biller.accepts(cost_idr=5_100, balance_idr=9_999)
    road = Road(shop)
    async with carrying(road):
        yield road


async def test_a_result_is_stored_before_a_crowd_of_requests(server: PostgresDatabase) -> None:
    def note(number: int, tx: Tx) -> None:
        inbox.mark_seen(tx, 1, number, at_ms=0)

    crowd = [server.write(partial(note, number)) for number in range(20 * MAX_SHARED)]
    await server.write(lambda _: None, keys=(RESULTS,))
    assert sum(done.done() for done in crowd) <= MAX_SHARED
    await asyncio.gather(*crowd)


async def test_everybody_of_a_crowd_is_served(road: Road) -> None:
    """A claim and a scan do not wait for all who wait: they are followed by others until nobody does."""
    shop = road.shop
    # While these are under way no unit serves itself what it has placed.
    shop.submitter.claim()
    shop.messenger.scan()
    budi = {"chat": {"id": BUDI, "type": "private"}, "from": {"id": BUDI, "is_bot": False, "first_name": "B"}}
    crowd = [*(a_message(2 + number) for number in range(CROWD)), a_message(2 + CROWD, **budi)]
    await asyncio.gather(*(road.receiver.receive([update]) for update in crowd))
    await eventually(lambda: len(shop.biller.posts) == 1 + len(crowd), timeout_s=UNASKED_S)
    waiting = "SELECT 1 FROM outbox WHERE state = 'waiting'"
    await eventually(lambda: shop.rows(waiting) == [], timeout_s=UNASKED_S)
    assert len(shop.sender.to(BUDI)) == 1


async def test_the_first_of_a_crowd_are_told_before_the_last_are_placed(road: Road) -> None:
    shop = road.shop
    told = len(shop.sender.messages)
    crowd = asyncio.gather(*(road.receiver.receive([a_message(2 + number)]) for number in range(CROWD)))
    await eventually(lambda: len(shop.sender.messages) > told)
    assert shop.rows("SELECT count(*) AS count FROM orders")[0]["count"] < 1 + CROWD
    await crowd
