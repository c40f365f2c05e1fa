"""Facts that many samples share."""

from typing import Any

AT_MS = 1_795_330_205_000  # 22/11/2026 13:50:05 WIB
PRICE_IDR, SUM_IDR, BALANCE_IDR = 5_432_100, 98_765_400, 1_234_567
SELL_IDR = 6_300
TOKEN_SN = "1234-5678-9012-3456-7890/BUDI SANTOSO/R1/1300VA/32,5"
ABOUT: dict[str, Any] = {
    "trxid": "22110111373985338",
    "code": "s5",
    "destination": "081234567890",
    "at_ms": AT_MS,
}
