"""A backup is whole, checked and private, and holds up no writer."""

import asyncio
import os
import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from storage import inbox
from storage.backup import back_up, backup_file_name, delete_old_backups, make_backup_folder
from storage.database import SqliteDatabase
from storage.errors import DatabaseDamaged, StorageError
from storage.transaction import Tx
from tests.integration.conftest import Shop
from tests.integration.disk import no_file_may_grow_over
from tests.integration.fakes import START_MS

NOW = datetime.fromtimestamp(START_MS / 1000, ZoneInfo("Asia/Jakarta"))
HOUR_MS = 3_600_000


def notes(message_id: int, *, at_ms: int = START_MS) -> partial[None]:
    """Return a unit in two steps: a copy that has one without the other is not whole."""
    return partial(_note, message_id=message_id, at_ms=at_ms)


def _note(tx: Tx, message_id: int, at_ms: int) -> None:
    inbox.mark_seen(tx, 1, message_id, at_ms=at_ms)
    inbox.store_failed_update(tx, message_id, body="x" * 200, fault="", at_ms=at_ms)


def noted(path: Path) -> tuple[set[int], set[int]]:
    """Return the messages that are there by their first step, and by their second."""
    with closing(sqlite3.connect(path)) as connection:
        seen = {row[0] for row in connection.execute("SELECT message_id FROM messages_seen")}
        aside = {row[0] for row in connection.execute("SELECT update_id FROM failed_updates")}
    return seen, aside


async def a_database(path: Path, *message_ids: int, at_ms: int = START_MS) -> Path:
    """Make a database that knows some messages, and close it."""
    database = SqliteDatabase(path)
    await database.open()
    await asyncio.gather(*(database.write(notes(message_id, at_ms=at_ms)) for message_id in message_ids))
    await database.close()
    return path


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        file.name: file.read_bytes()
        for file in folder.iterdir()
        if file.is_file() and not file.name.endswith(".lock")
    }


def names_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def damage(path: Path) -> None:
    """Overwrite the last page of a file."""
    with path.open("r+b") as file:
        file.seek(-4096, os.SEEK_END)
        file.write(os.urandom(4096))


async def killed(database: SqliteDatabase, path: Path, tmp_path: Path, *units: partial[None]) -> Path:
    """Return a database as a kill leaves it: what was written last is in its -wal alone."""
    for unit in units:
        await database.write(unit)
    shutil.copytree(path.parent, tmp_path / "killed")
    left = tmp_path / "killed" / path.name
    assert f"{path.name}-wal" in names_in(left.parent)
    return left


async def test_a_backup_beside_a_busy_writer_is_whole_and_holds_it_up_for_no_time(
    database: SqliteDatabase, path: Path, tmp_path: Path
) -> None:
    for first in range(0, 20_000, 500):
        await asyncio.gather(*(database.write(notes(n)) for n in range(first, first + 500)))
    copying = asyncio.create_task(asyncio.to_thread(back_up, path, tmp_path / "copy.db"))
    written = 20_000
    while not copying.done():
        await database.write(notes(written))
        written += 1
    await copying
    messages, _ = noted(tmp_path / "copy.db")
    assert written > 20_002, "a write waited until the backup was done"
    assert set(range(20_000)) <= messages
    # One moment of it: no message without those before it.
    assert messages == set(range(len(messages)))


