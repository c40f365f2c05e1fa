"""A thousand results under Telegram's own limits, which answers 429 to whoever goes beyond them."""

from collections.abc import Sequence

from tests.benchmarks.contender import LOKET
from tests.benchmarks.figures import Figures, middle, table
from tests.benchmarks.road import Load, measure

LOADS = (
    Load(name="from 10 chats", orders=1000, chats=tuple(range(1001, 1011))),
    Load(name="from one chat", orders=1000, chats=(1001,)),
    Load(name="from one group", orders=1000, chats=(-100_200_300,)),
)


async def run(rounds: int) -> str:
    """Measure Loket alone, with the pace it has as it comes; return a table."""
    runs: dict[str, list[Figures]] = {load.name: [] for load in LOADS}
    for _ in range(rounds):
        for load in LOADS:
            runs[load.name].append(await measure(LOKET, load, strict=True))
    return table(
        ["1,000 orders at once", "all told after s", "calls to Telegram", "429", "lost"],
        [_row(name, runs[name]) for name in runs],
    )


def _row(name: str, runs: Sequence[Figures]) -> list[str]:
    one = middle(list(runs))
    return [
        name,
        f"{one.last_told_s:.1f}",
        f"{1000 * one.calls:.0f}",
        f"{one.refused:.0f}",
        f"{one.lost:.0f}",
    ]
