"""In a group a hint is shown to the person who typed alone where Telegram takes that, else to all at once."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from bot.delivery.sending import (
    Ambiguous,
    ChatUnreachable,
    EditTargetGone,
    EphemeralAnswer,
    OutgoingMessage,
    RetryLater,
    SendResult,
    Sent,
)
from bot.features.people.bot_access import handle_access_change
from bot.handlers.messages import handle_message
from bot.notices import LazyNotice, is_hint, priority_of
from bot.notices.buttons import VIEW_ACTIONS, Action
from bot.notices.keyboards import keyboard_of
from bot.telegram.client import ApiClient, close_client, open_client
from bot.telegram.parse_update import parse_update
from bot.telegram.sender import Sender
from bot.texts.formatting import lines
from bot.updates import BotAccessChanged, IncomingMessage, MessageKind
from sandbox.telegram.cast import BOT_TOKEN
from storage import chats
from storage.transaction import Tx
from tests.integration.conftest import BUDI, GROUP, SARI, Shop
from tests.integration.fakes import Message, success_of
from tests.integration.sandboxed import GROUP as BOX_GROUP
from tests.integration.sandboxed import Box, sandboxed
from tests.integration.test_deposit import S5
from tests.samples import TO_ADMINS, TO_RESELLERS

HINT = OutgoingMessage(chat_id=BOX_GROUP, text=lines("Ketik:", "s5.081234567890"), only_for=SARI)
WRONG = "s5.0812"
OTHER_GROUP = -1009990002


@pytest.fixture
async def box() -> AsyncIterator[Box]:
    async with sandboxed() as running:
        yield running


@pytest.fixture
async def client(box: Box) -> AsyncIterator[ApiClient]:
    opened = open_client(token=BOT_TOKEN, api_url=box.url)
    yield opened
    await close_client(opened)


async def promoted(box: Box) -> None:
    await box.control("/telegram/admin", chat_id=BOX_GROUP, user_id=BUDI, admin=True)


async def shown(box: Box) -> list[dict[str, Any]]:
    """Return the bot's messages in the group, with who alone sees each."""
    chat = next(chat for chat in (await box.state())["chats"] if chat["id"] == BOX_GROUP)
    return [message for message in chat["messages"] if message["from"]["is_bot"]]


