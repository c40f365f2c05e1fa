"""A second Loket on one database refuses; the lock of a dead one is free at once."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage.errors import StorageBusy
from storage.lock import exclusive_lock

HOLD = """
import sys
from pathlib import Path
from storage.errors import StorageBusy
from storage.lock import exclusive_lock
try:
    with exclusive_lock(Path(sys.argv[1])):
        print("held", flush=True)
        sys.stdin.read()
except StorageBusy as error:
    print(f"refused: {error}", flush=True)
"""


@contextmanager
def another_process(path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Run another Python that holds the lock until its input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def first_word(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def test_a_second_process_on_one_database_is_refused(path: Path) -> None:
    with exclusive_lock(path), another_process(path) as second:
        assert first_word(second).startswith("refused: another Loket already runs")


def test_a_process_that_dies_gives_up_the_lock_at_once(path: Path) -> None:
    with another_process(path) as first:
        assert first_word(first) == "held"
        with pytest.raises(StorageBusy), exclusive_lock(path):
            pass
        first.kill()
        first.wait()
        with exclusive_lock(path):
            pass


def test_the_lock_is_free_again_after_a_clean_end(path: Path) -> None:
    for _ in range(2):
        with exclusive_lock(path):
            pass


def test_databases_do_not_lock_each_other(tmp_path: Path) -> None:
    with exclusive_lock(tmp_path / "one.db"), exclusive_lock(tmp_path / "other.db"):
        pass
