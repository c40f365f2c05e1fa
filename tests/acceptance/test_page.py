"""The demo's page, driven in a real browser over the real sandbox with the real bot behind it."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from sandbox.telegram.cast import BUDI, RINA, SARI, STRANGER
from tests.acceptance.page import (
    RESULT_MS,
    bot_messages,
    bot_says,
    chat,
    line,
    order,
    receipt,
    say,
    table,
    tap_button,
)

pytest_plugins = ["tests.acceptance.browsing"]


def test_an_order_typed_on_the_page_comes_back_with_its_result(page: Page) -> None:
    say(page, "Sari", "s5.081230011111")
    expect(bot_messages(page, "Sari", "SUKSES")).to_be_visible(timeout=RESULT_MS)
    expect(line(page, "Sari")).to_have_value("")
    entry = page.locator(".entry").filter(has_text="s5 → 081230011111")
    expect(entry).to_contain_text("SUKSES")
    mine = order(page, "s5.081230011111")
    expect(mine.locator(".step.done")).to_have_count(6)
    steps = ["Diminta", "Dicatat", "Dikirim", "Dijawab biller", "Hasil", "Dikabarkan"]
    assert mine.locator(".step b").all_text_contents() == steps
    assert mine.locator(".badge").text_content() == "Sukses"


def test_an_order_that_an_admin_settled_shows_the_admins_word(page: Page) -> None:
    say(page, "Sari", "s5.081230061313")
    expect(order(page, "s5.081230061313").locator(".badge")).to_have_text("Belum pasti", timeout=RESULT_MS)
    tap_button(page, "Ibu Rina", "❌ GAGAL", under="s5.081230061313")
    tap_button(page, "Ibu Rina", "Ya, GAGAL", under="Tetapkan GAGAL?")
    mine = order(page, "s5.081230061313")
    expect(mine.locator(".badge")).to_have_text("Gagal · kata admin", timeout=RESULT_MS)
    expect(mine.locator(".step").nth(5)).to_contain_text("GAGAL", timeout=RESULT_MS)
    # What went well before is not painted as if it had failed.
    tones = [
        re.findall(r"tone-(\S+)", step.get_attribute("class") or "")[0]
        for step in mine.locator(".step").all()
    ]
    assert tones == ["passed", "passed", "passed", "warn", "bad", "bad"]


def test_a_line_that_the_bot_answers_without_an_order_is_not_bought_and_says_why(page: Page) -> None:
    say(page, "Budi", "s5.0819999")
    mine = order(page, "s5.0819999")
    expect(mine.locator(".badge")).to_have_text("Tidak dibeli", timeout=RESULT_MS)
    expect(mine.locator(".step.done")).to_have_count(2)
    expect(mine.locator(".step.skipped")).to_have_count(4)
    mine.get_by_role("button", name="s5.0819999 Tidak dibeli").press("Enter")
    expect(mine.locator(".details")).to_contain_text("🤔 Nomornya kurang angka.")


def test_the_last_order_stands_on_top_however_the_one_before_was_made(page: Page) -> None:
    say(page, "Budi", "s5.081230071111")
    tap_button(page, "Budi", "🔁 Ulangi", under="SUKSES s5.081230071111")
    question = bot_messages(page, "Budi", "081230071111").last
    question.get_by_role("button", name="🛒 s5.2.081230071111").click(timeout=RESULT_MS)
    expect(page.locator(".order-text").first).to_have_text("s5.2.081230071111", timeout=RESULT_MS)
    say(page, "Budi", "s5.081230081111")
    expect(page.locator(".order-text").first).to_have_text("s5.081230081111")


def test_a_command_in_the_bots_words_is_sent_by_a_tap(page: Page) -> None:
    bot_says(page, SARI, text="Cara lengkap: /bantuan")
    bot_messages(page, "Sari", "Cara lengkap: /bantuan").get_by_role(
        "button", name="/bantuan", exact=True
    ).click()
    expect(chat(page, "Sari").locator(".from-person").last).to_contain_text("/bantuan")


def test_a_result_sent_from_the_ledger_reaches_the_chat(page: Page) -> None:
    say(page, "Budi", "s10.081230026666")
    entry = page.locator(".entry").filter(has_text="081230026666")
    entry.get_by_role("button", name="Kirim GAGAL").click(timeout=RESULT_MS)
    expect(bot_messages(page, "Budi", "GAGAL")).to_be_visible(timeout=RESULT_MS)
    expect(entry.get_by_role("button")).to_have_count(0)


def test_a_button_under_a_message_is_tapped_and_answered(page: Page) -> None:
    say(page, "Orang Asing", "/daftar")
    card = chat(page, "Ibu Rina").locator(".message").filter(has_text="Orang Asing").last
    standing = chat(page, "Orang Asing").locator(".chat-sub")
    expect(standing).to_have_text("Menunggu persetujuan", timeout=RESULT_MS)
    card.locator(".key").first.click(timeout=RESULT_MS)
    expect(bot_messages(page, "Orang Asing", "sudah terdaftar")).to_be_visible(timeout=RESULT_MS)
    expect(standing).to_have_text("Reseller")
    expect(chat(page, "Orang Asing").locator(".chip").nth(1)).to_have_text(re.compile("harga"))


def test_a_reply_to_the_bot_is_sent_as_one(page: Page) -> None:
    say(page, "Budi", "bantuan")
    answer = bot_messages(page, "Budi", "Cara pesan").last
    answer.locator(".reply").click(timeout=RESULT_MS)
    expect(chat(page, "Budi").locator(".replying")).to_be_visible()
    line(page, "Budi").press_sequentially("terima kasih")
    line(page, "Budi").press("Enter")
    mine = chat(page, "Budi").locator(".from-person").filter(has_text="terima kasih").last
    expect(mine.locator(".quote")).to_contain_text("Loket")


def test_markup_in_a_message_is_shown_as_text(page: Page) -> None:
    typed = """<b>&"tebal"</b> <img src=x onerror="alert(1)">"""
    say(page, "Budi", typed)
    mine = chat(page, "Budi").locator(".from-person .text").last
    expect(mine).to_have_text(typed)
    assert mine.locator("b, img").count() == 0


def test_what_is_being_typed_survives_news(page: Page) -> None:
    draft = line(page, "Budi")
    draft.press_sequentially("belum selesai")
    page.evaluate(
        """() => fetch("/sandbox/say", {method: "POST", headers: {"content-type": "application/json"},
           body: JSON.stringify({chat_id: 1002, user_id: 1002, text: "format"})})"""
    )
    expect(chat(page, "Budi").locator(".from-person").filter(has_text="format")).to_be_visible()
    expect(draft).to_have_value("belum selesai")
    expect(draft).to_be_focused()


def test_a_phone_shows_one_chat_at_a_time_and_nothing_sticks_out(phone: Page) -> None:
    phone.get_by_role("navigation", name="Pilih obrolan").get_by_role("button", name="Budi").tap()
    expect(line(phone, "Budi")).to_be_in_viewport(ratio=1)
    expect(line(phone, "Sari")).not_to_be_in_viewport()
    line(phone, "Budi").tap()
    line(phone, "Budi").press_sequentially("s5.081230041111")
    phone.keyboard.press("Enter")
    expect(bot_messages(phone, "Budi", "SUKSES s5.081230041111")).to_be_visible(timeout=RESULT_MS)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    for section in ("Perjalanan pesanan", "Biller"):
        expect(phone.get_by_role("region", name=section)).to_be_visible()


def test_a_picture_is_enlarged_and_put_away_by_keyboard(page: Page) -> None:
    bot_says(page, STRANGER, "sendPhoto", photo=receipt(), caption="Struk s5")
    small = chat(page, "Orang Asing").get_by_role("button", name="Perbesar gambar: Struk s5")
    expect(small.get_by_role("img", name="Struk s5")).to_be_visible()
    small.press("Enter")
    large = page.get_by_role("dialog", name="Gambar")
    expect(large.get_by_role("img", name="Struk s5")).to_be_in_viewport(ratio=1)
    expect(large.get_by_role("link", name="Simpan")).to_have_attribute("download", "struk.png")
    page.keyboard.press("Escape")
    expect(large).not_to_be_visible()
    expect(small).to_be_focused()
    small.click()
    large.get_by_role("button", name="Tutup").click()
    expect(large).not_to_be_visible()


def test_a_document_of_the_bot_is_saved_by_a_tap(page: Page, tmp_path: Path) -> None:
    bot_says(page, RINA, "sendDocument", document=("katalog.csv", b"kode;nama\r\n"), caption="Katalog")
    with page.expect_download() as saved:
        chat(page, "Ibu Rina").get_by_role("link", name="Unduh katalog.csv, 11 byte").click()
    assert saved.value.suggested_filename == "katalog.csv"
    saved.value.save_as(tmp_path / "katalog.csv")
    assert (tmp_path / "katalog.csv").read_bytes() == b"kode;nama\r\n"


def test_a_file_chosen_on_the_page_stands_in_the_chat_and_the_draft_stays(page: Page) -> None:
    line(page, "Budi").fill("nanti dulu")
    with page.expect_file_chooser() as chosen:
        chat(page, "Budi").get_by_role("button", name="Kirim file").click()
    chosen.value.set_files({"name": "harga.csv", "mimeType": "text/csv", "buffer": b"kode;nama\r\n" * 2000})
    mine = chat(page, "Budi").locator(".from-person").filter(has_text="harga.csv")
    expect(mine.get_by_role("link", name="Unduh harga.csv, 22 kB")).to_be_visible()
    expect(line(page, "Budi")).to_have_value("nanti dulu")


def test_a_file_dropped_on_a_chat_is_sent_and_an_empty_one_is_not(page: Page) -> None:
    drop = """(node, [name, text]) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([text], name));
        node.dispatchEvent(new DragEvent("drop", {dataTransfer, bubbles: true, cancelable: true}));
    }"""
    chat(page, "Budi").evaluate(drop, ["kosong.csv", ""])
    expect(chat(page, "Budi").get_by_text("Filenya kosong.")).to_be_visible()
    chat(page, "Budi").evaluate(drop, ["jatuh.csv", "kode;nama"])
    expect(chat(page, "Budi").get_by_role("link", name="Unduh jatuh.csv, 9 byte")).to_be_visible()
    expect(chat(page, "Budi").get_by_text("kosong")).not_to_be_visible()


def test_a_message_that_asks_for_a_reply_opens_one_with_its_hint(page: Page) -> None:
    line(page, "Budi").focus()
    ask = {"force_reply": True, "input_field_placeholder": "0812xxxxxxxx"}
    bot_says(page, SARI, text="Nomor tujuannya?", reply_markup=ask)
    expect(chat(page, "Sari").locator(".replying")).to_contain_text("Nomor tujuannya?")
    expect(line(page, "Sari")).to_have_attribute("placeholder", "0812xxxxxxxx")
    expect(line(page, "Budi")).to_be_focused()
    say(page, "Sari", "tidak jadi")
    mine = chat(page, "Sari").locator(".from-person").filter(has_text="tidak jadi").last
    expect(mine.locator(".quote")).to_contain_text("Nomor tujuannya?")
    expect(line(page, "Sari")).to_have_attribute("placeholder", "Ketik pesan")
    expect(chat(page, "Sari").locator(".replying")).not_to_be_visible()
    page.reload()
    expect(mine).to_be_visible()
    expect(chat(page, "Sari").locator(".replying")).not_to_be_visible()


def test_a_person_who_was_in_the_chat_can_type_the_reply_at_once(page: Page) -> None:
    chat(page, "Ibu Rina").locator(".more-chips").focus()
    bot_says(page, RINA, text="Apa balasannya?", reply_markup={"force_reply": True})
    expect(line(page, "Ibu Rina")).to_be_focused()
    page.keyboard.press("Escape")
    expect(chat(page, "Ibu Rina").locator(".replying")).not_to_be_visible()


def test_a_living_table_moves_nobody_who_reads_in_it(page: Page) -> None:
    sent = bot_says(page, BUDI, text=table(done=0))
    room = chat(page, "Budi").locator(".scroll")
    expect(bot_messages(page, "Budi", "60. s5")).to_be_visible()
    at_end = "(node) => node.scrollHeight - node.clientHeight - node.scrollTop < 2"
    assert room.evaluate(at_end)
    for done in (20, 40):
        bot_says(page, BUDI, "editMessageText", message_id=sent, text=table(done=done))
        expect(bot_messages(page, "Budi", f"{done}. s5 0812{done:08} SUKSES")).to_be_visible()
        assert room.evaluate(at_end)
    room.evaluate("(node) => node.scrollBy({top: -400, behavior: 'instant'})")
    before = room.evaluate("(node) => node.scrollTop")
    bot_says(page, BUDI, "editMessageText", message_id=sent, text=table(done=60))
    expect(bot_messages(page, "Budi", f"60. s5 0812{60:08} SUKSES")).to_be_visible()
    assert room.evaluate("(node) => node.scrollTop") == before


def test_pictures_and_files_do_not_stick_out_on_a_phone(phone: Page) -> None:
    bot_says(phone, SARI, "sendPhoto", photo=receipt())
    name = "daftar_harga_semua_operator_bulan_november_yang_panjang_sekali_namanya.xlsx"
    bot_says(phone, SARI, "sendDocument", document=(name, b"a"))
    expect(chat(phone, "Sari").get_by_text(name)).to_be_visible()
    room = chat(phone, "Sari").locator(".scroll")
    assert room.evaluate("(node) => node.scrollWidth <= node.clientWidth")
    chat(phone, "Sari").locator(".picture").last.tap()
    large = phone.get_by_role("dialog", name="Gambar")
    for part in (large, large.get_by_role("button", name="Tutup")):
        expect(part).to_be_in_viewport(ratio=1)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    large.get_by_role("button", name="Tutup").tap()
