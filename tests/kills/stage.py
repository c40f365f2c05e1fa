"""One database between a pretended Telegram and a pretended biller, and the lives of the bot upon it."""

import asyncio
import signal
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from sandbox.biller.behaviour import WAYS
from sandbox.biller.ledger import Entry
from sandbox.listen import loopback_client
from sandbox.server import serve
from sandbox.world import World
from tests.acceptance.conftest import settings_for
from tests.acceptance.shop import BUDI, GROUP, PASSWORD, REVERSAL_SECRET, SARI, Mode, stumbles
from tests.kills.ledgers import Asked, Evidence, Lives, Place, examine, tell
from tests.kills.lives import Cradle, Life
from tests.kills.ports import quiet_port

HURRY = 20
"""The world's own pauses are this much shorter: it tries again after 0.1, 0.2, 0.4 s, not after 2, 4, 8."""

READY_WITHIN_S = 60.0
QUIET_WITHIN_S = 90.0
STOPS_WITHIN_S = 30.0
LOOK_EVERY_S = 0.03
IN_FLIGHT_LOOKS = 5
"""What the dead had sent lies in our sockets: some turns of the loop, a few milliseconds each, take it in."""

CERTIFICATES = "certificates"
LAST_LOG_LINES = 15


@dataclass(slots=True, kw_only=True)
class Report:
    """What became of a database; `violations` is empty if every promise held."""

    name: str
    kills: int = 0
    orders: int = 0
    hits: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    story: list[str] = field(default_factory=list)


class Stage:
    """The world, and one bot's lives in it."""

    def __init__(self, name: str, cradle: Cradle, home: Path, world: World, settings: dict[str, str]) -> None:
        self.world = world
        self.report = Report(name=name)
        self.life: Life | None = None
        self._cradle = cradle
        self._home = home
        self._settings = settings
        self._asked: dict[Place, Asked] = {}
        self._ends: list[dict[int, int]] = []
        self._began_s = asyncio.get_running_loop().time()

    def note(self, what: str) -> None:
        """Tell the story."""
        self.report.story.append(f"{asyncio.get_running_loop().time() - self._began_s:8.3f}  {what}")

    def violate(self, invariant: str, what: str) -> None:
        """A promise was broken."""
        self.report.violations.append(f"{invariant}: {what}")

    async def bear(self) -> Life:
        """Start the program; what comes from now on is of this life."""
        for _ in range(IN_FLIGHT_LOOKS):
            await asyncio.sleep(0.004)
        chats = self.world.telegram.chats.chats
        self._ends.append({chat_id: chat.last_message_id for chat_id, chat in chats.items()})
        self.life = await self._cradle.bear(self._home, self._settings)
        self.note(f"life {self.life.pid} begins")
        return self.life

    async def end(self, life: Life) -> int:
        """Wait until a life has ended; give its exit status."""
        async with asyncio.timeout(STOPS_WITHIN_S):
            return await life.ended

    async def stop(self, life: Life) -> None:
        """SIGTERM, and nothing else must be needed."""
        life.send(signal.SIGTERM)
        status = await self.end(life)
        self.note(f"life {life.pid} was asked to stop and ended with {status}")
        if status:
            self.violate("life", f"a gentle stop ended with {status}")

    def order(self, ending: str) -> None:
        """Type an order for a number with this ending, in one of three chats by turns."""
        count = self.report.orders
        self.report.orders += 1
        chat = (SARI, BUDI, GROUP)[count % 3]
        destination = f"0813{count:04d}{ending}"
        said = self.world.telegram.say(chat, f"s5.{destination}", user_id=SARI if chat < 0 else chat)
        assert said.update_id
        self._asked[chat, said.message_id] = Asked(destination=destination, update_id=said.update_id)
        self.note(f"{chat} types s5.{destination} as message {said.message_id}")

    async def rest(self) -> None:
        """Let a last life come to rest, compare the ledgers, and stop it gently."""
        life = await self.bear()
        if not (await self._is_ready(life) and await self._is_quiet(life)):
            return
        for entry in list(self.world.biller.entries.values()):
            await self._report_again(entry)
        if not await self._is_quiet(life):
            return
        evidence = Evidence(
            world=self.world,
            database=self._home / "loket.db",
            asked=self._asked,
            lives=Lives(self._ends),
            kills=self.report.kills,
        )
        broken = examine(evidence)
        self.report.violations += broken
        self.report.story += tell(evidence, broken)
        for line in stumbles(self._log()):
            self.violate("surprise", line)
        await self.stop(life)

    def _log(self) -> str:
        return (self._home / "bot.log").read_text("utf-8")

    async def _report_again(self, entry: Entry) -> None:
        """Let the biller say once more what it could not say in all its tries."""
        for record, outcome in list(zip(entry.reversals, WAYS[entry.behaviour].reversals, strict=False)):
            if record.http_status != httpx.codes.OK:
                self.note(f"the biller reports {outcome} of {entry.trxid} again")
                status = await self.world.biller.reverse(entry.trxid, outcome)
                if status != httpx.codes.OK:
                    self.violate("I4", f"a true report of {entry.trxid} got {status}")

    async def _is_ready(self, life: Life) -> bool:
        url = f"http://127.0.0.1:{self._settings['LISTEN_PORT']}/readyz"
        with suppress(TimeoutError):
            async with asyncio.timeout(READY_WITHIN_S), loopback_client(READY_WITHIN_S) as http:
                while not life.ended.done():
                    with suppress(httpx.TransportError):
                        if (await http.get(url)).is_success:
                            return True
                    await asyncio.sleep(LOOK_EVERY_S)
        return self._give_up("never ready")

    async def _is_quiet(self, life: Life) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(QUIET_WITHIN_S):
                while not life.ended.done():
                    if not self._unrest():
                        return True
                    await asyncio.sleep(LOOK_EVERY_S)
        return self._give_up(f"never quiet: {self._unrest()}")

    def _give_up(self, why: str) -> bool:
        self.violate("I6", why)
        self.report.story += self._log().splitlines()[-LAST_LOG_LINES:]
        return False

    def _unrest(self) -> str:
        """Tell what is still going on."""
        if self.world.telegram.updates.waiting:
            return "updates wait"
        if restless := [e.trxid for e in self.world.biller.entries.values() if not _is_done(e)]:
            return f"the biller is busy with {restless}"
        messages, moving = self.count(
            "SELECT (SELECT count(*) FROM outbox WHERE state = 'waiting'), count(*) FROM orders"
            " WHERE state IN ('placed', 'submitting')"
        )
        return f"{messages} letters wait, {moving} orders move" if messages or moving else ""

    def count(self, sql: str) -> tuple[int, ...]:
        """Look into the database, read-only; give one row."""
        with closing(sqlite3.connect(f"file:{self._home / 'loket.db'}?mode=ro", uri=True)) as connection:
            row: tuple[int, ...] = connection.execute(sql).fetchone()
            return row


