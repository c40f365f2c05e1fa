"""The loop that runs a worker and survives its unexpected errors."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from math import inf

from storage.lease import LeaseLost

_log = logging.getLogger(__name__)

RETRY_AFTER_ERROR_S = 1.0
"""Long enough not to spin on a lasting fault, short enough that resellers do not notice."""


class WakeUp:
    """Wakes a waiting worker; setting it twice before the worker wakes counts once."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """Wake the waiting worker, or the next one to wait."""
        self._event.set()

    async def wait(self, timeout_s: float) -> None:
        """Wait until it is set, at most `timeout_s` seconds."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()


class Worker:
    """Runs `run_once` repeatedly; it returns the seconds to wait for a wake-up before the next run.

    What no wake-up reports, because another process stored it, is found within `poll_s`.
    """

    def __init__(
        self, name: str, run_once: Callable[[], Awaitable[float]], wake_up: WakeUp, *, poll_s: float = inf
    ) -> None:
        self.name = name
        self.healthy = True
        self._run_once = run_once
        self._wake_up = wake_up
        self._poll_s = poll_s

    async def run(self) -> None:
        """Run until cancelled; a worker that does not run is not down."""
        try:
            while True:
                await self._run_and_wait()
        finally:
            self.healthy = True

    async def _run_and_wait(self) -> None:
        try:
            pause_s = await self._run_once()
            self.healthy = True
        except LeaseLost:
            _log.info("worker %s stopped, another process leads", self.name)
            pause_s = RETRY_AFTER_ERROR_S
        except Exception:  # noqa: BLE001 - one error must not end a worker that others wait for
            _log.exception("worker %s failed, retrying", self.name)
            self.healthy = False
            pause_s = RETRY_AFTER_ERROR_S
        if pause_s > 0:
            await self._wake_up.wait(min(pause_s, self._poll_s))
