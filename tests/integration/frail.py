"""A wrapper of the database whose disk can fail or block."""

import asyncio
from collections import Counter
from collections.abc import Collection
from typing import TypeVar

from storage.database import Database
from storage.errors import StorageError
from storage.transaction import Unit

T = TypeVar("T")


class FrailDatabase:
    """A real database that can refuse writes, or block reads and writes."""

    def __init__(self, database: Database) -> None:
        self.refusals = 0
        self.reads: Counter[str] = Counter()
        self._database = database
        self._writes_to_refuse = 0
        self._reads_gate = asyncio.Event()
        self._reads_gate.set()
        self._writes_gate = asyncio.Event()
        self._writes_gate.set()

    def refuses_writes(self, times: int = 1_000_000) -> None:
        self._writes_to_refuse = times

    def recovers(self) -> None:
        self._writes_to_refuse = 0

    def holds_reads(self) -> None:
        self._reads_gate.clear()

    def holds_writes(self) -> None:
        self._writes_gate.clear()

    def lets_go(self) -> None:
        self._reads_gate.set()
        self._writes_gate.set()

    def is_crowded(self, kinds: Collection[str]) -> bool:
        return self._database.is_crowded(kinds)

    async def write(
        self,
        unit: Unit[T],
        *,
        within_s: float = 0,
        in_order: bool = False,
        keys: Collection[str] | None = None,
        follows: Collection[str] = (),
    ) -> T:
        await self._writes_gate.wait()
        if self._writes_to_refuse:
            self._writes_to_refuse -= 1
            self.refusals += 1
            raise StorageError("SQLite: database or disk is full")
        return await self._database.write(
            unit, within_s=within_s, in_order=in_order, keys=keys, follows=follows
        )

    async def read(self, unit: Unit[T]) -> T:
        await self._reads_gate.wait()
        return await self._database.read(unit)

    async def read_long(self, unit: Unit[T]) -> T:
        await self._reads_gate.wait()
        return await self._database.read_long(unit)
