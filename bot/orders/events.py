"""The events of an order, from the submitter, the biller, the clock or an admin."""

from msgspec import Struct

from bot.orders.model import ExpiryReason, FailureCause, Outcome, UnknownCause


class Claimed(Struct, frozen=True, kw_only=True):
    """The submitter claimed the order; its one post may leave only after this is committed."""


class NotSent(Struct, frozen=True, kw_only=True):
    """No byte of the post can have left, since no connection was made; `why` is for the log."""

    why: str


class Accepted(Struct, frozen=True, kw_only=True):
    """The biller answered that the purchase is in progress; amounts that it did not state are None."""

    cost_idr: int | None = None
    balance_idr: int | None = None
    biller_ref: str | None = None


class Refused(Struct, frozen=True, kw_only=True):
    """The biller refused the purchase; `reason` may be shown to a reseller, and may be empty.

    `raw`, here and below, is the biller's own text for admins, on one line and truncated.
    """

    reason: str
    failure_cause: FailureCause
    biller_ref: str | None = None
    raw: str = ""


class Unclear(Struct, frozen=True, kw_only=True):
    """The post may or may not have bought; `why` is for admins and contains no secret."""

    why: str
    cause: UnknownCause = UnknownCause.NO_ANSWER
    raw: str = ""


class Succeeded(Struct, frozen=True, kw_only=True):
    """A reversal reported success; `sn` is complete or None, the amounts are the operator's own.

    `doubtful_sn` is a possible SN if none was read reliably, "" if an admin must look for it.
    """

    sn: str | None = None
    doubtful_sn: str | None = None
    cost_idr: int | None = None
    balance_idr: int | None = None
    raw: str = ""


class Failed(Struct, frozen=True, kw_only=True):
    """A reversal reported failure; `reason` may be shown to a reseller, and may be empty."""

    reason: str
    failure_cause: FailureCause
    balance_idr: int | None = None
    raw: str = ""


class Contradiction(Struct, frozen=True, kw_only=True):
    """A reversal whose text contradicts its status: it settles nothing; `why` is for admins."""

    why: str
    raw: str = ""


class Expired(Struct, frozen=True, kw_only=True):
    """The order is given up before anything was sent."""

    reason: ExpiryReason


class Overdue(Struct, frozen=True, kw_only=True):
    """The result is late: chat and admins are notified."""


class Resolved(Struct, frozen=True, kw_only=True):
    """An admin decided the outcome; `sn` only with success."""

    outcome: Outcome
    admin_id: int
    sn: str | None = None


class SnSupplied(Struct, frozen=True, kw_only=True):
    """An admin supplied the SN of a success, which was not read reliably or has changed."""

    sn: str
    admin_id: int


class ClockSetBack(Struct, frozen=True, kw_only=True):
    """The machine's clock was set back by `by_ms` while the order was open: its times move with it."""

    by_ms: int


Answer = Accepted | Refused | Unclear | NotSent
"""The possible outcomes of a `trx` call."""

ReversalEvent = Succeeded | Failed | Contradiction
"""The possible events of a reversal that matches its order."""

OrderEvent = (
    Claimed
    | NotSent
    | Accepted
    | Refused
    | Unclear
    | Succeeded
    | Failed
    | Contradiction
    | Expired
    | Overdue
    | Resolved
    | SnSupplied
    | ClockSetBack
)
