"""python-telegram-bot talks to the pretended Telegram as to the real one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
)

from tests.integration.sandboxed import GROUP, SARI, Box, sandboxed


@asynccontextmanager
async def ptb() -> AsyncIterator[tuple[Box, Bot]]:
    async with sandboxed() as box:
        bot_url, file_url = f"{box.url}/bot", f"{box.url}/file/bot"
        async with Bot(box.world.telegram.token, base_url=bot_url, base_file_url=file_url) as bot:
            yield box, bot


async def test_it_knows_itself() -> None:
    async with ptb() as (_, bot):
        assert bot.username == "loket_demo_bot"
        assert (await bot.get_chat(GROUP)).title == "Grup Konter"


async def test_it_reads_messages_and_presses_whole() -> None:
    async with ptb() as (box, bot):
        first = box.world.telegram.say(SARI, "/start abc")
        box.world.telegram.say(SARI, "s5.081234560000", reply_to=first.message_id)
        start, order = await bot.get_updates()
        assert start.message is not None
        assert start.message.parse_entities() == {start.message.entities[0]: "/start"}
        assert order.effective_user is not None
        assert order.effective_user.username == "tokosari"
        assert order.message is not None
        assert order.message.reply_to_message is not None
        assert order.message.reply_to_message.text == "/start abc"
        buttons = InlineKeyboardMarkup(
            [[InlineKeyboardButton("Ya", callback_data="ya", api_kwargs={"style": "success"})]]
        )
        reply = ReplyParameters(first.message_id, allow_sending_without_reply=True)
        sent = await bot.send_message(
            SARI, "<b>?</b>", parse_mode="HTML", reply_parameters=reply, reply_markup=buttons
        )
        callback_id = box.world.telegram.press(SARI, sent.message_id, "ya")
        [update] = await bot.get_updates(offset=order.update_id + 1)
        assert update.callback_query is not None
        assert update.callback_query.message == sent
        await update.callback_query.answer("baik")
        assert (await box.world.telegram.wait_for_toast(callback_id)).text == "baik"
        await update.callback_query.edit_message_text("sudah")
        assert box.world.telegram.message(SARI, sent.message_id).text == "sudah"
        assert box.world.telegram.violations == []


async def test_it_sets_commands_and_webhooks() -> None:
    async with ptb() as (box, bot):
        await bot.set_my_commands([BotCommand("saldo", "Saldo")])
        assert [one.command for one in await bot.get_my_commands()] == ["saldo"]
        await bot.set_webhook("http://127.0.0.1:9/telegram", secret_token="abc", max_connections=5)
        assert (await bot.get_webhook_info()).url == "http://127.0.0.1:9/telegram"
        with pytest.raises(Conflict):
            await bot.get_updates()
        await bot.delete_webhook()
        await bot.send_chat_action(SARI, "typing")
        assert box.world.telegram.violations == []


async def test_it_raises_its_own_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # otherwise it warns of its own future
    async with ptb() as (box, bot):
        fault = box.world.telegram.fault
        fault("sendMessage", "429", retry_after=3)
        with pytest.raises(RetryAfter):
            await bot.send_message(SARI, "a")
        fault("sendMessage", "403")
        with pytest.raises(Forbidden, match="blocked by the user"):
            await bot.send_message(SARI, "a")
        fault("sendMessage", "migrated", new_chat_id=-1009)
        with pytest.raises(ChatMigrated) as migrated:
            await bot.send_message(GROUP, "a")
        assert migrated.value.new_chat_id == -1009
        for kind in ("500", "502", "reset_before", "reset_after_accepting"):
            fault("sendMessage", kind)
            with pytest.raises(NetworkError):
                await bot.send_message(SARI, "a")
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(777, "a")


async def test_a_wrong_token_is_an_invalid_token() -> None:
    async with sandboxed() as box:
        with pytest.raises(InvalidToken):
            async with Bot("1:wrong", base_url=f"{box.url}/bot"):
                pass
