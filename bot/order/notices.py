"""What is told of an order: to the chat that asked for it, and to the admins who may have to settle it.

Each notice is a name and facts; the words are in `bot/texts/`.
"""

from dataclasses import dataclass

from bot.order.model import ExpiryReason, Intent, Outcome, State, Trouble
from bot.order.typed import spelled


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutOrder:
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
        return spelled(intent)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReceived(AboutOrder):
    """The order is stored and on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWaiting(AboutOrder):
    """The biller is in trouble: the order keeps its place in the queue and nothing of it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSucceeded(AboutOrder):
    """Delivered; `sn` is the biller's proof, whole, or None where it could not be read."""

    sn: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFailed(AboutOrder):
    """Refused or failed; `reason` is the biller's, fit for a reseller, and may be empty.

    `others` could be bought in its place, by a tap of `user_id`.
    """

    reason: str
    trouble: Trouble
    others: tuple[Intent, ...] = ()
    user_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderUnknown(AboutOrder):
    """Nobody can say yet whether it was bought: the chat must not send it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderOverdue(AboutOrder):
    """Accepted long ago and no result yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderExpired(AboutOrder):
    """Given up before a byte of it left: nothing was bought."""

    reason: ExpiryReason


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDisputed(AboutOrder):
    """The biller now says `now`, against what the chat was told before."""

    now: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCard(AboutOrder):
    """An order that an admin must settle: the facts, and why nobody else can."""

    state: State
    chat_id: int
    user_id: int
    placed_at_ms: int
    price_idr: int | None
    biller_ref: str | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnQuestion(AboutOrder):
    """SUKSES was tapped: the admin is asked for the SN."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingQuestion(AboutOrder):
    """The second question before an admin's word becomes the order's state."""

    outcome: Outcome
    sn: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRuled(AboutOrder):
    """An admin settled the order; this stands where its card stood."""

    outcome: Outcome
    sn: str | None
    admin_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSettledItself(AboutOrder):
    """The order left the admins' list without them: its card has nothing left to ask."""

    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingRejected(AboutOrder):
    """An admin's word came too late or for an order that needs none."""

    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class BillerTrouble(AboutOrder):
    """The biller refused for a reason that only the operator can mend."""

    trouble: Trouble
    reason: str


OrderNotice = (
    OrderReceived
    | OrderWaiting
    | OrderSucceeded
    | OrderFailed
    | OrderUnknown
    | OrderOverdue
    | OrderExpired
    | OrderDisputed
    | OrderCard
    | SnQuestion
    | RulingQuestion
    | OrderRuled
    | OrderSettledItself
    | RulingRejected
    | BillerTrouble
)

Listed = (
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
