"""The test of the test: every planted bug is caught, and within a stated number of seeds."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.simulation.mutants import LEAKS, MUTANTS, ROOT, WITHIN_SEEDS, Mutant, changed_source


def apart(mutants: Iterable[Mutant]) -> list[list[Mutant]]:
    """Part mutants into groups in which no two change the same module."""
    groups: list[list[Mutant]] = []
    for mutant in mutants:
        mine = {edit.module for edit in mutant.edits}
        for group in groups:
            if mine.isdisjoint(edit.module for other in group for edit in other.edits):
                group.append(mutant)
                break
        else:
            groups.append([mutant])
    return groups


def test_planted_bugs_fit_the_types_of_what_they_change(tmp_path: Path) -> None:
    """One that calls what is no longer there so is caught for its own fault, and tells nothing."""
    for number, group in enumerate(apart((*MUTANTS, *LEAKS))):
        edits = [edit for mutant in group for edit in mutant.edits]
        shadows = []
        for module in {edit.module for edit in edits}:
            real = ROOT.joinpath(*module.split(".")).with_suffix(".py")
            changed = tmp_path / f"{number}-{module}.py"
            source = real.read_text(encoding="utf-8")
            changed.write_text(
                changed_source(source, tuple(edit for edit in edits if edit.module == module)),
                encoding="utf-8",
            )
            shadows += ["--shadow-file", str(real.relative_to(ROOT)), str(changed)]
        command = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path / "cache")]
        found = subprocess.run(
            [*command, "--package", "bot", "--package", "storage", *shadows],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_planted_bug_does_not_survive(mutant: Mutant) -> None:
    hunt = subprocess.run(
        [sys.executable, "-m", "tests.simulation.mutants", mutant.name],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert hunt.returncode == 0, hunt.stdout + hunt.stderr
    assert "caught by seed" in hunt.stdout, f"within {WITHIN_SEEDS} seeds: {hunt.stdout}{hunt.stderr}"


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.name)
def test_a_planted_leak_is_caught_by_the_tests_of_the_log(leak: Mutant) -> None:
    program = (
        "import sys, pytest\n"
        "from tests.simulation.mutants import LEAKS, plant\n"
        f"plant(next(leak for leak in LEAKS if leak.name == {leak.name!r}))\n"
        "sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', 'tests/unit/test_logs.py']))"
    )
    tests = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert tests.returncode == pytest.ExitCode.TESTS_FAILED, tests.stdout + tests.stderr
