"""On PostgreSQL, whose plans depend on what is stored, an order costs the same whatever is stored."""

import asyncio
import time
from pathlib import Path

import psycopg

from bot.worker import Worker
from storage.postgres import PostgresDatabase
from tests.benchmarks.fill_postgres import fill
from tests.integration.conftest import SARI, Shop
from tests.integration.engines import PostgresView
from tests.integration.fakes import a_message, eventually, success_of
from tests.integration.test_statements import TABLES_THAT_GROW
from tests.integration.test_update_receiver import receiver_of

STORED = 5_000
ALONE, AT_ONCE = 8, 20
"""More than five alone: from then on a connection may have one plan of a statement for all values."""


async def test_no_statement_of_an_order_reads_a_whole_table_that_grows(postgres_url: str) -> None:
    await fill(postgres_url, STORED, users=range(SARI, SARI + 1))
    before = _read_in_scans(postgres_url)
    database = PostgresDatabase(postgres_url)
    await database.open()
    try:
        shop = Shop(database, Path(), view=PostgresView(postgres_url))
        await _carry_orders(shop)
        await _audit(shop)
    finally:
        await database.close()
    after = _read_in_scans(postgres_url)
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {}
    told = shop.rows("SELECT trxid FROM orders WHERE state = 'succeeded'")
    assert len(told) == STORED + ALONE + AT_ONCE


async def _carry_orders(shop: Shop) -> None:
    shop.clock.ms = time.time_ns() // 1_000_000
    shop.biller.accepts(cost_idr=5_100, balance_idr=9_999)
    workers = (
        Worker("submitter", shop.submitter.run_once, shop.orders_wake_up),
        Worker("messenger", shop.messenger.run_once, shop.outbox_wake_up),
    )
    async with asyncio.TaskGroup() as running:
        tasks = [running.create_task(worker.run()) for worker in workers]
        for number in range(ALONE):
            await _carry(shop, 1 + number, 1)
        await _carry(shop, 1 + ALONE, AT_ONCE)
        for task in tasks:
            task.cancel()


async def _audit(shop: Shop) -> None:
    """Make a pass over all that changed, and some of what is stored."""
    await shop.auditor.run_once()
    await shop.auditor.run_once()
    assert shop.auditor.stats.orders_checked > AT_ONCE


async def _carry(shop: Shop, first: int, count: int) -> None:
    """Carry orders from their messages to their pushed results."""
    receiver = receiver_of(shop)
    # The lower numbers are of the orders that are stored.
    ids = range(1_000_000 + first, 1_000_000 + first + count)
    await asyncio.gather(*(receiver.receive([a_message(each, date=shop.clock.ms // 1000)]) for each in ids))
    done = first + count - 1
    # Nothing is asked of the database here: what the test reads itself would be counted too.
    await eventually(lambda: len(shop.biller.posts) == done and not _is_posting(shop))
    posts = shop.biller.posts[first - 1 :]
    await asyncio.gather(*(shop.reversals.receive(success_of(order), "the biller") for order in posts))
    await eventually(lambda: shop.rows("SELECT 1 FROM outbox WHERE state = 'waiting'") == [])


def _is_posting(shop: Shop) -> bool:
    return any(shop.submitter.is_posting(order.trxid) for order in shop.biller.posts)


def _read_in_scans(url: str) -> dict[str, int]:
    """Return how many rows were read in scans of whole tables, once all connections have reported theirs."""
    others = (
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND application_name = %s"
    )
    query = "SELECT relname, seq_tup_read FROM pg_stat_user_tables WHERE relname = ANY(%s)"
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(others, ["loket"]).fetchone():
            connection.execute("SELECT pg_sleep(0.01)")
        rows = connection.execute(query, [sorted(TABLES_THAT_GROW)]).fetchall()
    return {str(name): int(read) for name, read in rows}
