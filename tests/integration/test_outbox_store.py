"""Messages wait in their chat's queue, in order, and are told, held, set aside or given up one by one."""

from functools import partial

from msgspec.structs import replace

from bot.actors import Role
from bot.catalogue.product import DestinationRule
from bot.notices.alarms import NothingToResolve
from bot.notices.buttons import Action, Button, ButtonSpec
from bot.notices.guidance import Help
from bot.notices.orders import OrderFailed
from bot.notices.people import JoinAnswer
from bot.notices.shopping import DestinationPrompt, PromptCancelled
from bot.orders.model import FailureCause
from storage import chats, inbox, outbox
from storage.database import SqliteDatabase
from storage.outbox import ChatQueue, OutboxMessage, QueuedMessage
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
    reader_id=1002,
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


async def test_a_message_comes_out_as_it_was_put_in(database: SqliteDatabase) -> None:
    await put(database, FULL, PLAIN)
    assert [waiting.message for waiting in await queue(database)] == [FULL, PLAIN]


async def test_a_queue_is_held_up_by_its_first_message_and_by_no_other_queue(
    database: SqliteDatabase,
) -> None:
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


async def test_a_told_or_buried_message_never_waits_again(database: SqliteDatabase) -> None:
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


async def test_what_became_of_a_message_is_kept_with_the_last_fault_and_the_number_of_tries(
    database: SqliteDatabase,
) -> None:
    await put(database, FULL, FULL, FULL)
    told, failed, waiting = (entry.outbox_id for entry in await queue(database))

    def unit(tx: Tx) -> None:
        for outbox_id in (told, failed, waiting):
            outbox.postpone(tx, outbox_id, due_at_ms=5, fault="ConnectError")
        outbox.mark_sent(tx, told, message_id=70, at_ms=6)
        outbox.mark_failed(tx, failed, fault="poison")
        # What was told stays told, whoever comes late.
        outbox.mark_failed(tx, told, fault="late")
        outbox.drop(tx, told)
        outbox.drop(tx, failed)

    await database.write(unit)
    found = await database.read(lambda tx: outbox.delivery_records(tx, "order:1"))
    assert [(record.state, record.fault) for record in found] == [
        ("sent", None),
        ("failed", "poison"),
        ("waiting", "ConnectError"),
    ]
    rows = await database.read(lambda tx: tx.all("cards_about", subject="order:1"))
    assert [(row["outbox_id"], row["message_id"]) for row in rows] == [(told, 70), (waiting, FULL.edits)]
    (entry,) = await queue(database)
    assert (entry.attempts, entry.ambiguous, entry.rejections, entry.due_at_ms) == (1, 0, 0, 5)


async def edits_of_a_sent_message(database: SqliteDatabase) -> None:
    """Put an edit of a message that is sent by then, known by its number in the outbox alone."""
    await put(database, PLAIN, replace(PLAIN, edits_outbox_id=1, subject="edit"))
    await database.write(lambda tx: outbox.mark_sent(tx, 1, message_id=70, at_ms=1))
    (entry,) = await queue(database)
    assert (entry.outbox_id, entry.message.edits) == (2, 70)


async def test_an_edit_of_what_is_gone_is_said_anew_however_its_message_was_named(
    database: SqliteDatabase,
) -> None:
    await edits_of_a_sent_message(database)
    await database.write(lambda tx: outbox.detach_edit(tx, 2))
    (entry,) = await queue(database)
    assert (entry.message.edits, entry.message.edits_outbox_id) == (None, None)


async def test_an_edit_of_what_never_left_is_void_until_it_leaves_after_all(database: SqliteDatabase) -> None:
    await put(database, *[PLAIN] * 4, *(replace(PLAIN, edits_outbox_id=number) for number in range(1, 5)))

    def unit(tx: Tx) -> None:
        outbox.mark_sent(tx, 1, message_id=70, at_ms=1)
        outbox.drop(tx, 2)
        outbox.mark_failed(tx, 3, fault="poison")

    await database.write(unit)
    found = {entry.outbox_id: (entry.message.edits, entry.is_void) for entry in await queue(database)}
    assert found == {4: (None, False), 5: (70, False), 6: (None, True), 7: (None, True), 8: (None, False)}


