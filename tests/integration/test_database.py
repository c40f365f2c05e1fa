"""What a unit of work may count on: whole, alone, durable, whatever happens to who asked for it."""

import asyncio
import os
import resource
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from storage import inbox
from storage.connection import LOG_MAX_PAGES
from storage.database import UNITS_HOLD_THE_LOOP_S, SqliteDatabase
from storage.errors import DatabaseDamaged, StorageError
from storage.transaction import Tx
from tests.integration.fakes import eventually


class Notes:
    """A unit that notes a message in two steps; it can take a while, or fail at its end."""

    def __init__(self, message_id: int) -> None:
        self.message_id = message_id
        self.takes_s = 0.0
        self.fault: Exception | None = None

    def takes(self, seconds: float) -> "Notes":
        self.takes_s = seconds
        return self

    def fails(self, fault: Exception) -> "Notes":
        self.fault = fault
        return self

    def __call__(self, tx: Tx) -> int:
        inbox.first_sight(tx, 1, self.message_id, at_ms=0)
        time.sleep(self.takes_s)
        inbox.first_sight(tx, 2, self.message_id, at_ms=0)
        if self.fault:
            raise self.fault
        return self.message_id


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the file's lock, as a person with a shell might."""
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")


@contextmanager
def statements_of(database: SqliteDatabase, beginning: str) -> Iterator[list[str]]:
    """Give the statements with this beginning that are carried out inside the block."""
    found: list[str] = []
    connection = database._writer.here  # noqa: SLF001 - statements cannot be counted from outside
    connection.set_trace_callback(
        lambda statement: found.append(statement) if statement.startswith(beginning) else None
    )
    yield found
    connection.set_trace_callback(None)


def commits_of(database: SqliteDatabase) -> AbstractContextManager[list[str]]:
    """Give the commits that are made inside the block."""
    return statements_of(database, "COMMIT")


def noted(path: Path) -> set[tuple[int, int]]:
    """Give what is on the disk, seen by a connection of its own."""
    with closing(sqlite3.connect(path)) as connection:
        return set(connection.execute("SELECT chat_id, message_id FROM messages_seen"))


def both(*message_ids: int) -> set[tuple[int, int]]:
    return {(chat_id, message_id) for chat_id in (1, 2) for message_id in message_ids}


async def refusal_at(path: Path) -> type[StorageError]:
    """Open what must be refused, and let its threads end before the loop does."""
    threads = set(threading.enumerate())
    with pytest.raises(StorageError) as refusal:
        await SqliteDatabase(path).open()
    await eventually(lambda: set(threading.enumerate()) <= threads)
    return refusal.type


async def test_what_write_returned_is_on_the_disk(database: SqliteDatabase, path: Path) -> None:
    assert await database.write(Notes(7)) == 7
    assert noted(path) == both(7)


async def test_a_read_sees_all_that_was_written_before_it(database: SqliteDatabase) -> None:
    for message_id in range(20):
        await database.write(partial(inbox.move_cursor, next_update_id=message_id, at_ms=0))
        cursor = await database.read(inbox.cursor)
        assert cursor
        assert cursor.next_update_id == message_id


async def test_a_unit_runs_whole_although_its_caller_is_cancelled(
    database: SqliteDatabase, path: Path
) -> None:
    async def ask() -> None:
        await database.write(Notes(1))

    with locked(path):
        caller = asyncio.create_task(ask())
        await asyncio.sleep(0.02)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
    assert await database.write(Notes(2)) == 2
    assert noted(path) == both(1, 2)


async def test_one_units_failure_takes_nothing_from_those_that_share_its_commit(
    database: SqliteDatabase, path: Path
) -> None:
    units = [Notes(1), Notes(2).fails(ValueError("mine")), Notes(3), Notes(4).fails(KeyError("mine too"))]
    outcomes = await asyncio.gather(*(database.write(unit) for unit in units), return_exceptions=True)
    assert outcomes[0] == 1
    assert outcomes[2] == 3
    assert isinstance(outcomes[1], ValueError)
    assert isinstance(outcomes[3], KeyError)
    assert noted(path) == both(1, 3)


