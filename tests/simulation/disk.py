"""A disk that outlives the process: SQLite in memory, on the loop's thread, with the real units of work."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, TypeVar

from storage import restores
from storage.connection import supply_time
from storage.errors import StorageError
from storage.schema import migrate
from storage.sqlite import (
    SqliteTx,
    begin,
    commit,
    rollback,
    run_optimistically,
    run_read_only,
    run_with_savepoints,
)
from storage.transaction import NeedsSavepoints, Unit, UnitDone, UnitFailed, set_outcome

if TYPE_CHECKING:
    from tests.simulation.life import Life
    from tests.simulation.world import World

T = TypeVar("T")


def _blank() -> bytes:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    image = connection.serialize()
    connection.close()
    return image


_BLANK = _blank()


def _connect(image: bytes) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.deserialize(image)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    # For the lease, which one process alone does not have.
    supply_time(connection, lambda: 0)
    return connection


class Disk:
    """What is on it stays, whoever dies."""

    def __init__(self) -> None:
        self.connection = _connect(_BLANK)
        self._lost: list[sqlite3.Connection] = []

    def close(self) -> None:
        for connection in (self.connection, *self._lost):
            connection.close()

    def backup(self) -> bytes | None:
        """Return an image of what is on it; None while a commit is under way."""
        return None if self.connection.in_transaction else self.connection.serialize()

    def restore(self, image: bytes, *, now_ms: int) -> None:
        """Put an image in place of what is on it, as `loket restore` does."""
        rollback(self.connection)
        lost_at_ms = restores.last_activity_ms(SqliteTx(self.connection))
        # The dead still hold the lost one, and do nothing with it.
        self._lost.append(self.connection)
        self.connection = _connect(image)
        tx = SqliteTx(self.connection)
        restores.start_quarantine(
            tx,
            restored_at_ms=now_ms,
            backup_at_ms=restores.last_activity_ms(tx),
            gap_until_ms=now_ms if lost_at_ms is None else min(lost_at_ms, now_ms),
        )


class Database:
    """One life's way to the disk; dies before, inside or after any commit."""

    def __init__(self, world: "World", life: "Life") -> None:
        self._world = world
        self._life = life
        self._connection = world.disk.connection
        rollback(self._connection)  # what an earlier life had not committed went with the power
        self._waiting: deque[_Waiting] = deque()
        self._is_committing = False
        self._in_use = asyncio.Lock()
        """There is one connection here: who looks waits for a commit under way, as nobody does in earnest."""

    def is_crowded(self, kinds: Collection[str]) -> bool:  # noqa: ARG002 - all are stored in their order
        return False

    def write(
        self,
        unit: Unit[T],
        *,
        within_s: float = 0,
        in_order: bool = False,  # noqa: ARG002 - all are
        keys: Collection[str] | None = None,  # noqa: ARG002 - all run alone
        follows: Collection[str] = (),  # noqa: ARG002 - as above
    ) -> "asyncio.Future[T]":
        """Carry out a unit as the real writer does, in order and sharing commits, unless the power goes."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((unit, done))
        if not self._is_committing:
            self._is_committing = True
            self._life.start(self._commit_all(within_s))
        return done

    async def read(self, unit: Unit[T]) -> T:
        """Read, beside the writer."""
        await self._life.moment("a look")
        async with self._in_use:
            return run_read_only(unit, self._connection)

    read_long = read

    async def _commit_all(self, patience_s: float) -> None:
        await asyncio.sleep(patience_s)
        while self._waiting:
            await self._life.moment("before a commit")
            count = self._world.rng.randint(1, len(self._waiting))
            batch = [self._waiting.popleft() for _ in range(count)]
            async with self._in_use:
                outcomes = await self._committed([unit for unit, _ in batch])
            await self._life.moment("after a commit")
            for (_, done), outcome in zip(batch, outcomes, strict=True):
                set_outcome(done, outcome)
                if isinstance(outcome, UnitFailed) and not done.cancelled():
                    done.exception()  # whoever would have asked for it may be dead
        self._is_committing = False

    async def _committed(self, units: list[Unit[Any]]) -> list[UnitDone[Any] | UnitFailed]:
        if self._world.strikes(self._world.plan.storage):
            return [UnitFailed(StorageError("the disk is full"))] * len(units)
        begin(self._connection)
        try:
            outcomes = run_optimistically(units, self._connection)
        except (Exception, NeedsSavepoints):  # noqa: BLE001 - as the real writer does
            rollback(self._connection)
            begin(self._connection)
            outcomes = run_with_savepoints(units, self._connection)
        # The disk takes its time, and the loop goes on meanwhile.
        await self._life.moment("inside a commit")
        commit(self._connection)
        return outcomes


_Waiting = tuple[Unit[Any], "asyncio.Future[Any]"]
