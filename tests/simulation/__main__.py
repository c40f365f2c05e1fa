"""`python -m tests.simulation --seeds 0:10000` runs seeds on all cores; `--story 42` tells one of them."""

import argparse
import sys
import time

from tests.simulation.many import run_many
from tests.simulation.world import run_seed


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
