"""What can be heard about an order, whoever says it: the submitter, the biller, the clock, an admin."""

from msgspec import Struct

from bot.orders.model import ExpiryReason, FailureCause, Outcome


class Claimed(Struct, frozen=True, kw_only=True):
    """A submitter took the order; its one post may leave only after this is committed."""


class NotSent(Struct, frozen=True, kw_only=True):
    """No byte of the post can have left (no connection was made); `why` is for the log."""

    why: str


class Accepted(Struct, frozen=True, kw_only=True):
    """The biller answered that the purchase is in progress; amounts in rupiah, as far as they were told."""

    cost_idr: int | None = None
    balance_idr: int | None = None
    biller_ref: str | None = None


class Refused(Struct, frozen=True, kw_only=True):
    """The biller answered that it will not buy; `reason` is fit for a reseller and may be empty.

    `raw` here and below holds the biller's own words for admins, on one line and capped.
    """

    reason: str
    failure_cause: FailureCause
    biller_ref: str | None = None
    raw: str = ""


class Unclear(Struct, frozen=True, kw_only=True):
    """The post may have been carried out or not; `why` is for admins and holds no secret."""

    why: str
    raw: str = ""


class Succeeded(Struct, frozen=True, kw_only=True):
    """A reversal reported success; `sn` is whole or None, amounts in rupiah are the operator's own.

    `doubtful_sn` is what may be the SN where none is surely read, "" where an admin has to look for it.
    """

    sn: str | None = None
    doubtful_sn: str | None = None
    cost_idr: int | None = None
    balance_idr: int | None = None
    raw: str = ""


class Failed(Struct, frozen=True, kw_only=True):
    """A reversal reported failure; `reason` is fit for a reseller and may be empty."""

    reason: str
    failure_cause: FailureCause
    balance_idr: int | None = None
    raw: str = ""


class Contradiction(Struct, frozen=True, kw_only=True):
    """A reversal whose words are not what its status is: it settles nothing; `why` is for admins."""

    why: str
    raw: str = ""


class Expired(Struct, frozen=True, kw_only=True):
    """The order is given up unsent."""

    reason: ExpiryReason


class Overdue(Struct, frozen=True, kw_only=True):
    """The result is late: people should hear that it is being watched."""


class Resolved(Struct, frozen=True, kw_only=True):
    """An admin settled what nobody else could; `sn` only with success."""

    outcome: Outcome
    admin_id: int
    sn: str | None = None


class SnSupplied(Struct, frozen=True, kw_only=True):
    """An admin handed on the SN of a success, which was not surely read or has become another."""

    sn: str
    admin_id: int


Answer = Accepted | Refused | Unclear | NotSent
"""What one `trx` call can come to."""

ReversalEvent = Succeeded | Failed | Contradiction
"""What a reversal that fits its order can say."""

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
)
