"""What a check of the books finds: figures that must agree and do not, and the sums that must tie."""

from enum import StrEnum
from typing import assert_never

from msgspec import Struct

from bot.ledger.model import OPERATOR, AccountKind


class BooksCheck(StrEnum):
    """The comparisons of a check of the books; scripts read these names."""

    ENTRY = "entry"
    TOTAL = "total"
    BALANCE = "balance"
    CHAIN = "chain"
    HELD = "held"
    SALES = "sales"
    TIE = "tie"
    ORDER = "order"
    STRAY_ENTRY = "stray_entry"


class BooksFinding(Struct, frozen=True, kw_only=True):
    """Two figures that differ: `expected_idr` by one source, `found_idr` by another.

    `account`, `shop_id` and `owner_id` name an account, `trxid` an order, `entry_id` an entry, as far as the
    comparison has one; `what` says the rest of it in plain words.
    """

    check: BooksCheck
    expected_idr: int
    found_idr: int
    account: AccountKind | None = None
    shop_id: int | None = None
    owner_id: int | None = None
    trxid: str | None = None
    entry_id: int | None = None
    what: str = ""

    @property
    def words(self) -> str:
        """The finding in a sentence, for operators."""
        expected, found, account = _idr(self.expected_idr), _idr(self.found_idr), self._account
        match self.check:
            case BooksCheck.ENTRY:
                return f"entry {self.entry_id} ({self.what}) sums to {found} instead of 0"
            case BooksCheck.TOTAL:
                return f"all accounts together hold {found} instead of 0"
            case BooksCheck.BALANCE:
                return f"{account} shows {found}, its entries sum to {expected}"
            case BooksCheck.CHAIN:
                after = f"after entry {self.entry_id} ({self.what})"
                return f"{account} shows {found} {after}, it should be {expected}"
            case BooksCheck.HELD:
                return f"{account} shows {found}, the prices of its open orders sum to {expected}"
            case BooksCheck.SALES:
                return f"{account} sums to {found}, the prices of succeeded orders to {expected}"
            case BooksCheck.TIE:
                return f"{expected} came in by deposits and adjustments, {found} became of it"
            case BooksCheck.ORDER:
                return f"order {self.trxid} ({self.what}) moved {account} by {found} instead of {expected}"
            case BooksCheck.STRAY_ENTRY:
                return f"entry {self.entry_id} ({self.what}) moved {found}, no order with a price has made it"
            case _:
                assert_never(self.check)

    @property
    def _account(self) -> str:
        if self.account is None:
            return ""
        if self.shop_id in (None, OPERATOR):
            return f"account {self.account}"
        owner = "" if self.owner_id is None else f" (reseller {self.owner_id})"
        return f"account {self.account} of shop {self.shop_id}{owner}"


class BooksFigures(Struct, frozen=True, kw_only=True):
    """The sums of the books: deposits and adjustments became the other four.

    Deposits and adjustments are positive here, although the accounts that they come from are negative.
    `available_idr` sums the running balances, `held_idr` and `sales_idr` the prices of orders.
    """

    deposits_idr: int
    adjustments_idr: int
    available_idr: int
    held_idr: int
    sales_idr: int
    suspense_idr: int

    @property
    def came_in_idr(self) -> int:
        return self.deposits_idr + self.adjustments_idr

    @property
    def became_idr(self) -> int:
        return self.available_idr + self.held_idr + self.sales_idr + self.suspense_idr


class BooksReport(Struct, frozen=True, kw_only=True):
    """A whole check of the books."""

    shops: int
    entries: int
    orders: int
    figures: BooksFigures
    findings: tuple[BooksFinding, ...]

    @property
    def ties(self) -> bool:
        """Whether all figures agree."""
        return not self.findings


def _idr(amount_idr: int) -> str:
    return f"{amount_idr:,}"
