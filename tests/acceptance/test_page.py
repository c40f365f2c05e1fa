"""The demo's page, driven in a real browser over the real sandbox with the real bot behind it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tools.demo import running_browser, running_demo

CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
RESULT_MS = 15_000  # the biller's delays and the chat's pace together


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running_demo("--no-story") as page_address:
        quick = {"answer_delay_s": 0.05, "result_delay_s": 0.2}
        httpx.post(f"{page_address}/sandbox/biller", json=quick, trust_env=False).raise_for_status()
        yield page_address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as running:
        yield running


@pytest.fixture
def page(address: str, browser: Browser) -> Iterator[Page]:
    """A desktop's page; whatever it complains of in the console fails the test."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        yield from _opened(context.new_page(), address)


@pytest.fixture
def phone(address: str, browser: Browser) -> Iterator[Page]:
    with browser.new_context(
        viewport={"width": 360, "height": 780}, has_touch=True, is_mobile=True
    ) as context:
        yield from _opened(context.new_page(), address)


def _opened(page: Page, address: str) -> Iterator[Page]:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(address)
    expect(page.get_by_text("Bot siap")).to_be_visible()
    yield page
    assert complaints == []


def chat(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=f"Obrolan {name} dengan Loket")


def line(page: Page, name: str) -> Locator:
    return page.get_by_label(f"Pesan dari {name}")


def say(page: Page, name: str, text: str) -> None:
    line(page, name).fill(text)
    line(page, name).press("Enter")


def heard(page: Page, name: str, words: str) -> Locator:
    return chat(page, name).locator(".from-bot").filter(has_text=words)


def test_an_order_typed_on_the_page_comes_back_with_its_result(page: Page) -> None:
    say(page, "Sari", "s5.081230011111")
    expect(heard(page, "Sari", "SUKSES")).to_be_visible(timeout=RESULT_MS)
    expect(line(page, "Sari")).to_have_value("")
    entry = page.locator(".entry").filter(has_text="s5 → 081230011111")
    expect(entry).to_contain_text("SUKSES")
    order = page.locator(".order").filter(has_text="s5.081230011111")
    expect(order.locator(".step.done")).to_have_count(6)


def test_a_result_sent_from_the_ledger_reaches_the_chat(page: Page) -> None:
    say(page, "Budi", "s10.081230026666")
    entry = page.locator(".entry").filter(has_text="081230026666")
    entry.get_by_role("button", name="Kirim GAGAL").click(timeout=RESULT_MS)
    expect(heard(page, "Budi", "GAGAL")).to_be_visible(timeout=RESULT_MS)
    expect(entry.get_by_role("button")).to_have_count(0)


def test_a_button_under_a_message_is_tapped_and_answered(page: Page) -> None:
    say(page, "Orang Asing", "/daftar")
    card = chat(page, "Ibu Rina").locator(".message").filter(has_text="Orang Asing").last
    card.locator(".key").first.click(timeout=RESULT_MS)
    expect(heard(page, "Orang Asing", "sudah terdaftar")).to_be_visible(timeout=RESULT_MS)


def test_a_reply_to_the_bot_is_sent_as_one(page: Page) -> None:
    say(page, "Budi", "bantuan")
    chat(page, "Budi").locator(".from-bot .reply").last.click(timeout=RESULT_MS)
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


def test_the_keyboard_alone_is_enough(page: Page) -> None:
    draft = line(page, "Sari")
    for _ in range(200):
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        if draft.evaluate("(node) => node === document.activeElement"):
            break
    page.keyboard.type("s5.081230031111")
    page.keyboard.press("Shift+Enter")
    expect(draft).to_have_value("s5.081230031111\n")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    expect(chat(page, "Sari").locator(".from-person").filter(has_text="s5.081230031111")).to_be_visible()
    expect(draft).to_be_focused()


def test_a_phone_shows_one_chat_at_a_time_and_nothing_sticks_out(phone: Page) -> None:
    phone.get_by_role("navigation", name="Pilih obrolan").get_by_role("button", name="Budi").tap()
    expect(line(phone, "Budi")).to_be_in_viewport(ratio=1)
    expect(line(phone, "Sari")).not_to_be_in_viewport()
    line(phone, "Budi").tap()
    line(phone, "Budi").press_sequentially("s5.081230041111")
    phone.keyboard.press("Enter")
    expect(heard(phone, "Budi", "SUKSES")).to_be_visible(timeout=RESULT_MS)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    for section in ("Perjalanan pesanan", "Biller"):
        expect(phone.get_by_role("region", name=section)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_stands_out_from_its_ground(page: Page, scheme: str) -> None:
    say(page, "Sari", "s5.08123005" + ("1111" if scheme == "light" else "2222"))
    expect(page.locator(".mark-calm").first).to_be_visible(timeout=RESULT_MS)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    assert page.evaluate(CONTRAST) == []
