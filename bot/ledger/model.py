"""The nouns of the ledger: accounts, entries and their legs, in whole rupiah; every entry sums to zero."""

from enum import StrEnum

from msgspec import Struct

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
