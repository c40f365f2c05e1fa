"""Whatever moves money, in whatever order and however often: sums, floors and uniqueness hold.

Random steps are taken in the ledger and in a model of a few lines, which must agree after each of them.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from random import Random

import pytest

from bot.catalogue.product import DestinationRule, Product
from bot.ledger import OPERATOR, AccountKind, Entry, EntryKind, transfer_legs
from bot.orders.model import Intent, Order, State
from bot.purchasing import placing
from bot.purchasing.settlement import OrderSource, apply_event_to
from bot.unit_of_work import UnitOfWork
from storage import catalogue, ledger
from storage.books import check_books
from storage.ledger import LedgerError
from storage.schema import migrate
from storage.sqlite import SqliteTx
from tests.books import a_context
from tests.property.test_life import POOL

STEPS, STEPS_OF_THE_PROOF = 3_000, 100_000
CHECK_EVERY = 1_000

OWNERS = tuple(range(1001, 1009))
PRICES_IDR = (None, 0, 1, 5_900, 6_400, 98_500)
PAID_IN_IDR = (1, 5_900, 20_000, 100_000)
AMOUNTS_IDR = (*PAID_IN_IDR, 1_000_000)
FLOORS_IDR = (None, 0, -10_000, -500_000)

BALANCES = "SELECT owner_id, kind, balance_idr, floor_idr FROM shops JOIN accounts USING (shop_id)"

# A known cost above the price would close the product.
HEARD = tuple(event for event in POOL if getattr(event, "cost_idr", None) is None)

HELD = (State.PLACED, State.SUBMITTING, State.PENDING, State.UNKNOWN, State.DISPUTED)


class Model:
    """What everybody has, in plain numbers."""

    def __init__(self) -> None:
        self.available, self.held = Counter[int](), Counter[int]()
        self.floor_idr: dict[int, int | None] = dict.fromkeys(OWNERS)
        self.has_own_floor: set[int] = set()
        self.default_floor_idr: int | None = None
        self.sales_idr = 0
        self.sources: set[str] = set()

    def can_spend(self, owner_id: int, amount_idr: int) -> bool:
        floor_idr = self.floor_idr[owner_id]
        return floor_idr is None or self.available[owner_id] - amount_idr >= floor_idr

    def move_order(self, owner_id: int, price_idr: int, before: State | None, after: State) -> None:
        for state, sign in ((before, -1), (after, 1)):
            is_held, is_sold = state in HELD, state is State.SUCCEEDED
            self.held[owner_id] += sign * price_idr * is_held
            self.sales_idr += sign * price_idr * is_sold
            self.available[owner_id] -= sign * price_idr * (is_held or is_sold)


class Walk:
    """Takes random steps; each is an attempt, which the model knows to succeed or not."""

    def __init__(self, connection: sqlite3.Connection, seed: int) -> None:
        self._connection = connection
        self.tx, self.model, self.count = SqliteTx(connection), Model(), 0
        self.random = Random(seed)  # noqa: S311 - a seed must take the same steps
        self._context = a_context()
        self._orders: list[tuple[str, int, int]] = []
        self._price_idr: int | None = 5_900
        self.accepted: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    @property
    def work(self) -> UnitOfWork:
        # A second has a hundred thousand ids of orders: a step takes a second.
        return self._context.begin(self.tx, 1_700_000_000_000 + 1000 * self.count)

    def step(self) -> None:
        self.count += 1
        steps: tuple[tuple[int, Callable[[], bool]], ...] = (
            (30, self._place),
            (45, self._hear),
            (8, self._deposit),
            (4, self._deposit_again),
            (4, self._adjust),
            (5, self._transfer),
            (2, self._set_floor),
            (1, self._set_default_floor),
            (1, self._set_price),
        )
        (step,) = self.random.choices([step for _, step in steps], [weight for weight, _ in steps])
        name = step.__name__
        (self.accepted if step() else self.refused)[name] += 1

    def _place(self) -> bool:
        owner_id, price_idr = self.random.choice(OWNERS), self._price_idr
        floor_idr = self.model.floor_idr[owner_id]
        fits = floor_idr is None or (price_idr is not None and self.model.can_spend(owner_id, price_idr))
        intent = Intent(product_code="s5", destination=f"08{self.count:010d}")
        source = OrderSource(
            chat_id=owner_id,
            thread_id=None,
            message_id=self.count,
            user_id=owner_id,
            at_ms=self.work.now_ms,
            text="s5",
        )
        placed = placing.place_intent(self.work, source, intent, 1)
        assert isinstance(placed, Order) is fits, (owner_id, price_idr, placed)
        if isinstance(placed, Order):
            assert placed.price_idr == price_idr
            self._orders.append((placed.trxid, owner_id, price_idr or 0))
            self.model.move_order(owner_id, price_idr or 0, None, placed.state)
        return fits

    def _hear(self) -> bool:
        """Hear anything of an order, most often of a recent one."""
        if not self._orders:
            return False
        first = max(0, len(self._orders) - self.random.choice((5, 50, 100_000)))
        trxid, owner_id, price_idr = self._orders[self.random.randrange(first, len(self._orders))]
        applied = apply_event_to(self.work, trxid, self.random.choice(HEARD), actor="test")
        assert applied
        self.model.move_order(owner_id, price_idr, applied.before.state, applied.after.state)
        return applied.changed

    def _deposit(self) -> bool:
        owner_id, amount_idr = self.random.choice(OWNERS), self.random.choice(PAID_IN_IDR)
        self._move(f"deposit:{self.count}", EntryKind.DEPOSIT, None, owner_id, amount_idr)
        return True

    def _deposit_again(self) -> bool:
        """Enter what was entered before: the ledger must refuse it, whatever it says of the amount."""
        if not self.model.sources:
            return False
        source = self.random.choice(sorted(self.model.sources))
        with pytest.raises(LedgerError):
            self._post(source, EntryKind.DEPOSIT, None, self.random.choice(OWNERS), 1)
        return False

    def _adjust(self) -> bool:
        owner_id, amount_idr = self.random.choice(OWNERS), self.random.choice(AMOUNTS_IDR)
        source = f"adjustment:{self.count}"
        if self.random.random() < 0.3:
            amount_idr = self.random.choice(PAID_IN_IDR)
            self._move(source, EntryKind.ADJUSTMENT, None, owner_id, amount_idr)
            return True
        return self._try_to_take(source, EntryKind.ADJUSTMENT, owner_id, None, amount_idr)

    def _transfer(self) -> bool:
        """Transfer to another, to oneself, nothing, or less than nothing."""
        giver, taker = self.random.choice(OWNERS), self.random.choice(OWNERS)
        amount_idr = self.random.choice((*AMOUNTS_IDR, 0, -5_900))
        source = f"transfer:{self.count}"
        if giver == taker or amount_idr <= 0:
            with pytest.raises(ValueError, match=r"amount|twice"):
                self._post(source, EntryKind.TRANSFER, giver, taker, amount_idr)
            return False
        return self._try_to_take(source, EntryKind.TRANSFER, giver, taker, amount_idr)

    def _try_to_take(
        self, source: str, kind: EntryKind, giver: int, taker: int | None, amount_idr: int
    ) -> bool:
        if self.model.can_spend(giver, amount_idr):
            self._move(source, kind, giver, taker, amount_idr)
            return True
        with pytest.raises(LedgerError):
            self._post(source, kind, giver, taker, amount_idr)
        return False

    def _move(self, source: str, kind: EntryKind, giver: int | None, taker: int | None, amount: int) -> None:
        self._post(source, kind, giver, taker, amount)
        self.model.sources.add(source)
        for owner_id, amount_idr in ((giver, -amount), (taker, amount)):
            if owner_id is not None:
                self.model.available[owner_id] += amount_idr

    def _post(self, source: str, kind: EntryKind, giver: int | None, taker: int | None, amount: int) -> None:
        """Enter a movement between shops, or between one and the operator, or nothing of it."""
        operator = AccountKind.DEPOSITS if kind is EntryKind.DEPOSIT else AccountKind.ADJUSTMENTS
        accounts = [
            (operator, OPERATOR) if owner_id is None else (AccountKind.AVAILABLE, self.shop_of(owner_id))
            for owner_id in (giver, taker)
        ]
        with self.tx.savepoint():
            legs = transfer_legs(amount, source=accounts[0], target=accounts[1])
            entry = Entry(source=source, kind=kind, at_ms=self.work.now_ms, actor="admin:9001", legs=legs)
            ledger.post(self.tx, entry)

    def _set_floor(self) -> bool:
        owner_id, floor_idr = self.random.choice(OWNERS), self.random.choice(FLOORS_IDR)
        ledger.set_floor(self.tx, self.shop_of(owner_id), floor_idr)
        self.model.floor_idr[owner_id] = floor_idr
        self.model.has_own_floor.add(owner_id)
        return True

    def _set_default_floor(self) -> bool:
        floor_idr = self.random.choice(FLOORS_IDR)
        ledger.set_default_limits(self.tx, floor_idr=floor_idr)
        for owner_id in set(OWNERS) - self.model.has_own_floor:
            self.model.floor_idr[owner_id] = floor_idr
        return True

    def _set_price(self) -> bool:
        self._price_idr = self.random.choice(PRICES_IDR)
        set_price(self.work, self._price_idr)
        return True

    def shop_of(self, owner_id: int) -> int:
        return ledger.open_shop(self.tx, owner_id, floor_idr=None, at_ms=1)

    def agrees(self) -> None:
        """Hold every balance against the model."""
        model = self.model
        for owner_id, kind, balance_idr, floor_idr in self._connection.execute(BALANCES):
            expected_idr = (model.held if kind == AccountKind.HELD else model.available)[owner_id]
            assert balance_idr == expected_idr, (self.count, owner_id, kind)
            assert kind == AccountKind.HELD or floor_idr == model.floor_idr[owner_id], (self.count, owner_id)


def set_price(work: UnitOfWork, price_idr: int | None) -> None:
    product = Product(code="s5", name="Pulsa", group="Pulsa", rule=DestinationRule.FREE, price_idr=price_idr)
    edit = catalogue.CatalogueEdit(
        stamp=str(work.now_ms), at_ms=work.now_ms, user_id=None, name="", source="a test"
    )
    work.replace_catalogue(work.catalogue, (product,), edit)


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        migrate(connection)
        connection.execute("BEGIN")
        yield connection


def walk(connection: sqlite3.Connection, seed: int, steps: int) -> Walk:
    """Take steps, and check as one goes: the model at each, all books now and then."""
    taken = Walk(connection, seed)
    for owner_id in OWNERS:
        taken.shop_of(owner_id)
    set_price(taken.work, 5_900)
    for _ in range(steps):
        taken.step()
        taken.agrees()
        if taken.count % CHECK_EVERY == 0:
            report = check_books(taken.tx)
            assert report.findings == (), [finding.words for finding in report.findings]
            assert report.figures.sales_idr == taken.model.sales_idr
            assert report.figures.held_idr == taken.model.held.total()
            assert report.figures.available_idr == taken.model.available.total()
    return taken


@pytest.mark.parametrize("seed", range(3))
def test_thousands_of_random_steps_keep_sums_floors_and_uniqueness(
    connection: sqlite3.Connection, seed: int
) -> None:
    taken = walk(connection, seed, STEPS)
    # A walk on which nothing happens, or in which nothing is refused, would prove nothing.
    for step in ("_place", "_adjust", "_transfer"):
        assert min(taken.accepted[step], taken.refused[step]) > STEPS / 200, (
            step,
            taken.accepted,
            taken.refused,
        )


@pytest.mark.prove
@pytest.mark.timeout(900)  # about a minute; a slow machine may take several times that
def test_a_hundred_thousand_random_steps_keep_sums_floors_and_uniqueness(
    connection: sqlite3.Connection,
) -> None:
    walk(connection, 7, STEPS_OF_THE_PROOF)
