"""Two processes take orders at the same moment on one PostgreSQL: what may happen once happens once.

Their units run statement by statement in turn, so that a look before a write meets the other's write.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from storage.ledger import LedgerError
from storage.postgres import PostgresDatabase
from storage.transaction import Unit
from tests.integration.conftest import SARI, Shop
from tests.integration.engines import PostgresView
from tests.integration.fakes import Chance, Nonces
from tests.integration.test_payment import PRICED, Till, number

T = TypeVar("T")

ROUNDS = 6
PRICE_IDR = PRICED.price_idr or 0
FIRST_MESSAGE = (100, 200)
"""Each door gets messages of its own, in one chat."""


class UnlockedDatabase(PostgresDatabase):
    """A planted bug: a look before a write takes no lock."""

    def write(
        self,
        unit: Unit[T],
        *,
        within_s: float = 0,
        in_order: bool = False,
        keys: Collection[str] | None = None,
    ) -> asyncio.Future[T]:
        del keys
        return super().write(unit, within_s=within_s, in_order=in_order, keys=())


class OtherNonces(Nonces):
    def __call__(self) -> str:
        return f"other-{super().__call__()}"


class Doors:
    """Two processes on one database, each with its connections, its memory and its workers."""

    def __init__(self, shops: tuple[Shop, Shop]) -> None:
        self.shops = shops
        self._said = 0

    async def says(self, *texts: str, same_message: bool = False) -> None:
        """Let Sari type a text at each door at once, or one message that both of them get."""
        self._said += 1
        ids = [first + self._said * (not same_message) for first in FIRST_MESSAGE]
        if same_message:
            ids = [self._said, self._said]
        await asyncio.gather(
            *(
                shop.says(text, message_id=message_id)
                for shop, text, message_id in zip(self.shops, texts, ids, strict=True)
            )
        )

    def count(self) -> int:
        """Return how many orders are stored."""
        return len(self.shops[0].rows("SELECT trxid FROM orders"))


@asynccontextmanager
async def opened(
    url: str, *, engine: Callable[[str], PostgresDatabase] = PostgresDatabase, **rules: Any
) -> AsyncIterator[Doors]:
    databases = (engine(url), engine(url))
    for database in databases:
        await database.open()
    try:
        yield await _doors(url, databases, rules)
    finally:
        for database in databases:
            await database.close()


async def _doors(url: str, databases: tuple[PostgresDatabase, ...], rules: dict[str, Any]) -> Doors:
    first, second = (Shop(database, Path(), view=PostgresView(url)) for database in databases)
    # Chance is the same at both: not even a number that both have drawn may do harm.
    second.nonces, second.random_suffix = OtherNonces(), Chance()
    for shop in (first, second):
        shop.starts(**rules)
    await first.hires(SARI)
    await first.sells(PRICED)
    doors = Doors((first, second))
    await doors.says("halo", "halo")  # connects both, so that they are alike in what follows
    return doors


async def the_same_order_at_both(doors: Doors) -> int:
    """Return how many orders came of several that were each typed at both doors at once."""
    await doors.shops[0].asks(f"s5.{number(900)}")  # opens her account, of which a key allows only one
    for index in range(ROUNDS):
        await doors.says(*[f"s5.{number(index)}"] * 2)
    return doors.count() - 1


async def one_message_at_both(doors: Doors) -> int:
    for index in range(ROUNDS):
        await doors.says(*[f"s5.{number(index)}"] * 2, same_message=True)
    return doors.count()


async def other_numbers_at_both(doors: Doors) -> int:
    for index in range(ROUNDS):
        await doors.says(f"s5.{number(2 * index)}", f"s5.{number(2 * index + 1)}")
    return doors.count()


async def the_last_rupiah_at_both(doors: Doors) -> int:
    """Pay in the price of one order, which both doors are asked for, several times; count the orders."""
    till = Till(doors.shops[0])
    for index in range(ROUNDS):
        await till.receives(PRICE_IDR)
        await doors.says(f"s5.{number(2 * index)}", f"s5.{number(2 * index + 1)}")
    return doors.count()


async def test_the_same_order_typed_at_two_doors_at_once_is_bought_once(postgres_url: str) -> None:
    async with opened(postgres_url) as doors:
        assert await the_same_order_at_both(doors) == ROUNDS


async def test_a_message_that_both_doors_get_at_once_makes_one_order(postgres_url: str) -> None:
    async with opened(postgres_url) as doors:
        assert await one_message_at_both(doors) == ROUNDS


async def test_other_orders_at_two_doors_at_once_are_all_placed(postgres_url: str) -> None:
    async with opened(postgres_url) as doors:
        assert await other_numbers_at_both(doors) == 2 * ROUNDS
        trxids = {row["trxid"] for row in doors.shops[0].rows("SELECT trxid FROM orders")}
        assert len(trxids) == 2 * ROUNDS


async def test_the_last_rupiah_is_spent_once(postgres_url: str) -> None:
    async with opened(postgres_url, reseller_floor_idr=0) as doors:
        assert await the_last_rupiah_at_both(doors) == ROUNDS
        assert Till(doors.shops[0]).sums == (0, ROUNDS * PRICE_IDR)


async def test_a_daily_limit_holds_at_both_doors_together(postgres_url: str) -> None:
    async with opened(postgres_url, reseller_daily_limit_idr=3 * PRICE_IDR) as doors:
        assert await other_numbers_at_both(doors) == 3


async def test_the_planted_bug_of_a_duplicate_rule_without_a_lock_is_caught(postgres_url: str) -> None:
    async with opened(postgres_url, engine=UnlockedDatabase) as doors:
        assert await the_same_order_at_both(doors) > ROUNDS


async def test_without_a_lock_the_ledger_itself_still_refuses_to_spend_a_rupiah_twice(
    postgres_url: str,
) -> None:
    async with opened(postgres_url, engine=UnlockedDatabase, reseller_floor_idr=0) as doors:
        with suppress(LedgerError):
            await the_last_rupiah_at_both(doors)
        assert Till(doors.shops[0]).balance() >= 0