async def test_savepoints_are_made_only_where_somebody_fails(database: SqliteDatabase, path: Path) -> None:
    def in_parts(tx: Tx) -> None:
        with tx.savepoint():
            inbox.first_sight(tx, 3, 3, at_ms=0)

    with statements_of(database, "SAVEPOINT") as savepoints:
        await asyncio.gather(database.write(Notes(1)), database.write(Notes(2)), database.write(in_parts))
    assert not savepoints
    with statements_of(database, "SAVEPOINT") as savepoints:
        units = [Notes(4), Notes(5).fails(ValueError("mine")), Notes(6)]
        await asyncio.gather(*(database.write(unit) for unit in units), return_exceptions=True)
    assert len(savepoints) == 2
    assert noted(path) == both(1, 2, 4, 6) | {(3, 3)}


async def test_the_time_limit_wakes_who_waits_though_somebody_fails(
    database: SqliteDatabase, path: Path
) -> None:
    """What did not fit into the turn of a failure has the next commit, without anybody new."""
    slow = [Notes(n).takes(0.6 * UNITS_HOLD_THE_LOOP_S) for n in range(4)]
    slow[1].fails(ValueError("mine"))
    outcomes = await asyncio.wait_for(
        asyncio.gather(*(database.write(unit) for unit in slow), return_exceptions=True), 5
    )
    assert outcomes[2:] == [2, 3]
    assert noted(path) == both(0, 2, 3)


async def test_a_units_own_exception_passes_as_it_is(database: SqliteDatabase) -> None:
    fault = ValueError("mine")
    with pytest.raises(ValueError, match="mine") as raised:
        await database.write(Notes(1).fails(fault))
    assert raised.value is fault


async def test_a_broken_rule_of_the_schema_is_a_storage_error_and_keeps_nothing(
    database: SqliteDatabase, path: Path
) -> None:
    def breaks_a_rule(tx: Tx) -> None:
        inbox.first_sight(tx, 1, 1, at_ms=0)
        event = {"actor": "", "kind": "", "facts": "", "evidence": None, "state_after": ""}
        tx.run("append_order_event", trxid="no such order", at_ms=0, **event)

    outcomes = await asyncio.gather(
        database.write(breaks_a_rule), database.write(Notes(2)), return_exceptions=True
    )
    assert isinstance(outcomes[0], StorageError)
    assert noted(path) == both(2)


async def test_a_part_of_a_unit_can_be_undone_alone(database: SqliteDatabase, path: Path) -> None:
    def in_parts(tx: Tx) -> None:
        inbox.first_sight(tx, 1, 1, at_ms=0)
        with suppress(ValueError), tx.savepoint():
            inbox.first_sight(tx, 1, 2, at_ms=0)
            raise ValueError("part")
        with tx.savepoint():
            inbox.first_sight(tx, 1, 3, at_ms=0)

    await database.write(in_parts)
    assert noted(path) == {(1, 1), (1, 3)}


async def test_many_waiting_units_share_commits(database: SqliteDatabase, path: Path) -> None:
    units = 500
    with commits_of(database) as commits:
        with locked(path):
            writes = [database.write(Notes(n)) for n in range(units)]
            await asyncio.sleep(0.02)
        assert await asyncio.gather(*writes) == list(range(units))
    assert len(commits) <= units / 20
    assert noted(path) == both(*range(units))


async def test_units_hold_up_the_loop_for_a_moment_at_most(database: SqliteDatabase) -> None:
    """Whatever waits: between two commits the loop turns to others."""
    units, each_s = 50, 0.002
    with commits_of(database) as commits:
        await asyncio.gather(*(database.write(Notes(n).takes(each_s)) for n in range(units)))
    assert len(commits) >= units * each_s / UNITS_HOLD_THE_LOOP_S - 1


async def test_what_was_committed_is_brought_into_the_file_itself_beside_the_commits(
    database: SqliteDatabase, path: Path
) -> None:
    def in_the_file_itself() -> set[tuple[int, int]]:
        with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_schema WHERE name = 'messages_seen'")
            if not tables.fetchall():
                return set()
            return set(connection.execute("SELECT chat_id, message_id FROM messages_seen"))

    await database.write(Notes(1))
    assert not in_the_file_itself()
    await eventually(lambda: in_the_file_itself() == both(1))
    await database.write(Notes(2))
    await eventually(lambda: in_the_file_itself() == both(1, 2))


async def test_the_log_stays_small_though_somebody_writes_without_a_pause(
    database: SqliteDatabase, path: Path
) -> None:
    def much(tx: Tx, number: int) -> None:
        inbox.set_aside(tx, number, body="x" * 2_000_000, fault="", at_ms=number)

    for number in range(40):
        await database.write(partial(much, number=number))
    assert path.with_name(f"{path.name}-wal").stat().st_size < 1.5 * LOG_MAX_PAGES * 4096


