"""A bot under measurement: a process of its own, what the machine says of it, and how it is started."""

import asyncio
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import biller, telegram

ROOT = Path(__file__).resolve().parents[2]
SHOPS_PYTHON = ROOT / ".venv-run/bin/python"
"""Has what a shop's machine has: the developers' tools would take part in a start."""

TEXTBOOK_PYTHON = ROOT / ".venv-bench/bin/python"
ADMIN_ID = 9001
REVERSAL_SECRET = "bench-jalan-balik-0123456789-abcdef"

READY_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 30.0
TICKS_A_S = os.sysconf("SC_CLK_TCK")

WITHOUT_LIMITS = {
    "BILLER_CONCURRENCY": "100",
    "TELEGRAM_MESSAGES_PER_S": "100000",
    "TELEGRAM_CHAT_MESSAGES_PER_S": "100000",
}
"""The textbooks know no pace: side by side with them Loket keeps none either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A bot: its name, and the command that runs it."""

    name: str
    command: tuple[str, ...]


LOKET = Contender(name="Loket", command=(str(SHOPS_PYTHON), "-m", "bot", "run"))
FLOOR = Contender(name="floor", command=(sys.executable, "-m", "tests.benchmarks.contenders.floor"))
AIOGRAM = Contender(
    name="aiogram textbook",
    command=(str(TEXTBOOK_PYTHON), "-m", "tests.benchmarks.contenders.textbook_aiogram"),
)
PTB = Contender(
    name="python-telegram-bot textbook",
    command=(str(TEXTBOOK_PYTHON), "-m", "tests.benchmarks.contenders.textbook_ptb"),
)
CONTENDERS = (LOKET, AIOGRAM, PTB, FLOOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A bot that runs."""

    process: Process
    port: int
    log: Path
    started_at: float

    @property
    def reversal_path(self) -> str:
        """Return where it hears reports."""
        return f"/reversal/{REVERSAL_SECRET}"

    def cpu_s(self) -> float:
        """Return the processor time of all its threads so far, in seconds, to the hundredth."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / TICKS_A_S

    def peak_mb(self) -> float:
        """Return the most memory it held so far, in MB."""
        return self._status("VmHWM") / 1000  # the kernel counts kilobytes

    def switches(self) -> int:
        """Return how often its main thread went to sleep so far."""
        return self._status("voluntary_ctxt_switches")

    def _status(self, name: str) -> int:
        lines = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))

    async def listening(self) -> None:
        """Return when its web server takes connections; TimeoutError with its last words if it never does."""
        try:
            async with asyncio.timeout(READY_TIMEOUT_S):
                while not await self._takes_connections():  # noqa: ASYNC110 - another process tells nothing
                    await asyncio.sleep(0.005)
        except TimeoutError:
            raise TimeoutError(self.last_words()) from None

    async def _takes_connections(self) -> bool:
        if self.process.returncode is not None:
            raise RuntimeError(f"it ended with status {self.process.returncode}: {self.last_words()}")
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True

    def last_words(self) -> str:
        """Return the end of its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]


@asynccontextmanager
async def running(
    contender: Contender, home: Path, *, outside_port: int, users: range, settings: dict[str, str]
) -> AsyncIterator[Running]:
    """Run a bot in `home` inside the block; Telegram and the biller are both at `outside_port`."""
    port, log = _free_port(), home / "bot.log"
    base = f"http://127.0.0.1:{outside_port}"
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "TELEGRAM_TOKEN": telegram.TOKEN,
        "TELEGRAM_API_URL": base,
        "TELEGRAM_WEBHOOK_SECRET": "bench_rahasia_webhook_0123456789",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ADMIN_IDS": str(ADMIN_ID),
        "RESELLER_IDS": ",".join(map(str, users)),
        "BILLER_URL": base,
        "BILLER_USER": biller.USER,
        "BILLER_PASSWORD": biller.PASSWORD,
        "REVERSAL_SECRET": REVERSAL_SECRET,
        "LISTEN_PORT": str(port),
        "DATABASE_URL": "sqlite:///bench.db",
        "LOG_LEVEL": "INFO",
        "RECAP_AT": "",
    }
    started_at = time.perf_counter()
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *contender.command, cwd=home, env=environment | settings, stdin=DEVNULL, stdout=out, stderr=STDOUT
        )
    try:
        yield Running(process=process, port=port, log=log, started_at=started_at)
    finally:
        await _stop(process)


async def _stop(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
