"""Checks the books: computes each figure of the ledger again from legs and orders, and compares.

It only reads. Each statement reads whole tables and returns few rows, so that millions of legs take seconds.
"""

from collections.abc import Callable, Iterable, Iterator
from types import MappingProxyType

from msgspec import Struct

from bot.ledger import (
    OPERATOR,
    AccountKind,
    BooksCheck,
    BooksFigures,
    BooksFinding,
    BooksReport,
    Position,
    position_of,
)
from bot.orders.model import State
from storage.database import read_database
from storage.transaction import ResultRow, Tx

FINDINGS_A_CHECK = 1000
"""What is torn everywhere needs no longer list."""

_POSITIONS = MappingProxyType({state.value: position_of(state).name.lower() for state in State})

Findings = Iterable[BooksFinding]


class _Sums(Struct, frozen=True, kw_only=True):
    """The accounts with the sums of their legs, and the prices of orders that are held, by shop, or spent."""

    accounts: list[ResultRow]
    held_idr: dict[int, int]
    sold_idr: int

    @property
    def figures(self) -> BooksFigures:
        sums: dict[str, int] = dict.fromkeys(AccountKind, 0)
        for row in self.accounts:
            sums[row["kind"]] += _balance(row)
        return BooksFigures(
            deposits_idr=-sums[AccountKind.DEPOSITS],
            adjustments_idr=-sums[AccountKind.ADJUSTMENTS],
            available_idr=sums[AccountKind.AVAILABLE],
            held_idr=sum(self.held_idr.values()),
            sales_idr=self.sold_idr,
            suspense_idr=sums[AccountKind.SUSPENSE],
        )


def read_report(url: str) -> BooksReport:
    """Check the books of a database, even while Loket runs; raise StorageError if it cannot be read."""
    return read_database(url, check_books)


def check_books(tx: Tx) -> BooksReport:
    """Check everything on one snapshot."""
    counts, sums = tx.all("books_counts")[0], _read_sums(tx)
    others = (finding for check in CHECKS if check is not _check_sums for finding in check(tx))
    return BooksReport(
        shops=counts["shops"],
        entries=counts["entries"],
        orders=counts["orders"],
        figures=sums.figures,
        findings=(*_compare(sums), *others),
    )


def _check_entries(tx: Tx) -> Findings:
    """W1: every entry has legs that sum to zero."""
    return [
        BooksFinding(
            check=BooksCheck.ENTRY,
            expected_idr=0,
            found_idr=row["amount_idr"],
            entry_id=row["entry_id"],
            what=row["source"],
        )
        for row in tx.all("books_unbalanced_entries", limit=FINDINGS_A_CHECK)
    ]


def _check_sums(tx: Tx) -> Findings:
    """W1, W2, W3: all legs sum to zero, balances are sums of legs, held and sales are prices of orders."""
    return _compare(_read_sums(tx))


def _read_sums(tx: Tx) -> _Sums:
    held: dict[int, int] = {}
    sold = 0
    for row in tx.all("books_prices_by_state"):
        match position_of(State(row["state"])):
            case Position.HELD:
                held[row["shop_id"]] = held.get(row["shop_id"], 0) + row["price_idr"]
            case Position.SPENT:
                sold += row["price_idr"]
            case Position.FREE:
                pass
    return _Sums(accounts=tx.all("books_accounts"), held_idr=held, sold_idr=sold)


def _balance(row: ResultRow) -> int:
    """Return the balance that runs on the row of an account, or else the sum of its legs."""
    balance_idr: int = row["legs_idr"] if row["balance_idr"] is None else row["balance_idr"]
    return balance_idr


def _compare(sums: _Sums) -> Findings:
    if total := sum(row["legs_idr"] for row in sums.accounts):
        yield BooksFinding(check=BooksCheck.TOTAL, expected_idr=0, found_idr=total)
    figures = sums.figures
    if figures.came_in_idr != figures.became_idr:
        yield BooksFinding(
            check=BooksCheck.TIE, expected_idr=figures.came_in_idr, found_idr=figures.became_idr
        )
    for row in sums.accounts:
        for check, expected_idr in _expected(sums, row):
            if _balance(row) != expected_idr:
                yield BooksFinding(
                    check=check,
                    expected_idr=expected_idr,
                    found_idr=_balance(row),
                    account=AccountKind(row["kind"]),
                    shop_id=row["shop_id"],
                    owner_id=row["owner_id"],
                )


def _expected(sums: _Sums, row: ResultRow) -> Iterator[tuple[BooksCheck, int]]:
    """Return what an account should show by its legs, and by the orders."""
    yield BooksCheck.BALANCE, row["legs_idr"]
    if row["kind"] == AccountKind.HELD:
        yield BooksCheck.HELD, sums.held_idr.get(row["shop_id"], 0)
    if row["kind"] == AccountKind.SALES:
        yield BooksCheck.SALES, sums.sold_idr


def _check_chains(tx: Tx) -> Findings:
    """W2: the balance after each leg is the one before it and its amount."""
    return [
        BooksFinding(
            check=BooksCheck.CHAIN,
            expected_idr=row["expected_idr"],
            found_idr=row["found_idr"] or 0,
            account=AccountKind(row["kind"]),
            shop_id=row["shop_id"],
            owner_id=row["owner_id"],
            entry_id=row["entry_id"],
            what=row["source"] or "no such entry",
        )
        for row in tx.all("books_broken_chains", limit=FINDINGS_A_CHECK)
    ]


def _check_orders(tx: Tx) -> Findings:
    """W4: the entries of an order moved its price to where its state has it, and nothing else."""
    return [_of_order(row) for row in tx.all("books_torn_orders", limit=FINDINGS_A_CHECK, **_POSITIONS)]


def _of_order(row: ResultRow) -> BooksFinding:
    position = position_of(State(row["state"]))
    price_idr = row["price_idr"]
    expected = {
        AccountKind.AVAILABLE: 0 if position is Position.FREE else -price_idr,
        AccountKind.HELD: price_idr if position is Position.HELD else 0,
        AccountKind.SALES: price_idr if position is Position.SPENT else 0,
    }
    account = next((kind for kind in expected if row[f"{kind}_idr"] != expected[kind]), None)
    if account:
        found_idr = row[f"{account}_idr"]
    else:
        # The figures agree, but they are those of another shop.
        account, found_idr = AccountKind.AVAILABLE, 0
    return BooksFinding(
        check=BooksCheck.ORDER,
        expected_idr=expected[account],
        found_idr=found_idr,
        account=account,
        shop_id=OPERATOR if account is AccountKind.SALES else row["shop_id"],
        owner_id=None if account is AccountKind.SALES else row["owner_id"],
        trxid=row["trxid"],
        what=row["state"],
    )


def _check_stray_entries(tx: Tx) -> Findings:
    """W4: money moves only for orders that a shop pays for."""
    return [
        BooksFinding(
            check=BooksCheck.STRAY_ENTRY,
            expected_idr=0,
            found_idr=row["amount_idr"],
            entry_id=row["entry_id"],
            what=row["source"],
        )
        for row in tx.all("books_stray_entries", limit=FINDINGS_A_CHECK)
    ]


CHECKS: tuple[Callable[[Tx], Findings], ...] = (
    _check_entries,
    _check_sums,
    _check_chains,
    _check_orders,
    _check_stray_entries,
)
"""Each needs no snapshot but its own."""
