"""A restore destroys nothing, and the restored database knows what it cannot know."""

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.notices.alarms import NothingToResolve
from storage import inbox, orders, outbox, restores
from storage.backup import restore
from storage.database import RESTORING, SqliteDatabase
from storage.errors import DatabaseDamaged, DatabaseTooNew, RestoreUnfinished, StorageBusy, StorageError
from storage.lock import exclusive_lock
from storage.outbox import OutboxMessage
from storage.transaction import Tx
from tests.integration.disk import no_file_may_grow_over
from tests.integration.fakes import START_MS
from tests.integration.test_backup import (
    HOUR_MS,
    NOW,
    a_database,
    damage,
    files_in,
    killed,
    names_in,
    noted,
    notes,
)
from tests.makers import an_order


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


SIGNS: dict[str, Callable[[Tx, int], object]] = {
    "an event of an order": lambda tx, at_ms: orders.insert(
        tx, an_order(trxid=f"{at_ms:017}", message_id=at_ms, placed_at_ms=at_ms), actor="", evidence=""
    ),
    "a message sent": lambda tx, at_ms: outbox.enqueue(
        tx, OutboxMessage(chat_id=1, notice=NothingToResolve()), at_ms=at_ms
    ),
    "a message received": lambda tx, at_ms: inbox.mark_seen(tx, 1, at_ms, at_ms=at_ms),
    "an update": lambda tx, at_ms: inbox.move_cursor(tx, at_ms, at_ms=at_ms),
}


@pytest.mark.parametrize("last", SIGNS)
async def test_a_database_is_known_to_have_lived_until_the_last_of_all_its_signs(
    database: SqliteDatabase, last: str
) -> None:
    """A gap that ends too soon is one in which the same order could be bought twice."""

    def unit(tx: Tx) -> int | None:
        for at_ms, sign in enumerate(SIGNS.values(), start=1):
            sign(tx, at_ms)
        for at_ms in (50, 60):
            SIGNS[last](tx, at_ms)
        return restores.last_activity_ms(tx)

    assert await database.read(restores.last_activity_ms) is None
    assert await database.write(unit) == 60


async def test_a_gap_does_not_reach_into_the_future_though_the_lost_database_knew_of_it(
    tmp_path: Path,
) -> None:
    """Its clock was ahead: what is typed from now on would else be taken for what was lost."""
    found = await restored(tmp_path, lost_at_ms=START_MS + 9 * HOUR_MS)
    assert found.gap_until_ms == START_MS + 5 * HOUR_MS


async def test_a_present_database_that_knows_no_more_than_the_backup_is_no_witness(tmp_path: Path) -> None:
    """Somebody may have put the same backup there by hand: then the gap lasts until now."""
    found = await restored(tmp_path)
    assert found.gap_until_ms == START_MS + 5 * HOUR_MS


async def test_a_database_whose_process_was_killed_is_a_witness_by_what_only_its_wal_holds(
    database: SqliteDatabase, path: Path, tmp_path: Path
) -> None:
    """It lived for an hour after the backup: what was typed later than that was never bought."""
    copy = await a_database(tmp_path / "copy.db", 1)
    lost = await killed(database, path, tmp_path, notes(1), notes(2, at_ms=START_MS + HOUR_MS))
    done = restore(copy, lost, now=NOW + timedelta(hours=5))
    assert done.gap_until_ms == START_MS + HOUR_MS


async def test_a_backup_taken_by_hand_of_a_killed_process_is_restored_with_what_only_its_wal_holds(
    database: SqliteDatabase, path: Path, tmp_path: Path
) -> None:
    copy = await killed(database, path, tmp_path, notes(7))
    done = restore(copy, tmp_path / "new" / "loket.db", now=NOW)
    assert done.contents.last_activity_ms == START_MS
    assert noted(tmp_path / "new" / "loket.db") == ({7}, {7})


async def test_what_stood_there_is_kept_whole_even_what_only_its_wal_holds(
    database: SqliteDatabase, path: Path, tmp_path: Path
) -> None:
    lost = await killed(database, path, tmp_path, notes(7))
    copy = await a_database(tmp_path / "copy.db", 1)
    done = restore(copy, lost, now=NOW)
    assert [file.name for file in done.aside] == [
        f"loket-aside-2026-09-21-211320-1.db{end}" for end in ("", "-wal", "-shm")
    ]
    assert noted(done.aside[0]) == ({7}, {7})
    assert noted(lost) == ({1}, {1})


async def test_no_file_of_the_old_database_is_left_for_the_new_one_to_be_spoilt_by(tmp_path: Path) -> None:
    """SQLite rolls back into a database whatever lies beside it as its journal."""
    copy = await a_database(tmp_path / "copy.db", 1)
    path = await a_database(tmp_path / "data" / "loket.db", 7)
    shutil.copy(copy, f"{path}-journal")
    done = restore(copy, path, now=NOW)
    assert [file.name.removeprefix("loket-aside-2026-09-21-211320-1.db") for file in done.aside] == [
        "",
        "-journal",
    ]
    assert noted(path) == ({1}, {1})


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
    torn = await a_database(copies / "torn.db", 1)
    with closing(sqlite3.connect(torn, isolation_level=None)) as connection:
        connection.execute(
            "INSERT INTO order_events VALUES (1, 'no such order', 0, '', '', '', NULL, 'placed')"
        )
    text = copies / "text.db"
    text.write_text("this is no database at all " * 100)
    refusals: dict[Path, tuple[type[StorageError], str]] = {
        damaged: (DatabaseDamaged, r"damaged\.db: SQLite finds"),
        newer: (DatabaseTooNew, r"newer\.db: .*install the newer Loket"),
        foreign: (StorageError, r"foreign\.db: this is not a Loket database"),
        torn: (DatabaseDamaged, r"torn\.db: SQLite finds the copy damaged: .*missing"),
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
    os.chown(path.parent, 4713, 4714)
    os.chown(path, 4711, 4712)
    restore(copy, path, now=NOW)
    for file in (path, Path(f"{path}.lock")):
        assert (file.stat().st_uid, file.stat().st_gid) == (4711, 4712)
    path.unlink()
    restore(copy, path, now=NOW)
    assert (path.stat().st_uid, path.stat().st_gid) == (4713, 4714)
