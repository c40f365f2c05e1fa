"""Orders beside a hostile desk, and what the desk's pages cost where millions of orders are stored.

The hostile desk is a signed-in admin's: reports of a year, searches, files, a hundred open pages, and clients
that read slowly or never. It is let loose and called off in turn, so that a slower machine slows both. In a
third turn two processes that have nothing to do with Loket compute instead: what any busy neighbour costs an
order on the same machine is no cost of the desk.
"""

import asyncio
import json
import re
import sqlite3
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import parse_qsl, urlsplit

import httpx

from bot.desk.page_process import PROCESSES
from bot.desk.page_process_start import NICENESS
from tests.benchmarks.contender import ADMIN_ID, LOKET, ROOT, Contender, Running
from tests.benchmarks.figures import table
from tests.benchmarks.growth import filled, first_audit, read_through
from tests.benchmarks.hostile import OPEN_PAGES, Browser, day
from tests.benchmarks.ledger import share
from tests.benchmarks.road import STEADY, WARM_UP_ORDERS, Load, Outside, around

BESIDE_ORDERS = 300_000
"""So many orders are stored where orders are measured beside the desk: six days of a large server."""

TURNS = 4
"""How often the hostile desk is let loose and called off in a round."""

COMPUTE = """
import os
os.nice({niceness})
numbers = list(range(200_000))
while True:
    numbers.reverse()
    sum(numbers)
"""

ASKED_TIMES, NUMBERS_SOUGHT, PAGES_TURNED, ROWS_LISTED = 5, 50, 50, 20_000

_LINK = re.compile(r"https?://\S+/desk/enter\?token=[\w-]+")
_NEXT_PAGE = re.compile(r'href="(/desk/orders\?after=\d+)"')
_FORM_TOKEN = re.compile(r'name="form_token" value="(\w+)"')


