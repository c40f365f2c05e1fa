"""A stopped shop is moved to the other engine whole, or not at all, and goes on there where it ended."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.orders.model import State
from storage import lease, orders, restores
from storage.books import check_books, read_report
from storage.database import DatabaseEngine, database_at
from storage.errors import StorageBusy, StorageError
from storage.lock import exclusive_lock
from storage.migrate_database import move
from storage.transaction import Tx
from tests.integration.conftest import SARI, Shop
from tests.integration.engines import PostgresView, SqliteView
from tests.integration.fakes import START_MS
from tests.integration.test_books import busy_day
from tests.integration.test_payment import Till, till
from tests.makers import an_order
from tests.postgres import new_database

__all__ = ["till"]

ROOT = Path(__file__).resolve().parents[2]
NOW_MS = START_MS + 3_600_000
OWN_OF_EACH = {"schema_version", "write_probe"}


@pytest.fixture
def empty_url() -> Iterator[str]:
    with new_database() as url:
        yield url


@pytest.fixture
async def stopped(till: Till, database: DatabaseEngine) -> str:
    """Return the URL of a file with orders in all states, their money and messages, and rows everywhere."""
    await busy_day(till)
    await till.shop.speaks()
    await till.shop.asks("s5.081234567890")
    await database.write(one_of_each_state)
    await database.close()
    with closing(sqlite3.connect(till.shop.path, isolation_level=None)) as connection:
        fill_the_rest(connection)
        assert not [table for table in tables_of(connection) if is_empty(connection, table)]
    return f"sqlite:///{till.shop.path}"


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[DatabaseEngine]:
    database = database_at(url)
    await database.open()
    yield database
    await database.close()


def one_of_each_state(tx: Tx) -> None:
    for number, state in enumerate(State):
        order = an_order(trxid=f"{number:017}", message_id=90_000 + number, state=state)
        orders.insert(tx, order, actor="", evidence="")


def tables_of(connection: sqlite3.Connection) -> list[str]:
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    return sorted(names - OWN_OF_EACH)


def is_empty(connection: sqlite3.Connection, table: str) -> bool:
    return connection.execute(f"SELECT 1 FROM {table}").fetchone() is None  # noqa: S608 - names of our own schema


def fill_the_rest(connection: sqlite3.Connection) -> None:
    """Put a row into each table that is empty, with values that its checks allow."""
    for table in tables_of(connection):
        if not is_empty(connection, table):
            continue
        (words,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
        references = {
            row[3]: connection.execute(f"SELECT {row[4]} FROM {row[2]}").fetchone()[0]  # noqa: S608 - names of our own schema
            for row in connection.execute(f"PRAGMA foreign_key_list({table})").fetchall()
            if not is_empty(connection, row[2])
        }
        row = {}
        for _, name, kind, *_ in connection.execute(f"PRAGMA table_info({table})").fetchall():
            allowed = re.search(rf"CHECK \({name} (?:= |IN \()'([^']*)'", words)
            text = allowed[1] if allowed else "é🎉\n\\N\t'"
            row[name] = references.get(name, int(name != "markup_bp") if kind == "INTEGER" else text)
        places = ", ".join("?" * len(row))
        connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", tuple(row.values()))  # noqa: S608 - names of our own schema


def all_of_file(url: str) -> dict[str, list[dict[str, Any]]]:
    view = SqliteView(Path(url.removeprefix("sqlite:///")))
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        tables = tables_of(connection)
    return {table: in_order(view.rows(f"SELECT * FROM {table}")) for table in tables}  # noqa: S608 - names of our own schema


def all_of_server(url: str) -> dict[str, list[dict[str, Any]]]:
    view = PostgresView(url)
    names = view.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    tables = {row["table_name"] for row in names} - OWN_OF_EACH - {"server_identity"}
    return {table: in_order(view.rows(f"SELECT * FROM {table}")) for table in tables}  # noqa: S608 - names of our own schema


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: repr(sorted(row.items())))


def loket(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings},
        timeout=60,
        capture_output=True,
        text=True,
        check=False,
    )


async def test_every_row_arrives_and_comes_back(stopped: str, empty_url: str, tmp_path: Path) -> None:
    before = all_of_file(stopped)
    moved = move(stopped, empty_url, now_ms=NOW_MS)
    assert not moved.differences
    assert all_of_server(empty_url) == all_of_file(stopped) == before
    assert moved.counts == {table: len(rows) for table, rows in before.items()}
    back = f"sqlite:///{tmp_path}/back/loket.db"
    assert move(empty_url, back, now_ms=NOW_MS) == moved
    assert all_of_file(back) == before
    assert all_of_server(empty_url) == before


def continue_from(shop: Shop, till: Till) -> None:
    """Let the chances of a new process differ from those of the old one."""
    shop.nonces, shop.random_suffix, shop.clock = till.shop.nonces, till.shop.random_suffix, till.shop.clock
    shop.starts()


async def test_the_shop_goes_on_where_it_ended(till: Till, stopped: str, empty_url: str, path: Path) -> None:
    """Its books tie, its keys go on, and what was being submitted becomes unknown."""
    move(stopped, empty_url, now_ms=NOW_MS)
    highest = max(row["event_id"] for row in all_of_file(stopped)["order_events"])
    async with opened(empty_url) as database:
        assert (await database.read(check_books)).ties == read_report(stopped).ties
        shop = Shop(database, path, view=PostgresView(empty_url))
        continue_from(shop, till)
        await shop.hires(SARI)
        found = await database.read(lease.current)
        taken = await database.write(lambda tx: shop.runtime.take_over(tx, found))
        assert taken.swept_count == 1
        assert not taken.is_in_quarantine
        order = await shop.asks("s5.081299999999", message_id=77)
        (first, *_) = shop.rows("SELECT event_id FROM order_events WHERE trxid = ?", order.trxid)
        assert first["event_id"] > highest


async def test_after_the_way_back_the_keys_go_on_too(
    till: Till, stopped: str, empty_url: str, tmp_path: Path
) -> None:
    move(stopped, empty_url, now_ms=NOW_MS)
    back = tmp_path / "back.db"
    move(empty_url, f"sqlite:///{back}", now_ms=NOW_MS)
    async with opened(f"sqlite:///{back}") as database:
        shop = Shop(database, back)
        continue_from(shop, till)
        await shop.hires(SARI)
        await shop.recovers()
        await shop.asks("s5.081299999999", message_id=77)


async def test_what_differs_closes_the_counter(stopped: str, empty_url: str) -> None:
    async with opened(empty_url):
        pass
    with psycopg.connect(empty_url) as admin:
        admin.execute(
            "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN NEW.amount_idr := NEW.amount_idr + 1; RETURN NEW; END $$"
        )
        admin.execute("CREATE TRIGGER meddle BEFORE INSERT ON legs FOR EACH ROW EXECUTE FUNCTION meddle()")
    moved = move(stopped, empty_url, now_ms=NOW_MS)
    assert [words.partition(":")[0] for words in moved.differences] == ["legs", "the books are not the same"]
    async with opened(empty_url) as database:
        restore = await database.read(restores.in_quarantine)
    assert restore
    assert restore.restored_at_ms == restore.gap_until_ms == NOW_MS


async def test_a_running_shop_is_not_moved_nor_moved_into(
    stopped: str, empty_url: str, tmp_path: Path
) -> None:
    path = Path(stopped.removeprefix("sqlite:///"))
    with exclusive_lock(path), pytest.raises(StorageBusy, match="stop it first"):
        move(stopped, empty_url, now_ms=NOW_MS)
    back = f"sqlite:///{tmp_path}/back.db"
    async with opened(empty_url) as database:
        await database.read(restores.latest)
        for source, target in ((stopped, empty_url), (empty_url, back)):
            with pytest.raises(StorageBusy, match="stop all of them first"):
                move(source, target, now_ms=NOW_MS)
    assert not (tmp_path / "back.db").exists()


async def test_a_shop_whose_lease_is_valid_is_not_moved(empty_url: str, tmp_path: Path) -> None:
    """The server may not show a process that is connected through a pooler."""
    async with opened(empty_url) as database:
        found = await database.read(lease.current)
        await database.write(lambda tx: lease.take(tx, found, holder="other", for_ms=60_000))
    with pytest.raises(StorageBusy, match="leads"):
        move(empty_url, f"sqlite:///{tmp_path}/back.db", now_ms=NOW_MS)


async def test_only_an_empty_database_is_moved_into(stopped: str, empty_url: str, tmp_path: Path) -> None:
    move(stopped, empty_url, now_ms=NOW_MS)
    before = all_of_server(empty_url)
    with pytest.raises(StorageError, match="not empty"):
        move(stopped, empty_url, now_ms=NOW_MS)
    with pytest.raises(StorageError, match="not empty"):
        move(empty_url, stopped, now_ms=NOW_MS)
    assert all_of_server(empty_url) == before == all_of_file(stopped)


async def test_a_database_that_was_only_looked_at_is_empty(
    stopped: str, empty_url: str, tmp_path: Path
) -> None:
    new = f"sqlite:///{tmp_path}/new.db"
    for url in (empty_url, new):
        async with opened(url):
            pass
    move(stopped, empty_url, now_ms=NOW_MS)
    move(empty_url, new, now_ms=NOW_MS)
    assert all_of_file(new) == all_of_file(stopped)


async def test_another_version_is_refused(stopped: str, empty_url: str, tmp_path: Path) -> None:
    path = Path(stopped.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(
            "DELETE FROM schema_version WHERE version = (SELECT max(version) FROM schema_version)"
        )
        with pytest.raises(StorageError, match="start it once"):
            move(stopped, empty_url, now_ms=NOW_MS)
        connection.execute("INSERT INTO schema_version VALUES (9998), (9999)")
    with pytest.raises(StorageError, match="install the newer Loket"):
        move(stopped, empty_url, now_ms=NOW_MS)
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("SELECT to_regclass('orders')").fetchone() == (None,)


async def test_a_move_that_fails_leaves_nothing_behind(stopped: str, empty_url: str, tmp_path: Path) -> None:
    move(stopped, empty_url, now_ms=NOW_MS)
    with psycopg.connect(empty_url) as admin:
        admin.execute("ALTER TABLE legs DROP COLUMN amount_idr CASCADE")
    with pytest.raises(StorageError, match="PostgreSQL"):
        move(empty_url, f"sqlite:///{tmp_path}/back/loket.db", now_ms=NOW_MS)
    assert [file.name for file in (tmp_path / "back").iterdir()] == ["loket.db.lock"]
    with pytest.raises(StorageError, match="no database"):
        move(f"sqlite:///{tmp_path}/none.db", empty_url, now_ms=NOW_MS)


async def test_a_nul_in_a_text_arrives_as_the_engine_stores_it(stopped: str, empty_url: str) -> None:
    path = Path(stopped.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE people SET name = 'a' || char(0) || 'b'")
    assert not move(stopped, empty_url, now_ms=NOW_MS).differences
    assert all_of_server(empty_url)["people"][0]["name"] == "a\ufffdb"


@pytest.mark.early
async def test_the_command_says_what_it_moved_and_the_others_work_there(
    stopped: str, empty_url: str, tmp_path: Path
) -> None:
    done = loket("migrate-database", stopped, empty_url)
    assert done.returncode == 0, done.stderr
    orders_count = len(all_of_file(stopped)["orders"])
    assert f"orders: {orders_count}\n" in done.stdout
    assert "all compared" in done.stdout
    again = loket("migrate-database", stopped, empty_url)
    assert again.returncode == 1
    assert "not empty" in again.stderr
    for command in ("status", "books"):
        here, there = (loket(command, "--json", DATABASE_URL=url) for url in (stopped, empty_url))
        assert here.stdout
        assert here.returncode == there.returncode, here.stderr + there.stderr
        assert without_place(here.stdout) == without_place(there.stdout)
    listed = loket("catalogue", "export", f"{tmp_path}/list.csv", DATABASE_URL=empty_url)
    assert listed.returncode == 0, listed.stderr


def without_place(printed: str) -> Any:
    found = json.loads(printed)
    return {name: found[name] for name in found if name != "database"} if isinstance(found, dict) else found


@pytest.mark.parametrize(
    ("source", "target"), [("a.db", "postgresql://u@h/d"), ("sqlite:///a.db", "sqlite:///b.db")]
)
def test_the_command_refuses_what_are_no_two_engines(source: str, target: str) -> None:
    done = loket("migrate-database", source, target)
    assert done.returncode == 1
    assert "sqlite:///" in done.stderr or "SQLite" in done.stderr