async def test_a_backup_is_one_private_file_that_opens_by_itself(
    database: SqliteDatabase, path: Path, tmp_path: Path
) -> None:
    await database.write(notes(7))
    folder = tmp_path / "backups"
    folder.mkdir()
    target = backup_file_name(folder, NOW)
    holding = await asyncio.to_thread(back_up, path, target)
    assert names_in(folder) == ["loket-2026-09-21-211320.db"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert (holding.orders, holding.last_order_at_ms, holding.last_activity_ms) == (0, None, START_MS)
    assert noted(target) == ({7}, {7})


async def test_a_backup_tells_how_many_orders_it_holds_and_when_the_last_was_placed(
    shop: Shop, path: Path, tmp_path: Path
) -> None:
    await shop.asks()
    shop.clock.passes(60)
    last = await shop.asks()
    holding = await asyncio.to_thread(back_up, path, tmp_path / "copy.db")
    assert (holding.orders, holding.last_order_at_ms) == (2, last.placed_at_ms)


async def test_a_database_that_nobody_uses_is_backed_up_too_also_after_a_kill(
    database: SqliteDatabase, path: Path, tmp_path: Path
) -> None:
    back_up(await killed(database, path, tmp_path, notes(7)), tmp_path / "copy.db")
    assert noted(tmp_path / "copy.db") == ({7}, {7})


async def test_a_backup_overwrites_nothing(tmp_path: Path) -> None:
    path, taken = await a_database(tmp_path / "loket.db", 1), tmp_path / "taken"
    taken.write_text("a backup of yesterday")
    with pytest.raises(StorageError, match="already exists"):
        back_up(path, taken)
    assert taken.read_text() == "a backup of yesterday"


async def test_a_damaged_database_makes_no_backup_and_is_told_so(tmp_path: Path) -> None:
    path = await a_database(tmp_path / "data" / "loket.db", *range(1000))
    damage(path)
    with pytest.raises(DatabaseDamaged, match=r"copy\.db: SQLite finds"):
        back_up(path, tmp_path / "copy.db")
    assert names_in(tmp_path) == ["data"]


async def test_where_there_is_no_room_no_half_backup_is_left(tmp_path: Path) -> None:
    path = await a_database(tmp_path / "data" / "loket.db", *range(300))
    before = files_in(path.parent)
    with no_file_may_grow_over(50_000), pytest.raises(StorageError, match=r"copy\.db: "):
        back_up(path, tmp_path / "copy.db")
    assert names_in(tmp_path) == ["data"]
    assert files_in(path.parent) == before


@pytest.mark.parametrize("target", ["no/such/folder/copy.db", "file/copy.db"])
async def test_a_place_that_is_none_is_told(tmp_path: Path, target: str) -> None:
    path = await a_database(tmp_path / "loket.db", 1)
    (tmp_path / "file").touch()
    with pytest.raises(StorageError):
        back_up(path, tmp_path / target)
    with pytest.raises(StorageError, match="there is no database"):
        back_up(tmp_path / "none.db", tmp_path / "copy.db")


def nightly(database: Path, folder: Path, nights: int, *, keep: int) -> list[Path]:
    """Back up night after night; return the backups that are left, oldest first."""
    for night in range(nights):
        make_backup_folder(folder)
        file = backup_file_name(folder, NOW + timedelta(days=night))
        back_up(database, file)
        delete_old_backups(file, keep=keep)
    return sorted(folder.iterdir())


async def test_the_second_night_is_backed_up_as_well_and_the_last_nights_are_kept(
    path: Path, tmp_path: Path
) -> None:
    await a_database(path, 1)
    left = nightly(path, tmp_path / "nights", 5, keep=3)
    assert left == [backup_file_name(tmp_path / "nights", NOW + timedelta(days=night)) for night in (2, 3, 4)]
    assert all(noted(file) == ({1}, {1}) for file in left)


async def test_one_backup_may_be_kept(path: Path, tmp_path: Path) -> None:
    await a_database(path, 1)
    assert len(nightly(path, tmp_path / "nights", 3, keep=1)) == 1


async def test_the_folder_of_the_backups_is_made_for_its_owner_alone(path: Path, tmp_path: Path) -> None:
    await a_database(path, 1)
    nightly(path, tmp_path / "far" / "nights", 1, keep=3)
    assert stat.S_IMODE((tmp_path / "far" / "nights").stat().st_mode) == 0o700


async def test_only_what_was_named_by_a_date_is_ever_deleted(path: Path, tmp_path: Path) -> None:
    await a_database(path, 1)
    folder = tmp_path / "nights"
    folder.mkdir()
    others = ["before-upgrade.db", "loket.db", "loket-aside-2026-01-01-000000-1.db", "loket-2026-01-01.db"]
    for name in others:
        (folder / name).write_bytes(b"")
    left = nightly(path, folder, 3, keep=1)
    assert {file.name for file in left} > set(others)
    assert len(left) == len(others) + 1


async def test_what_an_interrupted_backup_left_goes_with_the_backups_of_its_time(
    path: Path, tmp_path: Path
) -> None:
    await a_database(path, 1)
    folder = tmp_path / "nights"
    folder.mkdir()
    old, young = (
        f".{backup_file_name(folder, NOW + timedelta(days=night)).name}.x.partial" for night in (0, 9)
    )
    for name in (old, f"{old}-journal", young):
        (folder / name).write_bytes(b"")
    left = nightly(path, folder, 5, keep=2)
    assert {file.name for file in left if file.name.startswith(".")} == {young}


async def test_a_clock_that_was_set_back_costs_no_backup_just_made(path: Path, tmp_path: Path) -> None:
    await a_database(path, 1)
    nightly(path, tmp_path / "nights", 3, keep=3)
    early = backup_file_name(tmp_path / "nights", NOW - timedelta(days=9))
    back_up(path, early)
    deleted = delete_old_backups(early, keep=2)
    assert early.exists()
    assert deleted == [backup_file_name(tmp_path / "nights", NOW + timedelta(days=night)) for night in (0, 1)]


async def test_several_backups_are_kept_in_a_folder_and_nowhere_else(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.db"
    file.write_bytes(b"")
    with pytest.raises(StorageError, match="name a folder"):
        make_backup_folder(file)
