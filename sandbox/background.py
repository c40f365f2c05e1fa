"""Tasks that outlive a request end with their owner, never later."""

import asyncio
from collections.abc import Coroutine


class Background:
    """Holds running tasks, so that they are neither lost nor left behind."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """Start `work` now."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def cancel(self) -> None:
        """Ask every task to end."""
        for task in self._tasks:
            task.cancel()

    async def aclose(self) -> None:
        """End every task and wait until it has ended."""
        self.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
