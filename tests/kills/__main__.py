"""`python -m tests.kills --kills 5000`: kills that many processes; prints the seed and the boundaries hit."""

import argparse
import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.kills.campaign import draw_seed, run, run_command_line
from tests.simulation.mutants import MUTANTS


def main() -> None:
    """Run the campaign; exit with status 1 if a promise is broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, help="repeats the random choices, but not the timing")
    parser.add_argument("--command-line", action="store_true", help="start each process by the real command")
    parser.add_argument("--mutant", choices=MUTANTS, help="a planted bug")
    options = parser.parse_args()
    seed = draw_seed() if options.seed is None else options.seed
    with TemporaryDirectory(prefix="loket-kills-") as home:
        work = (
            run_command_line(options.kills, seed, Path(home))
            if options.command_line
            else run(options.kills, seed, Path(home), mutant=options.mutant)
        )
        outcome = asyncio.run(work)
    sys.stdout.write(f"{outcome.stories()}\n{outcome.summary()}\n")
    sys.exit(bool(outcome.broken))


if __name__ == "__main__":
    main()
