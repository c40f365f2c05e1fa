"""What the admins are told of the counter itself: alarms, lists that are empty, the balance."""

from enum import StrEnum

from msgspec import Struct

from bot.notices.orders import OrderCard


class HoldCause(StrEnum):
    """Why orders are held back."""

    UNCLEAR = "unclear"
    ACCOUNT = "account"
    UNREACHABLE = "unreachable"


class Invariant(StrEnum):
    """What must hold for every order at every moment, as the audit numbers it."""

    ONE_PURCHASE = "I1"
    TOLD = "I5"
    NOT_STUCK = "I6"
    REPLAYED = "I12"


class UnknownTrxid(Struct, frozen=True, kw_only=True):
    """No order has this id."""

    trxid: str


class NothingToResolve(Struct, frozen=True, kw_only=True):
    """No order waits for an admin."""


class ReversalQuarantined(Struct, frozen=True, kw_only=True):
    """A reversal came by the right path and fitted no order; it changed nothing.

    `order` is the one that it names, if any.
    """

    why: str
    at_ms: int
    order: OrderCard | None = None


class RefusalCause(StrEnum):
    """Why a request with the right reversal secret is refused."""

    ADDRESS = "address"
    METHOD = "method"


class ReversalRefused(Struct, frozen=True, kw_only=True):
    """A request with the right secret was refused unread; `remote` is empty if its address is unreadable."""

    cause: RefusalCause
    remote: str
    at_ms: int


class DeliveryFailed(Struct, frozen=True, kw_only=True):
    """A message could not be brought to its chat and was given up."""

    chat_id: int
    kind: str
    why: str


class BreakerOpened(Struct, frozen=True, kw_only=True):
    """The biller is in trouble: orders are held back from now on, but for one try at a time."""

    cause: HoldCause
    at_ms: int


class BreakerClosed(Struct, frozen=True, kw_only=True):
    """The biller answers again: what waited is on its way."""

    opened_at_ms: int
    at_ms: int


class AuditFinding(Struct, frozen=True, kw_only=True):
    """An order breaks a promise; `more` counts others found with it, `what` is technical, without secrets."""

    invariant: Invariant
    trxid: str
    what: str
    more: int
    at_ms: int


class DatabaseFoundDamaged(Struct, frozen=True, kw_only=True):
    """The check beside the running bot found the file damaged: Loket stops, and a person must restore it."""

    at_ms: int


class BillerBalance(Struct, frozen=True, kw_only=True):
    """The biller balance as last reported, for admins alone; sums in rupiah are costs."""

    balance_idr: int | None
    reported_at_ms: int | None
    source: str | None
    open_count: int
    open_sum_idr: int
    today_count: int
    today_sum_idr: int
    waiting_count: int
    held_since_ms: int | None = None


AlarmNotice = (
    UnknownTrxid
    | NothingToResolve
    | ReversalQuarantined
    | ReversalRefused
    | DeliveryFailed
    | BreakerOpened
    | BreakerClosed
    | AuditFinding
    | DatabaseFoundDamaged
    | BillerBalance
)
