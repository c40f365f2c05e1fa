"""What a unit of work may count on, with either engine: whole, alone, durable, whoever gives up waiting."""

import asyncio
import threading
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from storage import inbox, people
from storage.database import SHOP, Database
from storage.errors import StorageError
from storage.transaction import Tx, Unit, write_probe
from tests.integration.engines import View
from tests.integration.notes import Notes, both


def noted(view: View) -> set[tuple[int, int]]:
    rows = view.rows("SELECT chat_id, message_id FROM messages_seen")
    return {(row["chat_id"], row["message_id"]) for row in rows}


async def test_what_write_returned_is_stored(database: Database, view: View) -> None:
    assert await database.write(Notes(7)) == 7
    assert noted(view) == both(7)


async def test_a_read_sees_all_that_was_written_before_it(database: Database) -> None:
    for message_id in range(20):
        await database.write(partial(inbox.move_cursor, next_update_id=message_id, at_ms=0))
        cursor = await database.read(inbox.cursor)
        assert cursor
        assert cursor.next_update_id == message_id


async def test_a_unit_runs_whole_although_its_caller_is_cancelled(database: Database, view: View) -> None:
    async def ask() -> None:
        await database.write(Notes(1))

    caller = asyncio.create_task(ask())
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert await database.write(Notes(2), in_order=True) == 2
    assert noted(view) == both(1, 2)


async def test_one_units_failure_takes_nothing_from_others(database: Database, view: View) -> None:
    units = [Notes(1), Notes(2).fails(ValueError("mine")), Notes(3), Notes(4).fails(KeyError("mine too"))]
    outcomes = await asyncio.gather(*(database.write(unit) for unit in units), return_exceptions=True)
    assert outcomes[::2] == [1, 3]
    assert isinstance(outcomes[1], ValueError)
    assert isinstance(outcomes[3], KeyError)
    assert noted(view) == both(1, 3)


async def test_a_units_own_exception_passes_as_it_is(database: Database) -> None:
    fault = ValueError("mine")
    with pytest.raises(ValueError, match="mine") as raised:
        await database.write(Notes(1).fails(fault))
    assert raised.value is fault


def breaks_a_rule(tx: Tx) -> None:
    inbox.mark_seen(tx, 1, 1, at_ms=0)
    event = {"actor": "", "kind": "", "facts": "", "evidence": None, "state_after": ""}
    tx.run("append_order_event", trxid="no such order", at_ms=0, **event)


async def test_a_broken_rule_of_the_schema_is_a_storage_error_and_stores_nothing(
    database: Database, view: View
) -> None:
    outcomes = await asyncio.gather(
        database.write(breaks_a_rule), database.write(Notes(2)), return_exceptions=True
    )
    assert isinstance(outcomes[0], StorageError)
    assert noted(view) == both(2)


@pytest.mark.parametrize("keys", [None, (SHOP,)], ids=["alone", "beside others"])
async def test_units_beside_one_that_breaks_a_rule_are_stored(
    database: Database, view: View, keys: tuple[str, ...] | None
) -> None:
    units: list[Unit[Any]] = [Notes(1), breaks_a_rule, Notes(3), breaks_a_rule]
    outcomes: list[Any] = await asyncio.gather(
        *(database.write(unit, keys=keys) for unit in units), return_exceptions=True
    )
    assert outcomes[::2] == [1, 3]
    assert all(isinstance(outcome, StorageError) for outcome in outcomes[1::2])
    assert noted(view) == both(1, 3)


async def test_a_part_of_a_unit_can_be_undone_alone(database: Database, view: View) -> None:
    def in_parts(tx: Tx) -> None:
        inbox.mark_seen(tx, 1, 1, at_ms=0)
        with suppress(ValueError), tx.savepoint():
            inbox.mark_seen(tx, 1, 2, at_ms=0)
            raise ValueError("part")
        with tx.savepoint():
            inbox.mark_seen(tx, 1, 3, at_ms=0)

    await database.write(in_parts)
    assert noted(view) == {(1, 1), (1, 3)}


