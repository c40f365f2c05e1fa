"""What waits to be said comes in order, chat by chat, whether few messages wait or many."""

from typing import Any

import pytest
from msgspec.structs import replace

from bot.notices.orders import (
    AboutOrder,
    OrderFailed,
    OrderOverdue,
    OrderReceived,
    OrderSucceeded,
    OrderUnknown,
    OrderWaiting,
)
from bot.orders.model import FailureCause
from storage import chats, outbox
from storage.database import SqliteDatabase
from storage.outbox import SMALL_OUTBOX, OutboxMessage
from storage.transaction import Tx
from tests.integration.test_outbox_store import CHAT, OTHER, PLAIN, put

CROWD = -999
LATE_MS, LATER_MS = 500, 600


async def queues_at(database: SqliteDatabase, now_ms: int) -> tuple[list[tuple[int, int]], int | None]:
    """Return the chats with messages to send and their due times, and when more messages become due."""
    found, wake_ms = await database.read(lambda tx: outbox.chat_queues(tx, now_ms=now_ms))
    return [(queue.chat_id, queue.due_at_ms) for queue in found if queue.chat_id != CROWD], wake_ms


@pytest.fixture(params=[0, SMALL_OUTBOX], ids=["few", "many"])
async def queues(database: SqliteDatabase, request: pytest.FixtureRequest) -> SqliteDatabase:
    """Queues of every kind, alone or beside a crowd that waits as well."""
    postponed, resting, told, parked, mixed = 9, 8, 7, 6, 5

    def unit(tx: Tx) -> None:
        for chat_id in (postponed, postponed, told, parked, mixed):
            outbox.enqueue(tx, replace(PLAIN, chat_id=chat_id), at_ms=10 * chat_id)
        outbox.postpone(tx, 1, due_at_ms=900, fault="")
        outbox.mark_sent(tx, 3, message_id=1, at_ms=0)
        chats.park(tx, parked, why="", at_ms=0)
        for chat_id, until_ms in ((resting, LATER_MS), (mixed, LATE_MS)):
            rests = replace(PLAIN, chat_id=chat_id, hold_until_ms=until_ms)
            outbox.enqueue(tx, rests, at_ms=10 * chat_id)
        for _ in range(request.param):
            outbox.enqueue(tx, replace(PLAIN, chat_id=CROWD), at_ms=0)

    await database.write(unit)
    return database


async def test_the_longest_waiting_chat_comes_first_and_its_first_message_says_when(
    queues: SqliteDatabase,
) -> None:
    assert await queues_at(queues, LATE_MS - 1) == ([(9, 900), (5, 50)], LATE_MS)


async def test_what_has_rested_joins_and_then_nothing_is_to_be_waited_for(queues: SqliteDatabase) -> None:
    assert await queues_at(queues, LATE_MS) == ([(9, 900), (5, 50)], LATER_MS)
    assert await queues_at(queues, LATER_MS) == ([(9, 900), (5, 50), (8, 80)], None)


async def test_a_message_rests_until_its_moment_though_its_chat_is_spoken_to(
    database: SqliteDatabase,
) -> None:
    rests = replace(PLAIN, hold_until_ms=LATE_MS, subject="rests")
    await put(database, rests, PLAIN, rests, replace(PLAIN, chat_id=OTHER))

    async def waiting_at(now_ms: int) -> list[int]:
        found = await database.read(lambda tx: outbox.waiting_messages(tx, CHAT, now_ms=now_ms, limit=9))
        return [entry.outbox_id for entry in found]

    assert await waiting_at(LATE_MS - 1) == [2]
    assert await waiting_at(LATE_MS) == [1, 2, 3]


