"""The controls show the whole world and let the page turn every knob."""

import asyncio
import json
import time

import pytest

from sandbox.biller.behaviour import Behaviour
from sandbox.journey import journeys
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
        assert state["bot"] == {"username": "loket_demo_bot", "mode": "away", "last_seen": None}


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
        names = {one["name"] for one in settings["behaviours"]}
        assert {one["behaviour"] for one in settings["test_numbers"]} <= names


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
        assert (reversal["status"], reversal["http_status"], reversal["sn"]) == ("0", 200, "77")


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


async def test_an_orders_way_is_told_in_its_steps() -> None:
    async with sandboxed() as box, listening() as bot:
        box.world.biller.reversal_url = bot.url
        asked = await order(box, "S5 +62 812-3456-6666")
        await box.world.biller.reverse(TRXID, "success", sn="77")
        await box.done("sendMessage", chat_id=SARI, text="SUKSES", reply_parameters={"message_id": asked})
        [way] = (await box.state())["orders"]
        assert (way["trxid"], way["chat_id"], way["message_id"]) == (TRXID, SARI, asked)
        assert (way["text"], way["product"], way["destination"]) == (
            "S5 +62 812-3456-6666",
            "s5",
            "081234566666",
        )
        names = [step["name"] for step in way["steps"]]
        assert sorted(names) == ["acknowledged", "answered", "asked", "posted", "reversed", "told"]
        details = {step["name"]: step["detail"] for step in way["steps"]}
        assert details["reversed"] == "Biller melaporkan SUKSES, SN 77"
        assert details["told"] == "SUKSES"


async def test_two_orders_of_one_message_are_told_apart_by_trxid() -> None:
    async with sandboxed() as box:
        said = box.world.telegram.say(SARI, "s5.081234566666\ns5.2.081234566666\nhalo")
        second = "22110111373985339"
        for trxid in (TRXID, second):
            await box.buy(trxid, to="081234566666")
            reply = {"message_id": said.message_id}
            await box.done("sendMessage", chat_id=SARI, text=f"ID {trxid}", reply_parameters=reply)
        orders = (await box.state())["orders"]
        assert {one["trxid"] for one in orders} == {TRXID, second}
        assert [sum(step["name"] == "acknowledged" for step in one["steps"]) for one in orders] == [1, 1]


async def test_orders_side_by_side_on_one_line_each_have_their_way() -> None:
    async with sandboxed() as box:
        box.world.telegram.say(SARI, "s5.081234566666, s10.085712346666")
        await box.buy("22110111373985331", to="081234566666")
        await box.buy("22110111373985332", product="s10", to="085712346666")
        orders = (await box.state())["orders"]
        assert {(one["trxid"][-1], one["product"]) for one in orders} == {("1", "s5"), ("2", "s10")}
        assert {one["text"] for one in orders} == {"s5.081234566666, s10.085712346666"}


async def test_an_order_made_by_buttons_starts_at_the_number() -> None:
    async with sandboxed() as box:
        box.world.telegram.say(SARI, "harga s")
        typed = box.world.telegram.say(SARI, "0812 3456 6666")
        await box.buy(TRXID, to="081234566666")
        await box.buy("22110111373985339", to="089999996666")
        [way] = (await box.state())["orders"]
        assert (way["trxid"], way["message_id"], way["text"]) == (TRXID, typed.message_id, "0812 3456 6666")


async def test_a_living_table_tells_each_order_its_own_line() -> None:
    async with sandboxed() as box, listening() as bot:
        box.world.biller.reversal_url = bot.url
        said = box.world.telegram.say(SARI, "s5.081234566666\ns10.2.085712346666")
        await box.buy(TRXID, to="081234566666")
        await box.buy("22110111373985339", product="s10", to="085712346666")
        reply = {"message_id": said.message_id}
        rows = "2 pesanan\n1. s5 081234566666 diproses\n2. s10 085712346666 diproses"
        sent = await box.done("sendMessage", chat_id=SARI, text=rows, reply_parameters=reply)
        seen = {way["product"]: way["steps"][-1] for way in (await box.state())["orders"]}
        assert {name: step["detail"] for name, step in seen.items()} == {
            "s5": "1. s5 081234566666 diproses",
            "s10": "2. s10 085712346666 diproses",
        }
        await box.world.biller.reverse(TRXID, "success", sn="77")
        rows = rows.replace("666 diproses", "666 SUKSES", 1)
        await box.done("editMessageText", chat_id=SARI, message_id=sent["message_id"], text=rows)
        told = {
            way["product"]: {step["name"]: step["detail"] for step in way["steps"]}
            for way in (await box.state())["orders"]
        }
        assert told["s5"]["told"] == "1. s5 081234566666 SUKSES (diedit)"
        assert "acknowledged" in told["s10"]
        assert "told" not in told["s10"]


async def test_a_thousand_orders_are_shown_at_once() -> None:
    async with sandboxed() as box:
        numbers = [f"0812{nth:08}" for nth in range(1000)]
        for start in range(0, 1000, 100):
            box.world.telegram.say(SARI, "\n".join(f"s5.{one}" for one in numbers[start : start + 100]))
        for number in numbers:
            box.world.biller.ledger.post(
                trxid=f"22110{number}",
                product="s5",
                destination=number,
                sign_ok=True,
                behaviour=Behaviour.NEVER,
                now_ms=box.world.now_ms(),
            )
        started = time.process_time()
        orders = (await box.state())["orders"]
        assert time.process_time() - started < 2  # a tenth of it here; ten times as slow would be felt
        assert {(one["text"], one["destination"]) for one in orders} == {
            (f"s5.{one}", one) for one in numbers
        }


async def test_what_is_no_order_has_no_way() -> None:
    async with sandboxed() as box:
        for text in ("/start", "saldo", "cek 081234566666", "halo, apa kabar?", "081234566666 12345"):
            box.world.telegram.say(SARI, text)
        box.world.telegram.say(SARI, "s5.081234566666")
        [way] = (await box.state())["orders"]
        assert (way["trxid"], way["text"]) == (None, "s5.081234566666")
        assert [step["name"] for step in way["steps"]] == ["asked"]
        assert journeys([], []) == []


async def test_the_page_is_served_beside_its_sandbox() -> None:
    async with sandboxed() as box:
        assert (await box.http.get(f"{box.url}/page/no-such-file.js")).status_code == 404
        assert (await box.http.get(box.url)).headers["content-type"].startswith("text/html")
