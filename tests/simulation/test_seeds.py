"""Two thousand worlds of misfortune, and every promise kept in each; the same seed is the same world."""

import os
import subprocess
import sys

import pytest

from tests.simulation.many import run_many
from tests.simulation.mutants import ROOT
from tests.simulation.regressions import FOUND
from tests.simulation.world import run_seed

QUICK_SEEDS = 60

SEEDS = 2_000
"""Several times as many as the last of the planted bugs needs."""


@pytest.mark.prove
@pytest.mark.timeout(900)  # about two minutes on two cores; a slow machine may take three times that
def test_two_thousand_worlds_keep_every_promise() -> None:
    failed, sums = run_many(0, SEEDS)
    assert not failed, "\n".join(f"seed {report.seed}: {report.violations}" for report in failed[:20])
    assert sums["seeds"] == SEEDS
    # A quiet simulation proves nothing: the worlds must really have been bad.
    assert sums["crashes"] > 2 * SEEDS
    assert sums["faults"] > 10 * SEEDS
    assert sums["orders"] > 3 * SEEDS


@pytest.mark.early
def test_sixty_worlds_keep_every_promise() -> None:
    failed, sums = run_many(0, QUICK_SEEDS)
    assert not failed, "\n".join(f"seed {report.seed}: {report.violations}" for report in failed)
    assert sums["seeds"] == QUICK_SEEDS


def test_the_command_that_anybody_can_run_runs_seeds() -> None:
    command = [sys.executable, "-m", "tests.simulation", "--seeds", "0:4"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "'seeds': 4" in told
    assert ", 0 failed," in told


@pytest.mark.parametrize(
    "seed", [7, pytest.param(0, marks=pytest.mark.prove), pytest.param(1234, marks=pytest.mark.prove)]
)
def test_the_same_seed_tells_the_same_story(seed: int) -> None:
    here = run_seed(seed).fingerprint
    command = f"from tests.simulation.world import run_seed; print(run_seed({seed}).fingerprint)"
    elsewhere = subprocess.run(
        [sys.executable, "-c", command],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "17"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert elsewhere.stdout.strip() == here
    assert run_seed(seed).fingerprint == here


@pytest.mark.parametrize("seed", FOUND)
def test_a_seed_that_once_found_a_fault_finds_none_now(seed: int) -> None:
    report = run_seed(seed)
    assert not report.violations, "\n".join(report.story)