class TestSending:
    async def test_an_admin_of_the_group_shows_it_to_one_member(self, box: Box, client: ApiClient) -> None:
        await promoted(box)
        sent = await Sender(client).send(HINT)
        (message,) = await shown(box)
        assert message["receiver_id"] == SARI
        assert sent == Sent(message_id=message["id"], ephemeral=EphemeralAnswer.SHOWN)
        assert message["id"] < 0
        assert box.world.telegram.violations == []

    async def test_a_plain_member_shows_it_to_all_once(self, box: Box, client: ApiClient) -> None:
        sent = await Sender(client).send(HINT)
        assert isinstance(sent, Sent)
        assert sent.ephemeral is EphemeralAnswer.CHAT_REFUSED
        assert [one["receiver_id"] for one in await shown(box)] == [None]
        assert box.world.telegram.violations == []

    async def test_a_server_of_before_shows_it_to_all_once(self, box: Box, client: ApiClient) -> None:
        await promoted(box)
        await box.control("/telegram/ephemeral", known=False)
        sent = await Sender(client).send(HINT)
        assert isinstance(sent, Sent)
        assert sent.ephemeral is EphemeralAnswer.UNKNOWN
        assert [(one["id"], one["receiver_id"]) for one in await shown(box)] == [(sent.message_id, None)]

    async def test_it_is_edited_for_the_member_who_sees_it(self, box: Box, client: ApiClient) -> None:
        await promoted(box)
        sender = Sender(client)
        sent = await sender.send(HINT)
        assert isinstance(sent, Sent)
        changed = replace(HINT, text=lines("baru"), edits=sent.message_id)
        for _ in range(2):  # the second changes nothing
            assert await sender.send(changed) == Sent(message_id=sent.message_id)
        assert [(one["text"], one["receiver_id"]) for one in await shown(box)] == [("baru", SARI)]
        assert await sender.send(replace(changed, only_for=BUDI)) == EditTargetGone()
        assert await sender.send(replace(changed, edits=-999)) == EditTargetGone()
        assert box.world.telegram.violations == []

    async def test_what_a_member_replies_to_it_can_be_answered_by_a_plain_member_too(
        self, box: Box, client: ApiClient
    ) -> None:
        await promoted(box)
        sent = await Sender(client).send(HINT)
        assert isinstance(sent, Sent)
        said = box.world.telegram.say(BOX_GROUP, "s5.0812", user_id=SARI, reply_to=sent.message_id)
        await box.control("/telegram/admin", chat_id=BOX_GROUP, user_id=BUDI, admin=False)
        answer = await Sender(client).send(replace(HINT, reply_to=said.message_id))
        assert isinstance(answer, Sent)
        assert answer.ephemeral is EphemeralAnswer.SHOWN
        to_all = await Sender(client).send(replace(HINT, reply_to=said.message_id, only_for=None))
        assert isinstance(to_all, Sent)
        assert box.world.telegram.violations == []

    async def test_a_refusal_for_want_of_rights_does_not_close_the_chat(
        self, box: Box, client: ApiClient
    ) -> None:
        words = "Bad Request: need administrator rights in the group chat"
        await box.control("/telegram/fault", method="sendMessage", kind="400", description=words)
        assert isinstance(await Sender(client).send(HINT), Sent)
        assert len(await shown(box)) == 1

    @pytest.mark.parametrize(
        ("kind", "times", "result"),
        [
            ("429", 1, RetryLater),
            ("500", 1, Ambiguous),
            ("reset_after_accepting", 1, Ambiguous),
            ("403", 2, ChatUnreachable),
        ],
    )
    async def test_what_is_no_refusal_of_it_is_not_shown_to_all(
        self, box: Box, client: ApiClient, kind: str, times: int, result: type[SendResult]
    ) -> None:
        await promoted(box)
        await box.control("/telegram/fault", method="sendMessage", kind=kind, times=times)
        assert isinstance(await Sender(client).send(HINT), result)
        assert all(one["receiver_id"] == SARI for one in await shown(box))


class TestSandbox:
    async def test_the_message_is_as_the_api_describes_it(self, box: Box) -> None:
        await promoted(box)
        only = {"receiver_user_id": SARI}
        first, second = [
            await box.done("sendMessage", chat_id=BOX_GROUP, text=text, ephemeral_message_parameters=only)
            for text in ("a", "b")
        ]
        assert (first["message_id"], second["message_id"]) == (0, 0)
        assert first["ephemeral_message_id"] != second["ephemeral_message_id"]
        assert first["receiver_user"]["id"] == SARI

    @pytest.mark.parametrize("method", ["editMessageText", "deleteMessage"])
    async def test_the_methods_of_other_messages_do_not_find_it(self, box: Box, method: str) -> None:
        await promoted(box)
        only = {"receiver_user_id": SARI}
        sent = await box.done("sendMessage", chat_id=BOX_GROUP, text="a", ephemeral_message_parameters=only)
        text = {"text": "b"} if method == "editMessageText" else {}
        for message_id in (0, sent["ephemeral_message_id"], -sent["ephemeral_message_id"]):
            answer = await box.api(method, chat_id=BOX_GROUP, message_id=message_id, **text)
            assert "not found" in answer["description"]

    async def test_only_its_receiver_can_reply_to_it(self, box: Box) -> None:
        await promoted(box)
        only = {"receiver_user_id": SARI}
        await box.done("sendMessage", chat_id=BOX_GROUP, text="a", ephemeral_message_parameters=only)
        (message,) = await shown(box)
        box.world.telegram.say(BOX_GROUP, "ok", user_id=SARI, reply_to=message["id"])
        with pytest.raises(ValueError, match="does not see"):
            box.world.telegram.say(BOX_GROUP, "ok", user_id=BUDI, reply_to=message["id"])

    @pytest.mark.parametrize(("chat_id", "receiver"), [(SARI, SARI), (BOX_GROUP, 9001)])
    async def test_it_goes_to_members_of_groups_only(self, box: Box, chat_id: int, receiver: int) -> None:
        await promoted(box)
        only = {"receiver_user_id": receiver}
        answer = await box.api("sendMessage", chat_id=chat_id, text="a", ephemeral_message_parameters=only)
        assert answer["error_code"] == 400

    async def test_a_plain_member_may_answer_a_tap_for_fifteen_seconds(self, box: Box) -> None:
        telegram = box.world.telegram
        button = {"inline_keyboard": [[{"text": "x", "callback_data": "x"}]]}
        asked = await box.done("sendMessage", chat_id=BOX_GROUP, text="a", reply_markup=button)
        query = telegram.press(BOX_GROUP, asked["message_id"], "x", user_id=SARI)

        async def is_taken(receiver: int) -> bool:
            only = {"receiver_user_id": receiver, "callback_query_id": query}
            return bool(
                (
                    await box.api(
                        "sendMessage", chat_id=BOX_GROUP, text="b", ephemeral_message_parameters=only
                    )
                )["ok"]
            )

        assert await is_taken(SARI)
        assert not await is_taken(BUDI)
        now_ms = telegram.now_ms() + 15_001
        telegram.now_ms = lambda: now_ms
        assert not await is_taken(SARI)