@dataclass(slots=True)
class ToTrx:
    """How long orders took from update to `trx`, in ms."""

    took_ms: list[float] = field(default_factory=list)

    @property
    def p50_ms(self) -> float:
        return share(sorted(self.took_ms), 0.5)

    @property
    def p99_ms(self) -> float:
        return share(sorted(self.took_ms), 0.99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Orders in three ways, and what the desk answered meanwhile."""

    alone: ToTrx
    on_busy_machine: ToTrx
    beside_desk: ToTrx
    lost: int
    answered: int
    refused: int
    failed: int
    peak_mb: float


@dataclass(slots=True)
class Timed:
    """How long a page took each time, in ms."""

    name: str
    took_ms: list[float] = field(default_factory=list)


async def run(books: Path, orders: int, rounds: int) -> str:
    """Measure both; return their tables. The filled databases are kept in `books`."""
    small, large = await filled(books, BESIDE_ORDERS), await filled(books, orders)
    runs = [await measure_beside(LOKET, STEADY, small.path) for _ in range(rounds)]
    pages = await measure_pages(LOKET, STEADY, large.path) if large.path else []
    to_alone = median(one.beside_desk.p99_ms / one.alone.p99_ms for one in runs)
    to_busy = median(one.beside_desk.p99_ms / one.on_busy_machine.p99_ms for one in runs)
    ratios = (
        f"Ratio of p99 beside the desk, middle: {to_alone:.2f} of alone, {to_busy:.2f} of a busy machine."
    )
    return f"{_beside_table(runs)}\n\n{ratios}\n\n{_pages_table(pages, orders)}"


async def measure_beside(
    contender: Contender, load: Load, books: Path | None, *, turns: int = TURNS
) -> Beside:
    """Let orders go on, by turns alone, beside processes that compute, and beside a hostile desk."""
    alone, busy, beside = ToTrx(), ToTrx(), ToTrx()
    part = load.orders // turns
    async with _signed_in(contender, load, books) as (outside, bot, browser):
        await outside.order(WARM_UP_ORDERS)
        lost = 0
        for _ in range(turns):
            lost += await _order(outside, part, alone)
            async with _computing():
                lost += await _order(outside, part, busy)
            async with _hostile(browser):
                lost += await _order(outside, part, beside)
            await _left_alone(browser)
        peak_mb = bot.peak_mb()
    statuses = browser.statuses
    return Beside(
        alone=alone,
        on_busy_machine=busy,
        beside_desk=beside,
        lost=lost,
        answered=statuses[200],
        refused=statuses[503],
        failed=sum(statuses.values()) - statuses[200] - statuses[503],
        peak_mb=peak_mb,
    )


async def _left_alone(browser: Browser) -> None:
    """Return once the desk is done with what it was asked for."""
    for path in ("/desk/decisions", "/desk/product-file?form=csv"):
        while (await browser.get(path)).status != 200:  # noqa: ASYNC110 - another process tells nothing
            await asyncio.sleep(0.1)


async def _order(outside: Outside, orders: int, noted: ToTrx) -> int:
    """Note how long orders take; return how many results were not told."""
    outside.ledger.forget()
    await outside.order(orders)
    noted.took_ms += outside.ledger.to_trx_ms()
    return outside.ledger.lost


@asynccontextmanager
async def _signed_in(
    contender: Contender, load: Load, books: Path | None
) -> AsyncIterator[tuple[Outside, Running, Browser]]:
    """Run a bot with an admin at the desk, once nothing goes on besides that is not measured."""
    with TemporaryDirectory() as home:
        async with around(contender, load, Path(home), books=books) as (outside, bot):
            if books:
                await read_through(bot)
                await first_audit(bot)
            browser = await enter(outside, bot)
            yield outside, bot, browser
            browser.close()


async def enter(outside: Outside, bot: Running) -> Browser:
    """Ask for a link in the chat, and follow it."""
    await outside.telegram.ask(ADMIN_ID, "/desk")
    found = _LINK.search(outside.telegram.heard[ADMIN_ID])
    if found is None:
        raise RuntimeError(f"no link to the desk: {outside.telegram.heard[ADMIN_ID]}")
    url = f"http://127.0.0.1:{bot.port}"
    async with httpx.AsyncClient(base_url=url) as http:
        form = dict(parse_qsl(urlsplit(found[0]).query))
        answer = await http.post("/desk/enter", data=form, headers={"Origin": url})
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    return Browser(bot.port, cookie, connections=OPEN_PAGES)


@asynccontextmanager
async def _computing() -> AsyncIterator[None]:
    """Let as many processes compute inside the block as read pages, and as willing to give way."""
    script = COMPUTE.format(niceness=NICENESS)
    processes = [await asyncio.create_subprocess_exec(sys.executable, "-c", script) for _ in range(PROCESSES)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            await process.wait()


@asynccontextmanager
async def _hostile(browser: Browser) -> AsyncIterator[None]:
    """Let hostile clients loose inside the block, in a process of their own: they are other machines'."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.benchmarks.hostile", str(browser.port), browser.cookie),
        stdin=PIPE,
        stdout=PIPE,
        cwd=ROOT,
    )
    try:
        yield
    finally:
        told, _ = await process.communicate(b"")
        browser.statuses.update({int(status): count for status, count in json.loads(told).items()})


async def measure_pages(contender: Contender, load: Load, books: Path) -> list[Timed]:
    """Time the pages of a desk on `books`, one request at a time while nobody orders."""
    numbers, trxids = _known(books)
    load = replace(load, orders=0)
    async with _signed_in(contender, load, books) as (_, _, browser):

        async def page(name: str, *paths: str) -> Timed:
            return Timed(name, [await _time(browser, path) for path in paths])

        year = f"from={day(-364)}&until={day(0)}"
        return [
            await page("search by number, first time", *(f"/desk/orders?q={number}" for number in numbers)),
            await page("search by number, again", *(f"/desk/orders?q={number}" for number in numbers)),
            await page("one order", *(f"/desk/orders/{trxid}" for trxid in trxids)),
            await _turn_pages(browser),
            await page("orders of a reseller", *("/desk/orders?reseller=1001",) * ASKED_TIMES),
            await page("today", *("/desk",) * ASKED_TIMES),
            await page("today, refreshed", *("/desk/today",) * ASKED_TIMES),
            await page("report of a year by product", *(f"/desk/reports?{year}&by=product",) * ASKED_TIMES),
            await page("report of a year by reseller", *(f"/desk/reports?{year}&by=reseller",) * ASKED_TIMES),
            await page("report of a year by day", *(f"/desk/reports?{year}&by=day",) * ASKED_TIMES),
            await page("profit file of a year", f"/desk/report-file?what=profit&{year}&form=xlsx"),
            await page("file of 20,000 orders, XLSX", f"/desk/report-file?what=orders&{year}&form=xlsx"),
            await page("file of 20,000 orders, CSV", f"/desk/report-file?what=orders&{year}&form=csv"),
            await page("biller: 40,000 events followed", *("/desk/biller",) * ASKED_TIMES),
            await page("decisions", *("/desk/decisions",) * ASKED_TIMES),
            await page("resellers", *("/desk/resellers",) * ASKED_TIMES),
            await page("money", *("/desk/money",) * ASKED_TIMES),
            await page("messages", *("/desk/messages",) * ASKED_TIMES),
            await _reconcile(browser, books),
        ]


