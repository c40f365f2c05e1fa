"""What a unit of work is, and how units are carried out on a connection: whole, alone, in one transaction."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from msgspec import Struct

from storage.errors import DatabaseDamaged, StorageError
from storage.transaction import Tx

T = TypeVar("T")
Unit = Callable[[Tx], T]

DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class UnitDone(Struct, Generic[T], frozen=True):
    """A unit was carried out and gave this."""

    value: T


class UnitFailed(Struct, frozen=True):
    """A unit failed, and nothing of it was kept."""

    fault: Exception


def begin(connection: sqlite3.Connection) -> None:
    """Begin to write; nobody else can until the commit."""
    connection.execute("BEGIN IMMEDIATE")


def run_optimistically(
    units: Iterable[Unit[Any]], connection: sqlite3.Connection
) -> list[UnitDone[Any] | UnitFailed]:
    """Carry units out in the hope that none fails; if one does, this raises, and all must be undone."""
    tx = Tx(connection, care=False)
    return [UnitDone(unit(tx)) for unit in units]


def run_with_savepoints(
    units: Iterable[Unit[Any]], connection: sqlite3.Connection
) -> list[UnitDone[Any] | UnitFailed]:
    """Carry units out, each in a savepoint of its own; raises where the whole transaction is lost."""
    return [_carry_out(unit, connection) for unit in units]


def _carry_out(unit: Unit[Any], connection: sqlite3.Connection) -> UnitDone[Any] | UnitFailed:
    tx = Tx(connection)
    try:
        with tx.savepoint():
            return UnitDone(unit(tx))
    except Exception as error:
        if not connection.in_transaction:
            raise
        return UnitFailed(translate_error(error))


def commit(connection: sqlite3.Connection) -> None:
    """Put everything since `begin` on the disk; raises if that cannot be, and then nothing is kept."""
    try:
        connection.execute("COMMIT")
    except BaseException:
        rollback(connection)
        raise


def rollback(connection: sqlite3.Connection) -> None:
    """Keep nothing since `begin`."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def set_outcome(done: asyncio.Future[Any], outcome: UnitDone[Any] | UnitFailed) -> None:
    """Tell whoever waits for a unit what became of it, if somebody still does."""
    if done.done():
        return
    match outcome:
        case UnitDone(value):
            done.set_result(value)
        case UnitFailed(fault):
            done.set_exception(fault)


def run_read_only(unit: Unit[T], connection: sqlite3.Connection) -> T:
    """Carry out a `unit` that only looks, on one snapshot."""
    connection.execute("BEGIN")
    try:
        return unit(Tx(connection))
    finally:
        connection.execute("ROLLBACK")


def write_probe(tx: Tx) -> None:
    """Write something, however little: only a commit that reaches the disk shows that there is room again."""
    tx.run("write_probe")


def is_locked(error: Exception) -> bool:
    """Tell whether somebody else holds the lock: waiting may help."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def translate_error(error: Exception) -> Exception:
    """Give SQLite's errors as ours; a unit's own exceptions pass as they are."""
    # An extended code holds the plain one in its lowest byte.
    if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGE:
        return DatabaseDamaged(f"SQLite finds the database damaged: {error}")
    if isinstance(error, sqlite3.Error):
        return StorageError(f"SQLite: {error}")
    return error
