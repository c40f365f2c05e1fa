"""A second Loket on one database refuses; the lock of a dead one is free at once."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage.backup import back_up
from storage.database import SqliteDatabase
from storage.errors import StorageBusy
from storage.lock import exclusive_lock
from tests.integration.notes import Notes, both, noted

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


def made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


@pytest.mark.parametrize("prepare", [made, lambda _: None], ids=["made", "not made yet"])
def test_a_symbolic_link_is_the_same_database(
    tmp_path: Path, path: Path, prepare: Callable[[Path], object]
) -> None:
    """So is a link to its folder."""
    prepare(path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "shop.db").symlink_to(path)
    (tmp_path / "folder").symlink_to(path.parent)
    for other in (tmp_path / "other" / "shop.db", tmp_path / "folder" / path.name):
        with exclusive_lock(path), another_process(other) as second:
            assert first_word(second).startswith("refused: another Loket already runs")
        with exclusive_lock(other), another_process(path) as second:
            assert first_word(second).startswith("refused: another Loket already runs")


def test_a_hard_link_is_the_same_database(tmp_path: Path, path: Path) -> None:
    other = tmp_path / "shop.db"
    other.hardlink_to(made(path))
    with exclusive_lock(path), another_process(other) as second:
        assert first_word(second).startswith("refused: another Loket already runs")


def test_a_database_made_while_the_lock_is_held_is_locked_too(tmp_path: Path, path: Path) -> None:
    other = tmp_path / "shop.db"
    with exclusive_lock(path) as lock:
        other.hardlink_to(made(path))
        lock.hold_file()
        with another_process(other) as second:
            assert first_word(second).startswith("refused: another Loket already runs")


def test_a_deleted_lock_file_lets_nobody_in(path: Path) -> None:
    with exclusive_lock(made(path)):
        path.with_name(f"{path.name}.lock").unlink()
        with another_process(path) as second:
            assert first_word(second).startswith("refused: another Loket already runs")


async def test_the_lock_does_not_keep_sqlite_or_a_backup_out(tmp_path: Path, path: Path) -> None:
    with exclusive_lock(made(path)) as lock:
        database = SqliteDatabase(path)
        await database.open()
        lock.hold_file()
        await database.write(Notes(1))
        back_up(path, tmp_path / "copy.db")
        await database.write(Notes(2))
        await database.close()
    assert (noted(tmp_path / "copy.db"), noted(path)) == (both(1), both(1, 2))


def test_databases_do_not_lock_each_other(tmp_path: Path) -> None:
    with exclusive_lock(tmp_path / "one.db"), exclusive_lock(tmp_path / "other.db"):
        pass
