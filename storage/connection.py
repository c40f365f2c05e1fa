"""How connections to the SQLite file are made."""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import aiosqlite

from storage.errors import StorageError

T = TypeVar("T")

LOG_MAX_PAGES = 8000
"""32 MB. Where the log is never quite brought in (`checkpoint.py`), a commit does it after so many pages."""

BUSY_TIMEOUT_MS = 5000
"""Backups and people with a shell lock the file for moments; longer than this is a fault."""


# sqlite3 looks long for what a None might be adapted to, some fifty times an order, unless it is told.
sqlite3.register_adapter(type(None), lambda nothing: nothing)


class Connection(aiosqlite.Connection):
    """An aiosqlite connection whose thread carries out whole functions, not single statements."""

    async def carry_out(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Carry out `work` on the connection's own thread."""
        result: T = await self._execute(work, self.here)  # type: ignore[no-untyped-call]  # theirs
        return result

    @property
    def here(self) -> sqlite3.Connection:
        """Give the connection itself, for work on the caller's thread while its own thread has none."""
        return self._conn

    @property
    def is_open(self) -> bool:
        """Tell whether it was opened, and not closed since."""
        return self._connection is not None

    async def gone(self) -> None:
        """Wait until the thread has ended: one that could not open must not outlive the loop either."""
        while self._thread.is_alive():  # noqa: ASYNC110 - a thread's end sets no asyncio event
            await asyncio.sleep(0.001)


def make_private(path: Path) -> None:
    """Let nobody else read the file, nor those beside it, to which SQLite gives the mode of the first."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            if name.exists():
                name.chmod(0o600)
    except OSError as error:
        raise StorageError(f"{path} cannot be opened: {error.strerror}") from error


def connect(path: Path) -> sqlite3.Connection:
    """Connect to write."""
    connection = _connected(path)
    for pragma in (
        # What a savepoint keeps of its pages would go to a temporary file, with a call to the system a page.
        "temp_store = MEMORY",
        f"wal_autocheckpoint = {LOG_MAX_PAGES}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Connect to look and nothing else; what a long report must sort may go to a temporary file."""
    connection = _connected(path)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        # With NORMAL a power cut may take back a commit that Telegram or the biller was told of.
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def disable_busy_timeout(connection: sqlite3.Connection) -> None:
    """Let a lock of somebody else's be told at once: whoever may not stand still waits in another way."""
    connection.execute("PRAGMA busy_timeout = 0")
