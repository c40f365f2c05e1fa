"""The test of the test: every planted bug is caught, and within a stated number of seeds."""

import subprocess
import sys

import pytest

from tests.simulation.mutants import LEAKS, MUTANTS, ROOT, WITHIN_SEEDS


@pytest.mark.prove
@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_bug_does_not_survive(name: str) -> None:
    hunt = subprocess.run(
        [sys.executable, "-m", "tests.simulation.mutants", name],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert hunt.returncode == 0, hunt.stdout + hunt.stderr
    assert "caught by seed" in hunt.stdout, f"within {WITHIN_SEEDS} seeds: {hunt.stdout}{hunt.stderr}"


@pytest.mark.parametrize("name", LEAKS)
def test_a_planted_leak_is_caught_by_the_tests_of_the_log(name: str) -> None:
    program = (
        "import sys, pytest\n"
        "from tests.simulation.mutants import plant\n"
        f"plant({name!r})\n"
        "sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', 'tests/unit/test_logs.py']))"
    )
    tests = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert tests.returncode == pytest.ExitCode.TESTS_FAILED, tests.stdout + tests.stderr
