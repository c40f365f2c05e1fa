"""One rising version for everything that can change, and ways to wait for the next change."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Feed:
    """Count changes, and wake all waiters at each."""

    def __init__(self) -> None:
        self.version = 0
        self.closed = False
        self._next = asyncio.Event()

    def changed(self) -> None:
        """Say that something visible changed."""
        self.version += 1
        self._wake()

    def close(self) -> None:
        """Let every waiter go; later waits return at once."""
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        self._next.set()
        self._next = asyncio.Event()

    async def wait_past(self, version: int) -> int:
        """Return the version as soon as it is past the given one, or the feed is closed."""
        while self.version <= version and not self.closed:
            await self._next.wait()
        return self.version

    async def until(self, find: Callable[[], T | None], timeout_s: float = 5.0) -> T:
        """Return what `find` finds, asked anew at each change; TimeoutError after `timeout_s` seconds."""
        async with asyncio.timeout(timeout_s):
            while True:
                seen = self.version
                if (found := find()) is not None:
                    return found
                if self.closed:
                    raise TimeoutError("the sandbox is closing")
                await self.wait_past(seen)
