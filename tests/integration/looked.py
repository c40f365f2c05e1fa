"""What the tests of looking around share: orders made up in the books, and buttons found by their labels."""

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
    """Put an order into the books as if it had happened; each `number` is an order of its own."""
    order = replace(DONE, trxid=f"202609212013{number:05d}", message_id=1_000_000 + number, **facts)
    assert await shop.disk.write(lambda tx: orders.insert(tx, order, actor="test", evidence=""))
    return order


def labels(shop: Shop, chat: int = SARI) -> dict[str, str]:
    """Give what the buttons under the chat's last letter bring back, by what stands on them."""
    rows = json.loads(shop.messages(chat)[-1]["keyboard"])
    return {label or action: data for row in rows for action, data, label in row}


async def told(shop: Shop, chat: int = SARI) -> str:
    """Let all be said, and give the words of the chat's last message."""
    await shop.speaks()
    return shop.sender.to(chat)[-1].text


async def shown_last(shop: Shop, chat: int = SARI) -> int:
    """Let all be said, and give the id of the chat's last message."""
    await shop.speaks()
    return shop.sender.to(chat)[-1].message_id


async def turns(shop: Shop, label: str, *, by: int = SARI, chat: int | None = None) -> Toast:
    """Let somebody tap a button under the chat's last message; give what they see of it."""
    message_id = await shown_last(shop, chat or by)
    return await shop.presses(labels(shop, chat or by)[label], by=by, chat=chat, message_id=message_id)
