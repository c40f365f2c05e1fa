"""The demo opens with its story played: there is something to see before the first key."""

import httpx

from tools.demo import running_demo


def test_the_story_is_there_when_the_page_opens() -> None:
    with running_demo() as address:
        state = httpx.get(f"{address}/sandbox/state", trust_env=False).json()
    said = {
        chat["title"]: "\n".join(one["text"] for one in chat["messages"] if one["from"]["is_bot"])
        for chat in state["chats"]
    }
    assert said["Toko Sari"].count("SUKSES") >= 2
    assert "Saldo: Rp50.000 - Rp6.500 = Rp43.500" in said["Toko Sari"]
    assert "SALDO TIDAK CUKUP" in said["Toko Sari"]
    assert "GAGAL" in said["Budi Cell"]
    assert "TIKET DEPOSIT" in said["Budi Cell"]
    assert "DEPOSIT MASUK" in said["Budi Cell"]
    assert "sudah dikreditkan" in said["Ibu Rina"]
    assert "🌙 Rekap" in said["Ibu Rina"]
    assert state["tickets"] == []
    assert said["Orang Asing"]
    assert {entry["answer"] for entry in state["biller"]["entries"]} >= {"pending", "refused", "cut"}
    assert [order["state"] for order in state["orders"]].count("succeeded") == 4
    assert {step["name"] for order in state["orders"] for step in order["steps"]} >= {"recorded", "notified"}
    assert (state["bot"]["mode"], state["telegram"]["violations"]) == ("polling", [])
