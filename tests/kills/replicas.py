"""Kills and freezes two Lokets on one PostgreSQL, which is restarted and killed itself, and cuts connections.

Batches live side by side on one server; each has its own database, world, load balancer and proxy.
"""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import psycopg

from bot.catalogue.catalogue import Catalogue
from sandbox.listen import listen, loopback_client
from sandbox.server import sandbox_app
from sandbox.world import World
from storage import catalogue
from storage.postgres import PostgresDatabase
from storage.transaction import Tx
from tests.acceptance.conftest import settings_for
from tests.acceptance.replicas import Balancer, Line, Replica
from tests.acceptance.shop import PASSWORD, REVERSAL_SECRET, Mode
from tests.fork_server import ForkServer
from tests.kills.campaign import Outcome
from tests.kills.ledgers import CREDIT_IDR
from tests.kills.lives import KILLED, Life, Start, start_life
from tests.kills.ports import reserved_port
from tests.kills.stage import CERTIFICATES, HURRY, QUIET_TIMEOUT_S, UNFINISHED, Stage
from tests.postgres import copy_to_file
from tests.proxy import Proxy, proxy_before
from tests.simulation.money import PRICE_IDR, product_at
from tools.postgres import Server

CONCURRENT_BATCHES = 6
BILLER_TIMEOUT_S = 5
PACE_S, LEADERLESS_PACE_S = 0.6, 2.0
"""The longest pause between two disturbances, and while nobody leads, which lasts some eleven seconds."""

SERVER_PACE_S = (8.0, 16.0)
FREEZES_S = (0.3, 12.0)
"""A short one, and one that outlasts the lease."""

LARGEST_CUT = 20_000

ENDINGS = (*("1111",) * 6, "2222", "3333", "7777", "8888", "1212", "9999")
"""Few leave an order in doubt: many would open the circuit breaker, whose probes are minutes apart."""

LOOK_AGAIN_S = 0.2


