"""The operator's account, the service that reports what comes to it, and a shop that pays late."""

import hmac
import json
from hashlib import sha256
from random import Random

from bot.deposits.accounts import DepositAccount
from bot.deposits.mutations import MutationPost, Service
from bot.deposits.qris import Field, crc16
from bot.notices.deposits import TicketState
from storage import deposits, ledger
from storage.deposits import TicketDecision, TicketOrigin
from storage.transaction import Tx

ACCOUNT = DepositAccount(bank="BCA", number="1234567890", holder="Loket")
SIGNING_KEY = "the key of operator and bank service"


def _static_code() -> str:
    fields = {"00": "01", "01": "11", "26": "0014ID.CO.CONTOH.WWW", "53": "360", "58": "ID", "59": "LOKET"}
    unsigned = "".join(str(Field(tag, value)) for tag, value in fields.items()) + "6304"
    return unsigned + crc16(unsigned)


QRIS = _static_code()

OWN_NUMBERS = ("1234567890", "123-456.7890", "xxxxxx7890", "12xxxxxx90", 1234567890, "")
OTHER_NUMBERS = ("1234567891", "xxxxxx7891", 9988776655)
MERCHANT_NUMBER = "QRIS 99887766"
"""How a service writes the account: a way of its own each time, and the merchant's for what came by QRIS."""

TICKETS_IDR, CASH_IDR = (10_000, 30_000), (5_900, 20_000)

CROWDED, UNUSED, EARLIER_OWNER, EARLIER_MS = 1 / 3, 1, 6001, 5 * 86_400_000
"""In crowded worlds another shop had all amounts but one, days ago, and pays some of them late."""


class BankService:
    """Moota or Mutasibank: one of them watches the account."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._form = random.choice(tuple(Service))

    def row(self, ref: str, amount_idr: int, numbers: tuple[object, ...]) -> dict[str, object]:
        """Return a mutation in the form of the service; one post of Mutasibank names its account once."""
        name = "mutation_id" if self._form is Service.MOOTA else "id"
        row = {name: ref, "type": "CR", "amount": amount_idr, "description": f"TRSF {ref}"}
        return {**row, "account_number": self._random.choice(numbers)}

    def signed(self, rows: list[dict[str, object]], key: str, *, at_ms: int) -> MutationPost:
        """Return the post of the service at a time."""
        if self._form is Service.MOOTA:
            body = json.dumps(rows).encode()
            return MutationPost(body=body, moota_signature=_signature(body, key))
        body = json.dumps({"api_key": "canary", "data_mutasi": rows}).encode()
        return MutationPost(
            body=body,
            mutasibank_signature=_signature(body, key),
            mutasibank_timestamp=str(at_ms // 1000),
        )


def _signature(body: bytes, key: str) -> str:
    return hmac.new(key.encode(), body, sha256).hexdigest()


def crowd(tx: Tx, *, now_ms: int) -> None:
    """Another shop had all amounts but a few, cancelled them, and days have passed since."""
    at_ms = now_ms - EARLIER_MS
    shop_id = ledger.open_shop(tx, EARLIER_OWNER, floor_idr=0, at_ms=at_ms)
    origin = TicketOrigin(chat_id=EARLIER_OWNER, thread_id=None, message_id=None)
    for suffix in range(1, 1_000 - UNUSED):
        ticket = deposits.insert(
            tx,
            origin,
            shop_id=shop_id,
            user_id=EARLIER_OWNER,
            requested_idr=TICKETS_IDR[0],
            exact_idr=TICKETS_IDR[0] + suffix,
            accounts=(ACCOUNT,),
            takes_qris=False,
            at_ms=at_ms,
            expires_at_ms=at_ms,
            release_at_ms=at_ms,
        )
        assert ticket
        ended = TicketDecision(state=TicketState.CANCELLED, at_ms=at_ms, release_at_ms=at_ms)
        deposits.decide(tx, ticket, ended)
    deposits.release(tx, now_ms=at_ms, limit=1_000)
