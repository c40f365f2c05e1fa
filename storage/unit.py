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


class Kept(Struct, Generic[T], frozen=True):
    """A unit was carried out and gave this."""

    value: T


class Undone(Struct, frozen=True):
    """A unit failed, and nothing of it was kept."""

    fault: Exception


def begin(connection: sqlite3.Connection) -> None:
    """Begin to write; nobody else can until the commit."""
    connection.execute("BEGIN IMMEDIATE")


def hope(units: Iterable[Unit[Any]], connection: sqlite3.Connection) -> list[Kept[Any] | Undone]:
    """Carry units out in the hope that none fails; if one does, this raises, and all must be undone."""
    tx = Tx(connection, care=False)
    return [Kept(unit(tx)) for unit in units]


def take_care(units: Iterable[Unit[Any]], connection: sqlite3.Connection) -> list[Kept[Any] | Undone]:
    """Carry units out, each in a savepoint of its own; raises where the whole transaction is lost."""
    return [_carry_out(unit, connection) for unit in units]


def _carry_out(unit: Unit[Any], connection: sqlite3.Connection) -> Kept[Any] | Undone:
    tx = Tx(connection)
    try:
        with tx.savepoint():
            return Kept(unit(tx))
    except Exception as error:
        if not connection.in_transaction:
            raise
        return Undone(translated(error))


def commit(connection: sqlite3.Connection) -> None:
    """Put everything since `begin` on the disk; raises if that cannot be, and then nothing is kept."""
    try:
        connection.execute("COMMIT")
    except BaseException:
        roll_back(connection)
        raise


def roll_back(connection: sqlite3.Connection) -> None:
    """Keep nothing since `begin`."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def tell(done: asyncio.Future[Any], outcome: Kept[Any] | Undone) -> None:
    """Tell whoever waits for a unit what became of it, if somebody still does."""
    if done.done():
        return
    match outcome:
        case Kept(value):
            done.set_result(value)
        case Undone(fault):
            done.set_exception(fault)


def look(unit: Unit[T], connection: sqlite3.Connection) -> T:
    """Carry out a `unit` that only looks, on one snapshot."""
    connection.execute("BEGIN")
    try:
        return unit(Tx(connection))
    finally:
        connection.execute("ROLLBACK")


def beat(tx: Tx) -> None:
    """Write something, however little: only a commit that reaches the disk shows that there is room again."""
    tx.run("pulse")


def is_locked(error: Exception) -> bool:
    """Tell whether somebody else holds the lock: waiting may help."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def translated(error: Exception) -> Exception:
    """Give SQLite's errors as ours; a unit's own exceptions pass as they are."""
    # An extended code holds the plain one in its lowest byte.
    if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGE:
        return DatabaseDamaged(f"SQLite finds the database damaged: {error}")
    if isinstance(error, sqlite3.Error):
        return StorageError(f"SQLite: {error}")
    return error
