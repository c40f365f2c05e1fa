"""Checks the database file for damage: a small file before it is used, a large one in the background.

SQLite checks at most a third of a gigabyte a second: a large file would delay the start by a minute.
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
from storage.sqlite import translate_error

BACKGROUND_NICE = 10
"""On Linux a ninth of the CPU time of a thread with normal priority."""

PIECE_BYTES = 1_000_000

AT_ONCE_BYTES = 64_000_000
"""Takes a fifth of a second if the file is in the page cache."""


def check_integrity(connection: sqlite3.Connection) -> None:
    """Check the whole file; raise DatabaseDamaged with the first fault."""
    finding = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if finding != "ok":
        raise DatabaseDamaged(f"SQLite finds the database damaged: {' '.join(finding.split())}")


def is_small(path: Path) -> bool:
    """Return whether the file can be checked without a noticeable delay."""
    return path.stat().st_size <= AT_ONCE_BYTES


async def check_in_background(path: Path) -> None:
    """Check the whole file in a thread of its own; raise DatabaseDamaged with the first fault.

    Raise StorageError if the file could not be read to its end.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Exception | None] = loop.create_future()
    # The check cannot be interrupted: as a daemon thread it does not delay the end of the process.
    Thread(target=_check_and_report, args=(path, loop, done), name="integrity check", daemon=True).start()
    if fault := await done:
        raise fault


def _check_and_report(
    path: Path, loop: asyncio.AbstractEventLoop, done: asyncio.Future[Exception | None]
) -> None:
    fault: Exception | None = None
    _lower_priority()
    try:
        _fill_page_cache(path)
        with closing(connect_read_only(path)) as connection:
            check_integrity(connection)
    except (sqlite3.Error, DatabaseDamaged) as error:
        fault = translate_error(error)
    except OSError as error:
        fault = StorageError(f"{path}: {error.strerror}")
    with suppress(RuntimeError):  # the event loop is closed: the program has stopped
        loop.call_soon_threadsafe(_report, done, fault)


def _fill_page_cache(path: Path) -> None:
    """Read the file from start to end: page by page, as SQLite reads it, a disk is many times slower.

    The descriptor is never closed: that would drop all POSIX locks of this process on the file, SQLite's too,
    and another program that closes the database would then delete its log.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    while os.read(descriptor, PIECE_BYTES):
        pass


def _lower_priority() -> None:
    """Lower the priority of this thread below that of orders; only Linux can do so for a single thread."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, BACKGROUND_NICE)


def _report(done: asyncio.Future[Exception | None], fault: Exception | None) -> None:
    if not done.done():
        done.set_result(fault)
