"""Brings what stands in the log into the file itself, beside the commits: no order waits for that.

SQLite would do it inside of some commit, by itself: among years of orders the pages lie far apart, and the
commit then takes ten times as long.
"""

import asyncio
import sqlite3
from contextlib import suppress
from functools import partial
from pathlib import Path

from storage.connection import Connection, connect

EVERY_S = 0.5
"""At forty orders a second the log has then some 700 pages more."""


class Checkpointer:
    """A connection of its own that brings the log in, a moment after something was committed."""

    def __init__(self, path: Path) -> None:
        self._connection = Connection(partial(connect, path), iter_chunk_size=64)
        self._committed = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    def note(self) -> None:
        """Note that something was committed."""
        self._committed.set()

    async def open(self) -> None:
        """Begin."""
        await self._connection
        self._running = asyncio.create_task(self._run(), name="checkpointer")

    async def _run(self) -> None:
        while True:
            await self._committed.wait()
            await asyncio.sleep(EVERY_S)
            self._committed.clear()
            # What fails here is tried again after the next commit; until then the log holds all of it.
            with suppress(sqlite3.Error):
                await self._connection.carry_out(_bring_in)

    async def close(self) -> None:
        """Stop."""
        if self._running:
            self._running.cancel()
        if self._connection.is_open:
            await self._connection.close()
        await self._connection.gone()


def _bring_in(connection: sqlite3.Connection) -> None:
    # Passive: it neither waits for anybody nor lets anybody wait.
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
