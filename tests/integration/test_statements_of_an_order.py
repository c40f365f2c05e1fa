"""An order costs few statements over its whole life: each is work, and on another machine a round trip."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from bot.catalogue.product import DestinationRule, Product
from bot.orders.product_health import HealthRules
from bot.worker import Worker
from storage.database import SqliteDatabase
from storage.statements import STATEMENTS
from tests.integration.conftest import Shop
from tests.integration.fakes import a_message, eventually, success_of
from tests.integration.test_update_receiver import receiver_of

ORDERS_ONE_BY_ONE, ORDERS_AT_ONCE = 5, 50
MAX_ONE_BY_ONE, MAX_AT_ONCE = 42.0, 29.0


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

    def __init__(self, shop: Shop, database: SqliteDatabase) -> None:
        self.ran: list[str] = []
        self.shop = shop
        self.receiver = receiver_of(shop)
        for connection in (database._writer, database._reader):  # noqa: SLF001 - as in notes.py
            connection.set_trace_callback(self.ran.append)

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
    workers = (
        Worker("submitter", shop.submitter.run_once, shop.orders_wake_up),
        Worker("messenger", shop.messenger.run_once, shop.outbox_wake_up),
    )
    road = Road(shop, database)
    async with asyncio.TaskGroup() as running:
        tasks = [running.create_task(worker.run()) for worker in workers]
        await road.carries(1, 1)
        road.ran.clear()
        yield road
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


def _hold(counted: dict[str, float], at_most: float) -> None:
    total = sum(counted.values())
    listed = "\n".join(f"{count:5.2f} {name}" for name, count in counted.items())
    print(f"\n{total:.1f} statements an order\n{listed}")  # noqa: T201 - shown at a failure
    assert total <= at_most
