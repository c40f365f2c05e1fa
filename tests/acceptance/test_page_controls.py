"""The demo's page is within reach: by keyboard, in two languages, with a hint, and from the start again."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from sandbox.telegram.cast import BUDI, SARI, STRANGER
from tests.acceptance.page import RESULT_MS, bot_messages, bot_says, chat, line, order, say
from tools.demo import running_demo

pytest_plugins = ["tests.acceptance.browsing"]

CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
START_MS = 60_000  # a bot's stop and its next start, on a busy machine
MOST_TAB_STOPS = 45


def test_the_keyboard_alone_is_enough(page: Page) -> None:
    draft = line(page, "Sari")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Langsung menulis pesan")).to_be_focused()
    page.keyboard.press("Enter")
    expect(draft).to_be_focused()
    page.keyboard.type("s5.081230031111")
    page.keyboard.press("Shift+Enter")
    expect(draft).to_have_value("s5.081230031111\n")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    expect(chat(page, "Sari").locator(".from-person").filter(has_text="s5.081230031111")).to_be_visible()
    expect(draft).to_be_focused()


def test_few_tab_stops_lead_through_the_whole_page_and_each_is_seen(page: Page) -> None:
    for number in range(3):
        bot_says(page, BUDI, text=f"Baris {number}: /bantuan atau /saldo")
    stops = 0
    while page.evaluate("document.activeElement !== document.body || !window.started"):
        page.evaluate("window.started = true")
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement !== document.body"):
            stops += 1
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert 20 < stops < MOST_TAB_STOPS


def test_the_arrow_keys_lead_through_a_chat_and_into_its_messages(page: Page) -> None:
    markup = {
        "inline_keyboard": [[{"text": "Ya", "callback_data": "ya"}, {"text": "Tidak", "callback_data": "no"}]]
    }
    bot_says(page, SARI, text="Pertama")
    bot_says(page, SARI, text="Jadi <code>s5</code>?", parse_mode="HTML", reply_markup=markup)
    first, last = bot_messages(page, "Sari", "Pertama").last, bot_messages(page, "Sari", "Jadi s5?").last
    line(page, "Sari").focus()
    expect(last).to_be_visible()
    last.focus()
    page.keyboard.press("ArrowUp")
    expect(first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(last).to_be_focused()
    for name in ("s5", "Balas pesan: Jadi s5?", "Ya", "Tidak"):
        page.keyboard.press("ArrowRight")
        expect(last.get_by_role("button", name=name, exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(last).to_be_focused()
    page.keyboard.press("Shift+Tab")
    assert not chat(page, "Sari").locator(".messages :focus").count()


def test_the_page_speaks_english_when_asked_and_remembers_it(page: Page) -> None:
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Progress of each order")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "en"
    say_in_english = page.get_by_label("Message from Sari")
    say_in_english.fill("s5.081230091111")
    say_in_english.press("Enter")
    mine = order(page, "s5.081230091111")
    expect(mine.locator(".badge")).to_have_text("Success", timeout=RESULT_MS)
    told = page.get_by_role("article", name="Chat of Sari with Loket").locator(".from-bot").last
    expect(told).to_contain_text("SUKSES", timeout=RESULT_MS)
    expect(told.locator(".gloss")).to_have_text("Success; the SN is the proof.")
    page.goto(page.url.partition("?")[0])
    expect(page.get_by_role("heading", name="The biller's ledger")).to_be_visible()
    page.get_by_role("link", name="Bahasa Indonesia").click()
    expect(page.get_by_role("heading", name="Buku biller")).to_be_visible()


def test_one_hint_says_what_to_try_first_until_something_is_sent(page: Page) -> None:
    hint = page.get_by_role("note")
    expect(hint).to_have_count(1)
    page.reload()
    expect(hint).to_have_count(1)
    chat(page, "Sari").locator(".chip").first.click()
    expect(bot_messages(page, "Sari", "SUKSES").last).to_be_visible(timeout=RESULT_MS)
    expect(hint).to_have_count(0)
    page.reload()
    expect(page.get_by_text("Bot siap")).to_be_visible()
    expect(hint).to_have_count(0)


def test_the_quick_messages_show_prices_a_list_a_lookup_and_the_history(page: Page) -> None:
    def chip(words: str) -> Locator:
        return chat(page, "Budi").locator(".chip").filter(has_text=words)

    chat(page, "Budi").get_by_role("button", name="Semua contoh").click()
    chip("3 pesanan sekaligus").click()
    expect(bot_messages(page, "Budi", "3 baris").last).to_contain_text("2 sukses", timeout=RESULT_MS)
    chip("cek.").click()
    expect(bot_messages(page, "Budi", "cek.0").last).to_be_visible(timeout=RESULT_MS)
    chip("riwayat").click()
    expect(bot_messages(page, "Budi", "Riwayat").last).to_be_visible(timeout=RESULT_MS)
    chip("harga").click()
    expect(chat(page, "Budi").locator(".from-person").last).to_have_text(re.compile("^harga"))


@pytest.mark.early
def test_the_page_starts_over_with_a_new_bot_when_asked_twice(browser: Browser) -> None:
    with running_demo("--no-story") as address, browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        say(page, "Sari", "s5.081230101111")
        expect(bot_messages(page, "Sari", "SUKSES")).to_be_visible(timeout=RESULT_MS)
        page.get_by_role("button", name="Mulai ulang").click()
        question = page.get_by_role("dialog", name="Mulai dari awal?")
        question.get_by_role("button", name="Batal").click()
        expect(bot_messages(page, "Sari", "SUKSES")).to_be_visible()
        page.get_by_role("button", name="Mulai ulang").click()
        question.get_by_role("button", name="Mulai ulang").click()
        expect(page.locator(".message, .order, .entry")).to_have_count(0, timeout=START_MS)
        expect(page.get_by_text("Bot siap")).to_be_visible(timeout=START_MS)
        say(page, "Sari", "s5.081230101111")  # no repeat to this bot
        expect(bot_messages(page, "Sari", "SUKSES")).to_be_visible(timeout=RESULT_MS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_stands_out_from_its_ground(page: Page, scheme: str) -> None:
    bot_says(page, STRANGER, "sendDocument", document=("katalog.csv", b"a"), caption="Katalog")
    with page.expect_file_chooser() as chosen:
        chat(page, "Orang Asing").get_by_role("button", name="Kirim file").click()
    chosen.value.set_files({"name": "bukti.txt", "mimeType": "text/plain", "buffer": b"a"})
    say(page, "Sari", "s5.08123005" + ("1111" if scheme == "light" else "2222"))
    expect(page.locator(".mark-calm").first).to_be_visible(timeout=RESULT_MS)
    page.locator(".order-head").first.click()
    chat(page, "Budi").get_by_role("button", name="Semua contoh").click()
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    assert page.evaluate(CONTRAST) == []
