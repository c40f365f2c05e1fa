"""`python -m tests.benchmarks.audit --orders 100000` measures what the audit costs over that many orders."""

import argparse
import asyncio
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from random import Random
from typing import TypeVar

from bot.purchasing.auditor import Auditor
from bot.unit_of_work import WorkContext
from bot.worker import WakeUp
from storage.database import Database, SqliteDatabase
from storage.transaction import Tx, Unit
from tests.books import a_context, fill

T = TypeVar("T")

DAYS_MS = 3 * 86_400_000
A_BATCH = 1000


class Timed:
    """A database that keeps how long each read took, by the clock and of the processor, in seconds."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        self.is_crowded = database.is_crowded
        self.write, self.read = database.write, database.read
        self.reads: list[tuple[float, float]] = []

    async def read_long(self, unit: Unit[T]) -> T:
        def timed(tx: Tx) -> T:
            began = time.perf_counter(), time.thread_time()
            try:
                return unit(tx)
            finally:
                self.reads.append((time.perf_counter() - began[0], time.thread_time() - began[1]))

        return await self._database.read_long(timed)


def auditor_of(database: Database, context: WorkContext) -> Auditor:
    """Return one as Loket has it."""
    return Auditor(
        database=database,
        context=context,
        now_ms=lambda: time.time_ns() // 1_000_000,
        monotonic=time.monotonic,
        outbox_wake_up=WakeUp(),
        order_max_age_s=600,
        trx_timeout_s=45,
    )


async def measure(folder: Path, orders: int) -> None:
    """Fill a database, audit all of it once, and print the figures."""
    database, context, random = SqliteDatabase(folder / "loket.db"), a_context(), Random(1)  # noqa: S311 - no secret
    await database.open()
    from_ms = time.time_ns() // 1_000_000 - DAYS_MS
    for first in range(0, orders, A_BATCH):
        await database.write(
            partial(
                fill,
                context=context,
                orders=A_BATCH,
                random=random,
                from_ms=from_ms,
                first=first,
            )
        )
    timed = Timed(database)
    auditor = auditor_of(timed, context)
    await auditor.run_once()
    stats, passes_s = auditor.stats, 0.0
    while stats.orders_checked < orders:
        await auditor.run_once()
        passes_s += stats.last_pass_s
    await database.close()
    sys.stdout.write(
        f"{stats.orders_checked} orders in {stats.passes} passes, "
        f"{passes_s / stats.passes * 1000:.0f} ms a pass, "
        f"{stats.orders_checked / passes_s:.0f} orders a second, "
        f"findings: {dict(stats.findings) or 'none'}\n"
    )
    for name, index in (("clock", 0), ("processor", 1)):
        took_ms = sorted(1000 * read[index] for read in timed.reads)
        middle, late = took_ms[len(took_ms) // 2], took_ms[len(took_ms) * 99 // 100]
        sys.stdout.write(
            f"a read by the {name}: median {middle:.1f} ms, 99% {late:.1f} ms, longest {took_ms[-1]:.1f} ms\n"
        )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.audit")
    parser.add_argument("--orders", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), given.orders))


if __name__ == "__main__":
    main()
