"""Runs many batches concurrently, and counts kills, the boundaries they hit, and broken promises."""

import asyncio
import itertools
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.acceptance.shop import Mode
from tests.fork_server import ForkServer, start_command
from tests.kills.batch import Batch, Plan
from tests.kills.lives import Start
from tests.kills.stage import Report, staged

KILLS_A_BATCH = 30
"""About one per target; with more, the last process of a batch would need longer to finish."""

CONCURRENT_BATCHES = 6
"""A batch mostly waits; six of them occupy two cores."""

COMMAND_LINE_SLOWNESS = 3.0
"""A new interpreter takes most of a second, and more if several start at once."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """The totals of a campaign, and the reports of the batches with a broken promise."""

    seed: int
    kills: int = 0
    orders: int = 0
    batches: int = 0
    seconds: float = 0.0
    hits: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    broken: list[Report] = field(default_factory=list)

    def add(self, report: Report) -> None:
        self.kills += report.kills
        self.orders += report.orders
        self.batches += 1
        self.hits += report.hits
        self.missed += report.missed
        if report.violations:
            self.broken.append(report)

    def summary(self) -> str:
        """Return the totals in one line, and one line per boundary."""
        head = (
            f"seed {self.seed}: {self.kills} kills in {self.batches} batches, {self.orders} orders, "
            f"{len(self.broken)} batches broken, {self.seconds:.0f} s"
        )
        rows = [f"{count:6d}  {name}" for name, count in sorted(self.hits.items())]
        return "\n".join([head, *rows, f"{self.missed.total():6d}  killed without reaching the boundary"])

    def stories(self) -> str:
        """Return the stories of the broken batches."""
        return "\n\n".join("\n".join([r.name, *r.story, *r.violations]) for r in self.broken)


async def run(
    kills: int, seed: int, home: Path, *, mutant: str | None = None, concurrent: int = CONCURRENT_BATCHES
) -> Outcome:
    """Kill at least `kills` forked processes in `concurrent` batches at a time; stop at a broken promise."""
    with closing(ForkServer(mutant)) as server:
        return await _run(kills, seed, home, server.start, slowness=1.0, concurrent=concurrent)


async def run_command_line(kills: int, seed: int, home: Path) -> Outcome:
    """Kill at least `kills` processes of the real command."""
    return await _run(kills, seed, home, start_command, slowness=COMMAND_LINE_SLOWNESS, concurrent=2)


async def _run(
    kills: int, seed: int, home: Path, start: Start, *, slowness: float, concurrent: int
) -> Outcome:
    outcome, began_s = Outcome(seed=seed), time.monotonic()
    each = min(KILLS_A_BATCH, max(1, kills // 2))
    numbers, running = itertools.count(), set[int]()

    async def run_batches() -> None:
        while outcome.kills + each * len(running) < kills and not outcome.broken:
            number = next(numbers)
            running.add(number)
            mode = list(Mode)[number % 2]
            plan = Plan(seed=seed * 10_000 + number, mode=mode, kills=each, slowness=slowness)
            name = f"batch {number} of seed {seed}, {mode}"
            async with staged(name, mode, start, home / f"batch{number}") as stage:
                outcome.add(await Batch(plan, stage).run())
            running.remove(number)

    async with asyncio.TaskGroup() as group:
        for _ in range(concurrent):
            group.create_task(run_batches())
    outcome.seconds = time.monotonic() - began_s
    return outcome


def draw_seed() -> int:
    return Random().randrange(100_000)  # noqa: S311 - moments, not secrets
