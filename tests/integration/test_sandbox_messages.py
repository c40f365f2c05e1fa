"""Messages, edits, replies and presses fare as they do at Telegram."""

import pytest

from sandbox.telegram.errors import RefusedError
from sandbox.world import World
from tests.integration.sandboxed import GROUP, SARI, Clock, Json, sandboxed

TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


def keyboard(*data: str) -> Json:
    return {"inline_keyboard": [[{"text": one, "callback_data": one} for one in data]]}


async def test_a_sent_message_stands_in_its_chat() -> None:
    async with sandboxed() as box:
        said = box.world.telegram.say(SARI, "s5.081234560000")
        reply = {"message_id": said.message_id, "allow_sending_without_reply": True}
        sent = await box.done(
            "sendMessage", chat_id=SARI, text="<b>Diterima</b> \n", parse_mode="HTML", reply_parameters=reply
        )
        assert sent["text"] == "Diterima"
        assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 8}]
        assert sent["from"]["is_bot"]
        assert sent["reply_to_message"]["message_id"] == said.message_id
        message = await box.world.telegram.wait_for_message(SARI, containing="Diterima")
        assert message.id == sent["message_id"] == said.message_id + 1


async def test_text_without_parse_mode_is_never_markup() -> None:
    async with sandboxed() as box:
        sent = await box.done("sendMessage", chat_id=SARI, text='<b>&"')
        assert sent["text"] == '<b>&"'
        assert "entities" not in sent


async def test_replying_to_nothing_is_refused_unless_allowed() -> None:
    async with sandboxed() as box:
        reply = {"message_id": 99}
        refused = await box.api("sendMessage", chat_id=SARI, text="a", reply_parameters=reply)
        assert refused["description"] == "Bad Request: message to be replied not found"
        allowed = reply | {"allow_sending_without_reply": True}
        sent = await box.done("sendMessage", chat_id=SARI, text="a", reply_parameters=allowed)
        assert "reply_to_message" not in sent
        assert box.world.telegram.violations == []


@pytest.mark.parametrize("chat_id", [777, "@nobody", -1])
async def test_a_chat_that_is_not_there_is_not_found(chat_id: int | str) -> None:
    async with sandboxed() as box:
        refused = await box.api("sendMessage", chat_id=chat_id, text="a")
        assert (refused["error_code"], refused["description"]) == (400, "Bad Request: chat not found")


async def test_a_thread_must_be_known() -> None:
    async with sandboxed() as box:
        refused = await box.api("sendMessage", chat_id=GROUP, text="a", message_thread_id=7)
        assert refused["description"] == "Bad Request: message thread not found"
        box.world.telegram.say(GROUP, "halo", user_id=SARI, thread_id=7)
        sent = await box.done("sendMessage", chat_id=GROUP, text="a", message_thread_id=7)
        assert sent["message_thread_id"] == 7


async def test_an_edit_replaces_text_and_buttons() -> None:
    async with sandboxed() as box:
        sent = await box.done("sendMessage", chat_id=SARI, text="a", reply_markup=keyboard("ya"))
        where = {"chat_id": SARI, "message_id": sent["message_id"]}
        edited = await box.done("editMessageText", **where, text="b")
        assert edited["text"] == "b"
        assert edited["edit_date"] > 0
        assert "reply_markup" not in edited
        marked = await box.done("editMessageReplyMarkup", **where, reply_markup=keyboard("x"))
        assert marked["reply_markup"] == keyboard("x")


async def test_an_edit_that_changes_nothing_is_said_to() -> None:
    async with sandboxed() as box:
        sent = await box.done("sendMessage", chat_id=SARI, text="a")
        where = {"chat_id": SARI, "message_id": sent["message_id"]}
        for refused in (
            await box.api("editMessageText", **where, text="a"),
            await box.api("editMessageReplyMarkup", **where),
        ):
            assert refused["description"].startswith("Bad Request: message is not modified")


async def test_only_the_bots_own_messages_are_edited() -> None:
    async with sandboxed() as box:
        gone = await box.api("editMessageText", chat_id=SARI, message_id=9, text="a")
        assert gone["description"] == "Bad Request: message to edit not found"
        said = box.world.telegram.say(SARI, "a")
        alien = await box.api("editMessageText", chat_id=SARI, message_id=said.message_id, text="b")
        assert alien["description"] == "Bad Request: message can't be edited"


