"""The one call that spends money: posted once, never repeated here, never guessed at.

Only a call that surely never left is `NotSent`; whatever is not a clear answer is `Unclear`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hashlib import md5
from typing import Final

import httpx

from bot.biller.answers import read_answer, trx_body
from bot.biller.transport import NotLeading, OneCall
from bot.orders.events import Accepted, Answer, NotSent, Refused, Unclear
from bot.orders.model import Order, UnknownCause


def sign(*, user: str, password: str, trxid: str) -> str:
    """Join the three with nothing between them and hash them: 32 hex digits in lower case.

    MD5 is the biller's choice; the result is as secret as the password and is never shown.
    """
    return md5(f"{user}{password}{trxid}".encode(), usedforsecurity=False).hexdigest()


TRX_PATH: Final = "/service/in/json"
ANSWER_MAX_BYTES: Final = 64_000  # the sheet's answers are under 400 bytes
LAST_READ_S: Final = 0.25  # the loop looks into the socket many times meanwhile
CONNECT_TIMEOUT_S: Final = 10.0  # a healthy biller takes the connection in a fraction of a second

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, NotLeading)
_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",  # an answer is read as it came, so nothing can inflate
    "Connection": "close",  # a stale connection would manufacture unknown orders
    "Content-Type": "application/json",
    "User-Agent": "loket",
}


class BillerClient:
    """Posts `trx` calls to `{url}/service/in/json`; `timeout_s` bounds a call from end to end.

    `may_post` is asked once there is a connection, before the first byte.
    """

    def __init__(
        self,
        *,
        url: str,
        user: str,
        password: str,
        timeout_s: float,
        may_post: Callable[[], bool] = lambda: True,
    ) -> None:
        endpoint = httpx.URL(f"{url.rstrip('/')}{TRX_PATH}")
        self._user = user
        self._password = password
        self._timeout_s = timeout_s
        # A request that is shown shows its URL, so the credentials of a URL travel apart from it.
        self._endpoint = endpoint.copy_with(userinfo=b"")
        request = httpx.Request("GET", self._endpoint, headers=_HEADERS)  # a POST would count its body here
        if endpoint.userinfo:
            request = next(httpx.BasicAuth(endpoint.username, endpoint.password).auth_flow(request))
        # A third for TCP and TLS: a stall there is told as NotSent before the outer deadline.
        connect_timeout_s = min(CONNECT_TIMEOUT_S, timeout_s / 3)
        self._transport = OneCall(
            self._endpoint,
            connect_timeout_s=connect_timeout_s,
            max_bytes=ANSWER_MAX_BYTES,
            headers=request.headers,
            may_post=may_post,
        )

    def expect(self) -> None:
        """Connect already: a purchase comes as soon as its claim is on the disk."""
        self._transport.connect_ahead()

    async def buy(self, order: Order) -> Answer:
        """Post `order` once and say what came of it; only cancellation is raised."""
        try:
            async with _deadline(self._timeout_s):
                return await self._post(order)
        except Exception as error:  # noqa: BLE001 - after a post every surprise means: perhaps bought
            return classify_error(error)

    async def _post(self, order: Order) -> Accepted | Refused | Unclear:
        signature = sign(user=self._user, password=self._password, trxid=order.trxid)
        body = trx_body(order, user=self._user, sign=signature)
        answer = await self._transport.post(body)
        if answer.is_encoded:
            return Unclear(why="the answer is compressed", cause=UnknownCause.UNREADABLE_ANSWER)
        return read_response(answer.status, answer.body, order=order, user=self._user)


@asynccontextmanager
async def _deadline(timeout_s: float) -> AsyncIterator[None]:
    """Cancel the block after `timeout_s`, and a last look into the socket.

    After a process was suspended its timers run before its sockets are read: an answer that arrived meanwhile
    would be lost.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as deadline:
        expiry = loop.call_later(timeout_s, lambda: deadline.reschedule(loop.time() + LAST_READ_S))
        try:
            yield
        finally:
            expiry.cancel()


def read_response(status: int, answer: bytes, *, order: Order, user: str) -> Accepted | Refused | Unclear:
    """Judge a whole answer."""
    if status != httpx.codes.OK:
        return Unclear(why=f"HTTP {status}", cause=UnknownCause.UNREADABLE_ANSWER)
    if len(answer) > ANSWER_MAX_BYTES:
        return Unclear(why="the answer is too long", cause=UnknownCause.UNREADABLE_ANSWER)
    return read_answer(answer, order=order, user=user)


def classify_error(error: Exception) -> NotSent | Unclear:
    """Judge a call that broke off by whether a byte may have left; exception texts are never quoted."""
    why = type(error).__name__
    if isinstance(error, _NEVER_LEFT):
        return NotSent(why=why)
    return Unclear(why=why)
