"""What PostgreSQL lost after a restore or a failover closes the counter; what could be lost is warned of."""

import asyncio
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from storage import inbox, lease, restores
from storage.postgres import PostgresDatabase
from storage.postgres_server import look_at
from storage.restores import Restore
from tests.integration.fakes import START_MS
from tests.postgres import OWN_SERVER, new_database
from tools.postgres import Server, find_postgres


@pytest.fixture
def own_server() -> Iterator[Server]:
    if os.environ.get(OWN_SERVER):
        pytest.skip("only a server of our own may be restored")
    with tempfile.TemporaryDirectory(prefix="loket-restored-") as folder:
        Path(folder).chmod(0o755)  # the server runs as another user
        server = Server(Path(folder, "server"))
        server.create()
        server.start()
        yield server
        server.stop()


async def started(url: str) -> Restore | None:
    """Start on a database; return the restore by which it is closed."""
    database = PostgresDatabase(url)
    await database.open()
    await database.write(lambda tx: inbox.mark_seen(tx, 1, 1, at_ms=START_MS))
    found = await database.read(restores.in_quarantine)
    await database.close()
    return found


async def test_a_database_that_stays_where_it_is_stays_open() -> None:
    with new_database() as url:
        assert await started(url) is None
        assert await started(url) is None


async def test_a_copy_starts_closed_and_the_original_does_not() -> None:
    with new_database() as url, new_database() as copy:
        assert await started(url) is None
        original, name = (sql.Identifier(each.rpartition("/")[2]) for each in (url, copy))
        with psycopg.connect(f"{url.rpartition('/')[0]}/postgres", autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {}").format(name))
            admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, original))
        found = await started(copy)
        assert found
        assert found.backup_at_ms == START_MS
        assert found.gap_until_ms == found.restored_at_ms > START_MS
        again = await started(copy)
        assert again == found
        assert await started(url) is None


def dump_and_restore(programs: Path, url: str) -> None:
    dump = (str(programs / "pg_dump"), "--format=custom", url)
    restore = (str(programs / "pg_restore"), "--clean", "--if-exists", "--no-owner", f"--dbname={url}")
    copy = subprocess.run(dump, capture_output=True, timeout=60, check=True).stdout
    subprocess.run(restore, input=copy, timeout=60, check=True)


async def test_a_dump_starts_closed_even_in_the_database_that_it_is_of() -> None:
    programs = find_postgres()
    if programs is None:
        pytest.skip("pg_dump is not installed here")
    with new_database() as url:
        assert await started(url) is None
        await asyncio.to_thread(dump_and_restore, programs, url)
        assert await started(url)


async def test_a_failover_under_a_running_leader_closes_the_counter_and_ends_its_term(
    own_server: Server,
) -> None:
    database = PostgresDatabase(own_server.url(), patience_s=20)
    await database.open()
    found = await database.read(lease.current)
    term = await database.write(lambda tx: lease.take(tx, found, holder="leader", for_ms=600_000))
    assert await database.read(restores.in_quarantine) is None
    own_server.restart_as_restored()
    await database.write(lambda tx: inbox.mark_seen(tx, 1, 1, at_ms=START_MS))
    assert await database.read(restores.in_quarantine)
    left = await database.read(lease.current)
    assert (left.term, left.holder) == (term, None)
    await database.close()
    assert await started(own_server.url())


async def test_a_server_that_only_restarts_stays_open(own_server: Server) -> None:
    assert await started(own_server.url()) is None
    for mode in ("immediate", "fast"):
        own_server.stop(mode)
        own_server.start()
        assert await started(own_server.url()) is None


def warnings_of(url: str, *, until: str) -> tuple[str, ...]:
    """Return the warnings once one contains these words: a standby needs a moment to connect."""
    for _ in range(100):
        warnings = look_at(url, time_s=time.time).warnings
        if any(until in warning for warning in warnings):
            return warnings
        with psycopg.connect(url) as connection:
            connection.execute("SELECT pg_sleep(0.1)")
    return warnings


def test_a_standby_that_is_not_waited_for_is_warned_of(own_server: Server, tmp_path: Path) -> None:
    programs, url = find_postgres(), own_server.url()
    assert programs
    assert not any("standby" in warning for warning in look_at(url, time_s=time.time).warnings)
    follow = (str(programs / "pg_receivewal"), f"--dbname={url}", f"--directory={tmp_path}", "--no-loop")
    with subprocess.Popen(follow, stderr=subprocess.DEVNULL) as standby:
        try:
            assert warnings_of(url, until="1 standby without synchronous replication")
            with psycopg.connect(url, autocommit=True) as admin:
                admin.execute("CREATE ROLE plain LOGIN")
            assert warnings_of(url.replace("loket@", "plain@"), until="GRANT pg_read_all_stats TO plain")
        finally:
            standby.terminate()
