"""What holds for all tests: a red one ends, whatever it was in the middle of."""

import gc
import threading
from collections.abc import Generator

import aiosqlite
import pytest


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
