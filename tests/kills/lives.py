"""Processes of the program, started by the fork server or by the real command."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.acceptance.shop import environment

GONE = "the fork server ended by itself; see its standard error"
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
    """The client of the fork server."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._requests: deque[asyncio.Future[Life]] = deque()
        self._lives: dict[int, Life] = {}
        self._is_gone = False

    async def start(self, home: Path, settings: Mapping[str, str]) -> Life:
        assert self._process.stdin
        if self._is_gone:
            raise ChildProcessError(GONE)
        started: asyncio.Future[Life] = asyncio.get_running_loop().create_future()
        self._requests.append(started)
        request = {"home": str(home), **environment(settings)}
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        return await started

    async def listen(self) -> None:
        """Process the reports of the fork server until it ends."""
        assert self._process.stdout
        loop = asyncio.get_running_loop()
        async for line in self._process.stdout:
            report: dict[str, int] = json.loads(line)
            if "started" in report:
                life = self._lives[report["started"]] = Life(
                    pid=report["started"], ended=loop.create_future()
                )
                self._requests.popleft().set_result(life)
            else:
                self._lives.pop(report["ended"]).ended.set_result(report["status"])
        self._is_gone = True
        for request in self._requests:
            request.set_exception(ChildProcessError(GONE))


@asynccontextmanager
async def nursery(mutant: str | None = None) -> AsyncIterator[Nursery]:
    """Run a fork server inside the block; its processes end with it. All of them have the bug `mutant`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.kills.nursery", *([mutant] if mutant else [])),
        env=environment({}),
        stdin=PIPE,
        stdout=PIPE,
    )
    client = Nursery(process)
    listening = asyncio.create_task(client.listen())
    try:
        yield client
    finally:
        assert process.stdin
        process.stdin.close()
        await process.wait()
        await listening


class CommandLine:
    """Starts the program by its command."""

    async def start(self, home: Path, settings: Mapping[str, str]) -> Life:
        with (home / "bot.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bot", "run"),
                cwd=home,
                env=environment(settings),
                stdin=DEVNULL,
                stdout=log,
                stderr=STDOUT,
            )
        ended = asyncio.ensure_future(process.wait())
        return Life(pid=process.pid, ended=ended)
