"""Bounds how much is asked of the page process: what finds too much in front of it is refused at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

MAX_PAGES, MAX_LONG, MAX_STRANGERS = 40, 6, 10
"""Of each kind one is read, and the others wait. Long are files, lists and checks, which take seconds."""

MAX_FILES_SENT = 8
"""Files on their way to slow readers: each is in memory until it is read."""

MAX_UPLOADS = 4
"""Files on their way to us; each may have some megabytes."""


class DeskBusyError(Exception):
    """Too much waits already: the visitor should try again in some seconds."""


class BoundedLock:
    """Lets one in at a time; at most `most` are inside or wait."""

    def __init__(self, most: int) -> None:
        self._slots = Slots(most)
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def hold(self, has_left: Callable[[], Awaitable[bool]] | None = None) -> AsyncIterator[None]:
        """Wait for a turn; raise DeskBusyError if too many wait, or the one who waited `has_left`."""
        with self._slots.take():
            async with self._lock:
                if has_left and await has_left():
                    raise DeskBusyError
                yield


class Slots:
    """So many at once; one more is refused."""

    def __init__(self, most: int) -> None:
        self._free = most

    @contextmanager
    def take(self) -> Iterator[None]:
        """Take a slot; raise DeskBusyError if none is free."""
        if not self._free:
            raise DeskBusyError
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


class LoadLimits:
    """The locks and slots of one desk; those of strangers are their own, and keep out no visitor."""

    def __init__(self) -> None:
        self.pages = BoundedLock(MAX_PAGES)
        self.long = BoundedLock(MAX_LONG)
        self.strangers = BoundedLock(MAX_STRANGERS)
        self.files_sent = Slots(MAX_FILES_SENT)
        self.uploads = Slots(MAX_UPLOADS)
