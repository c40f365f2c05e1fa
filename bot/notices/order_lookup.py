"""Notices that show orders: one in full, the orders to a number, a page of the history."""

from msgspec import Struct

from bot.notices.orders import AboutOrder
from bot.orders.model import ExpiryReason, FailureCause, State


class OrderRow(Struct, frozen=True, kw_only=True):
    """An order in a list, with its SN or the reason of its failure.

    `name` is of who typed it: for admins, and for others of the same shop.
    """

    trxid: str
    code: str
    destination: str
    state: State
    placed_at_ms: int
    sn: str | None
    reason: str
    failure_cause: FailureCause | None
    name: str = ""


class OrderDetails(AboutOrder, frozen=True, kw_only=True):
    """One order in full; `at_ms` is when its state changed last. `user_id` is for admins only.

    `name` is of who typed it, if that is not who looks, `owner_name` of the owner if an assistant typed it.
    `is_undecided`: the admin who looks can decide the result.
    """

    state: State
    placed_at_ms: int
    price_idr: int | None
    sn: str | None
    reason: str
    failure_cause: FailureCause | None
    expiry: ExpiryReason | None
    user_id: int | None = None
    name: str = ""
    owner_name: str = ""
    is_undecided: bool = False


class OrdersToDestination(Struct, frozen=True, kw_only=True):
    """The latest orders to one destination, newest first."""

    destination: str
    rows: tuple[OrderRow, ...]


class NoMatchingOrder(Struct, frozen=True, kw_only=True):
    """The person has no order to this number or with this id; `typed` is empty if they have none at all."""

    typed: str


class OrderHistory(Struct, frozen=True, kw_only=True):
    """A page of a person's orders, newest first, and whether there are newer and older ones.

    `name` is the person's, if it is an admin who looks.
    """

    rows: tuple[OrderRow, ...]
    has_newer: bool
    has_older: bool
    name: str = ""


OrderLookupNotice = OrderDetails | OrdersToDestination | NoMatchingOrder | OrderHistory