async def test_a_subject_rests_as_long_as_the_last_of_its_messages_that_wait(
    database: SqliteDatabase,
) -> None:
    """What is heard of an order later must not be told sooner."""
    messages = [replace(PLAIN, subject="told:1", hold_until_ms=ms) for ms in (300, 500, 900, 400)]
    await put(database, *messages, replace(PLAIN, subject="told:2", hold_until_ms=999))
    await database.write(lambda tx: outbox.mark_sent(tx, 3, message_id=1, at_ms=0))
    assert await database.read(lambda tx: outbox.hold_until_ms(tx, "told:1")) == 500
    await database.write(lambda tx: chats.park(tx, CHAT, why="blocked", at_ms=1))
    assert await database.read(lambda tx: outbox.hold_until_ms(tx, "told:1")) == 500
    assert await database.read(lambda tx: outbox.hold_until_ms(tx, "told:3")) == 0


def about(kind: type[AboutOrder], order: int, *, chat: int = CHAT, rests: bool = False) -> OutboxMessage:
    """Return a message about an order, with the subject that all messages of that order have."""
    more: dict[type[AboutOrder], dict[str, Any]] = {
        OrderSucceeded: {"sn": None},
        OrderFailed: {"reason": "", "failure_cause": FailureCause.OTHER},
    }
    notice: Any = kind(trxid=f"{order:017}", code="s5", destination="0812", at_ms=0, **more.get(kind, {}))
    return OutboxMessage(
        chat_id=chat,
        notice=notice,
        subject=f"told:{order}",
        hold_until_ms=LATE_MS * rests,
    )


@pytest.mark.parametrize("result", [OrderSucceeded, OrderFailed, OrderUnknown])
@pytest.mark.parametrize("told_first", [OrderReceived, OrderWaiting])
async def test_a_chat_far_behind_hears_a_result_without_what_was_to_be_said_before_it(
    database: SqliteDatabase, told_first: type[AboutOrder], result: type[AboutOrder]
) -> None:
    await put(database, about(told_first, 1), about(told_first, 2), about(result, 1), about(result, 2))
    assert await left_of(database, drops=2) == [3, 4]


@pytest.mark.parametrize(
    "messages",
    [
        [about(OrderReceived, 1), about(OrderWaiting, 1)],
        [about(OrderReceived, 1), about(OrderOverdue, 1)],
        [about(OrderOverdue, 1), about(OrderSucceeded, 1)],
        [about(OrderReceived, 1), about(OrderSucceeded, 2)],
        [about(OrderSucceeded, 1), about(OrderReceived, 1)],
        [about(OrderReceived, 1), about(OrderSucceeded, 1, rests=True)],
        [about(OrderReceived, 1, chat=OTHER), about(OrderSucceeded, 1, chat=OTHER)],
        [about(OrderSucceeded, 1), about(OrderSucceeded, 1)],
    ],
    ids=[
        "no result yet",
        "late is no result",
        "what is late is told",
        "another order's result",
        "a result that was there before",
        "a result that still rests",
        "another chat's",
        "two results",
    ],
)
async def test_nothing_else_is_left_unsaid(database: SqliteDatabase, messages: list[OutboxMessage]) -> None:
    await put(database, *messages)
    assert await left_of(database, drops=0) == [1, 2]


async def test_an_acknowledgement_is_not_left_unsaid_for_a_result_that_waits_no_more(
    database: SqliteDatabase,
) -> None:
    await put(database, about(OrderReceived, 1), about(OrderSucceeded, 1))
    await database.write(lambda tx: outbox.mark_sent(tx, 2, message_id=7, at_ms=1))
    assert await left_of(database, drops=0) == [1]


async def left_of(database: SqliteDatabase, *, drops: int) -> list[int]:
    """Pass over what a chat far behind need not be told, so many messages; return what waits then."""
    assert await database.write(lambda tx: outbox.drop_outdated(tx, CHAT, now_ms=LATE_MS - 1)) == drops
    rows = await database.read(lambda tx: tx.all("all_waiting_messages", limit=99))
    return sorted(row["outbox_id"] for row in rows)
