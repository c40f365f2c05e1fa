"""Writes the log of committed pages back into the database file in the background: no order waits for it.

By default SQLite does it within some commit. Among years of orders the pages lie far apart, and that
commit would take ten times as long.
"""

import asyncio
import sqlite3
from contextlib import suppress
from pathlib import Path

import aiosqlite

from storage.connection import connect

EVERY_S = 0.5
"""At forty orders a second the log has some 700 new pages by then."""


class Checkpointer:
    """Checkpoints over a connection of its own, a moment after each commit."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._committed = asyncio.Event()
        self._connection: aiosqlite.Connection | None = None
        self._running: asyncio.Task[None] | None = None

    def note(self) -> None:
        """Note a commit."""
        self._committed.set()

    async def open(self) -> None:
        """Start checkpointing."""
        opened = connect(self._path)
        self._connection = await aiosqlite.Connection(lambda: opened, iter_chunk_size=1)
        self._running = asyncio.create_task(self._run(self._connection), name="checkpointer")

    async def _run(self, connection: aiosqlite.Connection) -> None:
        while True:
            await self._committed.wait()
            await asyncio.sleep(EVERY_S)
            self._committed.clear()
            # A failed checkpoint is repeated after the next commit; until then the log holds all of it.
            with suppress(sqlite3.Error):
                # A passive one waits for no other connection and makes none wait.
                await connection.execute_fetchall("PRAGMA wal_checkpoint(PASSIVE)")

    async def close(self) -> None:
        """Stop checkpointing."""
        if self._running:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        if self._connection:
            await self._connection.close()
