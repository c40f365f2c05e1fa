"""Real faults of a disk, none pretended: what cannot be kept is said to be so, and mends by itself."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from bot.telegram.receiver import UpdateReceiver
from storage import inbox
from storage.database import PROBE_EVERY_S, SqliteDatabase
from storage.errors import DatabaseDamaged, StorageError
from storage.integrity import AT_ONCE_BYTES, check_in_background
from storage.retention import RetentionLimits, delete_expired
from storage.sqlite import SqliteTx
from storage.transaction import Tx
from tests.integration.conftest import SARI, STRANGER, Shop
from tests.integration.disk import no_file_may_grow_over
from tests.integration.fakes import a_message, eventually
from tests.integration.test_update_receiver import FakeAnswerer

HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def tmp_path(folder_on_disk: Path) -> Path:
    return folder_on_disk


def notes(message_id: int) -> partial[bool]:
    return partial(inbox.mark_seen, chat_id=1, message_id=message_id, at_ms=0)


def noted(path: Path) -> set[int]:
    with closing(sqlite3.connect(path)) as connection:
        return {row[0] for row in connection.execute("SELECT message_id FROM messages_seen")}


def set_pragma(setting: str, tx: Tx) -> None:
    """Change a limit of the writer's own connection, which no named statement does."""
    assert isinstance(tx, SqliteTx)
    tx._connection.execute(f"PRAGMA {setting}")  # noqa: SLF001 - see above


@contextmanager
def locked_by_another_process(path: Path) -> Iterator[None]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            holder.kill()


@contextmanager
def immutable(*paths: Path) -> Iterator[None]:
    """Let the kernel refuse every write, also through what is open already, as a disk gone read-only does."""
    chattr = shutil.which("chattr")
    if chattr is None or subprocess.run([chattr, "+i", *paths], capture_output=True, check=False).returncode:
        pytest.skip("this file system or user cannot make a file immutable")
    try:
        yield
    finally:
        subprocess.run([chattr, "-i", *paths], check=True)


async def fails_and_mends_by_itself(database: SqliteDatabase, path: Path, fault: str) -> None:
    """Within a fault: nothing is kept, looking goes on, and it is known that nothing can be kept."""
    with pytest.raises(StorageError, match=fault):
        await database.write(notes(2))
    assert not database.is_writable
    assert await database.read(inbox.cursor) is None
    assert noted(path) == {1}


@contextmanager
def held_log(path: Path) -> Iterator[None]:
    """Fill the database's log, and read on in it, so that it can only grow; else its beginning has room."""
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        reader.execute(
            "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 10000) "
            "INSERT INTO messages_seen SELECT -n, n, -1 FROM n"
        )
        reader.execute("DELETE FROM messages_seen WHERE seen_at_ms = -1")
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM messages_seen").fetchall()
        yield


async def test_a_full_disk_is_known_until_there_is_room_and_no_order_need_find_out(
    database: SqliteDatabase, path: Path
) -> None:
    await database.write(notes(1))
    assert database.is_writable
    with held_log(path), no_file_may_grow_over(path.with_name(f"{path.name}-wal").stat().st_size):
        await fails_and_mends_by_itself(database, path, "SQLite")
        await asyncio.sleep(PROBE_EVERY_S * 1.5)  # a pulse goes by, and finds no room either
        assert not database.is_writable
    await eventually(lambda: database.is_writable)
    assert await database.write(notes(3))
    assert noted(path) == {1, 3}


async def test_sqlites_own_full_keeps_nothing_of_a_unit_and_passes(
    database: SqliteDatabase, path: Path
) -> None:
    def much(tx: Tx) -> None:
        for number in range(100, 2000):
            inbox.store_failed_update(tx, number, body="x" * 500, fault="", at_ms=0)

    await database.write(notes(1))
    await database.write(partial(set_pragma, "max_page_count = 60"))
    outcomes = await asyncio.gather(database.write(much), database.write(notes(2)), return_exceptions=True)
    assert "full" in str(outcomes[0])
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM failed_updates").fetchone() == (0,)
    await database.write(partial(set_pragma, "max_page_count = 1000000"))
    await database.write(much)
    await eventually(lambda: database.is_writable)


async def test_a_lock_of_another_process_is_waited_for_then_told_and_mends_when_it_ends(path: Path) -> None:
    database = SqliteDatabase(path, lock_patience_s=0.3)
    await database.open()
    await database.write(notes(1))
    with locked_by_another_process(path):
        began_s = time.monotonic()
        await fails_and_mends_by_itself(database, path, "locked")
        assert time.monotonic() - began_s >= 0.3
    await eventually(lambda: database.is_writable)
    assert await database.write(notes(3))
    await database.close()


async def test_a_short_lock_costs_only_time(database: SqliteDatabase, path: Path) -> None:
    with locked_by_another_process(path):
        writing = database.write(notes(1))
        await asyncio.sleep(0.1)
        assert not writing.done()
    assert await writing
    assert database.is_writable


