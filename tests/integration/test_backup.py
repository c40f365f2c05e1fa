"""A backup is whole, checked and private, and holds up no writer; a restore destroys nothing."""

import asyncio
import os
import shutil
import sqlite3
import stat
import time
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from storage import inbox, restores
from storage.backup import (
    back_up,
    backup_file_name,
    delete_old_backups,
    make_backup_folder,
    restore,
)
from storage.database import RESTORING, SqliteDatabase
from storage.errors import DatabaseDamaged, DatabaseTooNew, RestoreUnfinished, StorageBusy, StorageError
from storage.lock import exclusive_lock
from storage.transaction import Tx
from tests.integration.disk import no_file_may_grow_over
from tests.integration.fakes import START_MS

NOW = datetime.fromtimestamp(START_MS / 1000, ZoneInfo("Asia/Jakarta"))
HOUR_MS = 3_600_000


def notes(message_id: int, *, at_ms: int = START_MS) -> partial[None]:
    """Give a unit in two steps: a copy that has one without the other is not whole."""
    return partial(_note, message_id=message_id, at_ms=at_ms)


def _note(tx: Tx, message_id: int, at_ms: int) -> None:
    inbox.mark_seen(tx, 1, message_id, at_ms=at_ms)
    inbox.store_failed_update(tx, message_id, body="x" * 200, fault="", at_ms=at_ms)


def noted(path: Path) -> tuple[set[int], set[int]]:
    """Give the messages that are there by their first step, and by their second."""
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


async def test_a_backup_beside_a_busy_writer_is_whole_and_holds_it_up_for_no_time(
    database: SqliteDatabase, path: Path, tmp_path: Path
) -> None:
    for first in range(0, 20_000, 500):
        await asyncio.gather(*(database.write(notes(n)) for n in range(first, first + 500)))
    copying = asyncio.create_task(asyncio.to_thread(back_up, path, tmp_path / "copy.db"))
    written, waits_s = 20_000, [0.0]
    while not copying.done():
        began_s = time.monotonic()
        await database.write(notes(written))
        waits_s.append(time.monotonic() - began_s)
        written += 1
    await copying
    messages, _ = noted(tmp_path / "copy.db")
    print(f"{written - 20_000} writes beside the backup, the longest waited {max(waits_s) * 1000:.0f} ms")  # noqa: T201 - for pytest
    assert len(waits_s) > 2
    assert set(range(20_000)) <= messages
    # One moment of it: no message without those before it.
    assert messages == set(range(len(messages)))
    assert max(waits_s) < 2  # about 20 ms; a busy machine may need many times that


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


async def test_a_database_that_nobody_uses_is_backed_up_too_also_after_a_kill(
    database: SqliteDatabase, path: Path, tmp_path: Path
) -> None:
    await database.write(notes(7))
    killed = tmp_path / "killed"
    shutil.copytree(path.parent, killed)  # as the disk is when the process dies: the row is in the -wal alone
    back_up(killed / path.name, tmp_path / "copy.db")
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


async def restored(tmp_path: Path, *, lost_at_ms: int = START_MS) -> restores.Restore:
    """Restore a backup that knows of START_MS over a database that knows of `lost_at_ms`."""
    copy = await a_database(tmp_path / "copy.db", 1)
    path = await a_database(tmp_path / "data" / "loket.db", 1, 2, at_ms=lost_at_ms)
    restore(copy, path, now=NOW + timedelta(hours=5))
    database = SqliteDatabase(path)
    await database.open()
    found = await database.read(restores.in_quarantine)
    await database.close()
    assert noted(path) == ({1}, {1})
    assert found
    return found


async def test_a_restored_database_is_in_quarantine_and_knows_its_gap(tmp_path: Path) -> None:
    found = await restored(tmp_path, lost_at_ms=START_MS + HOUR_MS)
    assert (found.backup_at_ms, found.gap_until_ms) == (START_MS, START_MS + HOUR_MS)
    assert found.restored_at_ms == START_MS + 5 * HOUR_MS


async def test_a_present_database_that_knows_no_more_than_the_backup_is_no_witness(tmp_path: Path) -> None:
    """Somebody may have put the same backup there by hand: then the gap lasts until now."""
    found = await restored(tmp_path)
    assert found.gap_until_ms == START_MS + 5 * HOUR_MS


async def test_what_stood_there_is_kept_whole_even_what_only_its_wal_holds(
    database: SqliteDatabase, path: Path, tmp_path: Path
) -> None:
    await database.write(notes(7))
    killed = tmp_path / "killed"
    shutil.copytree(path.parent, killed)
    copy = await a_database(tmp_path / "copy.db", 1)
    done = restore(copy, killed / path.name, now=NOW)
    assert [file.name for file in done.aside] == [
        f"loket-aside-2026-09-21-211320-1.db{end}" for end in ("", "-wal", "-shm")
    ]
    assert noted(done.aside[0]) == ({7}, {7})
    assert noted(killed / path.name) == ({1}, {1})


