"""One purchase for the tests of the biller client: the order, the client, two clear answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot.biller.client import BillerClient
from bot.orders.model import State
from tests.makers import an_order

TIMEOUT_S = 2.0
"""For what is never answered: long enough for a connection on a busy machine."""

PATIENT_S = 30.0
PASSWORD = "canary-password"
TRXID = "22110111373985338"
SIGN = "e3eceade9694ba31524d812049868fbf"  # md5("demo" + PASSWORD + TRXID)

ORDER = an_order(trxid=TRXID, state=State.SUBMITTING)

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
async def client_of(url: str, *, timeout_s: float = PATIENT_S) -> AsyncIterator[BillerClient]:
    yield BillerClient(url=url, user="demo", password=PASSWORD, timeout_s=timeout_s)
