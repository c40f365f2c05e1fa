"""Moves a stopped shop from a file to PostgreSQL or back, in one transaction, and compares every row.

The shop that was moved stays as it is. Whatever differs afterwards closes the counter of the new one, as a
restore does.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from functools import cached_property
from graphlib import TopologicalSorter
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import msgspec
import psycopg
from msgspec import Struct
from psycopg import sql

from storage import restores
from storage.backup import FILE_SUFFIXES
from storage.books import check_books
from storage.connection import connect as connect_file
from storage.connection import make_private
from storage.database import RESTORING, SQLITE
from storage.errors import StorageBusy, StorageError
from storage.files import refuse_missing
from storage.lock import exclusive_lock
from storage.postgres_schema import MIGRATION_LOCK, migrate, refuse_other_version, version_of
from storage.postgres_server import refuse_unsuitable
from storage.postgres_session import ALL_LOCK, connect
from storage.postgres_tx import blocking_tx, translate_error
from storage.schema import migrate as migrate_file
from storage.schema import refuse_other_version as refuse_other_version_of_file
from storage.sqlite import SqliteTx
from storage.sqlite import translate_error as translate_file_error
from storage.transaction import Tx

NOT_MOVED = ("schema_version", "write_probe")
"""Each database has its own."""

ROWS_PER_STEP = 2000

LOOKS = 30
"""How often a server is asked who is connected: it notices a little later that a process has ended."""

PAUSE_S = 0.1

Row = tuple[int | str | None, ...]
Connection = psycopg.Connection[Any]


class StoredTable(Struct, frozen=True):
    """A table of the schema, with the columns that its primary key consists of."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


class Moved(Struct, frozen=True, kw_only=True):
    """What was moved: how many rows of each table, and what is not as it was; then the counter is closed."""

    counts: dict[str, int]
    balances_idr: int
    differences: tuple[str, ...]


class Contents(Struct, frozen=True):
    """How many rows a table has, and a digest of them in the order of their key."""

    count: int
    digest: bytes


class End(Protocol):
    """One of the two databases, within a transaction over it."""

    @property
    def tx(self) -> Tx:
        """The transaction, for named statements."""
        ...

    def rows(self, table: StoredTable) -> Iterator[Row]:
        """Yield all rows in the order of their key."""
        ...

    def empty(self, table: StoredTable) -> None:
        """Delete all rows."""
        ...

    def store(self, table: StoredTable, rows: Iterable[Row]) -> None:
        """Store rows; the next number of the key follows the highest one."""
        ...


def move(source_url: str, target_url: str, *, now_ms: int) -> Moved:
    """Copy the stopped shop at one URL to the empty database at another.

    Raise StorageBusy if a Loket runs on either, and another StorageError if one of them is unsuitable or the
    target is not empty; then nothing was changed.
    """
    if source_url.startswith(SQLITE) == target_url.startswith(SQLITE):
        raise StorageError("one must be a SQLite file, the other a PostgreSQL database")
    try:
        with _opened(source_url, is_target=False) as source, _opened(target_url, is_target=True) as target:
            return _move(source, target, now_ms)
    except sqlite3.Error as error:
        raise translate_file_error(error) from error
    except psycopg.Error as error:
        raise translate_error(error) from None


def _move(source: End, target: End, now_ms: int) -> Moved:
    tables, made = _schema()
    for table in tables:
        if list(islice(target.rows(table), len(made[table.name]) + 1)) != made[table.name]:
            raise StorageError(
                f"the target is not empty, there are rows in {table.name}: name a new database"
            )
    for table in reversed(tables):
        target.empty(table)
    before = {table.name: _copy(table, source, target) for table in tables}
    after = {table.name: _contents(target.rows(table)) for table in tables}
    books, books_after = check_books(source.tx), check_books(target.tx)
    differences = [
        _difference(name, before[name], after[name]) for name in before if before[name] != after[name]
    ]
    if books != books_after:
        differences.append("the books are not the same: see `loket books` of both")
    if differences:
        backup_at_ms = restores.last_activity_ms(target.tx)
        restores.start_quarantine(
            target.tx, restored_at_ms=now_ms, backup_at_ms=backup_at_ms, gap_until_ms=now_ms
        )
    return Moved(
        counts={name: contents.count for name, contents in after.items()},
        balances_idr=books_after.figures.available_idr,
        differences=tuple(differences),
    )


