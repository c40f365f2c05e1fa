"""One writer, whole units, shared commits: what `write` returned is on the disk, whatever happens next.

A unit of work is a plain function over a `Tx`. Units that wait at the same time share one commit, each
in its own savepoint, so that one's failure takes nothing from the others. A cancelled caller does not
cancel its unit: it runs whole or not at all.
"""

import asyncio
import os
import sqlite3
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import aiosqlite

from storage.errors import DatabaseDamaged, RestoreUnfinished, StorageError
from storage.migrate import migrate
from storage.transaction import Tx

T = TypeVar("T")
Unit = Callable[[Tx], T]

MAX_UNITS_A_COMMIT = 256
"""Bounds how long one unit waits for the others it shares a commit with (about 10 ms)."""

PULSE_EVERY_S = 1.0
"""After a commit that failed: how soon to find out that the disk can be written again."""

RESTORING = ".restoring"
"""Ends the name of a copy on its way into the database's place (backup.py)."""

DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

BUSY_TIMEOUT_MS = 5000
"""Backups and people with a shell lock the file for moments; longer than this is a fault."""


class Database(Protocol):
    """What the rest of Loket knows of a database."""

    async def write(self, unit: Unit[T]) -> T:
        """Carry out `unit` and return its value once it is durable; StorageError if nothing was kept."""
        ...

    async def read(self, unit: Unit[T]) -> T:
        """Carry out a `unit` that only looks, beside the writer."""
        ...

    async def gather(self, unit: Unit[T]) -> T:
        """Carry out a `unit` that only looks and may take seconds, beside those who look for moments."""
        ...


class _Connection(aiosqlite.Connection):
    """An aiosqlite connection whose thread carries out whole functions, not single statements."""

    async def carry_out(self, work: Callable[[sqlite3.Connection], T]) -> T:
        result: T = await self._execute(work, self._conn)  # type: ignore[no-untyped-call]  # theirs
        return result

    @property
    def is_open(self) -> bool:
        return self._connection is not None

    async def gone(self) -> None:
        """Wait until the thread has ended: one that could not open must not outlive the loop either."""
        while self._thread.is_alive():  # noqa: ASYNC110 - a thread's end sets no asyncio event
            await asyncio.sleep(0.001)


@dataclass(frozen=True, slots=True)
class _Waiting:
    unit: Unit[Any]
    done: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """A unit was carried out and gave this."""

    value: T


@dataclass(frozen=True, slots=True)
class Undone:
    """A unit failed, and nothing of it was kept."""

    fault: Exception