async def test_a_part_that_breaks_a_rule_can_be_survived(database: Database, view: View) -> None:
    def survives(tx: Tx) -> bool:
        try:
            with tx.savepoint():
                breaks_a_rule(tx)
        except Exception as error:
            if tx.is_broken(error):
                raise
        inbox.mark_seen(tx, 2, 2, at_ms=0)
        return True

    assert await database.write(survives)
    assert noted(view) == {(2, 2)}


async def test_a_unit_in_order_sees_all_that_were_given_before_it(database: Database) -> None:
    def count(tx: Tx) -> int:
        return sum(not inbox.mark_seen(tx, 1, number, at_ms=0) for number in range(40))

    for number in range(40):
        database.write(Notes(number))
    assert await database.write(count, in_order=True) == 40


async def test_units_at_the_same_time_run_as_if_each_were_alone(database: Database, view: View) -> None:
    """Each adds one to what it read: none may overlook another."""

    def add_one(tx: Tx) -> None:
        cursor = inbox.cursor(tx)
        inbox.move_cursor(tx, (cursor.next_update_id if cursor else 0) + 1, at_ms=0)

    await asyncio.gather(*(database.write(add_one) for _ in range(30)))
    assert view.rows("SELECT next_update_id FROM poll_cursor") == [{"next_update_id": 30}]


async def test_what_a_unit_looked_for_in_vain_is_not_added_by_another(database: Database, view: View) -> None:
    """A look that finds no row locks none; still only one of these may believe it."""

    def add_if_none(number: int, tx: Tx) -> bool:
        if people.asking(tx, limit=1):
            return False
        tx.run(
            "save_person",
            user_id=number,
            name="",
            username=None,
            owner_id=None,
            standing="asked",
            chat_id=number,
            thread_id=None,
            message_id=None,
            at_ms=0,
            changed_by=None,
        )
        return True

    added = await asyncio.gather(*(database.write(partial(add_if_none, number)) for number in range(20)))
    assert added.count(True) == 1
    assert len(view.rows("SELECT user_id FROM people")) == 1


async def test_a_read_sees_one_moment(database: Database) -> None:
    """What is committed while a read is under way is not seen by its second statement."""

    def twice(tx: Tx) -> tuple[Any, Any]:
        first = inbox.cursor(tx)
        written = threading.Event()
        loop.call_soon_threadsafe(lambda: loop.create_task(write_meanwhile(written)))
        assert written.wait(20)
        return first, inbox.cursor(tx)

    async def write_meanwhile(written: threading.Event) -> None:
        await database.write(partial(inbox.move_cursor, next_update_id=2, at_ms=0))
        written.set()

    loop = asyncio.get_running_loop()
    await database.write(partial(inbox.move_cursor, next_update_id=1, at_ms=0))
    first, second = await database.read_long(twice)
    assert first == second


async def test_of_many_reports_each_has_its_turn(database: Database) -> None:
    def number_of(number: int, tx: Tx) -> int:
        tx.one("newest_event")
        return number

    reads = (database.read_long(partial(number_of, number)) for number in range(7))
    assert await asyncio.gather(*reads) == list(range(7))


async def test_a_reader_cannot_write(database: Database, view: View) -> None:
    for read in (database.read, database.read_long):
        with pytest.raises(StorageError):
            await read(Notes(1))
    assert noted(view) == set()
    assert await database.write(Notes(2)) == 2


async def test_a_unit_without_statements_is_a_unit(database: Database) -> None:
    assert await database.write(lambda _: "done") == "done"
    assert await database.read(lambda _: "read") == "read"


async def test_closing_stores_what_still_waited(view: View) -> None:
    database = view.database()
    await database.open()
    writes = [database.write(Notes(n), within_s=60 * (n % 2)) for n in range(5)]
    await database.close()
    assert await asyncio.gather(*writes) == list(range(5))
    assert noted(view) == both(*range(5))
    for use in (database.write, database.read, database.read_long):
        with pytest.raises(StorageError):
            await use(Notes(9))


async def test_the_server_is_probed_as_often_as_it_fails(database: Database, view: View) -> None:
    for _ in range(3):
        await database.write(write_probe)
    assert view.rows("SELECT writes FROM write_probe") == [{"writes": 3}]


