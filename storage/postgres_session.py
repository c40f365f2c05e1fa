"""One connection to PostgreSQL: its settings, and the units of work that run over it.

A unit of work is a synchronous function, and what it changes in memory belongs to the thread of the event
loop. So it runs there, in a greenlet, which stops at each statement until its connection has the answer; the
loop turns to others meanwhile. A long report runs on a thread, over a connection that blocks it.

Each statement is sent with its own end, not in a pipeline: a process that is frozen between the first of a
pipeline and its end would hold its locks for ever, since the server does not take it for idle there.
"""

import asyncio
import hashlib
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import psycopg
from greenlet import getcurrent, greenlet
from psycopg import AsyncConnection, AsyncCursor, AsyncRawCursor, Connection
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from storage.errors import StorageError
from storage.postgres_concurrency import LEASE_ONLY, Keys, Waiting
from storage.postgres_tx import PostgresTx, Result, adapt, blocking_tx, columns_of, is_conflict
from storage.statements import Value
from storage.transaction import NeedsSavepoints, NeedsToBeAlone, Unit

T = TypeVar("T")

CONNECT_TIMEOUT_S = 5

STATEMENT_TIMEOUT_MS = 10_000
"""The statements of a unit take milliseconds; one that waits longer for a lock is a fault."""

LONG_STATEMENT_TIMEOUT_MS = 300_000
IDLE_TIMEOUT_MS = 5_000
"""A process that is frozen within a transaction holds its locks for half a lease at most."""

LONG_IDLE_TIMEOUT_MS = 30_000
"""A report holds no lock, and may compute between two statements."""

_NETWORK = {
    # A server that vanished is noticed after some 15 s, not after hours.
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "connect_timeout": CONNECT_TIMEOUT_S,
    "application_name": "loket",
}

ALL_LOCK = 0x6C6F6B65745F
"""The advisory lock that a unit without keys holds alone, and units with keys together."""


class UnitStopped(Exception):
    """A unit cannot be stored with those before it in its transaction: it must be run alone."""

    def __init__(self, place: int) -> None:
        super().__init__("a unit must be run alone")
        self.place = place


class CommitLost(Exception):
    """The answer to a commit was lost: the transaction may be stored or not."""

    def __init__(self, transaction_id: int, value: Any) -> None:
        super().__init__("the answer to a commit was lost")
        self.transaction_id = transaction_id
        self.value = value


def arguments(url: str) -> dict[str, Any]:
    """Return what a connection needs besides its URL, which may say otherwise."""
    return {name: value for name, value in _NETWORK.items() if f"{name}=" not in urlsplit(url).query}


def _settings(statement_timeout_ms: int, idle_timeout_ms: int) -> str:
    # Not as options of the connection: poolers refuse those.
    return (
        f"SET statement_timeout = {statement_timeout_ms}; "
        f"SET idle_in_transaction_session_timeout = {idle_timeout_ms}; "
        # A machine that lost its power amid a statement is not idle to the server, and would hold its locks.
        "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 3; SET tcp_keepalives_count = 3; "
        "SET client_encoding = 'UTF8'; SET standard_conforming_strings = on"
    )


Cursor = AsyncCursor[TupleRow]

Begin = tuple[bytes, bytes | None]
"""What begins a transaction, and what takes its locks and returns its number."""

