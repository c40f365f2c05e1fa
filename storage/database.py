"""One writer, whole units, shared commits: what `write` returned is on the disk, whatever happens next.

A unit of work is a plain function over a `Tx`, carried out between two turns of the event loop; only the
commit, which waits for the disk, has a thread of its own. Units that come meanwhile share the next commit.
One's failure takes nothing from the others: all of them are carried out again then, each in a savepoint of
its own. A cancelled caller does not cancel its unit: it runs whole or not at all.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Awaitable, Generator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from storage.checkpoint import Checkpointer
from storage.connection import Connection, connect, connect_to_read, disable_busy_timeout, make_private
from storage.errors import DatabaseDamaged, RestoreUnfinished, StorageError
from storage.integrity import check_in_background, check_integrity, is_small
from storage.migrate import migrate
from storage.transaction import NeedsSavepoints
from storage.unit import (
    Unit,
    UnitDone,
    UnitFailed,
    begin,
    commit,
    is_locked,
    rollback,
    run_optimistically,
    run_read_only,
    run_with_savepoints,
    set_outcome,
    translate_error,
    write_probe,
)

T = TypeVar("T")

UNITS_HOLD_THE_LOOP_S = 0.02
"""So long units are carried out in one turn of the loop; what then still waits has the next commit."""

LOCK_PATIENCE_S = 5.0
"""Backups and people with a shell lock the file for moments; longer than this is a fault."""

TRY_AGAIN_S = 0.005
"""How soon to find out that a lock has gone."""

PULSE_EVERY_S = 1.0
"""After a commit that failed: how soon to find out that the disk can be written again."""

RESTORING = ".restoring"
"""Ends the name of a copy on its way into the database's place (backup.py)."""


class Database(Protocol):
    """What the rest of Loket knows of a database."""

    def write(self, unit: Unit[T], *, within_s: float = 0) -> Awaitable[T]:
        """Carry out `unit` and give its value once it is durable; StorageError if nothing was kept.

        Units are carried out in the order in which they are given; again, where one that shares their commit
        fails. One that nobody waits for may have its commit `within_s` seconds, so that it shares another's.
        """
        ...

    async def read(self, unit: Unit[T]) -> T:
        """Carry out a `unit` that only looks, for a moment, beside the writer."""
        ...

    async def read_long(self, unit: Unit[T]) -> T:
        """Carry out a `unit` that only looks and may take seconds, beside everybody else."""
        ...


class _Waiting(Struct, frozen=True):
    unit: Unit[Any]
    done: asyncio.Future[Any]


