"""A chat that closes, comes back or moves keeps its messages, in their order and at its own address."""

from functools import partial

from msgspec.structs import replace

from storage import chats, outbox
from storage.database import SqliteDatabase
from tests.integration.test_outbox_store import (
    CHAT,
    FULL,
    OTHER,
    PLAIN,
    edits_of_a_sent_message,
    put,
    queue,
    queues,
)


async def test_a_parked_queue_comes_back_in_its_order(database: SqliteDatabase) -> None:
    await put(database, FULL, PLAIN, replace(PLAIN, chat_id=OTHER))
    await database.write(lambda tx: chats.park(tx, CHAT, why="blocked", at_ms=1))
    assert [entry.chat_id for entry in await queues(database)] == [OTHER]
    assert await database.read(outbox.counts) == {"waiting": 1, "parked": 2, "failed": 0}
    (record,) = await database.read(lambda tx: outbox.delivery_records(tx, "order:1"))
    assert (record.state, record.fault) == ("parked", "blocked")
    assert await database.write(lambda tx: chats.unpark(tx, CHAT, at_ms=50))
    assert [waiting.message for waiting in await queue(database)] == [FULL, PLAIN]
    assert {waiting.due_at_ms for waiting in await queue(database)} == {50}
    assert not await database.write(lambda tx: chats.unpark(tx, CHAT, at_ms=60))


async def test_a_chat_that_comes_back_brings_no_other_and_nothing_of_its_own_rests_any_longer(
    database: SqliteDatabase,
) -> None:
    """What rested when the chat closed would else come after what was said later of the same order."""
    await put(database, replace(PLAIN, hold_until_ms=900), replace(PLAIN, chat_id=OTHER))
    for chat_id in (CHAT, OTHER):
        await database.write(partial(chats.park, chat_id=chat_id, why="blocked", at_ms=1))
    await database.write(lambda tx: chats.unpark(tx, CHAT, at_ms=2))
    assert [entry.message for entry in await queue(database)] == [PLAIN]
    assert await database.read(outbox.counts) == {"waiting": 1, "parked": 1, "failed": 0}


async def test_a_chat_that_closes_again_or_moves_later_is_known_as_it_stands_last(
    database: SqliteDatabase,
) -> None:
    for at_ms in (1, 3):
        await database.write(partial(chats.park, chat_id=CHAT, why="blocked", at_ms=at_ms))
        await put(database, PLAIN)
        assert await queue(database) == []
        assert await database.write(partial(chats.unpark, chat_id=CHAT, at_ms=at_ms + 1))
        assert len(await queue(database)) == at_ms // 2 + 1
    await database.write(lambda tx: chats.move(tx, CHAT, OTHER, at_ms=5))
    assert await database.read(lambda tx: chats.current(tx, CHAT)) == OTHER
    await database.write(lambda tx: chats.move(tx, CHAT, OTHER - 1, at_ms=6))
    assert await database.read(lambda tx: chats.current(tx, CHAT)) == OTHER - 1


async def test_a_moved_chats_messages_go_where_it_went(database: SqliteDatabase) -> None:
    await put(database, FULL)
    await database.write(lambda tx: chats.move(tx, CHAT, OTHER, at_ms=1))
    await put(database, PLAIN)
    assert await queue(database) == []
    moved, later = await queue(database, OTHER)
    # A supergroup numbers its messages anew: the old numbers would point at somebody else's.
    assert (moved.message.reply_to, moved.message.edits) == (None, None)
    assert later.message.notice == PLAIN.notice
    assert await database.read(lambda tx: chats.current(tx, CHAT)) == OTHER


async def test_an_edit_that_moves_with_its_chat_is_said_anew(database: SqliteDatabase) -> None:
    await edits_of_a_sent_message(database)
    await database.write(lambda tx: chats.move(tx, CHAT, OTHER, at_ms=1))
    (entry,) = await queue(database, OTHER)
    assert (entry.message.edits, entry.message.edits_outbox_id) == (None, None)


async def test_a_message_for_a_chat_that_has_moved_points_at_none_of_its_old_messages(
    database: SqliteDatabase,
) -> None:
    """A supergroup numbers its messages anew: a result must not answer somebody else's order there."""
    await database.write(lambda tx: chats.move(tx, CHAT, OTHER, at_ms=1))
    await put(database, FULL, replace(PLAIN, edits_outbox_id=1))
    for entry in await queue(database, OTHER):
        message = entry.message
        assert (message.reply_to, message.edits, message.edits_outbox_id) == (None, None, None)


async def test_messages_set_aside_are_tried_again_where_their_chat_moved(database: SqliteDatabase) -> None:
    await put(database, PLAIN)
    await database.write(lambda tx: chats.park(tx, CHAT, why="kicked", at_ms=1))
    await database.write(lambda tx: chats.move(tx, CHAT, OTHER, at_ms=2))
    assert [waiting.message.notice for waiting in await queue(database, OTHER)] == [PLAIN.notice]


async def test_a_move_to_itself_moves_nothing(database: SqliteDatabase) -> None:
    await put(database, FULL)
    await database.write(lambda tx: chats.move(tx, CHAT, CHAT, at_ms=1))
    assert [waiting.message for waiting in await queue(database)] == [FULL]


async def test_a_group_that_refuses_messages_for_one_member_is_known_until_that_is_forgotten(
    database: SqliteDatabase,
) -> None:
    async def refused() -> list[bool]:
        return await database.read(
            lambda tx: [chats.refuses_ephemeral(tx, chat_id) for chat_id in (OTHER, OTHER - 1)]
        )

    for _ in range(2):
        await database.write(lambda tx: chats.note_ephemeral_refusal(tx, OTHER, at_ms=1))
    assert await refused() == [True, False]
    await database.write(lambda tx: chats.forget_ephemeral_refusal(tx, OTHER))
    assert await refused() == [False, False]
    await database.write(lambda tx: chats.note_ephemeral_refusal(tx, chats.EVERY_CHAT, at_ms=1))
    assert await refused() == [True, True]
    await database.write(chats.forget_ephemeral_refusals)
    assert await refused() == [False, False]
