"""The pretended webhook delivery keeps Telegram's promises."""

import asyncio
import json

from starlette.responses import JSONResponse, Response

from sandbox.telegram.webhook import pause_s
from sandbox.world import World
from tests.integration.sandboxed import BUDI, SARI, Clock, Got, Listener, eventually, listening, sandboxed

SECRET = "rahasia-webhook_1"


def texts(got: list[Got]) -> list[str]:
    return [json.loads(one.body)["message"]["text"] for one in got]


async def test_an_update_is_posted_as_json_with_the_secret() -> None:
    async with sandboxed() as box, listening() as bot:
        await box.done("setWebhook", url=f"{bot.url}/telegram", secret_token=SECRET)
        said = box.world.telegram.say(SARI, "s5.081234560000")
        [got] = await bot.wait_for(1)
        assert got.method == "POST"
        assert got.path == "/telegram"
        assert got.headers["x-telegram-bot-api-secret-token"] == SECRET
        assert json.loads(got.body)["update_id"] == said.update_id
        await eventually(lambda: not box.world.telegram.updates.waiting)


async def test_messages_of_one_chat_come_one_at_a_time_and_in_order() -> None:
    async with sandboxed() as box, listening() as bot:
        gate = asyncio.Event()
        bot.before_answer = lambda _: waiting(gate)
        await box.done("setWebhook", url=bot.url)
        box.world.telegram.say(SARI, "a")
        box.world.telegram.say(SARI, "b")
        box.world.telegram.say(BUDI, "c")
        assert sorted(texts(await bot.wait_for(2))) == ["a", "c"]
        gate.set()
        assert texts(await bot.wait_for(3))[2] == "b"


async def test_a_press_does_not_wait_for_a_text_of_its_chat() -> None:
    async with sandboxed() as box, listening() as bot:
        gate = asyncio.Event()
        bot.before_answer = lambda _: waiting(gate)
        markup = {"inline_keyboard": [[{"text": "Ya", "callback_data": "ya"}]]}
        sent = await box.done("sendMessage", chat_id=SARI, text="?", reply_markup=markup)
        await box.done("setWebhook", url=bot.url)
        box.world.telegram.say(SARI, "a")
        box.world.telegram.press(SARI, sent["message_id"], "ya")
        got = await bot.wait_for(2)
        assert {key for one in got for key in json.loads(one.body)} == {
            "update_id",
            "message",
            "callback_query",
        }
        gate.set()


async def waiting(gate: asyncio.Event) -> None:
    await gate.wait()


async def test_what_is_not_taken_comes_again_at_once_then_ever_later() -> None:
    clock = Clock()
    async with sandboxed(World(sleep=clock.sleep)) as box, listening() as bot:
        bot.script.extend(Response(status_code=500) for _ in range(4))
        await box.done("setWebhook", url=bot.url)
        box.world.telegram.say(SARI, "a")
        box.world.telegram.say(SARI, "b")
        assert texts(await bot.wait_for(6)) == ["a", "a", "a", "a", "a", "b"]
        assert clock.naps == [2, 4, 8]


def test_the_pauses_grow_to_a_minute() -> None:
    assert [pause_s(failures, None) for failures in range(1, 9)] == [0, 2, 4, 8, 16, 32, 60, 60]


async def test_retry_after_is_obeyed() -> None:
    clock = Clock()
    async with sandboxed(World(sleep=clock.sleep)) as box, listening() as bot:
        bot.script.append(Response(status_code=503, headers={"Retry-After": "17"}))
        await box.done("setWebhook", url=bot.url)
        box.world.telegram.say(SARI, "a")
        await bot.wait_for(2)
        assert clock.naps == [17]


async def test_a_failure_is_told_by_get_webhook_info() -> None:
    async with sandboxed() as box, listening() as bot:
        await box.done("setWebhook", url=bot.url, max_connections=7, allowed_updates=["message"])
        bot.script.append(Response(status_code=500))
        box.world.telegram.say(SARI, "a")
        await bot.wait_for(2)
        info = await box.done("getWebhookInfo")
        assert info["url"] == bot.url
        assert info["max_connections"] == 7
        assert info["allowed_updates"] == ["message"]
        assert "500" in info["last_error_message"]


async def test_deleting_the_webhook_leaves_what_waits_to_polling() -> None:
    async with sandboxed() as box, listening() as bot:
        await refuse_for_ever(bot)
        await box.done("setWebhook", url=bot.url)
        box.world.telegram.say(SARI, "a")
        await bot.wait_for(1)
        await box.done("deleteWebhook")
        assert [one["message"]["text"] for one in await box.done("getUpdates")] == ["a"]
        await box.done("setWebhook", url=bot.url, drop_pending_updates=True)
        await box.done("deleteWebhook")
        assert await box.done("getUpdates") == []


async def refuse_for_ever(bot: Listener) -> None:
    bot.script.extend(Response(status_code=500) for _ in range(100))


async def test_the_answer_may_carry_a_call() -> None:
    async with sandboxed() as box, listening() as bot:
        bot.script.append(JSONResponse({"method": "sendMessage", "chat_id": SARI, "text": "diterima"}))
        await box.done("setWebhook", url=bot.url)
        box.world.telegram.say(SARI, "a")
        await box.world.telegram.wait_for_message(SARI, containing="diterima")


async def test_a_secret_with_odd_letters_is_refused() -> None:
    async with sandboxed() as box:
        refused = await box.api("setWebhook", url="http://127.0.0.1:9", secret_token="a b")
        assert refused["description"] == "Bad Request: secret token contains unallowed characters"
