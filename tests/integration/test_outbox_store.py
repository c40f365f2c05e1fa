"""Letters wait in their chat's lane, in order, and are told, held, set aside or given up one by one."""

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from bot.actors import Role
from bot.notices.alarms import NothingToResolve
from bot.notices.buttons import Action, Button, ButtonSpec
from bot.notices.guidance import Help
from bot.notices.orders import OrderFailed
from bot.notices.people import JoinAnswer
from bot.notices.placing import BatchSummary
from bot.orders.model import Batch, FailureCause
from storage import batches, chats, inbox, outbox
from storage.database import SqliteDatabase
from storage.outbox import ChatQueue, OutboxMessage, QueuedMessage
from storage.retention import RetentionLimits, delete_expired
from storage.transaction import Tx

CHAT, OTHER = 1001, -100200300
FULL = OutboxMessage(
    chat_id=CHAT,
    thread_id=3,
    reply_to=4,
    edits=5,
    notice=OrderFailed(
        trxid="1" * 17,
        code="s5",
        destination="0812",
        at_ms=1,
        reason="«ß»\n",
        failure_cause=FailureCause.OTHER,
    ),
    keyboard=(
        (Button(action=Action.APPROVE, data="a"), Button(action=Action.REJECT, data="b")),
        (Button(action=Action.CANCEL, data="c"),),
    ),
    subject="order:1",
)
PLAIN = OutboxMessage(chat_id=CHAT, notice=Help(role=Role.RESELLER))


async def put(database: SqliteDatabase, *messages: OutboxMessage, at_ms: int = 0) -> None:
    def unit(tx: Tx) -> None:
        for message in messages:
            outbox.enqueue(tx, message, at_ms=at_ms)

    await database.write(unit)


async def queue(database: SqliteDatabase, chat_id: int = CHAT) -> list[QueuedMessage]:
    return await database.read(lambda tx: outbox.waiting_messages(tx, chat_id, now_ms=0, limit=99))


async def queues(database: SqliteDatabase, now_ms: int = 0) -> list[ChatQueue]:
    found, _ = await database.read(lambda tx: outbox.chat_queues(tx, now_ms=now_ms))
    return found


async def test_a_letter_comes_out_as_it_was_put_in(database: SqliteDatabase) -> None:
    await put(database, FULL, PLAIN)
    assert [waiting.message for waiting in await queue(database)] == [FULL, PLAIN]


async def test_a_lane_is_held_up_by_its_first_letter_and_by_no_other_lane(database: SqliteDatabase) -> None:
    await put(database, PLAIN, PLAIN, replace(PLAIN, chat_id=OTHER))
    first, second = await queue(database)
    await database.write(
        lambda tx: outbox.postpone(tx, first.outbox_id, due_at_ms=900, ambiguous=True, fault="x")
    )
    assert [(queue.chat_id, queue.due_at_ms) for queue in await queues(database)] == [(CHAT, 900), (OTHER, 0)]
    first_again, _ = await queue(database)
    assert (first_again.attempts, first_again.ambiguous) == (1, 1)
    await database.write(lambda tx: outbox.mark_sent(tx, first.outbox_id, message_id=77, at_ms=5))
    assert [waiting.outbox_id for waiting in await queue(database)] == [second.outbox_id]
    assert (await queues(database))[0].due_at_ms == 0


async def test_a_told_or_buried_letter_never_waits_again(database: SqliteDatabase) -> None:
    await put(database, PLAIN, PLAIN)
    told, buried = await queue(database)
    await database.write(lambda tx: outbox.mark_sent(tx, told.outbox_id, message_id=1, at_ms=1))
    await database.write(lambda tx: outbox.mark_failed(tx, buried.outbox_id, fault="poison"))

    def try_all(tx: Tx) -> bool:
        for entry in (told, buried):
            outbox.postpone(tx, entry.outbox_id, due_at_ms=0, ambiguous=False, fault="")
        chats.park(tx, CHAT, why="", at_ms=2)
        return chats.unpark(tx, CHAT, at_ms=3)

    assert not await database.write(try_all)
    assert await queue(database) == []


