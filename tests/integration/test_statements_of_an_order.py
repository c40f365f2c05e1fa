"""An order costs few statements over its whole life, and few round trips to a server on another machine."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from msgspec import Struct

from bot.catalogue.product import DestinationRule, Product
from bot.orders.product_health import HealthRules
from bot.worker import Worker
from storage.database import SqliteDatabase
from storage.postgres import PostgresDatabase
from storage.postgres_schema import NUMBERED
from storage.statements import STATEMENTS
from tests.integration.conftest import SARI, Shop
from tests.integration.engines import PostgresView
from tests.integration.fakes import a_message, eventually, success_of
from tests.integration.test_leadership import keeper_on, running
from tests.integration.test_update_receiver import receiver_of
from tests.proxy import Proxy, proxy_before

ORDERS_ONE_BY_ONE, ORDERS_AT_ONCE = 5, 50
MAX_ONE_BY_ONE, MAX_AT_ONCE = 38.0, 27.0
MAX_ON_POSTGRESQL, MAX_ROUND_TRIPS = 44.0, 40.0


S5 = Product(
    code="S5",
    name="Telkomsel 5.000",
    group="Pulsa",
    rule=DestinationRule.PHONE,
    price_idr=5_500,
    is_open=True,
)


def _pattern(sql: str) -> re.Pattern[str]:
    """Return what a statement looks like with its values, as SQLite reports it."""
    return re.compile(".*?".join(map(re.escape, re.split(r":\w+", sql))), re.DOTALL)


PATTERNS = {name: _pattern(sql) for name, sql in STATEMENTS.items()}


def name_of(reported: str) -> str:
    """Return the name of a statement that SQLite reported."""
    return next(
        (name for name, each in PATTERNS.items() if each.fullmatch(reported)), reported.partition(" ")[0]
    )


class Road:
    """The bot with its workers running, and the names of all statements."""

    def __init__(self, shop: Shop) -> None:
        self.ran: list[str] = []
        self.shop = shop
        self.receiver = receiver_of(shop)

    async def carries(self, first: int, count: int) -> None:
        """Carry orders from their messages to their pushed results."""
        shop = self.shop
        await asyncio.gather(*(self.receiver.receive([a_message(first + number)]) for number in range(count)))
        done = first + count - 1
        await eventually(lambda: len(shop.biller.posts) == done and not shop.is_posting())
        await asyncio.gather(
            *(
                shop.reversals.receive(success_of(order), "the biller")
                for order in shop.biller.posts[first - 1 :]
            )
        )
        await eventually(lambda: shop.rows("SELECT 1 FROM outbox WHERE state = 'waiting'") == [])

    def counted(self, orders: int) -> dict[str, float]:
        """Return how often each statement ran for one order since the last count."""
        found = Counter(map(name_of, self.ran))
        self.ran.clear()
        return {name: count / orders for name, count in found.most_common()}


with_and_without_limits = pytest.mark.parametrize(
    "road",
    [{}, {"reseller_floor_idr": -10_000_000, "reseller_daily_limit_idr": 10_000_000}],
    ids=["without limits", "with credit and a daily limit"],
    indirect=True,
)


@pytest.fixture
async def road(shop: Shop, database: SqliteDatabase, request: pytest.FixtureRequest) -> AsyncIterator[Road]:
    shop.starts(health_rules=HealthRules(failures_to_close=5), **request.param)
    await shop.sells(S5)
    shop.biller.accepts(cost_idr=5_100, balance_idr=9_999)
    road = Road(shop)
    for connection in (database._writer, database._reader):  # noqa: SLF001 - as in notes.py
        connection.set_trace_callback(road.ran.append)
    async with carrying(road):
        road.ran.clear()
        yield road


@asynccontextmanager
async def carrying(road: Road) -> AsyncIterator[None]:
    """Run the workers, which have carried a first order."""
    shop = road.shop
    workers = (
        Worker("submitter", shop.submitter.run_once, shop.orders_wake_up),
        Worker("messenger", shop.messenger.run_once, shop.outbox_wake_up),
    )
    async with asyncio.TaskGroup() as running:
        tasks = [running.create_task(worker.run()) for worker in workers]
        await road.carries(1, 1)
        yield
        for task in tasks:
            task.cancel()


@with_and_without_limits
async def test_an_order_alone_costs_few_statements(road: Road) -> None:
    for number in range(ORDERS_ONE_BY_ONE):
        await road.carries(2 + number, 1)
    _hold(road.counted(ORDERS_ONE_BY_ONE), MAX_ONE_BY_ONE)


@with_and_without_limits
async def test_an_order_among_many_costs_few_statements(road: Road) -> None:
    await road.carries(2, ORDERS_AT_ONCE)
    _hold(road.counted(ORDERS_AT_ONCE), MAX_AT_ONCE)


class Sent(Struct, frozen=True):
    """The names of the statements that clients have sent to PostgreSQL, and their round trips.

    `piped` counts the statements behind which others were sent before their end.
    """

    names: Counter[str]
    round_trips: int
    piped: int


def sent_through(proxy: Proxy) -> Sent:
    """Return what has passed a proxy."""
    names: Counter[str] = Counter()
    round_trips = piped = 0
    for stream in proxy.sent.values():
        prepared: dict[bytes, str] = {}
        last = b""
        for kind, body in _messages(bytes(stream)):
            if kind == b"P":
                name, sql, _ = body.split(b"\0", 2)
                prepared[name] = NAMES.get(sql, sql.partition(b" ")[0].decode())
            elif kind == b"B":
                names[prepared[body.split(b"\0", 2)[1]]] += 1
            elif kind == b"Q":
                names.update(each.split()[0].decode() for each in body.rstrip(b"\0").split(b";"))
            # A client waits after each of these until the server has answered all that came before.
            round_trips += kind in (b"S", b"Q")
            piped += last == b"E" and kind != b"S"
            last = kind
    return Sent(names, round_trips, piped)


NAMES = {numbered.sql: name for name, numbered in NUMBERED.items()}


def _messages(stream: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the kind and the body of each message of a client, without those that begin the connection."""
    at = 0
    while stream[at : at + 1] == b"\0":
        at += int.from_bytes(stream[at : at + 4])
    while at < len(stream):
        end = at + 1 + int.from_bytes(stream[at + 1 : at + 5])
        yield stream[at : at + 1], stream[at + 5 : end]
        at = end