async def test_restoring_twice_in_a_second_keeps_both(tmp_path: Path) -> None:
    path = await a_database(tmp_path / "data" / "loket.db", 7)
    copies = [await a_database(tmp_path / f"{number}.db", number) for number in (1, 2)]
    kept = [restore(copy, path, now=NOW).aside[0] for copy in copies]
    assert [noted(file)[0] for file in (*kept, path)] == [{7}, {1}, {2}]


async def test_a_restore_into_an_empty_place_makes_a_private_database(tmp_path: Path) -> None:
    copy = await a_database(tmp_path / "copy.db", 1)
    done = restore(copy, tmp_path / "new" / "loket.db", now=NOW)
    assert done.aside == ()
    assert stat.S_IMODE((tmp_path / "new" / "loket.db").stat().st_mode) == 0o600
    assert noted(tmp_path / "new" / "loket.db") == ({1}, {1})


async def test_a_restore_leaves_the_backup_as_it_was(tmp_path: Path) -> None:
    copy = await a_database(tmp_path / "backups" / "copy.db", 1)
    before = files_in(copy.parent)
    restore(copy, tmp_path / "loket.db", now=NOW)
    assert files_in(copy.parent) == before


async def test_no_restore_while_a_loket_runs(tmp_path: Path) -> None:
    copy = await a_database(tmp_path / "copy.db", 1)
    path = await a_database(tmp_path / "data" / "loket.db", 7)
    with exclusive_lock(path), pytest.raises(StorageBusy, match="stop it before a restore"):
        restore(copy, path, now=NOW)
    assert noted(path) == ({7}, {7})


async def test_what_is_no_sound_backup_changes_nothing(tmp_path: Path) -> None:
    path = await a_database(tmp_path / "data" / "loket.db", 7)
    before, copies = files_in(path.parent), tmp_path / "copies"
    damaged = await a_database(copies / "damaged.db", *range(1000))
    damage(damaged)
    newer = await a_database(copies / "newer.db", 1)
    with closing(sqlite3.connect(newer, isolation_level=None)) as connection:
        connection.execute("INSERT INTO schema_version VALUES (9999)")
    foreign = copies / "foreign.db"
    with closing(sqlite3.connect(foreign, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    text = copies / "text.db"
    text.write_text("this is no database at all " * 100)
    refusals: dict[Path, tuple[type[StorageError], str]] = {
        damaged: (DatabaseDamaged, r"damaged\.db: SQLite finds"),
        newer: (DatabaseTooNew, r"newer\.db: .*install the newer Loket"),
        foreign: (StorageError, r"foreign\.db: this is not a Loket database"),
        text: (DatabaseDamaged, r"text\.db: "),
        copies / "none.db": (StorageError, "there is no backup"),
        copies: (StorageError, "there is no backup"),
        path: (StorageError, "is the current database itself"),
    }
    for copy, (kind, words) in refusals.items():
        with pytest.raises(kind, match=words):
            restore(copy, path, now=NOW)
        assert files_in(path.parent) == before, copy


async def test_a_restore_without_room_changes_nothing(tmp_path: Path) -> None:
    path = await a_database(tmp_path / "data" / "loket.db", 7)
    copy = await a_database(tmp_path / "copy.db", *range(300))
    before = files_in(path.parent)
    with no_file_may_grow_over(50_000), pytest.raises(StorageError):
        restore(copy, path, now=NOW)
    assert files_in(path.parent) == before


async def test_a_restore_cut_off_halfway_is_refused_at_the_start_and_can_be_carried_out_again(
    tmp_path: Path,
) -> None:
    """Between the two renames no database stands there: a start must not make an empty one to buy from."""
    copy = await a_database(tmp_path / "copy.db", 1)
    path = await a_database(tmp_path / "data" / "loket.db", 7)
    shutil.copy(copy, f"{path}{RESTORING}")
    path.rename(path.with_name("loket-aside.db"))
    with pytest.raises(RestoreUnfinished, match="loket restore FILE"):
        await SqliteDatabase(path).open()
    assert not path.exists()
    restore(copy, path, now=NOW)
    assert noted(path) == ({1}, {1})
    assert f"{path.name}{RESTORING}" not in names_in(path.parent)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
async def test_a_restore_by_root_leaves_the_database_to_its_owner(tmp_path: Path) -> None:
    copy = await a_database(tmp_path / "copy.db", 1)
    path = await a_database(tmp_path / "data" / "loket.db", 7)
    for kept in (path.parent, path):
        os.chown(kept, 4711, 4712)
    restore(copy, path, now=NOW)
    for file in (path, Path(f"{path}.lock")):
        assert (file.stat().st_uid, file.stat().st_gid) == (4711, 4712)


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
