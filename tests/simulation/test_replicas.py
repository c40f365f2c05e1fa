"""Worlds in which processes are killed, stand still and take over from each other keep every promise."""

import subprocess
import sys

import pytest

from tests.simulation.many import alone
from tests.simulation.mutants import ROOT
from tests.simulation.replica_mutants import RARE, REPLICA_MUTANTS, WITHIN_SEEDS, hunt
from tests.simulation.replicas import run_replicas

QUICK_SEEDS = 6
SEEDS = 60


def test_six_worlds_with_two_processes_keep_every_promise() -> None:
    reports = [run_replicas(seed) for seed in range(QUICK_SEEDS)]
    assert [(report.seed, report.violations) for report in reports if report.violations] == []
    assert sum(report.crashes for report in reports) > 10 * QUICK_SEEDS
    assert sum(report.orders for report in reports) > 3 * QUICK_SEEDS


@pytest.mark.prove
@pytest.mark.timeout(3600)
def test_sixty_worlds_with_two_processes_keep_every_promise() -> None:
    for seed in range(SEEDS):
        report = run_replicas(seed)
        assert not report.violations, f"seed {seed}: {report.violations}"


def test_the_same_seed_of_two_processes_tells_the_same_story() -> None:
    assert run_replicas(3).fingerprint == run_replicas(3).fingerprint


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", REPLICA_MUTANTS)
def test_a_planted_bug_of_leadership_does_not_survive(name: str) -> None:
    assert alone(hunt, name, within=WITHIN_SEEDS) is not None


@pytest.mark.parametrize("name", RARE)
def test_a_rare_bug_of_leadership_is_caught_by_the_tests_of_taking_over(name: str) -> None:
    program = (
        "import sys, pytest\n"
        "from tests.simulation import replica_mutants, replicas\n"
        f"replica_mutants.RARE[{name!r}](replica_mutants.Patch())\n"
        "sys.exit(pytest.main(['-q', '-n', '0', '-p', 'no:cacheprovider',"
        " '-k', '(TakingOver or Fence) and sqlite', 'tests/integration/test_leadership.py']))"
    )
    tests = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert tests.returncode == pytest.ExitCode.TESTS_FAILED, tests.stdout + tests.stderr
