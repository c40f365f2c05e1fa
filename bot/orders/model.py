"""The nouns of an order: what was asked (Intent), what is stored (Order), several of one message (Batch)."""

from datetime import datetime, tzinfo
from enum import StrEnum

from msgspec import Struct


class State(StrEnum):
    """Where an order stands; the moves between them are in `states.py`."""

    PLACED = "placed"
    SUBMITTING = "submitting"
    PENDING = "pending"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"
    DISPUTED = "disputed"


class Outcome(StrEnum):
    """How a purchase ended, as the biller or an admin says it."""

    SUCCESS = "success"
    FAILURE = "failure"


class FailureCause(StrEnum):
    """Why the biller refused, in our words; it picks the next step that people are told."""

    PRODUCT_UNAVAILABLE = "product_unavailable"
    PRODUCT_INACTIVE = "product_inactive"
    DEPOSIT = "deposit"
    ACCOUNT = "account"
    DESTINATION = "destination"
    OTHER = "other"


class ExpiryReason(StrEnum):
    """Why an order was given up before a byte of it had left."""

    TOO_OLD = "too_old"
    NEVER_SENT = "never_sent"


class Intent(Struct, frozen=True, kw_only=True):
    """A validated wish to buy.

    `product_code` is spelled as the catalogue spells it, in lower case without one; `destination` is in the
    form of the product's rule (phones as 08…). `ordinal` counts the purchases of one product for one
    destination on one day: 2 to 99 are asked for on purpose.
    """

    product_code: str
    destination: str
    ordinal: int = 1


class Order(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One purchase, posted at most once under its `trxid` (17 digits).

    `chat_id`, `thread_id` and `message_id` say where it was asked and so where its result is told;
    `line` is its line in that message, from 1; `ordinal` tells which purchase of this product for this
    destination it is that day. Times are ms since the epoch: `requested_at_ms` by
    Telegram's date, the others by our clock; `due_at_ms` is when a placed order may be tried.
    `success_reported` and `failure_reported` keep what the biller has said so far, so that a repeated
    report is known as one. `unknown_reason` says, for admins, why the order is UNKNOWN. `reason` is fit for a
    reseller's eyes; `cost_idr` is the operator's cost, `price_idr` what the catalogue asked of the reseller.
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
    """Return the trxid of a moment, as the biller asks for it: local time as YYMMDDhhmmss and five digits.

    `random_suffix` is 0 to 99999. Two trxids can be equal: a store that finds one taken draws again.
    """
    local = datetime.fromtimestamp(at_ms / 1000, zone)
    return f"{local:%y%m%d%H%M%S}{random_suffix:05d}"


class UnplacedReason(StrEnum):
    """What kept a line from being an order."""

    INPUT_ERROR = "input_error"
    QUESTION = "question"
    REPEATED = "repeated"
    CLOSED = "closed"
    COUNTER_CLOSED = "counter_closed"
    NO_BALANCE = "no_balance"
    NO_PRICE = "no_price"


class UnplacedLine(Struct, frozen=True, kw_only=True):
    """A line that made no order; `hint` is the form that would, empty where there is none."""

    number: int
    typed: str
    why: UnplacedReason
    hint: str


class Batch(Struct, frozen=True, kw_only=True):
    """One message with several orders. `version` grows with each change that its table should show.

    Its news gathers until `hold_until_ms`, if that is still to come.
    """

    chat_id: int
    message_id: int
    placed_at_ms: int
    placed_count: int
    unplaced: tuple[UnplacedLine, ...]
    version: int
    hold_until_ms: int = 0
