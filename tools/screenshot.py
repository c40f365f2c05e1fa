"""Takes the pictures of the demo and its desk in docs/pictures/ from the running demo with its story.

Inter and a colour emoji font must be installed (Debian: fonts-inter and fonts-noto-color-emoji).
"""

import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for a run as a script, from any directory

from playwright.sync_api import Browser

from tools.demo import ROOT, running_browser, running_demo

PICTURES = ROOT / "docs" / "pictures"
DESK_PAGES = {
    "desk-today.png": "",
    "desk-products.png": "/products",
    "desk-reports.png": "/reports?by=product",
    "desk-books.png": "/books",
}
"""Pictures of the desk, and the pages that they show."""

_ALL_LOADED = "images => Promise.all(images.map((image) => image.decode()))"


def main() -> None:
    """Write demo.png and desk-*.png (desktop, light), demo-phone.png and desk-phone.png (phone, dark)."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with running_demo() as address, running_browser() as browser:
        _take(browser, f"{address}/?lang=en", "demo.png", width=1440, height=900, dark=False)
        _take(browser, f"{address}/?lang=id", "demo-phone.png", width=360, height=780, dark=True)
        _take_desk(browser, address, DESK_PAGES, width=1280, height=800, dark=False)
        _take_desk(browser, address, {"desk-phone.png": ""}, width=360, height=780, dark=True)


def _take(browser: Browser, address: str, name: str, *, width: int, height: int, dark: bool) -> None:
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        device_scale_factor=1,
    )
    page.goto(address)
    page.locator(".order").first.wait_for()
    # The story ends with a receipt, which has to be loaded before the picture is taken.
    receipt = page.locator(".picture img")
    receipt.first.wait_for()
    receipt.evaluate_all(_ALL_LOADED)
    page.evaluate("document.fonts.ready")
    page.screenshot(path=PICTURES / name)
    page.close()
    sys.stdout.write(f"{PICTURES / name}\n")


def _take_desk(
    browser: Browser, address: str, pages: Mapping[str, str], *, width: int, height: int, dark: bool
) -> None:
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        device_scale_factor=1,
    )
    page.goto(f"{address}/sandbox/desk")
    page.locator("button.main").click()
    page.locator("#figures").wait_for()
    desk = page.url
    for name, path in pages.items():
        page.goto(f"{desk}{path}")
        if page.locator("[data-plot]").count():
            page.locator("canvas").first.wait_for()
        page.evaluate("document.fonts.ready")
        page.screenshot(path=PICTURES / name)
        sys.stdout.write(f"{PICTURES / name}\n")
    page.close()


if __name__ == "__main__":
    main()
