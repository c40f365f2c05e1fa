"""What holds for all tests: a red one ends, whatever it was in the middle of."""

import gc
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import aiosqlite
import hypothesis
import pytest

from tests.postgres import WorkerDatabase, new_database, prepare_folder, stop_server

MEMORY = Path("/dev/shm")  # noqa: S108 - the tests' own folders below it have random names
ROOM_BYTES = 4 << 30

FIGURES = "figures"


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the PostgreSQL server that the workers of this run share, if this is no worker itself."""
    if not hasattr(config, "workerinput"):
        _use_memory()
        prepare_folder()
    hypothesis.settings.register_profile("patient", deadline=None)
    hypothesis.settings.load_profile("patient")


def _use_memory() -> None:
    """Let tests keep their files in memory, if there is room.

    A killed process loses nothing of a file there either, and no test waits until a disk has written.
    """
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM_BYTES:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the long tests begin first: the last one of all would keep a single core, or none, busy."""
    items.sort(key=lambda item: item.get_closest_marker("early") is None)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop that server."""
    if not hasattr(config, "workerinput"):
        stop_server()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests recorded: they are part of the proof."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, text in getattr(report, "user_properties", ()):
                if name == FIGURES:
                    terminalreporter.write_line(text)


@pytest.fixture
def folder_on_disk() -> Iterator[Path]:
    """A folder for what a file system in memory cannot do: to refuse writes to a file that is open."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        yield Path(folder)


@pytest.fixture
def report_figures(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Return a function that has figures printed at the end of the run."""
    return lambda text: record_property(FIGURES, text)


@pytest.fixture(scope="session")
def worker_database() -> Iterator[WorkerDatabase]:
    with new_database() as url:
        database = WorkerDatabase(url)
        yield database
        database.close()


@pytest.fixture
def postgres_url(worker_database: WorkerDatabase) -> str:
    """Return the URL of a database with the schema and nothing else."""
    worker_database.reset()
    return worker_database.url


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None]:
    """Stop the connections that a failed test left open: their threads would keep the run from ending."""
    try:
        yield
    finally:
        if any(not thread.daemon for thread in threading.enumerate()[1:]):
            for connection in _connections():
                connection.stop()


def _connections() -> list[aiosqlite.Connection]:
    return [each for each in gc.get_objects() if isinstance(each, aiosqlite.Connection)]