async def test_a_disk_gone_read_only_keeps_nothing_says_so_and_mends(
    database: SqliteDatabase, path: Path
) -> None:
    await database.write(notes(1))
    with immutable(path, path.with_name(f"{path.name}-wal")):
        await fails_and_mends_by_itself(database, path, "SQLite")
    await eventually(lambda: database.is_writable)
    assert await database.write(notes(3))
    assert noted(path) == {1, 3}


async def test_a_file_that_cannot_be_written_is_refused_at_the_start_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "loket.db"
    database = SqliteDatabase(path)
    await database.open()
    await database.close()
    with immutable(path), pytest.raises(StorageError, match=r"loket\.db"):
        await SqliteDatabase(path).open()


async def test_a_page_gone_bad_is_found_at_the_start_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "loket.db"
    database = SqliteDatabase(path)
    await database.open()
    await asyncio.gather(*(database.write(notes(n)) for n in range(2000)))
    await database.close()
    spoil(path)
    with pytest.raises(DatabaseDamaged, match=r"loket\.db: .*`loket restore FILE`"):
        await SqliteDatabase(path).open()


async def test_a_large_file_is_checked_beside_the_work_and_its_damage_is_found_all_the_same(
    tmp_path: Path,
) -> None:
    """Nobody at a counter waits a minute for a start; a damaged file is no place to go on writing either."""
    path = tmp_path / "loket.db"
    await grow(path)
    await (sound := SqliteDatabase(path)).open()
    await sound.check()
    await sound.close()
    spoil(path)
    await (unsound := SqliteDatabase(path)).open()
    with pytest.raises(DatabaseDamaged, match=r"loket\.db: .*`loket restore FILE`"):
        await unsound.check()
    await unsound.close()


async def test_a_large_file_that_cannot_be_read_through_is_not_called_damaged(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such file") as told:
        await check_in_background(tmp_path / "unplugged.db")
    assert not isinstance(told.value, DatabaseDamaged)


async def test_a_page_gone_bad_while_it_runs_is_told_as_such_and_nothing_is_kept_on_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "loket.db"
    database = SqliteDatabase(path)
    await database.open()
    await asyncio.gather(*(database.write(notes(n)) for n in range(2000)))
    await database.close()
    reopened = SqliteDatabase(path)
    await reopened.open()
    spoil(path)
    old = RetentionLimits(seen_before_ms=1, outbox_before_ms=1)
    # More than SQLite remembers of pages it has seen before, so that it must look at the disk.
    await reopened.write(partial(set_pragma, "cache_size = 0"))
    await reopened.write(partial(set_pragma, "shrink_memory"))
    with pytest.raises(DatabaseDamaged):
        await reopened.write(lambda tx: delete_expired(tx, old, after_id=0, limit=5000))
    assert not reopened.is_writable
    await reopened.close()


async def grow(path: Path) -> None:
    """Make a database, or one that is there, too large to be checked before it is used."""
    database = SqliteDatabase(path)
    await database.open()
    for number in range(AT_ONCE_BYTES // 1_000_000 + 2):
        await database.write(
            partial(inbox.store_failed_update, update_id=number, body="x" * 1_000_000, fault="", at_ms=0)
        )
    await database.close()


def spoil(path: Path) -> None:
    """Overwrite what stands at the end of the file, where the latest rows are."""
    with path.open("r+b") as file:
        file.seek(-3 * 4096, os.SEEK_END)
        file.write(os.urandom(3 * 4096))


@pytest.fixture
def answerer() -> FakeAnswerer:
    return FakeAnswerer()


@pytest.fixture
def receiver(shop: Shop, answerer: FakeAnswerer) -> UpdateReceiver:
    return UpdateReceiver(
        database=shop.disk,
        context=shop.context,
        sender=answerer,
        now_ms=shop.clock,
        claim_orders=shop.orders_wake_up.set,
        scan_outbox=shop.outbox_wake_up.set,
        imports_wake_up=shop.imports_wake_up,
    )


async def test_who_orders_while_nothing_can_be_kept_is_told_once_not_to_send_again(
    shop: Shop, receiver: UpdateReceiver, answerer: FakeAnswerer
) -> None:
    shop.disk.refuses_writes()
    order, talk = a_message(1), a_message(2, "halo", chat={"id": STRANGER, "type": "private"})
    for _ in range(3):
        with pytest.raises(StorageError):
            await receiver.receive([order, talk, a_message(3)], next_update_id=4)
    (told,) = answerer.unkept
    assert (told.chat_id, told.reply_to) == (SARI, 1)
    assert "Jangan kirim ulang." in "".join(span.text for span in told.text)
    shop.disk.recovers()
    await receiver.receive([order, talk, a_message(3)], next_update_id=4)
    assert len(shop.rows("SELECT * FROM orders")) == 2


async def test_a_chat_is_told_again_after_a_while(
    shop: Shop, receiver: UpdateReceiver, answerer: FakeAnswerer
) -> None:
    shop.disk.refuses_writes()
    for _ in range(3):
        with pytest.raises(StorageError):
            await receiver.receive([a_message(1)])
        shop.clock.passes(301)
    assert len(answerer.unkept) == 2
