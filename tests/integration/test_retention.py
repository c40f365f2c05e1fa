"""What cannot be needed again is forgotten, a little at a time, and nothing else however old it is."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.notices.buttons import Action, ButtonSpec
from bot.notices.placing import BatchSummary
from bot.orders.model import Batch
from storage import batches, chats, inbox, outbox
from storage.database import SqliteDatabase
from storage.retention import RetentionLimits, delete_expired
from storage.transaction import Tx
from tests.integration.test_outbox_store import CHAT, FULL, OTHER, PLAIN, put, queue

OLD = RetentionLimits(seen_before_ms=100, outbox_before_ms=100)


async def forget(database: SqliteDatabase, *, limit: int = 10) -> int:
    """Delete all that is old; return how many units it took."""
    units, after = 1, 0
    while (after_this := await database.write(forgetting(after, limit))) is not None:
        assert units < 100
        units, after = units + 1, after_this
    return units


def forgetting(after: int, limit: int) -> Callable[[Tx], int | None]:
    return lambda tx: delete_expired(tx, OLD, after_id=after, limit=limit)


async def test_what_is_old_is_forgotten_a_little_at_a_time_past_what_is_kept(
    database: SqliteDatabase,
) -> None:
    """A busy day's messages forgotten at once would keep everybody waiting for a second."""

    def unit(tx: Tx) -> None:
        for number in range(25):
            outbox.enqueue(tx, replace(PLAIN, chat_id=number), at_ms=99)
            inbox.mark_seen(tx, 1, number, at_ms=99)
        outbox.enqueue(tx, replace(PLAIN, chat_id=25), at_ms=100)
        for number in (*range(10), *range(20, 26)):  # ten in a row are kept, since they still wait
            outbox.mark_sent(tx, number + 1, message_id=number, at_ms=99)

    await database.write(unit)
    assert await forget(database, limit=7) >= 4
    left = await database.read(lambda tx: tx.all("messages_after", outbox_id=0, limit=99))
    assert [row["outbox_id"] for row in left] == [*range(11, 21), 26]
    assert await database.write(lambda tx: inbox.mark_seen(tx, 1, 24, at_ms=100))


def old_and_young(kind: str, tx: Tx) -> None:
    """Store 25 rows of one kind that are old by a moment, and one that is not."""
    batch = Batch(
        chat_id=CHAT, message_id=0, placed_at_ms=0, placed_count=0, unplaced=(), version=1, hold_until_ms=0
    )
    for number, at_ms in enumerate((*[99] * 25, 100), start=1):
        match kind:
            case "messages_seen":
                inbox.mark_seen(tx, 1, number, at_ms=at_ms)
            case "buttons":
                inbox.register_button(tx, str(number), ButtonSpec(action=Action.APPROVE), "", at_ms=at_ms)
            case "batches":
                batches.insert(tx, replace(batch, message_id=number, placed_at_ms=at_ms))
            case _:
                outbox.enqueue(tx, PLAIN, at_ms=at_ms)
                outbox.mark_sent(tx, number, message_id=number, at_ms=at_ms)


@pytest.mark.parametrize("kind", ["messages_seen", "buttons", "batches", "outbox"])
async def test_of_each_kind_all_that_is_old_is_forgotten_though_it_alone_is_many(
    database: SqliteDatabase, path: Path, kind: str
) -> None:
    await database.write(partial(old_and_young, kind))
    assert await forget(database, limit=7) == 4
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(f"SELECT count(*) FROM {kind}").fetchone() == (1,)  # noqa: S608 - ours


async def test_where_nothing_is_old_one_look_is_enough(database: SqliteDatabase) -> None:
    await put(database, *[PLAIN] * 30, at_ms=100)
    assert await forget(database, limit=7) == 1


async def test_however_old_only_what_was_told_or_dropped_is_forgotten(database: SqliteDatabase) -> None:
    """What waits may still be told, and what failed or is parked is what an operator looks for."""
    await put(database, FULL, FULL, FULL, FULL, replace(PLAIN, chat_id=OTHER))
    told, failed, dropped, _ = await queue(database)

    def unit(tx: Tx) -> None:
        outbox.mark_sent(tx, told.outbox_id, message_id=1, at_ms=1)
        outbox.mark_failed(tx, failed.outbox_id, fault="poison")
        outbox.drop(tx, dropped.outbox_id)
        chats.park(tx, OTHER, why="blocked", at_ms=1)

    await database.write(unit)
    assert await forget(database) == 1
    assert await database.read(outbox.counts) == {"waiting": 1, "parked": 1, "failed": 1}
    left = await database.read(lambda tx: tx.all("messages_after", outbox_id=0, limit=99))
    assert told.outbox_id not in {row["outbox_id"] for row in left}
    assert len(left) == 3
    await database.write(lambda tx: chats.unpark(tx, OTHER, at_ms=2))
    assert [entry.message.notice for entry in await queue(database, OTHER)] == [PLAIN.notice]


async def test_a_message_that_is_not_old_is_kept_between_two_that_are(database: SqliteDatabase) -> None:
    """The clock was set back: a later number does not mean a later time."""
    for number, at_ms in enumerate((99, 100, 99), start=1):
        await put(database, PLAIN, at_ms=at_ms)
        await database.write(partial(outbox.mark_sent, outbox_id=number, message_id=number, at_ms=at_ms))
    await forget(database)
    left = await database.read(lambda tx: tx.all("messages_after", outbox_id=0, limit=99))
    assert [row["outbox_id"] for row in left] == [2]


async def test_a_message_is_known_as_seen_until_it_is_old(database: SqliteDatabase) -> None:
    await database.write(lambda tx: inbox.mark_seen(tx, 1, 1, at_ms=0))
    await database.write(lambda tx: inbox.mark_seen(tx, 1, 2, at_ms=100))
    await forget(database)
    assert await database.write(lambda tx: inbox.mark_seen(tx, 1, 1, at_ms=100))
    assert not await database.write(lambda tx: inbox.mark_seen(tx, 1, 2, at_ms=100))


async def test_old_messages_that_made_no_order_are_forgotten_once_their_table_is_told(
    database: SqliteDatabase,
) -> None:
    """They cost their sender nothing, and would fill the disk; what made orders is kept with them."""
    batch = Batch(
        chat_id=CHAT, message_id=0, placed_at_ms=99, placed_count=0, unplaced=(), version=1, hold_until_ms=0
    )
    old, young, bought, untold, parked = (replace(batch, message_id=number) for number in range(5))
    young, bought = replace(young, placed_at_ms=100), replace(bought, placed_count=1)

    def unit(tx: Tx) -> list[Batch | None]:
        for each in (old, young, bought, untold, parked):
            batches.insert(tx, each)
        for each, chat_id in ((parked, OTHER), (untold, CHAT)):
            table = BatchSummary(chat_id=CHAT, message_id=each.message_id)
            subject = f"table:{CHAT}:{each.message_id}"
            outbox.enqueue(tx, replace(PLAIN, chat_id=chat_id, notice=table, subject=subject), at_ms=0)
        chats.park(tx, OTHER, why="blocked", at_ms=0)
        delete_expired(tx, OLD, after_id=0, limit=10)
        return [batches.find(tx, CHAT, number) for number in range(5)]

    assert await database.write(unit) == [None, young, bought, untold, parked]
