"""A disk that outlives the process: SQLite in memory, on the loop's thread, with the real units of work."""

import sqlite3
from typing import TYPE_CHECKING, TypeVar

from storage.database import Kept, Undone, Unit, carry_out, look
from storage.errors import StorageError
from storage.migrate import migrate

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


class Disk:
    """What is on it stays, whoever dies."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.connection.deserialize(_BLANK)
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("PRAGMA foreign_keys = ON")

    def close(self) -> None:
        self.connection.close()


class Database:
    """One life's way to the disk; dies before, inside or after any commit."""

    def __init__(self, world: "World", life: "Life") -> None:
        self._world = world
        self._life = life

    async def write(self, unit: Unit[T]) -> T:
        """Carry out a unit as the real writer does, unless the power goes."""
        world = self._world
        await self._life.moment("before a commit")
        if world.strikes(world.plan.storage):
            raise StorageError("the disk is full")
        if world.strikes(world.plan.crash):
            self._half_done(unit)
            await self._life.die("inside a commit")
        outcome = carry_out([unit], world.disk.connection)[0]
        await self._life.moment("after a commit")
        match outcome:
            case Kept(value):
                kept: T = value
                return kept
            case Undone(fault):
                raise fault

    async def read(self, unit: Unit[T]) -> T:
        """Look, beside the writer."""
        await self._life.moment("a look")
        return look(unit, self._world.disk.connection)

    gather = read

    def _half_done(self, unit: Unit[T]) -> None:
        connection = self._world.disk.connection

        def cut_short(tx: object) -> None:
            unit(tx)  # type: ignore[arg-type]
            raise _PowerCutError

        try:
            carry_out([cut_short], connection)
        finally:
            assert not connection.in_transaction


class _PowerCutError(Exception):
    """Rolls back what a power cut would have taken."""
