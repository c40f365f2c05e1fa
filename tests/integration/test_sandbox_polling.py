"""The pretended getUpdates keeps Telegram's promises to a poller."""

import asyncio
import time

import pytest

from sandbox.world import World
from tests.integration.sandboxed import BUDI, GROUP, SARI, Clock, eventually, sandboxed


async def test_a_poll_is_held_until_the_first_update() -> None:
    async with sandboxed() as box:
        poll = asyncio.create_task(box.done("getUpdates", timeout=30))
        await eventually(lambda: box.world.telegram.updates.polled)
        assert not poll.done()
        said = box.world.telegram.say(SARI, "s5.081234560000")
        [update] = await poll
        assert update["update_id"] == said.update_id
        assert update["message"]["text"] == "s5.081234560000"


async def test_a_poll_without_news_ends_empty_after_its_timeout() -> None:
    async with sandboxed() as box:
        started = time.monotonic()
        assert await box.done("getUpdates", timeout=1) == []
        assert time.monotonic() - started > 0.9
        assert await box.done("getUpdates") == []


async def test_update_ids_rise_by_one_from_a_given_start() -> None:
    async with sandboxed(World(first_update_id=500)) as box:
        for text in ("a", "b", "c"):
            box.world.telegram.say(SARI, text)
        assert [one["update_id"] for one in await box.done("getUpdates")] == [500, 501, 502]


async def test_what_is_not_confirmed_is_told_again() -> None:
    async with sandboxed() as box:
        box.world.telegram.say(SARI, "a")
        assert await box.done("getUpdates") == await box.done("getUpdates") != []


async def test_offset_forgets_all_below_it() -> None:
    async with sandboxed(World(first_update_id=1)) as box:
        for text in ("a", "b", "c"):
            box.world.telegram.say(SARI, text)
        assert [one["message"]["text"] for one in await box.done("getUpdates", offset=3)] == ["c"]
        assert [one["update_id"] for one in await box.done("getUpdates", offset=0)] == [3]


async def test_a_negative_offset_keeps_only_the_last_ones() -> None:
    async with sandboxed(World(first_update_id=1)) as box:
        for text in ("a", "b", "c"):
            box.world.telegram.say(SARI, text)
        assert [one["update_id"] for one in await box.done("getUpdates", offset=-2)] == [2, 3]


async def test_limit_bounds_one_fetch() -> None:
    async with sandboxed() as box:
        for text in ("a", "b", "c"):
            box.world.telegram.say(SARI, text)
        assert len(await box.done("getUpdates", limit=2)) == 2


async def test_a_second_poll_ends_the_first_with_409() -> None:
    async with sandboxed() as box:
        first = asyncio.create_task(box.api("getUpdates", timeout=30))
        await eventually(lambda: box.world.telegram.updates.polled)
        second = asyncio.create_task(box.api("getUpdates", timeout=30))
        ended = await first
        assert ended["error_code"] == 409
        assert "terminated by other getUpdates request" in ended["description"]
        box.world.telegram.say(SARI, "a")
        assert (await second)["ok"]


async def test_polling_with_a_webhook_set_is_a_conflict() -> None:
    async with sandboxed() as box:
        await box.done("setWebhook", url="http://127.0.0.1:9/hook")
        refused = await box.api("getUpdates")
        assert refused["error_code"] == 409
        assert "webhook is active" in refused["description"]
        await box.done("deleteWebhook")
        assert await box.done("getUpdates") == []


async def test_setting_a_webhook_ends_a_held_poll() -> None:
    async with sandboxed() as box:
        poll = asyncio.create_task(box.api("getUpdates", timeout=30))
        await eventually(lambda: box.world.telegram.updates.polled)
        await box.done("setWebhook", url="http://127.0.0.1:9/hook")
        assert (await poll)["error_code"] == 409


async def test_only_allowed_updates_are_made() -> None:
    async with sandboxed() as box:
        await box.done("getUpdates", allowed_updates=["callback_query"])
        assert box.world.telegram.say(SARI, "a").update_id is None
        await box.done("getUpdates", allowed_updates=["message"])
        said = box.world.telegram.say(SARI, "b")
        assert box.world.telegram.edit(SARI, said.message_id, "c") is None
        assert [one["message"]["text"] for one in await box.done("getUpdates")] == ["b"]


async def test_the_bot_hears_that_it_was_shut_out_and_let_in_and_can_write_only_between() -> None:
    async with sandboxed() as box:
        telegram = box.world.telegram
        for chat, by in ((SARI, SARI), (GROUP, BUDI)):
            telegram.shut_out(chat, user_id=by)
            refused = await box.api("sendMessage", chat_id=chat, text="a")
            assert refused["error_code"] == 403
            assert telegram.say(chat, "b", user_id=by).update_id is None
            with pytest.raises(ValueError, match="not in chat"):
                telegram.shut_out(chat, user_id=by)
            telegram.let_in(chat, user_id=by)
            await box.done("sendMessage", chat_id=chat, text="a")
        changes = [one["my_chat_member"] for one in await box.done("getUpdates")]
        statuses = [(one["old_chat_member"]["status"], one["new_chat_member"]["status"]) for one in changes]
        assert statuses == [("member", "kicked"), ("kicked", "member")] * 2
        assert [one["from"]["id"] for one in changes] == [SARI, SARI, BUDI, BUDI]


async def test_messages_wait_a_day_and_presses_150_seconds() -> None:
    clock = Clock()
    async with sandboxed(World(now_ms=clock.now_ms)) as box:
        sent = await box.done("sendMessage", chat_id=SARI, text="?", reply_markup=keyboard("ya"))
        box.world.telegram.say(SARI, "a")
        box.world.telegram.press(SARI, sent["message_id"], "ya")
        clock.pass_s(151)
        assert [list(one)[1] for one in await box.done("getUpdates")] == ["message"]
        clock.pass_s(24 * 3600)
        assert await box.done("getUpdates") == []


async def test_edits_and_forwards_say_what_they_are() -> None:
    async with sandboxed() as box:
        said = box.world.telegram.say(SARI, "a")
        box.world.telegram.edit(SARI, said.message_id, "b")
        box.world.telegram.say(BUDI, "c", forwarded=True)
        _, edited, forwarded = await box.done("getUpdates")
        assert edited["edited_message"]["message_id"] == said.message_id
        assert edited["edited_message"]["edit_date"] > 0
        assert forwarded["message"]["forward_origin"]["type"] == "hidden_user"


async def test_a_message_bears_all_a_bot_needs() -> None:
    async with sandboxed() as box:
        first = box.world.telegram.say(GROUP, "halo", user_id=BUDI)
        box.world.telegram.say(
            GROUP, "🙂 /cek@loket_demo_bot 1", user_id=SARI, reply_to=first.message_id, thread_id=7
        )
        _, update = await box.done("getUpdates")
        message = update["message"]
        assert message["from"] == {
            "id": SARI,
            "is_bot": False,
            "first_name": "Sari",
            "username": "tokosari",
            "language_code": "id",
        }
        assert message["chat"] == {"id": GROUP, "type": "supergroup", "title": "Grup Konter"}
        assert message["reply_to_message"]["text"] == "halo"
        assert message["message_thread_id"] == 7
        assert message["entities"] == [{"type": "bot_command", "offset": 3, "length": 19}]


def keyboard(*data: str) -> dict[str, object]:
    return {"inline_keyboard": [[{"text": one, "callback_data": one} for one in data]]}
