"""Helpers for the tests of the demo page: actions of a user in a chat, and messages of the bot."""

import json
from io import BytesIO
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Locator, Page

from sandbox.telegram.cast import BOT_TOKEN
from sandbox.telegram.chats import User

RESULT_MS = 15_000
"""More than the biller's delays and the chat's rate limit together."""


def chat(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=f"Obrolan {name} dengan Loket")


def line(page: Page, name: str) -> Locator:
    return page.get_by_label(f"Pesan dari {name}")


def say(page: Page, name: str, text: str) -> None:
    line(page, name).fill(text)
    line(page, name).press("Enter")


def bot_messages(page: Page, name: str, words: str) -> Locator:
    return chat(page, name).locator(".from-bot").filter(has_text=words)


def order(page: Page, text: str) -> Locator:
    return page.locator(".order").filter(has_text=text)


def tap_button(page: Page, name: str, label: str, *, under: str) -> None:
    """Tap a button under the bot's last message that contains `under`."""
    bot_messages(page, name, under).last.get_by_role("button", name=label, exact=True).click()


def bot_says(page: Page, to: User, method: str = "sendMessage", **values: Any) -> int:
    """Send a message as the bot, with retries after 429; return the message's id."""
    files = {name: value for name, value in values.items() if isinstance(value, tuple)}
    fields = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in ({"chat_id": to.id} | values).items()
        if name not in files
    }
    url = f"{page.url}bot{BOT_TOKEN}/{method}"
    response = httpx.post(url, data=fields, files=files or None, trust_env=False)
    while response.status_code == 429:
        page.wait_for_timeout(1000 * float(response.headers["Retry-After"]))
        response = httpx.post(url, data=fields, files=files or None, trust_env=False)
    response.raise_for_status()
    return int(response.json()["result"]["message_id"])


def receipt() -> tuple[str, bytes]:
    out = BytesIO()
    Image.new("1", (768, 1200), 1).save(out, "PNG")
    return "struk.png", out.getvalue()


def table(*, done: int) -> str:
    rows = (f"{nth}. s5 0812{nth:08} {'SUKSES' if nth <= done else 'diproses'}" for nth in range(1, 61))
    return "\n".join(rows)
