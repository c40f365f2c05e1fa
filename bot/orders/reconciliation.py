"""Compares the biller's own list of transactions with our orders; nothing is changed by it.

Each difference has the amount by which the biller took more than our orders say. All amounts together are the
difference of the two totals.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from bot.orders.biller_float import CHARGED
from bot.orders.model import Order, State


class ListedState(StrEnum):
    """The state of a transaction in the list; `UNREAD` if the list has none, or an unknown word."""

    SUCCESS = "success"
    FAILURE = "failure"
    PENDING = "pending"
    UNREAD = "unread"


class ListedTransaction(Struct, frozen=True, kw_only=True):
    """A row of the biller's list; `number` is the one in the file, `at` local time in ISO form, or a day."""

    number: int
    trxid: str
    product: str = ""
    destination: str = ""
    cost_idr: int | None = None
    state: ListedState = ListedState.UNREAD
    at: str = ""

    @property
    def is_charged(self) -> bool:
        """Whether the biller holds the price, as far as the list says."""
        return self.state is not ListedState.FAILURE


class DifferenceKind(StrEnum):
    """How the list and our orders differ about one trxid."""

    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    OTHER_STATE = "other_state"
    OTHER_PRICE = "other_price"
    TWICE = "twice"
    OTHER_NUMBER = "other_number"


class ListDifference(Struct, frozen=True, kw_only=True):
    """One difference: `listed` is None if it is missing there, `order` if it is missing here.

    `extra_idr` is what the biller took beyond our order; None if a price is not known.
    """

    kind: DifferenceKind
    trxid: str
    listed: ListedTransaction | None
    order: Order | None
    extra_idr: int | None


class Reconciliation(Struct, frozen=True, kw_only=True):
    """The result: differences by size, the largest first, and the totals of what was charged.

    `unpriced_count` transactions and `uncosted_count` orders have no known price and are not in the totals.
    """

    differences: tuple[ListDifference, ...]
    listed_count: int
    same_count: int
    listed_idr: int
    ours_idr: int
    unpriced_count: int
    uncosted_count: int

    @property
    def extra_idr(self) -> int:
        """What the biller took beyond our orders."""
        return self.listed_idr - self.ours_idr

    def count(self, kind: DifferenceKind) -> int:
        return sum(each.kind is kind for each in self.differences)


_BOUGHT = frozenset((State.PENDING, State.SUCCEEDED, State.UNKNOWN, State.DISPUTED))
"""Orders in these states may be at the biller: a complete list has them."""

_AGREEING = {
    ListedState.SUCCESS: frozenset((State.SUCCEEDED,)),
    ListedState.FAILURE: frozenset((State.FAILED, State.EXPIRED, State.PLACED)),
    ListedState.PENDING: frozenset((State.SUBMITTING, State.PENDING, State.UNKNOWN, State.DISPUTED)),
}

_MIN_NUMBER_CHARS = 5


def reconcile(
    listed: Sequence[ListedTransaction], orders: Mapping[str, Order], within: Iterable[Order]
) -> Reconciliation:
    """Compare a list with `orders`, by trxid, and with all our orders of the list's time (`within`)."""
    groups: dict[str, list[ListedTransaction]] = {}
    for row in listed:
        groups.setdefault(row.trxid, []).append(row)
    ours = {trxid: orders[trxid] for trxid in groups if trxid in orders}
    missing = {order.trxid: order for order in within if order.trxid not in groups and order.state in _BOUGHT}
    differences = [
        difference
        for trxid, rows in groups.items()
        if (difference := _difference(trxid, rows, ours.get(trxid))) is not None
    ]
    same_count = len(groups) - len(differences)
    differences += [_missing_there(order) for order in missing.values()]
    charges = [_charge(order) for order in (*ours.values(), *missing.values())]
    charged = [row.cost_idr for row in listed if row.is_charged]
    return Reconciliation(
        differences=tuple(sorted(differences, key=_size, reverse=True)),
        listed_count=len(listed),
        same_count=same_count,
        listed_idr=sum(cost_idr or 0 for cost_idr in charged),
        ours_idr=sum(charge_idr or 0 for charge_idr in charges),
        unpriced_count=charged.count(None),
        uncosted_count=charges.count(None),
    )


def _size(difference: ListDifference) -> tuple[bool, int]:
    """Return what differences are sorted by: those of an unknown amount may be of any."""
    return difference.extra_idr is None, abs(difference.extra_idr or 0)


def _difference(trxid: str, rows: Sequence[ListedTransaction], order: Order | None) -> ListDifference | None:
    charged = [row for row in rows if row.is_charged]
    row = charged[0] if charged else rows[-1]
    kind = DifferenceKind.MISSING_HERE if order is None else _kind(row, order, len(charged))
    if kind is None:
        return None
    ours_idr = _charge(order) if order else 0
    prices = [each.cost_idr for each in charged]
    is_known = ours_idr is not None and None not in prices
    extra_idr = sum(price or 0 for price in prices) - (ours_idr or 0) if is_known else None
    return ListDifference(kind=kind, trxid=trxid, listed=row, order=order, extra_idr=extra_idr)


def _kind(row: ListedTransaction, order: Order, charged_count: int) -> DifferenceKind | None:
    if charged_count > 1:
        return DifferenceKind.TWICE
    if not _is_same_state(row, order):
        return DifferenceKind.OTHER_STATE
    charge_idr = _charge(order)
    is_priced = row.is_charged and row.cost_idr is not None and charge_idr is not None
    if is_priced and order.state in CHARGED and row.cost_idr != charge_idr:
        return DifferenceKind.OTHER_PRICE
    if not may_be_number(row.destination, order.destination):
        return DifferenceKind.OTHER_NUMBER
    # An order of ours that waits for its word has no charge yet; the list says that there is one.
    return DifferenceKind.OTHER_STATE if is_priced and row.cost_idr != charge_idr else None


def _is_same_state(row: ListedTransaction, order: Order) -> bool:
    agreeing = _AGREEING.get(row.state)
    return agreeing is None or order.state in agreeing


def _charge(order: Order) -> int | None:
    """Return what our orders say that the biller holds; None if it holds an unknown cost."""
    return order.cost_idr if order.state in CHARGED else 0


def _missing_there(order: Order) -> ListDifference:
    charge_idr = _charge(order)
    return ListDifference(
        kind=DifferenceKind.MISSING_THERE,
        trxid=order.trxid,
        listed=None,
        order=order,
        extra_idr=None if charge_idr is None else -charge_idr,
    )


def may_be_number(listed: str, ours: str) -> bool:
    """Return whether a number of the list may be ours.

    Spreadsheets drop a zero in front, and lists hide digits; a cell that is no number says nothing.
    """
    if re.search(r"[*xX•]", listed) or sum(map(str.isdigit, listed)) < _MIN_NUMBER_CHARS:
        return True
    return _bare(listed) == _bare(ours)


def _bare(number: str) -> str:
    return "".join(filter(str.isalnum, number)).lstrip("0").removeprefix("62").lower()
