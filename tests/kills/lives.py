"""Processes of the program, started by the fork server or by the real command."""

import asyncio
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.fork_server import ForkedProcess

KILLED, TERMINATED = -signal.SIGKILL, -signal.SIGTERM


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One process; `ended` is its exit status, or the negative number of the signal that ended it."""

    pid: int
    ended: asyncio.Future[int]

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless the process has ended."""
        if not self.ended.done():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


class Start(Protocol):
    """A function that starts the program: `start_command`, or `start` of a fork server."""

    async def __call__(
        self, *arguments: str, home: Path, settings: Mapping[str, str]
    ) -> Process | ForkedProcess:
        """Start `python -m bot` in a folder with only these settings, and its output in `bot.log`."""
        ...


async def start_life(start: Start, home: Path, settings: Mapping[str, str]) -> Life:
    process = await start("run", home=home, settings=settings)
    return Life(pid=process.pid, ended=asyncio.ensure_future(process.wait()))
