"""Runs the web server inside our event loop, without its signal handlers and its access log.

The access log would contain the secret path of every reversal. Slow requests time out, and requests over the
connection limit get a 503.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_WAIT_FOR_REQUESTS_S = 10
"""A reversal takes milliseconds; this only bounds slow callers at a stop."""

REQUEST_TIMEOUT_S = 10.0
"""Telegram and the biller send a whole request in well under a second."""

MAX_HEAD_BYTES = 65_536
"""The parser accepts headers of any length; this is also its limit for a URL."""

MAX_CONNECTIONS = 500
"""Telegram opens up to 40, the biller a few; a process is often limited to 1,024 open files."""


class _Bounded(HttpToolsProtocol):
    """One connection with a time limit for each whole request and a size limit for its head."""

    def __init__(self, *args: Any, request_timeout_s: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request_timeout_s = request_timeout_s
        self._deadline: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        self._start_timeout()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_timeout()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
                self.send_400_response("Invalid HTTP request received.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._start_timeout()

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._in_head, self._head_bytes = False, 0

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._cancel_timeout()

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
    app: ASGIApp, *, host: str, port: int, request_timeout_s: float = REQUEST_TIMEOUT_S
) -> AsyncIterator[None]:
    """Serve `app` inside the block, then finish open requests; raise CannotListenError if it cannot listen.

    A connection without a whole request within `request_timeout_s` is closed.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=partial(_Bounded, request_timeout_s=request_timeout_s),  # type: ignore[arg-type]  # like a class
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


async def _run(server: uvicorn.Server) -> None:
    # uvicorn raises SystemExit when it cannot bind, which would end the program without an error message.
    with contextlib.suppress(SystemExit):
        await server.serve()
