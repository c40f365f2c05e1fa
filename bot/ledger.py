"""The ledger: accounts, entries and their legs, in whole rupiah; every entry sums to zero.

The money of an order is a pure function of its state, and an entry leads from one state to another. Nothing
else touches it: no time-out releases any, only a state does. A check of the books names figures that must
agree and do not.
"""

from enum import Enum, StrEnum, auto
from typing import assert_never

from msgspec import Struct

from bot.orders.model import Order, State

OPERATOR = 0
"""The shop id of the operator's own accounts."""


class AccountKind(StrEnum):
    """What an account holds. A shop has the first two, the operator the others.

    Their order is the order in which an entry touches the accounts of one shop: fixed, so that two entries
    at once cannot wait for each other.
    """

    AVAILABLE = "available"
    HELD = "held"
    SALES = "sales"
    DEPOSITS = "deposits"
    ADJUSTMENTS = "adjustments"
    SUSPENSE = "suspense"


class EntryKind(StrEnum):
    """The business event behind an entry."""

    HOLD = "hold"
    SPEND = "spend"
    RELEASE = "release"
    DEPOSIT = "deposit"
    ADJUSTMENT = "adjustment"
    TRANSFER = "transfer"


class Leg(Struct, frozen=True, kw_only=True):
    """What an entry adds to one account; negative amounts are taken from it."""

    account: AccountKind
    shop_id: int
    amount_idr: int


class Entry(Struct, frozen=True, kw_only=True):
    """One business event in the ledger.

    `source` names the event and is unique, so that no event is entered twice. A shop's available balance
    stays at or above its floor, unless the entry is `forced`: what was refunded and turns out to be sold.
    `corrects` is the id of the entry that this one corrects.
    """

    source: str
    kind: EntryKind
    at_ms: int
    actor: str
    legs: tuple[Leg, ...]
    reason: str = ""
    corrects: int | None = None
    forced: bool = False

    def __post_init__(self) -> None:
        """Refuse legs that do not sum to zero, an empty leg, two legs on one account, and more than two."""
        if len(self.legs) != 2 or sum(leg.amount_idr for leg in self.legs) != 0:  # noqa: PLR2004 - from and to
            raise ValueError(f"the legs of {self.source} do not sum to zero")
        if any(leg.amount_idr == 0 for leg in self.legs):
            raise ValueError(f"{self.source} has a leg without an amount")
        if len({(leg.account, leg.shop_id) for leg in self.legs}) != len(self.legs):
            raise ValueError(f"{self.source} touches one account twice")


def transfer_legs(
    amount_idr: int, *, source: tuple[AccountKind, int], target: tuple[AccountKind, int]
) -> tuple[Leg, Leg]:
    """Return the legs that move an amount from one account to another; ValueError if it is not positive."""
    if amount_idr <= 0:
        raise ValueError(f"{amount_idr} is no amount to move")
    return (
        Leg(account=source[0], shop_id=source[1], amount_idr=-amount_idr),
        Leg(account=target[0], shop_id=target[1], amount_idr=amount_idr),
    )


class InsufficientFunds(Struct, frozen=True, kw_only=True):
    """A shop has less than an amount above its floor."""

    available_idr: int
    floor_idr: int
    amount_idr: int

    @property
    def missing_idr(self) -> int:
        """What the shop lacks."""
        return self.amount_idr - (self.available_idr - self.floor_idr)


class Position(Enum):
    """Where the price of an order is."""

    FREE = auto()
    HELD = auto()
    SPENT = auto()


def position_of(state: State) -> Position:
    """Return where the price of an order in `state` is; what may have been bought stays held."""
    match state:
        case State.PLACED | State.SUBMITTING | State.PENDING | State.UNKNOWN | State.DISPUTED:
            return Position.HELD
        case State.SUCCEEDED:
            return Position.SPENT
        case State.FAILED | State.EXPIRED:
            return Position.FREE
        case _:
            assert_never(state)


_KINDS = {
    (Position.FREE, Position.HELD): EntryKind.HOLD,
    (Position.HELD, Position.SPENT): EntryKind.SPEND,
    (Position.HELD, Position.FREE): EntryKind.RELEASE,
    (Position.SPENT, Position.HELD): EntryKind.HOLD,
}


def entry_for_new(order: Order, *, actor: str) -> Entry | None:
    """Return the entry that holds the price of a new order; None for an order without money."""
    return _entry(order, Position.FREE, number=1, at_ms=order.placed_at_ms, actor=actor, forced=False)


def entry_for_move(before: Order, after: Order, *, number: int, at_ms: int, actor: str) -> Entry | None:
    """Return the entry that an order's move makes, as its `number`-th; None if its money stays where it is.

    A price that was freed and is held again was perhaps spent meanwhile: it is held whatever the floor says.
    """
    position = position_of(before.state)
    return _entry(after, position, number=number, at_ms=at_ms, actor=actor, forced=position is Position.FREE)


def legs_of(order: Order) -> tuple[Leg, ...]:
    """Return what all entries of an order have moved in sum; nothing where its price is free."""
    position = position_of(order.state)
    if position is Position.FREE or order.shop_id is None or not order.price_idr:
        return ()
    return transfer_legs(
        order.price_idr,
        source=_account(Position.FREE, order.shop_id),
        target=_account(position, order.shop_id),
    )


def _entry(
    order: Order, source: Position, *, number: int, at_ms: int, actor: str, forced: bool
) -> Entry | None:
    target = position_of(order.state)
    if source is target or order.shop_id is None or not order.price_idr:
        return None
    legs = transfer_legs(
        order.price_idr, source=_account(source, order.shop_id), target=_account(target, order.shop_id)
    )
    return Entry(
        source=f"order:{order.trxid}:{number}",
        kind=_KINDS[source, target],
        at_ms=at_ms,
        actor=actor,
        legs=legs,
        forced=forced,
    )


def _account(position: Position, shop_id: int) -> tuple[AccountKind, int]:
    match position:
        case Position.FREE:
            return AccountKind.AVAILABLE, shop_id
        case Position.HELD:
            return AccountKind.HELD, shop_id
        case Position.SPENT:
            return AccountKind.SALES, OPERATOR
        case _:
            assert_never(position)


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