async def test_a_deleted_message_is_gone() -> None:
    async with sandboxed() as box:
        sent = await box.done("sendMessage", chat_id=SARI, text="a")
        assert await box.done("deleteMessage", chat_id=SARI, message_id=sent["message_id"]) is True
        again = await box.api("deleteMessage", chat_id=SARI, message_id=sent["message_id"])
        assert again["description"] == "Bad Request: message to delete not found"


async def test_a_press_is_told_and_its_answer_is_seen() -> None:
    async with sandboxed() as box:
        sent = await box.done("sendMessage", chat_id=GROUP, text="?", reply_markup=keyboard("ya"))
        callback_id = box.world.telegram.press(GROUP, sent["message_id"], "ya", user_id=SARI)
        [update] = await box.done("getUpdates")
        query = update["callback_query"]
        assert (query["id"], query["data"], query["from"]["id"]) == (callback_id, "ya", SARI)
        assert query["message"]["message_id"] == sent["message_id"]
        assert query["chat_instance"]
        await box.done("answerCallbackQuery", callback_query_id=callback_id, text="Dicatat", show_alert=True)
        toast = await box.world.telegram.wait_for_toast(callback_id)
        assert (toast.text, toast.alert, toast.user_id) == ("Dicatat", True, SARI)


async def test_a_press_is_answered_once() -> None:
    async with sandboxed() as box:
        sent = await box.done("sendMessage", chat_id=SARI, text="?", reply_markup=keyboard("ya"))
        callback_id = box.world.telegram.press(SARI, sent["message_id"], "ya")
        await box.done("answerCallbackQuery", callback_query_id=callback_id)
        again = await box.api("answerCallbackQuery", callback_query_id=callback_id)
        assert again["description"] == TOO_OLD


async def test_a_press_is_answered_within_150_seconds() -> None:
    clock = Clock()
    async with sandboxed(World(now_ms=clock.now_ms)) as box:
        sent = await box.done("sendMessage", chat_id=SARI, text="?", reply_markup=keyboard("ya"))
        callback_id = box.world.telegram.press(SARI, sent["message_id"], "ya")
        clock.pass_s(151)
        late = await box.api("answerCallbackQuery", callback_query_id=callback_id)
        assert late["description"] == TOO_OLD


async def test_people_can_do_no_more_than_their_apps_let_them() -> None:
    async with sandboxed() as box:
        telegram = box.world.telegram
        sent = await box.done("sendMessage", chat_id=SARI, text="?", reply_markup=keyboard("ya"))
        with pytest.raises(ValueError, match="no button"):
            telegram.press(SARI, sent["message_id"], "tidak")
        with pytest.raises(ValueError, match="is not in chat"):
            telegram.say(SARI, "a", user_id=1002)
        with pytest.raises(ValueError, match="4096 characters"):
            telegram.say(SARI, "a" * 4097)
        with pytest.raises(ValueError, match="own messages"):
            telegram.edit(SARI, sent["message_id"], "a")
        with pytest.raises(RefusedError, match="chat not found"):
            telegram.say(777, "a")


async def test_command_lists_are_kept_per_scope() -> None:
    async with sandboxed() as box:
        commands = [{"command": "saldo", "description": "Saldo"}]
        scope = {"type": "chat", "chat_id": SARI}
        await box.done("setMyCommands", commands=commands, scope=scope)
        assert await box.done("getMyCommands", scope=scope) == commands
        assert await box.done("getMyCommands") == []
        lost = await box.api("setMyCommands", commands=commands, scope=scope | {"chat_id": 777})
        assert lost["description"] == "Bad Request: chat not found"


async def test_commands_in_a_bots_words_can_be_tapped_unless_they_stand_in_code() -> None:
    async with sandboxed() as box:
        text = "Buka lagi dengan /buka atau <b>/bekukan_5001</b>, <code>/tutup s5</code> · dan/atau"
        sent = await box.done("sendMessage", chat_id=SARI, text=text, parse_mode="HTML")
        marked = [(one["type"], one["offset"], one["length"]) for one in sent["entities"]]
        assert marked == [("bot_command", 17, 5), ("bold", 28, 13), ("bot_command", 28, 13), ("code", 43, 9)]