def _schema() -> tuple[list[StoredTable], dict[str, list[Row]]]:
    """Return the tables, each after those that it refers to, and the rows that the migrations put in."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate_file(connection)
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        ]
        tables = {name: _table(connection, name) for name in names if name not in NOT_MOVED}
        references = {
            name: {row[2] for row in connection.execute("SELECT * FROM pragma_foreign_key_list(?)", (name,))}
            - {name}
            for name in tables
        }
        order = [tables[name] for name in TopologicalSorter(references).static_order()]
        return order, {table.name: list(FileEnd(connection).rows(table)) for table in order}


def _table(connection: sqlite3.Connection, name: str) -> StoredTable:
    columns = connection.execute("SELECT * FROM pragma_table_info(?)", (name,)).fetchall()
    key = sorted((row[5], row[1]) for row in columns if row[5])
    return StoredTable(name, tuple(row[1] for row in columns), tuple(name for _, name in key))


class _Digest:
    """Counts and digests the rows that pass it."""

    def __init__(self) -> None:
        self._count = 0
        self._hash = hashlib.blake2b(digest_size=16)

    def passing(self, rows: Iterable[Row]) -> Iterator[Row]:
        encode = msgspec.msgpack.encode
        for row in rows:
            self._count += 1
            self._hash.update(encode(row))
            yield row

    @property
    def contents(self) -> Contents:
        return Contents(self._count, self._hash.digest())


def _copy(table: StoredTable, source: End, target: End) -> Contents:
    digest = _Digest()
    target.store(table, digest.passing(map(_storable, source.rows(table))))
    return digest.contents


def _contents(rows: Iterable[Row]) -> Contents:
    digest = _Digest()
    for _ in digest.passing(rows):
        pass
    return digest.contents


def _storable(row: Row) -> Row:
    """Return a row as PostgreSQL stores it, which has no NUL in texts."""
    if any(isinstance(value, str) and "\x00" in value for value in row):
        return tuple(value.replace("\x00", "\ufffd") if isinstance(value, str) else value for value in row)
    return row


def _difference(name: str, before: Contents, after: Contents) -> str:
    if before.count != after.count:
        return f"{name}: {before.count} rows became {after.count}"
    return f"{name}: {before.count} rows, not all with the same values"


def _select(table: StoredTable) -> sql.Composed:
    words = sql.SQL("SELECT {} FROM {} ORDER BY {}")
    return words.format(_names(table.columns), sql.Identifier(table.name), _names(table.key))


def _delete(table: StoredTable) -> sql.Composed:
    return sql.SQL("DELETE FROM {}").format(sql.Identifier(table.name))


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


class FileEnd:
    """A SQLite file within a transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @cached_property
    def tx(self) -> Tx:
        return SqliteTx(self._connection)

    def rows(self, table: StoredTable) -> Iterator[Row]:
        return map(tuple, self._connection.execute(_select(table).as_string()))

    def empty(self, table: StoredTable) -> None:
        self._connection.execute(_delete(table).as_string())

    def store(self, table: StoredTable, rows: Iterable[Row]) -> None:
        places = sql.SQL(", ").join([sql.SQL("?")] * len(table.columns))
        words = sql.SQL("INSERT INTO {} ({}) VALUES ({})")
        statement = words.format(sql.Identifier(table.name), _names(table.columns), places)
        self._connection.executemany(statement.as_string(), rows)


