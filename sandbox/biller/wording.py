"""The biller's answers and reversals, exactly as its API documentation shows them."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sandbox.biller.behaviour import Outcome

Json = dict[str, Any]

_ZONE: Final = ZoneInfo("Asia/Jakarta")

ROUTE: Final = "Produk tidak tersedia (ROUTE)"
DEDUCT: Final = "silakan coba lagi (DEDUCT)"
INACTIVE: Final = "Produk tidak Aktif"
BAD_SIGN: Final = "Signature tidak valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trx:
    """The fields of an order that every answer repeats, and the time that the answer took."""

    user: str
    product: str
    destination: str
    ftrxid: str
    at_ms: int
    elapsed_s: float


def local_time(at_ms: int) -> datetime:
    """Return the time in the biller's zone."""
    return datetime.fromtimestamp(at_ms / 1000, _ZONE)


def accepted(trx: Trx, *, price_idr: int, balance_idr: int) -> Json:
    """Return the answer to an accepted order, which is in progress."""
    reason = f"Transaksi {trx.product}.{trx.destination} sedang diproses"
    head = {"total": price_idr, "status": True, "reason": reason, "saldo": str(balance_idr)}
    return head | _tail(trx)


def refused(trx: Trx, reason: str) -> Json:
    """Return the answer to a refused order."""
    text = f"Transaksi {trx.product}.{trx.destination} GAGAL {reason}"
    return {"total": 0, "status": False, "reason": text} | _tail(trx)


def _tail(trx: Trx) -> Json:
    return {
        "trxtime": local_time(trx.at_ms).strftime("%Y-%m-%d %H:%M:%S.%f"),
        "elapsed": trx.elapsed_s,
        "ftrxid": trx.ftrxid,
        "user": trx.user,
        "kodeproduk": trx.product,
        "tujuan": trx.destination,
    }


def reversal_message(
    outcome: Outcome, product: str, destination: str, *, sn: str, price_idr: int, balance_idr: int, at_ms: int
) -> str:
    """Return the `message` of a reversal; a contradicting one has GAGAL here and success as its status."""
    head = f"Transaksi {product}.{destination}"
    when = f"Tgl: {local_time(at_ms):%d/%m %H:%M:%S}"
    if outcome is not Outcome.SUCCESS:
        return f"{head} GAGAL, Saldo: Rp{balance_idr:,}, {when}"
    return f"{head} SUKSES, SN: {sn}, Saldo: Rp{balance_idr:,}, Harga: {price_idr:,}, {when}"


def status_of(outcome: Outcome) -> str:
    """Return the `status` of a reversal: 0 for success, 1 for failure."""
    return "1" if outcome is Outcome.FAILURE else "0"


def serial_number(product: str, trxid: str) -> str:
    """Return a serial number that is constant per order; for PLN a token with name, tariff and kWh."""
    digest = hashlib.sha256(f"{product}/{trxid}".encode()).digest()
    digits = f"{int.from_bytes(digest):020d}"[-20:]
    if not product.lower().startswith("pln"):
        return digits[:16]
    token = "-".join(digits[i : i + 4] for i in range(0, 20, 4))
    return f"{token}/BUDI SANTOSO/R1/1300VA/32,5"


def price_of(product: str) -> int:
    """Return the price in rupiah: the number in the code times 1,000, plus 200; 5,200 without a number."""
    digits = "".join(char for char in product if char in "0123456789")
    return int(digits[:4]) * 1000 + 200 if digits else 5200


def signature(user: str, password: str, trxid: str) -> str:
    """Return the `sign` by the biller's API documentation."""
    return hashlib.md5(f"{user}{password}{trxid}".encode(), usedforsecurity=False).hexdigest()
