"""`python -m tests.kills --kills 5000`: kill for as long as you like; prints the seed and what was met."""

import argparse
import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.kills.campaign import draw_seed, run, run_command_line
from tests.simulation.mutants import MUTANTS


def main() -> None:
    """Read the command line; exits with 1 if a promise broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, help="draws the same batches, though none runs the same twice")
    parser.add_argument("--command-line", action="store_true", help="start each life as people do")
    parser.add_argument("--mutant", choices=MUTANTS, help="a planted bug")
    given = parser.parse_args()
    seed = draw_seed() if given.seed is None else given.seed
    with TemporaryDirectory(prefix="loket-kills-") as home:
        work = (
            run_command_line(given.kills, seed, Path(home))
            if given.command_line
            else run(given.kills, seed, Path(home), mutant=given.mutant)
        )
        outcome = asyncio.run(work)
    sys.stdout.write(f"{outcome.stories()}\n{outcome.summary()}\n")
    sys.exit(bool(outcome.broken))


if __name__ == "__main__":
    main()
