"""PostgreSQL as the database: units in transactions that run beside each other where they may.

A unit runs alone, among all processes, unless it names the keys of what it looks at: then it runs at the same
time as others without these keys. The locks are taken as a transaction begins, so a rule such as "no order
twice" holds without a lock that a new statement could forget. Within a process, units that may not run at the
same time do so in the order in which they were given, and share a transaction (postgres_concurrency.py).
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from functools import partial
from math import inf
from typing import Any, TypeVar, cast

import psycopg

from storage.database import RESULTS, SHOP
from storage.errors import CommitUnknown, StorageError
from storage.postgres_concurrency import Group, Keys, UnitQueue, Waiting
from storage.postgres_notify import CHANNEL, listen
from storage.postgres_server import is_as_noted, prepare
from storage.postgres_session import (
    CommitLost,
    LongSession,
    Session,
    UnitStopped,
)
from storage.postgres_tx import PostgresTx, is_conflict, is_outage, translate_error
from storage.transaction import (
    Tx,
    Unit,
    UnitDone,
    UnitFailed,
    set_outcome,
    write_probe,
)

T = TypeVar("T")

_log = logging.getLogger(__name__)

WRITERS = 6
"""Round trips dominate: at 1 ms of network one connection runs some 700 statements a second."""

READERS = 2
LONG_READERS = 2

PATIENCE_S = 5.0
"""A server that restarts is back in a few seconds: units wait for it this long before they fail."""

TRY_AGAIN_S = 0.1
KNOWN_OUTAGE_PATIENCE_S = 0.15
"""Enough for a second attempt: the connection of the first may be one from before the outage."""

PROBE_EVERY_S = 1.0

UNIT_TIMEOUT_S = 20.0
"""Longer than the server's own limit for a statement: a server that does not even answer that is gone."""

CONFLICT_PAUSE_S = 0.002
MAX_CONFLICTS = 20
"""Deadlocks between rows are rare: so many in a row are a fault."""


