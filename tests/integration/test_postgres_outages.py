"""A server or a network that fails: what was confirmed is stored, and what was stored is stored once."""

import asyncio
import gc
import itertools
import os
import tempfile
import time
from asyncio import CancelledError
from collections.abc import AsyncIterator, Coroutine, Generator, Iterator
from functools import partial
from pathlib import Path
from types import coroutine
from typing import Any, cast

import psycopg
import pytest

from bot.leadership import LEASE_MS
from storage import inbox
from storage.errors import CommitUnknown, DatabaseUnsuitable, StorageError
from storage.postgres import PostgresDatabase
from storage.postgres_server import look_at
from storage.postgres_session import IDLE_TIMEOUT_MS, Session
from storage.postgres_tx import translate_error
from storage.transaction import Tx
from tests.integration.engines import PostgresView
from tests.integration.fakes import eventually
from tests.integration.notes import Notes, both
from tests.postgres import OWN_SERVER
from tests.proxy import Proxy, proxy_before
from tools.postgres import Server


@pytest.fixture
def view(postgres_url: str) -> PostgresView:
    return PostgresView(postgres_url)


@pytest.fixture
async def proxied(postgres_url: str) -> AsyncIterator[tuple[PostgresDatabase, Proxy]]:
    async with proxy_before(postgres_url) as (proxy, url):
        database = PostgresDatabase(url, patience_s=2)
        await database.open()
        yield database, proxy
        await database.close()


def noted(view: PostgresView) -> set[tuple[int, int]]:
    rows = view.rows("SELECT chat_id, message_id FROM messages_seen")
    return {(row["chat_id"], row["message_id"]) for row in rows}


def top_up(tx: Tx) -> None:
    """Add a row, whatever there is: what runs twice shows."""
    tx.run("note_topup", amount_idr=1000, noted_by=1, at_ms=0)


def read_topups(tx: Tx) -> int:
    return len(tx.all("topups_since", since_ms=0, limit=10))


WAITING_FOR_A_LOCK = "SELECT pid FROM pg_locks WHERE NOT granted"


def count_topups(view: PostgresView) -> int:
    return len(view.rows("SELECT topup_id FROM biller_topups"))


@pytest.mark.parametrize("passes_on", [True, False], ids=["stored", "not stored"])
async def test_a_commit_whose_answer_is_lost_is_found_out_and_counts_once(
    proxied: tuple[PostgresDatabase, Proxy], view: PostgresView, *, passes_on: bool
) -> None:
    database, proxy = proxied
    for count in range(1, 6):
        proxy.cut_at(b"COMMIT\x00", passes_on=passes_on)
        await database.write(top_up)
        assert (proxy.cuts, count_topups(view)) == (count, count)


@pytest.mark.parametrize("words", [b"BEGIN", b"INSERT INTO biller_topups", b"Sync", b"RELEASE"])
async def test_a_connection_that_is_cut_earlier_costs_only_time(
    proxied: tuple[PostgresDatabase, Proxy], view: PostgresView, words: bytes
) -> None:
    database, proxy = proxied
    proxy.cut_at(words, passes_on=False)
    await asyncio.gather(*(database.write(top_up) for _ in range(5)))
    assert count_topups(view) == 5


async def test_a_commit_that_is_not_found_out_holds_those_in_order_back(
    proxied: tuple[PostgresDatabase, Proxy], view: PostgresView
) -> None:
    """The claim of an order must not act on what may be stored or not."""
    database, proxy = proxied
    proxy.cut_at(b"COMMIT\x00", passes_on=True, goes_down=True)
    first = asyncio.ensure_future(database.write(Notes(1)))
    await eventually(lambda: proxy.cuts == 1)
    later = asyncio.ensure_future(database.write(lambda _: "later", in_order=True))
    await asyncio.sleep(0.3)
    assert not first.done()
    assert not later.done()
    proxy.come_up()
    assert (await first, await later) == (1, "later")
    assert noted(view) == both(1)


async def test_who_closes_before_it_is_found_out_hears_that_it_is_unknown(postgres_url: str) -> None:
    async with proxy_before(postgres_url) as (proxy, url):
        database = PostgresDatabase(url, patience_s=0.1)
        await database.open()
        proxy.cut_at(b"COMMIT\x00", passes_on=True, goes_down=True)
        writing = asyncio.ensure_future(database.write(top_up))
        await eventually(lambda: proxy.cuts == 1)
        await database.close()
        with pytest.raises(CommitUnknown):
            await writing


async def test_an_outage_is_waited_for_then_told_then_over_by_itself(
    proxied: tuple[PostgresDatabase, Proxy], view: PostgresView
) -> None:
    database, proxy = proxied
    await database.write(Notes(1))
    proxy.go_down()
    with pytest.raises(StorageError):
        await database.write(Notes(2))
    assert not database.is_writable
    for use in (database.read, database.read_long):
        with pytest.raises(StorageError):
            await use(inbox.cursor)
    proxy.come_up()
    await eventually(lambda: database.is_writable)
    assert await database.write(Notes(3)) == 3
    assert await database.read(inbox.cursor) is None
    assert await database.read_long(inbox.cursor) is None
    assert noted(view) == both(1, 3)


