"""What is told of an order: to the chat that asked for it, and to the admins who may have to settle it.

Each notice is a name and facts; the words are in `bot/texts/`.
"""

from msgspec import Struct

from bot.grammar.parsed import order_text
from bot.orders.model import ExpiryReason, FailureCause, Intent, Outcome, State


class AboutOrder(Struct, frozen=True, kw_only=True):
    """The facts that every notice of an order carries; `at_ms` is when it happened."""

    trxid: str
    code: str
    destination: str
    at_ms: int
    ordinal: int = 1

    @property
    def typed(self) -> str:
        """Give the text that orders just this: `s5.0812…`, or `s5.2.0812…` for a second purchase."""
        intent = Intent(product_code=self.code, destination=self.destination, ordinal=self.ordinal)
        return order_text(intent)


class OrderReceived(AboutOrder, frozen=True, kw_only=True):
    """The order is stored and on its way."""


class OrderWaiting(AboutOrder, frozen=True, kw_only=True):
    """The biller is in trouble: the order keeps its place in the queue and nothing of it was sent."""


class OrderSucceeded(AboutOrder, frozen=True, kw_only=True):
    """Delivered; `sn` is the biller's proof, whole, or None where there is none or it could not be read.

    `is_sn_unread`: the admins were asked for it. `is_sn_new`: it stands in the place of one told before.
    """

    sn: str | None
    is_sn_unread: bool = False
    is_sn_new: bool = False


class OrderFailed(AboutOrder, frozen=True, kw_only=True):
    """Refused or failed; `reason` is the biller's, fit for a reseller, and may be empty.

    `others` could be bought in its place, by a tap of `user_id`.
    """

    reason: str
    failure_cause: FailureCause
    others: tuple[Intent, ...] = ()
    user_id: int | None = None


class OrdersPossibleAgain(AboutOrder, frozen=True, kw_only=True):
    """The deposit is filled: this order and others of the chat, `refused_count` in all, can be sent again."""

    refused_count: int


class OrderUnknown(AboutOrder, frozen=True, kw_only=True):
    """Nobody can say yet whether it was bought: the chat must not send it again."""


class OrderOverdue(AboutOrder, frozen=True, kw_only=True):
    """Accepted long ago and no result yet."""


class OrderExpired(AboutOrder, frozen=True, kw_only=True):
    """Given up before a byte of it left: nothing was bought."""

    reason: ExpiryReason


class OrderDisputed(AboutOrder, frozen=True, kw_only=True):
    """The biller now says `now`, against what the chat was told before."""

    now: Outcome


class OrderCard(AboutOrder, frozen=True, kw_only=True):
    """An order that an admin must settle: the facts, and why nobody else can.

    `raw` is what the biller said last, in its own words; `report` is one of its reports that names the order
    and does not fit it.
    """

    state: State
    chat_id: int
    user_id: int
    placed_at_ms: int
    cost_idr: int | None
    biller_ref: str | None
    why: str
    raw: str = ""
    report: str = ""


class SnQuestion(AboutOrder, frozen=True, kw_only=True):
    """SUKSES was tapped: the admin is asked for the SN."""


class ResolutionQuestion(AboutOrder, frozen=True, kw_only=True):
    """The second question before an admin's word becomes the order's state."""

    outcome: Outcome
    sn: str | None


class OrderResolved(AboutOrder, frozen=True, kw_only=True):
    """An admin settled the order; this stands where its card stood."""

    outcome: Outcome
    sn: str | None
    admin_name: str


class OrderResolvedByBiller(AboutOrder, frozen=True, kw_only=True):
    """The order left the admins' list without them: its card has nothing left to ask."""

    state: State


class ResolutionRejected(AboutOrder, frozen=True, kw_only=True):
    """An admin's word came too late or for an order that needs none."""

    state: State


class BillerAccountAlarm(AboutOrder, frozen=True, kw_only=True):
    """The biller refused for a reason that only the operator can mend."""

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
"""Notices that may stand in a list with others: they tell how an order stands, and ask nothing."""

Acknowledgement = OrderReceived | OrderWaiting
"""Notices that say less than the result: once that is there, they need not be said any more."""
