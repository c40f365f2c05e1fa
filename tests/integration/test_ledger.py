"""Money moves by entries that sum to zero, once for each event, and never below a shop's floor."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from bot.ledger import OPERATOR, AccountKind, Entry, EntryKind, Leg, transfer_legs
from storage import ledger
from storage.ledger import LedgerError
from storage.schema import migrate
from storage.sqlite import SqliteTx
from storage.transaction import Tx

SARI, BUDI = 1001, 1002


@pytest.fixture
def tx() -> Iterator[Tx]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        migrate(connection)
        connection.execute("BEGIN")
        yield SqliteTx(connection)


def shop_of(tx: Tx, owner_id: int, *, floor_idr: int | None = 0) -> int:
    return ledger.open_shop(tx, owner_id, floor_idr=floor_idr, at_ms=1)


def deposit(shop_id: int, amount_idr: int, source: str = "deposit:1") -> Entry:
    return Entry(
        source=source,
        kind=EntryKind.DEPOSIT,
        at_ms=1,
        actor="admin:9001",
        legs=transfer_legs(
            amount_idr, source=(AccountKind.DEPOSITS, OPERATOR), target=(AccountKind.AVAILABLE, shop_id)
        ),
    )


def hold(shop_id: int, amount_idr: int, source: str = "order:1:1", *, forced: bool = False) -> Entry:
    return Entry(
        source=source,
        kind=EntryKind.HOLD,
        at_ms=1,
        actor="user:1001",
        legs=transfer_legs(
            amount_idr, source=(AccountKind.AVAILABLE, shop_id), target=(AccountKind.HELD, shop_id)
        ),
        forced=forced,
    )


def balance(tx: Tx, shop_id: int, kind: AccountKind = AccountKind.AVAILABLE) -> int:
    return ledger.account(tx, shop_id, kind).balance_idr


def test_a_shop_is_opened_once_with_its_accounts_at_zero(tx: Tx) -> None:
    assert shop_of(tx, SARI) == shop_of(tx, SARI) != shop_of(tx, BUDI)
    assert balance(tx, shop_of(tx, SARI)) == balance(tx, shop_of(tx, SARI), AccountKind.HELD) == 0


def test_what_one_account_gains_another_loses_and_every_leg_says_what_was_left(tx: Tx) -> None:
    sari = shop_of(tx, SARI)
    ledger.post(tx, deposit(sari, 100_000))
    ledger.post(tx, hold(sari, 5_900))
    assert (balance(tx, sari), balance(tx, sari, AccountKind.HELD)) == (94_100, 5_900)
    lines = ledger.statement(tx, sari, from_ms=0, until_ms=9, limit=9)
    assert [(line.amount_idr, line.balance_after_idr) for line in lines] == [
        (-5_900, 94_100),
        (100_000, 100_000),
    ]


def test_a_prepaid_shop_spends_its_last_rupiah_and_not_one_more(tx: Tx) -> None:
    sari = shop_of(tx, SARI, floor_idr=0)
    ledger.post(tx, deposit(sari, 5_900))
    paying = ledger.account(tx, sari, AccountKind.AVAILABLE)
    assert ledger.shortage(paying, 5_900) is None
    missing = ledger.shortage(paying, 5_901)
    assert missing is not None
    assert missing.missing_idr == 1
    with pytest.raises(LedgerError):
        ledger.post(tx, hold(sari, 5_901))
    assert balance(tx, sari) == 5_900
    ledger.post(tx, hold(sari, 5_900))
    assert balance(tx, sari) == 0


def test_credit_ends_at_its_limit_and_without_a_limit_it_never_does(tx: Tx) -> None:
    sari, budi = shop_of(tx, SARI, floor_idr=-500_000), shop_of(tx, BUDI, floor_idr=None)
    ledger.post(tx, hold(sari, 500_000))
    with pytest.raises(LedgerError):
        ledger.post(tx, hold(sari, 1, "order:2:1"))
    ledger.post(tx, hold(budi, 9_000_000, "order:3:1"))
    assert (balance(tx, sari), balance(tx, budi)) == (-500_000, -9_000_000)


def test_only_a_forced_entry_passes_the_floor(tx: Tx) -> None:
    sari = shop_of(tx, SARI)
    ledger.post(tx, hold(sari, 5_900, forced=True))
    assert balance(tx, sari) == -5_900


def test_one_event_is_entered_once(tx: Tx) -> None:
    sari = shop_of(tx, SARI)
    ledger.post(tx, deposit(sari, 100_000))
    assert ledger.is_posted(tx, "deposit:1")
    with pytest.raises(LedgerError):
        ledger.post(tx, deposit(sari, 100_000))


def test_a_new_default_moves_the_floors_of_shops_that_have_none_of_their_own(tx: Tx) -> None:
    sari, budi = shop_of(tx, SARI, floor_idr=None), shop_of(tx, BUDI, floor_idr=None)
    ledger.set_floor(tx, budi, -100_000)
    ledger.set_default_limits(tx, floor_idr=0)
    assert ledger.account(tx, sari, AccountKind.AVAILABLE).floor_idr == 0
    assert ledger.account(tx, budi, AccountKind.AVAILABLE).floor_idr == -100_000
    ledger.set_default_limits(tx, floor_idr=None)
    assert ledger.account(tx, sari, AccountKind.AVAILABLE).floor_idr is None


LEGS = {
    "that do not sum to zero": (100, -99),
    "with an empty one": (0, 0),
    "of which there is one": (0,),
}


@pytest.mark.parametrize("amounts", LEGS.values(), ids=LEGS.keys())
def test_legs_are_refused(amounts: tuple[int, ...]) -> None:
    legs = tuple(
        Leg(account=AccountKind.AVAILABLE, shop_id=number, amount_idr=amount)
        for number, amount in enumerate(amounts)
    )
    with pytest.raises(ValueError, match="x"):
        Entry(source="x", kind=EntryKind.ADJUSTMENT, at_ms=1, actor="admin:1", legs=legs)


@pytest.mark.parametrize("amount_idr", [0, -1])
def test_a_transfer_of_nothing_or_less_is_refused(amount_idr: int) -> None:
    """A negative transfer would mint credit for the one who sends it."""
    with pytest.raises(ValueError, match="no amount"):
        transfer_legs(amount_idr, source=(AccountKind.AVAILABLE, 1), target=(AccountKind.AVAILABLE, 2))


def test_a_transfer_to_oneself_is_refused() -> None:
    legs = transfer_legs(5, source=(AccountKind.AVAILABLE, 1), target=(AccountKind.AVAILABLE, 1))
    with pytest.raises(ValueError, match="twice"):
        Entry(source="x", kind=EntryKind.TRANSFER, at_ms=1, actor="user:1", legs=legs)