async def test_a_short_outage_is_noticed_by_nobody(
    proxied: tuple[PostgresDatabase, Proxy], view: PostgresView
) -> None:
    database, proxy = proxied
    await database.write(Notes(1))
    proxy.go_down()
    writing = [asyncio.ensure_future(database.write(Notes(number))) for number in range(2, 9)]
    reading = asyncio.ensure_future(database.read(inbox.cursor))
    await asyncio.sleep(0.2)
    proxy.come_up()
    assert await asyncio.gather(*writing) == list(range(2, 9))
    assert await reading is None
    assert noted(view) == both(*range(1, 9))


@pytest.fixture
def own_server() -> Iterator[Server]:
    """Return a server that a test may stop."""
    if os.environ.get(OWN_SERVER):
        pytest.skip("only a server of our own may be stopped")
    with tempfile.TemporaryDirectory(prefix="loket-stopped-") as folder:
        Path(folder).chmod(0o755)  # the server runs as another user
        server = Server(Path(folder, "server"), options=("fsync=on",))
        server.create()
        server.start()
        yield server
        server.stop()


@pytest.mark.parametrize("mode", ["immediate", "fast"])
async def test_what_was_confirmed_survives_a_server_that_stops_at_once(own_server: Server, mode: str) -> None:
    database = PostgresDatabase(own_server.url(), patience_s=20)
    await database.open()
    confirmed: list[int] = []

    async def write(number: int) -> None:
        confirmed.append(await database.write(Notes(number)))

    writing = [asyncio.ensure_future(write(number)) for number in range(150)]
    await eventually(lambda: len(confirmed) >= 30)
    await asyncio.to_thread(own_server.stop, mode)
    told = set(confirmed)
    await asyncio.to_thread(own_server.start)
    async with asyncio.timeout(60):
        await asyncio.gather(*writing)
    assert len(told) < 150
    assert noted(PostgresView(own_server.url())) == both(*range(150))
    await database.close()


async def test_a_transaction_that_the_server_ends_is_run_again(postgres_url: str, view: PostgresView) -> None:
    database = PostgresDatabase(postgres_url)
    await database.open()
    ended: list[bool] = []

    def unit(tx: Tx) -> None:
        top_up(tx)
        if not ended:
            ended.append(True)
            view.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND state = 'idle in transaction'"
            )
        top_up(tx)

    await database.write(unit)
    assert count_topups(view) == 2
    await database.close()


async def test_a_process_that_freezes_within_a_transaction_holds_its_locks_for_half_a_lease_at_most(
    postgres_url: str,
) -> None:
    session = await Session.open(postgres_url)
    cursor = await session.connection.execute("SHOW idle_in_transaction_session_timeout")
    assert await cursor.fetchone() == (f"{IDLE_TIMEOUT_MS // 1000}s",)
    assert IDLE_TIMEOUT_MS * 2 <= LEASE_MS
    await session.close()


async def test_a_machine_that_lost_its_power_within_a_statement_holds_its_locks_for_some_seconds(
    postgres_url: str,
) -> None:
    """The server is amid a command then, where it takes nobody for idle: only silence on the wire tells."""
    session = await Session.open(postgres_url)
    shown = []
    for name in (b"idle", b"interval", b"count"):
        cursor = await session.connection.execute(b"SHOW tcp_keepalives_" + name)
        shown += await cursor.fetchall()
    assert shown == [("5",), ("3",), ("3",)]
    await session.close()


async def test_a_process_that_stood_still_within_a_unit_goes_on_as_after_an_outage(postgres_url: str) -> None:
    database = PostgresDatabase(postgres_url, patience_s=0)
    await database.open()

    def unit(_: Tx) -> None:
        raise TimeoutError  # as if its time had run out

    for store in (database.write, database.read):
        with pytest.raises(StorageError, match="no answer in time"):
            await store(unit)
    await database.close()


async def test_a_deadlock_is_resolved_by_running_one_again(postgres_url: str, view: PostgresView) -> None:
    database = PostgresDatabase(postgres_url)
    await database.open()

    def crossing(numbers: tuple[int, int], tx: Tx) -> None:
        for number in numbers:
            inbox.store_failed_update(tx, number, body="", fault="", at_ms=0)
            top_up(tx)

    async with asyncio.timeout(30):
        await asyncio.gather(*(database.write(partial(crossing, pair)) for pair in ((1, 2), (2, 1))))
    assert count_topups(view) == 4
    await database.close()