async def _time(browser: Browser, path: str) -> float:
    began = time.perf_counter()
    answer = await browser.get(path)
    if answer.status not in (200, 303):
        raise RuntimeError(f"the desk answered {answer.status}: {answer.body[:200]!r}")
    return 1000 * (time.perf_counter() - began)


async def _turn_pages(browser: Browser) -> Timed:
    """Follow the link to older orders, page by page."""
    timed, path = Timed("orders, page by page"), "/desk/orders"
    for _ in range(PAGES_TURNED):
        began = time.perf_counter()
        answer = await browser.get(path)
        timed.took_ms.append(1000 * (time.perf_counter() - began))
        found = _NEXT_PAGE.search(answer.body.decode())
        if found is None:
            raise RuntimeError(f"no older orders behind {path}")
        path = found[1]
    return timed


async def _reconcile(browser: Browser, books: Path) -> Timed:
    """Compare a list of the newest orders."""
    url = f"http://127.0.0.1:{browser.port}"
    page = (await browser.get("/desk/biller/list")).body.decode()
    token = _FORM_TOKEN.search(page)
    if token is None:
        raise RuntimeError("the page has no form")
    headers = {"Origin": url, "Cookie": browser.cookie}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=120) as http:
        began = time.perf_counter()
        answer = await http.post(
            "/desk/biller/list/compare",
            data={"form_token": token[1]},
            files={"file": ("list.csv", _biller_list(books))},
        )
        took_ms = 1000 * (time.perf_counter() - began)
    answer.raise_for_status()
    return Timed(f"a list of {ROWS_LISTED:,} rows reconciled", [took_ms])


def _known(books: Path) -> tuple[list[str], list[str]]:
    """Return numbers and Refs of orders from all over the database."""
    with closing(sqlite3.connect(books)) as connection:
        (last,) = connection.execute("SELECT max(rowid) FROM orders").fetchone()
        rows = [
            connection.execute(
                "SELECT destination, trxid FROM orders WHERE rowid >= ? LIMIT 1",
                (1 + last * place // NUMBERS_SOUGHT,),
            ).fetchone()
            for place in range(NUMBERS_SOUGHT)
        ]
    return [row[0] for row in rows], [row[1] for row in rows]


def _biller_list(books: Path) -> bytes:
    with closing(sqlite3.connect(books)) as connection:
        rows = connection.execute(
            "SELECT trxid, product_code, destination, cost_idr FROM orders"
            " ORDER BY placed_at_ms DESC LIMIT ?",
            (ROWS_LISTED,),
        ).fetchall()
    lines = ["trxid;produk;tujuan;harga;status", *(";".join(map(str, (*row, "Sukses"))) for row in rows)]
    return "\n".join(lines).encode()


def _beside_table(runs: list[Beside]) -> str:
    ways = ("alone", "busy machine", "beside the desk")
    head = ["round", *(f"{way}: p50 / p99, ms" for way in ways)]
    rows = [
        [
            str(number),
            *(
                f"{way.p50_ms:.2f} / {way.p99_ms:.2f}"
                for way in (one.alone, one.on_busy_machine, one.beside_desk)
            ),
            *map(str, (one.answered, one.refused, one.failed, one.lost)),
            f"{one.peak_mb:.0f}",
        ]
        for number, one in enumerate(runs, start=1)
    ]
    return table([*head, "desk answered", "503", "other", "orders lost", "most memory, MB"], rows)


def _pages_table(pages: list[Timed], orders: int) -> str:
    rows = [[each.name, f"{median(each.took_ms):.1f}", f"{max(each.took_ms):.1f}"] for each in pages]
    return table([f"at {orders:,} orders", "ms, middle", "ms, longest"], rows)
