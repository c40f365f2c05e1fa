"""One version number for everything that can change, and ways to wait for the next change."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Feed:
    """Counts changes and wakes all waiters at each."""

    def __init__(self) -> None:
        self.version = 0
        self.closed = False
        self._next = asyncio.Event()

    def changed(self) -> None:
        """Increment the version and wake all waiters."""
        self.version += 1
        self._wake()

    def close(self) -> None:
        """Wake every waiter; later waits return at once."""
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        self._next.set()
        self._next = asyncio.Event()

    async def wait_past(self, version: int) -> int:
        """Return the version as soon as it exceeds the given one, or the feed is closed."""
        while self.version <= version and not self.closed:
            await self._next.wait()
        return self.version

    async def until(self, find: Callable[[], T | None], timeout_s: float = 5.0) -> T:
        """Call `find` now and after each change until it returns a result; TimeoutError if it never does."""
        async with asyncio.timeout(timeout_s):
            while True:
                seen = self.version
                if (found := find()) is not None:
                    return found
                if self.closed:
                    raise TimeoutError("the sandbox is closing")
                await self.wait_past(seen)