class ReplicaStage(Stage):
    """The world, two replicas on one database, and what happens to them."""

    has_outages = True

    def __init__(  # noqa: PLR0917 - those of a stage come first
        self,
        name: str,
        start: Start,
        home: Path,
        world: World,
        settings: dict[str, str],
        database_url: str,
        replicas: list[Replica],
        proxy: Proxy,
    ) -> None:
        super().__init__(name, start, home, world, settings)
        self.replicas = replicas
        self._database_url = database_url
        self._proxy = proxy
        self._waking: set[asyncio.Task[None]] = set()
        self._heir = replicas[0]
        """Who is left alone while nobody leads: a process that has just begun waits for the lease anew."""

    async def supervise(self) -> None:
        """Start both, and each again whenever it has ended, as what runs containers does."""
        while True:
            for replica in self.replicas:
                if replica.life is None or replica.life.ended.done():
                    await self._begin(replica)
            await asyncio.sleep(LOOK_AGAIN_S)

    async def _begin(self, replica: Replica) -> None:
        if replica.life and (status := replica.life.ended.result()) != KILLED:
            self.note(f"{replica.name} ended by itself with {status}")
            # Without a server it cannot start, and says so.
            self.report.hits["a start without a server"] += 1
            if status != 1:
                self.violate("life", f"{replica.name} ended by itself with {status}")
        replica.life = await start_life(self._start, self._home, self._settings | replica.settings)
        self.note(f"{replica.name} begins as {replica.life.pid}")

    async def leader(self) -> Replica | None:
        """Return who leads by the database; None if nobody does, or if it does not answer."""

        def holder() -> str | None:
            with psycopg.connect(self._database_url, connect_timeout=2) as server:
                row = server.execute(
                    "SELECT holder FROM lease WHERE valid_until_ms >"
                    " extract(epoch FROM clock_timestamp()) * 1000"
                ).fetchone()
                return row[0] if row else None

        with suppress(psycopg.Error):
            name = await asyncio.to_thread(holder)
            return next((replica for replica in self.replicas if replica.name == name), None)
        return None

    async def disturb(self, chance: Random) -> None:
        """Do one thing that must not matter, at any moment."""
        leader = await self.leader()
        await asyncio.sleep(chance.uniform(0, PACE_S if leader else LEADERLESS_PACE_S))
        for _ in range(chance.choice((0, 1, 1, 2))):
            self.order(chance.choice(ENDINGS))
        await asyncio.sleep(chance.uniform(0, 0.1))
        leader = await self.leader()
        victim = self._victim(leader, chance)
        role = "leader" if victim is leader else "door"
        match chance.random():
            case luck if luck < 0.12:
                self._proxy.cut_after(chance.randrange(1, LARGEST_CUT))
                self.report.hits["a connection cut"] += 1
            case luck if luck < 0.2 and not self._waking:
                self._freeze(victim, chance.choice(FREEZES_S))
                self.report.hits[f"the {role} frozen"] += 1
            case _:
                await self._kill(victim, role)

    def _victim(self, leader: Replica | None, chance: Random) -> Replica:
        if leader and chance.random() < 0.5:
            (self._heir,) = (replica for replica in self.replicas if replica is not leader)
            return leader
        spared = leader or self._heir
        return next(replica for replica in self.replicas if replica is not spared)

    def _freeze(self, replica: Replica, seconds: float) -> None:
        life = replica.life
        if life is None:
            return
        life.send(signal.SIGSTOP)
        self.note(f"{replica.name} is frozen for {seconds} s")

        async def wake() -> None:
            await asyncio.sleep(seconds)
            life.send(signal.SIGCONT)
            self.note(f"{replica.name} wakes")

        task = asyncio.create_task(wake())
        self._waking.add(task)
        task.add_done_callback(self._waking.discard)

    async def _kill(self, replica: Replica, role: str) -> None:
        life = replica.life
        if life is None or life.ended.done():
            return
        life.send(signal.SIGKILL)
        if await self.end(life) == KILLED:
            self.report.kills += 1
            self.report.hits[f"the {role} killed"] += 1
        self.note(f"{replica.name} was killed")

    async def rest(self) -> None:
        """Wait until all is quiet, and compare the ledgers."""
        if self._waking:
            await asyncio.wait(self._waking)
        both = Life(pid=0, ended=asyncio.get_running_loop().create_future())
        if not await self._is_quiet(both):
            return
        for entry in list(self.world.biller.entries.values()):
            await self._report_again(entry)
        if not await self._is_quiet(both):
            return
        copy = self._home / "copy.db"
        await asyncio.to_thread(copy_to_file, self._database_url, copy)
        self._compare(copy, None)

    async def _is_quiet(self, life: Life) -> bool:
        """Ask the database seldom and on a thread: this event loop also carries its connections."""
        with suppress(TimeoutError):
            async with asyncio.timeout(QUIET_TIMEOUT_S):
                while not life.ended.done():
                    is_quiet_outside = not self._unfinished_outside()
                    counts = await asyncio.to_thread(self.count, UNFINISHED)
                    if is_quiet_outside and counts == (0, 0):
                        return True
                    await asyncio.sleep(LOOK_AGAIN_S)
        return self._fail(f"never quiet: {self._unfinished_work()}")

    def count(self, sql: str) -> tuple[int, ...]:
        """Query the database; as long as it does not answer, everything counts as unfinished."""
        try:
            with psycopg.connect(self._database_url, connect_timeout=2) as server:
                row: tuple[int, ...] = server.execute(sql.encode()).fetchone() or ()
                return row
        except psycopg.Error:
            return (1, 1)


