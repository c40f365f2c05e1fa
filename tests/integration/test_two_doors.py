"""Two processes take orders at the same moment on one PostgreSQL: what may happen once happens once.

Their units run statement by statement in turn, so that a look before a write meets the other's write.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

from bot.actors import Standing
from bot.orders.model import Order
from bot.telegram.receiver import UpdateReceiver
from storage import orders, people
from storage.database import shop_key
from storage.ledger import LedgerError
from storage.people import Person
from storage.postgres import PostgresDatabase
from storage.transaction import Tx, Unit
from tests.integration.conftest import BUDI, SARI, Shop
from tests.integration.engines import PostgresView
from tests.integration.fakes import Chance, Nonces, a_message, success_of
from tests.integration.test_payment import PRICED, Till, number
from tests.integration.test_reversals import failure, report
from tests.integration.test_update_receiver import FakeAnswerer

T = TypeVar("T")

Report = Callable[[Order], bytes]

ROUNDS = 6
PRICE_IDR = PRICED.price_idr or 0
FIRST_MESSAGE = (100, 200)
"""Each door gets messages of its own, in one chat."""


class _Careless:
    """A transaction that is content with any key."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    def needs(self, key: str) -> None:
        """Go on, whatever this transaction has locked."""


class UnlockedDatabase(PostgresDatabase):
    """A planted bug: each door locks shops of its own, and so a look before a write takes no lock."""

    def write(
        self,
        unit: Unit[T],
        *,
        within_s: float = 0,
        in_order: bool = False,
        keys: Collection[str] | None = None,
        follows: Collection[str] = (),
    ) -> asyncio.Future[T]:
        own = None if keys is None else [self.own_key(key) for key in keys]
        careless: Unit[T] = lambda tx: unit(cast("Tx", _Careless(tx)))  # noqa: E731 - has a type
        return super().write(careless, within_s=within_s, in_order=in_order, keys=own, follows=follows)

    def own_key(self, key: str) -> str:
        return f"{key}:{id(self)}"


class LockedByPerson(UnlockedDatabase):
    """A planted bug: each door locks the shop of who types, not the shop that they order for."""

    def own_key(self, key: str) -> str:
        return f"{key}:{id(self)}" if key == shop_key(SARI) else key


class OtherNonces(Nonces):
    def __call__(self) -> str:
        return f"other-{super().__call__()}"


def a_message_of(user_id: int, message_id: int, text: str) -> dict[str, Any]:
    sender = {"id": user_id, "is_bot": False, "first_name": f"Name {user_id}"}
    chat = {"id": user_id, "type": "private"}
    return a_message(message_id, text, **{"from": sender, "chat": chat})


class Doors:
    """Two processes on one database, each with its connections, its memory and its workers."""

    def __init__(self, shops: tuple[Shop, Shop]) -> None:
        self.shops = shops
        self._said = 0
        self._receivers = [
            UpdateReceiver(
                database=shop.disk,
                context=shop.context,
                sender=FakeAnswerer(),
                now_ms=shop.clock,
                claim_orders=lambda: None,
                scan_outbox=lambda: None,
                imports_wake_up=shop.imports_wake_up,
            )
            for shop in shops
        ]

    async def says(self, *texts: str, same_message: bool = False, by: tuple[int, int] = (SARI, SARI)) -> None:
        """Let a text be typed at each door at once, or one message come to both of them."""
        self._said += 1
        ids = [first + self._said * (not same_message) for first in FIRST_MESSAGE]
        if same_message:
            ids = [self._said, self._said]
        updates = [
            a_message_of(user_id, each, text) for user_id, each, text in zip(by, ids, texts, strict=True)
        ]
        await asyncio.gather(
            *(receiver.receive([update]) for receiver, update in zip(self._receivers, updates, strict=True))
        )

    async def hear(self, *queries: bytes) -> None:
        """Let the biller report at each door at once."""
        reports = zip(self.shops, queries, strict=True)
        await asyncio.gather(*(shop.reversals.receive(query, "the biller") for shop, query in reports))

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
    helper = Person(
        user_id=BUDI,
        name=f"Name {BUDI}",
        username=None,
        standing=Standing.ASSISTANT,
        owner_id=SARI,
        chat_id=BUDI,
        thread_id=None,
        message_id=None,
        changed_at_ms=0,
    )
    await first.disk.write(partial(people.save, person=helper, changed_by=None))
    await first.sells(PRICED)
    doors = Doors((first, second))
    await doors.says("halo", "halo")  # connects both, so that they are alike in what follows
    return doors


