"""Runs the bot as a process with its own settings and nothing else, watches it, and stops it gracefully."""

import asyncio
import os
import secrets
import signal
import socket
import sys
from asyncio.subprocess import STDOUT, Process
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeVar

import httpx

from sandbox import bank
from sandbox.clock import Clock

T = TypeVar("T")

# A cold start on a slow machine takes a few seconds; more than this is a fault.
READY_TIMEOUT_S: Final = 30.0
# On SIGTERM the bot finishes its work in progress; a bot that hangs for longer is killed.
STOP_TIMEOUT_S: Final = 10.0
_POLL_INTERVAL_S: Final = 0.1
_LOG_TAIL_LINES: Final = 20
_DATABASE: Final = "loket.db"
# Of a biller and a bank that do not exist.
_STAGING_REVERSALS: Final = "sandbox-staging-reversals-0123456789"
_STAGING_MUTATIONS: Final = "sandbox-staging-mutations-0123456789"
_STAGING_WEBHOOK: Final = "sandbox-staging-webhook-0123456789"
_ROOT: Final = Path(__file__).resolve().parent.parent

# The bot inherits no other variable: it could be a setting of a real bot, or a proxy that does not reach this
# machine.
_INHERITED: Final = frozenset({"PATH", "HOME", "LANG", "TZ", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH"})
_INHERITED_PREFIXES: Final = ("LC_", "PYTHON", "COV")


class BotDiedError(Exception):
    """The bot's process ended by itself; the message has its exit status and last log lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The bot's credentials at Telegram and at the biller."""

    token: str
    biller_user: str
    biller_password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BotProcess:
    """A running bot. `url` is its own web server.

    At `reversal_url` the biller reports results, at `mutations_url` the bank reports money. `database` is the
    bot's SQLite file, which is deleted when the bot is stopped.
    """

    process: Process
    url: str
    reversal_url: str
    mutations_url: str
    database: Path
    log: Path

    async def ready(self) -> None:
        """Wait until the bot reports that it is ready; BotDiedError or TimeoutError if it never does."""
        async with asyncio.timeout(READY_TIMEOUT_S), httpx.AsyncClient(trust_env=False) as client:
            await self.alive_during(self._poll_ready(client))

    async def _poll_ready(self, client: httpx.AsyncClient) -> None:
        while True:
            with suppress(httpx.TransportError):
                if (await client.get(f"{self.url}/readyz")).is_success:
                    return
            await asyncio.sleep(_POLL_INTERVAL_S)

    async def alive_during(self, work: Awaitable[T]) -> T:
        """Return the result of `work`; raise BotDiedError as soon as the bot ends before it."""
        work_task, exit_task = asyncio.ensure_future(work), asyncio.ensure_future(self.process.wait())
        try:
            await asyncio.wait({work_task, exit_task}, return_when=asyncio.FIRST_COMPLETED)
            if not work_task.done():
                raise BotDiedError(f"The bot ended with status {exit_task.result()}. {self.log_tail()}")
            return await work_task
        finally:
            for task in (work_task, exit_task):
                task.cancel()
            await asyncio.gather(work_task, exit_task, return_exceptions=True)

    def log_tail(self) -> str:
        """Return the end of the bot's log, as text to print."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_TAIL_LINES:]
        return "Its last log lines:\n" + "\n".join(lines) if lines else "It has logged nothing."

    async def stop(self) -> None:
        """Send SIGTERM, and SIGKILL if the bot has not ended in time."""
        if self.process.returncode is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await self.process.wait()
        finally:  # also when the wait is cancelled
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()


@asynccontextmanager
async def running_bot(
    sandbox_url: str,
    account: Account,
    *,
    clock: Clock,
    webhook: bool = False,
    more: Mapping[str, str] | None = None,
) -> AsyncIterator[BotProcess]:
    """Run the bot by `clock` against the sandbox at this URL on a temporary database; `more` are settings."""
    with TemporaryDirectory(prefix="loket-sandbox-", ignore_cleanup_errors=True) as home:
        port, log = _free_port(), Path(home, "bot.log")
        secret, mutation_secret = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        url = f"http://127.0.0.1:{port}"
        settings = _settings(sandbox_url, account, port=port)
        settings |= {"REVERSAL_SECRET": secret, "MUTATION_SECRET": mutation_secret, **(more or {})}
        if webhook:
            settings |= {"PUBLIC_URL": url, "TELEGRAM_WEBHOOK_SECRET": secrets.token_urlsafe(32)}
        process = await _start(_environment(os.environ, settings), clock=clock, home=home, log=log)
        bot = BotProcess(
            process=process,
            url=url,
            reversal_url=f"{url}/reversal/{secret}",
            mutations_url=f"{url}/mutations/{mutation_secret}",
            database=Path(home, _DATABASE),
            log=log,
        )
        try:
            yield bot
        finally:
            await bot.stop()


@dataclass(frozen=True, slots=True, kw_only=True)
class StagingBot:
    """The settings of a bot that the user runs, as an `.env` file, and where it listens."""

    env_file: str
    reversal_url: str
    mutations_url: str


def staging_bot(sandbox_url: str, account: Account, *, port: int, webhook: bool = False) -> StagingBot:
    """Return the same settings at each start, so that a staging bot survives one of the sandbox."""
    settings = _settings(sandbox_url, account, port=port)
    settings |= {
        "REVERSAL_SECRET": _STAGING_REVERSALS,
        "MUTATION_SECRET": _STAGING_MUTATIONS,
        "DATABASE_URL": "sqlite:///staging/loket.db",
    }
    url = f"http://127.0.0.1:{port}"
    if webhook:
        settings |= {"PUBLIC_URL": url, "TELEGRAM_WEBHOOK_SECRET": _STAGING_WEBHOOK}
    lines = ["# A staging bot at the sandbox: nothing here is real, and no money is spent."]
    lines += [f"{name}='{value}'" for name, value in settings.items()]
    return StagingBot(
        env_file="\n".join(lines) + "\n",
        reversal_url=f"{url}/reversal/{_STAGING_REVERSALS}",
        mutations_url=f"{url}/mutations/{_STAGING_MUTATIONS}",
    )


def _settings(sandbox_url: str, account: Account, *, port: int) -> dict[str, str]:
    return {
        "TELEGRAM_TOKEN": account.token,
        "TELEGRAM_API_URL": sandbox_url,
        "ADMIN_IDS": "9001",
        "RESELLER_IDS": "1001,1002",
        "BILLER_URL": sandbox_url,
        "BILLER_USER": account.biller_user,
        "BILLER_PASSWORD": account.biller_password,
        "DEPOSIT_ACCOUNTS": bank.ACCOUNTS,
        "DEPOSIT_QRIS": bank.QRIS,
        "DESK_URL": f"http://127.0.0.1:{port}",
        "LISTEN_HOST": "127.0.0.1",
        "LISTEN_PORT": str(port),
        "DATABASE_URL": f"sqlite:///{_DATABASE}",  # relative to its working directory
    }


def _environment(inherited: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """Return the bot's settings and the few inherited variables that any program needs."""
    basic = {
        name: value
        for name, value in inherited.items()
        if name in _INHERITED or name.startswith(_INHERITED_PREFIXES)
    }
    path = os.pathsep.join(filter(None, (basic.get("PYTHONPATH"), str(_ROOT))))
    return {**basic, **settings, "PYTHONPATH": path}


async def _start(environment: Mapping[str, str], *, clock: Clock, home: str, log: Path) -> Process:
    with log.open("wb") as out:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "sandbox.clock", str(clock.file), "bot", "run"),
            cwd=home,  # so that no .env is read
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=out,
            stderr=STDOUT,
            start_new_session=True,  # so that Ctrl+C reaches the demo only, which then stops the bot
        )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