class PostgresDatabase:
    """A PostgreSQL server: six connections write, two read, two serve long reads."""

    def __init__(self, url: str, *, writers: int = WRITERS, patience_s: float = PATIENCE_S) -> None:
        self.is_writable = False
        """Whether the last commit succeeded; after a failure it is tried again every second."""
        self._url = url
        self._patience_s = patience_s
        self._writers = _Pool(url, writers)
        self._readers = _Pool(url, READERS)
        self._long_readers: asyncio.LifoQueue[LongSession | None] = asyncio.LifoQueue()
        for _ in range(LONG_READERS):
            self._long_readers.put_nowait(None)
        self._writers_count = writers
        self._queue = UnitQueue()
        self._storing: set[asyncio.Task[None]] = set()
        self._beginning: asyncio.Handle | None = None
        self._begins_at_s = inf
        self._closing = asyncio.Event()
        self._probing: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None
        self._waking: Waiting | None = None
        """What was given last to wake the leader: nothing given since needs no other."""

    async def open(self) -> None:
        """Connect, check the server and migrate; raise StorageError if that fails."""
        try:
            await asyncio.to_thread(prepare, self._url)
        except (psycopg.Error, StorageError) as error:
            raise translate_error(error) from None
        self.is_writable = True
        self._probing = asyncio.create_task(self._probe(), name="database probe")

    def refuse_changed_files(self) -> None:
        """Do nothing: a server looks after its files."""

    async def check(self) -> None:
        """Do nothing: a server checks its pages when it reads them."""

    async def close(self) -> None:
        """Store the waiting units, then close."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._queue.hurry()
        self._begin_some()
        while self._storing:
            await asyncio.wait(set(self._storing))
        if self._beginning:
            self._beginning.cancel()
        for task in filter(None, (self._probing, self._listening)):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await self._close_connections()

    async def _close_connections(self) -> None:
        await self._writers.close()
        await self._readers.close()
        while not self._long_readers.empty():
            if session := self._long_readers.get_nowait():
                await asyncio.to_thread(session.close)

    def write(
        self,
        unit: Unit[T],
        *,
        within_s: float = 0,
        in_order: bool = False,
        keys: Collection[str] | None = None,
        follows: Collection[str] = (),
    ) -> asyncio.Future[T]:
        """Run `unit` and return its value once it is durable; raise StorageError if nothing was stored."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        if self._closing.is_set():
            done.set_exception(StorageError("the database is closed"))
            return done
        waiting = Waiting(
            unit=unit,
            keys=None if keys is None else frozenset(keys),
            done=done,
            follows=follows,
            in_order=in_order,
            due_at_s=loop.time() + within_s if within_s else 0.0,
        )
        self._queue.add(waiting)
        # Not at once: what is given in the same turn of the loop may share the transaction.
        self._begin_at(waiting.due_at_s)
        return done

    def _begin_at(self, at_s: float) -> None:
        if at_s >= self._begins_at_s:
            return
        if self._beginning:
            self._beginning.cancel()
        loop = asyncio.get_running_loop()
        self._begins_at_s = at_s
        self._beginning = loop.call_at(at_s, self._begin_some) if at_s else loop.call_soon(self._begin_some)

    def _begin_some(self) -> None:
        """Begin the transactions that may run now, as far as there are connections."""
        self._begins_at_s = inf
        now_s = asyncio.get_running_loop().time()
        while self._queue.running_count < self._writers_count and (group := self._queue.begin(now_s)):
            task = asyncio.create_task(self._store(group), name="units of work")
            self._storing.add(task)
            task.add_done_callback(self._storing.discard)
        if due_at_s := self._queue.next_due_s():
            self._begin_at(due_at_s)

    def listen(self, wake: Callable[[], None]) -> None:
        """Call `wake` whenever another process has stored something for the leader."""
        self._listening = asyncio.create_task(listen(self._url, wake), name="wake-ups")

    def wake_others(self) -> None:
        """Wake the leader in another process, with the commit of what was given before."""
        if not self._waking or self._waking is not self._queue.last_given:
            self._wake_others()

    def _wake_others(self) -> None:
        again = self.is_crowded((SHOP, RESULTS))
        waking = self.write(_notify, keys=(), follows=(SHOP, RESULTS))
        waking.add_done_callback(partial(self._woke, again=again))
        self._waking = self._queue.last_given

    def _woke(self, waking: asyncio.Future[None], *, again: bool) -> None:
        # A failure is told to those who wait for what it should have announced.
        is_stored = not waking.cancelled() and waking.exception() is None
        if again and is_stored:
            self._wake_others()

    def is_crowded(self, kinds: Collection[str]) -> bool:
        """Return whether a unit that follows these kinds would not see all that wait: another must follow."""
        return self._queue.is_crowded(kinds)

    async def read(self, unit: Unit[T]) -> T:
        """Run a short `unit` that only reads; it sees everything committed before the call."""
        self._refuse_closed()
        until_s = self._until_s()
        while True:
            try:
                async with self._readers.use() as session, asyncio.timeout(UNIT_TIMEOUT_S):
                    return await session.read(unit)
            except psycopg.errors.ReadOnlySqlTransaction as error:
                raise translate_error(error) from None
            except (psycopg.Error, TimeoutError) as error:
                await self._wait_or_raise(error, until_s)

    async def read_long(self, unit: Unit[T]) -> T:
        """Run a `unit` that only reads on a thread of its own, so that a long report delays nothing else."""
        self._refuse_closed()
        session = await self._long_readers.get()
        reading = asyncio.ensure_future(asyncio.to_thread(self._read_long, session, unit))
        # The connection is free when its thread is done with it, even if the caller was cancelled before.
        reading.add_done_callback(self._long_read_done)
        session, outcome = await asyncio.shield(reading)
        match outcome:
            case UnitDone(value):
                return value
            case UnitFailed(fault):
                raise fault

    def _read_long(
        self, session: LongSession | None, unit: Unit[T]
    ) -> tuple[LongSession | None, UnitDone[T] | UnitFailed]:
        """Run a unit on the thread of a long read; a connection that was lost meanwhile is replaced once."""
        while True:
            is_new = session is None
            try:
                session = session or LongSession(self._url)
                return session, UnitDone(session.read(unit))
            except Exception as error:  # noqa: BLE001 - the caller gets it
                session = None
                if is_new or not is_outage(error):
                    return None, UnitFailed(translate_error(error))

    def _long_read_done(self, reading: asyncio.Future[Any]) -> None:
        has_result = not reading.cancelled() and reading.exception() is None
        session = reading.result()[0] if has_result else None
        if session and self._closing.is_set():
            session.close()
        self._long_readers.put_nowait(session)

    def _refuse_closed(self) -> None:
        if self._closing.is_set():
            raise StorageError("the database is closed")

    def _until_s(self) -> float:
        """Return until when an outage is waited for: hardly at all, if it is known already."""
        patience_s = self._patience_s if self.is_writable else KNOWN_OUTAGE_PATIENCE_S
        return asyncio.get_running_loop().time() + patience_s

    async def _wait_or_raise(self, error: Exception, until_s: float) -> None:
        """Pause before another attempt if one may help; otherwise raise the error as a StorageError."""
        is_over = asyncio.get_running_loop().time() >= until_s or self._closing.is_set()
        if isinstance(error, TimeoutError):
            # This process may have stood still: its callers go on as after an outage.
            error = psycopg.OperationalError("no answer in time")
        if is_over or not is_outage(error):
            raise translate_error(error) from None
        await asyncio.sleep(TRY_AGAIN_S)

    async def _store(self, group: Group) -> None:
        """Store units together; one that cannot be is run alone, and those before it together again."""
        left, count = group.units, len(group.units)
        try:
            while left:
                part = left[:count]
                try:
                    outcomes = await self._outcomes(part, group.keys)
                except UnitStopped as stopped:
                    if count := stopped.place:
                        continue
                    part = left[:1]
                    outcomes = await self._outcomes(part, None, is_safe=True)
                for waiting, outcome in zip(part, outcomes, strict=True):
                    set_outcome(waiting.done, outcome)
                left = left[len(part) :]
                count = len(left)
        finally:
            self._queue.end(group)
            self._begin_some()

    async def _outcomes(
        self, part: list[Waiting], keys: Keys, *, is_safe: bool = False
    ) -> list[UnitDone[Any] | UnitFailed]:
        """Run units until they are stored or fail; with savepoints if there is one that must be safe."""
        try:
            if is_safe:
                values = [await self._write(lambda session: session.write(part[0].unit))]
            else:
                values = await self._write(lambda session: session.write_group(part, keys))
        except UnitStopped:
            raise
        except Exception as error:  # noqa: BLE001 - the callers get it
            fault = translate_error(error)
            if isinstance(fault, StorageError):
                self.is_writable = False
            return [UnitFailed(fault)] * len(part)
        self.is_writable = True
        return [UnitDone(value) for value in values]

    async def _write(self, run: Callable[[Session], Awaitable[T]]) -> T:
        """Run a transaction until it is stored or fails; only an outage or its own error is raised."""
        until_s, conflicts = self._until_s(), 0
        while True:
            try:
                async with self._writers.use() as session, asyncio.timeout(UNIT_TIMEOUT_S):
                    return await run(session)
            except CommitLost as lost:
                if await self._was_stored(lost.transaction_id):
                    return cast("T", lost.value)
            except (psycopg.Error, TimeoutError) as error:
                if is_conflict(error) and conflicts < MAX_CONFLICTS:
                    conflicts += 1
                    await asyncio.sleep(CONFLICT_PAUSE_S * conflicts)
                else:
                    await self._wait_or_raise(error, until_s)

    async def _was_stored(self, transaction_id: int) -> bool:
        """Find out what came of a commit whose answer was lost; nothing acts on it before.

        Raise CommitUnknown only if Loket is closed before the server can be asked.
        """
        _log.warning("the answer to a commit was lost: asking the server what came of it")
        while True:
            with contextlib.suppress(psycopg.Error, TimeoutError):
                async with self._writers.use() as session, asyncio.timeout(UNIT_TIMEOUT_S):
                    status = await _status_of(session, transaction_id)
                if status != "in progress":
                    _log.warning("the commit whose answer was lost was found", extra={"outcome": status})
                    return status == "committed"
            if self._closing.is_set():
                raise CommitUnknown("whether the last transaction was stored is not known: look at its order")
            await asyncio.sleep(TRY_AGAIN_S)

    async def _probe(self) -> None:
        """After a failure, write every second until it succeeds: there may be no other unit."""
        while True:
            await asyncio.sleep(PROBE_EVERY_S)
            if not self.is_writable and not self._storing:
                with contextlib.suppress(StorageError):
                    await self.write(write_probe)


