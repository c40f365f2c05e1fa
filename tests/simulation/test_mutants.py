"""The test of the test: every planted bug is caught, and within a stated number of seeds."""

import subprocess
import sys

import pytest

from tests.simulation.many import alone
from tests.simulation.mutants import LEAKS, MUTANTS, ROOT, WITHIN_SEEDS, hunt

RARE = {
    "credits a ticket that was cancelled": "tests/integration/test_tickets.py",
    "credits a ticket beside the report of its money": "tests/integration/test_mutations.py",
    "answers that a mutation is stored whatever came of it": "tests/integration/test_mutations.py",
    "tells of a row that it cannot read each time it is posted": "tests/integration/test_mutations.py",
    "gives late money to the shop that has its amount now": "tests/integration/test_doubtful_deposits.py",
}
"""Few worlds come to these in time: the tests of the capability catch them at once."""


@pytest.mark.prove
@pytest.mark.timeout(900)  # seconds; what is not caught takes minutes
@pytest.mark.parametrize("name", [name for name in MUTANTS if name not in RARE])
def test_a_planted_bug_does_not_survive(name: str) -> None:
    assert alone(hunt, name, within=WITHIN_SEEDS) is not None


@pytest.mark.parametrize("name", LEAKS)
def test_a_planted_leak_is_caught_by_the_tests_of_the_log(name: str) -> None:
    assert_caught_by("tests/unit/test_logs.py", name)


@pytest.mark.prove
@pytest.mark.parametrize("name", RARE)
def test_a_rare_bug_is_caught_by_the_tests_of_its_capability(name: str) -> None:
    assert_caught_by(RARE[name], name)


def assert_caught_by(file: str, name: str) -> None:
    program = (
        "import sys, pytest\n"
        "from tests.simulation.mutants import plant\n"
        f"plant({name!r})\n"
        f"sys.exit(pytest.main(['-q', '-x', '-p', 'no:cacheprovider', {file!r}]))"
    )
    tests = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert tests.returncode == pytest.ExitCode.TESTS_FAILED, tests.stdout + tests.stderr
