"""The one call that spends money: posted once, never repeated here, never guessed at.

Each call has one connection of its own, and before it stands not a byte leaves: httpx.ConnectError and
httpx.ConnectTimeout are raised only while there is no connection, whatever breaks later is another error.
So only a call that surely never left is `NotSent`, and whatever is not a clear answer is `Unclear`. What is
written and read over the connection is h11's.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from hashlib import md5
from typing import Any, Final, SupportsIndex, cast

import h11
import httpx
from aiohappyeyeballs import AddrInfoType, start_connection
from msgspec import Struct

from bot.biller.answers import read_answer, trx_body
from bot.orders.events import Accepted, Answer, NotSent, Refused, Unclear
from bot.orders.model import Order, UnknownCause

HAPPY_EYEBALLS_DELAY_S: Final = 0.25  # RFC 8305: before the next address is tried beside a silent one
CONNECTED_AHEAD_S: Final = 1.0  # a claim is on the disk in a moment; no server hangs up on so short a silence

READ_BYTES: Final = 65_536


def biller_certificates() -> ssl.SSLContext:
    """Return the certificates that the biller's must be signed by; the environment cannot change them."""
    return httpx.create_ssl_context(trust_env=False)


class HttpAnswer(Struct, frozen=True, kw_only=True):
    """What came back over the connection; `body` is as it was sent, and may be encoded."""

    status: int
    is_encoded: bool
    body: bytes


class NotLeading(Exception):
    """The process lost its lease before the first byte of a purchase."""


class OneCall:
    """Connects, posts, reads an answer of little more than `max_bytes` at most, and hangs up."""

    def __init__(
        self,
        url: httpx.URL,
        *,
        connect_timeout_s: float,
        max_bytes: int,
        headers: httpx.Headers,
        may_post: Callable[[], bool] = lambda: True,
    ) -> None:
        self._url = url
        self._headers = headers.raw
        self._connect_timeout_s = connect_timeout_s
        self._max_bytes = max_bytes
        self._may_post = may_post
        is_tls = url.scheme == "https"
        self._tls = biller_certificates() if is_tls else None
        self._ahead: dict[asyncio.Task[_Stream], asyncio.TimerHandle] = {}
        self._heads: dict[int, h11.Request] = {}
        """The heads of requests by the length of the body, of which few occur: h11 checks every header."""

    def connect_ahead(self) -> None:
        """Connect for a call that will probably come; hang up if none does within a moment."""
        loop = asyncio.get_running_loop()
        ahead = loop.create_task(self._connect(), name="connect ahead")
        self._ahead[ahead] = loop.call_later(CONNECTED_AHEAD_S, self._give_up, ahead)

    def _give_up(self, ahead: "asyncio.Task[_Stream]") -> None:
        del self._ahead[ahead]
        ahead.add_done_callback(_hang_up)
        ahead.cancel()

    async def post(self, body: bytes) -> HttpAnswer:
        """Post once; an error that is none of connecting leaves open whether the biller has the request."""
        stream = await self._connection()
        try:
            return await self._exchange(stream, body)
        finally:
            stream.close()

    def _head(self, length: int) -> h11.Request:
        if length not in self._heads:
            headers = [*self._headers, (b"Content-Length", b"%d" % length)]
            self._heads[length] = h11.Request(method="POST", target=self._url.raw_path, headers=headers)
        return self._heads[length]

    async def _exchange(self, stream: "_Stream", body: bytes) -> HttpAnswer:
        connection = h11.Connection(h11.CLIENT)
        events = (self._head(len(body)), h11.Data(data=body), h11.EndOfMessage())
        data = b"".join(filter(None, map(connection.send, events)))
        # At the last moment: a process that stands still behind this line wakes up with a post.
        if not self._may_post():
            raise NotLeading
        stream.write(data)
        response: h11.Response | None = None
        answer = bytearray()
        while len(answer) <= self._max_bytes:
            match connection.next_event():
                case h11.NEED_DATA:
                    connection.receive_data(await stream.read(READ_BYTES))
                case h11.Response() as head:
                    response = head
                case h11.Data(data=part):
                    answer += part
                case h11.EndOfMessage():
                    break
                case h11.InformationalResponse():
                    pass
                case event:
                    raise h11.RemoteProtocolError(f"{event} is no part of an answer")
        if response is None:
            raise h11.RemoteProtocolError("no head before the body")
        # It is not decoded: nothing can inflate.
        encodings = [value.lower() for name, value in response.headers if name == b"content-encoding"]
        is_encoded = encodings not in ([], [b"identity"])
        return HttpAnswer(status=response.status_code, is_encoded=is_encoded, body=bytes(answer))

    async def _connection(self) -> "_Stream":
        while self._ahead:
            ahead = next(iter(self._ahead))
            self._ahead.pop(ahead).cancel()
            stream = await ahead
            if stream.is_fresh:
                return stream
            stream.close()
        return await self._connect()

    async def _connect(self) -> "_Stream":
        try:
            async with asyncio.timeout(self._connect_timeout_s):
                return await self._open()
        except TimeoutError as error:
            raise httpx.ConnectTimeout("no connection in time") from error
        except OSError as error:  # a broken TLS handshake is one too
            raise httpx.ConnectError(type(error).__name__) from error

    async def _open(self) -> "_Stream":
        loop, url = asyncio.get_running_loop(), self._url
        tls: dict[str, Any] = {"ssl": self._tls, "server_hostname": url.host} if self._tls else {}
        port = url.port or (443 if self._tls else 80)
        found = await loop.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        reader = _Reader(loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        if len(found) == 1:  # the loop itself connects at half the cost
            transport, _ = await loop.create_connection(lambda: protocol, *found[0][4][:2], **tls)
        else:
            sock = await start_connection(
                cast("list[AddrInfoType]", found), happy_eyeballs_delay=HAPPY_EYEBALLS_DELAY_S
            )
            transport, _ = await loop.create_connection(lambda: protocol, sock=sock, **tls)
        return _Stream(reader, transport)


def _hang_up(ahead: "asyncio.Task[_Stream]") -> None:
    """Close a connection that no call came for, if it was ever made."""
    if not ahead.cancelled() and not ahead.exception():
        ahead.result().close()


class _Reader(asyncio.StreamReader):
    """A reader that knows whether anything was received."""

    has_received = False

    def feed_data(self, data: Iterable[SupportsIndex]) -> None:
        self.has_received = True
        super().feed_data(data)


class _Stream:
    """A connection that has carried no call yet, or carries its only one."""

    def __init__(self, reader: _Reader, transport: asyncio.Transport) -> None:
        self._reader = reader
        self._transport = transport

    @property
    def is_fresh(self) -> bool:
        """Whether the biller still listens, and has sent nothing yet."""
        is_lost = self._reader.at_eof() or self._reader.exception() is not None
        return not (is_lost or self._reader.has_received or self._transport.is_closing())

    async def read(self, max_bytes: int) -> bytes:
        return await self._reader.read(max_bytes)

    def write(self, data: bytes) -> None:
        self._transport.write(data)

    def close(self) -> None:
        """Close the connection at once; what still arrives is not read."""
        self._transport.abort()


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
