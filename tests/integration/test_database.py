"""What a unit of work may count on: whole, alone, durable, whatever happens to who asked for it."""

import asyncio
import sqlite3
import threading
import time
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest

from storage import inbox
from storage.database import MAX_UNITS_S, SqliteDatabase
from storage.errors import StorageError
from storage.sqlite import SqliteTx
from storage.transaction import Tx, write_probe
from tests.integration.notes import Notes, both, commits_of, locked, noted, statements_of


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
            inbox.mark_seen(tx, 3, 3, at_ms=0)

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
    slow = [Notes(n).takes(0.6 * MAX_UNITS_S) for n in range(4)]
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
        inbox.mark_seen(tx, 1, 1, at_ms=0)
        event = {"actor": "", "kind": "", "facts": "", "evidence": None, "state_after": ""}
        tx.run("append_order_event", trxid="no such order", at_ms=0, **event)

    outcomes = await asyncio.gather(
        database.write(breaks_a_rule), database.write(Notes(2)), return_exceptions=True
    )
    assert isinstance(outcomes[0], StorageError)
    assert noted(path) == both(2)


async def test_a_part_of_a_unit_can_be_undone_alone(database: SqliteDatabase, path: Path) -> None:
    def in_parts(tx: Tx) -> None:
        inbox.mark_seen(tx, 1, 1, at_ms=0)
        with suppress(ValueError), tx.savepoint():
            inbox.mark_seen(tx, 1, 2, at_ms=0)
            raise ValueError("part")
        with tx.savepoint():
            inbox.mark_seen(tx, 1, 3, at_ms=0)

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
    assert len(commits) >= units * each_s / MAX_UNITS_S - 1


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
        assert isinstance(tx, SqliteTx)
        ask = tx._connection.execute  # noqa: SLF001 - pragmas have no named statement
        return [
            ask(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    assert await database.write(settings) == ["wal", 2, 1]


async def test_a_short_look_need_not_wait_behind_a_long_report(database: SqliteDatabase) -> None:
    released = threading.Event()
    report = asyncio.create_task(database.read_long(lambda _: released.wait(30)))
    try:
        async with asyncio.timeout(10):
            assert await database.read_long(lambda tx: tx.one("newest_event")) is None
        assert not report.done()
    finally:
        released.set()
    assert await report


async def test_of_many_reports_each_has_its_turn(database: SqliteDatabase) -> None:
    def slow(number: int, _: Tx) -> int:
        time.sleep(0.01)
        return number

    assert await asyncio.gather(*(database.read_long(partial(slow, n)) for n in range(7))) == list(range(7))


async def test_a_disk_is_probed_as_often_as_it_fails(database: SqliteDatabase, path: Path) -> None:
    for _ in range(3):
        await database.write(write_probe)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT writes FROM write_probe").fetchall() == [(3,)]


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