class SqliteDatabase:
    """SQLite in WAL mode, FULLy durable: one connection writes, one looks, two gather what takes long."""

    def __init__(self, path: Path, *, lock_patience_s: float = LOCK_PATIENCE_S) -> None:
        self.is_writable = False
        """What the last commit showed; after one that failed it is found out anew every second."""
        self._path = path
        self._lock_patience_s = lock_patience_s
        self._writer = Connection(partial(connect, path), iter_chunk_size=64)
        self._reader = Connection(partial(connect_to_read, path), iter_chunk_size=64)
        self._long_readers = [
            Connection(partial(connect_to_read, path), iter_chunk_size=64) for _ in range(2)
        ]
        """Two, so that a receipt need not wait behind somebody's report of a year."""
        self._checkpointer = Checkpointer(path)
        self._free_long_readers: asyncio.Queue[Connection] = asyncio.Queue()
        self._waiting: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._patience: asyncio.TimerHandle | None = None
        """Ends when the first of those that wait without hurry has waited long enough."""
        self._closing = False
        self._committer: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Open and migrate the file, which is made if it is missing; StorageError says why it cannot be."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._refuse_unfinished()
        make_private(self._path)
        try:
            await self._writer
            if is_small(self._path):
                await self._writer.carry_out(check_integrity)
            await self._writer.carry_out(migrate)
            await self._reader
            for reader in self._long_readers:
                await reader
                self._free_long_readers.put_nowait(reader)
            await self._checkpointer.open()
        except (sqlite3.Error, StorageError) as error:
            await self._close_connections()
            raise self._explained(translate_error(error)) from error
        for connection in (self._writer, self._reader):
            disable_busy_timeout(connection.here)
        self.is_writable = True
        self._committer = asyncio.create_task(self._commit_forever(), name="committer")

    async def sound(self) -> None:
        """Return when the whole file was found sound, at the start or since; DatabaseDamaged if it is not.

        StorageError if it could not be read to its end.
        """
        if is_small(self._path):
            return
        try:
            await check_in_background(self._path)
        except DatabaseDamaged as error:
            raise self._explained(error) from error

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
        await self._checkpointer.close()
        for connection in (*self._long_readers, self._reader, self._writer):
            if connection.is_open:
                await connection.close()
            await connection.gone()

    def write(self, unit: Unit[T], *, within_s: float = 0) -> asyncio.Future[T]:
        """Carry out `unit` and give its value once it is durable; StorageError if nothing was kept."""
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

    async def read(self, unit: Unit[T]) -> T:
        """Carry out a `unit` that only looks; it sees everything committed before the call."""
        self._refuse_closed()
        try:
            return run_read_only(unit, self._reader.here)
        except sqlite3.Error as error:
            raise translate_error(error) from error

    async def read_long(self, unit: Unit[T]) -> T:
        """Carry out a `unit` that only looks, in a thread of its own: a long report holds up nobody else."""
        self._refuse_closed()
        reader = await self._free_long_readers.get()
        try:
            self._refuse_closed()
            return await reader.carry_out(partial(run_read_only, unit))
        except sqlite3.Error as error:
            raise translate_error(error) from error
        finally:
            self._free_long_readers.put_nowait(reader)

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
            async with asyncio.timeout(PULSE_EVERY_S):
                await self._wake.wait()
        except TimeoutError:
            nobody: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            nobody.cancel()
            self._waiting.append(_Waiting(write_probe, nobody))

    async def _commit_some(self) -> None:
        batch: list[_Waiting] = []
        try:
            changes = self._writer.here.total_changes
            outcomes = await self._carry_out(batch)
            if self._writer.here.total_changes == changes:
                # Nothing to bring to the disk, and nothing learnt about it.
                commit(self._writer.here)
            else:
                await self._writer.carry_out(commit)
                self._checkpointer.note()
                self.is_writable = True
        except Exception as error:  # noqa: BLE001 - whoever waits is told; the committer itself must live on
            # Where nothing could even be begun, everybody who waits is told so.
            batch = batch or self._take_all()
            outcomes = [UnitFailed(translate_error(error))] * len(batch)
        if any(
            isinstance(outcome, UnitFailed) and isinstance(outcome.fault, StorageError)
            for outcome in outcomes
        ):
            self.is_writable = False
        for waiting, outcome in zip(batch, outcomes, strict=True):
            set_outcome(waiting.done, outcome)

    async def _carry_out(self, batch: list[_Waiting]) -> list[UnitDone[Any] | UnitFailed]:
        """Carry out what waits, moving it into `batch`; raises if the transaction is lost."""
        connection = self._writer.here
        await self._begin()
        try:
            with closing(self._units(batch)) as units:
                return run_optimistically(units, connection)
        except (Exception, NeedsSavepoints):  # noqa: BLE001 - whoever failed fails again, and alone
            rollback(connection)
        await self._begin()
        try:
            return run_with_savepoints([waiting.unit for waiting in batch], connection)
        except BaseException:
            rollback(connection)
            raise

    async def _begin(self) -> None:
        """Begin a transaction; another's lock is waited for without holding up the loop."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + self._lock_patience_s
        while True:
            try:
                begin(self._writer.here)
            except sqlite3.OperationalError as error:
                if not is_locked(error) or loop.time() > until_s:
                    raise
                await asyncio.sleep(TRY_AGAIN_S)
            else:
                return

    def _units(self, batch: list[_Waiting]) -> Generator[Unit[Any]]:
        """Give what waits, moving it into `batch`, as long as the loop may be held up."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + UNITS_HOLD_THE_LOOP_S
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
