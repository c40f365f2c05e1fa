"""Units of work on SQLite, several in one transaction."""

import sqlite3
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from storage.errors import DatabaseDamaged, StorageError
from storage.statements import STATEMENTS, Value
from storage.transaction import NoSavepoint, ResultRow, Tx, Unit, UnitDone, UnitFailed

T = TypeVar("T")

DAMAGE_CODES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class SqliteTx(Tx):
    """A transaction of SQLite, which runs statements by their name.

    If it is `optimistic` it sets no savepoints, and raises NeedsSavepoints where one would be rolled back to.
    """

    def __init__(self, connection: sqlite3.Connection, *, optimistic: bool = False) -> None:
        self._connection = connection
        self._savepoint = NoSavepoint() if optimistic else Savepoint(connection)

    def run(self, statement: str, **values: Value) -> int:
        """Run a statement and return the number of rows that it changed."""
        return self._connection.execute(STATEMENTS[statement], values).rowcount

    def one(self, statement: str, **values: Value) -> ResultRow | None:
        """Return the first row, or None."""
        row: ResultRow | None = self._connection.execute(STATEMENTS[statement], values).fetchone()
        return row

    def all(self, statement: str, **values: Value) -> list[ResultRow]:
        """Return all rows; a statement that can find many takes a limit itself."""
        return self._connection.execute(STATEMENTS[statement], values).fetchall()

    def needs(self, key: str) -> None:
        """Go on: there is one writer, so that every unit runs alone."""

    def is_broken(self, error: Exception) -> bool:
        """Return whether `error` comes from the database itself, so that this transaction is lost."""
        # These are caused by a value or statement of Loket, and leave the transaction intact.
        ours = (sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.DataError, sqlite3.IntegrityError)
        is_of_database = isinstance(error, sqlite3.Error) and not isinstance(error, ours)
        return is_of_database or not self._connection.in_transaction

    def savepoint(self) -> AbstractContextManager[None]:
        """Store all that is done inside the block, or nothing of it if it raises."""
        return self._savepoint


class Savepoint:
    """A part of a transaction that is stored or rolled back alone."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("SAVEPOINT part")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._connection.execute("RELEASE part")
        # On a full disk SQLite rolls the whole transaction back by itself, and the savepoint with it.
        elif self._connection.in_transaction:
            self._connection.execute("ROLLBACK TO part")
            self._connection.execute("RELEASE part")


def begin(connection: sqlite3.Connection) -> None:
    """Begin to write; no other connection can until the commit."""
    connection.execute("BEGIN IMMEDIATE")


def run_optimistically(
    units: Iterable[Unit[Any]], connection: sqlite3.Connection
) -> list[UnitDone[Any] | UnitFailed]:
    """Run units without savepoints; raise if one fails, and then all must be rolled back."""
    tx = SqliteTx(connection, optimistic=True)
    return [UnitDone(unit(tx)) for unit in units]


def run_with_savepoints(
    units: Iterable[Unit[Any]], connection: sqlite3.Connection
) -> list[UnitDone[Any] | UnitFailed]:
    """Run units, each in a savepoint of its own; raise if the whole transaction is lost."""
    return [_run_one(unit, connection) for unit in units]


def _run_one(unit: Unit[Any], connection: sqlite3.Connection) -> UnitDone[Any] | UnitFailed:
    tx = SqliteTx(connection)
    try:
        with tx.savepoint():
            return UnitDone(unit(tx))
    except Exception as error:
        if not connection.in_transaction:
            raise
        return UnitFailed(translate_error(error))


def commit(connection: sqlite3.Connection) -> None:
    """Write everything since `begin` to the disk; raise if that fails, and then nothing is stored."""
    try:
        connection.execute("COMMIT")
    except BaseException:
        rollback(connection)
        raise


def rollback(connection: sqlite3.Connection) -> None:
    """Store nothing of what was done since `begin`."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def run_read_only(unit: Unit[T], connection: sqlite3.Connection) -> T:
    """Run a `unit` that only reads, on one snapshot."""
    connection.execute("BEGIN")
    try:
        return unit(SqliteTx(connection))
    finally:
        connection.execute("ROLLBACK")


def is_locked(error: Exception) -> bool:
    """Return whether another process holds the lock, so that waiting may help."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def translate_error(error: Exception) -> Exception:
    """Return an error of SQLite as a StorageError, and any other exception as it is."""
    # An extended code holds the plain one in its lowest byte.
    if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGE_CODES:
        return DatabaseDamaged(f"SQLite finds the database damaged: {error}")
    if isinstance(error, sqlite3.Error):
        return StorageError(f"SQLite: {error}")
    return error
