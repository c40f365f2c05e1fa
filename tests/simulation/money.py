"""The operator of a world: he has a price list, takes money in, and his own book says what everybody has.

W1 to W9: the ledger is held against that book, and against what the chats were told.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.catalogue.product import DestinationRule, Product
from bot.ledger import OPERATOR, AccountKind, Entry, EntryKind, transfer_legs
from bot.orders.model import Order, State
from storage import catalogue, ledger
from storage.books import check_books
from storage.errors import StorageError
from storage.sqlite import SqliteTx
from storage.transaction import Tx
from tests.simulation.deposit_invariants import (
    a_card_enters_once,
    deposits_were_told_as_the_books_had_them,
    doubtful_money_waits_for_an_admin,
    nobody_is_credited_what_another_paid,
    unreadable_rows_are_kept_and_told_once,
    unused_amounts_are_drawn_first,
    what_arrived_counts_once,
)
from tests.simulation.plan import TROUBLE_S

if TYPE_CHECKING:
    from tests.simulation.invariants import Ledgers
    from tests.simulation.life import Life
    from tests.simulation.world import World

PRICE_IDR, LATER_PRICE_IDR = 5_900, 6_400
AMOUNTS_IDR = (5_900, 7_000, 30_000, 100_000)
AGAIN_AFTER_S = 20.0
LOOK_EVERY_S = 60.0

PAID = (State.PLACED, State.SUBMITTING, State.PENDING, State.UNKNOWN, State.DISPUTED, State.SUCCEEDED)
HELD = PAID[:-1]
"""Where the price of an order is, in the operator's own words, not in those of the program."""

