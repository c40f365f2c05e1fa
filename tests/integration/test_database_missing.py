"""A database that is moved, deleted or replaced: nothing more is stored in it, and no start begins empty."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.backup import back_up, restore
from storage.database import SqliteDatabase
from storage.errors import DatabaseMissing
from storage.integrity import check_in_background
from storage.lock import exclusive_lock
from tests.integration.notes import Notes, both, noted

NOW = datetime(2026, 9, 21, tzinfo=UTC)


def suffixed(path: Path, suffix: str) -> Path:
    return path.with_name(f"{path.name}{suffix}")


def move(path: Path) -> None:
    path.rename(path.with_name("elsewhere.db"))


def move_folder(path: Path) -> None:
    path.parent.rename(path.parent.with_name("elsewhere"))


def replace_by_copy(path: Path) -> None:
    """Put another database in its place, as a careless restore by hand does."""
    other = path.with_name("other.db")
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE t (x)")
    other.replace(path)


def delete_log(path: Path) -> None:
    suffixed(path, "-wal").unlink()


def delete_all(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        suffixed(path, suffix).unlink()


def delete(path: Path) -> None:
    path.unlink()


def is_there(path: Path) -> bool:
    return path.exists()


def empty(path: Path) -> None:
    os.truncate(path, 0)


HARM = [move, move_folder, delete, replace_by_copy, delete_log, delete_all, empty]


@pytest.mark.parametrize("harm", HARM)
async def test_nothing_more_is_stored_once_the_file_is_not_where_it_was(
    database: SqliteDatabase, path: Path, harm: Callable[[Path], None]
) -> None:
    await database.write(Notes(1))
    database.refuse_changed_files()
    harm(path)
    with pytest.raises(DatabaseMissing):
        database.refuse_changed_files()
    with pytest.raises(DatabaseMissing):
        await database.write(Notes(2))
    assert not database.is_writable


async def test_a_file_that_is_back_is_the_same_database(database: SqliteDatabase, path: Path) -> None:
    await database.write(Notes(1))
    move(path)
    path.with_name("elsewhere.db").rename(path)
    await database.write(Notes(2))
    assert noted(path) == both(1, 2)


async def test_the_log_of_a_replaced_database_is_not_added_to_the_new_one(path: Path) -> None:
    database = SqliteDatabase(path)
    await database.open()
    await database.write(Notes(1))
    replace_by_copy(path)
    await database.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("t",)]


async def a_life(path: Path, *numbers: int) -> None:
    """Start and stop as `loket run` does."""
    with exclusive_lock(path) as lock:
        database = SqliteDatabase(path)
        await database.open()
        lock.hold_file()
        lock.mark_made()
        for number in numbers:
            await database.write(Notes(number))
        await database.close()


class TestStarts:
    async def test_a_database_that_is_gone_is_not_begun_anew(self, path: Path) -> None:
        await a_life(path, 1)
        delete(path)
        for _ in range(2):
            with pytest.raises(DatabaseMissing, match=r"loket restore FILE.*delete .*loket\.db\.lock"):
                await a_life(path)
            assert not is_there(path)

    async def test_nor_is_one_that_is_empty(self, path: Path) -> None:
        await a_life(path, 1)
        empty(path)
        with pytest.raises(DatabaseMissing, match="is empty"):
            await a_life(path)

    async def test_behind_a_link_it_is_missed_too(self, tmp_path: Path, path: Path) -> None:
        link = tmp_path / "shop.db"
        link.symlink_to(path)
        await a_life(link, 1)
        delete(path)
        with pytest.raises(DatabaseMissing):
            await a_life(link)

    async def test_the_operator_may_say_that_it_begins_anew(self, path: Path) -> None:
        await a_life(path, 1)
        delete(path)
        suffixed(path, ".lock").unlink()
        await a_life(path, 2)
        assert noted(path) == both(2)

    async def test_a_backup_takes_the_place_of_a_database_that_is_gone(
        self, path: Path, tmp_path: Path
    ) -> None:
        await a_life(path, 1)
        back_up(path, tmp_path / "copy.db")
        delete(path)
        restore(tmp_path / "copy.db", path, now=NOW)
        await a_life(path, 2)
        assert noted(path) == both(1, 2)

    async def test_a_log_without_its_database_is_not_thrown_away(self, path: Path) -> None:
        path.parent.mkdir()
        suffixed(path, "-wal").write_bytes(b"pages")
        with pytest.raises(DatabaseMissing, match="put the database back"):
            await a_life(path)
        assert suffixed(path, "-wal").read_bytes() == b"pages"

    async def test_a_start_that_was_cut_off_before_there_was_a_database_may_begin(self, path: Path) -> None:
        with exclusive_lock(path):
            pass
        await a_life(path, 1)
        assert noted(path) == both(1)


async def test_a_restore_through_a_link_replaces_the_file_itself(tmp_path: Path, path: Path) -> None:
    await a_life(path, 1)
    back_up(path, tmp_path / "copy.db")
    await a_life(path, 2)
    link = tmp_path / "shop.db"
    link.symlink_to(path)
    restore(tmp_path / "copy.db", link, now=NOW)
    assert link.is_symlink()
    assert noted(path) == both(1)


LOOK = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM buttons'); c.close()"


async def test_the_check_of_a_large_file_leaves_the_log_to_the_running_loket(
    database: SqliteDatabase, path: Path
) -> None:
    """Another program, as `loket backup`, deletes the log as it closes if it thinks that it was the last."""
    await database.write(Notes(1))
    await check_in_background(path)
    subprocess.run([sys.executable, "-c", LOOK, path], check=True)  # noqa: ASYNC221 - a moment
    database.refuse_changed_files()
    await database.write(Notes(2))
    assert noted(path) == both(1, 2)