async def test_a_parked_lane_comes_back_in_its_order(database: SqliteDatabase) -> None:
    await put(database, FULL, PLAIN, replace(PLAIN, chat_id=OTHER))
    await database.write(lambda tx: chats.park(tx, CHAT, why="blocked", at_ms=1))
    assert [entry.chat_id for entry in await queues(database)] == [OTHER]
    assert await database.read(outbox.counts) == {"waiting": 1, "parked": 2, "failed": 0}
    assert await database.write(lambda tx: chats.unpark(tx, CHAT, at_ms=50))
    assert [waiting.message for waiting in await queue(database)] == [FULL, PLAIN]
    assert not await database.write(lambda tx: chats.unpark(tx, CHAT, at_ms=60))


async def test_a_moved_chats_letters_go_where_it_went(database: SqliteDatabase) -> None:
    await put(database, FULL)
    await database.write(lambda tx: chats.move(tx, CHAT, OTHER, at_ms=1))
    await put(database, PLAIN)
    assert await queue(database) == []
    moved, later = await queue(database, OTHER)
    # A supergroup numbers its messages anew: the old numbers would point at somebody else's.
    assert (moved.message.reply_to, moved.message.edits) == (None, None)
    assert later.message.notice == PLAIN.notice
    assert await database.read(lambda tx: chats.current(tx, CHAT)) == OTHER


async def test_a_letter_for_a_chat_that_has_moved_points_at_none_of_its_old_messages(
    database: SqliteDatabase,
) -> None:
    """A supergroup numbers its messages anew: a result must not answer somebody else's order there."""
    await database.write(lambda tx: chats.move(tx, CHAT, OTHER, at_ms=1))
    await put(database, FULL)
    (message,) = await queue(database, OTHER)
    assert (message.message.reply_to, message.message.edits) == (None, None)


async def test_letters_set_aside_are_tried_again_where_their_chat_moved(database: SqliteDatabase) -> None:
    await put(database, PLAIN)
    await database.write(lambda tx: chats.park(tx, CHAT, why="kicked", at_ms=1))
    await database.write(lambda tx: chats.move(tx, CHAT, OTHER, at_ms=2))
    assert [waiting.message.notice for waiting in await queue(database, OTHER)] == [PLAIN.notice]


async def test_a_move_to_itself_moves_nothing(database: SqliteDatabase) -> None:
    await put(database, FULL)
    await database.write(lambda tx: chats.move(tx, CHAT, CHAT, at_ms=1))
    assert [waiting.message for waiting in await queue(database)] == [FULL]


async def test_a_lost_topic_is_left_by_its_letters_alone(database: SqliteDatabase) -> None:
    other_topic = replace(FULL, thread_id=8)
    await put(database, FULL, other_topic)
    await database.write(lambda tx: outbox.leave_topic(tx, CHAT, 3))
    assert [waiting.message for waiting in await queue(database)] == [
        replace(FULL, thread_id=None),
        other_topic,
    ]


async def test_what_waits_about_a_closed_subject_is_dropped(database: SqliteDatabase) -> None:
    told, waiting, other = FULL, replace(FULL, chat_id=OTHER), replace(FULL, subject="order:2")
    await put(database, told)
    (first,) = await queue(database)
    await database.write(lambda tx: outbox.mark_sent(tx, first.outbox_id, message_id=70, at_ms=1))
    await put(database, waiting, other)
    await database.write(lambda tx: outbox.drop_waiting_about(tx, "order:1"))
    assert [entry.message for entry in await queue(database)] == [other]
    assert await queue(database, OTHER) == []
    (card,) = await database.read(lambda tx: outbox.cards_about(tx, "order:1"))
    assert card[:2] == (CHAT, 70)


async def test_a_message_is_known_by_the_last_thing_said_with_it(database: SqliteDatabase) -> None:
    for notice, subject in ((NothingToResolve(), "first"), (JoinAnswer(standing=None), "second")):
        await put(database, OutboxMessage(chat_id=CHAT, notice=notice, subject=subject))
        (entry,) = await queue(database)
        await database.write(partial(outbox.mark_sent, outbox_id=entry.outbox_id, message_id=9, at_ms=1))
    found = await database.read(lambda tx: outbox.find_sent(tx, CHAT, 9))
    assert found == ("JoinAnswer", "second")
    assert await database.read(lambda tx: outbox.find_sent(tx, OTHER, 9)) is None


async def test_what_was_said_about_lately_is_known(database: SqliteDatabase) -> None:
    await put(database, FULL, at_ms=100)
    assert await database.read(lambda tx: outbox.was_enqueued_since(tx, "order:1", since_ms=100))
    assert not await database.read(lambda tx: outbox.was_enqueued_since(tx, "order:1", since_ms=101))
    assert await database.read(lambda tx: outbox.is_kind_waiting(tx, CHAT, "OrderFailed"))
    assert not await database.read(lambda tx: outbox.is_kind_waiting(tx, OTHER, "OrderFailed"))


