"""What somebody is shown of orders: one in full, those to a number, a page of all they ordered."""

from msgspec import Struct

from bot.notices.orders import AboutOrder
from bot.orders.model import ExpiryReason, FailureCause, State


class OrderRow(Struct, frozen=True, kw_only=True):
    """An order in a list, with what proves or explains how it stands.

    `name` says who ordered it, to admins alone.
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
    """One order in full; `at_ms` is when it came to stand so. `name` says who ordered it, to admins alone."""

    state: State
    placed_at_ms: int
    price_idr: int | None
    sn: str | None
    reason: str
    failure_cause: FailureCause | None
    expiry: ExpiryReason | None
    user_id: int | None = None
    name: str = ""


class OrdersToDestination(Struct, frozen=True, kw_only=True):
    """The latest orders to one destination, the newest first."""

    destination: str
    rows: tuple[OrderRow, ...]


class NoMatchingOrder(Struct, frozen=True, kw_only=True):
    """The asker has no order to this number or with this id; nothing typed means none at all."""

    typed: str


class OrderHistory(Struct, frozen=True, kw_only=True):
    """A page of what somebody ordered, the newest first, and whether there are more at its ends."""

    rows: tuple[OrderRow, ...]
    has_newer: bool
    has_older: bool


OrderLookupNotice = OrderDetails | OrdersToDestination | NoMatchingOrder | OrderHistory
