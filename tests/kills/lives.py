"""Lives of the program: born from the nursery or by the real command, killed by their process id."""

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

GONE = "the nursery ended by itself; its last words are on standard error"
KILLED, TERMINATED = -signal.SIGKILL, -signal.SIGTERM


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One process; `ended` gives its exit status, negative for the signal that ended it."""

    pid: int
    ended: asyncio.Future[int]

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless it is too late for that."""
        if not self.ended.done():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


class Cradle(Protocol):
    """Whoever can start the program on a folder."""

    async def bear(self, home: Path, settings: Mapping[str, str]) -> Life:
        """Start `python -m bot run` with these settings and no others; its output goes to bot.log."""
        ...


class Nursery:
    """Asks the forking process for lives."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._awaited: deque[asyncio.Future[Life]] = deque()
        self._lives: dict[int, Life] = {}
        self._is_gone = False

    async def bear(self, home: Path, settings: Mapping[str, str]) -> Life:
        assert self._process.stdin
        if self._is_gone:
            raise ChildProcessError(GONE)
        born: asyncio.Future[Life] = asyncio.get_running_loop().create_future()
        self._awaited.append(born)
        order = {"home": str(home), **environment(settings)}
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        return await born

    async def listen(self) -> None:
        """Hear of births and deaths until the process ends."""
        assert self._process.stdout
        loop = asyncio.get_running_loop()
        async for line in self._process.stdout:
            told: dict[str, int] = json.loads(line)
            if "born" in told:
                life = self._lives[told["born"]] = Life(pid=told["born"], ended=loop.create_future())
                self._awaited.popleft().set_result(life)
            else:
                self._lives.pop(told["died"]).ended.set_result(told["status"])
        self._is_gone = True
        for lost in self._awaited:
            lost.set_exception(ChildProcessError(GONE))


@asynccontextmanager
async def nursery(mutant: str | None = None) -> AsyncIterator[Nursery]:
    """Keep a nursery inside the block; its lives end with it. `mutant` is a bug for all of them."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.kills.nursery", *([mutant] if mutant else [])),
        env=environment({}),
        stdin=PIPE,
        stdout=PIPE,
    )
    found = Nursery(process)
    listening = asyncio.create_task(found.listen())
    try:
        yield found
    finally:
        assert process.stdin
        process.stdin.close()
        await process.wait()
        await listening


class CommandLine:
    """Starts the program as people do."""

    async def bear(self, home: Path, settings: Mapping[str, str]) -> Life:
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
