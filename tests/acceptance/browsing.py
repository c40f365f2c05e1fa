"""Fixtures with a browser on the running demo; an error on the page fails the test."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tools.demo import running_browser, running_demo

PATIENCE_MS = 30_000
"""What a page should show may take long on a busy machine."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running_demo("--no-story") as page_address:
        short_delays = {"answer_delay_s": 0.05, "result_delay_s": 0.2}
        httpx.post(f"{page_address}/sandbox/biller", json=short_delays, trust_env=False).raise_for_status()
        yield page_address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with running_browser() as running:
        yield running


@pytest.fixture
def page(address: str, browser: Browser) -> Iterator[Page]:
    """The page on a desktop."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        yield from _opened(context.new_page(), address)


@pytest.fixture
def phone(address: str, browser: Browser) -> Iterator[Page]:
    with browser.new_context(
        viewport={"width": 360, "height": 780}, has_touch=True, is_mobile=True
    ) as context:
        yield from _opened(context.new_page(), address)


def _opened(page: Page, address: str) -> Iterator[Page]:
    errors: list[str] = []
    page.on("request", lambda request: errors.extend(_foreign_url_errors(request.url, address)))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda entry: errors.append(entry.text) if entry.type == "error" else None)
    page.goto(address)
    expect(page.get_by_text("Bot siap")).to_be_visible()
    yield page
    assert errors == []


def _foreign_url_errors(url: str, address: str) -> list[str]:
    """Return an error for a request to any server but the demo, nothing for the others."""
    return [] if url.startswith((address, "data:")) else [f"request to {url}"]
