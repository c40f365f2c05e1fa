"""Hears what other processes have stored for the leader, over a connection of its own.

The leader looks by itself every second as well: a pooler, an engine without LISTEN or a cut connection costs
that second, and nothing else.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack

from psycopg import AsyncConnection, Error
from psycopg.rows import TupleRow

from storage.postgres_session import arguments

_log = logging.getLogger(__name__)

CHANNEL = "loket_wake"
RECONNECT_AFTER_S = 1.0


async def listen(url: str, wake: Callable[[], None]) -> None:
    """Call `wake` at each notification, and after each reconnect, until cancelled or if there can be none."""
    while True:
        try:
            async with AsyncExitStack() as opened:
                connection = await AsyncConnection.connect(url, autocommit=True, **arguments(url))
                opened.push_async_callback(connection.close)
                if not await _is_direct(connection):
                    _log.info("no wake-ups through a pooler: the leader looks every second")
                    return
                await connection.execute(f"LISTEN {CHANNEL}".encode())
                # What was stored before this moment was not heard.
                wake()
                async for _ in connection.notifies():
                    wake()
        except Error as error:
            if error.sqlstate is not None and error.sqlstate.startswith("0A"):
                _log.info("no wake-ups from this server: the leader looks every second")
                return
            _log.info("wake-ups lost, connecting again")
        await asyncio.sleep(RECONNECT_AFTER_S)


async def _is_direct(connection: AsyncConnection[TupleRow]) -> bool:
    """Return whether a server process is at the other end: a pooler hands out process ids of its own.

    A connection to the server that it lends for one statement would hear of nothing.
    """
    cursor = await connection.execute(b"SELECT pg_backend_pid()")
    row = await cursor.fetchone()
    return row is not None and row[0] == connection.info.backend_pid
