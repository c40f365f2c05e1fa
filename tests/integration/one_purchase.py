"""One purchase, as the tests of the biller's client make it: the order, the client, two clear answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot.biller.client import TrxClient
from bot.order.model import Order, State

TIMEOUT_S = 0.4
PASSWORD = "canary-password"
TRXID = "22110111373985338"
SIGN = "e3eceade9694ba31524d812049868fbf"  # md5("demo" + PASSWORD + TRXID)

ORDER = Order(
    trxid=TRXID,
    chat_id=1,
    thread_id=None,
    message_id=1,
    line=1,
    user_id=1,
    product_code="s5",
    destination="081234567890",
    state=State.SUBMITTING,
    asked_at_ms=0,
    placed_at_ms=0,
    changed_at_ms=0,
    due_at_ms=0,
)

YES: dict[str, Any] = {
    "total": 5000,
    "status": True,
    "reason": "Transaksi s5.081234567890 sedang diproses",
    "saldo": "1356424",
    "ftrxid": "21160325359742",
    "user": "demo",
    "kodeproduk": "s5",
    "tujuan": "081234567890",
}
NO = YES | {"total": 0, "status": False, "reason": "Transaksi s5.081234567890 GAGAL Produk tidak Aktif"}


@asynccontextmanager
async def client_of(url: str, *, timeout_s: float = TIMEOUT_S) -> AsyncIterator[TrxClient]:
    yield TrxClient(url=url, user="demo", password=PASSWORD, timeout_s=timeout_s)
