"""Loket on PostgreSQL beside Loket on a file: what an order costs, two doors, and a leader that is killed."""

import asyncio
import json
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg

from tests.benchmarks import plain_http
from tests.benchmarks.contender import LOKET, WITHOUT_LIMITS, Contender, Running, running
from tests.benchmarks.figures import Figures, middle, table
from tests.benchmarks.road import BURST, STEADY, Load, Outside, around, carry
from tools.postgres import Server

FILE, ONE, TWO = "SQLite", "PostgreSQL, one replica", "PostgreSQL, two doors"
DURABLE = (
    *("fsync=on", "full_page_writes=on", "autovacuum=on", "shared_buffers=128MB", "jit=on"),
    "shared_preload_libraries=pg_stat_statements",
)
"""As a shop's server is, unlike that of the tests."""

LOADS = (replace(STEADY, orders=400), replace(BURST, orders=1000))
FAILOVERS = 3
TAKEN_OVER_WITHIN_S = 60.0

Rows = dict[str, dict[str, list[Figures]]]


async def run(rounds: int, *, contender: Contender = LOKET, loads: tuple[Load, ...] = LOADS) -> str:
    """Measure both engines in turn; return a table for each load, and sentences."""
    runs: Rows = {load.name: {FILE: [], ONE: [], TWO: []} for load in loads}
    statements: list[float] = []
    with server_folder() as folder, running_server(folder, *DURABLE) as server:
        for round_ in range(rounds):
            for load in loads:
                for name, figures in runs[load.name].items():
                    database = f"bench_{round_}_{load.orders}_{len(name)}"
                    figures.append(await _measure(name, load, contender, server, database, statements))
        failovers = [await _failover(contender, server, f"failover_{n}") for n in range(FAILOVERS)]
    tables = "\n\n".join(_table(load, by_name) for load, by_name in runs.items())
    told = ", ".join(f"{seconds:.1f}" for seconds in failovers)
    return (
        f"{tables}\n\nStatements an order on PostgreSQL, with BEGIN and COMMIT: {min(statements):.1f}"
        f" to {max(statements):.1f}.\n\nFrom SIGKILL of the leader to the next post: {told} s."
    )


@contextmanager
def server_folder() -> Iterator[Path]:
    """Create a server in a folder, and delete it behind the block."""
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as folder:
        Path(folder).chmod(0o755)  # the server runs as another user
        Server(Path(folder, "server")).create()
        yield Path(folder, "server")


@contextmanager
def running_server(folder: Path, *options: str) -> Iterator[Server]:
    """Run a server inside the block, and stop it when all is on the disk."""
    server = Server(folder, options=options)
    server.start()
    try:
        yield server
    finally:
        server.stop("fast")


def _table(load: str, by_name: dict[str, list[Figures]]) -> str:
    head = [load, "CPU ms an order", "orders a second", "update to `trx` p50, ms", "p99, ms"]
    rows = [[name, *_row(middle(figures))] for name, figures in by_name.items()]
    return table([*head, "report to push p50, ms", "most memory, MB", "lost", "`trxid` twice"], rows)


def _row(one: Figures) -> list[str]:
    return [
        f"{one.cpu_ms:.2f}",
        f"{one.orders_a_s:.0f}",
        f"{one.to_trx_p50_ms:.2f}",
        f"{one.to_trx_p99_ms:.2f}",
        f"{one.to_push_p50_ms:.2f}",
        f"{one.peak_mb:.0f}",
        f"{one.lost:.0f}",
        f"{one.doubled:.0f}",
    ]


async def _measure(
    name: str, load: Load, contender: Contender, server: Server, database: str, statements: list[float]
) -> Figures:
    with tempfile.TemporaryDirectory() as home:
        if name == FILE:
            async with around(contender, load, Path(home)) as (outside, bot):
                return await carry(outside, bot)
        url = create_database(server, database)
        async with around(contender, load, Path(home), database_url=url) as (outside, bot):
            await until_led(bot)
            if name == ONE:
                before = _statements(server, database)
                figures = await carry(outside, bot)
                statements.append((_statements(server, database) - before) / load.orders)
                return figures
            async with _second(contender, outside, Path(home), url) as other:
                _spread(outside, bot, other)
                return await carry(outside, bot, other)


async def _failover(contender: Contender, server: Server, database: str) -> float:
    """Kill the leader of two; return the seconds until the biller gets an order that is typed right then."""
    load, url = replace(BURST, orders=1), create_database(server, database)
    with tempfile.TemporaryDirectory() as home:
        async with (
            around(contender, load, Path(home), database_url=url) as (outside, bot),
            _second(contender, outside, Path(home), url) as other,
        ):
            await until_led(bot, other)
            leader, heir = (bot, other) if await _leads(bot) else (other, bot)
            leader.process.send_signal(signal.SIGKILL)
            began = time.perf_counter()
            _spread(outside, heir)
            user = outside.load.chats[0]
            outside.ledger.asked("081234567890")
            outside.telegram.say(user, user, "s5.081234567890")
            async with asyncio.timeout(TAKEN_OVER_WITHIN_S):
                while not outside.ledger.posts:  # noqa: ASYNC110 - another process tells nothing
                    await asyncio.sleep(0.01)
            return time.perf_counter() - began


@asynccontextmanager
async def _second(contender: Contender, outside: Outside, home: Path, url: str) -> AsyncIterator[Running]:
    """Run a second Loket on the same database."""
    folder = home / "second"
    folder.mkdir()
    settings = {**WITHOUT_LIMITS, "DATABASE_URL": url}
    users = outside.load.users
    async with running(contender, folder, outside_port=outside.port, users=users, settings=settings) as other:
        await other.listening()
        while not await _is_ready(other):  # noqa: ASYNC110 - another process tells nothing
            await asyncio.sleep(0.05)
        yield other


def _spread(outside: Outside, *bots: Running) -> None:
    ports = [bot.port for bot in bots]
    outside.telegram.spread_over(*ports)
    if outside.biller:
        outside.biller.spread_over(*ports)


async def _readiness(bot: Running) -> plain_http.Answer:
    caller = plain_http.Caller(bot.port, connections=1)
    try:
        return await caller.ask("GET", "/readyz")
    finally:
        caller.close()


async def until_led(*bots: Running) -> None:
    async with asyncio.timeout(TAKEN_OVER_WITHIN_S):
        while not any([await _leads(bot) for bot in bots]):  # noqa: ASYNC110 - another process tells nothing
            await asyncio.sleep(0.05)


async def _is_ready(bot: Running) -> bool:
    return (await _readiness(bot)).status == 200


async def _leads(bot: Running) -> bool:
    return bool(json.loads((await _readiness(bot)).body)["leader"])


def create_database(server: Server, database: str) -> str:
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        admin.execute(f"CREATE DATABASE {database} TEMPLATE template0".encode())
    return server.url(database)


def _statements(server: Server, database: str) -> int:
    """Return how many statements this database has run."""
    query = (
        "SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements"
        " JOIN pg_database ON oid = dbid WHERE datname = %s"
    )
    with psycopg.connect(server.url(), autocommit=True) as admin:
        row = admin.execute(query, [database]).fetchone()
        return int(row[0]) if row else 0
