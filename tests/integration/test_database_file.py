"""What stands in the file and in its log, and which files are refused at the start."""

import asyncio
import os
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest

from storage import inbox
from storage.connection import LOG_MAX_PAGES, connect
from storage.database import SqliteDatabase
from storage.errors import DatabaseDamaged, StorageError
from storage.schema import migrate
from storage.sqlite import SqliteTx
from tests.integration.disk import no_file_may_grow_over
from tests.integration.fakes import eventually
from tests.integration.notes import Notes, both, noted


async def refusal_at(path: Path) -> type[StorageError]:
    """Open what must be refused, and let its threads end before the loop does."""
    threads = set(threading.enumerate())
    with pytest.raises(StorageError) as refusal:
        await SqliteDatabase(path).open()
    await eventually(lambda: set(threading.enumerate()) <= threads)
    return refusal.type


async def test_what_was_committed_is_brought_into_the_file_itself_beside_the_commits(
    database: SqliteDatabase, path: Path
) -> None:
    def in_the_file_itself() -> set[tuple[int, int]]:
        with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as connection:
            try:
                return set(connection.execute("SELECT chat_id, message_id FROM messages_seen"))
            except sqlite3.DatabaseError:
                return set()  # read before the first checkpoint, or in the middle of one

    await database.write(Notes(1))
    assert not in_the_file_itself()
    await eventually(lambda: in_the_file_itself() == both(1))
    await database.write(Notes(2))
    await eventually(lambda: in_the_file_itself() == both(1, 2))


def test_the_log_stays_small_though_somebody_writes_without_a_pause(path: Path) -> None:
    """Even where checkpoints in the background never catch up, as on a busy machine: here are none at all."""
    path.parent.mkdir()
    with closing(connect(path)) as connection:
        migrate(connection)
        written_bytes = 0
        for number in range(40):
            connection.execute("BEGIN IMMEDIATE")
            body = "x" * 2_000_000
            inbox.store_failed_update(SqliteTx(connection), number, body=body, fault="", at_ms=number)
            connection.execute("COMMIT")
            written_bytes += len(body)
        assert log_bytes(path) < 1.1 * LOG_MAX_PAGES * 4096 < written_bytes / 2


async def test_what_was_kept_is_there_after_a_new_start(path: Path) -> None:
    for start in range(3):
        database = SqliteDatabase(path)
        await database.open()
        await database.write(Notes(start))
        await database.close()
    assert noted(path) == both(0, 1, 2)


async def test_nobody_else_on_the_machine_can_read_the_file(database: SqliteDatabase, path: Path) -> None:
    assert (mode_of(path), mode_of(path.parent)) == (0o600, 0o700)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def spoil(path: Path, content: bytes) -> bytes:
    """Overwrite the end of a file, or make one; return what it holds then."""
    path.parent.mkdir(exist_ok=True)
    before = path.read_bytes() if path.exists() else b""
    path.write_bytes(before[: max(0, len(before) - len(content))] + content)
    return path.read_bytes()


@pytest.mark.parametrize(
    "damage", [b"this is no database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 4096]
)
async def test_a_damaged_file_is_refused_at_the_start(path: Path, damage: bytes) -> None:
    spoil(path, damage)
    assert await refusal_at(path) is DatabaseDamaged
    assert spoil(path, b"") == damage


async def test_a_page_gone_bad_is_found_at_the_start(path: Path) -> None:
    database = SqliteDatabase(path)
    await database.open()
    await asyncio.gather(*(database.write(Notes(n)) for n in range(2000)))
    await database.close()
    spoil(path, os.urandom(4096))
    assert await refusal_at(path) is DatabaseDamaged


async def test_a_place_that_is_no_file_is_a_storage_error(tmp_path: Path) -> None:
    assert await refusal_at(tmp_path) is StorageError


def log_bytes(path: Path) -> int:
    return path.with_name(f"{path.name}-wal").stat().st_size


async def test_a_full_disk_keeps_nothing_says_so_and_passes(database: SqliteDatabase, path: Path) -> None:
    await database.write(Notes(1))
    with no_file_may_grow_over(log_bytes(path)):
        outcomes = await asyncio.gather(*(database.write(Notes(n)) for n in (2, 3)), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [StorageError, StorageError]
        assert await database.read(inbox.cursor) is None
    assert noted(path) == both(1)
    assert await database.write(Notes(4)) == 4
    assert noted(path) == both(1, 4)