async def the_same_order_at_both(doors: Doors, by: tuple[int, int] = (SARI, SARI)) -> int:
    """Return how many orders came of several that were each typed at both doors at once."""
    # Opens the account, of which a key allows only one, and shows each door whose shop it is.
    await doors.says(f"s5.{number(900)}", f"s5.{number(901)}", by=by)
    await doors.says(f"s5.{number(902)}", f"s5.{number(903)}", by=(by[1], by[0]))
    for index in range(ROUNDS):
        await doors.says(*[f"s5.{number(index)}"] * 2, by=by)
    return doors.count() - 4


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


async def test_an_assistant_and_the_owner_at_two_doors_buy_the_same_once(postgres_url: str) -> None:
    async with opened(postgres_url) as doors:
        assert await the_same_order_at_both(doors, by=(SARI, BUDI)) == ROUNDS


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


async def reports_at_both(doors: Doors, first: Report, second: Report) -> list[dict[str, Any]]:
    """Let both doors hear of an order at once, several times; return its messages and entries."""
    shop = doors.shops[0]
    for index in range(ROUNDS):
        await shop.asks(f"s5.{number(index)}")
    await shop.posts()
    for row in shop.rows("SELECT trxid FROM orders"):
        order = await shop.order(row["trxid"])
        await doors.hear(first(order), second(order))
    Till(shop).ties()
    return shop.rows(
        "SELECT kind, count(*) AS count FROM outbox WHERE chat_id = ? GROUP BY kind"
        " UNION ALL SELECT kind, count(*) AS count FROM entries GROUP BY kind",
        SARI,
    )


async def test_one_result_that_two_doors_hear_at_once_counts_once(postgres_url: str) -> None:
    async with opened(postgres_url, reseller_floor_idr=-10_000_000) as doors:
        rows = await reports_at_both(doors, success_of, success_of)
        counts = {row["kind"]: row["count"] for row in rows}
        assert counts["OrderSucceeded"] == counts["hold"] == counts["spend"] == ROUNDS


async def test_success_and_failure_that_two_doors_hear_at_once_make_each_order_disputed(
    postgres_url: str,
) -> None:
    async with opened(postgres_url, reseller_floor_idr=-10_000_000) as doors:
        await reports_at_both(doors, success_of, failure)
        shop = doors.shops[0]
        assert {row["state"] for row in shop.rows("SELECT state FROM orders")} == {"disputed"}
        assert [*map(len, await histories(shop))] == [5] * ROUNDS


async def histories(shop: Shop) -> list[Any]:
    trxids = [row["trxid"] for row in shop.rows("SELECT trxid FROM orders")]
    return [await shop.disk.read(partial(orders.history, trxid=trxid)) for trxid in trxids]


def out_of_stock(order: Order) -> bytes:
    return report(
        order, status="1", message=f"Transaksi s5.{order.destination} GAGAL, stok kosong, Saldo: Rp1"
    )


async def test_an_alarm_of_two_doors_at_once_is_raised_once(postgres_url: str) -> None:
    """Both find that none was raised lately; of two that look and then write one would look in vain."""
    async with opened(postgres_url) as doors:
        shop = doors.shops[0]
        pair = [await shop.asks(f"s5.{number(index)}") for index in range(2)]
        await shop.posts()
        await doors.hear(*[out_of_stock(order) for order in pair])
        alarms = shop.rows("SELECT chat_id FROM outbox WHERE kind = 'ProductFailing'")
        assert len(alarms) == len(shop.context.admin_ids)


async def test_the_planted_bug_of_a_key_by_person_instead_of_shop_is_caught(postgres_url: str) -> None:
    async with opened(postgres_url, engine=LockedByPerson) as doors:
        assert await the_same_order_at_both(doors, by=(SARI, BUDI)) > ROUNDS
