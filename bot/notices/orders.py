"""Notices about an order, to the chat that ordered and to the admins who may have to resolve it."""

from enum import StrEnum

from msgspec import Struct

from bot.grammar.parsed import order_text
from bot.notices.balances import BalanceLine
from bot.orders.model import ExpiryReason, FailureCause, Intent, Outcome, State, UnknownCause


class AboutOrder(Struct, frozen=True, kw_only=True):
    """The facts in every notice about an order; `at_ms` is when the event happened."""

    trxid: str
    code: str
    destination: str
    at_ms: int
    ordinal: int = 1

    @property
    def typed(self) -> str:
        """The text of the order: `s5.0812…`, or `s5.2.0812…` for a second purchase."""
        intent = Intent(product_code=self.code, destination=self.destination, ordinal=self.ordinal)
        return order_text(intent)


class AboutResult(AboutOrder, frozen=True, kw_only=True):
    """A result; `closed_group` names its group if that shut us out and this goes to the reseller instead."""

    closed_group: str = ""


class OrderReceived(AboutOrder, frozen=True, kw_only=True):
    """The order is stored and will be sent; `price_idr` is shown where no balance shows it."""

    price_idr: int | None = None
    balance: BalanceLine | None = None


class OrderWaiting(AboutOrder, frozen=True, kw_only=True):
    """The order waits in the queue and was not sent, because the biller is in trouble.

    `is_for_funds`: because the balance there is low, which no reseller may read.
    """

    is_for_funds: bool = False


class OrderSucceeded(AboutResult, frozen=True, kw_only=True):
    """Delivered; `sn` is the whole SN, or None if there is none or it could not be read.

    `is_sn_unread`: the admins were asked for it. `is_sn_new`: it replaces an SN that was sent before.
    """

    sn: str | None
    is_sn_unread: bool = False
    is_sn_new: bool = False
    price_idr: int | None = None
    balance: BalanceLine | None = None


class OrderFailed(AboutResult, frozen=True, kw_only=True):
    """Refused or failed; `reason` is the biller's, fit for a reseller, and may be empty.

    `others` are substitutes, which `user_id` can buy by a tap.
    """

    reason: str
    failure_cause: FailureCause
    others: tuple[Intent, ...] = ()
    user_id: int | None = None
    balance: BalanceLine | None = None


class OrdersPossibleAgain(AboutOrder, frozen=True, kw_only=True):
    """The deposit is filled: `refused_count` orders of the chat, this one the last, can be sent again."""

    refused_count: int


class OrderUnknown(AboutResult, frozen=True, kw_only=True):
    """It is unknown whether it was bought: the chat must not send it again."""

    cause: UnknownCause = UnknownCause.NO_ANSWER


class OrderOverdue(AboutOrder, frozen=True, kw_only=True):
    """Accepted long ago and no result yet."""


class OrderExpired(AboutResult, frozen=True, kw_only=True):
    """Given up before anything was sent: nothing was bought."""

    reason: ExpiryReason
    balance: BalanceLine | None = None


class OrderDisputed(AboutResult, frozen=True, kw_only=True):
    """The biller now reports `now`, the opposite of the result that the chat was sent."""

    now: Outcome
    balance: BalanceLine | None = None


class DisputeKind(StrEnum):
    """What the biller's report contradicts."""

    BILLER = "biller"
    ADMIN = "admin"
    EXPIRY = "expiry"


class OrderCard(AboutOrder, frozen=True, kw_only=True):
    """An order that an admin must resolve, with the reason `why`.

    `dispute` is what a disputed order's report contradicts. `raw` is the biller's last text; `report` is one
    of its reports that names the order and does not match it. `name` and `username` are of who typed it,
    `owner_name` is the shop's owner if that was an assistant, `chat_title` the group's, as far as known.
    """

    state: State
    chat_id: int
    user_id: int
    placed_at_ms: int
    cost_idr: int | None
    biller_ref: str | None
    why: str
    dispute: DisputeKind = DisputeKind.BILLER
    raw: str = ""
    report: str = ""
    name: str = ""
    username: str | None = None
    owner_name: str = ""
    chat_title: str = ""


class SnQuestion(AboutOrder, frozen=True, kw_only=True):
    """Asks the admin who tapped SUKSES for the SN."""


class ResolutionQuestion(AboutOrder, frozen=True, kw_only=True):
    """Asks the admin to confirm a resolution."""

    outcome: Outcome
    sn: str | None


class OrderResolved(AboutOrder, frozen=True, kw_only=True):
    """An admin resolved the order; this replaces its card."""

    outcome: Outcome
    sn: str | None
    admin_name: str


class OrderResolvedByBiller(AboutOrder, frozen=True, kw_only=True):
    """The biller's report resolved the order; this replaces its card."""

    state: State


class ResolutionRejected(AboutOrder, frozen=True, kw_only=True):
    """The order does not need a resolution, or not any more."""

    state: State


class BillerAccountAlarm(AboutOrder, frozen=True, kw_only=True):
    """The biller refused for a reason that only the operator can correct."""

    failure_cause: FailureCause
    reason: str


OrderNotice = (
    OrderReceived
    | OrderWaiting
    | OrderSucceeded
    | OrderFailed
    | OrdersPossibleAgain
    | OrderUnknown
    | OrderOverdue
    | OrderExpired
    | OrderDisputed
    | OrderCard
    | SnQuestion
    | ResolutionQuestion
    | OrderResolved
    | OrderResolvedByBiller
    | ResolutionRejected
    | BillerAccountAlarm
)

ListableNotice = (
    OrderReceived
    | OrderWaiting
    | OrderOverdue
    | OrderSucceeded
    | OrderFailed
    | OrderUnknown
    | OrderExpired
    | OrderDisputed
)
"""Notices that may be merged into a list: they contain the state of an order and no question."""

Acknowledgement = OrderReceived | OrderWaiting
"""Notices that are obsolete once the result is known."""
