"""What a million stored orders cost on PostgreSQL: the start, an order, the auditor, reports, the desk."""

import os
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.benchmarks.contender import ADMIN_ID, LOKET, Running
from tests.benchmarks.desk import enter
from tests.benchmarks.figures import Figures, middle, table
from tests.benchmarks.fill_postgres import fill, orders_in, size_mb
from tests.benchmarks.growth import ASKED_TIMES, first_audit, sales_reports
from tests.benchmarks.hostile import day
from tests.benchmarks.plain_http import Caller
from tests.benchmarks.postgres import DURABLE, create_database, running_server, server_folder, until_led
from tests.benchmarks.road import BURST, STEADY, Outside, around, carry
from tools.postgres import Server

WHILE_FILLING = (
    *("wal_level=minimal", "max_wal_senders=0", "max_wal_size=16GB", "shared_buffers=512MB"),
    "shared_preload_libraries=pg_stat_statements",
)

PAGES = {
    "first page": "/desk",
    "orders": "/desk/orders",
    "search": "/desk/orders?q=081239683240",
    "report of a year": f"/desk/reports?from={day(-364)}&until={day(0)}&by=product",
    "money": "/desk/money",
}


@dataclass(slots=True)
class Stored:
    """What was measured with so many orders in the database at `url`."""

    orders: int
    url: str
    fill_s: float
    size_mb: float
    ready_s: list[float] = field(default_factory=list)
    audit_s: list[float] = field(default_factory=list)
    steady: list[Figures] = field(default_factory=list)
    burst: list[Figures] = field(default_factory=list)
    asked_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


async def run(sizes: list[int], rounds: int) -> str:
    """Measure all sizes in turn on one server, in either order; return a table."""
    with server_folder() as folder:
        with running_server(folder, *WHILE_FILLING) as server:
            stored = [await _fill(server, orders) for orders in sizes]
        # Else the gigabytes that were filled in are written while the first loads wait for the disk.
        os.sync()
        with running_server(folder, *DURABLE):
            for number in range(rounds):
                for one in stored if number % 2 == 0 else reversed(stored):
                    await _live(one)
    return _table(stored)


async def _fill(server: Server, orders: int) -> Stored:
    url, began = create_database(server, f"orders_{orders}"), time.perf_counter()
    await fill(url, orders, users=STEADY.users)
    return Stored(orders, url, time.perf_counter() - began, size_mb(url))


async def _live(one: Stored) -> None:
    """Start, carry both loads, which ends before the first audit, and look around."""
    stored = orders_in(one.url)
    with TemporaryDirectory() as home:
        async with around(LOKET, STEADY, Path(home), database_url=one.url, stored=stored) as (outside, bot):
            await until_led(bot)
            one.ready_s.append(time.perf_counter() - bot.started_at)
            one.steady.append(await carry(outside, bot))
            outside.load = BURST
            one.burst.append(await carry(outside, bot))
            await _look_around(one, outside, bot)
            one.audit_s.append(await first_audit(bot))


async def _look_around(one: Stored, outside: Outside, bot: Running) -> None:
    caller, browser = Caller(bot.port, connections=1), await enter(outside, bot)
    for _ in range(ASKED_TIMES):
        began = time.perf_counter()
        await caller.ask("GET", "/readyz")
        one.asked_s["/readyz"].append(time.perf_counter() - began)
        for name, text in sales_reports().items():
            one.asked_s[name].append(await outside.telegram.ask(ADMIN_ID, text))
        for name, path in PAGES.items():
            began = time.perf_counter()
            answer = await browser.get(path)
            if answer.status != 200:
                raise RuntimeError(f"the desk answered {answer.status}: {answer.body[:200]!r}")
            one.asked_s[f"desk: {name}"].append(time.perf_counter() - began)
    browser.close()
    caller.close()


def _table(stored: list[Stored]) -> str:
    head = ["orders stored", *(f"{one.orders:,}" for one in stored)]
    steady, burst = ([middle(runs) for runs in each] for each in _loads(stored))
    rows = [
        ["database, MB", *(f"{one.size_mb:,.0f}" for one in stored)],
        ["filled in, s", *(f"{one.fill_s:.0f}" for one in stored)],
        ["start to leading, s", *(f"{median(one.ready_s):.2f}" for one in stored)],
        ["40 a second: CPU ms an order", *(f"{each.cpu_ms:.2f}" for each in steady)],
        ["update to `trx` p50, ms", *(f"{each.to_trx_p50_ms:.2f}" for each in steady)],
        ["update to `trx` p99, ms", *(f"{each.to_trx_p99_ms:.2f}" for each in steady)],
        ["report to push p50, ms", *(f"{each.to_push_p50_ms:.2f}" for each in steady)],
        ["report to push p99, ms", *(f"{each.to_push_p99_ms:.2f}" for each in steady)],
        ["burst: CPU ms an order", *(f"{each.cpu_ms:.2f}" for each in burst)],
        ["orders a second", *(f"{each.orders_a_s:.0f}" for each in burst)],
        ["lost, twice", *(_never(one) for one in stored)],
        ["a pass of the audit, ms", *(f"{1000 * median(one.audit_s):.0f}" for one in stored)],
        *(
            [f"{name}, ms", *(f"{1000 * median(one.asked_s[name]):.1f}" for one in stored)]
            for name in stored[0].asked_s
        ),
    ]
    return f"{table(head, rows)}\n\n{_ratios(stored)}"


def _loads(stored: list[Stored]) -> tuple[list[list[Figures]], list[list[Figures]]]:
    return [one.steady for one in stored], [one.burst for one in stored]


def _never(one: Stored) -> str:
    runs = [*one.steady, *one.burst]
    return f"{sum(each.lost for each in runs):.0f}, {sum(each.doubled for each in runs):.0f}"


def _ratios(stored: list[Stored]) -> str:
    """Write each round's figures as those of the first size take them."""
    steady, burst = _loads(stored)
    measures = (
        ("CPU at 40 a second", steady, "cpu_ms"),
        ("update to `trx` p50", steady, "to_trx_p50_ms"),
        ("p99", steady, "to_trx_p99_ms"),
        ("CPU in a burst", burst, "cpu_ms"),
        ("orders a second", burst, "orders_a_s"),
    )
    rows = []
    for name, (first, *others), field_ in measures:
        for one, runs in zip(stored[1:], others, strict=True):
            each = [
                getattr(now, field_) / getattr(then, field_) for now, then in zip(runs, first, strict=True)
            ]
            rows.append(
                [f"{name}, {one.orders:,}", f"{median(each):.2f}", " ".join(f"{ratio:.2f}" for ratio in each)]
            )
    return table([f"ratio to {stored[0].orders:,}", "middle", "each round"], rows)
