"""Opens connections to the SQLite file, with the settings that durability depends on."""

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from storage.errors import StorageError

LOG_MAX_PAGES = 8000
"""32 MB: where checkpoints never catch up (`checkpoint.py`), a commit does one after this many pages."""

BUSY_TIMEOUT_MS = 5000
"""Backups and admins with a shell lock the file for moments; longer than this is a fault."""


def make_private(path: Path) -> None:
    """Make the file, and those that SQLite adds to it, readable for their owner only."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            if name.exists():
                name.chmod(0o600)
    except OSError as error:
        raise StorageError(f"{path} cannot be opened: {error.strerror}") from error


def connect(path: Path) -> sqlite3.Connection:
    """Connect to read and write."""
    connection = _connect(path)
    for pragma in (
        # In a file instead, what a savepoint keeps of each page would cost a system call.
        "temp_store = MEMORY",
        f"wal_autocheckpoint = {LOG_MAX_PAGES}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Connect to read; what a long report has to sort may go to a temporary file."""
    connection = _connect(path)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _connect(path: Path) -> sqlite3.Connection:
    # One thread uses a connection at a time, but not always the same.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    supply_time(connection, lambda: time.time_ns() // 1_000_000)
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        # With NORMAL a power cut may take back a commit already confirmed to Telegram or the biller.
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def supply_time(connection: sqlite3.Connection, now_ms: Callable[[], int]) -> None:
    """Let statements call `database_now_ms()`: a file has no clock but that of this machine."""
    connection.create_function("database_now_ms", 0, now_ms)


def disable_busy_timeout(connection: sqlite3.Connection) -> None:
    """Report another connection's lock at once, for callers that must not block the event loop."""
    connection.execute("PRAGMA busy_timeout = 0")
