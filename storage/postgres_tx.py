"""A transaction of PostgreSQL: its statements, the values and rows of them, and its errors."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

import psycopg
from msgspec import Struct
from psycopg import AsyncRawCursor, Connection, RawCursor, errors
from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap, Dumper, Loader
from psycopg.rows import TupleRow

from storage.errors import StorageError
from storage.postgres_concurrency import Keys, allowed
from storage.postgres_schema import NUMBERED, NumberedStatement
from storage.statements import Value
from storage.transaction import NeedsToBeAlone, NoSavepoint, ResultRow, Tx

MAX_INTEGER = (1 << 63) - 1


class _IntegerDumper(Dumper):
    """Passes integers and booleans without a type of their own: the statement decides, always alike."""

    oid = 0

    def dump(self, obj: int) -> Buffer:
        if not -MAX_INTEGER - 1 <= obj <= MAX_INTEGER:
            raise OverflowError("the integer has more than 64 bits")
        return b"%d" % obj


class _TextDumper(Dumper):
    """Passes texts without a type of their own. PostgreSQL stores no NUL, which people can send us."""

    oid = 0

    def dump(self, obj: str) -> Buffer:
        return (obj.replace("\x00", "\ufffd") if "\x00" in obj else obj).encode()


class _BooleanLoader(Loader):
    """Reads booleans as SQLite has them."""

    def load(self, data: Buffer) -> int:
        return int(bytes(data) == b"t")


class _NumericLoader(Loader):
    """Reads sums of integers, which PostgreSQL makes wider, as integers."""

    def load(self, data: Buffer) -> int:
        return int(Decimal(bytes(data).decode()))


def adapt(adapters: AdaptersMap) -> None:
    adapters.register_dumper(int, _IntegerDumper)
    adapters.register_dumper(bool, _IntegerDumper)
    adapters.register_dumper(str, _TextDumper)
    adapters.register_loader("bool", _BooleanLoader)
    adapters.register_loader("numeric", _NumericLoader)


class PostgresRow:
    """A row as sqlite3.Row is: its columns are found by name or position."""

    __slots__ = ("_columns", "_values")

    def __init__(self, columns: dict[str, int], values: tuple[Any, ...]) -> None:
        self._columns = columns
        self._values = values

    def __getitem__(self, column: Any, /) -> Any:
        return self._values[self._columns[column] if isinstance(column, str) else column]

    def __iter__(self) -> Any:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def keys(self) -> list[str]:
        return list(self._columns)


class Result(Struct, frozen=True):
    """What a statement returned."""

    changed_count: int
    columns: dict[str, int]
    values: Sequence[tuple[Any, ...]]


Execute = Callable[[bytes, Sequence[Value]], Result]


class PostgresTx(Tx):
    """A transaction of PostgreSQL, which runs statements by their name.

    If it is `optimistic` it sets no savepoints, and raises NeedsSavepoints where one would be rolled back to.
    With `keys` it runs beside others, and raises NeedsToBeAlone at what is not allowed there.
    """

    def __init__(self, execute: Execute, *, optimistic: bool = False, keys: Keys = None) -> None:
        self.loss: Exception | None = None
        """The error by which this transaction was lost, even if the unit went on."""
        self._execute = execute
        self._keys = keys
        self._allowed = allowed(keys)
        self._savepoint = NoSavepoint() if optimistic else PostgresSavepoint(execute)

    def run(self, statement: str, **values: Value) -> int:
        return self._result(statement, values).changed_count

    def one(self, statement: str, **values: Value) -> ResultRow | None:
        result = self._result(statement, values)
        return PostgresRow(result.columns, result.values[0]) if result.values else None

    def all(self, statement: str, **values: Value) -> list[ResultRow]:
        result = self._result(statement, values)
        return [PostgresRow(result.columns, row) for row in result.values]

    def needs(self, key: str) -> None:
        if self._keys is not None and key not in self._keys:
            raise NeedsToBeAlone(key)

    def _result(self, statement: str, values: dict[str, Value]) -> Result:
        numbered = self._numbered(statement)
        try:
            return self._execute(numbered.sql, [values[name] for name in numbered.names])
        except Exception as error:
            if self.is_broken(error):
                self.loss = self.loss or error
            raise

    def _numbered(self, statement: str) -> NumberedStatement:
        if self._allowed is not None and statement not in self._allowed:
            raise NeedsToBeAlone(statement)
        return NUMBERED[statement]

    def notify(self, channel: str) -> None:
        """Wake the processes that listen, once this transaction is stored."""
        self._execute(b"SELECT pg_notify($1, '')", (channel,))

    def is_broken(self, error: Exception) -> bool:
        return isinstance(error, psycopg.Error) and not is_ours(error)

    def savepoint(self) -> AbstractContextManager[None]:
        return self._savepoint


class PostgresSavepoint:
    """A part of a transaction that is stored or rolled back alone."""

    def __init__(self, execute: Execute) -> None:
        self._execute = execute

    def __enter__(self) -> None:
        self._execute(b"SAVEPOINT part", ())

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if kind is None:
            self._execute(b"RELEASE part", ())
        elif isinstance(error, Exception):
            self._execute(b"ROLLBACK TO part", ())
            self._execute(b"RELEASE part", ())


def blocking_tx(connection: Connection[TupleRow]) -> PostgresTx:
    """Return a transaction over a connection that blocks the thread that uses it."""
    adapt(connection.adapters)

    def execute(sql: bytes, values: Sequence[Value]) -> Result:
        cursor = RawCursor(connection).execute(sql, values)
        if cursor.description is None:
            return Result(cursor.rowcount, {}, ())
        return Result(cursor.rowcount, columns_of(cursor), cursor.fetchall())

    return PostgresTx(execute)


def columns_of(cursor: AsyncRawCursor[TupleRow] | RawCursor[TupleRow] | Any) -> dict[str, int]:
    return {column.name: number for number, column in enumerate(cursor.description or ())}


def is_ours(error: BaseException) -> bool:
    """Return whether a value or statement of Loket caused an error: a savepoint undoes it."""
    ours = (psycopg.ProgrammingError, psycopg.InterfaceError, psycopg.DataError, psycopg.IntegrityError)
    return isinstance(error, ours)


def is_conflict(error: BaseException) -> bool:
    """Return whether another transaction was in the way: the unit is run again."""
    return isinstance(error, errors.SerializationFailure | errors.DeadlockDetected)


def is_outage(error: BaseException) -> bool:
    """Return whether the server or the connection is gone, so that another connection may help."""
    if isinstance(error, errors.FeatureNotSupported | errors.ReadOnlySqlTransaction):
        # A statement that was planned before another Loket migrated; a server that became a standby.
        return True
    if isinstance(error, errors.QueryCanceled | errors.DiskFull | errors.LockNotAvailable):
        return False
    lost = (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow)
    has_no_state = isinstance(error, psycopg.OperationalError) and error.sqlstate is None
    state = getattr(error, "sqlstate", None) or ""
    return isinstance(error, lost) or has_no_state or state.startswith(("08", "25P03", "57P", "53300"))


def translate_error(error: BaseException) -> Exception:
    """Return an error of PostgreSQL as a StorageError, and any other exception as it is."""
    if isinstance(error, psycopg.Error):
        return StorageError(f"PostgreSQL: {_words(error)}")
    return error if isinstance(error, Exception) else StorageError(type(error).__name__)


def _words(error: psycopg.Error) -> str:
    """Return what the server says, without the values of a statement, or how a connection failed.

    What libpq says of an option may quote the URL.
    """
    if error.diag.message_primary:
        return error.diag.message_primary
    if isinstance(error, psycopg.OperationalError):
        return " ".join(str(error).split())
    return type(error).__name__
