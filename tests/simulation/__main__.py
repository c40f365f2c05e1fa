"""`python -m tests.simulation --seeds 0:10000` runs seeds on all cores; `--story 42` tells one of them."""

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.simulation.world import Report, run_seed


def run_many(first: int, last: int, *, processes: int | None = None) -> tuple[list[Report], dict[str, int]]:
    """Run seeds `first` to `last` - 1; give the reports of those that broke a promise, and the sums."""
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


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", default="0:1000", help="FIRST:LAST, as a half-open range")
    parser.add_argument("--story", type=int, help="tell the story of one seed")
    given = parser.parse_args()
    if given.story is not None:
        report = run_seed(given.story)
        sys.stdout.write("\n".join(report.story) + f"\n{report.violations or 'all promises held'}\n")
        sys.exit(bool(report.violations))
    first, _, last = given.seeds.partition(":")
    started = time.perf_counter()
    failed, sums = run_many(int(first), int(last))
    took_s = time.perf_counter() - started
    for report in failed[:20]:
        sys.stdout.write(f"seed {report.seed}: {'; '.join(report.violations)}\n")
    sys.stdout.write(f"{sums}, {len(failed)} failed, {sums['seeds'] / took_s:.0f} seeds a second\n")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