LINE = re.compile(r"^(?:Dana kembali\. )?Saldo: (-?Rp[\d.]+) ([+-]) (Rp[\d.]+) = (-?Rp[\d.]+)$", re.MULTILINE)
REFUSED = re.compile(
    r"^💳 SALDO TIDAK CUKUP s5\.\S+\nHarga: (Rp[\d.]+)\nSaldo: (-?Rp[\d.]+)\n(?:Limit utang: (Rp[\d.]+)\n)?"
    r"Kurang: (Rp[\d.]+)$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Deposit:
    """Money that came in; it is to be entered once, whoever enters it and however often."""

    number: int
    owner_id: int
    amount_idr: int

    @property
    def source(self) -> str:
        return f"deposit:{self.number}"


class Operator:
    """Sets prices and enters deposits; when the power goes while he does, he does it again."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._deposits: dict[str, Deposit] = {}
        self._entered: set[Deposit] = set()

    def arrive(self) -> None:
        """Set a price, and plan the day: deposits at any time, some of them entered twice; another price."""
        world, random = self._world, self._world.rng
        if not world.plan.priced:
            return
        self._set_price(SqliteTx(world.disk.connection), PRICE_IDR)
        if random.random() < 0.5:
            world.timeline.after(random.uniform(0, TROUBLE_S), self._raise_price)
        for owner_id in world.people.resellers:
            for _ in range(random.randint(0, 4)):
                amount_idr, at_s = random.choice(AMOUNTS_IDR), random.uniform(0, TROUBLE_S)
                self.pay_in(owner_id, amount_idr, at_s, times=random.randint(1, 2))
        for number in range(1, int(TROUBLE_S / LOOK_EVERY_S)):
            world.timeline.after(LOOK_EVERY_S * number, self.look)

    @property
    def is_done(self) -> bool:
        """Return whether everything that came in is in the ledger."""
        return self._entered == set(self._deposits.values())

    def pay_in(self, owner_id: int, amount_idr: int, at_s: float, *, times: int = 1) -> None:
        """Plan that a reseller pays in, and that this is entered, perhaps more than once."""
        deposit = Deposit(len(self._deposits) + 1, owner_id, amount_idr)
        self._deposits[deposit.source] = deposit
        for _ in range(times):
            self._world.timeline.after(at_s, partial(self._enter, deposit))

    def paid_in_idr(self, owner_id: int) -> int:
        """Return what a reseller has paid in, by the operator's own book."""
        return sum(d.amount_idr for d in self._deposits.values() if d.owner_id == owner_id)

    def look(self) -> None:
        """Hold the books against themselves at any moment; a unit of work is whole or not there at all."""
        if self._world.plan.priced:
            for finding in check_books(SqliteTx(self._world.disk.connection)).findings:
                self._world.violate("W1-W4", finding.words)

    def look_after_restore(self) -> None:
        """Enter again what came in since the backup."""
        rows = self._world.disk.connection.execute("SELECT source FROM entries").fetchall()
        kept = {row["source"] for row in rows}
        for deposit in [deposit for deposit in self._entered if deposit.source not in kept]:
            self._entered.remove(deposit)
            self._world.timeline.after(1, partial(self._enter, deposit))

    def _enter(self, deposit: Deposit) -> None:
        """Enter a deposit, and try again until it is in the ledger."""

        def unit(tx: Tx) -> None:
            shop_id = ledger.open_shop(
                tx, deposit.owner_id, floor_idr=self._world.plan.floor_idr, at_ms=self._world.now_ms()
            )
            if not ledger.is_posted(tx, deposit.source):
                ledger.post(tx, self._entry(deposit, shop_id))

        async def enter(life: "Life") -> None:
            try:
                await life.database.write(unit)
            except StorageError:
                return
            self._entered.add(deposit)
            self._world.note(f"{deposit.owner_id} paid in {deposit.amount_idr}")

        self._world.work(enter)
        self._world.timeline.after(AGAIN_AFTER_S, partial(self._enter_again, deposit))

    def _enter_again(self, deposit: Deposit) -> None:
        if deposit not in self._entered:
            self._enter(deposit)

    def _entry(self, deposit: Deposit, shop_id: int) -> Entry:
        legs = transfer_legs(
            deposit.amount_idr,
            source=(AccountKind.DEPOSITS, OPERATOR),
            target=(AccountKind.AVAILABLE, shop_id),
        )
        return Entry(
            source=deposit.source,
            kind=EntryKind.DEPOSIT,
            at_ms=self._world.now_ms(),
            actor="admin:9001",
            legs=legs,
        )

    def _raise_price(self) -> None:
        """Set another price; orders placed before keep theirs."""

        async def raise_price(life: "Life") -> None:
            try:
                await life.database.write(partial(self._set_price, price_idr=LATER_PRICE_IDR))
            except StorageError:
                return
            self._world.note(f"s5 costs {LATER_PRICE_IDR}")

        self._world.work(raise_price)

    def _set_price(self, tx: Tx, price_idr: int) -> None:
        edit = catalogue.CatalogueEdit(
            stamp=str(price_idr), at_ms=self._world.now_ms(), user_id=None, name="", source=""
        )
        catalogue.replace(tx, catalogue.load(tx), (product_at(price_idr),), edit)


def product_at(price_idr: int) -> Product:
    """Return the one product that there is."""
    return Product(code="s5", name="Pulsa 5", group="Pulsa", rule=DestinationRule.PHONE, price_idr=price_idr)


def money_is_where_the_operators_book_has_it(world: "World", ledgers: "Ledgers") -> None:
    """W3, W4: what each has is what he paid in less the prices of his orders, as they were placed."""
    prices = {order.trxid: _price_at_placing(ledgers, order) for order in ledgers.orders}
    shops = world.disk.connection.execute("SELECT shop_id, owner_id FROM shops").fetchall()
    for shop_id, owner_id in shops:
        own = [order for order in ledgers.orders if order.user_id == owner_id]
        expected = {
            "available": world.operator.paid_in_idr(owner_id)
            + world.deposits.paid_in_idr(owner_id)
            - sum(prices[order.trxid] for order in own if order.state in PAID),
            "held": sum(prices[order.trxid] for order in own if order.state in HELD),
        }
        for kind, expected_idr in expected.items():
            (found_idr,) = world.disk.connection.execute(
                "SELECT balance_idr FROM accounts WHERE shop_id = ? AND kind = ?", (shop_id, kind)
            ).fetchone()
            if found_idr != expected_idr:
                world.violate(
                    "W3", f"{owner_id} has {found_idr} {kind}, the operator's book says {expected_idr}"
                )
    sold = sum(prices[order.trxid] for order in ledgers.orders if order.state is State.SUCCEEDED)
    (sales,) = world.disk.connection.execute(
        "SELECT coalesce(sum(amount_idr), 0) FROM legs JOIN accounts USING (account_id) WHERE kind = 'sales'"
    ).fetchone()
    if sales != sold:
        world.violate("W3", f"sales are {sales}, the operator's book says {sold}")


def _price_at_placing(ledgers: "Ledgers", order: Order) -> int:
    found = re.search(r'"price_idr":(\d+)', ledgers.history[order.trxid][0].facts)
    return int(found[1]) if found else 0


def every_entry_is_of_one_event(world: "World", ledgers: "Ledgers") -> None:
    """W4: an order has one entry for each time its money went elsewhere."""
    expected = Counter({order.trxid: _moves(ledgers, order) for order in ledgers.orders})
    made: Counter[str] = Counter()
    for (source,) in world.disk.connection.execute("SELECT source FROM entries"):
        kind, name = source.split(":")[:2]
        if kind not in ("deposit", "ticket", "mutation", "adjustment"):
            made[name] += 1
    for trxid in {*expected, *made}:
        if made[trxid] != expected[trxid]:
            world.violate("W4", f"{trxid} has {made[trxid]} entries, its money moved {expected[trxid]} times")


def _moves(ledgers: "Ledgers", order: Order) -> int:
    if not _price_at_placing(ledgers, order):
        return 0
    places = ["free"]
    for event in ledgers.history[order.trxid]:
        state = event.state_after
        places.append("held" if state in HELD else "spent" if state in PAID else "free")
    return sum(before != after for before, after in pairwise(places))


def no_floor_was_passed(world: "World", ledgers: "Ledgers") -> None:
    """W5, W6: a new order never took a shop below its floor, save one that may have been bought already."""
    floor_idr = world.plan.floor_idr
    if floor_idr is None:
        return
    for source, balance_idr in _spending(world):
        _, trxid, number = source.split(":")
        was_in_doubt = ledgers.history[trxid][1:2] and ledgers.history[trxid][1].actor == "restore"
        if number == "1" and balance_idr < floor_idr and not was_in_doubt:
            world.violate("W5", f"{trxid} took its shop to {balance_idr}, its floor is {floor_idr}")


def _spending(world: "World") -> Iterator[tuple[str, int]]:
    yield from world.disk.connection.execute(
        "SELECT source, balance_after_idr FROM entries JOIN legs USING (entry_id)"
        " JOIN accounts USING (account_id)"
        " WHERE accounts.kind = 'available' AND amount_idr < 0 AND source LIKE 'order:%'"
    )


def balances_were_told_as_the_books_had_them(world: "World", ledgers: "Ledgers") -> None:
    """W8: the line in a message about an order is one of its own entries; without a floor there is none."""
    moves: dict[str, set[tuple[int, int]]] = {}
    for source, amount_idr, after_idr in world.disk.connection.execute(
        "SELECT source, amount_idr, balance_after_idr FROM entries JOIN legs USING (entry_id)"
        " JOIN accounts USING (account_id) WHERE accounts.kind = 'available'"
    ):
        moves.setdefault(source.split(":")[1], set()).add((amount_idr, after_idr))
    for order in ledgers.orders:
        for text in _told_alone(world, order):
            line = LINE.search(text)
            if line is None:
                continue
            before_idr, sign, amount_idr, after_idr = line.groups()
            told = (_idr(amount_idr) * (1 if sign == "+" else -1), _idr(after_idr))
            if world.plan.floor_idr is None or told not in moves[order.trxid]:
                world.violate(
                    "W8", f"{order.trxid} was told {line[0]!r}, its entries are {moves[order.trxid]}"
                )
            if _idr(before_idr) + told[0] != told[1]:
                world.violate("W8", f"{order.trxid} was told {line[0]!r}, which does not add up")


def _told_alone(world: "World", order: Order) -> list[str]:
    """Return the messages that tell of this order and no other."""
    texts = [message.text for message in world.telegram.chat(order.chat_id).told]
    return [text for text in texts if f"Ref {order.trxid}" in text.split("\n")[-1]]


def results_say_the_balance(world: "World", ledgers: "Ledgers") -> None:
    """W8: where a shop has a floor, a result in a private chat says what was paid, or what came back."""
    if world.plan.floor_idr is None:
        return
    signs = {"✅ SUKSES": "-", "❌ GAGAL": "+", "⌛ TIDAK DIPROSES": "+"}
    for order in ledgers.orders:
        # In a group everybody reads along: no balance is told there.
        if order.chat_id != order.user_id or not _price_at_placing(ledgers, order):
            continue
        for text in _told_alone(world, order):
            line = LINE.search(text)
            for title, sign in signs.items():
                if text.startswith(title) and (line is None or line[2] != sign):
                    world.violate("W8", f"the chat of {order.trxid} reads {text!r}")


def who_was_refused_had_too_little(world: "World", _: "Ledgers") -> None:
    """W6, W8: a refusal states a balance that the shop had, and what was missing then."""
    for owner_id in world.people.resellers:
        rows = world.disk.connection.execute(
            "SELECT balance_after_idr FROM legs JOIN accounts USING (account_id) JOIN shops USING (shop_id)"
            " WHERE kind = 'available' AND owner_id = ?",
            (owner_id,),
        )
        had = {0, *(row[0] for row in rows)}
        for message in world.telegram.chat(owner_id).told:
            if found := REFUSED.search(message.text):
                price_idr, balance_idr, missing_idr = (_idr(found[index]) for index in (1, 2, 4))
                short_idr = price_idr - (balance_idr - (world.plan.floor_idr or 0))
                if (
                    world.plan.floor_idr is None
                    or balance_idr not in had
                    or missing_idr != short_idr
                    or short_idr <= 0
                ):
                    world.violate("W6", f"{owner_id} was refused wrongly: {message.text!r}")


def _idr(text: str) -> int:
    return int(text.replace("Rp", "").replace(".", ""))


OF_THE_BOOKS = (
    money_is_where_the_operators_book_has_it,
    every_entry_is_of_one_event,
    no_floor_was_passed,
    what_arrived_counts_once,
    nobody_is_credited_what_another_paid,
    doubtful_money_waits_for_an_admin,
    unused_amounts_are_drawn_first,
    unreadable_rows_are_kept_and_told_once,
    a_card_enters_once,
)
OF_WHAT_WAS_TOLD = (
    balances_were_told_as_the_books_had_them,
    results_say_the_balance,
    who_was_refused_had_too_little,
    deposits_were_told_as_the_books_had_them,
)
