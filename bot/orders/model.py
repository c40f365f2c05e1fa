"""The types of an order: the request (Intent), the stored order (Order), a message with several (Batch)."""

from datetime import datetime, tzinfo
from enum import StrEnum

from msgspec import Struct


class State(StrEnum):
    """The state of an order; `states.py` has the transitions."""

    PLACED = "placed"
    SUBMITTING = "submitting"
    PENDING = "pending"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"
    DISPUTED = "disputed"


class Outcome(StrEnum):
    """How a purchase ended, according to the biller or an admin."""

    SUCCESS = "success"
    FAILURE = "failure"


class FailureCause(StrEnum):
    """Why the biller refused; it selects the next step that the reseller reads."""

    PRODUCT_UNAVAILABLE = "product_unavailable"
    PRODUCT_INACTIVE = "product_inactive"
    DEPOSIT = "deposit"
    ACCOUNT = "account"
    DESTINATION = "destination"
    OTHER = "other"


class ExpiryReason(StrEnum):
    """Why an order was given up before anything of it was sent."""

    TOO_OLD = "too_old"
    NEVER_SENT = "never_sent"
    NO_ACCESS = "no_access"
    CLOCK_CHANGED = "clock_changed"


class UnknownCause(StrEnum):
    """Why it is unknown whether an order was bought; it selects the words that the reseller reads."""

    NO_ANSWER = "no_answer"
    """No whole answer came to the post."""
    UNREADABLE_ANSWER = "unreadable_answer"
    OTHER_ORDER = "other_order"
    """The answer names another product, destination or user."""
    CONTRADICTORY_ANSWER = "contradictory_answer"
    NOT_STORED = "not_stored"
    """Loket stopped or failed between the post and the storing of its answer."""
    RESTORED = "restored"
    """A backup was restored, and the order may have been posted since it was made."""
    CONTRADICTORY_REPORT = "contradictory_report"
    """The words of a report of the result contradict its status."""


class Intent(Struct, frozen=True, kw_only=True):
    """A validated order request.

    `product_code` is spelled as in the catalogue, or in lower case without one; `destination` has the form of
    the product's rule (phones as 08…). `ordinal` counts the purchases of one product for one destination on
    one day: 2 to 99 are typed on purpose.
    """

    product_code: str
    destination: str
    ordinal: int = 1


class Order(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One purchase, posted at most once under its `trxid` (17 digits).

    `chat_id`, `thread_id` and `message_id` name the message of the request, which its result replies to;
    `line` is its line in that message, from 1; `ordinal` counts the purchases of this product for this
    destination that day. Times are ms since the epoch: `requested_at_ms` is Telegram's date, the others are
    by our clock; `due_at_ms` is when a placed order may be tried. `success_reported` and `failure_reported`
    record what the biller has reported so far, to recognise a repetition. `unknown_reason`, for admins, is
    why the order is UNKNOWN. `reason` may be shown to a reseller; `cost_idr` is the operator's cost,
    `price_idr` the reseller's price in the catalogue.
    """

    trxid: str
    chat_id: int
    thread_id: int | None
    message_id: int
    line: int
    user_id: int
    product_code: str
    destination: str
    state: State
    requested_at_ms: int
    placed_at_ms: int
    changed_at_ms: int
    due_at_ms: int
    ordinal: int = 1
    shop_id: int | None = None
    price_idr: int | None = None
    expected_cost_idr: int | None = None
    attempts: int = 0
    overdue: bool = False
    success_reported: bool = False
    failure_reported: bool = False
    cost_idr: int | None = None
    biller_ref: str | None = None
    sn: str | None = None
    reason: str | None = None
    failure_cause: FailureCause | None = None
    unknown_reason: str | None = None
    expiry: ExpiryReason | None = None
    resolved_by: int | None = None


def trxid_at(at_ms: int, zone: tzinfo, random_suffix: int) -> str:
    """Return a trxid in the biller's form: local time as YYMMDDhhmmss and five digits.

    `random_suffix` is 0 to 99999. Trxids can collide: the caller draws again if one is taken.
    """
    local = datetime.fromtimestamp(at_ms / 1000, zone)
    return f"{local:%y%m%d%H%M%S}{random_suffix:05d}"


class UnplacedReason(StrEnum):
    """Why a line did not become an order."""

    INPUT_ERROR = "input_error"
    QUESTION = "question"
    REPEATED = "repeated"
    CLOSED = "closed"
    COUNTER_CLOSED = "counter_closed"
    NO_BALANCE = "no_balance"
    DAILY_LIMIT = "daily_limit"
    NO_PRICE = "no_price"


class UnplacedLine(Struct, frozen=True, kw_only=True):
    """A line that made no order; `hint` is a text that would make one, empty if there is none.

    `detail` is the value of the `InputError` or of the `Ambiguity` behind `why`, empty for other reasons.
    """

    number: int
    typed: str
    why: UnplacedReason
    hint: str
    detail: str = ""


class Batch(Struct, frozen=True, kw_only=True):
    """One message with several orders. `version` grows with each change that its table should show.

    Its results are held until `hold_until_ms`, to be sent as one message.
    """

    chat_id: int
    message_id: int
    placed_at_ms: int
    placed_count: int
    unplaced: tuple[UnplacedLine, ...]
    version: int
    hold_until_ms: int = 0
