"""Notices about the money of a shop: its balance, what it lacks for an order, what moved."""

from msgspec import Struct


class BalanceLine(Struct, frozen=True, kw_only=True):
    """How an order moved the available balance of its shop; `after_idr` stands in the ledger at that entry.

    `amount_idr` is negative where the order was paid, positive where its price came back.
    In a chat that is not private everybody reads along, and only what came in or back is shown.
    """

    amount_idr: int
    after_idr: int
    is_private: bool = True

    @property
    def before_idr(self) -> int:
        """The available balance before."""
        return self.after_idr - self.amount_idr


class InsufficientBalance(Struct, frozen=True, kw_only=True):
    """An order was not placed, for the shop has too little; `credit_idr` is what it may owe.

    `takes_tickets` is whether the shop can pay in by a ticket, without an admin.
    In a chat that is not private the figures of the shop are not shown; a `price_idr` of 0 neither.
    """

    code: str
    destination: str
    price_idr: int
    available_idr: int
    credit_idr: int
    missing_idr: int
    takes_tickets: bool = False
    is_private: bool = True


class PriceMissing(Struct, frozen=True, kw_only=True):
    """An order was not placed: its product has no selling price, and the shop has a limit."""

    code: str
    destination: str


class ProductWithoutPrice(Struct, frozen=True, kw_only=True):
    """To admins: a reseller with a limit wanted a product that has no selling price."""

    code: str
    at_ms: int


BalancesNotice = InsufficientBalance | PriceMissing | ProductWithoutPrice