async def run(kills: int, seed: int, home: Path, *, concurrent: int = CONCURRENT_BATCHES) -> Outcome:
    """Kill at least `kills` processes in `concurrent` batches side by side."""
    outcome, began_s = Outcome(seed=seed), time.monotonic()
    with TemporaryDirectory(prefix="loket-replicas-") as folder:
        Path(folder).chmod(0o755)  # noqa: ASYNC240 - the server runs as another user
        server = Server(Path(folder, "server"))
        server.create()
        server.start()
        try:
            with closing(ForkServer()) as forks:
                await _run(outcome, server, forks.start, home, kills // concurrent + 1)
        finally:
            server.stop()
    outcome.seconds = time.monotonic() - began_s
    return outcome


async def _run(outcome: Outcome, server: Server, start: Start, home: Path, each: int) -> None:
    restarts = 0

    async def batch(number: int) -> None:
        chance = Random(outcome.seed * 10_000 + number)  # noqa: S311 - moments, not secrets
        mode = list(Mode)[number % 2]
        name = f"batch {number} of seed {outcome.seed}, {mode}"
        async with _staged(name, mode, start, home / f"batch{number}", server) as stage:
            supervising = asyncio.create_task(stage.supervise())
            while stage.report.kills < each:
                await stage.disturb(chance)
            resting.append(number)
            await stage.rest()
            supervising.cancel()
            await asyncio.gather(supervising, return_exceptions=True)
            outcome.add(stage.report)

    async def trouble_the_server() -> None:
        nonlocal restarts
        chance = Random(outcome.seed)  # noqa: S311 - moments, not secrets
        while True:
            await asyncio.sleep(chance.uniform(*SERVER_PACE_S))
            await asyncio.shield(asyncio.to_thread(_restart, server, chance.choice(("fast", "immediate"))))
            restarts += 1

    resting: list[int] = []
    trouble = asyncio.create_task(trouble_the_server())
    async with asyncio.TaskGroup() as group:
        for number in range(CONCURRENT_BATCHES):
            group.create_task(batch(number))
        while len(resting) < CONCURRENT_BATCHES:  # noqa: ASYNC110 - the batches tell nothing
            await asyncio.sleep(LOOK_AGAIN_S)
        trouble.cancel()
        await asyncio.gather(trouble, return_exceptions=True)
    outcome.hits["the server restarted or killed"] = restarts


def _restart(server: Server, mode: str) -> None:
    server.stop(mode)
    server.start()


@asynccontextmanager
async def _staged(
    name: str, mode: Mode, start: Start, home: Path, server: Server
) -> AsyncIterator[ReplicaStage]:
    world = World(biller_password=PASSWORD, sleep=_hurried)
    (home / CERTIFICATES).mkdir(parents=True)
    database = f"batch_{home.name}"
    await asyncio.to_thread(_patiently, lambda: _create_database(server, database))
    url = server.url(database)
    await _set_price(url)
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(loopback_client(30))
        line = Line(sandbox_app(world))
        sandbox_url = await stack.enter_async_context(listen(line))
        proxy, proxied_url = await stack.enter_async_context(proxy_before(url))
        replicas = [_replica(number, home, line) for number in (1, 2)]
        balancer_url = await stack.enter_async_context(listen(Balancer(list(replicas), http)))
        settings = settings_for(sandbox_url, mode) | {
            "DATABASE_URL": proxied_url,
            "LOG_LEVEL": "INFO",
            "SSL_CERT_DIR": str(home / CERTIFICATES),
            "BILLER_TIMEOUT_S": str(BILLER_TIMEOUT_S),
            "RESELLER_CREDIT_IDR": str(CREDIT_IDR),
        }
        if mode is Mode.WEBHOOK:
            settings["PUBLIC_URL"] = balancer_url
        world.biller.reversal_url = f"{balancer_url}/reversal/{REVERSAL_SECRET}"
        world.biller.configure(
            answer_delay_s=HURRY * 0.05, result_delay_s=HURRY * 0.1, late_s=HURRY * 0.3, slow_s=HURRY * 0.4
        )
        try:
            yield ReplicaStage(name, start, home, world, settings, url, replicas, proxy)
        finally:
            for life in [replica.life for replica in replicas if replica.life]:
                life.send(signal.SIGKILL)
                await asyncio.wait([life.ended])
            await world.aclose()


def _replica(number: int, home: Path, line: Line) -> Replica:
    port, name = reserved_port(), f"{home.name}-{number}"
    settings = {"LISTEN_PORT": str(port), "LOKET_REPLICA": name}
    return Replica(name=name, port=port, line=line, settings=settings)


def _create_database(server: Server, name: str) -> None:
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())


def _patiently(work: Callable[[], None]) -> None:
    """Try again while the server is restarted."""
    for _ in range(20):
        with suppress(psycopg.OperationalError):
            work()
            return
        time.sleep(0.5)
    work()


async def _set_price(url: str) -> None:
    database = PostgresDatabase(url, patience_s=20)
    await database.open()

    def unit(tx: Tx) -> None:
        edit = catalogue.CatalogueEdit(stamp="1", at_ms=0, user_id=None, name="", source="")
        catalogue.replace(tx, Catalogue(), (product_at(PRICE_IDR),), edit)

    await database.write(unit)
    await database.close()


async def _hurried(seconds: float) -> None:
    await asyncio.sleep(seconds / HURRY)