@pytest.mark.parametrize("number", [0, -(1 << 63), (1 << 63) - 1, True])
async def test_integers_have_64_bits(database: Database, number: int) -> None:
    await database.write(partial(inbox.move_cursor, next_update_id=number, at_ms=0))
    cursor = await database.read(inbox.cursor)
    assert cursor
    assert cursor.next_update_id == number


async def test_an_integer_that_has_more_is_an_error_of_the_unit(database: Database) -> None:
    with pytest.raises(OverflowError):
        await database.write(partial(inbox.move_cursor, next_update_id=1 << 63, at_ms=0))


@pytest.mark.parametrize("text", ["", "~'\"\\%_;--", "Rp 5.000 ✅", "a\nb\tc", "\u202e\ufeff", "é" * 3000])
async def test_texts_come_back_as_they_were(database: Database, view: View, text: str) -> None:
    await database.write(partial(inbox.store_failed_update, update_id=1, body=text, fault="", at_ms=0))
    assert view.rows("SELECT body FROM failed_updates") == [{"body": text}]


async def test_a_nul_stops_nothing_and_is_found_by_no_other_text(database: Database, view: View) -> None:
    """A tap can bring one: PostgreSQL stores none."""
    await database.write(partial(inbox.store_failed_update, update_id=1, body="a\x00b", fault="", at_ms=0))
    assert await database.read(lambda tx: tx.one("button_owner", nonce="no\x00nce")) is None
    (row,) = view.rows("SELECT body FROM failed_updates")
    assert row["body"].startswith("a")
    assert row["body"] != "ab"


async def test_texts_are_in_the_order_of_their_bytes(database: Database) -> None:
    """In the order of a language `2611` comes after `~`, and an audit would find nothing below it."""
    keys = ["~", "Z", "a", "2611", "é", "A", "_", "-", " "]

    def unit(tx: Tx) -> list[str]:
        for key in keys:
            changed = {"at_ms": 0, "changed_by": 1}
            tx.run("save_level", level_key=key, name=key, markup_idr=0, markup_bp=0, **changed)
        return [row["level_key"] for row in tx.all("all_levels")]

    assert await database.write(unit) == sorted(keys)


async def test_rows_are_read_by_name_and_by_position(database: Database) -> None:
    def unit(tx: Tx) -> None:
        inbox.move_cursor(tx, 5, at_ms=7)
        row = tx.one("poll_cursor")
        assert row
        assert (row["next_update_id"], row[1], len(row), list(row)) == (5, 7, 2, [5, 7])
        assert dict(row) == {"next_update_id": 5, "moved_at_ms": 7}
        with pytest.raises((IndexError, KeyError)):
            row["no such column"]

    await database.write(unit)


async def test_a_statement_says_how_many_rows_it_changed(database: Database) -> None:
    def unit(tx: Tx) -> list[bool]:
        return [inbox.mark_seen(tx, 1, 1, at_ms=0), inbox.mark_seen(tx, 1, 1, at_ms=0)]

    assert await database.write(unit) == [True, False]


async def test_sums_are_integers(database: Database) -> None:
    def unit(tx: Tx) -> object:
        tx.run("note_topup", amount_idr=(1 << 40), noted_by=1, at_ms=5)
        tx.run("note_topup", amount_idr=7, noted_by=1, at_ms=5)
        row = tx.one("sum_topups", since_ms=0)
        return row["amount_idr"] if row else None

    found = await database.write(unit)
    assert (found, type(found)) == ((1 << 40) + 7, int)


async def test_a_search_takes_wildcards_as_they_are(database: Database) -> None:
    def unit(tx: Tx) -> list[list[int]]:
        for number, name in enumerate(["100% Sari", "Sari_B", "sariXb", "back\\slash"], start=1):
            tx.run(
                "save_person",
                user_id=number,
                name=name,
                username=None,
                owner_id=None,
                standing="asked",
                chat_id=1,
                thread_id=None,
                message_id=None,
                at_ms=0,
                changed_by=None,
            )
        typed = ("0% s", "sari_b", "%", "k\\s", "SARI")
        return [[found.user_id for found in people.matching(tx, part, limit=9)] for part in typed]

    assert await database.write(unit) == [[1], [2], [1], [4], [1, 2, 3]]
