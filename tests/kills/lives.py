"""Processes of the program, started by the fork server or by the real command."""

import asyncio
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.fork_server import ForkServer, start_command

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


class Cradle(Protocol):
    """Starts the program on a folder."""

    async def start(self, home: Path, settings: Mapping[str, str]) -> Life:
        """Start `python -m bot run` with only these settings and its output in bot.log."""
        ...


class Nursery:
    """Starts the program by a fork server."""

    def __init__(self, server: ForkServer) -> None:
        self._server = server

    async def start(self, home: Path, settings: Mapping[str, str]) -> Life:
        process = await self._server.start("run", home=home, settings=settings)
        return Life(pid=process.pid, ended=asyncio.ensure_future(process.wait()))


@contextmanager
def nursery(mutant: str | None = None) -> Iterator[Nursery]:
    """Run a fork server inside the block; its processes end with it. All of them have the bug `mutant`."""
    with closing(ForkServer(mutant)) as server:
        yield Nursery(server)


class CommandLine:
    """Starts the program by its command."""

    async def start(self, home: Path, settings: Mapping[str, str]) -> Life:
        process = await start_command("run", home=home, settings=settings)
        return Life(pid=process.pid, ended=asyncio.ensure_future(process.wait()))