async def test_a_unit_without_hurry_shares_the_next_commit(database: SqliteDatabase, path: Path) -> None:
    with commits_of(database) as commits:
        patient = database.write(Notes(1), within_s=60)
        await asyncio.sleep(0.02)
        assert not patient.done()
        assert await database.write(Notes(2)) == 2
        assert await patient == 1
    assert len(commits) == 1
    assert noted(path) == both(1, 2)


async def test_a_unit_without_hurry_is_carried_out_in_its_time_though_nobody_else_comes(
    database: SqliteDatabase, path: Path
) -> None:
    assert await asyncio.wait_for(database.write(Notes(1), within_s=0.02), 5) == 1
    assert noted(path) == both(1)


async def test_patience_that_has_ended_hurries_nobody_who_came_later(database: SqliteDatabase) -> None:
    first = database.write(Notes(1), within_s=0.1)
    await database.write(Notes(2))
    await first
    later = database.write(Notes(3), within_s=60)
    await asyncio.sleep(0.2)
    assert not later.done()


async def test_units_are_carried_out_in_the_order_they_were_given(database: SqliteDatabase) -> None:
    order: list[int] = []

    def carried_out(n: int, _: Tx) -> None:
        order.append(n)

    await asyncio.gather(*(database.write(partial(carried_out, n)) for n in range(600)))
    assert order == list(range(600))


async def test_full_and_wal_are_really_on_for_who_writes(database: SqliteDatabase) -> None:
    """With less, a power cut could take back an order that Telegram was told we have."""

    def settings(tx: Tx) -> list[object]:
        # No named statement shows them.
        ask = tx._connection.execute  # noqa: SLF001 - pragmas have no named statement
        return [
            ask(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    assert await database.write(settings) == ["wal", 2, 1]


async def test_a_short_look_need_not_wait_behind_a_long_report(database: SqliteDatabase) -> None:
    released = threading.Event()
    report = asyncio.create_task(database.gather(lambda _: released.wait(30)))
    try:
        async with asyncio.timeout(10):
            assert await database.gather(lambda tx: tx.one("newest_event")) is None
        assert not report.done()
    finally:
        released.set()
    assert await report


async def test_of_many_reports_each_has_its_turn(database: SqliteDatabase) -> None:
    def slow(number: int, _: Tx) -> int:
        time.sleep(0.01)
        return number

    assert await asyncio.gather(*(database.gather(partial(slow, n)) for n in range(7))) == list(range(7))


async def test_a_reader_cannot_write(database: SqliteDatabase, path: Path) -> None:
    with pytest.raises(StorageError):
        await database.read(Notes(1))
    assert noted(path) == set()
    assert await database.write(Notes(2)) == 2


async def test_nothing_else_waits_for_a_lock_of_somebody_elses(database: SqliteDatabase, path: Path) -> None:
    with locked(path):
        busy = database.write(Notes(1))
        for _ in range(5):
            await asyncio.wait_for(asyncio.sleep(0.001), 1)
            assert await database.read(inbox.cursor) is None
        assert not busy.done()
    assert await busy == 1


async def test_closing_keeps_what_still_waited(path: Path) -> None:
    database = SqliteDatabase(path)
    await database.open()
    writes = [database.write(Notes(n), within_s=60 * (n % 2)) for n in range(5)]
    await database.close()
    assert await asyncio.gather(*writes) == list(range(5))
    assert noted(path) == both(*range(5))
    with pytest.raises(StorageError):
        await database.write(Notes(9))


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
    """Overwrite the end of a file, or make one; give what it holds then."""
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


@contextmanager
def disk_full_at(file: Path) -> Iterator[None]:
    """Let no file of this process grow beyond what `file` has now."""
    size = file.stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_keeps_nothing_says_so_and_passes(database: SqliteDatabase, path: Path) -> None:
    await database.write(Notes(1))
    with disk_full_at(Path(f"{path}-wal")):
        outcomes = await asyncio.gather(*(database.write(Notes(n)) for n in (2, 3)), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [StorageError, StorageError]
        assert await database.read(inbox.cursor) is None
    assert noted(path) == both(1)
    assert await database.write(Notes(4)) == 4
    assert noted(path) == both(1, 4)
