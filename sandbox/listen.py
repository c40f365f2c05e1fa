"""A web server on 127.0.0.1 inside the running event loop that can drop a connection without a response."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

# Long polls are released before the server stops; a request that still runs after this is cancelled.
_GRACE_PERIOD_S = 2

# asyncio tells a protocol of its connection two turns of the loop after it was accepted.
_TURNS_TO_ACCEPT = 3


class _CuttableProtocol(HttpToolsProtocol):
    """Puts its transport into each request's scope, since ASGI itself cannot drop a connection."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]  # uvicorn's TypedDict has no such key
        scope["sandbox.transport"] = self.transport


class HangUp(Response):
    """A response that closes the TCP connection without sending a byte."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # ASGI's shape
        """Close the connection and wait until the server has noticed."""
        scope["sandbox.transport"].abort()
        while (await receive())["type"] != "http.disconnect":
            pass


def loopback_client(timeout_s: float) -> httpx.AsyncClient:
    """Return a client for plain HTTP on this machine; it loads no certificates, which would take a while."""
    return httpx.AsyncClient(
        trust_env=False, timeout=timeout_s, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    )


def listening_socket(port: int) -> socket.socket:
    """Return a socket that listens on a port of 127.0.0.1, 0 for any; OSError if the port is in use."""
    # asyncio sets TCP_NODELAY only if the protocol is given as TCP; without it each response takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


@asynccontextmanager
async def listen(app: ASGIApp, *, listener: socket.socket | None = None) -> AsyncIterator[str]:
    """Serve `app` on `listener`, or on any free port, until the block ends; yield the base URL."""
    config = uvicorn.Config(
        app,
        http=_CuttableProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    listener = listener or listening_socket(0)
    # `serve()` would install signal handlers, and notice the end of the block only at its next tick.
    await server.startup(sockets=[listener])
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        await _stop(server)


async def _stop(server: uvicorn.Server) -> None:
    """Close all connections; uvicorn's own shutdown sleeps 0.1 s, which every test would pay."""
    for listener in server.servers:
        listener.close()
    for _ in range(_TURNS_TO_ACCEPT):
        await asyncio.sleep(0)
    state = server.server_state
    for connection in list(state.connections):
        connection.shutdown()
    try:
        async with asyncio.timeout(_GRACE_PERIOD_S):
            await _all_ended(state)
    except TimeoutError:
        for task in state.tasks:
            task.cancel()
        for connection in list(state.connections):
            connection.transport.abort()
        await _all_ended(state)


async def _all_ended(state: ServerState) -> None:
    while state.connections or state.tasks:  # noqa: ASYNC110  # uvicorn has no event for this
        await asyncio.sleep(0.005)