async def test_a_statement_that_waits_too_long_fails_and_stores_nothing(
    postgres_url: str, view: PostgresView
) -> None:
    database = PostgresDatabase(f"{postgres_url}?options=-c%20lock_timeout%3D200")
    await database.open()
    with psycopg.connect(postgres_url) as holder:
        holder.execute("LOCK TABLE biller_topups IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StorageError, match="lock timeout"):
            await database.write(top_up)
    await database.write(top_up)
    assert count_topups(view) == 1
    await database.close()


@coroutine
def given_up(opening: Coroutine[Any, Any, Session], *, waits: int) -> Generator[Any, Any, Session]:
    """Run a coroutine, and cancel it where it waits for the next time after so many."""
    try:
        for _ in range(waits):
            yield opening.send(None)
        yield opening.throw(CancelledError())
        while True:
            yield opening.send(None)
    except StopIteration as returned:
        return cast("Session", returned.value)


async def test_a_connection_is_closed_wherever_its_opening_is_given_up(postgres_url: str) -> None:
    for waits in itertools.count(1):
        try:
            session = await given_up(Session.open(postgres_url), waits=waits)
        except CancelledError:
            # A connection that nobody closed warns when it is collected, and a warning fails the test.
            gc.collect()
        else:
            break
    assert waits > 2
    await session.close()


async def test_a_connection_that_reads_while_the_database_is_closed_is_closed_after_it(
    postgres_url: str, view: PostgresView
) -> None:
    database = PostgresDatabase(postgres_url)
    await database.open()
    with psycopg.connect(postgres_url) as holder:
        holder.execute("LOCK TABLE biller_topups IN ACCESS EXCLUSIVE MODE")
        reads = [database.read(read_topups), database.read_long(read_topups)]
        reading = [asyncio.ensure_future(read) for read in reads]
        await eventually(lambda: len(view.rows(WAITING_FOR_A_LOCK)) == len(reads))
        await database.close()
    await asyncio.gather(*reading)
    del database
    gc.collect()


async def test_a_server_that_cannot_be_reached_is_named_without_the_password() -> None:
    database = PostgresDatabase("postgresql://loket:canary@127.0.0.1:1/loket")
    with pytest.raises(StorageError, match=r"127\.0\.0\.1") as raised:
        await database.open()
    assert "canary" not in str(raised.value)
    with pytest.raises(StorageError):
        look_at("postgresql://loket:canary@127.0.0.1:1/loket", time_s=time.time)


async def test_a_wrong_option_of_the_url_shows_nothing_of_it() -> None:
    database = PostgresDatabase("postgresql://loket:canary@127.0.0.1:1/loket?no_such=canary")
    with pytest.raises(StorageError) as raised:
        await database.open()
    assert "canary" not in str(raised.value)


def test_a_database_of_another_encoding_is_refused(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(
            "CREATE DATABASE loket_latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'"
        )
        try:
            url = postgres_url.rpartition("/")[0] + "/loket_latin"
            with pytest.raises(DatabaseUnsuitable, match="UTF8"):
                asyncio.run(PostgresDatabase(url).open())
        finally:
            admin.execute("DROP DATABASE loket_latin WITH (FORCE)")


FALSE_LOCK = "CREATE FUNCTION false_locks.pg_advisory_xact_lock(bigint) RETURNS void LANGUAGE"
LOCKS_OF_A_NAME = f"""
    {FALSE_LOCK} sql AS '';
    CREATE FUNCTION false_locks.pg_try_advisory_xact_lock(bigint) RETURNS bool LANGUAGE sql AS 'SELECT true'
"""
NO_LOCKS = f"{FALSE_LOCK} plpgsql AS $$BEGIN RAISE feature_not_supported; END$$"


@pytest.mark.parametrize(
    ("functions", "words"), [(LOCKS_OF_A_NAME, "bought twice"), (NO_LOCKS, "needs the advisory locks")]
)
def test_a_server_whose_locks_keep_nobody_out_is_refused(
    postgres_url: str, functions: str, words: str
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("CREATE SCHEMA false_locks")
        admin.execute(functions.encode())
        try:
            url = f"{postgres_url}?options=-c%20search_path%3Dfalse_locks,pg_catalog"
            with pytest.raises(DatabaseUnsuitable, match=words):
                asyncio.run(PostgresDatabase(url).open())
        finally:
            admin.execute("DROP SCHEMA false_locks CASCADE")


def test_settings_that_lose_orders_are_warned_of(postgres_url: str) -> None:
    report = look_at(f"{postgres_url}?options=-c%20synchronous_commit%3Doff", time_s=time.time)
    assert any("synchronous_commit is off" in warning for warning in report.warnings)
    report = look_at(postgres_url, time_s=time.time)
    assert not any("synchronous_commit" in warning for warning in report.warnings)
    report = look_at(postgres_url, time_s=lambda: time.time() - 60)
    assert any("is ahead by 60 s" in warning for warning in report.warnings)


def test_an_error_of_the_server_shows_no_value() -> None:
    assert "canary" not in str(translate_error(psycopg.ProgrammingError("canary")))
