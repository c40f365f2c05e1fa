"""Runs the web server inside our own event loop, without its signal handlers and its access log.

The access log would print the secret path of every reversal. Nobody holds a place for long without asking
for something: who dribbles is cut off, and who comes when all places are taken is told so.
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
"""A reversal in flight at the stop takes milliseconds; this only bounds a caller that dawdles."""

REQUEST_TIMEOUT_S = 10.0
"""Telegram and the biller send a whole request in well under a second."""

MAX_HEAD_BYTES = 65_536
"""The parser takes headers without end; the longest address it takes has as many bytes."""

MAX_CONNECTIONS = 500
"""Telegram makes up to 40, the biller a few; a process may often hold no more than 1,024 files."""


class _Bounded(HttpToolsProtocol):
    """One connection, which must bring each whole request in time and its head within a size."""

    def __init__(self, *given: Any, request_timeout_s: float, **named: Any) -> None:
        super().__init__(*given, **named)
        self._request_timeout_s = request_timeout_s
        self._deadline: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
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
        self._wait()

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._in_head, self._head_bytes = False, 0

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._wait_no_more()

    def _wait(self) -> None:
        self._wait_no_more()
        self._deadline = self.loop.call_later(self._request_timeout_s, self.transport.abort)

    def _wait_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()


class _Server(uvicorn.Server):
    """A uvicorn that leaves signals to `app.py`: it must stop last of what takes news in."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class CannotListenError(Exception):
    """The address is taken or not ours."""


@asynccontextmanager
async def serve(
    app: ASGIApp, *, host: str, port: int, request_timeout_s: float = REQUEST_TIMEOUT_S
) -> AsyncIterator[None]:
    """Serve `app` inside the block, then let requests in flight finish; CannotListenError if it cannot.

    A caller that has not sent a whole request within `request_timeout_s` is cut off.
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
        # We believe a proxy's word only after our own check of who is asking.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=MAX_WAIT_FOR_REQUESTS_S,
        limit_concurrency=MAX_CONNECTIONS,
    )
    server = _Server(config)
    running = asyncio.create_task(_run(server), name="web server")
    while not server.started:
        if running.done():
            raise CannotListenError(
                f"cannot listen on {host}:{port}: the port is taken or the address is not ours"
            )
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await running


async def _run(server: uvicorn.Server) -> None:
    # uvicorn leaves by SystemExit when it cannot bind, which would end the whole program without a word.
    with contextlib.suppress(SystemExit):
        await server.serve()
