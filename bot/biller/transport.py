"""One connection for one call, under httpx: before it stands not a byte leaves, and its errors say so.

It may be made ahead of its call, while the claim of the order is on its way to the disk.

httpx.ConnectError and httpx.ConnectTimeout are raised only while there is no connection; whatever breaks
later is another error. That is what tells «surely not sent» from «perhaps bought».
"""

import asyncio
import socket
from functools import partial
from typing import TYPE_CHECKING, Final, cast

import httptools
import httpx
from aiohappyeyeballs import AddrInfoType, start_connection

if TYPE_CHECKING:
    import ssl

HEAD_MAX_BYTES: Final = 64_000  # a biller's headers are a few hundred bytes
HAPPY_EYEBALLS_DELAY_S: Final = 0.25  # RFC 8305: before the next address is tried beside one that is silent
AHEAD_HOLDS_S: Final = 1.0  # a claim is on the disk in a moment; nobody hangs up on who is silent so shortly
FOUND_HOLDS_S: Final = 10.0  # a burst of orders asks for the address once; who moves is found soon after


class OneCall(httpx.AsyncBaseTransport):
    """Makes a connection, asks, reads the answer of at most `max_bytes` (and a little), and hangs up."""

    def __init__(self, *, connect_timeout_s: float, max_bytes: int) -> None:
        self._connect_timeout_s = connect_timeout_s
        self._max_bytes = max_bytes
        self._tls: ssl.SSLContext | None = None
        self._found: list[AddrInfoType] = []
        self._found_for: tuple[str, int] | None = None
        self._found_at_s = 0.0
        self._ahead: dict[asyncio.Task[_Exchange], asyncio.TimerHandle] = {}

    def connect_ahead(self, url: httpx.URL) -> None:
        """Connect already for a call that will probably come; if none does, hang up after a moment."""
        loop = asyncio.get_running_loop()
        ahead = loop.create_task(self._connect(url), name="connect ahead")
        self._ahead[ahead] = loop.call_later(AHEAD_HOLDS_S, self._let_go, ahead)

    def _let_go(self, ahead: "asyncio.Task[_Exchange]") -> None:
        del self._ahead[ahead]
        ahead.add_done_callback(_hang_up)
        ahead.cancel()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Ask once; an error that is none of connecting leaves open whether the biller heard us."""
        exchange = await self._connection(request.url)
        try:
            return await exchange.ask(request)
        finally:
            exchange.hang_up()

    async def _connection(self, url: httpx.URL) -> "_Exchange":
        while self._ahead:
            ahead = next(iter(self._ahead))
            self._ahead.pop(ahead).cancel()
            exchange = await ahead
            if exchange.is_fresh:
                return exchange
            exchange.hang_up()
        return await self._connect(url)

    async def _connect(self, url: httpx.URL) -> "_Exchange":
        try:
            async with asyncio.timeout(self._connect_timeout_s):
                return await self._connected(url)
        except TimeoutError as error:
            self._found_for = None
            raise httpx.ConnectTimeout("no connection in time") from error
        except OSError as error:  # a broken TLS handshake is one too
            self._found_for = None
            raise httpx.ConnectError(type(error).__name__) from error

    async def _connected(self, url: httpx.URL) -> "_Exchange":
        loop = asyncio.get_running_loop()
        is_tls = url.scheme == "https"
        if is_tls and self._tls is None:
            self._tls = httpx.create_ssl_context(trust_env=False)
        found = await self._find(url.host, url.port or (443 if is_tls else 80))
        connect = partial(
            loop.create_connection,
            lambda: _Exchange(loop, self._max_bytes),
            ssl=self._tls if is_tls else None,
            server_hostname=url.host if is_tls else None,
        )
        if len(found) > 1:
            sock = await start_connection(found, happy_eyeballs_delay=HAPPY_EYEBALLS_DELAY_S)
            connection = await connect(sock=sock)
        else:  # by the loop itself, at half the cost
            connection = await connect(*found[0][4][:2])
        exchange: _Exchange = connection[1]
        return exchange

    async def _find(self, host: str, port: int) -> list[AddrInfoType]:
        """Give the addresses of a host, looked up anew after some seconds or a connection that failed."""
        loop = asyncio.get_running_loop()
        if self._found_for != (host, port) or loop.time() - self._found_at_s > FOUND_HOLDS_S:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            self._found, self._found_at_s = cast("list[AddrInfoType]", found), loop.time()
            self._found_for = host, port
        return self._found


def _hang_up(ahead: "asyncio.Task[_Exchange]") -> None:
    """Hang up a connection that nobody came for, if it was ever made."""
    if not ahead.cancelled() and not ahead.exception():
        ahead.result().hang_up()


class _Exchange(asyncio.Protocol):
    """One request and the answer to it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, max_bytes: int) -> None:
        self._answered: asyncio.Future[httpx.Response] = loop.create_future()
        self._max_bytes = max_bytes
        self._parser = httptools.HttpResponseParser(self)
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self._heard_bytes = 0
        self._has_body_till_the_end = False

    @property
    def is_fresh(self) -> bool:
        """Tell whether the biller still listens, and has said nothing yet."""
        return not (self._heard_bytes or self._answered.done() or self._transport.is_closing())

    async def ask(self, request: httpx.Request) -> httpx.Response:
        """Send the whole request and wait for the answer."""
        head = [b"%s %s HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
        head += [b"%s: %s" % header for header in request.headers.raw]
        self._transport.write(b"\r\n".join([*head, b"", *cast("httpx.ByteStream", request.stream)]))
        return await self._answered

    def hang_up(self) -> None:
        """Close the connection; what still comes is not heard."""
        if not self._answered.cancel() and not self._answered.cancelled():
            self._answered.exception()  # of a call that was never made nobody else asks
        self._transport.abort()
        del self._parser  # it holds us: without this every purchase would be left to the garbage collector

    # What asyncio tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._heard_bytes += len(data)
        if self._answered.done():
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(httpx.RemoteProtocolError(f"no HTTP: {type(error).__name__}"))
        if self._heard_bytes > HEAD_MAX_BYTES + self._max_bytes:
            self._fail(httpx.RemoteProtocolError("the answer has no end"))

    def eof_received(self) -> None:
        # Without a length a body goes to the end, and nothing tells whether it is whole: its reader must.
        if self._has_body_till_the_end:
            self._answer()
        self._fail(httpx.RemoteProtocolError("cut off before the answer was whole"))

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is None:
            self.eof_received()
        self._fail(httpx.ReadError(type(exc).__name__))

    # What the parser finds.

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        named = {name.lower() for name, _ in self._headers}
        is_bounded = named & {b"content-length", b"transfer-encoding"}
        self._has_body_till_the_end = not is_bounded and self._parser.get_status_code() >= 200  # noqa: PLR2004 - HTTP's own number

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() < 200:  # noqa: PLR2004 - «100 Continue» is no answer yet
            self._headers.clear()
        else:
            self._answer()

    def _answer(self) -> None:
        if not self._answered.done():
            status, body = self._parser.get_status_code(), httpx.ByteStream(b"".join(self._body))
            self._answered.set_result(httpx.Response(status, headers=self._headers, stream=body))

    def _fail(self, error: httpx.TransportError) -> None:
        if not self._answered.done():
            self._answered.set_exception(error)
