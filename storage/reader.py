"""A connection for a process beside the one that runs on the database; it only reads."""

import sqlite3
from pathlib import Path
from typing import Protocol, TypeVar

from storage.connection import connect_read_only
from storage.database import SQLITE
from storage.errors import StorageError
from storage.schema import refuse_other_version
from storage.sqlite import run_read_only, translate_error
from storage.transaction import Unit

T = TypeVar("T")


class Reader(Protocol):
    """A connection that is opened when it is needed, and again after it was lost."""

    def read(self, unit: Unit[T]) -> T:
        """Run a `unit` on one snapshot, on this thread; raise StorageError if that fails."""
        ...


def reader_at(url: str) -> Reader:
    if url.startswith(SQLITE):
        return SqliteReader(Path(url.removeprefix(SQLITE)))
    from storage import postgres_server  # noqa: PLC0415 - its library is optional

    return postgres_server.LongReader(url)


class SqliteReader:
    """Reads the file of a Loket that runs; its locks are that Loket's own, and stay."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def read(self, unit: Unit[T]) -> T:
        """Run a `unit` on one snapshot, on this thread; raise StorageError if that fails."""
        try:
            self._connection = self._connection or self._open()
            return run_read_only(unit, self._connection)
        except sqlite3.Error as error:
            raise translate_error(error) from error

    def _open(self) -> sqlite3.Connection:
        if not self._path.is_file():
            raise StorageError(f"there is no database at {self._path}")
        connection = connect_read_only(self._path)
        refuse_other_version(connection)
        return connection
