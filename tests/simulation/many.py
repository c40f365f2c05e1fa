"""Runs seeds in other processes; a module of its own, since a fresh process cannot import `__main__`."""

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

from tests.simulation.world import Report, run_seed

P = ParamSpec("P")
T = TypeVar("T")

_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.simulation.mutants", "tests.simulation.world"])


def alone(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what a function returns in a process of its own, which has imported the program already."""
    with ProcessPoolExecutor(1, mp_context=_FORKS) as pool:
        return pool.submit(function, *args, **kwargs).result()


def run_many(first: int, last: int, *, processes: int | None = None) -> tuple[list[Report], dict[str, int]]:
    """Run seeds `first` to `last` - 1; return the reports of those that broke a promise, and the sums."""
    failed: list[Report] = []
    sums = {"seeds": 0, "orders": 0, "crashes": 0, "faults": 0}
    # Fresh processes: forked ones would go on under the tests' own tracing, at half the speed.
    with ProcessPoolExecutor(processes or os.cpu_count(), mp_context=get_context("spawn")) as pool:
        for report in pool.map(_brief, range(first, last), chunksize=50):
            sums["seeds"] += 1
            sums["orders"] += report.orders
            sums["crashes"] += report.crashes
            sums["faults"] += report.faults
            if report.violations:
                failed.append(report)
    return failed, sums


def _brief(seed: int) -> Report:
    report = run_seed(seed)
    if report.violations:
        return report
    # The story of a good seed is only its length on the way between processes.
    return Report(
        seed=seed, violations=(), story=(), orders=report.orders, crashes=report.crashes, faults=report.faults
    )