class ServerEnd:
    """A PostgreSQL database within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @cached_property
    def tx(self) -> Tx:
        return blocking_tx(self._connection)

    def rows(self, table: StoredTable) -> Iterator[Row]:
        with psycopg.ServerCursor(self._connection, "moving") as cursor:
            cursor.itersize = ROWS_PER_STEP
            cursor.execute(_select(table))
            yield from cursor

    def empty(self, table: StoredTable) -> None:
        self._connection.execute(_delete(table))

    def store(self, table: StoredTable, rows: Iterable[Row]) -> None:
        name = sql.Identifier(table.name)
        words = sql.SQL("COPY {} ({}) FROM STDIN").format(name, _names(table.columns))
        with psycopg.Cursor(self._connection) as cursor, cursor.copy(words) as copy:
            for row in rows:
                copy.write_row(row)
        self._number_on(table)

    def _number_on(self, table: StoredTable) -> None:
        """Let a key that numbers itself go on after its highest number, as the key of a file does."""
        if len(table.key) > 1:
            return
        name, key = sql.Literal(table.name), sql.Literal(table.key[0])
        sequence = sql.SQL("SELECT pg_get_serial_sequence({}, {})").format(name, key)
        highest = sql.SQL("SELECT max({}) FROM {}").format(_names(table.key), sql.Identifier(table.name))
        with psycopg.Cursor(self._connection) as cursor:
            numbers, last = (cursor.execute(query).fetchone() for query in (sequence, highest))
            if numbers and numbers[0] and last and last[0]:
                cursor.execute("SELECT setval(%s::text::regclass, %s)", (numbers[0], last[0]))


def _opened(url: str, *, is_target: bool) -> AbstractContextManager[End]:
    if not url.startswith(SQLITE):
        return _server(url, is_target=is_target)
    path = Path(url.removeprefix(SQLITE)).resolve()
    return _new_file(path) if is_target else _file(path)


@contextmanager
def _file(path: Path) -> Iterator[End]:
    """Open the file of a stopped shop."""
    if not path.is_file():
        raise StorageError(f"there is no database at {path}")
    with _stopped_file(path), closing(connect_file(path)) as connection:
        refuse_other_version_of_file(connection)
        connection.execute("BEGIN IMMEDIATE")
        yield FileEnd(connection)
        connection.execute("ROLLBACK")


@contextmanager
def _new_file(path: Path) -> Iterator[End]:
    """Open a file that is not there yet, or as empty as a new one; what was begun is deleted if it fails."""
    with _stopped_file(path) as lock:
        refuse_missing(path)
        is_new = not path.exists()
        try:
            make_private(path)
            lock.hold_file()
            with closing(connect_file(path)) as connection:
                if connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
                    refuse_other_version_of_file(connection)
                migrate_file(connection)
                connection.execute("BEGIN IMMEDIATE")
                yield FileEnd(connection)
                connection.execute("COMMIT")
        except BaseException:
            for suffix in FILE_SUFFIXES if is_new else ():
                Path(f"{path}{suffix}").unlink(missing_ok=True)
            raise
        lock.mark_made()


@contextmanager
def _stopped_file(path: Path) -> Iterator[Any]:
    if Path(f"{path}{RESTORING}").exists():
        raise StorageError(f"a restore of {path} was interrupted: run `loket restore FILE` again")
    try:
        with exclusive_lock(path) as lock:
            yield lock
    except StorageBusy as error:
        raise StorageBusy(f"{error}: stop it first") from error


@contextmanager
def _server(url: str, *, is_target: bool) -> Iterator[End]:
    """Open the database of a stopped shop, or one that is empty; no Loket can start on it meanwhile."""
    with connect(url) as connection:
        refuse_unsuitable(connection)
        _refuse_connected(connection)
        with connection.transaction():
            connection.execute("SET LOCAL statement_timeout = 0")
            connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            locks = "SELECT pg_try_advisory_xact_lock(%s) AND pg_try_advisory_xact_lock(%s)"
            if not _is_true(connection, locks, MIGRATION_LOCK, ALL_LOCK):
                raise StorageBusy("another Loket works on this PostgreSQL database: stop it first")
            if is_target and not version_of(connection):
                migrate(connection)
            refuse_other_version(connection)
            _refuse_led(connection)
            yield ServerEnd(connection)


def _refuse_connected(connection: Connection) -> None:
    """Raise StorageBusy if processes of Loket are connected."""
    others = (
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND application_name = current_setting('application_name')"
    )
    for _ in range(LOOKS):
        if not _is_true(connection, others):
            return
        connection.execute("SELECT pg_sleep(%s)", (PAUSE_S,))
    raise StorageBusy("a Loket is connected to this PostgreSQL database: stop all of them first")


def _refuse_led(connection: Connection) -> None:
    """Raise StorageBusy if a process leads, even if the server does not show that it is connected."""
    led = (
        "SELECT count(*) > 0 FROM lease WHERE holder IS NOT NULL"
        " AND valid_until_ms > extract(epoch FROM clock_timestamp()) * 1000"
    )
    if _is_true(connection, led):
        raise StorageBusy("a Loket leads on this PostgreSQL database: stop it first, or wait ten seconds")


def _is_true(connection: Connection, statement: str, *values: object) -> bool:
    row = connection.execute(statement.encode(), values or None).fetchone()
    return bool(row and row[0])
