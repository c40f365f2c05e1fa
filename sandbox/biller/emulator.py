"""The pretended biller as tests and the page handle it: settings, ledger, reversals."""

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
# A reversal that gets no 200 is tried again after these pauses, in seconds: five tries in all.
_RETRY_PAUSES_S: Final = (2.0, 4.0, 8.0, 8.0)
_ANSWER_WITHIN_S: Final = 10.0
_DELAYS: Final = frozenset({"answer_delay_s", "result_delay_s", "slow_s", "late_s"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the biller behaves toward new orders, and how long it takes, in seconds."""

    behaviour: Behaviour = Behaviour.SUCCESS
    answer_delay_s: float = 0.3
    result_delay_s: float = 2.0
    slow_s: float = 8.0
    late_s: float = 6.0


class Biller:
    """One biller with one partner. `reversal_url` None: results are reported to no address."""

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
        self._client = loopback_client(_ANSWER_WITHIN_S)

    @property
    def entries(self) -> dict[str, Entry]:
        """The ledger by trxid."""
        return self.ledger.entries

    def behave(self, behaviour: str) -> None:
        """Go this way from the next order on; ValueError for an unknown one."""
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
        """Return the first entry that fits; TimeoutError if none comes."""
        return await self.feed.until(lambda: next(filter(accept, self.entries.values()), None), timeout_s)

    async def reverse(
        self,
        trxid: str,
        outcome: str = "success",
        *,
        sn: str | None = None,
        **fields: str,
    ) -> int | None:
        """Send one reversal now, without retries; returns the HTTP status, None if there was no answer.

        `fields` replace the query's own (status, refid, product, qty, dest, message), so that a test can
        tell lies. KeyError for a trxid never posted.
        """
        entry = self.entries[trxid]
        record, query = self._prepare(entry, Outcome(outcome), sn, fields)
        await self._tell(record, query)
        return record.http_status

    def plan(self, entry: Entry) -> None:
        """Let the reversals of the entry's behaviour come in their time."""
        self._tasks.spawn(self._report(entry))

    async def report_now(self, entry: Entry) -> None:
        """Send the first reversal at once and wait for its first try."""
        outcome = WAYS[entry.behaviour].reversals[0]
        record, query = self._prepare(entry, outcome, None, {})
        await self._tell(record, query)
        self._tasks.spawn(self._insist(record, query))

    def reset(self, *, settings: bool = False) -> None:
        """Start new books; the settings stay, unless they are to be as at the start too."""
        self._tasks.cancel()
        if settings:
            self.settings = Settings()
        self.ledger = Ledger(balance_idr=_OPENING_BALANCE_IDR)
        self.feed.changed()

    async def aclose(self) -> None:
        """End all reversals under way."""
        await self._tasks.aclose()
        await self._client.aclose()

    async def _report(self, entry: Entry) -> None:
        way = WAYS[entry.behaviour]
        pause_s = self.settings.late_s if way.late else self.settings.result_delay_s
        for outcome in way.reversals:
            await self.sleep(pause_s)
            record, query = self._prepare(entry, outcome, None, {})
            await self._tell(record, query)
            await self._insist(record, query)
            pause_s = self.settings.result_delay_s

    def _prepare(
        self, entry: Entry, outcome: Outcome, sn: str | None, fields: dict[str, str]
    ) -> tuple[Reversal, str]:
        """Settle the books for the outcome; returns the record and the query string."""
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
        # The sheet's own example says banktrf here, whatever was bought.
        query = {
            "status": status_of(outcome),
            "refid": entry.trxid,
            "product": "banktrf",
            "qty": "1",
            "dest": entry.destination,
            "message": message,
        } | fields
        told_sn = sn if outcome is Outcome.SUCCESS else None
        record = Reversal(at_ms=now_ms, outcome=outcome, status=query["status"], sn=told_sn)
        entry.reversals.append(record)
        self.feed.changed()
        return record, urlencode(query)

    async def _insist(self, record: Reversal, query: str) -> None:
        for pause_s in _RETRY_PAUSES_S:
            if record.http_status == httpx.codes.OK:
                return
            await self.sleep(pause_s)
            await self._tell(record, query)

    async def _tell(self, record: Reversal, query: str) -> None:
        if self.reversal_url is None:
            return
        record.tries += 1
        record.is_under_way = True
        try:
            answer = await self._client.get(
                f"{self.reversal_url}?{query}", extensions=self.moments.extensions("reversal")
            )
            record.http_status = answer.status_code
        except httpx.HTTPError:
            record.http_status = None
        record.is_under_way = False
        self.feed.changed()
