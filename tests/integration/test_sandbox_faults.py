"""Misfortunes happen as ordered, to whom they were ordered for, and no longer."""

import httpx
import pytest

from sandbox.telegram.chats import Message
from sandbox.world import World
from tests.integration.sandboxed import BUDI, GROUP, SARI, Box, Clock, sandboxed


def texts(messages: list[Message]) -> list[str]:
    return [message.text for message in messages]


async def send(box: Box, chat_id: int = SARI, text: str = "a") -> httpx.Response:
    return await box.http.post(box.method_url("sendMessage"), json={"chat_id": chat_id, "text": text})


async def test_429_tells_how_long_to_wait() -> None:
    async with sandboxed() as box:
        box.world.telegram.fault("sendMessage", "429", retry_after=7)
        answer = await send(box)
        assert answer.status_code == 429
        assert answer.json() == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 7",
            "parameters": {"retry_after": 7},
        }
        assert (await send(box)).is_success


@pytest.mark.parametrize(("kind", "description"), [("500", "Internal Server Error"), ("502", "Bad Gateway")])
async def test_server_errors_do_nothing(kind: str, description: str) -> None:
    async with sandboxed() as box:
        box.world.telegram.fault("*", kind)
        answer = await send(box)
        assert answer.status_code == int(kind)
        assert description in answer.text
        assert box.world.telegram.bot_messages(SARI) == []


async def test_reset_after_accepting_leaves_the_message_and_no_answer() -> None:
    async with sandboxed() as box:
        box.world.telegram.fault("sendMessage", "reset_after_accepting")
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await send(box, text="sampai")
        assert texts(box.world.telegram.bot_messages(SARI)) == ["sampai"]


async def test_reset_before_leaves_nothing() -> None:
    async with sandboxed() as box:
        box.world.telegram.fault("sendMessage", "reset_before")
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await send(box)
        assert box.world.telegram.bot_messages(SARI) == []


@pytest.mark.parametrize(
    ("chat_id", "said", "description"),
    [
        (SARI, None, "Forbidden: bot was blocked by the user"),
        (SARI, "user is deactivated", "Forbidden: user is deactivated"),
        (GROUP, None, "Forbidden: bot was kicked from the supergroup chat"),
    ],
)
async def test_403_says_why(chat_id: int, said: str | None, description: str) -> None:
    async with sandboxed() as box:
        box.world.telegram.fault("sendMessage", "403", description=said)
        answer = await send(box, chat_id)
        assert (answer.status_code, answer.json()["description"]) == (403, description)


async def test_400_is_no_violation() -> None:
    async with sandboxed() as box:
        box.world.telegram.fault("sendMessage", "400", description="message thread not found")
        answer = await send(box)
        assert answer.json()["description"] == "Bad Request: message thread not found"
        assert box.world.telegram.violations == []


async def test_a_migrated_group_tells_its_new_id_and_is_there() -> None:
    async with sandboxed() as box:
        box.world.telegram.fault("sendMessage", "migrated", chat_id=GROUP, new_chat_id=-1009)
        answer = (await send(box, GROUP)).json()
        assert answer["error_code"] == 400
        assert answer["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
        assert answer["parameters"] == {"migrate_to_chat_id": -1009}
        assert (await send(box, -1009)).is_success


async def test_a_slow_call_is_done_all_the_same() -> None:
    clock = Clock()
    async with sandboxed(World(sleep=clock.sleep)) as box:
        box.world.telegram.fault("sendMessage", "slow", retry_after=9)
        assert (await send(box)).is_success
        assert clock.naps == [9]


async def test_a_fault_strikes_only_its_chat_method_and_times() -> None:
    async with sandboxed() as box:
        box.world.telegram.fault("sendMessage", "500", times=2, chat_id=SARI)
        assert (await send(box, BUDI)).is_success
        assert (await box.api("getMe"))["ok"]
        codes = [(await send(box, SARI)).status_code for _ in range(3)]
        assert codes == [500, 500, 200]


async def test_limits_are_off_unless_asked_for() -> None:
    async with sandboxed() as box:
        assert all([(await send(box)).is_success for _ in range(40)])


async def test_a_chat_takes_a_burst_of_three_then_one_a_second() -> None:
    clock = Clock()
    async with sandboxed(World(enforce_limits=True, now_ms=clock.now_ms)) as box:
        codes = [(await send(box)).status_code for _ in range(4)]
        assert codes == [200, 200, 200, 429]
        assert (await send(box, BUDI)).is_success
        clock.pass_s(1)
        assert [(await send(box)).status_code for _ in range(2)] == [200, 429]


async def test_a_group_takes_twenty_a_minute() -> None:
    clock = Clock()
    async with sandboxed(World(enforce_limits=True, now_ms=clock.now_ms)) as box:
        codes = []
        for _ in range(40):
            codes.append((await send(box, GROUP)).status_code)
            clock.pass_s(1)
        # Twenty at once, and one more every three seconds meanwhile.
        assert 20 < codes.count(200) < 34
        refused = await box.api("sendMessage", chat_id=GROUP, text="a")
        assert refused["ok"] or refused["parameters"]["retry_after"] >= 1


async def test_all_chats_together_take_thirty_a_second() -> None:
    clock = Clock()
    async with sandboxed(World(enforce_limits=True, now_ms=clock.now_ms)) as box:
        chats = box.world.telegram.chats
        for new_id in range(-60, 0):
            chats.upgrade(chats.find(GROUP), new_id)
        codes = [(await send(box, chat_id)).status_code for chat_id in range(-60, 0)]
        assert codes.count(200) == 30