def test_no_hint_decides_anything_or_has_a_content_to_load() -> None:
    hints = [notice for notice in (*TO_RESELLERS, *TO_ADMINS) if is_hint(notice)]
    assert len({type(notice) for notice in hints}) >= 5
    for notice in hints:
        assert {button.action for row in keyboard_of(notice) for button in row} <= VIEW_ACTIONS
        assert not isinstance(notice, LazyNotice)
        assert not priority_of(notice)


@pytest.fixture
def hiding(shop: Shop) -> Shop:
    shop.starts(hides_hints=True)
    return shop


async def last(shop: Shop, text: str, *, by: int = SARI, chat: int = GROUP, **how: Any) -> Message:
    """Return the answer to what a person types in a group."""
    await shop.says(text, by=by, chat=chat, **how)
    shop.clock.passes(2)
    await shop.speaks()
    return shop.sender.to(chat)[-1]


class TestChoosing:
    async def test_unless_it_is_switched_on_all_see_a_hint(self, shop: Shop) -> None:
        assert (await last(shop, WRONG)).outgoing.only_for is None

    @pytest.mark.parametrize(
        "text", [WRONG, "/bantuan", "/start", "/tidakada", "/saldo", "/reseller", "/lap x", "/harga"]
    )
    async def test_help_with_typing_is_for_the_person_who_typed(self, hiding: Shop, text: str) -> None:
        for person in (SARI, BUDI):
            assert (await last(hiding, text, by=person)).outgoing.only_for == person

    async def test_a_list_of_prices_is_turned_for_the_person_who_asked(self, hiding: Shop) -> None:
        await hiding.sells(S5)
        asked = await last(hiding, "/harga s")
        assert (asked.outgoing.only_for, asked.message_id < 0) == (SARI, True)
        button = next(
            button for row in asked.outgoing.keyboard for button in row if button.action is Action.ALL_PRICES
        )
        await hiding.presses(button.data, by=SARI, chat=GROUP, message_id=asked.message_id)
        await hiding.speaks()
        turned = hiding.sender.to(GROUP)[-1].outgoing
        assert (turned.edits, turned.only_for) == (asked.message_id, SARI)
        hiding.sender.loses_edited(GROUP)
        await hiding.presses(button.data, by=SARI, chat=GROUP, message_id=asked.message_id)
        for _ in range(2):
            await hiding.speaks()
            hiding.clock.passes(2)
        again = hiding.sender.to(GROUP)[-1].outgoing
        assert (again.edits, again.only_for) == (None, SARI)

    async def test_orders_and_their_results_are_for_all(self, hiding: Shop) -> None:
        order = await hiding.asks(by=SARI, chat=GROUP)
        await hiding.posts()
        await hiding.speaks()
        await hiding.reversals.receive(success_of(order), remote="1.2.3.4")
        await hiding.speaks()
        await hiding.says(f"s5.{order.destination}", by=SARI, chat=GROUP)  # the same order again
        await hiding.speaks()
        assert len(hiding.sender.to(GROUP)) >= 3
        assert {message.outgoing.only_for for message in hiding.sender.to(GROUP)} == {None}

    async def test_that_nothing_was_bought_or_cancelled_is_for_all(self, hiding: Shop) -> None:
        edited = await last(hiding, "s5.081234567890", kind=MessageKind.EDITED)
        assert "belum ada yang dibeli" in edited.text
        assert edited.outgoing.only_for is None
        cancelled = await last(hiding, "/batal 081234567890")
        assert "tidak bisa dibatalkan" in cancelled.text
        assert cancelled.outgoing.only_for is None

    async def test_in_a_private_chat_nothing_changes(self, hiding: Shop) -> None:
        assert (await last(hiding, WRONG, chat=SARI)).outgoing.only_for is None

    async def test_a_group_that_refused_is_not_asked_again_until_the_bots_rights_change(
        self, hiding: Shop
    ) -> None:
        hiding.sender.ephemeral_answer = EphemeralAnswer.CHAT_REFUSED
        await last(hiding, WRONG)
        hiding.sender.ephemeral_answer = EphemeralAnswer.SHOWN
        for _ in range(2):
            assert (await last(hiding, WRONG)).outgoing.only_for is None
            hiding.starts(hides_hints=True)
        assert (await last(hiding, WRONG, chat=OTHER_GROUP)).outgoing.only_for == SARI
        change = BotAccessChanged(
            chat_id=GROUP, is_private=False, title="Grup", by_name="Budi", was_member=True, can_write=True
        )
        await hiding.disk.write(
            lambda tx: handle_access_change(hiding.context.begin(tx, hiding.clock()), change)
        )
        assert (await last(hiding, WRONG)).outgoing.only_for == SARI

    async def test_a_server_that_does_not_know_it_is_asked_once_for_all_groups(self, hiding: Shop) -> None:
        hiding.sender.ephemeral_answer = EphemeralAnswer.UNKNOWN
        for chat in (GROUP, OTHER_GROUP, GROUP):
            await last(hiding, WRONG, chat=chat)
        assert sum(one.only_for is not None for one in hiding.sender.tries) == 1
        await hiding.disk.write(chats.forget_ephemeral_refusals)
        await last(hiding, WRONG, chat=OTHER_GROUP)
        assert sum(one.only_for is not None for one in hiding.sender.tries) == 2

    async def test_after_a_lost_answer_all_see_it(self, hiding: Shop) -> None:
        hiding.sender.loses_answers(1)
        await last(hiding, WRONG)
        hiding.clock.passes(5)
        await hiding.speaks()
        assert [one.only_for for one in hiding.sender.tries] == [SARI, None]

    async def test_a_hint_that_comes_late_is_for_all(self, hiding: Shop) -> None:
        hiding.sender.never_connects()
        await hiding.says(WRONG, by=SARI, chat=GROUP)
        await hiding.speaks()
        hiding.sender.takes()
        hiding.clock.passes(16)
        await hiding.speaks()
        assert hiding.sender.to(GROUP)[-1].outgoing.only_for is None


async def test_orders_typed_as_replies_to_hints_are_told_apart_and_each_is_placed(hiding: Shop) -> None:
    """Telegram gives all such messages the id 0."""
    sender = {"id": SARI, "is_bot": False, "first_name": "Sari"}

    def hears(tx: Tx, message: IncomingMessage) -> None:
        handle_message(hiding.context.begin(tx, hiding.clock()), message)

    for number in (7, 8):
        message = {
            "message_id": 0,
            "ephemeral_message_id": number,
            "date": hiding.clock() // 1000,
            "chat": {"id": GROUP, "type": "supergroup", "title": "Grup"},
            "from": sender,
            "text": f"s5.08123456789{number}",
            "reply_to_message": {"message_id": 0, "ephemeral_message_id": 3},
        }
        parsed = parse_update({"update_id": number, "message": message}, username=None)
        assert isinstance(parsed, IncomingMessage)
        assert (parsed.message_id, parsed.reply_to) == (-number, -3)
        await hiding.disk.write(partial(hears, message=parsed))
    assert len(hiding.rows("SELECT trxid FROM orders")) == 2
