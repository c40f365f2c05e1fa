"""Loket, both textbooks and the floor in turn, several times over."""

from tests.benchmarks.contender import CONTENDERS
from tests.benchmarks.figures import Figures, middle, table
from tests.benchmarks.road import BURST, STEADY, measure

Run = dict[str, dict[str, Figures]]
"""The middle figures by load and contender."""

HEAD = [
    "",
    "CPU ms an order",
    "orders a second",
    "update to `trx` p50, ms",
    "p99, ms",
    "report to push p50, ms",
    "p99, ms",
    "calls an order",
    "most memory, MB",
    "lost",
    "`trxid` twice",
    "others busy, % of a core",
]


async def run(rounds: int) -> Run:
    """Measure every contender under both loads; return the middle of each figure."""
    runs: dict[str, dict[str, list[Figures]]] = {
        load.name: {contender.name: [] for contender in CONTENDERS} for load in (STEADY, BURST)
    }
    for _ in range(rounds):
        for load in (STEADY, BURST):
            for contender in CONTENDERS:
                runs[load.name][contender.name].append(await measure(contender, load))
    return {
        load: {name: middle(figures) for name, figures in by_name.items()} for load, by_name in runs.items()
    }


def tables(run: Run) -> str:
    """Write a table for each load."""
    return "\n\n".join(
        f"**{load}**\n\n{table(HEAD, [_row(name, one) for name, one in by_name.items()])}"
        for load, by_name in run.items()
    )


def _row(name: str, one: Figures) -> list[str]:
    return [
        name,
        f"{one.cpu_ms:.2f}",
        f"{one.orders_a_s:.0f}",
        f"{one.to_trx_p50_ms:.2f}",
        f"{one.to_trx_p99_ms:.2f}",
        f"{one.to_push_p50_ms:.2f}",
        f"{one.to_push_p99_ms:.2f}",
        f"{one.calls:.2f}",
        f"{one.peak_mb:.0f}",
        f"{one.lost:.0f}",
        f"{one.doubled:.0f}",
        f"{100 * one.outside_busy:.0f}",
    ]
