"""Units with keys run at the same time on PostgreSQL: nothing is overlooked because another is still open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.grammar.period import day_of, single_day
from bot.purchasing import totals
from bot.purchasing.totals import ReportScope
from storage import inbox, lease, orders
from storage.database import LEASE, Database, shop_key
from storage.postgres import PostgresDatabase
from storage.postgres_session import ALL_LOCK, wait_for
from storage.transaction import Tx
from tests.integration.conftest import BUDI, SARI, ZONE, Shop
from tests.integration.engines import PostgresView
from tests.integration.fakes import START_MS, a_message, success_of
from tests.integration.notes import Notes, both
from tests.integration.test_payment import PRICED
from tests.integration.test_update_receiver import receiver_of
from tests.makers import an_order


@pytest.fixture
def view(postgres_url: str) -> PostgresView:
    return PostgresView(postgres_url)


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[PostgresDatabase]:
    database = PostgresDatabase(postgres_url)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def shop(database: PostgresDatabase, view: PostgresView) -> Shop:
    shop = Shop(database, Path(), view=view)
    await shop.hires(SARI, BUDI)
    await shop.sells(PRICED)
    return shop


@asynccontextmanager
async def others_under_way(url: str) -> AsyncIterator[None]:
    """Hold what a unit with keys holds in another process: no unit can run alone meanwhile."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("SELECT pg_advisory_lock_shared(%s)", (ALL_LOCK,))
        yield


async def test_an_order_goes_its_whole_road_beside_others(postgres_url: str, shop: Shop) -> None:
    """No statement on it needs to be alone, from the message to the result that is told."""
    receiver = receiver_of(shop)
    await receiver.receive([a_message(1, "s5.081211110000")])  # opens her account, and knows her by her name
    await shop.posts()
    await shop.speaks()
    async with others_under_way(postgres_url), asyncio.timeout(20):
        await receiver.receive([a_message(500, "s5.081234567890")])
        await shop.posts()
        await shop.speaks()
        for row in shop.rows("SELECT trxid FROM orders"):
            await shop.reversals.receive(success_of(await shop.order(row["trxid"])), "the biller")
        await shop.speaks()
        told = shop.rows("SELECT kind FROM outbox WHERE chat_id = ? AND state = 'sent'", SARI)
    assert [row["kind"] for row in told].count("OrderSucceeded") == 2


async def test_what_a_unit_may_not_do_beside_others_it_does_alone(
    database: Database, postgres_url: str, view: PostgresView
) -> None:
    ran = []

    def unit(tx: Tx) -> str:
        ran.append(tx)
        inbox.mark_seen(tx, 1, len(ran), at_ms=0)
        inbox.move_cursor(tx, 7, at_ms=0)  # one row for all
        return "done"

    async with others_under_way(postgres_url):
        running = asyncio.ensure_future(database.write(unit, keys=(shop_key(SARI),)))
        await asyncio.sleep(0.2)
        assert not running.done()
    assert await running == "done"
    assert len(ran) == 2
    assert view.rows("SELECT message_id FROM messages_seen") == [{"message_id": 2}]


async def test_a_lease_is_renewed_while_another_process_runs_a_unit_alone(
    database: Database, postgres_url: str
) -> None:
    async with await psycopg.AsyncConnection.connect(postgres_url, autocommit=True) as other:
        await other.execute("SELECT pg_advisory_lock(%s)", (ALL_LOCK,))
        async with asyncio.timeout(20):
            renewed = await database.write(
                partial(lease.renew, term=0, for_ms=1, held_since_ms=None), keys=(LEASE,)
            )
    assert not renewed


async def test_a_unit_that_names_another_shop_than_it_looks_at_runs_alone(database: Database) -> None:
    ran = []

    def unit(tx: Tx) -> None:
        ran.append(tx)
        tx.needs(shop_key(BUDI))

    await database.write(unit, keys=(shop_key(SARI),))
    assert len(ran) == 2


async def test_one_that_fails_takes_nothing_from_those_in_its_transaction(
    database: Database, view: PostgresView
) -> None:
    units = [Notes(1), Notes(2).fails(ValueError("mine")), Notes(3)]
    keys = (shop_key(SARI),)
    outcomes = await asyncio.gather(
        *(database.write(unit, keys=keys) for unit in units), return_exceptions=True
    )
    assert outcomes[::2] == [1, 3]
    assert isinstance(outcomes[1], ValueError)
    rows = view.rows("SELECT chat_id, message_id FROM messages_seen")
    assert {(row["chat_id"], row["message_id"]) for row in rows} == both(1, 3)


class HeldOrder:
    """A unit that has stored the event of an order, and is held before its commit."""

    def __init__(self, line: int) -> None:
        self.has_stored, self.may_go = asyncio.Event(), asyncio.Event()
        self._order = an_order(trxid=f"{26112800000000000 + line}", line=line, placed_at_ms=START_MS)

    def __call__(self, tx: Tx) -> None:
        orders.insert(tx, self._order, actor="user:1001", evidence="")
        # The event travels with the next statement that is read.
        assert orders.line_is_taken(tx, self._order.chat_id, self._order.message_id, self._order.line)
        self.has_stored.set()
        wait_for(self.may_go.wait())


async def counted(shop: Shop) -> int:
    """Return how many orders the stored totals count, without what a reader adds to them."""
    rows = shop.rows(
        "SELECT sum(open_count) AS count FROM totals WHERE facet = 'reseller' AND period > 999999"
    )
    return int(rows[0]["count"] or 0)


async def test_totals_skip_no_event_of_a_transaction_that_is_still_open(
    database: PostgresDatabase, shop: Shop
) -> None:
    await shop.totals.run_once()  # begins on the days of the shop's zone
    early, late = HeldOrder(1), HeldOrder(2)
    late.may_go.set()
    first = database.write(early, keys=(shop_key(SARI),))
    await early.has_stored.wait()
    await database.write(late, keys=(shop_key(BUDI),))
    adding = asyncio.ensure_future(shop.totals.run_once())
    await asyncio.sleep(0.2)
    early.may_go.set()
    await first
    await adding
    assert await counted(shop) == 2
    scope = ReportScope(period=single_day(day_of(START_MS, ZONE)), zone=ZONE)
    by_product: dict[str, Any] = await database.read(partial(totals.by_product, scope=scope))
    assert sum(each.open_count for each in by_product.values()) == 2


async def test_the_planted_bug_of_a_cursor_that_asks_beside_others_is_caught(
    database: PostgresDatabase, shop: Shop
) -> None:
    early, late = HeldOrder(1), HeldOrder(2)
    late.may_go.set()
    first = database.write(early, keys=(shop_key(SARI),))
    await early.has_stored.wait()
    await database.write(late, keys=(shop_key(BUDI),))
    until = await database.read(orders.newest_event)
    found, _ = await database.read(
        lambda tx: orders.changed_since(tx, 0, until=until, max_events=9, max_orders=9)
    )
    early.may_go.set()
    await first
    assert len(found) == 1
    missed = await database.read(
        lambda tx: orders.changed_since(tx, until, until=until + 9, max_events=9, max_orders=9)
    )
    assert missed[0] == []
