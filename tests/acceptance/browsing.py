"""A browser on the running demo, for the tests of its page; what the page complains of fails the test."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tools.demo import running_browser, running_demo


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
    page.on("request", lambda asked: complaints.extend(_elsewhere(asked.url, address)))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(address)
    expect(page.get_by_text("Bot siap")).to_be_visible()
    yield page
    assert complaints == []


def _elsewhere(url: str, address: str) -> list[str]:
    """Return a complaint about a request that leaves this machine's sandbox; none about any other."""
    return [] if url.startswith((address, "data:")) else [f"asked {url}"]