async def test_an_order_alone_costs_few_round_trips(postgres_url: str, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        proxy, url = await stack.enter_async_context(proxy_before(postgres_url))
        database = PostgresDatabase(url)
        await database.open()
        stack.push_async_callback(database.close)
        shop = Shop(database, tmp_path, view=PostgresView(postgres_url))
        keeper = keeper_on(database, "first")
        shop.starts(health_rules=HealthRules(failures_to_close=5), fence=keeper)
        await shop.hires(SARI)
        await shop.sells(S5)
        shop.biller.accepts(cost_idr=5_100, balance_idr=9_999)
        await stack.enter_async_context(running(keeper, shop))
        await eventually(keeper.is_leading)
        road = Road(shop)
        await stack.enter_async_context(carrying(road))
        before = sent_through(proxy)
        for number in range(ORDERS_ONE_BY_ONE):
            await road.carries(2 + number, 1)
        sent = sent_through(proxy)
    road.ran += (sent.names - before.names).elements()
    round_trips = (sent.round_trips - before.round_trips) / ORDERS_ONE_BY_ONE
    print(f"\n{round_trips:.1f} round trips an order")  # noqa: T201 - shown at a failure
    _hold(road.counted(ORDERS_ONE_BY_ONE), MAX_ON_POSTGRESQL)
    assert round_trips < MAX_ROUND_TRIPS
    # Whoever is frozen in the middle of a pipeline holds its locks for ever: the server counts it as busy.
    assert sent.piped == 0


def _hold(counted: dict[str, float], at_most: float) -> None:
    total = sum(counted.values())
    listed = "\n".join(f"{count:5.2f} {name}" for name, count in counted.items())
    print(f"\n{total:.1f} statements an order\n{listed}")  # noqa: T201 - shown at a failure
    assert total <= at_most