class _Pool:
    """Connections that are opened when they are needed, and replaced when they are lost."""

    def __init__(self, url: str, size: int) -> None:
        self._url = url
        self._is_closed = False
        self._free: asyncio.LifoQueue[Session | None] = asyncio.LifoQueue()
        for _ in range(size):
            self._free.put_nowait(None)

    @contextlib.asynccontextmanager
    async def use(self) -> AsyncIterator[Session]:
        session = await self.take()
        try:
            yield session
        except psycopg.Error as error:
            if is_outage(error):
                await session.close()
            raise
        finally:
            if self._is_closed:
                await session.close()
            self._free.put_nowait(session)

    async def take(self) -> Session:
        """Wait for a free connection; raise psycopg.Error if a new one cannot be opened."""
        session = await self._free.get()
        if session is not None and not session.is_lost:
            return session
        try:
            return await self._open()
        except BaseException:
            self._free.put_nowait(None)
            raise

    async def _open(self) -> Session:
        """Open a connection; after a failover or a restore to an earlier moment nothing goes on as before."""
        session = await Session.open(self._url)
        try:
            if not await is_as_noted(session.connection):
                await asyncio.to_thread(prepare, self._url)
        except BaseException:
            await session.close()
            raise
        return session

    async def close(self) -> None:
        """Close the free connections; those in use are closed after their use."""
        self._is_closed = True
        while not self._free.empty():
            if session := self._free.get_nowait():
                await session.close()


def _notify(tx: Tx) -> None:
    cast("PostgresTx", tx).notify(CHANNEL)


async def _status_of(session: Session, transaction_id: int) -> str:
    """Return `committed`, `aborted`, or `in progress`, which is ended if its connection is ours and dead."""
    number = str(transaction_id)
    try:
        cursor = await session.connection.execute(b"SELECT pg_xact_status($1::text::xid8)", [number])
    except psycopg.errors.InvalidParameterValue:
        # The server never came to this number: it is a standby that became the primary, and lost some.
        return "aborted"
    row = await cursor.fetchone()
    status = str(row[0]) if row else "aborted"
    if status == "in progress":
        await session.connection.execute(
            b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_xid = $1::text::xid8::xid",
            [number],
        )
    return status
