"""Finds a damaged file: a small one before it is used, a large one while it already is.

SQLite reads a third of a gigabyte a second at best; nobody at a counter waits a minute for that.
"""

import asyncio
import os
import sqlite3
import sys
from contextlib import closing, suppress
from pathlib import Path
from threading import Thread

from storage.connection import connect_read_only
from storage.errors import DatabaseDamaged, StorageError
from storage.transaction import translate_error

BACKGROUND_NICE = 10
"""A ninth of the processor's time of whoever wants it too."""

PIECE_BYTES = 1_000_000

AT_ONCE_BYTES = 64_000_000
"""A fifth of a second on a warm disk."""


def check_integrity(connection: sqlite3.Connection) -> None:
    """Read the whole file; DatabaseDamaged says what is wrong with it."""
    finding = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if finding != "ok":
        raise DatabaseDamaged(f"SQLite finds the database damaged: {' '.join(finding.split())}")


def is_small(path: Path) -> bool:
    """Tell whether the file can be read before anybody gets impatient."""
    return path.stat().st_size <= AT_ONCE_BYTES


async def check_in_background(path: Path) -> None:
    """Read the whole file in a thread of its own; DatabaseDamaged says what is wrong with it.

    StorageError if it could not be read to its end.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Exception | None] = loop.create_future()
    # SQLite cannot be called off here: a stop must not wait for it, so it is left to the end of the process.
    Thread(target=_check_and_tell, args=(path, loop, done), name="checkup", daemon=True).start()
    if fault := await done:
        raise fault


def _check_and_tell(
    path: Path, loop: asyncio.AbstractEventLoop, done: asyncio.Future[Exception | None]
) -> None:
    fault: Exception | None = None
    _step_back()
    try:
        _bring_into_memory(path)
        with closing(connect_read_only(path)) as connection:
            check_integrity(connection)
    except (sqlite3.Error, DatabaseDamaged) as error:
        fault = translate_error(error)
    except OSError as error:
        fault = StorageError(f"{path}: {error.strerror}")
    with suppress(RuntimeError):  # the program has stopped meanwhile
        loop.call_soon_threadsafe(_tell, done, fault)


def _bring_into_memory(path: Path) -> None:
    """Read the file from end to end: page by page, as SQLite goes about it, a disk is many times slower."""
    with path.open("rb", buffering=0) as file:
        while file.read(PIECE_BYTES):
            pass


def _step_back() -> None:
    """Let orders go first on the processor, where that can be said of one thread alone."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, BACKGROUND_NICE)


def _tell(done: asyncio.Future[Exception | None], fault: Exception | None) -> None:
    if not done.done():
        done.set_result(fault)
