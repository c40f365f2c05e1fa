"""Fills a PostgreSQL database with the orders of years, which have a price here and so a ledger.

The rows are those of fill.py: SQL makes them of the rows of one order, which went its whole way.
"""

from typing import Any

import psycopg

from storage.postgres import PostgresDatabase
from tests.benchmarks.fill import (
    PLACES,
    Model,
    copy_of,
    last_entries,
    live_once,
    offset_s,
    sell,
    sums_of,
    time_of,
)

PRICE_IDR = 5_500

WHILE_FILLING = (
    # Every order refers to what is stored with it.
    "SET session_replication_role = replica",
    "SET statement_timeout = 0",
    "SET synchronous_commit = off",
    "SET maintenance_work_mem = '1GB'",
    "SET work_mem = '256MB'",
)

Connection = psycopg.Connection[Any]


async def fill(url: str, orders: int, *, users: range) -> None:
    """Make an empty database hold so many orders, the last of them a minute old, and their statistics.

    Without any it sells what the others sell.
    """
    database = PostgresDatabase(url)
    await database.open()
    await sell(database, price_idr=PRICE_IDR)
    model = await live_once(database, users) if orders else None
    await database.close()
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in WHILE_FILLING:
            connection.execute(setting.encode())
        if model and orders > 1:
            with connection.transaction():
                _multiply(connection, model, orders - 1)
        connection.execute("VACUUM ANALYZE")


def orders_in(url: str) -> int:
    """Return how many orders a database holds."""
    with psycopg.connect(url) as connection:
        (row,) = connection.execute("SELECT count(*) FROM orders").fetchall()
        return int(row[0])


def size_mb(url: str) -> float:
    """Return how large a database is."""
    with psycopg.connect(url) as connection:
        (row,) = connection.execute("SELECT pg_database_size(current_database())").fetchall()
        return float(row[0]) / 1e6


def _multiply(connection: Connection, model: Model, orders: int) -> None:
    """Copy the model's rows without the indexes, which are made anew when all is there."""
    tables = [table for table, _ in model.parts]
    indexes = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)"
        " AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname)",
        [tables],
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}".encode())
    connection.execute(_numbered(model, orders).encode())
    for statement in last_entries(model, orders):
        connection.execute(statement.encode())
    for table, since_ms in model.parts:
        columns = connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s",
            [table],
        ).fetchall()
        connection.execute(copy_of(table, [name for (name,) in columns], model, since_ms).encode())
    for statement in sums_of(model, orders):
        connection.execute(statement.encode())
    connection.execute(
        "SELECT setval(pg_get_serial_sequence('entries', 'entry_id'), (SELECT max(entry_id) FROM entries))"
    )
    for _, sql in indexes:
        connection.execute(sql.encode())


def _numbered(model: Model, orders: int) -> str:
    """Return the SQL that gives each order its time, Ref, number and chat; the first is the oldest."""
    local = f"timezone('UTC', to_timestamp(at_ms / 1000 + {offset_s()}))"
    return f"""
        CREATE TEMP TABLE life AS
        WITH numbers AS (SELECT n FROM generate_series(1, CAST({orders} AS BIGINT)) AS n),
            timed AS (SELECT n, {time_of(model, orders)} AS at_ms FROM numbers),
            clocked AS (SELECT n, at_ms, to_char({local}, 'YYYYMMDDHH24MISS') AS clock FROM timed)
        SELECT n, n - {orders + 1} AS back, at_ms, clock,
            substr(clock, 3) || lpad(CAST(n % 100000 AS TEXT), 5, '0') AS trxid, {PLACES}
        FROM clocked
        """  # noqa: S608 - our own numbers
