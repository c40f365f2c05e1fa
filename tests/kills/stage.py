"""One database between an emulated Telegram and an emulated biller, and the processes that run on it."""

import asyncio
import shutil
import signal
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from bot.catalogue.catalogue import Catalogue
from sandbox.biller.behaviour import WAYS
from sandbox.biller.ledger import Entry
from sandbox.listen import loopback_client
from sandbox.server import serve
from sandbox.world import World
from storage import catalogue
from storage.books import read_report
from storage.connection import connect
from storage.schema import migrate
from storage.sqlite import SqliteTx
from tests.acceptance.conftest import settings_for
from tests.acceptance.shop import BUDI, GROUP, PASSWORD, REVERSAL_SECRET, SARI, Mode, tracebacks_in
from tests.kills.ledgers import CREDIT_IDR, Asked, Evidence, Lives, Place, describe_orders, examine
from tests.kills.lives import Life, Start, start_life
from tests.kills.ports import reserved_port
from tests.simulation.money import PRICE_IDR, product_at

HURRY = 20
"""The divisor of the world's own pauses: it retries after 0.1, 0.2, 0.4 s instead of 2, 4, 8 s."""

READY_TIMEOUT_S = 60.0
QUIET_TIMEOUT_S = 300.0
STOP_TIMEOUT_S = 30.0
POLL_INTERVAL_S = 0.03
IN_FLIGHT_TURNS = 5
"""Turns of the event loop, 4 ms each, in which the emulators read what the killed process had sent."""

CERTIFICATES = "certificates"
DATABASE = "loket.db"
LAST_LOG_LINES = 15
UNFINISHED = (
    "SELECT (SELECT count(*) FROM outbox WHERE state = 'waiting'), count(*) FROM orders"
    " WHERE state IN ('placed', 'submitting')"
)
"""Counts the messages that wait and the orders in progress."""


@dataclass(slots=True, kw_only=True)
class Report:
    """The result of one database; `violations` is empty if no promise was broken."""

    name: str
    kills: int = 0
    orders: int = 0
    hits: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    story: list[str] = field(default_factory=list)


class Stage:
    """The world, and the processes of one bot."""

    has_outages = False
    """Whether the database fails at times, which workers log."""

    def __init__(self, name: str, start: Start, home: Path, world: World, settings: dict[str, str]) -> None:
        self.world = world
        self.report = Report(name=name)
        self.life: Life | None = None
        self._start = start
        self._home = home
        self._settings = settings
        self._asked: dict[Place, Asked] = {}
        self._ends: list[dict[int, int]] = []
        self._began_s = asyncio.get_running_loop().time()

    def note(self, what: str) -> None:
        """Add a line to the story."""
        self.report.story.append(f"{asyncio.get_running_loop().time() - self._began_s:8.3f}  {what}")

    def violate(self, invariant: str, what: str) -> None:
        """Record a broken promise."""
        self.report.violations.append(f"{invariant}: {what}")

    async def start(self) -> Life:
        """Start the program; all later messages are from this process."""
        for _ in range(IN_FLIGHT_TURNS):
            await asyncio.sleep(0.004)
        chats = self.world.telegram.chats.chats
        self._ends.append({chat_id: chat.last_message_id for chat_id, chat in chats.items()})
        self.life = await start_life(self._start, self._home, self._settings)
        self.note(f"life {self.life.pid} begins")
        return self.life

    async def end(self, life: Life) -> int:
        """Wait until a process has ended; return its exit status."""
        async with asyncio.timeout(STOP_TIMEOUT_S):
            return await life.ended

    async def stop(self, life: Life) -> None:
        """Send SIGTERM, which has to be enough."""
        life.send(signal.SIGTERM)
        status = await self.end(life)
        self.note(f"life {life.pid} was asked to stop and ended with {status}")
        if status:
            self.violate("life", f"a graceful stop ended with {status}")

    def order(self, ending: str) -> None:
        """Type an order to a number with this ending, in one of three chats in turn."""
        count = self.report.orders
        self.report.orders += 1
        chat = (SARI, BUDI, GROUP)[count % 3]
        destination = f"0813{count:04d}{ending}"
        said = self.world.telegram.say(chat, f"s5.{destination}", user_id=SARI if chat < 0 else chat)
        assert said.update_id
        self._asked[chat, said.message_id] = Asked(destination=destination, update_id=said.update_id)
        self.note(f"{chat} types s5.{destination} as message {said.message_id}")

    def check_books(self) -> None:
        """Check the books as a killed process has left them, in a copy: the next one must find its log."""
        with TemporaryDirectory(dir=self._home) as folder:
            for name in (DATABASE, f"{DATABASE}-wal"):
                if (self._home / name).exists():
                    shutil.copy(self._home / name, folder)
            for finding in read_report(f"sqlite:///{Path(folder) / DATABASE}").findings:
                self.violate("W1-W4", finding.words)

    async def rest(self) -> None:
        """Run a last process until it is quiet, compare the ledgers, and stop it gracefully."""
        life = await self.start()
        if not (await self._is_ready(life) and await self._is_quiet(life)):
            return
        for entry in list(self.world.biller.entries.values()):
            await self._report_again(entry)
        if not await self._is_quiet(life):
            return
        self._compare(self._home / DATABASE, Lives(self._ends))
        await self.stop(life)

    def _compare(self, database: Path, lives: Lives | None) -> None:
        """Compare the ledgers, and look for tracebacks."""
        evidence = Evidence(
            world=self.world, database=database, asked=self._asked, lives=lives, kills=self.report.kills
        )
        broken = examine(evidence)
        self.report.violations += broken
        self.report.story += describe_orders(evidence, broken)
        for line in tracebacks_in(self._log()):
            if not (self.has_outages and "storage.errors.StorageError" in line):
                self.violate("traceback", line)

    def _log(self) -> str:
        return (self._home / "bot.log").read_text("utf-8")

    async def _report_again(self, entry: Entry) -> None:
        """Send the reversals again that failed in all their tries."""
        for record, outcome in list(zip(entry.reversals, WAYS[entry.behaviour].reversals, strict=False)):
            if record.http_status != httpx.codes.OK:
                self.note(f"the biller reports {outcome} of {entry.trxid} again")
                status = await self.world.biller.reverse(entry.trxid, outcome)
                if status != httpx.codes.OK:
                    self.violate("I4", f"a true report of {entry.trxid} got {status}")

    async def _is_ready(self, life: Life) -> bool:
        url = f"http://127.0.0.1:{self._settings['LISTEN_PORT']}/readyz"
        with suppress(TimeoutError):
            async with asyncio.timeout(READY_TIMEOUT_S), loopback_client(READY_TIMEOUT_S) as http:
                while not life.ended.done():
                    with suppress(httpx.TransportError):
                        if (await http.get(url)).is_success:
                            return True
                    await asyncio.sleep(POLL_INTERVAL_S)
        return self._fail("never ready")

    async def _is_quiet(self, life: Life) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(QUIET_TIMEOUT_S):
                while not life.ended.done():
                    if not self._unfinished_work():
                        return True
                    await asyncio.sleep(POLL_INTERVAL_S)
        return self._fail(f"never quiet: {self._unfinished_work()}")

    def _fail(self, why: str) -> bool:
        self.violate("I6", why)
        self.report.story += self._log().splitlines()[-LAST_LOG_LINES:]
        return False

    def _unfinished_outside(self) -> str:
        """Return what Telegram or the biller has not finished yet, or an empty string."""
        if self.world.telegram.updates.waiting:
            return "updates wait"
        if unfinished := [e.trxid for e in self.world.biller.entries.values() if not _is_done(e)]:
            return f"the biller is busy with {unfinished}"
        return ""

    def _unfinished_work(self) -> str:
        """Return what is not finished yet, or an empty string."""
        if outside := self._unfinished_outside():
            return outside
        messages, moving = self.count(UNFINISHED)
        return f"{messages} messages wait, {moving} orders are in progress" if messages or moving else ""

    def count(self, sql: str) -> tuple[int, ...]:
        """Query the database, read-only; return one row."""
        with closing(sqlite3.connect(f"file:{self._home / DATABASE}?mode=ro", uri=True)) as connection:
            row: tuple[int, ...] = connection.execute(sql).fetchone()
            return row