_READ_ONLY: Begin = (b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", None)


class Session:
    """A connection that runs units on the event loop, one at a time."""

    def __init__(self, connection: AsyncConnection[TupleRow]) -> None:
        self.connection = connection
        self._columns: dict[bytes, dict[str, int]] = {}
        self._transaction_id = 0
        self._begin = _READ_ONLY

    @classmethod
    async def open(cls, url: str) -> "Session":
        """Connect; raise psycopg.Error if that fails."""
        connection = await AsyncConnection.connect(
            url,
            autocommit=True,
            # A statement is planned once for each connection.
            prepare_threshold=0,
            cursor_factory=AsyncRawCursor,
            **arguments(url),
        )
        adapt(connection.adapters)
        settings = _settings(STATEMENT_TIMEOUT_MS, IDLE_TIMEOUT_MS).encode()
        try:
            await connection.execute(settings, prepare=False)
        except BaseException:
            await connection.close()
            raise
        return cls(connection)

    @property
    def is_lost(self) -> bool:
        """Whether the connection cannot be used any more."""
        return self.connection.closed

    async def write(self, unit: Unit[T]) -> T:
        """Run a unit alone in a transaction of its own, with savepoints, and commit it.

        Raise CommitLost if it is not known whether it was stored; any other exception means that it was not.
        """
        self._begin = begin_words(None)
        value = await self._run(unit, PostgresTx(self._blocking))
        await self._commit(value)
        return value

    async def write_group(self, group: Sequence[Waiting], keys: Keys) -> list[Any]:
        """Run units in one transaction, alone or with the keys of all locked, and commit it.

        Raise UnitStopped if one of them fails, or may not run beside others; else as `write`.
        """
        self._begin = begin_words(keys)
        values: list[Any] = []

        def unit(tx: PostgresTx) -> list[Any]:
            for waiting in group:
                own = waiting.keys if keys is not None else None
                part = PostgresTx(self._blocking, optimistic=True, keys=own)
                try:
                    values.append(waiting.unit(part))
                except (Exception, NeedsSavepoints, NeedsToBeAlone):  # noqa: BLE001 - it fails again, alone
                    tx.loss = part.loss or UnitStopped(len(values))
                tx.loss = tx.loss or part.loss
                if tx.loss:
                    raise tx.loss
            return values

        await self._run(unit, PostgresTx(self._blocking))
        await self._commit(values)
        return values

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit that only reads, on one snapshot."""
        self._begin = _READ_ONLY
        value = await self._run(unit, PostgresTx(self._blocking))
        if self.connection.info.transaction_status is not TransactionStatus.IDLE:
            await self.connection.execute(b"COMMIT", prepare=False)
        return value

    async def _run(self, unit: Callable[[PostgresTx], T], tx: PostgresTx) -> T:
        try:
            value = await in_greenlet(lambda: unit(tx))
        except BaseException:
            await self._roll_back()
            if tx.loss:
                raise tx.loss from None
            raise
        if tx.loss:
            await self._roll_back()
            raise tx.loss
        return value

    def _blocking(self, sql: bytes, values: Sequence[Value]) -> Result:
        return wait_for(self._execute(sql, values))

    async def _execute(self, sql: bytes, values: Sequence[Value]) -> Result:
        cursor = await self._send(sql, values)
        # Not by the description of the cursor, which is made anew for each column.
        if cursor.pgresult is None or not cursor.pgresult.nfields:
            return Result(cursor.rowcount, {}, ())
        columns = self._columns.get(sql)
        if columns is None:
            columns = self._columns[sql] = columns_of(cursor)
        return Result(cursor.rowcount, columns, await cursor.fetchall())

    async def _send(self, sql: bytes, values: Sequence[Value]) -> Cursor:
        """Send a statement and return its result, after the beginning of the transaction if it is the first.

        Only now: what a unit does in memory before its first statement comes before its snapshot.
        """
        try:
            if self.connection.pgconn.transaction_status == TransactionStatus.IDLE:
                self._transaction_id = await self._send_begin()
            return await self.connection.execute(sql, values)
        except asyncio.CancelledError:
            # A result is outstanding that nobody reads any more.
            await self.close()
            raise

    async def _send_begin(self) -> int:
        """Begin the transaction and take its locks, in one round trip; return its number."""
        begin, locks = self._begin
        begun = await self.connection.execute(b"; ".join(filter(None, (begin, locks))), prepare=False)
        if locks is None:
            return self._transaction_id
        begun.nextset()
        row = await begun.fetchone()
        return int(row[0]) if row else 0

    async def _commit(self, value: object) -> None:
        if self.connection.info.transaction_status is TransactionStatus.IDLE:
            return
        try:
            done = await self.connection.execute(b"COMMIT", prepare=False)
        except BaseException as error:
            is_answered = self.connection.info.transaction_status is not TransactionStatus.ACTIVE
            # A COMMIT that was given up may have been answered meanwhile, and then it is stored.
            is_given_up = isinstance(error, asyncio.CancelledError)
            if is_conflict(error) or (is_answered and not is_given_up and not self.connection.closed):
                await self._roll_back()
                raise
            # Whoever lost the connection, or gave up waiting, does not know.
            await self.close()
            raise CommitLost(self._transaction_id, value) from None
        if done.statusmessage != "COMMIT":
            raise StorageError("PostgreSQL rolled the transaction back")

    async def _roll_back(self) -> None:
        """End the transaction, or the connection if it does not answer."""
        status = self.connection.info.transaction_status
        if status is TransactionStatus.IDLE or self.connection.closed:
            return
        if status is TransactionStatus.ACTIVE:
            # An answer is outstanding that nobody waits for any more.
            await self.close()
            return
        try:
            await self.connection.execute(b"ROLLBACK", prepare=False)
        except psycopg.Error:
            await self.close()

    async def close(self) -> None:
        await self.connection.close()


def connect(url: str) -> Connection[TupleRow]:
    """Connect for a command or a report; raise psycopg.Error if that fails."""
    connection = Connection.connect(url, autocommit=True, prepare_threshold=None, **arguments(url))
    try:
        connection.execute(_settings(LONG_STATEMENT_TIMEOUT_MS, LONG_IDLE_TIMEOUT_MS).encode())
    except BaseException:
        connection.close()
        raise
    return connection


def begin_words(keys: Keys) -> Begin:
    """Return what begins a transaction: its locks come first, so that each statement sees what is true."""
    if keys is None:
        locks = [f"pg_advisory_xact_lock({ALL_LOCK})"]
    elif keys == LEASE_ONLY:
        locks = []
    else:
        # In one order, so that no two units wait for each other.
        numbers = sorted(map(_lock_number, keys))
        locks = [f"pg_advisory_xact_lock_shared({ALL_LOCK})"]
        locks += [f"pg_advisory_xact_lock({number})" for number in numbers]
    words = ", ".join(["pg_current_xact_id()", *locks])
    return b"BEGIN ISOLATION LEVEL READ COMMITTED", f"SELECT {words}".encode()


def _lock_number(key: str) -> int:
    digest = hashlib.blake2b(key.encode(), digest_size=8, person=b"loket").digest()
    return int.from_bytes(digest, "big", signed=True)


class LongSession:
    """A connection for reports, which blocks the thread that uses it."""

    def __init__(self, url: str) -> None:
        self._connection = connect(url)

    def read(self, unit: Unit[T]) -> T:
        """Run a unit that only reads, on one snapshot; any error ends the connection."""
        try:
            self._connection.execute(b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            value = unit(blocking_tx(self._connection))
            self._connection.execute(b"COMMIT")
        except BaseException:
            self.close()
            raise
        return value

    @property
    def is_lost(self) -> bool:
        return self._connection.closed

    def close(self) -> None:
        self._connection.close()


async def in_greenlet(function: Callable[[], T]) -> T:
    """Run a synchronous function on this thread; what it passes to `wait_for` is awaited here."""
    child = greenlet(function)
    child.gr_context = getcurrent().gr_context
    passed = child.switch()
    while not child.dead:
        try:
            value = await passed
        except (Exception, asyncio.CancelledError):  # noqa: BLE001 - it is raised in the function
            passed = child.throw(*sys.exc_info())
        else:
            passed = child.switch(value)
    return cast("T", passed)


def wait_for(awaitable: Awaitable[T]) -> T:
    """Return the result of an awaitable, from a function that runs `in_greenlet`."""
    parent = getcurrent().parent
    if parent is None:
        raise RuntimeError("this runs outside of a unit of work")
    return cast("T", parent.switch(awaitable))
