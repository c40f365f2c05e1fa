"""The database: one writer, whole units of work, shared commits. What `write` returned is on the disk.

A unit runs between two turns of the event loop; only the commit, which waits for the disk, runs on a thread
of its own. Units that arrive meanwhile share the next commit. If one of them fails, all are run again, each
in a savepoint of its own. A cancelled caller does not cancel its unit: it runs whole or not at all.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Generator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import aiosqlite
from msgspec import Struct

from storage.checkpoint import Checkpointer
from storage.connection import connect, connect_read_only, disable_busy_timeout, make_private
from storage.errors import DatabaseDamaged, DatabaseMissing, RestoreUnfinished, StorageError
from storage.files import OpenFiles, refuse_emptied, refuse_missing
from storage.integrity import check_in_background, check_integrity, is_small
from storage.schema import migrate, refuse_other_version
from storage.sqlite import (
    begin,
    commit,
    is_locked,
    rollback,
    run_optimistically,
    run_read_only,
    run_with_savepoints,
    translate_error,
)
from storage.transaction import NeedsSavepoints, Unit, UnitDone, UnitFailed, set_outcome, write_probe

if TYPE_CHECKING:
    from storage.postgres_server import ServerReport

T = TypeVar("T")

MAX_UNITS_S = 0.02
"""Units run for this long in one turn of the event loop; the others wait for the next commit."""

LOCK_PATIENCE_S = 5.0
"""Backups and admins with a shell lock the file for moments; longer than this is a fault."""

TRY_AGAIN_S = 0.005
"""The pause between attempts to get a lock."""

PROBE_EVERY_S = 1.0
"""After a commit that failed: the pause between attempts to write to the disk."""

LONG_READERS = 2
"""Connections for long reads: two, so that a receipt does not wait for a report of a year."""

SQLITE = "sqlite:///"
"""What the URL of a file begins with."""

RESTORING = ".restoring"
"""The suffix of a copy that is about to replace the database (backup.py)."""

SHOP, RESULTS, CLAIMS, MESSAGES, SCANS, LEASE = "shop", "results", "claims", "messages", "scans", "lease"
"""The kinds of keys of units, for databases that run several at once (postgres_concurrency.py)."""


def shop_key(owner_id: int) -> str:
    """Return the key of a shop: of its orders, its accounts and its limits."""
    return f"{SHOP}:{owner_id}"


class Database(Protocol):
    """The interface of the database for the rest of Loket."""

    def write(
        self,
        unit: Unit[T],
        *,
        within_s: float = 0,
        in_order: bool = False,
        keys: Collection[str] | None = None,
        follows: Collection[str] = (),
    ) -> Awaitable[T]:
        """Run `unit` and return its value once it is durable; raise StorageError if nothing was stored.

        A unit runs alone, after all that were given before it, and may be run again. With `keys` it may run
        at the same time as units that have none of them: they name all that it looks at before it changes
        something. It still sees what was given before it with a key of the kinds that it `follows`, unless
        there `is_crowded`, and all that was given before it if it is `in_order`. A unit that is in no hurry
        may wait `within_s` seconds for a commit to share.
        """
        ...

    def is_crowded(self, kinds: Collection[str]) -> bool:
        """Return whether a unit that follows these kinds would not see all that wait: another must follow."""
        ...

    async def read(self, unit: Unit[T]) -> T:
        """Run a short `unit` that only reads; it does not wait for the writer."""
        ...

    async def read_long(self, unit: Unit[T]) -> T:
        """Run a `unit` that only reads and may take seconds; nothing else waits for it."""
        ...


class DatabaseEngine(Database, Protocol):
    """A database as the process sees it that opens and closes it."""

    is_writable: bool
    """Whether the last commit succeeded; after a failure it is tried again every second."""

    async def open(self) -> None:
        """Open, create or migrate the database; raise StorageError if that fails."""
        ...

    async def close(self) -> None:
        """Store the waiting units, then close."""
        ...

    async def check(self) -> None:
        """Check what `open` did not check; raise DatabaseDamaged if it is damaged."""
        ...

    def refuse_changed_files(self) -> None:
        """Raise DatabaseMissing if the database is not where it was when it was opened."""
        ...

    def listen(self, wake: Callable[[], None]) -> None:
        """Call `wake` when another process has stored something for the leader, if that can be heard."""
        ...

    def wake_others(self) -> None:
        """Wake the leader in another process, with the commit of what was given before."""
        ...


def database_at(url: str) -> DatabaseEngine:
    """Return the database of a URL; raise StorageError if the library for it is not installed."""
    if url.startswith(SQLITE):
        return SqliteDatabase(Path(url.removeprefix(SQLITE)))
    try:
        from storage.postgres import PostgresDatabase  # noqa: PLC0415 - its library is optional
    except ImportError as error:
        raise StorageError("PostgreSQL needs its library: pip install 'loket[postgres]'") from error
    return PostgresDatabase(url)


def look_at_server(url: str, *, time_s: Callable[[], float]) -> "ServerReport":
    """Return what a PostgreSQL server says of itself; raise StorageError if it cannot be asked."""
    from storage import postgres_server  # noqa: PLC0415 - its library is optional

    return postgres_server.look_at(url, time_s=time_s)


def read_database(url: str, unit: Unit[T]) -> T:
    """Run a `unit` that only reads, even while Loket runs; raise StorageError if that fails."""
    if not url.startswith(SQLITE):
        from storage import postgres_server  # noqa: PLC0415 - its library is optional

        return postgres_server.read(url, unit)
    path = Path(url.removeprefix(SQLITE))
    if not path.is_file():
        raise StorageError(f"there is no database at {path}")
    try:
        with closing(connect_read_only(path)) as connection:
            refuse_other_version(connection)
            return run_read_only(unit, connection)
    except (sqlite3.Error, StorageError) as error:
        fault = translate_error(error)
        raise type(fault)(f"{path}: {fault}") from error


class _Waiting(Struct, frozen=True):
    unit: Unit[Any]
    done: asyncio.Future[Any]


class SqliteDatabase:
    """SQLite in WAL mode with full durability: one connection writes, one reads, two serve long reads."""

    def __init__(self, path: Path, *, lock_patience_s: float = LOCK_PATIENCE_S) -> None:
        self.is_writable = False
        """Whether the last commit succeeded; after a failure it is tried again every second."""
        self._path = path.resolve()
        self._files: OpenFiles | None = None
        self._lock_patience_s = lock_patience_s
        self._checkpointer = Checkpointer(self._path)
        self._opened: list[sqlite3.Connection] = []
        self._free_long_readers: asyncio.Queue[sqlite3.Connection] = asyncio.Queue()
        self._waiting: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._patience: asyncio.TimerHandle | None = None
        """Sets `_wake` when the first unit in no hurry has waited long enough."""
        self._closing = False
        self._committer: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Open and migrate the file, which is created if it is missing; raise StorageError if that fails."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._refuse_unfinished()
        refuse_missing(self._path)
        make_private(self._path)
        try:
            self._writer = self._keep_open(connect(self._path))
            if is_small(self._path):
                await asyncio.to_thread(check_integrity, self._writer)
            refuse_emptied(self._path, self._writer)
            await asyncio.to_thread(migrate, self._writer)
            self._reader = self._keep_open(connect_read_only(self._path))
            for _ in range(LONG_READERS):
                self._free_long_readers.put_nowait(self._keep_open(connect_read_only(self._path)))
            await self._checkpointer.open()
            self._files = OpenFiles(self._path)
        except (sqlite3.Error, StorageError) as error:
            self._close_connections()
            raise self._explained(translate_error(error)) from error
        for connection in (self._writer, self._reader):
            disable_busy_timeout(connection)
        self._committing = await aiosqlite.Connection(lambda: self._writer, iter_chunk_size=1)
        self.is_writable = True
        self._committer = asyncio.create_task(self._commit_forever(), name="committer")

    def _keep_open(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        self._opened.append(connection)
        return connection

    def refuse_changed_files(self) -> None:
        """Raise DatabaseMissing if the file was moved, deleted, replaced or emptied since it was opened."""
        if self._files:
            self._files.refuse_changed()

    async def check(self) -> None:
        """Check the whole file, unless `open` did so already; raise DatabaseDamaged if it is damaged.

        Raise StorageError if the file could not be read to its end.
        """
        if is_small(self._path):
            return
        try:
            await check_in_background(self._path)
        except DatabaseDamaged as error:
            raise self._explained(error) from error

    def _refuse_unfinished(self) -> None:
        """Refuse to start after an interrupted restore: the database may be missing, or the wrong one."""
        if (unfinished := Path(f"{self._path}{RESTORING}")).exists():
            words = "a restore was interrupted: run `loket restore FILE` again, or delete"
            raise RestoreUnfinished(f"{words} {unfinished} if {self._path} is the database to use")

    def _explained(self, error: Exception) -> Exception:
        if isinstance(error, DatabaseMissing):
            return error
        if isinstance(error, DatabaseDamaged):
            words = "put a backup in its place with `loket restore FILE`, which keeps this one"
            return DatabaseDamaged(f"{self._path}: {error}; {words}")
        return type(error)(f"{self._path}: {error}")

    async def close(self) -> None:
        """Commit the waiting units, then close."""
        if self._closing:
            return
        self._closing = True
        self._wake.set()
        if self._committer:
            await self._committer
            await self._committing.close()
            await self._checkpointer.close()
            for _ in range(LONG_READERS):
                await self._free_long_readers.get()  # waits for reads in progress
        self._close_connections()

    def _close_connections(self) -> None:
        for connection in self._opened:
            connection.close()
        if self._files:
            self._files.set_aside_log()

    def write(
        self,
        unit: Unit[T],
        *,
        within_s: float = 0,
        in_order: bool = False,  # noqa: ARG002 - all are
        keys: Collection[str] | None = None,  # noqa: ARG002 - all run alone
        follows: Collection[str] = (),  # noqa: ARG002 - as above
    ) -> asyncio.Future[T]:
        """Run `unit` and return its value once it is durable; raise StorageError if nothing was stored."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        if self._closing:
            done.set_exception(StorageError("the database is closed"))
            return done
        self._waiting.append(_Waiting(unit, done))
        if not within_s:
            self._wake.set()
        elif self._patience is None:
            self._patience = loop.call_later(within_s, self._wake.set)
        return done

    def is_crowded(self, kinds: Collection[str]) -> bool:  # noqa: ARG002 - all are stored in their order
        """Return False: a unit sees all that were given before it."""
        return False

    async def read(self, unit: Unit[T]) -> T:
        """Run a short `unit` that only reads; it sees everything committed before the call."""
        self._refuse_closed()
        try:
            return run_read_only(unit, self._reader)
        except sqlite3.Error as error:
            raise translate_error(error) from error

    async def read_long(self, unit: Unit[T]) -> T:
        """Run a `unit` that only reads on a thread of its own, so that a long report delays nothing else."""
        self._refuse_closed()
        reader = await self._free_long_readers.get()
        reading = asyncio.ensure_future(asyncio.to_thread(run_read_only, unit, reader))
        # The connection is free when its thread is done with it, even if the caller was cancelled before.
        reading.add_done_callback(lambda _: self._free_long_readers.put_nowait(reader))
        try:
            return await asyncio.shield(reading)
        except sqlite3.Error as error:
            raise translate_error(error) from error

    def listen(self, wake: Callable[[], None]) -> None:
        """Do nothing: a file has one process."""

    def wake_others(self) -> None:
        """Do nothing: a file has one process."""

    def _refuse_closed(self) -> None:
        if self._closing:
            raise StorageError("the database is closed")

    async def _commit_forever(self) -> None:
        while self._waiting or not self._closing:
            if not self._closing:
                await self._wait_for_work()
            self._wake.clear()
            if self._waiting:
                await self._commit_some()

    async def _wait_for_work(self) -> None:
        if self.is_writable:
            await self._wake.wait()
            return
        try:
            async with asyncio.timeout(PROBE_EVERY_S):
                await self._wake.wait()
        except TimeoutError:
            unwatched: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            unwatched.cancel()
            self._waiting.append(_Waiting(write_probe, unwatched))

    async def _commit_some(self) -> None:
        batch: list[_Waiting] = []
        try:
            # What is written to a file that was moved or deleted would be lost at the next start.
            self.refuse_changed_files()
            changes = self._writer.total_changes
            outcomes = await self._run_units(batch)
            if self._writer.total_changes == changes:
                # Nothing was written, so the commit shows nothing about the disk.
                commit(self._writer)
            else:
                await self._commit_on_thread()
        except Exception as error:  # noqa: BLE001 - every caller gets the error; the committer must go on
            # If not even a transaction could begin, all waiting units fail.
            batch = batch or self._take_all()
            outcomes = [UnitFailed(translate_error(error))] * len(batch)
        if any(
            isinstance(outcome, UnitFailed) and isinstance(outcome.fault, StorageError)
            for outcome in outcomes
        ):
            self.is_writable = False
        for waiting, outcome in zip(batch, outcomes, strict=True):
            set_outcome(waiting.done, outcome)

    async def _commit_on_thread(self) -> None:
        try:
            await self._committing.commit()
        except sqlite3.Error:
            rollback(self._writer)
            raise
        self._checkpointer.note()
        self.is_writable = True

    async def _run_units(self, batch: list[_Waiting]) -> list[UnitDone[Any] | UnitFailed]:
        """Run the waiting units, moving them into `batch`; raise if the transaction is lost."""
        await self._begin()
        try:
            with closing(self._units(batch)) as units:
                return run_optimistically(units, self._writer)
        except (Exception, NeedsSavepoints):  # noqa: BLE001 - the unit that failed fails again, and alone
            rollback(self._writer)
        await self._begin()
        try:
            return run_with_savepoints([waiting.unit for waiting in batch], self._writer)
        except BaseException:
            rollback(self._writer)
            raise

    async def _begin(self) -> None:
        """Begin a transaction; wait for another connection's lock without blocking the event loop."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + self._lock_patience_s
        while True:
            try:
                begin(self._writer)
            except sqlite3.OperationalError as error:
                if not is_locked(error) or loop.time() > until_s:
                    raise
                await asyncio.sleep(TRY_AGAIN_S)
            else:
                return

    def _units(self, batch: list[_Waiting]) -> Generator[Unit[Any]]:
        """Yield the waiting units, moving them into `batch`, while the event loop may be blocked."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + MAX_UNITS_S
        try:
            while self._waiting and (not batch or loop.time() < until_s):
                batch.append(self._waiting.popleft())
                yield batch[-1].unit
        finally:
            if self._waiting:
                self._wake.set()
            elif self._patience:
                self._patience.cancel()
                self._patience = None

    def _take_all(self) -> list[_Waiting]:
        taken = list(self._waiting)
        self._waiting.clear()
        return taken
