"""The demo opens with its story played, and plays a whole day by a button."""

import httpx
import pytest

from tools.demo import running_demo


@pytest.mark.early
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
    budi = next(chat for chat in state["chats"] if chat["title"] == "Budi Cell")
    [summary] = [one for one in budi["messages"] if one["text"].startswith("📋 3 baris")]
    assert [block["type"] for block in summary["blocks"]].count("table") == 1
    assert (state["bot"]["mode"], state["telegram"]["violations"]) == ("polling", [])


@pytest.mark.early
def test_a_day_is_played_by_a_button_and_the_shop_tells_what_happened() -> None:
    with running_demo() as address:
        httpx.post(f"{address}/sandbox/day", trust_env=False, timeout=120).raise_for_status()
        again = httpx.post(f"{address}/sandbox/day", trust_env=False)
        state = httpx.get(f"{address}/sandbox/state", trust_env=False).json()
    messages = {chat["title"]: chat["messages"] for chat in state["chats"]}
    said = {
        title: "\n".join(one["text"] for one in written if one["from"]["is_bot"])
        for title, written in messages.items()
    }
    rina = [one["text"] for one in messages["Ibu Rina"] if one["from"]["is_bot"]]
    assert sum("Saldo biller menipis" in one for one in rina) == 1
    assert sum("Pengumuman selesai dikirim" in one for one in rina) == 1
    # The card of the closing shows the opening as well.
    assert sum("Produk dibuka lagi" in one for one in rina) == 2
    assert "Harga berubah" in said["Toko Sari"]
    assert "Rp6.500 → Rp6.600" in said["Toko Sari"]
    for reseller in ("Toko Sari", "Budi Cell"):
        assert said[reseller].count("Besok loket buka jam 07.00") == 1
    assert "Harga berubah" not in said["Orang Asing"]
    assert "Saldo biller tidak cocok" not in said["Ibu Rina"]
    recap = [one for one in messages["Ibu Rina"] if "🌙 Rekap" in one["text"]][-1]
    # It came by the clock, which was turned to the evening, and to each reseller their own.
    assert recap["reply_to"] is None
    for reseller in ("Toko Sari", "Budi Cell"):
        assert said[reseller].count("🌙") == 1
    assert "Jam server salah" not in said["Ibu Rina"]
    succeeded = [order["state"] for order in state["orders"]].count("succeeded")
    assert recap["attachment"]["kind"] == "photo"
    assert f"✅ {succeeded}" in recap["text"]
    assert (state["day"], again.status_code) == ("played", 400)
    assert state["telegram"]["violations"] == []
