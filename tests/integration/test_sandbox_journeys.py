"""Orders as the page shows them, from what the bot stored; the real bot's are in tests/acceptance."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sandbox.bot_database import (
    BotDatabase,
    BotRecords,
    Event,
    MessageKey,
    SentNotice,
    StoredOrder,
    Unplaced,
)
from sandbox.journey import Journey, journeys
from sandbox.telegram.chats import Message
from sandbox.world import World
from storage.schema import migrate
from tests.integration.sandboxed import SARI

NOTHING = BotRecords(unplaced={}, seen=frozenset(), standings={})


def stored(
    message_id: int, number: str = "081234561111", *, line: int = 1, told: int | None = None
) -> StoredOrder:
    """Return an order that was placed at 10 ms and succeeded at 20; `told` is the message of its result."""
    notices = [SentNotice(created_at_ms=20, sent_at_ms=30, message_id=told)] if told else []
    return StoredOrder(
        trxid=f"22110{message_id:04}{line:03}{number[-5:]}",
        chat_id=SARI,
        message_id=message_id,
        line=line,
        product="s5",
        destination=number,
        ordinal=1,
        state="succeeded",
        overdue=False,
        placed_at_ms=10,
        typed=f"s5.{number}",
        events=(
            Event(at_ms=10, actor="user:1001", state="placed"),
            Event(at_ms=20, actor="biller:reversal", state="succeeded"),
        ),
        sent_notices=tuple(notices),
    )


def records(*orders: StoredOrder, seen: frozenset[MessageKey] = frozenset()) -> BotRecords:
    return BotRecords(orders=orders, unplaced={}, seen=seen, standings={})


def shown(world: World, known: BotRecords) -> list[Journey]:
    return journeys(world.telegram.chats.chats.values(), world.biller.entries, known)


def asked_by_bot(world: World, *, reply_to: int | None = None) -> int:
    """Let the bot say something, as its emulated server would; return the message's id."""
    chat = world.telegram.chats.find(SARI)
    message = Message(
        id=chat.next_message_id(),
        sender=world.telegram.chats.bot,
        at_ms=15,
        text="?",
        markup={"inline_keyboard": [[{"text": "ya", "callback_data": "ya"}]]},
        reply_to=chat.messages[reply_to] if reply_to else None,
    )
    world.telegram.put(chat, message)
    return message.id


def test_what_is_no_order_has_no_way() -> None:
    world = World()
    for text in ("/start", "saldo", "cek 081234566666", "halo, apa kabar?", "081234566666 12345"):
        world.telegram.say(SARI, text)
    said = world.telegram.say(SARI, "s5.081234566666")
    [way] = shown(world, NOTHING)
    assert (way.text, way.message_id, way.state) == ("s5.081234566666", said.message_id, "untaken")
    [way] = shown(world, records(seen=frozenset({(SARI, said.message_id)})))
    assert way.state == "unbought"


def test_an_answer_to_a_question_of_the_bot_is_no_order_of_its_own() -> None:
    world = World()
    question = asked_by_bot(world)
    world.telegram.say(SARI, "a1.12345678", reply_to=question)
    assert shown(world, NOTHING) == []


def test_a_button_under_a_result_buys_another_order_and_hides_none() -> None:
    world = World(now_ms=lambda: 5)
    said = world.telegram.say(SARI, "s5.081234561111\ns5.081234561111").message_id
    result = asked_by_bot(world, reply_to=said)
    world.telegram.press(SARI, result, "ya")
    known = BotRecords(
        orders=(stored(said, told=result), stored(result)),
        unplaced={(SARI, said): (Unplaced(line=2, typed="s5.081234561111"),)},
        seen=frozenset({(SARI, said)}),
        standings={},
    )
    assert [(way.message_id, way.line, way.state) for way in shown(world, known)] == [
        (said, 1, "succeeded"),
        (said, 2, "unbought"),
        (result, 1, "succeeded"),
    ]


def test_a_thousand_orders_are_shown_at_once() -> None:
    world = World()
    orders = []
    for start in range(0, 1000, 100):
        numbers = [f"0812{nth:08}" for nth in range(start, start + 100)]
        said = world.telegram.say(SARI, "\n".join(f"s5.{one}" for one in numbers)).message_id
        orders += [stored(said, one, line=line) for line, one in enumerate(numbers, start=1)]
    started = time.process_time()
    ways = shown(world, records(*orders))
    assert time.process_time() - started < 2  # a hundredth of it here; much slower would be felt
    assert len({way.text for way in ways}) == len(ways) == 1000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "loket.db"


@pytest.fixture
def database(file: Path) -> Iterator[BotDatabase]:
    opened = BotDatabase(file)
    yield opened
    opened.close()


def test_a_database_is_read_as_soon_as_it_is_there(file: Path, database: BotDatabase) -> None:
    assert database.read() is None
    with closing(sqlite3.connect(file, isolation_level=None)) as bots:
        bots.execute("PRAGMA journal_mode = WAL")
        assert database.read() is None  # no table yet
        migrate(bots)
        assert database.read() == NOTHING
        bots.execute("INSERT INTO messages_seen VALUES (1, 2, 3)")
        found = database.read()
        assert found
        assert found.seen == {(1, 2)}
        assert database.read() is found  # nothing has changed


async def test_whoever_watches_hears_of_every_commit_of_another_process(
    file: Path, database: BotDatabase
) -> None:
    heard = asyncio.Event()
    watching = asyncio.create_task(database.watch(heard.set))
    with closing(sqlite3.connect(file, isolation_level=None)) as bots:
        bots.execute("PRAGMA journal_mode = WAL")
        await asyncio.wait_for(heard.wait(), 10)
        heard.clear()
        bots.execute("CREATE TABLE one (one)")
        await asyncio.wait_for(heard.wait(), 10)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
