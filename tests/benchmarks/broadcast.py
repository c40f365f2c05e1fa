"""Results while a broadcast goes out to 5,000 people, beside results of the same bot without one."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.benchmarks.contender import ADMIN_ID, LOKET, Contender
from tests.benchmarks.figures import table
from tests.benchmarks.ledger import share
from tests.benchmarks.road import PRIVATE_CHATS, WARM_UP_ORDERS, Load, Outside, around

CROWD = Load(name="10 a second", orders=400, chats=PRIVATE_CHATS, per_s=10.0, people=5000)
ORDERS_AT_ONCE = 50
"""After so many orders it is looked whether everybody has the broadcast."""

LONGEST_S = 900.0
TAPS, ANSWERS = 2, 2
"""Two taps confirm a broadcast, and each question has two answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Report to push in ms without a broadcast and beside one, and what became of the broadcast."""

    p50_ms: float
    p99_ms: float
    beside_p50_ms: float
    beside_p99_ms: float
    took_s: float
    people: int
    doubled: int
    lost: int

    @property
    def ratio(self) -> float:
        return self.beside_p99_ms / self.p99_ms


async def run(rounds: int) -> str:
    """Measure Loket; return a table with a row for each round, and the middle of their ratios."""
    runs = [await measure_beside(LOKET, CROWD) for _ in range(rounds)]
    head = ["round", "p50 without, ms", "p99, ms", "p50 beside, ms", "p99, ms", "ratio of p99"]
    rows = [[str(number), *_row(one)] for number, one in enumerate(runs, start=1)]
    text = table([*head, "broadcast took s", "people", "twice", "orders lost"], rows)
    return f"{text}\n\nRatio of p99, middle: {median(one.ratio for one in runs):.2f}"


def _row(one: Beside) -> list[str]:
    figures = (one.p50_ms, one.p99_ms, one.beside_p50_ms, one.beside_p99_ms, one.ratio)
    counts = (one.people, one.doubled, one.lost)
    return [*(f"{figure:.2f}" for figure in figures), f"{one.took_s:.0f}", *map(str, counts)]


async def measure_beside(contender: Contender, load: Load) -> Beside:
    """Let orders go on before, beside and after a broadcast, so that a slower machine slows both."""
    with TemporaryDirectory() as home:
        async with around(contender, load, Path(home)) as (outside, _), asyncio.timeout(LONGEST_S):
            await outside.order(WARM_UP_ORDERS)
            without = await _pushes(outside, load.orders)
            beside, took_s = await _beside_broadcast(outside)
            without += await _pushes(outside, load.orders)
            announced, lost = outside.ledger.announced, outside.ledger.lost
            announced.pop(ADMIN_ID)  # who saw the preview
    return Beside(
        p50_ms=share(sorted(without), 0.5),
        p99_ms=share(sorted(without), 0.99),
        beside_p50_ms=share(sorted(beside), 0.5),
        beside_p99_ms=share(sorted(beside), 0.99),
        took_s=took_s,
        people=len(announced),
        doubled=sum(announced.values()) - len(announced),
        lost=lost,
    )


async def _pushes(outside: Outside, orders: int) -> list[float]:
    outside.ledger.forget()
    await outside.order(orders)
    return outside.ledger.to_push_ms()


async def _beside_broadcast(outside: Outside) -> tuple[list[float], float]:
    """Confirm a broadcast, and order until everybody has it; return the pushes and the seconds it took."""
    pushes: list[float] = []
    outside.telegram.say(ADMIN_ID, ADMIN_ID, "/umumkan Besok loket tutup jam 20.00. Terima kasih.")
    began = time.perf_counter()
    for _ in range(TAPS):
        await _is_asked(outside)
        outside.telegram.press(ADMIN_ID)
    while len(outside.ledger.announced) <= outside.load.people:
        pushes += await _pushes(outside, ORDERS_AT_ONCE)
    return pushes, time.perf_counter() - began


async def _is_asked(outside: Outside) -> None:
    """Return when the admin's card has its two buttons; the preview has one."""
    while len(outside.telegram.buttons.get(ADMIN_ID, (0, []))[1]) != ANSWERS:  # noqa: ASYNC110 - another process tells nothing
        await asyncio.sleep(0.02)
