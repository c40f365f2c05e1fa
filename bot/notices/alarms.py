"""Notices to admins about the bot itself: alarms, empty lists, the balance."""

from enum import StrEnum

from msgspec import Struct

from bot.ledger import AccountKind
from bot.notices.orders import OrderCard


class HoldCause(StrEnum):
    """Why orders are held back."""

    UNCLEAR = "unclear"
    ACCOUNT = "account"
    UNREACHABLE = "unreachable"


class Invariant(StrEnum):
    """The invariants of orders (I), of money (W) and of totals (T), with their numbers in the audit."""

    ONE_PURCHASE = "I1"
    TOLD = "I5"
    NOT_STUCK = "I6"
    REPLAYED = "I12"
    BALANCED = "W1"
    RUNNING = "W2"
    TIED = "W3"
    POSITION = "W4"
    SUMMED = "T1"


class UnknownTrxid(Struct, frozen=True, kw_only=True):
    """No order has this id."""

    trxid: str


class NothingToResolve(Struct, frozen=True, kw_only=True):
    """No order waits for a decision of an admin."""


class ReversalQuarantined(Struct, frozen=True, kw_only=True):
    """A reversal with the right secret matched no order; it changed nothing.

    `order` is the order that it names, if any.
    """

    why: str
    at_ms: int
    order: OrderCard | None = None


class RefusalCause(StrEnum):
    """Why a request with the right reversal secret is refused."""

    ADDRESS = "address"
    METHOD = "method"
    PATH = "path"


class ReversalRefused(Struct, frozen=True, kw_only=True):
    """A request with the right secret was refused unread; `remote` is empty if its address is unreadable."""

    cause: RefusalCause
    remote: str
    at_ms: int


class DeliveryFailed(Struct, frozen=True, kw_only=True):
    """A message could not be delivered and was given up."""

    chat_id: int
    kind: str
    why: str


class ChatClosed(Struct, frozen=True, kw_only=True):
    """A reseller or admin blocked the bot, or a group with orders removed or muted it."""

    is_private: bool
    title: str
    by_name: str


class BreakerOpened(Struct, frozen=True, kw_only=True):
    """The circuit breaker opened: orders are held back, except one attempt at a time."""

    cause: HoldCause
    at_ms: int


class BreakerClosed(Struct, frozen=True, kw_only=True):
    """The circuit breaker closed: the orders that waited are being sent."""

    opened_at_ms: int
    at_ms: int


class AuditFinding(Struct, frozen=True, kw_only=True):
    """An order or an account violates an invariant; `more` counts other such findings, `what` is technical.

    `trxid` is empty if it is no matter of one order; `owner_id` is the reseller whose account it is.
    """

    invariant: Invariant
    trxid: str
    what: str
    more: int
    at_ms: int
    account: AccountKind | None = None
    owner_id: int | None = None


class DatabaseFoundDamaged(Struct, frozen=True, kw_only=True):
    """The integrity check found the database damaged: Loket stops, and a person must restore a backup."""

    at_ms: int


class DatabaseLost(Struct, frozen=True, kw_only=True):
    """The database file was moved, deleted or replaced while Loket ran: Loket stops."""

    at_ms: int


class ClockWrong(Struct, frozen=True, kw_only=True):
    """The machine's clock is ahead of Telegram's, or behind if `ahead_ms` is negative."""

    ahead_ms: int
    at_ms: int


class BillerBalance(Struct, frozen=True, kw_only=True):
    """The biller balance as last reported, for admins only, with the cost of today's and of open orders.

    The cost of `…_uncosted_count` of these orders is not known. `topup_idr` is what admins noted since that
    report, `accepted_cost_idr` the cost of what the biller accepted since. The admins are alerted below
    `reserve_idr`; `is_low_held` if orders wait for that reason.
    """

    balance_idr: int | None
    reported_at_ms: int | None
    source: str | None
    open_count: int
    open_cost_idr: int
    open_uncosted_count: int
    today_count: int
    today_cost_idr: int
    today_uncosted_count: int
    waiting_count: int
    held_since_ms: int | None = None
    topup_idr: int = 0
    accepted_count: int = 0
    accepted_cost_idr: int = 0
    accepted_uncosted_count: int = 0
    reserve_idr: int | None = None
    is_low_held: bool = False

    @property
    def expected_idr(self) -> int | None:
        """The balance as it should be now; None if the biller has reported none."""
        if self.balance_idr is None:
            return None
        return self.balance_idr + self.topup_idr - self.accepted_cost_idr


class BillerReserveLow(Struct, frozen=True, kw_only=True):
    """The balance at the biller has fallen below the reserve, which is a mean of sales where none is set.

    `short_of_idr` is the cost of an order that it certainly cannot pay; `is_held` if orders wait then.
    """

    balance_idr: int
    reserve_idr: int | None
    at_ms: int
    is_mean: bool = False
    short_of_idr: int | None = None
    is_held: bool = False


AlarmNotice = (
    UnknownTrxid
    | NothingToResolve
    | ReversalQuarantined
    | ReversalRefused
    | DeliveryFailed
    | ChatClosed
    | BreakerOpened
    | BreakerClosed
    | AuditFinding
    | DatabaseFoundDamaged
    | DatabaseLost
    | ClockWrong
    | BillerBalance
    | BillerReserveLow
)
