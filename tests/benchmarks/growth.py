"""What years of orders in the books cost: the start, an order, the watchers, the reports."""

import asyncio
import os
import re
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.benchmarks.contender import ADMIN_ID, LOKET, Running
from tests.benchmarks.figures import Figures, middle, table
from tests.benchmarks.fill import fill
from tests.benchmarks.plain_http import Caller
from tests.benchmarks.quiet import watch
from tests.benchmarks.road import BURST, STEADY, Outside, around, carry

ASKED_TIMES = 3
READ_THROUGH, READ_THROUGH_WITHIN_S = "database check passed", 1200.0
"""What the log says when the whole file was read, which a start does beside the work."""

WATCHED_S, FIRST_AUDIT_WITHIN_S = 30.0, 90.0

LONG = replace(STEADY, orders=2000)
"""Of so many orders p99 is what twenty of them exceed: fewer would tell of chance."""


@dataclass(slots=True)
class Grown:
    """What was measured with so many orders in the books, kept at `path` if there are any."""

    orders: int
    path: Path | None
    size_mb: float = 0.0
    ready_s: list[float] = field(default_factory=list)
    checked_s: list[float] = field(default_factory=list)
    steady: list[Figures] = field(default_factory=list)
    burst: list[Figures] = field(default_factory=list)
    quiet: list[float] = field(default_factory=list)
    audit_s: list[float] = field(default_factory=list)
    asked_s: dict[str, list[float]] = field(default_factory=dict)


async def run(books: Path, sizes: list[int], rounds: int) -> str:
    """Measure all sizes in turn; return a table. The filled databases are kept in `books`."""
    grown = [await filled(books, orders) for orders in sizes]
    for _ in range(rounds):
        for one in grown:
            await _live(one)
    return _table(grown)


async def filled(books: Path, orders: int) -> Grown:
    if not orders:
        return Grown(orders, None)
    books.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - nothing else goes on here
    path = books / f"{orders}.db"
    if not path.exists():
        making = path.with_suffix(".making")
        await fill(making, orders, users=STEADY.users)
        making.rename(path)
    return Grown(orders, path, path.stat().st_size / 1e6)


async def _live(one: Grown) -> None:
    """Start on a file that nothing has read yet, carry both loads when it is read through, look around.

    The first audit, a minute after the start, is waited for: it must not fall into the load of one size only.
    """
    if one.path:
        _forget_cached(one.path)
    with TemporaryDirectory() as home:
        async with around(LOKET, LONG, Path(home), books=one.path) as (outside, bot):
            await _ready(bot)
            one.ready_s.append(time.perf_counter() - bot.started_at)
            await read_through(bot)
            one.checked_s.append(time.perf_counter() - bot.started_at - one.ready_s[-1])
            one.audit_s.append(await first_audit(bot))
            one.steady.append(await carry(outside, bot))
            outside.load = BURST
            one.burst.append(await carry(outside, bot))
            await _look_around(one, outside, bot)


async def _look_around(one: Grown, outside: Outside, bot: Running) -> None:
    """See what there is besides orders."""
    for name, text in sales_reports().items():
        one.asked_s.setdefault(name, []).extend(
            [await outside.telegram.ask(ADMIN_ID, text) for _ in range(ASKED_TIMES)]
        )
    busy, _ = await watch(bot, WATCHED_S)
    one.quiet.append(busy)


def sales_reports() -> dict[str, str]:
    """Return what an admin asks for, by what it is called in a table."""
    today = datetime.now(UTC).date()
    year = f"lap {today - timedelta(days=364):%d/%m/%y}-{today:%d/%m/%y}"
    return {"/saldo": "/saldo", "sales report of the day": "lap", "of the year": year}


async def _ready(bot: Running) -> None:
    caller = Caller(bot.port, connections=1)
    while (await caller.ask("GET", "/readyz")).status != 200:  # noqa: ASYNC110 - another process tells nothing
        await asyncio.sleep(0.005)
    caller.close()


def _forget_cached(path: Path) -> None:
    """Let a file lie on the disk alone, as after the machine's own start."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


async def read_through(bot: Running) -> None:
    async with asyncio.timeout(READ_THROUGH_WITHIN_S):
        while READ_THROUGH not in bot.last_words():  # noqa: ASYNC110 - another process tells nothing
            await asyncio.sleep(0.2)


async def first_audit(bot: Running) -> float:
    """Return how long the first pass of the audit took."""
    caller = Caller(bot.port, connections=1)
    async with asyncio.timeout(FIRST_AUDIT_WITHIN_S):
        while True:
            page = (await caller.ask("GET", "/metrics")).body.decode()
            found = re.search(r"^loket_audit_last_pass_seconds (\S+)", page, re.MULTILINE)
            if found and float(found[1]):
                caller.close()
                return float(found[1])
            await asyncio.sleep(1)


def _table(grown: list[Grown]) -> str:
    head = ["orders in the books", *(f"{one.orders:,}" for one in grown)]
    steady = [middle(one.steady) for one in grown]
    burst = [middle(one.burst) for one in grown]
    rows = [
        ["file, MB", *(f"{one.size_mb:,.0f}" for one in grown)],
        ["start to ready, s", *(f"{median(one.ready_s):.2f}" for one in grown)],
        ["the file read through beside the work, s", *(f"{median(one.checked_s):.0f}" for one in grown)],
        ["40 a second: CPU ms an order", *(f"{each.cpu_ms:.2f}" for each in steady)],
        ["update to `trx` p50, ms", *(f"{each.to_trx_p50_ms:.2f}" for each in steady)],
        ["update to `trx` p99, ms", *(f"{each.to_trx_p99_ms:.2f}" for each in steady)],
        ["report to push p99, ms", *(f"{each.to_push_p99_ms:.2f}" for each in steady)],
        ["burst: CPU ms an order", *(f"{each.cpu_ms:.2f}" for each in burst)],
        ["orders a second", *(f"{each.orders_a_s:.0f}" for each in burst)],
        ["most memory, MB", *(f"{each.peak_mb:.0f}" for each in burst)],
        ["quiet, % of a core", *(f"{100 * median(one.quiet):.2f}" for one in grown)],
        ["a pass of the audit, ms", *(f"{1000 * median(one.audit_s):.0f}" for one in grown)],
        *(
            [f"{name}, ms", *(f"{1000 * median(one.asked_s[name]):.0f}" for one in grown)]
            for name in grown[0].asked_s
        ),
    ]
    return table(head, rows)