async def test_what_is_set_aside_still_waits_for_its_chat(database: SqliteDatabase) -> None:
    await put(database, FULL)
    await database.write(lambda tx: chats.park(tx, CHAT, why="blocked", at_ms=1))
    assert await database.read(lambda tx: outbox.is_kind_waiting(tx, CHAT, "OrderFailed"))


async def test_of_the_edits_of_a_message_the_last_is_kept(database: SqliteDatabase) -> None:
    others = [PLAIN, replace(PLAIN, edits=6), replace(PLAIN, edits=5, chat_id=OTHER)]
    edits = [replace(PLAIN, edits=5, reply_to=number) for number in range(3)]
    await put(database, edits[0], *others, *edits[1:])
    await database.write(lambda tx: outbox.drop_superseded_edits(tx, CHAT, 5))
    assert [entry.message for entry in await queue(database)] == [*others[:2], edits[2]]
    assert [entry.message for entry in await queue(database, OTHER)] == [others[2]]


async def test_edits_that_are_set_aside_do_not_pile_up_either(database: SqliteDatabase) -> None:
    await database.write(lambda tx: chats.park(tx, CHAT, why="blocked", at_ms=1))
    await put(database, *(replace(PLAIN, edits=5, reply_to=number) for number in range(3)))
    await database.write(lambda tx: outbox.drop_superseded_edits(tx, CHAT, 5))
    await database.write(lambda tx: chats.unpark(tx, CHAT, at_ms=2))
    assert [entry.message.reply_to for entry in await queue(database)] == [2]


KEY = ButtonSpec(action=Action.CONFIRM_SUCCESS, payload="SN", owner_id=7)


async def test_a_button_is_known_by_whose_it_is_before_and_after_its_press(database: SqliteDatabase) -> None:
    await database.write(lambda tx: inbox.register_button(tx, "n", KEY, "order:1", at_ms=1))
    await database.write(
        lambda tx: inbox.register_button(tx, "m", ButtonSpec(action=Action.APPROVE), "person:1", at_ms=1)
    )
    await database.write(lambda tx: inbox.use_button(tx, "n", user_id=7, at_ms=2))
    found = await database.read(
        lambda tx: [inbox.button_owner(tx, nonce) for nonce in ("n", "m", "none of ours")]
    )
    assert found == [inbox.ButtonOwner(owner_id=7), inbox.ButtonOwner(owner_id=None), None]


async def test_a_button_works_once(database: SqliteDatabase) -> None:
    await database.write(lambda tx: inbox.register_button(tx, "n", KEY, "order:1", at_ms=1))
    first = await database.write(lambda tx: inbox.use_button(tx, "n", user_id=1, at_ms=2))
    assert first == inbox.UsedButton(
        action=Action.CONFIRM_SUCCESS, subject="order:1", payload="SN", owner_id=7, offered_at_ms=1
    )
    assert await database.write(lambda tx: inbox.use_button(tx, "n", user_id=1, at_ms=3)) is None
    assert await database.write(lambda tx: inbox.use_button(tx, "none of ours", user_id=1, at_ms=3)) is None


OLD = RetentionLimits(seen_before_ms=100, outbox_before_ms=100)


async def forget(database: SqliteDatabase, *, limit: int = 10) -> int:
    """Forget all that is old; give how many units it took."""
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
    """A busy day's letters forgotten at once would keep everybody waiting for a second."""

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
    old, young, bought, untold = (replace(batch, message_id=number) for number in range(4))
    young, bought = replace(young, placed_at_ms=100), replace(bought, placed_count=1)
    table = replace(
        PLAIN, notice=BatchSummary(chat_id=CHAT, message_id=untold.message_id), subject=f"table:{CHAT}:3"
    )

    def unit(tx: Tx) -> list[Batch | None]:
        for each in (old, young, bought, untold):
            batches.insert(tx, each)
        outbox.enqueue(tx, table, at_ms=0)
        delete_expired(tx, OLD, after_id=0, limit=10)
        return [batches.find(tx, CHAT, each.message_id) for each in (old, young, bought, untold)]

    assert await database.write(unit) == [None, young, bought, untold]
