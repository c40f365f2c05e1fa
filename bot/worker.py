"""The one loop in which agents run, and the one place where a surprise is logged and survived."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

_log = logging.getLogger(__name__)

RETRY_AFTER_ERROR_S = 1.0
"""Long enough not to spin on a fault that stays, short enough that nobody at a counter notices."""


class WakeUp:
    """Wakes an agent that waits; ringing twice before it wakes counts once."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """Wake whoever waits, or the next who will."""
        self._event.set()

    async def wait(self, timeout_s: float) -> None:
        """Wait for a ring, at most `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()


class Worker:
    """Runs `run_once` for ever; it gives how many seconds to wait unless the bell rings."""

    def __init__(self, name: str, run_once: Callable[[], Awaitable[float]], wake_up: WakeUp) -> None:
        self.name = name
        self.healthy = True
        self._run_once = run_once
        self._wake_up = wake_up

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            try:
                pause_s = await self._run_once()
                self.healthy = True
            except Exception:  # noqa: BLE001 - one surprise must not end an agent that others wait for
                _log.exception("agent %s met a surprise and goes on", self.name)
                self.healthy = False
                pause_s = RETRY_AFTER_ERROR_S
            if pause_s > 0:
                await self._wake_up.wait(pause_s)
