"""The one call that spends money: posted once, never repeated here, never guessed at.

Only a call that surely never left is `NotSent`; whatever is not a clear answer is `Unclear`.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

import httpx

from bot.biller.signature import sign
from bot.biller.wire import read_answer, trx_body
from bot.order.model import Order
from bot.order.news import Accepted, Answer, NotSent, Refused, Unclear

ANSWER_MAX_BYTES: Final = 64_000  # the sheet's answers are under 400 bytes
CONNECT_TIMEOUT_S: Final = 10.0  # a healthy biller takes the connection in a fraction of a second

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",  # an answer is read as it came, so nothing can inflate
    "Connection": "close",  # a stale connection would manufacture unknown orders
    "User-Agent": "loket",
}


class TrxClient:
    """Posts `trx` calls to `{url}/service/in/json`; `timeout_s` bounds a call from end to end."""

    def __init__(self, *, url: str, user: str, password: str, timeout_s: float) -> None:
        endpoint = httpx.URL(f"{url.rstrip('/')}/service/in/json")
        self._user = user
        self._password = password
        self._timeout_s = timeout_s
        # httpx writes URLs into its log, so a URL's own credentials travel apart from it.
        self._endpoint = endpoint.copy_with(userinfo=b"")
        self._http = httpx.AsyncClient(
            transport=_transport(),
            auth=httpx.BasicAuth(endpoint.username, endpoint.password) if endpoint.userinfo else None,
            headers=_HEADERS,
            follow_redirects=False,
            trust_env=False,
            # A third each for TCP and TLS: a stall there is told as NotSent before the outer deadline.
            timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_TIMEOUT_S, timeout_s / 3)),
        )

    async def buy(self, order: Order) -> Answer:
        """Post `order` once and say what came of it; only cancellation is raised."""
        departure = Departure()
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._post(order, departure)
        except Exception as error:  # noqa: BLE001 - after a post every surprise means: perhaps bought
            return outcome_of(error, headers_began=departure.headers_began)

    async def aclose(self) -> None:
        """Close the connections; no call may follow."""
        await self._http.aclose()

    async def _post(self, order: Order, departure: "Departure") -> Accepted | Refused | Unclear:
        signature = sign(user=self._user, password=self._password, trxid=order.trxid)
        body = trx_body(order, user=self._user, sign=signature)
        extensions = {"trace": departure.watch}
        async with self._http.stream("POST", self._endpoint, json=body, extensions=extensions) as response:
            if response.headers.get("Content-Encoding", "identity").lower() != "identity":
                return Unclear(why="the answer is compressed")
            answer = await _read(response)
        return judge(response.status_code, answer, order=order, user=self._user)


def judge(status: int, answer: bytes | None, *, order: Order, user: str) -> Accepted | Refused | Unclear:
    """Judge a whole answer; `answer` is None if it was longer than any the biller gives."""
    if status != httpx.codes.OK:
        return Unclear(why=f"HTTP {status}")
    if answer is None:
        return Unclear(why="the answer is too long")
    return read_answer(answer, order=order, user=user)


def outcome_of(error: Exception, *, headers_began: bool) -> NotSent | Unclear:
    """Judge a call that broke off by whether a byte may have left; exception texts are never quoted."""
    why = type(error).__name__
    if isinstance(error, _NEVER_LEFT) and not headers_began:
        return NotSent(why=why)
    return Unclear(why=why)


class Departure:
    """Watches one call for the moment from which bytes of it may have left."""

    def __init__(self) -> None:
        self.headers_began = False

    async def watch(self, event: str, _: Mapping[str, object]) -> None:
        """Take one trace event of httpcore."""
        if event.endswith("send_request_headers.started"):
            self.headers_began = True


def _transport() -> httpx.AsyncHTTPTransport:
    # How many calls run at once is the submitter's business, so the pool itself has no limit.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    return httpx.AsyncHTTPTransport(http1=True, http2=False, retries=0, trust_env=False, limits=limits)


async def _read(response: httpx.Response) -> bytes | None:
    answer = bytearray()
    async for part in response.aiter_raw():
        answer += part
        if len(answer) > ANSWER_MAX_BYTES:
            return None
    return bytes(answer)
