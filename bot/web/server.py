"""Runs the web server inside our event loop, without its signal handlers and its access log.

The access log would contain the secret path of every reversal. Slow requests time out. Of too many
connections that wait for a request the oldest are closed, and requests of Telegram and the biller are always
served: hundreds of slow callers keep out neither orders nor reports.
"""

import asyncio
import contextlib
import resource
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from heapq import heapify, heapreplace
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_WAIT_FOR_REQUESTS_S = 10
"""A reversal takes milliseconds; this only bounds slow callers at a stop."""

REQUEST_TIMEOUT_S = 10.0
"""For the head of a request, and again for its body: Telegram and the biller need far less than a second."""

MAX_HEAD_BYTES = 65_536
"""The parser accepts headers of any length; this is also its limit for a URL."""

MAX_CONNECTIONS = 500
"""With more open, requests get a 503, except those of Telegram and the biller."""

MAX_WAITING, MAX_WAITING_AN_ADDRESS = 250, 100
"""Connections that wait for a request, or for the rest of one; Telegram opens up to 40, the biller a few."""

SLOW_S = 3.0
"""A connection that waited for less is not closed: its request may be on its way."""

READING_TIMEOUT_S = 30.0
"""For a caller to take what is in the buffer of its connection, some 64 kB of a long answer."""

CROWDED_PAUSE_S = 0.5
"""Between checks while many connections wait."""

OPEN_FILES = 4096
"""A process is often limited to 1,024 open files, and may ask for more."""

MAX_YOUNG = 1000
"""With more waiting, young connections are closed too: files must stay for the database and for calls."""

UNLIMITED_PATHS = (b"/telegram", b"/reversal/")
"""The paths of Telegram and the biller."""


def surplus(addresses: Sequence[str]) -> list[int]:
    """Return the positions of the waiting connections to close; `addresses` begin with the oldest one's.

    The oldest go first, of the addresses with the most.
    """
    positions: dict[str, list[int]] = {}
    for position in reversed(range(len(addresses))):
        positions.setdefault(addresses[position], []).append(position)
    busiest = [(-len(of_address), address) for address, of_address in positions.items()]
    heapify(busiest)
    closed: list[int] = []
    while busiest and (-busiest[0][0] > MAX_WAITING_AN_ADDRESS or len(addresses) - len(closed) > MAX_WAITING):
        count, address = busiest[0]
        closed.append(positions[address].pop())
        heapreplace(busiest, (count + 1, address))
    return closed


class _WaitingConnections:
    """The connections that wait for a request, oldest first; keeps their number within its limits."""

    def __init__(self) -> None:
        self._since_s: dict[_Bounded, float] = {}
        self._check: asyncio.TimerHandle | None = None

    def enter(self, connection: "_Bounded") -> None:
        self._since_s.setdefault(connection, connection.loop.time())
        if len(self._since_s) > MAX_WAITING_AN_ADDRESS and self._check is None:
            self._check = connection.loop.call_later(CROWDED_PAUSE_S, self._close_surplus, connection.loop)

    def leave(self, connection: "_Bounded") -> None:
        self._since_s.pop(connection, None)

    def _close_surplus(self, loop: asyncio.AbstractEventLoop) -> None:
        self._check = None
        waiting = list(self._since_s)
        is_full = len(waiting) > MAX_YOUNG
        for connection in (waiting[at] for at in surplus([each.address for each in waiting])):
            if is_full or loop.time() - self._since_s[connection] >= SLOW_S:
                self.leave(connection)
                connection.transport.abort()
        if len(self._since_s) > MAX_WAITING_AN_ADDRESS:
            self._check = loop.call_later(CROWDED_PAUSE_S, self._close_surplus, loop)


class _Bounded(HttpToolsProtocol):
    """One connection with time limits for heads, bodies and answers, and a size limit for the head."""

    def __init__(
        self,
        *args: Any,
        request_timeout_s: float,
        reading_timeout_s: float,
        waiting: _WaitingConnections,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.address = ""
        self._request_timeout_s = request_timeout_s
        self._reading_timeout_s = reading_timeout_s
        self._unread: asyncio.TimerHandle | None = None
        self._waiting = waiting
        self._deadline: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        self._waiting.enter(self)
        self._start_timeout()

    def connection_lost(self, exc: Exception | None) -> None:
        self._waiting.leave(self)
        self._cancel_timeout()
        self._stop_unread()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Begin to wait for a caller who does not read; the answer must not stay in memory for ever."""
        super().pause_writing()
        self._stop_unread()
        self._unread = self.loop.call_later(self._reading_timeout_s, self.transport.abort)

    def resume_writing(self) -> None:
        self._stop_unread()
        super().resume_writing()

    def _stop_unread(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
                self.send_400_response("Invalid HTTP request received.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._waiting.enter(self)
        self._in_head = True
        self._start_timeout()

    def on_headers_complete(self) -> None:
        self.limit_concurrency = None if self.url.startswith(UNLIMITED_PATHS) else MAX_CONNECTIONS
        super().on_headers_complete()
        self._in_head, self._head_bytes = False, 0
        self._start_timeout()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._waiting.leave(self)
        self._cancel_timeout()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing() and self.cycle.response_complete:
            self._waiting.enter(self)

    def _start_timeout(self) -> None:
        self._cancel_timeout()
        self._deadline = self.loop.call_later(self._request_timeout_s, self.transport.abort)

    def _cancel_timeout(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()


class _Server(uvicorn.Server):
    """A uvicorn server that leaves signals to `app.py`, which stops all parts in order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class CannotListenError(Exception):
    """The address is in use, or does not belong to this machine."""


@asynccontextmanager
async def serve(
    app: ASGIApp,
    *,
    host: str,
    port: int,
    request_timeout_s: float = REQUEST_TIMEOUT_S,
    reading_timeout_s: float = READING_TIMEOUT_S,
) -> AsyncIterator[None]:
    """Serve `app` inside the block, then finish open requests; raise CannotListenError if it cannot listen.

    A connection without a whole head within `request_timeout_s`, or then without a whole body, is closed, and
    one whose caller does not take a part of its answer within `reading_timeout_s`.
    """
    _allow_open_files()
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=partial(  # type: ignore[arg-type]  # like a class
            _Bounded,
            request_timeout_s=request_timeout_s,
            reading_timeout_s=reading_timeout_s,
            waiting=_WaitingConnections(),
        ),
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="off",
        # A proxy's headers are read by `remote_address`, which checks that the proxy is trusted.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=MAX_WAIT_FOR_REQUESTS_S,
        limit_concurrency=MAX_CONNECTIONS,
    )
    server = _Server(config)
    serving = asyncio.create_task(_run(server), name="web server")
    while not server.started:
        if serving.done():
            raise CannotListenError(
                f"cannot listen on {host}:{port}: the port is in use or the address is not this machine's"
            )
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def _allow_open_files() -> None:
    """Raise this process's own limit of open files, as far as its hard limit allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _run(server: uvicorn.Server) -> None:
    # uvicorn raises SystemExit when it cannot bind, which would end the program without an error message.
    with contextlib.suppress(SystemExit):
        await server.serve()