def _is_done(entry: Entry) -> bool:
    """Tell whether the biller has said, or tried five times to say, all it will."""
    if entry.answered_at_ms is None:
        return False
    expected = 0 if entry.reason else len(WAYS[entry.behaviour].reversals)
    said = [record for record in entry.reversals if record.http_status == httpx.codes.OK or record.tries >= 5]
    return len(said) >= expected


@asynccontextmanager
async def staged(name: str, mode: Mode, cradle: Cradle, home: Path) -> AsyncIterator[Stage]:
    """Make a world and a folder; whatever still lives at the end is killed."""
    world = World(biller_password=PASSWORD, sleep=_hurried)
    _furnish(home)
    async with serve(world) as url:
        settings = _settings(url, mode, home)
        world.biller.reversal_url = f"http://127.0.0.1:{settings['LISTEN_PORT']}/reversal/{REVERSAL_SECRET}"
        stage = Stage(name, cradle, home, world, settings)
        try:
            yield stage
        finally:
            if stage.life:
                stage.life.send(signal.SIGKILL)
                await asyncio.wait([stage.life.ended])


def _furnish(home: Path) -> None:
    home.mkdir(parents=True)
    # No certificate is ever needed here, and reading them all takes longer than the rest of a start.
    home.joinpath(CERTIFICATES).mkdir()


async def _hurried(seconds: float) -> None:
    await asyncio.sleep(seconds / HURRY)


def _settings(sandbox_url: str, mode: Mode, home: Path) -> dict[str, str]:
    settings = settings_for(sandbox_url, mode)
    port = quiet_port()
    settings |= {
        "LISTEN_PORT": str(port),
        "LOG_LEVEL": "INFO",
        "SSL_CERT_DIR": str(home / CERTIFICATES),
    }
    if mode is Mode.WEBHOOK:
        settings["PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    return settings
