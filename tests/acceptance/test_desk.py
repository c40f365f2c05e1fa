"""The desk in a browser: every page without an error, on a phone, by keyboard, in the dark, for everybody."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from bot.desk.app import MENU
from sandbox.telegram.cast import SARI
from tools.demo import running_browser, running_demo

AXE = (Path(__file__).parents[1] / "data" / "axe" / "axe.min.js").read_text(encoding="utf-8")
SERIOUS = """
    async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
      .filter((one) => ["serious", "critical"].includes(one.impact))
      .map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`)
"""
OVERFLOW = "document.documentElement.scrollWidth - innerWidth"
CARDS = (
    f"/resellers/{SARI.id}",
    "/products/s5",
    "/resellers/invites",
    "/reports?by=hour",
    "/products?only=closed",
)
ADDRESSES = (*(path for path, _ in MENU), *CARDS)
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 780}


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    """The address of a demo whose story was played, so that every page has something to show."""
    with running_demo() as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as running:
        yield running


def signs_in(demo: str, context: BrowserContext, errors: list[str]) -> Page:
    """Open the desk as Ibu Rina; what goes wrong on its pages is added to `errors`."""
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console", lambda entry: errors.append(entry.text) if entry.type in ("error", "warning") else None
    )
    page.goto(f"{demo}/sandbox/desk")
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("heading", name="Hari ini")).to_be_visible()
    own = page.url.partition("/desk")[0]
    page.on(
        "request",
        lambda request: None if request.url.startswith((own, "data:")) else errors.append(request.url),
    )
    return page


@pytest.fixture(params=[(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop-light", "phone-dark"])
def desk(demo: str, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    viewport, scheme = request.param
    errors: list[str] = []
    with browser.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce") as context:
        yield signs_in(demo, context, errors)
    assert errors == []


def opens(desk: Page, address: str) -> None:
    response = desk.goto(f"{desk.url.partition('/desk')[0]}/desk{address.removeprefix('/') and address}")
    assert response is not None
    assert response.status == 200


@pytest.mark.early
def test_every_page_opens_fits_the_screen_and_is_accessible(desk: Page) -> None:
    for address in ADDRESSES:
        opens(desk, address)
        desk.evaluate(AXE)
        assert desk.evaluate(SERIOUS) == [], address
        assert desk.evaluate(OVERFLOW) <= 0, address


def test_a_plot_is_drawn_with_its_numbers_beside_it_however_the_page_was_reached(desk: Page) -> None:
    expect(desk.locator("#hours canvas")).to_be_visible()
    desk.get_by_role("link", name="Produk", exact=True).click()
    expect(desk.get_by_role("heading", name="Produk")).to_be_visible()
    desk.go_back()
    expect(desk.locator("#hours canvas")).to_have_count(1)
    desk.get_by_text("Angkanya").click()
    expect(desk.get_by_role("columnheader", name="Jam")).to_be_visible()


def test_the_keyboard_reaches_the_content_first_and_then_every_page(desk: Page) -> None:
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("link", name="Langsung ke isi")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator("main")).to_be_focused()
    opens(desk, "/")
    for _ in range(3):
        desk.keyboard.press("Tab")
    expect(desk.get_by_role("link", name="Pesanan", exact=True)).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="Pesanan", exact=True)).to_be_visible()


def test_the_pages_speak_english_too(desk: Page) -> None:
    desk.get_by_role("link", name="English").click()
    expect(desk.get_by_role("heading", name="Today")).to_be_visible()
    for address in ADDRESSES:
        opens(desk, address)
        expect(desk.locator("html")).to_have_attribute("lang", "en")
        assert desk.evaluate(OVERFLOW) <= 0, address


def test_an_unclear_order_is_settled_in_two_steps(demo: str, browser: Browser) -> None:
    says(demo, SARI.id, "s5.081234561313")
    errors: list[str] = []
    with browser.new_context(viewport=PHONE) as context:
        desk = signs_in(demo, context, errors)
        decisions = desk.locator("#figures").get_by_role("link", name="1", exact=True).first
        expect(decisions).to_be_visible(timeout=30_000)
        opens(desk, "/decisions")
        desk.get_by_role("link", name="081234561313").click()
        desk.get_by_label("SN, jika ada di biller").fill("1234-5678")
        desk.get_by_role("button", name="Sukses").click()
        expect(desk.get_by_text("1234-5678")).to_be_visible()
        desk.get_by_role("button", name="Ya, SUKSES").click()
        expect(desk.get_by_text("Sudah ditetapkan")).to_be_visible()
        desk.evaluate(AXE)
        assert desk.evaluate(SERIOUS) == []
    assert errors == []


def test_a_person_who_asks_is_let_in_and_a_product_is_closed(demo: str, browser: Browser) -> None:
    errors: list[str] = []
    with browser.new_context(viewport=DESKTOP) as context:
        desk = signs_in(demo, context, errors)
        desk.get_by_role("link", name="Reseller", exact=True).click()
        desk.locator(".decision").get_by_role("link").first.click()
        desk.get_by_role("button", name="Terima").click()
        desk.get_by_role("button", name="Ya, lakukan").click()
        expect(desk.get_by_text("Sudah diubah")).to_be_visible()
        expect(desk.get_by_text("Aktif", exact=True)).to_be_visible()
        opens(desk, "/products/x10")
        desk.get_by_role("button", name="Tutup produk").click()
        desk.get_by_role("button", name="Ya, lakukan").click()
        expect(desk.get_by_text("Tutup", exact=True)).to_be_visible()
    assert errors == []


def test_a_report_is_downloaded(demo: str, browser: Browser) -> None:
    errors: list[str] = []
    with browser.new_context(viewport=DESKTOP) as context:
        desk = signs_in(demo, context, errors)
        opens(desk, "/reports")
        with desk.expect_download() as download:
            desk.get_by_role("link", name="pesanan XLSX").click()
        assert download.value.suggested_filename.startswith("pesanan-")
        assert download.value.suggested_filename.endswith(".xlsx")
    assert errors == []


def test_a_stranger_with_the_address_or_a_used_link_gets_nowhere(demo: str, browser: Browser) -> None:
    link = httpx.get(f"{demo}/sandbox/desk", trust_env=False).headers["Location"]
    own = "{0.scheme}://{0.netloc}".format(urlsplit(link))
    with browser.new_context() as theirs, browser.new_context() as strangers:
        for context, words in ((theirs, "Hari ini"), (strangers, "Tautan ini tidak berlaku lagi")):
            page = context.new_page()
            page.goto(link)
            page.get_by_role("button", name="Masuk").click()
            expect(page.get_by_role("heading", name=words)).to_be_visible()
        stranger = strangers.new_page()
        for address in ADDRESSES:
            response = stranger.goto(f"{own}/desk{address.removeprefix('/') and address}")
            assert response is not None
            assert response.status == 401, address
            expect(stranger.get_by_role("heading", name="Anda belum masuk")).to_be_visible()


def test_the_form_of_another_site_does_nothing(demo: str, browser: Browser) -> None:
    """Even a browser that is signed in sends no cookie with it, and the desk asks for its own origin."""
    with browser.new_context() as context:
        desk = signs_in(demo, context, [])
        own = desk.url.partition("/desk")[0]
        evil = context.new_page()
        evil.route(
            "https://evil.example/",
            lambda route: route.fulfill(
                content_type="text/html",
                body=f'<form method="post" action="{own}/desk/system/end-all"><button>Go</button></form>',
            ),
        )
        evil.goto("https://evil.example/")
        evil.get_by_role("button", name="Go").click()
        evil.wait_for_load_state()
        opens(desk, "/system")
        expect(desk.get_by_role("heading", name="Sistem")).to_be_visible()


def says(demo: str, user_id: int, text: str) -> None:
    body = {"chat_id": user_id, "text": text}
    httpx.post(f"{demo}/sandbox/say", json=body, trust_env=False).raise_for_status()
