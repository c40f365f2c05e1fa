"""A server of a test on raw sockets, none of whose connections outlives it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Accept = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None] | None]

ENDED_WITHIN_S = 30.0


@asynccontextmanager
async def listening(accept: Accept, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Listen on a port of 127.0.0.1 and yield it; at the end wait until every connection has ended.

    One that is still open when its event loop ends is a warning in whatever test runs when it is collected.
    So `accept`, or whoever uses this, closes or aborts each; one amid a handshake ends by its client.
    """
    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    # Python 3.11 waits for connections only if that began before the server was closed.
    ended = asyncio.create_task(server.wait_closed())
    await asyncio.sleep(0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        async with asyncio.timeout(ENDED_WITHIN_S):
            await ended
