"""Confirmed updates are stored: each takes effect once, and bad ones are stored without stopping others."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.actors import Standing
from bot.delivery.sending import OutgoingMessage
from bot.grammar.parsed import InputError
from bot.notices.guidance import AdminsOnly, NotUnderstood
from bot.notices.people import JoinAnswer
from bot.telegram.receiver import UpdateReceiver
from bot.texts.buttons import toast_text
from storage.errors import StorageError
from storage.outbox import NewMessage, OutboxMessage, QueuedMessage
from tests.integration.conftest import BUDI, GROUP, RINA, SARI, STRANGER, Shop
from tests.integration.fakes import START_MS, a_message, eventually, order_text

Update = dict[str, Any]

PHOTO: list[Update] = [{"file_id": "f", "file_unique_id": "u", "width": 90, "height": 90}]


def in_group(update_id: int, text: object = ..., **more: Any) -> Update:
    return a_message(update_id, text, chat={"id": GROUP, "type": "supergroup", "title": "G"}, **more)


def by(user_id: int, update: Update) -> Update:
    sender = {"id": user_id, "is_bot": False, "first_name": "X"}
    return {**update, "message": {**update["message"], "from": sender}}


def a_press(update_id: int, nonce: str, *, user: int = RINA) -> Update:
    under = {"message_id": 5, "date": START_MS // 1000, "chat": {"id": user, "type": "private"}}
    sender = {"id": user, "is_bot": False, "first_name": "Rina"}
    query = {"id": f"q{update_id}", "from": sender, "message": under, "chat_instance": "c", "data": nonce}
    return {"update_id": update_id, "callback_query": query}


POISON: dict[str, Update] = {
    "an id that no database holds": by(1 << 70, a_message(2)),
    "a chat without an id": a_message(2, chat={"type": "private"}),
    "a number that is none": a_message(2, message_id={}),
    "a number with a half": a_message(2, message_id=2.5),
    "a date beyond time": a_message(2, date=1 << 60),
    "a list for a message": {"update_id": 2, "message": [1, 2]},
    "a number for a text": a_message(2, text=12345),
}


@dataclass
class FakeAnswerer:
    """Records callback answers and direct messages."""

    toasts: list[tuple[str, str]] = field(default_factory=list)
    unkept: list[OutgoingMessage] = field(default_factory=list)

    def answer_callback(self, callback_id: str, text: str) -> None:
        self.toasts.append((callback_id, text))

    def send_direct(self, outgoing: OutgoingMessage) -> None:
        self.unkept.append(outgoing)


def receiver_of(shop: Shop) -> UpdateReceiver:
    return UpdateReceiver(
        database=shop.disk,
        context=shop.context,
        sender=FakeAnswerer(),
        now_ms=shop.clock,
        claim_orders=shop.submitter.claim,
        order_posts=shop.submitter,
        acknowledgements=shop.messenger,
        scan_outbox=shop.messenger.scan,
        imports_wake_up=shop.imports_wake_up,
    )


@pytest.fixture
def answerer() -> FakeAnswerer:
    return FakeAnswerer()


@pytest.fixture
def receiver(shop: Shop, answerer: FakeAnswerer) -> UpdateReceiver:
    return UpdateReceiver(
        database=shop.disk,
        context=shop.context,
        sender=answerer,
        now_ms=shop.clock,
        claim_orders=shop.orders_wake_up.set,
        scan_outbox=shop.outbox_wake_up.set,
        imports_wake_up=shop.imports_wake_up,
        clock=shop.clock_watch,
    )


def orders_in(shop: Shop) -> list[int]:
    return [row["message_id"] for row in shop.rows("SELECT message_id FROM orders ORDER BY message_id")]


def cursor_of(shop: Shop) -> int | None:
    rows = shop.rows("SELECT next_update_id FROM poll_cursor")
    return rows[0]["next_update_id"] if rows else None


class TestTaking:
    async def test_an_order_is_taken_in_as_it_was_written(self, shop: Shop, receiver: UpdateReceiver) -> None:
        await receiver.receive([a_message(1)])
        (order,) = shop.rows("SELECT * FROM orders")
        assert (order["chat_id"], order["message_id"], order["user_id"]) == (SARI, 1, SARI)
        assert (order["requested_at_ms"], order["destination"]) == (START_MS, "081234567891")

    async def test_all_of_it_or_nothing_is_kept_with_how_far_the_poller_is(
        self, shop: Shop, receiver: UpdateReceiver
    ) -> None:
        """An offset stored without its effects would lose orders; effects without it would be repeated."""
        shop.disk.refuses_writes(1)
        with pytest.raises(StorageError):
            await receiver.receive([a_message(1), a_message(2)], next_update_id=3)
        assert (orders_in(shop), cursor_of(shop), shop.messages(SARI)) == ([], None, [])
        await receiver.receive([a_message(1), a_message(2)], next_update_id=3)
        assert (orders_in(shop), cursor_of(shop)) == ([1, 2], 3)

    async def test_a_repeated_update_does_nothing_more(self, shop: Shop, receiver: UpdateReceiver) -> None:
        for _ in range(3):
            await receiver.receive([a_message(1)])
        assert (orders_in(shop), shop.kinds(SARI)) == ([1], ["OrderReceived"])

    async def test_a_message_is_known_though_update_ids_begin_anew(
        self, shop: Shop, receiver: UpdateReceiver
    ) -> None:
        await receiver.receive([a_message(900)])
        await receiver.receive([a_message(1, message_id=900)])
        await receiver.receive([a_message(900, order_text(1), message_id=901)])
        assert orders_in(shop) == [900, 901]

    @pytest.mark.parametrize("poison", POISON.values(), ids=POISON.keys())
    async def test_an_update_that_cannot_be_handled_is_set_aside_and_the_others_are_taken(
        self, shop: Shop, receiver: UpdateReceiver, poison: Update
    ) -> None:
        await receiver.receive([a_message(1), poison, a_message(3)], next_update_id=4)
        assert (orders_in(shop), cursor_of(shop)) == ([1, 3], 4)
        (row,) = shop.rows("SELECT update_id, fault, body FROM failed_updates")
        assert row["update_id"] == 2
        assert row["fault"]
        assert json.loads(row["body"]) == poison

    async def test_a_poison_that_comes_again_is_kept_once_and_stops_nobody(
        self, shop: Shop, receiver: UpdateReceiver
    ) -> None:
        poison = POISON["a list for a message"]
        await receiver.receive([poison, a_message(1)], next_update_id=3)
        await receiver.receive([poison, a_message(3)], next_update_id=4)
        assert (orders_in(shop), cursor_of(shop)) == ([1, 3], 4)
        assert len(shop.rows("SELECT * FROM failed_updates")) == 1

    async def test_what_was_set_aside_left_nothing_half_done(
        self, shop: Shop, receiver: UpdateReceiver
    ) -> None:
        shop.random_suffix.next_are(*[7] * 1000)  # the second order finds no free trxid
        await receiver.receive([a_message(1), a_message(2)], next_update_id=3)
        assert orders_in(shop) == [1]
        assert shop.rows("SELECT message_id FROM messages_seen") == [{"message_id": 1}]
        assert [row["fault"] for row in shop.rows("SELECT fault FROM failed_updates")] == ["RuntimeError"]

    async def test_a_poison_as_long_as_a_book_is_cut(self, shop: Shop, receiver: UpdateReceiver) -> None:
        await receiver.receive([POISON["a list for a message"] | {"padding": "x" * 500_000}])
        (row,) = shop.rows("SELECT length(body) AS length FROM failed_updates")
        assert row["length"] == 20_000

    async def test_half_a_character_spoils_only_itself(self, shop: Shop, receiver: UpdateReceiver) -> None:
        await receiver.receive([a_message(1, "halo \ud83d"), a_message(2)])
        assert shop.kinds(SARI) == ["NotUnderstood", "OrderReceived"]

    async def test_the_bells_ring_once_it_is_kept(self, shop: Shop, receiver: UpdateReceiver) -> None:
        await receiver.receive([a_message(1)])
        await shop.orders_wake_up.wait(0.5)
        await shop.outbox_wake_up.wait(0.5)
        await shop.posts()
        assert len(shop.biller.posts) == 1


class Stumbling:
    """Fails at the message that acknowledges an order, when the order is stored and claimed."""

    def offer(self) -> "Stumbling":
        return self

    def begin(self) -> None:
        pass

    def add(self, _: object) -> None:
        raise ValueError("stumbled")

    def send_once_stored(self, offer: object, storing: object) -> None:
        pass


def new_message(chat_id: int) -> NewMessage:
    """Return a message that was just enqueued for a chat in which no other waits."""
    message = OutboxMessage(chat_id=chat_id, notice=AdminsOnly())
    queued = QueuedMessage(
        outbox_id=chat_id,
        message=message,
        due_at_ms=START_MS,
        attempts=0,
        ambiguous=0,
        rejections=0,
        created_at_ms=START_MS,
    )
    return NewMessage(chat_id=chat_id, next=queued)


class TestClaimingAtOnce:
    async def test_an_order_is_claimed_and_posted_with_the_commit_that_stores_it(self, shop: Shop) -> None:
        await shop.asks("s5.08111111111")  # opens the shop of the reseller
        await shop.posts()
        await shop.speaks()
        seen: list[Any] = []
        shop.biller.sees = lambda order: seen.append(
            shop.rows("SELECT kind, state_after FROM order_events WHERE trxid = ?", order.trxid)
        )
        await receiver_of(shop).receive([a_message(101)])
        await shop.settled()
        placed = {"kind": "Placed", "state_after": "placed"}
        claimed = {"kind": "Claimed", "state_after": "submitting"}
        assert seen == [[placed, claimed]]
        await eventually(lambda: [message.chat_id for message in shop.sender.to(SARI)] == [SARI, SARI])

    async def test_what_was_not_stored_is_not_posted_and_its_room_and_chat_are_free_again(
        self, shop: Shop
    ) -> None:
        shop.starts(biller_concurrency=1)
        first = await shop.asks("s5.08111111111")
        await shop.posts()
        await shop.speaks()
        receiver = receiver_of(shop)
        shop.disk.refuses_writes(1)
        with pytest.raises(StorageError):
            await receiver.receive([a_message(101)])
        assert shop.biller.trxids == [first.trxid]
        await receiver.receive([a_message(101)])
        await eventually(lambda: len(shop.biller.trxids) == 2)
        await eventually(lambda: len(shop.sender.to(SARI)) == 2)

    async def test_an_order_whose_update_failed_after_its_claim_is_not_posted(self, shop: Shop) -> None:
        first = await shop.asks("s5.08111111111")
        await shop.posts()
        receiver = receiver_of(shop)
        receiver._acknowledgements = Stumbling()  # noqa: SLF001 - what fails behind the claim
        await receiver.receive([a_message(101)])
        await shop.settled()
        assert shop.rows("SELECT fault FROM failed_updates") == [{"fault": "ValueError"}]
        assert shop.rows("SELECT trxid FROM orders") == [{"trxid": first.trxid}]
        assert shop.biller.trxids == [first.trxid]

    async def test_an_order_does_not_overtake_one_that_waits(self, shop: Shop) -> None:
        await shop.asks("s5.08111111111")
        await shop.posts()
        waiting = await shop.asks("s5.08222222222", by=BUDI)
        await receiver_of(shop).receive([a_message(101)])
        await eventually(lambda: len(shop.biller.trxids) == 3)
        assert shop.biller.trxids[1] == waiting.trxid

    async def test_no_room_is_reserved_while_a_claim_may_take_it(self, shop: Shop) -> None:
        await shop.asks("s5.08111111111")
        await shop.posts()
        await shop.asks("s5.08222222222", by=BUDI)
        assert shop.submitter.reserve() is not None
        shop.submitter.claim()
        assert shop.submitter.reserve() is None
        await eventually(lambda: len(shop.biller.trxids) == 2)
        assert shop.submitter.reserve() is not None

    async def test_a_message_is_left_to_a_scan_in_progress_and_to_one_after_another_run(
        self, shop: Shop
    ) -> None:
        await shop.settled()
        offer = shop.messenger.offer()
        assert offer is not None
        first, second = new_message(SARI), new_message(BUDI)
        offer.add(first)
        assert offer.taken == [first.next]
        offer.begin()
        assert (offer.taken, offer.needs_scan) == ([], True)
        shop.messenger.scan()
        offer.add(second)
        assert (offer.taken, offer.behind) == ([], {BUDI})

    async def test_an_order_that_was_bought_today_is_bought_no_second_time(self, shop: Shop) -> None:
        await shop.asks("s5.08111111111")
        await shop.posts()
        receiver = receiver_of(shop)
        for number in range(3):
            await receiver.receive([a_message(101 + number, order_text(7))])
        await shop.settled()
        assert len(shop.biller.trxids) == 2
        assert shop.kinds(SARI)[-2:] == ["OrderRepeated", "OrderRepeated"]


class TestReading:
    @pytest.mark.parametrize(
        "more",
        [
            {"forward_origin": {"type": "hidden_user", "date": 0, "sender_user_name": "X"}},
            {"sender_chat": {"id": GROUP, "type": "supergroup", "title": "G"}},
            {"from": None},
            {"from": {"id": 7, "is_bot": True, "first_name": "Bot"}},
            {"text": None, "caption": order_text(1)},
        ],
        ids=["forwarded", "an anonymous admin", "a channel", "a bot", "a caption"],
    )
    async def test_only_a_persons_own_text_orders(
        self, shop: Shop, receiver: UpdateReceiver, more: dict[str, Any]
    ) -> None:
        await receiver.receive([a_message(1, **more), in_group(2, **more)])
        assert orders_in(shop) == []
        assert shop.rows("SELECT * FROM failed_updates") == []

    @pytest.mark.parametrize("text", [order_text(1), "/saldo", f"{order_text(1)}\n{order_text(2)}"])
    @pytest.mark.parametrize(
        ("sender", "sender_chat"),
        [
            ({"id": 1087968824, "is_bot": True, "first_name": "Group"}, {"id": GROUP, "title": "G"}),
            ({"id": 136817688, "is_bot": True, "first_name": "Channel"}, {"id": -100777, "title": "C"}),
            (None, {"id": -100777, "type": "channel"}),
        ],
        ids=["an anonymous admin", "a channel", "a channel without a user"],
    )
    async def test_who_orders_in_the_name_of_a_chat_is_told_why_not(
        self, shop: Shop, receiver: UpdateReceiver, sender: Update | None, sender_chat: Update, text: str
    ) -> None:
        await receiver.receive(
            [
                in_group(update_id, text, **{"from": sender, "sender_chat": sender_chat})
                for update_id in (1, 2)
            ]
        )
        assert orders_in(shop) == []
        (message,) = shop.messages(GROUP)
        answer = shop.notice(message)
        assert isinstance(answer, NotUnderstood)
        assert answer.input_error is InputError.SENT_AS_CHAT
        assert message["reply_to"] == 1

    @pytest.mark.parametrize(
        "more",
        [
            {"text": "halo semua", "sender_chat": {"id": GROUP}},
            {
                "sender_chat": {"id": -100777},
                "is_automatic_forward": True,
                "forward_origin": {"type": "channel"},
            },
            {"from": {"id": 7, "is_bot": True, "first_name": "Bot"}},
        ],
        ids=["talk", "a post of the linked channel", "another bot"],
    )
    async def test_other_messages_of_chats_and_bots_get_no_answer(
        self, shop: Shop, receiver: UpdateReceiver, more: Update
    ) -> None:
        await receiver.receive([in_group(1, **more)])
        assert shop.messages(GROUP) == []

    @pytest.mark.parametrize("media", ["photo", "document", "video"])
    @pytest.mark.parametrize("group", [False, True], ids=["private", "group"])
    async def test_an_order_in_a_caption_is_told_why_not(
        self, shop: Shop, receiver: UpdateReceiver, media: str, *, group: bool
    ) -> None:
        content = PHOTO if media == "photo" else PHOTO[0]
        captioned: Update = {"text": None, "caption": order_text(1), media: content}
        await receiver.receive([in_group(1, **captioned) if group else a_message(1, **captioned)])
        assert orders_in(shop) == []
        answer = shop.last(GROUP if group else SARI)
        assert isinstance(answer, NotUnderstood)
        assert (answer.input_error, answer.suggestion) == (InputError.CAPTIONED, order_text(1))

    async def test_a_command_in_a_caption_is_run_and_talk_in_a_group_gets_no_answer(
        self, shop: Shop, receiver: UpdateReceiver
    ) -> None:
        await receiver.receive([a_message(1, None, caption="/bantuan", photo=PHOTO)])
        assert shop.kinds(SARI) == ["Help"]
        await receiver.receive([in_group(2, None, caption="foto liburan", photo=PHOTO)])
        assert shop.messages(GROUP) == []

    async def test_a_strangers_request_in_a_caption_is_a_request(
        self, shop: Shop, receiver: UpdateReceiver
    ) -> None:
        chat = {"id": STRANGER, "type": "private"}
        await receiver.receive([by(STRANGER, a_message(1, None, caption="/daftar", photo=PHOTO, chat=chat))])
        assert shop.last(STRANGER) == JoinAnswer(standing=Standing.ASKED, fresh=True)

    @pytest.mark.parametrize("user", [SARI, STRANGER, RINA])
    @pytest.mark.parametrize(
        "service",
        [
            {"pinned_message": {"message_id": 1}},
            {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86_400}},
            {"new_chat_members": [{"id": 7, "is_bot": False, "first_name": "X"}]},
            {"left_chat_member": {"id": 7, "is_bot": False, "first_name": "X"}},
            {"new_chat_title": "Loket"},
            {"group_chat_created": True},
            {"chat_background_set": {}},
            {"write_access_allowed": {}},
            {"something_new": {}},
        ],
        ids=lambda service: next(iter(service)),
    )
    async def test_a_service_message_gets_no_answer(
        self, shop: Shop, receiver: UpdateReceiver, service: Update, user: int
    ) -> None:
        chat = {"id": user, "type": "private"}
        private = by(user, a_message(1, None, chat=chat, **service))
        await receiver.receive([private, by(user, in_group(2, None, **service))])
        assert shop.messages(user) == shop.messages(GROUP) == []

    @pytest.mark.parametrize("content", ["photo", "sticker", "voice", "location", "contact"])
    async def test_a_picture_or_other_content_in_private_is_answered(
        self, shop: Shop, receiver: UpdateReceiver, content: str
    ) -> None:
        await receiver.receive([a_message(1, None, **{content: PHOTO if content == "photo" else {}})])
        assert shop.kinds(SARI) == ["NotUnderstood"]

    @pytest.mark.parametrize("kind", ["edited_message", "channel_post", "edited_channel_post"])
    async def test_edits_and_channel_posts_never_order(
        self, shop: Shop, receiver: UpdateReceiver, kind: str
    ) -> None:
        update = a_message(1)
        await receiver.receive([{"update_id": 1, kind: update["message"]}])
        assert orders_in(shop) == []

    async def test_kinds_of_update_that_come_with_time_are_passed_over(
        self, shop: Shop, receiver: UpdateReceiver
    ) -> None:
        await receiver.receive([{"update_id": 1, "something_new": {}}, {"update_id": 2}], next_update_id=3)
        assert cursor_of(shop) == 3
        assert shop.rows("SELECT * FROM failed_updates") == []

    async def test_a_topic_is_kept_and_a_mere_reply_thread_is_not(
        self, shop: Shop, receiver: UpdateReceiver
    ) -> None:
        topic: dict[str, Any] = {"message_thread_id": 9, "is_topic_message": True}
        await receiver.receive([in_group(1, **topic), in_group(2, message_thread_id=9)])
        rows = shop.rows("SELECT thread_id FROM orders ORDER BY message_id")
        assert [row["thread_id"] for row in rows] == [9, None]

    async def test_a_command_for_another_bot_is_none_of_ours(
        self, shop: Shop, receiver: UpdateReceiver
    ) -> None:
        receiver.username = "loket_bot"
        await receiver.receive([in_group(1, "/bantuan@another_bot")])
        assert shop.messages(GROUP) == []
        await receiver.receive([in_group(2, "/bantuan@Loket_Bot")])
        assert shop.kinds(GROUP) == ["Help"]

    async def test_a_group_that_moved_takes_its_messages_along(
        self, shop: Shop, receiver: UpdateReceiver
    ) -> None:
        await receiver.receive([in_group(1), in_group(2, None, migrate_to_chat_id=-100777)])
        assert shop.kinds(-100777) == ["OrderReceived"]

    async def test_ids_of_52_bits_are_kept_whole(self, shop: Shop, receiver: UpdateReceiver) -> None:
        user = (1 << 52) - 1
        await receiver.receive([by(user, a_message(1, chat={"id": user, "type": "private"}))])
        assert shop.last(user) == JoinAnswer(standing=None)


class TestPresses:
    async def test_a_tap_is_heard_and_answered_after_it_is_kept(
        self, shop: Shop, receiver: UpdateReceiver, answerer: FakeAnswerer
    ) -> None:
        await shop.says("/daftar", by=STRANGER)
        yes = shop.buttons(RINA)["approve"]
        shop.disk.refuses_writes(1)
        with pytest.raises(StorageError):
            await receiver.receive([a_press(1, yes)])
        assert answerer.toasts == []
        await receiver.receive([a_press(1, yes)])
        await receiver.receive([a_press(2, yes)])
        await receiver.receive([a_press(3, yes, user=BUDI)])
        assert answerer.toasts == [
            ("q1", "Disetujui. Orangnya diberi tahu."),
            ("q2", toast_text("used")),
            ("q3", toast_text("not_allowed")),
        ]

    async def test_half_a_character_on_a_button_is_answered_as_none_of_ours(
        self, shop: Shop, receiver: UpdateReceiver, answerer: FakeAnswerer
    ) -> None:
        taps = [a_press(n, data) for n, data in enumerate(("\ud83d", "order:\ud83d", "prices:w0|\ud83d"))]
        await receiver.receive(taps)
        assert [text for _, text in answerer.toasts] == [toast_text("used")] * 3
        assert shop.rows("SELECT * FROM failed_updates") == []

    async def test_a_poisoned_press_is_set_aside(self, shop: Shop, receiver: UpdateReceiver) -> None:
        await receiver.receive([a_press(1, "n" * 100_000), a_press(2, "\ud83d"), a_message(3)])
        assert orders_in(shop) == [3]


async def test_an_old_order_looks_no_younger_by_a_clock_that_is_behind(
    shop: Shop, receiver: UpdateReceiver
) -> None:
    """An hour behind, which the later message shows: the earlier one has waited for twenty minutes."""
    now_s = START_MS // 1000 + 3600
    await receiver.receive([a_message(1, date=now_s - 1200), a_message(2, date=now_s)])
    await shop.posts()
    states = shop.rows("SELECT message_id, state FROM orders ORDER BY message_id")
    assert [row["state"] for row in states] == ["expired", "pending"]
    await shop.clock_watch.run_once()
    assert "ClockWrong" in shop.kinds(RINA)
