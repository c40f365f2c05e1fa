"""The controls show the whole world and let the page turn every knob."""

import asyncio
import json

import pytest

from tests.integration.sandboxed import SARI, Box, Json, listening, sandboxed

TRXID = "22110111373985338"


async def order(box: Box, text: str, *, trxid: str = TRXID, to: str = "081234566666") -> int:
    """Play a bot by hand: ask, post, acknowledge."""
    said = box.world.telegram.say(SARI, text)
    await box.buy(trxid, to=to)
    reply = {"message_id": said.message_id}
    await box.done("sendMessage", chat_id=SARI, text=f"Diproses\nID {trxid}", reply_parameters=reply)
    return said.message_id


async def test_the_cast_is_there_from_the_start() -> None:
    async with sandboxed() as box:
        state = await box.state()
        roles = {chat["id"]: (chat["title"], chat["type"], chat["role"]) for chat in state["chats"]}
        assert roles == {
            1001: ("Toko Sari", "private", "reseller"),
            1002: ("Budi Cell", "private", "reseller"),
            9001: ("Ibu Rina", "private", "admin"),
            5001: ("Orang Asing", "private", "stranger"),
            -100200300: ("Grup Konter", "supergroup", "group"),
        }
        assert [user["id"] for user in state["users"]] == [1001, 1002, 9001, 5001]
        assert state["bot"] == {
            "username": "loket_demo_bot",
            "mode": "away",
            "last_seen": None,
            "records_are_read": False,
        }


async def test_a_message_is_shown_with_all_it_bears() -> None:
    async with sandboxed() as box:
        said = await box.control("/say", chat_id=SARI, user_id=SARI, text="x" * 100)
        markup = {
            "inline_keyboard": [
                [{"text": "Ya", "callback_data": "ya", "style": "success"}],
                [{"text": "Salin", "copy_text": {"text": "123"}}, {"text": "Buka", "url": "https://a.id"}],
            ]
        }
        reply = {"message_id": said["message_id"]}
        await box.done("sendMessage", chat_id=SARI, text="a", reply_parameters=reply, reply_markup=markup)
        message = (await box.state())["chats"][0]["messages"][1]
        assert message["from"] == {"id": 110201543, "name": "Loket", "is_bot": True}
        assert message["reply_to"] == {"id": said["message_id"], "text": "x" * 80, "name": "Sari"}
        assert message["buttons"] == [
            [{"text": "Ya", "data": "ya", "style": "success"}],
            [{"text": "Salin", "copy_text": "123"}, {"text": "Buka", "url": "https://a.id"}],
        ]
        assert (message["edited_at"], message["thread_id"], message["entities"]) == (None, None, [])


async def test_the_mode_tells_how_the_bot_listens() -> None:
    async with sandboxed() as box:
        await box.done("getUpdates")
        assert (await box.state())["bot"]["mode"] == "polling"
        await box.done("setWebhook", url="http://127.0.0.1:9")
        assert (await box.state())["bot"]["mode"] == "webhook"


async def test_a_press_and_its_toast_go_through_the_controls() -> None:
    async with sandboxed() as box:
        markup = {"inline_keyboard": [[{"text": "Ya", "callback_data": "ya"}]]}
        sent = await box.done("sendMessage", chat_id=SARI, text="?", reply_markup=markup)
        pressed = await box.control(
            "/press", chat_id=SARI, user_id=SARI, message_id=sent["message_id"], data="ya"
        )
        await box.done("answerCallbackQuery", callback_query_id=pressed["callback_id"], text="baik")
        [toast] = (await box.state())["chats"][0]["toasts"]
        assert (toast["callback_id"], toast["text"], toast["alert"]) == (
            pressed["callback_id"],
            "baik",
            False,
        )


async def test_the_billers_knobs_turn() -> None:
    async with sandboxed() as box:
        settings = await box.control("/biller", behaviour="never", answer_delay_s=0.5, balance_idr=7)
        assert (settings["behaviour"], settings["answer_delay_s"], settings["balance_idr"]) == (
            "never",
            0.5,
            7,
        )
        assert {one["behaviour"] for one in settings["test_numbers"]} <= set(settings["behaviours"])