class SqliteDatabase:
    """SQLite in WAL mode with FULL durability; one thread writes, one reads, one gathers what takes long."""

    def __init__(self, path: Path) -> None:
        self.is_writable = False
        """What the last commit showed; after one that failed it is found out anew every second."""
        self._path = path
        self._writer = _Connection(partial(_connect, path), iter_chunk_size=64)
        self._reader = _Connection(partial(_connect_to_read, path), iter_chunk_size=64)
        self._gatherer = _Connection(partial(_connect_to_read, path), iter_chunk_size=64)
        self._waiting: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._closing = False
        self._committer: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Open and migrate the file, which is made if it is missing; StorageError says why it cannot be."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._refuse_unfinished()
        _make_private(self._path)
        try:
            await self._writer
            await self._writer.carry_out(_check)
            await self._writer.carry_out(migrate)
            await self._reader
            await self._gatherer
        except (sqlite3.Error, StorageError) as error:
            await self._close_connections()
            raise self._explained(translated(error)) from error
        self.is_writable = True
        self._committer = asyncio.create_task(self._commit_forever(), name="committer")

    def _refuse_unfinished(self) -> None:
        """Refuse to start where a restore was cut off: what stands here may be nothing, or the wrong one."""
        if (unfinished := Path(f"{self._path}{RESTORING}")).exists():
            words = "a restore was cut off: carry it out again with `loket restore FILE`, or delete"
            raise RestoreUnfinished(f"{words} {unfinished} if {self._path} is the database to use")

    def _explained(self, error: Exception) -> Exception:
        if isinstance(error, DatabaseDamaged):
            words = "put a backup in its place with `loket restore FILE`, which keeps this one"
            return DatabaseDamaged(f"{self._path}: {error}; {words}")
        return type(error)(f"{self._path}: {error}")

    async def close(self) -> None:
        """Commit what waits, then close."""
        self._closing = True
        self._wake.set()
        if self._committer:
            await self._committer
        await self._close_connections()

    async def _close_connections(self) -> None:
        for connection in (self._gatherer, self._reader, self._writer):
            if connection.is_open:
                await connection.close()
            await connection.gone()

    async def write(self, unit: Unit[T]) -> T:
        """Carry out `unit` and return its value once it is durable; StorageError if nothing was kept."""
        if self._closing:
            raise StorageError("the database is closed")
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(unit, done))
        self._wake.set()
        return await done

    async def read(self, unit: Unit[T]) -> T:
        """Carry out a `unit` that only looks; it sees everything committed before the call."""
        return await self._look(self._reader, unit)

    async def gather(self, unit: Unit[T]) -> T:
        """Carry out a `unit` that only looks, in a thread of its own: a long report holds up nobody else."""
        return await self._look(self._gatherer, unit)

    async def _look(self, connection: _Connection, unit: Unit[T]) -> T:
        if self._closing:
            raise StorageError("the database is closed")
        try:
            return await connection.carry_out(partial(look, unit))
        except sqlite3.Error as error:
            raise translated(error) from error

    async def _commit_forever(self) -> None:
        while self._waiting or not self._closing:
            self._wake.clear()
            if self._waiting:
                await self._commit_some()
            elif not self._closing:
                await self._wait_for_work()

    async def _wait_for_work(self) -> None:
        if self.is_writable:
            await self._wake.wait()
            return
        try:
            async with asyncio.timeout(PULSE_EVERY_S):
                await self._wake.wait()
        except TimeoutError:
            self._waiting.append(_Waiting(_beat, asyncio.get_running_loop().create_future()))

    async def _commit_some(self) -> None:
        count = min(len(self._waiting), MAX_UNITS_A_COMMIT)
        batch = [self._waiting.popleft() for _ in range(count)]
        try:
            outcomes = await self._writer.carry_out(partial(carry_out, [waiting.unit for waiting in batch]))
        except Exception as error:  # noqa: BLE001 - whoever waits is told; the committer itself must live on
            outcomes = [Undone(translated(error))] * len(batch)
        faults = [outcome.fault for outcome in outcomes if isinstance(outcome, Undone)]
        self.is_writable = not any(isinstance(fault, StorageError) for fault in faults)
        for waiting, outcome in zip(batch, outcomes, strict=True):
            if waiting.done.done():
                continue
            match outcome:
                case Kept(value):
                    waiting.done.set_result(value)
                case Undone(fault):
                    waiting.done.set_exception(fault)


def _make_private(path: Path) -> None:
    """Let nobody else read the file, nor those beside it, to which SQLite gives the mode of the first."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            if name.exists():
                name.chmod(0o600)
    except OSError as error:
        raise StorageError(f"{path} cannot be opened: {error.strerror}") from error


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        # With NORMAL a power cut may take back a commit that Telegram or the biller was told of.
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _connect_to_read(path: Path) -> sqlite3.Connection:
    connection = _connect(path)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _check(connection: sqlite3.Connection) -> None:
    """Find a damaged file at start, where it can be told, rather than in the middle of an order."""
    finding = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if finding != "ok":
        raise DatabaseDamaged(f"SQLite finds the database damaged: {' '.join(finding.split())}")


def _beat(tx: Tx) -> None:
    """Write something, however little: only a commit that reaches the disk shows that there is room again."""
    tx.run("pulse")


def look(unit: Unit[T], connection: sqlite3.Connection) -> T:
    """Carry out a `unit` that only looks, on one snapshot."""
    connection.execute("BEGIN")
    try:
        return unit(Tx(connection))
    finally:
        connection.execute("ROLLBACK")


def carry_out(units: list[Unit[Any]], connection: sqlite3.Connection) -> list[Kept[Any] | Undone]:
    """Carry out `units` in one transaction; raises if it could not be committed, and then nothing is kept."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        outcomes = [_carry_out_one(unit, connection) for unit in units]
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return outcomes


def _carry_out_one(unit: Unit[Any], connection: sqlite3.Connection) -> Kept[Any] | Undone:
    tx = Tx(connection)
    try:
        with tx.savepoint():
            return Kept(unit(tx))
    except Exception as error:
        if not connection.in_transaction:
            raise
        return Undone(translated(error))


def translated(error: Exception) -> Exception:
    """Give SQLite's errors as ours; a unit's own exceptions pass as they are."""
    # An extended code holds the plain one in its lowest byte.
    if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGE:
        return DatabaseDamaged(f"SQLite finds the database damaged: {error}")
    if isinstance(error, sqlite3.Error):
        return StorageError(f"SQLite: {error}")
    return error
