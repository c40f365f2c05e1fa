"""Helpers for the tests of order lookup and reports: made-up orders, and buttons found by label."""

import json
from typing import Any

from msgspec.structs import replace

from bot.orders.model import Order, State
from bot.updates import Toast
from storage import orders
from tests.integration.conftest import SARI, Shop
from tests.integration.fakes import START_MS

DONE = Order(
    trxid="20260921201320001",
    chat_id=SARI,
    thread_id=None,
    message_id=1,
    line=1,
    user_id=SARI,
    product_code="s5",
    destination="081234567890",
    state=State.SUCCEEDED,
    requested_at_ms=START_MS,
    placed_at_ms=START_MS,
    changed_at_ms=START_MS + 4_000,
    due_at_ms=START_MS,
    price_idr=6_300,
    cost_idr=5_700,
    sn="SN-1",
)


async def remembers(shop: Shop, number: int, **facts: Any) -> Order:
    """Store an order as if it had been bought; each `number` is an order of its own."""
    order = replace(DONE, trxid=f"202609212013{number:05d}", message_id=1_000_000 + number, **facts)
    assert await shop.disk.write(lambda tx: orders.insert(tx, order, actor="test", evidence=""))
    return order


def labels(shop: Shop, chat: int = SARI) -> dict[str, str]:
    """Return the callback data of the buttons under the last message of the chat, by label."""
    rows = json.loads(shop.messages(chat)[-1]["keyboard"])
    return {label or action: data for row in rows for action, data, label in row}


async def last_text(shop: Shop, chat: int = SARI) -> str:
    """Send all messages; return the text of the last one to the chat."""
    await shop.speaks()
    return shop.sender.to(chat)[-1].text


async def shown_last(shop: Shop, chat: int = SARI) -> int:
    """Send all messages; return the id of the last one to the chat."""
    await shop.speaks()
    return shop.sender.to(chat)[-1].message_id


async def turns(shop: Shop, label: str, *, by: int = SARI, chat: int | None = None) -> Toast:
    """Press the button with this label under the last message of the chat; return the toast."""
    message_id = await shown_last(shop, chat or by)
    return await shop.presses(labels(shop, chat or by)[label], by=by, chat=chat, message_id=message_id)