async def test_an_entry_is_shown_and_reversed_by_hand() -> None:
    async with sandboxed() as box, listening() as bot:
        box.world.biller.reversal_url = bot.url
        await box.buy(TRXID, to="081234566666")
        told = await box.control("/biller/reversal", trxid=TRXID, outcome="success", sn="77")
        assert told == {"http_status": 200}
        [entry] = (await box.state())["biller"]["entries"]
        assert entry["trxid"] == TRXID
        assert (entry["product"], entry["destination"], entry["posts"]) == ("s5", "081234566666", 1)
        assert (entry["answer"], entry["charged"], entry["sign_ok"]) == ("pending", True, True)
        [reversal] = entry["reversals"]
        assert (reversal["outcome"], reversal["status"], reversal["sn"]) == ("success", "0", "77")
        assert (reversal["http_status"], reversal["tries"]) == (200, 1)


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("/say", {"chat_id": SARI}),
        ("/say", {"chat_id": 777, "text": "a"}),
        ("/press", {"chat_id": SARI, "message_id": 9, "data": "a"}),
        ("/biller", {"behaviour": "kind"}),
        ("/biller", {"answer_delay_s": -1}),
        ("/biller", {"colour": 1}),
        ("/biller/reversal", {"trxid": "1"}),
        ("/telegram/fault", {"method": "*", "kind": "flood"}),
        ("/telegram/fault", {"method": "*", "kind": "migrated"}),
        ("/restart", {}),  # the bot is not this sandbox's own
        ("/day", {}),  # nor was its story played
        ("/clock", {"seconds": 60}),  # nor does it read this clock
    ],
)
async def test_a_control_turned_wrongly_says_why(path: str, values: Json) -> None:
    async with sandboxed() as box:
        answer = await box.http.post(f"{box.url}/sandbox{path}", json=values)
        assert answer.status_code == 400
        assert answer.json()["error"]


async def test_calls_faults_and_violations_are_counted() -> None:
    async with sandboxed() as box:
        await box.control("/telegram/fault", method="sendMessage", kind="429", times=2, chat_id=SARI)
        await box.api("sendMessage", chat_id=SARI, text="a")
        await box.api("sendMessage", chat_id=SARI)
        told = (await box.state())["telegram"]
        assert (told["calls"], told["calls_by_method"]) == (2, {"sendMessage": 2})
        assert [(one["kind"], one["times"]) for one in told["faults"]] == [("429", 1)]
        assert [one["method"] for one in told["violations"]] == ["sendMessage"]


async def test_reset_forgets_all_but_the_cast_and_the_ids() -> None:
    async with sandboxed() as box:
        before = await order(box, "s5.081234566666")
        box.world.telegram.fault("*", "500", times=9)
        await box.control("/reset")
        state = await box.state()
        assert all(chat["messages"] == [] for chat in state["chats"])
        assert (state["biller"]["entries"], state["telegram"]["faults"], state["orders"]) == ([], [], [])
        assert await box.done("getUpdates") == []
        assert box.world.telegram.say(SARI, "a").message_id > before + 1


async def test_events_tell_the_version_at_once_and_at_each_change() -> None:
    async with sandboxed() as box, box.http.stream("GET", f"{box.url}/sandbox/events") as events:
        assert events.headers["content-type"].startswith("text/event-stream")
        lines = (line async for line in events.aiter_lines() if line)
        first = json.loads((await anext(lines)).removeprefix("data: "))
        box.world.telegram.say(SARI, "a")
        second = json.loads((await asyncio.wait_for(anext(lines), 5)).removeprefix("data: "))
        assert second["version"] > first["version"]


async def test_the_page_is_served_beside_its_sandbox() -> None:
    async with sandboxed() as box:
        assert (await box.http.get(f"{box.url}/page/no-such-file.js")).status_code == 404
        assert (await box.http.get(box.url)).headers["content-type"].startswith("text/html")
