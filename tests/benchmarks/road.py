"""The whole road of an order, from a typed message to its result in the chat, steadily or in a burst."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count, cycle, islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.benchmarks import fill
from tests.benchmarks.biller import Biller
from tests.benchmarks.contender import WITHOUT_LIMITS, Contender, Running, running
from tests.benchmarks.figures import Figures
from tests.benchmarks.ledger import Ledger, share
from tests.benchmarks.plain_http import Answer, Request, served
from tests.benchmarks.telegram import Telegram

WARM_UP_ORDERS = 50
LOOK_EVERY_S, SILENT_LOOKS = 0.02, 250
"""Who says nothing for 250 looks, some five seconds, will not say the rest either.

Looks are counted, since a machine that stands still takes no look, and says nothing either.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is ordered: how much, by how many chats, `per_s` a second or all at once; the biller's pauses."""

    name: str
    orders: int
    chats: tuple[int, ...]
    per_s: float | None = None
    answer_s: float = 0.02
    result_s: float = 0.5
    people: int = 100

    @property
    def users(self) -> range:
        """Return who may order."""
        return range(1001, 1001 + self.people)


PRIVATE_CHATS = tuple(range(1001, 1051))
STEADY = Load(name="40 a second", orders=800, chats=PRIVATE_CHATS, per_s=40.0)
BURST = Load(name="burst", orders=2000, chats=PRIVATE_CHATS)


class Outside:
    """Telegram and the biller around one bot."""

    def __init__(self, load: Load, *, strict: bool, first: int) -> None:
        self.load = load
        self.ledger = Ledger()
        self.telegram = Telegram(self.ledger, strict=strict)
        self.biller: Biller | None = None
        self.port = 0
        self._numbers = map(_number, count(first))

    def answer(self, request: Request) -> Answer:
        """Answer as whoever is asked."""
        if request.path.startswith("/bot"):
            return self.telegram.answer(request)
        if self.biller is None:
            raise RuntimeError("no bot runs")
        return self.biller.answer(request)

    async def order(self, orders: int) -> None:
        """Let people order so many, and return when all are told, or when nothing is told any more."""
        chats, rng = islice(cycle(self.load.chats), orders), Random(orders)  # noqa: S311 - the same for everybody
        loop = asyncio.get_running_loop()
        at_s = loop.time()
        for number, chat_id in enumerate(chats):
            if self.load.per_s:
                # People do not order by the clock: what comes at even steps would never meet, or always.
                at_s += rng.expovariate(self.load.per_s)
                await asyncio.sleep(at_s - loop.time())
            destination = next(self._numbers)
            self.ledger.asked(destination)
            user_id = chat_id if chat_id > 0 else self.load.users[number % len(self.load.users)]
            self.telegram.say(chat_id, user_id, f"s5.{destination}")
        await self._told()

    async def _told(self) -> None:
        news, silent_looks = self.ledger.news, 0
        while not self.ledger.all_are_told and silent_looks < SILENT_LOOKS:
            await asyncio.sleep(LOOK_EVERY_S)
            silent_looks = silent_looks + 1 if self.ledger.news == news else 0
            news = self.ledger.news
        if not self.ledger.all_are_told:
            print("not told:", self.ledger.untold(), file=sys.stderr)  # noqa: T201 - the tables have no room

    def close(self) -> None:
        """Hang up."""
        self.telegram.close()
        if self.biller:
            self.biller.close()


def _number(index: int) -> str:
    """Return the number of one who never bought before, far in the books from the one before."""
    place = index * 104_729 % fill.NUMBERS
    return f"0{fill.FIRST_NUMBER + place * fill.NUMBERS_APART + fill.NUMBERS_APART // 2}"


@asynccontextmanager
async def around(
    contender: Contender,
    load: Load,
    home: Path,
    *,
    strict: bool = False,
    books: Path | None = None,
    database_url: str | None = None,
) -> AsyncIterator[tuple[Outside, Running]]:
    """Run a bot with its outside inside the block, perhaps on `books` that are there already, or a server."""
    outside = Outside(load, strict=strict, first=fill.orders_in(books) if books else 0)
    async with served(outside.answer) as port:
        outside.port = port
        settings = {} if strict else dict(WITHOUT_LIMITS)
        if books:
            settings["DATABASE_URL"] = f"sqlite:///{books}"
        if database_url:
            settings["DATABASE_URL"] = database_url
        async with running(contender, home, outside_port=port, users=load.users, settings=settings) as bot:
            outside.biller = Biller(
                outside.ledger,
                port=bot.port,
                path=bot.reversal_path,
                answer_s=load.answer_s,
                result_s=load.result_s,
            )
            await bot.listening()
            async with asyncio.timeout(30):
                await outside.telegram.hooked.wait()
            yield outside, bot
            outside.close()


async def measure(contender: Contender, load: Load, *, strict: bool = False) -> Figures:
    """Let a bot that has just begun carry a load."""
    with TemporaryDirectory() as home:
        async with around(contender, load, Path(home), strict=strict) as (outside, bot):
            return await carry(outside, bot)


async def carry(outside: Outside, *bots: Running) -> Figures:
    """Let a bot that runs, or several on one database, carry their load."""
    load, ledger = outside.load, outside.ledger
    await outside.order(WARM_UP_ORDERS)
    ledger.forget()
    cpu_s, outside_s, began = sum(bot.cpu_s() for bot in bots), time.process_time(), time.perf_counter()
    await outside.order(load.orders)
    return Figures(
        cpu_ms=1000 * (sum(bot.cpu_s() for bot in bots) - cpu_s) / load.orders,
        orders_a_s=load.orders / ledger.span_s(),
        to_trx_p50_ms=share(ledger.to_trx_ms(), 0.5),
        to_trx_p99_ms=share(ledger.to_trx_ms(), 0.99),
        to_push_p50_ms=share(ledger.to_push_ms(), 0.5),
        to_push_p99_ms=share(ledger.to_push_ms(), 0.99),
        calls=sum(ledger.calls.values()) / load.orders,
        peak_mb=sum(bot.peak_mb() for bot in bots),
        last_told_s=ledger.span_s(),
        lost=ledger.lost,
        doubled=ledger.doubled,
        refused=ledger.refused,
        outside_busy=(time.process_time() - outside_s) / (time.perf_counter() - began),
    )
