"""Many batches beside each other: how many kills, where they struck, and what they broke."""

import asyncio
import itertools
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.acceptance.shop import Mode
from tests.kills.batch import Batch, Plan
from tests.kills.lives import CommandLine, Cradle, nursery
from tests.kills.stage import Report, staged

KILLS_A_BATCH = 30
"""About once every target; more lives on one database would only wait longer for its peace."""

BESIDE_EACH_OTHER = 6
"""A batch mostly waits; six of them keep two cores busy."""

COMMAND_LINE_SLOWNESS = 3.0
"""A fresh interpreter needs most of a second, and more when several start."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """The sums of a campaign, and the reports of the batches in which a promise broke."""

    seed: int
    kills: int = 0
    orders: int = 0
    batches: int = 0
    seconds: float = 0.0
    hits: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    broken: list[Report] = field(default_factory=list)

    def add(self, report: Report) -> None:
        """Count a batch in."""
        self.kills += report.kills
        self.orders += report.orders
        self.batches += 1
        self.hits += report.hits
        self.missed += report.missed
        if report.violations:
            self.broken.append(report)

    def summary(self) -> str:
        """Tell all in a line, and the boundaries in another each."""
        head = (
            f"seed {self.seed}: {self.kills} kills in {self.batches} batches, {self.orders} orders, "
            f"{len(self.broken)} batches broken, {self.seconds:.0f} s"
        )
        rows = [f"{count:6d}  {name}" for name, count in sorted(self.hits.items())]
        return "\n".join([head, *rows, f"{self.missed.total():6d}  killed although the boundary was not met"])

    def stories(self) -> str:
        """Tell the broken batches for a reader."""
        return "\n\n".join("\n".join([r.name, *r.story, *r.violations]) for r in self.broken)


async def run(
    kills: int, seed: int, home: Path, *, mutant: str | None = None, beside: int = BESIDE_EACH_OTHER
) -> Outcome:
    """Kill at least `kills` lives born in a nursery, `beside` at a time; stop at a broken promise."""
    async with nursery(mutant) as cradle:
        return await _run(kills, seed, home, cradle, slowness=1.0, beside=beside)


async def run_command_line(kills: int, seed: int, home: Path) -> Outcome:
    """Kill at least `kills` lives of the real command."""
    return await _run(kills, seed, home, CommandLine(), slowness=COMMAND_LINE_SLOWNESS, beside=2)


async def _run(kills: int, seed: int, home: Path, cradle: Cradle, *, slowness: float, beside: int) -> Outcome:
    outcome, began_s = Outcome(seed=seed), time.monotonic()
    each = min(KILLS_A_BATCH, max(1, kills // 2))
    numbers, under_way = itertools.count(), set[int]()

    async def one_after_another() -> None:
        while outcome.kills + each * len(under_way) < kills and not outcome.broken:
            number = next(numbers)
            under_way.add(number)
            mode = list(Mode)[number % 2]
            plan = Plan(seed=seed * 10_000 + number, mode=mode, kills=each, slowness=slowness)
            name = f"batch {number} of seed {seed}, {mode}"
            async with staged(name, mode, cradle, home / f"batch{number}") as stage:
                outcome.add(await Batch(plan, stage).run())
            under_way.remove(number)

    async with asyncio.TaskGroup() as group:
        for _ in range(beside):
            group.create_task(one_after_another())
    outcome.seconds = time.monotonic() - began_s
    return outcome


def draw_seed() -> int:
    """Give a seed nobody has tried."""
    return Random().randrange(100_000)  # noqa: S311 - moments, not secrets
