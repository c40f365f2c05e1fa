"""The files of a database: whether they are there at the start, and still the same while Loket runs.

SQLite writes on to a file that was moved or deleted, and all of that would be missing after the next start.
"""

import os
import sqlite3
from pathlib import Path

from storage.errors import DatabaseMissing
from storage.lock import lock_file, was_made
from storage.schema import version_of

RUNNING_SUFFIXES = ("", "-wal", "-shm")
"""The files that SQLite has open while Loket runs."""


def refuse_missing(database: Path) -> None:
    """Raise DatabaseMissing if there is no database, although there was one."""
    if database.exists():
        return
    log = Path(f"{database}-wal")
    if log.exists() and log.stat().st_size:
        words = "put the database back, which belongs to this log, or move the log away"
        raise DatabaseMissing(f"{database} is missing, but {log} is there: {words}")
    if was_made(database):
        raise DatabaseMissing(f"{database} is missing, although there was one: {_what_to_do(database)}")


def refuse_emptied(database: Path, connection: sqlite3.Connection) -> None:
    """Raise DatabaseMissing if the file is empty, although a Loket had made a database of it."""
    if was_made(database) and not version_of(connection):
        raise DatabaseMissing(f"{database} is empty, although it was not: {_what_to_do(database)}")


def _what_to_do(database: Path) -> str:
    return (
        "put it back, or a backup with `loket restore FILE`; "
        f"to begin with an empty database, delete {lock_file(database)}"
    )


def _is_another(path: Path, opened: os.stat_result) -> bool:
    return path.exists() and not os.path.samestat(path.stat(), opened)


class OpenFiles:
    """The files of an open database, by what they are and not by what they are called."""

    def __init__(self, database: Path) -> None:
        paths = [Path(f"{database}{suffix}") for suffix in RUNNING_SUFFIXES]
        self._files = [(path, path.stat()) for path in paths if path.exists()]

    def set_aside_log(self) -> None:
        """Rename the log that is left of a replaced database: SQLite would add it to the new one."""
        for path, opened in self._files[1:]:
            if _is_another(*self._files[0]) and path.exists() and os.path.samestat(path.stat(), opened):
                path.rename(f"{path}-of-replaced")

    def refuse_changed(self) -> None:
        """Raise DatabaseMissing if a file was moved, deleted, replaced or emptied."""
        for path, opened in self._files:
            try:
                found = os.stat(path)  # noqa: PTH116 - at every commit, and twice as fast
            except (FileNotFoundError, NotADirectoryError):
                raise DatabaseMissing(f"{path} was moved or deleted while Loket ran") from None
            except OSError:
                continue  # a commit will show whether it can still be written
            if not os.path.samestat(found, opened):
                raise DatabaseMissing(f"{path} was replaced while Loket ran")
            if not found.st_size and path == self._files[0][0]:
                raise DatabaseMissing(f"{path} was emptied while Loket ran")