async def test_a_lost_topic_is_left_by_its_messages_alone(database: SqliteDatabase) -> None:
    other_topic, other_chat = replace(FULL, thread_id=8), replace(FULL, chat_id=OTHER)
    await put(database, FULL, other_topic, other_chat)
    await database.write(lambda tx: outbox.leave_topic(tx, CHAT, 3))
    assert [waiting.message for waiting in await queue(database)] == [
        replace(FULL, thread_id=None),
        other_topic,
    ]
    assert [waiting.message for waiting in await queue(database, OTHER)] == [other_chat]


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


async def test_the_cards_about_a_subject_are_all_that_an_admin_may_still_see_oldest_first(
    database: SqliteDatabase,
) -> None:
    """A card that waits for an admin who has blocked us must not ask what is settled when it is told."""
    card = replace(PLAIN, subject="order:1")
    await put(database, card, replace(card, chat_id=OTHER), at_ms=9)
    await put(database, card, card, card, at_ms=8)  # the clock was set back
    sent, waiting, dropped, failed = (entry.outbox_id for entry in await queue(database))

    def unit(tx: Tx) -> None:
        outbox.mark_sent(tx, sent, message_id=70, at_ms=1)
        outbox.drop(tx, dropped)
        outbox.mark_failed(tx, failed, fault="poison")
        chats.park(tx, OTHER, why="blocked", at_ms=1)

    await database.write(unit)
    found = await database.read(lambda tx: outbox.cards_about(tx, "order:1"))
    assert found == [(CHAT, 70, sent), (OTHER, None, 2), (CHAT, None, waiting)]


async def test_a_message_is_known_by_the_last_thing_said_with_it(database: SqliteDatabase) -> None:
    for notice, subject in ((NothingToResolve(), "first"), (JoinAnswer(standing=None), "second")):
        await put(database, OutboxMessage(chat_id=CHAT, notice=notice, subject=subject))
        (entry,) = await queue(database)
        await database.write(partial(outbox.mark_sent, outbox_id=entry.outbox_id, message_id=9, at_ms=1))
    found = await database.read(lambda tx: outbox.find_sent(tx, CHAT, 9))
    assert found == ("JoinAnswer", "second")
    assert await database.read(lambda tx: outbox.find_sent(tx, OTHER, 9)) is None


PROMPT = DestinationPrompt(code="s5", name="Simpati 5", price_idr=None, rule=DestinationRule.PHONE)


async def test_a_question_for_a_number_that_was_let_go_is_answered_by_none(database: SqliteDatabase) -> None:
    question = OutboxMessage(chat_id=CHAT, notice=PROMPT, subject="prompt:1")
    await put(database, question, PLAIN, replace(question, chat_id=OTHER, subject="prompt:2"), at_ms=9)
    asked = [await database.read(partial(outbox.last_destination_prompt, chat_id=c)) for c in (CHAT, OTHER)]
    assert asked == [("prompt:1", 9), ("prompt:2", 9)]
    await put(database, replace(question, notice=PromptCancelled()))
    asked = [await database.read(partial(outbox.last_destination_prompt, chat_id=c)) for c in (CHAT, OTHER)]
    assert asked == [None, ("prompt:2", 9)]


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
    await put(database, *others, edits[0], *others, *edits[1:], *others)
    await database.write(lambda tx: outbox.drop_superseded_edits(tx, CHAT, 5))
    left = [*others[:2], *others[:2], edits[2], *others[:2]]
    assert [entry.message for entry in await queue(database)] == left
    assert [entry.message for entry in await queue(database, OTHER)] == [others[2]] * 3


async def test_edits_that_are_set_aside_do_not_pile_up_either(database: SqliteDatabase) -> None:
    others = [replace(PLAIN, edits=6), *(replace(PLAIN, edits=5, chat_id=OTHER),) * 2]
    for chat_id in (CHAT, OTHER):
        await database.write(partial(chats.park, chat_id=chat_id, why="blocked", at_ms=1))
    await put(database, *(replace(PLAIN, edits=5, reply_to=number) for number in range(3)), *others)
    await database.write(lambda tx: outbox.drop_superseded_edits(tx, CHAT, 5))
    for chat_id in (CHAT, OTHER):
        await database.write(partial(chats.unpark, chat_id=chat_id, at_ms=2))
    assert [(entry.message.edits, entry.message.reply_to) for entry in await queue(database)] == [
        (5, 2),
        (6, None),
    ]
    assert [entry.message for entry in await queue(database, OTHER)] == others[1:]


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