def _is_done(entry: Entry) -> bool:
    """Return whether all reversals of an entry were delivered, or tried five times."""
    if entry.answered_at_ms is None:
        return False
    expected = 0 if entry.reason else len(WAYS[entry.behaviour].reversals)
    done = [record for record in entry.reversals if record.http_status == httpx.codes.OK or record.tries >= 5]
    return len(done) >= expected


@asynccontextmanager
async def staged(name: str, mode: Mode, start: Start, home: Path) -> AsyncIterator[Stage]:
    """Create a world and a folder; kill a process that still runs at the end."""
    world = World(biller_password=PASSWORD, sleep=_hurried)
    _create_home(home)
    async with serve(world) as url:
        settings = _settings(url, mode, home)
        world.biller.reversal_url = f"http://127.0.0.1:{settings['LISTEN_PORT']}/reversal/{REVERSAL_SECRET}"
        stage = Stage(name, start, home, world, settings)
        try:
            yield stage
        finally:
            if stage.life:
                stage.life.send(signal.SIGKILL)
                await asyncio.wait([stage.life.ended])


def _create_home(home: Path) -> None:
    home.mkdir(parents=True)
    _set_price(home / DATABASE)
    # Loading the system's certificates would take longer than the rest of a start, and none is needed.
    home.joinpath(CERTIFICATES).mkdir()


def _set_price(database: Path) -> None:
    """Create a database in which the product that is ordered has a price."""
    with closing(connect(database)) as connection:
        migrate(connection)
        edit = catalogue.CatalogueEdit(stamp="1", at_ms=0, user_id=None, name="", source="")
        catalogue.replace(SqliteTx(connection), Catalogue(), (product_at(PRICE_IDR),), edit)


async def _hurried(seconds: float) -> None:
    await asyncio.sleep(seconds / HURRY)


def _settings(sandbox_url: str, mode: Mode, home: Path) -> dict[str, str]:
    settings = settings_for(sandbox_url, mode)
    port = reserved_port()
    settings |= {
        "LISTEN_PORT": str(port),
        "LOG_LEVEL": "INFO",
        "SSL_CERT_DIR": str(home / CERTIFICATES),
        # Nobody is refused, and every result has its line about the balance.
        "RESELLER_CREDIT_IDR": str(CREDIT_IDR),
    }
    if mode is Mode.WEBHOOK:
        settings["PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    return settings
