"""The emulated biller as tests and the page control it: settings, ledger, reversals."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

import httpx

from sandbox.background import Background
from sandbox.biller.behaviour import WAYS, Behaviour, Outcome
from sandbox.biller.ledger import Entry, Ledger, Reversal
from sandbox.biller.wording import reversal_message, serial_number, status_of
from sandbox.feed import Feed
from sandbox.listen import loopback_client
from sandbox.moments import Moments

_OPENING_BALANCE_IDR: Final = 1_356_424
# A reversal that does not get 200 is retried after these pauses, in seconds: five tries in all.
_RETRY_PAUSES_S: Final = (2.0, 4.0, 8.0, 8.0)
REVERSAL_TRIES: Final = 1 + len(_RETRY_PAUSES_S)
_RESPONSE_TIMEOUT_S: Final = 10.0
_DELAYS: Final = frozenset({"answer_delay_s", "result_delay_s", "slow_s", "late_s"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The biller's behaviour for new orders, and its delays in seconds."""

    behaviour: Behaviour = Behaviour.SUCCESS
    answer_delay_s: float = 0.3
    result_delay_s: float = 2.0
    slow_s: float = 8.0
    late_s: float = 6.0


class Biller:
    """One biller with one client. Without a `reversal_url` it sends no reversals."""

    def __init__(
        self,
        *,
        feed: Feed,
        moments: Moments,
        now_ms: Callable[[], int],
        sleep: Callable[[float], Awaitable[None]],
        user: str,
        password: str,
        reversal_url: str | None,
    ) -> None:
        self.user = user
        self.password = password
        self.reversal_url = reversal_url
        self.settings = Settings()
        self.ledger = Ledger(balance_idr=_OPENING_BALANCE_IDR)
        self.feed = feed
        self.moments = moments
        self.now_ms = now_ms
        self.sleep = sleep
        self._tasks = Background()
        self._client = loopback_client(_RESPONSE_TIMEOUT_S)

    @property
    def entries(self) -> dict[str, Entry]:
        """The ledger by trxid."""
        return self.ledger.entries

    def behave(self, behaviour: str) -> None:
        """Set the behaviour from the next order on; ValueError for an unknown one."""
        self.settings = replace(self.settings, behaviour=Behaviour(behaviour))
        self.feed.changed()

    def configure(self, *, balance_idr: int | None = None, **delays_s: float) -> None:
        """Set the balance and any of answer_delay_s, result_delay_s, slow_s, late_s."""
        if unknown := delays_s.keys() - _DELAYS:
            raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}")
        if any(delay_s < 0 for delay_s in delays_s.values()):
            raise ValueError("a delay cannot be negative")
        self.settings = replace(self.settings, **delays_s)  # type: ignore[arg-type]  # only delays are left
        if balance_idr is not None:
            self.ledger.balance_idr = balance_idr
        self.feed.changed()

    async def wait_for_entry(
        self, accept: Callable[[Entry], bool] = lambda _: True, *, timeout_s: float = 5.0
    ) -> Entry:
        """Return the first entry that `accept` is true for, as soon as there is one; TimeoutError."""
        return await self.feed.until(lambda: next(filter(accept, self.entries.values()), None), timeout_s)

    async def reverse(
        self,
        trxid: str,
        outcome: str = "success",
        *,
        sn: str | None = None,
        **fields: str,
    ) -> int | None:
        """Send one reversal now, without retries; return the HTTP status, None if there was no response.

        `fields` replace those of the query (status, refid, product, qty, dest, message), so that a test can
        send false ones. KeyError for a trxid that was never posted.
        """
        entry = self.entries[trxid]
        record, query = self._prepare(entry, Outcome(outcome), sn, fields)
        await self._send(record, query)
        return record.http_status

    def plan(self, entry: Entry) -> None:
        """Schedule the reversals of the entry's behaviour."""
        self._tasks.spawn(self._send_reversals(entry))

    async def report_now(self, entry: Entry) -> None:
        """Send the first reversal now and return after its first try; retries follow in the background."""
        outcome = WAYS[entry.behaviour].reversals[0]
        record, query = self._prepare(entry, outcome, None, {})
        await self._send(record, query)
        self._tasks.spawn(self._retry(record, query))

    def reset(self, *, settings: bool = False) -> None:
        """Cancel all reversals and start with an empty ledger, and on request with the first settings."""
        self._tasks.cancel()
        if settings:
            self.settings = Settings()
        self.ledger = Ledger(balance_idr=_OPENING_BALANCE_IDR)
        self.feed.changed()

    async def aclose(self) -> None:
        """End all scheduled reversals."""
        await self._tasks.aclose()
        await self._client.aclose()

    async def _send_reversals(self, entry: Entry) -> None:
        way = WAYS[entry.behaviour]
        pause_s = self.settings.late_s if way.late else self.settings.result_delay_s
        for outcome in way.reversals:
            await self.sleep(pause_s)
            record, query = self._prepare(entry, outcome, None, {})
            await self._send(record, query)
            await self._retry(record, query)
            pause_s = self.settings.result_delay_s

    def _prepare(
        self, entry: Entry, outcome: Outcome, sn: str | None, fields: dict[str, str]
    ) -> tuple[Reversal, str]:
        """Record the reversal and its refund in the ledger; return the record and the query string."""
        now_ms = self.now_ms()
        sn = serial_number(entry.product, entry.trxid) if sn is None else sn
        if outcome is Outcome.FAILURE:
            self.ledger.refund(entry)
        message = reversal_message(
            outcome,
            entry.product,
            entry.destination,
            sn=sn,
            price_idr=entry.price_idr,
            balance_idr=self.ledger.balance_idr,
            at_ms=now_ms,
        )
        # The example in the biller's API documentation has banktrf here, whatever the product.
        query = {
            "status": status_of(outcome),
            "refid": entry.trxid,
            "product": "banktrf",
            "qty": "1",
            "dest": entry.destination,
            "message": message,
        } | fields
        reported_sn = sn if outcome is Outcome.SUCCESS else None
        record = Reversal(at_ms=now_ms, outcome=outcome, status=query["status"], sn=reported_sn)
        entry.reversals.append(record)
        self.feed.changed()
        return record, urlencode(query)

    async def _retry(self, record: Reversal, query: str) -> None:
        for pause_s in _RETRY_PAUSES_S:
            if record.http_status == httpx.codes.OK:
                return
            await self.sleep(pause_s)
            await self._send(record, query)

    async def _send(self, record: Reversal, query: str) -> None:
        if self.reversal_url is None:
            return
        record.tries += 1
        record.is_under_way = True
        try:
            response = await self._client.get(
                f"{self.reversal_url}?{query}", extensions=self.moments.extensions("reversal")
            )
            record.http_status = response.status_code
        except httpx.HTTPError:
            record.http_status = None
        record.is_under_way = False
        self.feed.changed()
