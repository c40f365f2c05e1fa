"""The emulated bank account of the operator: money that arrives is reported as Moota reports it."""

import hmac
import json
import secrets
from collections.abc import Callable
from hashlib import sha256
from typing import Final

from sandbox.listen import loopback_client

ACCOUNTS: Final = "BCA:1234567890:Rina Wati; DANA:081290011234:Rina Wati"
QRIS: Final = (
    "00020101021126420014ID.CO.CONTOH.WWW01189360091500000000005204541153033605802ID5912LOKET C"
    "ONTOH6007JAKARTA6304EBBC"
)
_RESPONSE_TIMEOUT_S: Final = 10.0


class Bank:
    """One account. Without a `mutations_url` nothing is reported; its last part is the key too."""

    def __init__(self, *, now_ms: Callable[[], int]) -> None:
        self.mutations_url: str | None = None
        self._now_ms = now_ms
        self._client = loopback_client(_RESPONSE_TIMEOUT_S)

    async def receive(self, amount_idr: int, *, mutation_id: str | None = None) -> int:
        """Report money that arrived, under a new id without `mutation_id`; return the HTTP status."""
        if self.mutations_url is None:
            raise ValueError("the bot takes no bank mutations")
        if amount_idr <= 0:
            raise ValueError("money that arrives is more than nothing")
        row = {
            "mutation_id": mutation_id or secrets.token_hex(6),
            "account_number": "1234567890",
            "type": "CR",
            "amount": f"{amount_idr}.00",
            "description": "TRSF E-BANKING CR",
            "created_at": self._now_ms(),
        }
        body = json.dumps([row]).encode()
        key = self.mutations_url.rpartition("/")[2]
        headers = {
            "Content-Type": "application/json",
            "Signature": hmac.new(key.encode(), body, sha256).hexdigest(),
        }
        return (await self._client.post(self.mutations_url, content=body, headers=headers)).status_code

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()
