"""A biller that costs little: takes every order at once and reports its success a little later."""

import asyncio
import json
import time
from urllib.parse import urlencode

from sandbox.biller import wording
from sandbox.biller.behaviour import Outcome
from tests.benchmarks.ledger import Ledger
from tests.benchmarks.plain_http import Answer, Caller, Request

USER, PASSWORD = "bench", "bench-sandi-biller"
BALANCE_IDR = 100_000_000

REPORTS_AT_ONCE = 16


class Biller:
    """Answers after `answer_s` and reports to `path` at `port` after `result_s` more."""

    def __init__(self, ledger: Ledger, *, port: int, path: str, answer_s: float, result_s: float) -> None:
        self.unheard = 0
        self._ledger = ledger
        self._path = path
        self._answer_s = answer_s
        self._result_s = result_s
        self._caller = Caller(port, connections=REPORTS_AT_ONCE)
        self._reporting: set[asyncio.Task[None]] = set()

    def answer(self, request: Request) -> Answer:
        """Take one order."""
        order = json.loads(request.body)
        product, destination, trxid = order["produk"], order["idpel"], order["trxid"]
        self._ledger.posted(destination, trxid)
        loop = asyncio.get_running_loop()
        loop.call_later(self._answer_s + self._result_s, self._start, product, destination, trxid)
        trx = wording.Trx(
            user=order["user"],
            product=product,
            destination=destination,
            ftrxid=f"21{trxid[-12:]}",
            at_ms=time.time_ns() // 1_000_000,
            elapsed_s=self._answer_s,
        )
        body = wording.accepted(trx, price_idr=5200, balance_idr=BALANCE_IDR)
        return Answer(json.dumps(body).encode(), delay_s=self._answer_s)

    def _start(self, product: str, destination: str, trxid: str) -> None:
        task = asyncio.create_task(self._report(product, destination, trxid))
        self._reporting.add(task)
        task.add_done_callback(self._reporting.discard)

    async def _report(self, product: str, destination: str, trxid: str) -> None:
        message = wording.reversal_message(
            Outcome.SUCCESS,
            product,
            destination,
            sn=wording.serial_number(product, trxid),
            price_idr=5200,
            balance_idr=BALANCE_IDR,
            at_ms=time.time_ns() // 1_000_000,
        )
        query = {
            "status": "0",
            "refid": trxid,
            "product": product,
            "qty": "1",
            "dest": destination,
            "message": message,
        }
        self._ledger.reported(destination)
        try:
            answer = await self._caller.ask("GET", f"{self._path}?{urlencode(query)}")
        except ConnectionError:  # the replica was killed, as the failover does
            self.unheard += 1
        else:
            self.unheard += answer.status != 200

    def spread_over(self, *ports: int) -> None:
        """Report to these ports in turn, as a load balancer does."""
        self._caller.close()
        self._caller = Caller(*ports, connections=REPORTS_AT_ONCE)

    def close(self) -> None:
        """Report nothing more."""
        for task in self._reporting:
            task.cancel()
        self._caller.close()
