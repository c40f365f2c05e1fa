"""One message with several orders: when it came, and which of its lines made none."""

from enum import StrEnum

from msgspec import Struct


class UnplacedReason(StrEnum):
    """What kept a line from being an order."""

    SLIP = "input_error"
    QUESTION = "question"
    REPEATED = "repeated"
    CLOSED = "closed"
    COUNTER_CLOSED = "counter_closed"


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
