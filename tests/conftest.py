"""What holds for all tests: a red one ends, whatever it was in the middle of."""

import gc
import threading
from collections.abc import Generator, Iterator

import aiosqlite
import pytest

from tests.postgres import WorkerDatabase, new_database, prepare_folder, stop_server


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the PostgreSQL server that the workers of this run share, if this is no worker itself."""
    if not hasattr(config, "workerinput"):
        prepare_folder()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop that server."""
    if not hasattr(config, "workerinput"):
        stop_server()


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
