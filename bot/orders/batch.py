"""One message with several orders: when it came, and which of its lines made none."""

from enum import StrEnum

from msgspec import Struct


class Why(StrEnum):
    """What kept a line from being an order."""

    SLIP = "slip"
    QUESTION = "question"
    REPEATED = "repeated"
    CLOSED = "closed"
    COUNTER_CLOSED = "counter_closed"


class Unplaced(Struct, frozen=True, kw_only=True):
    """A line that made no order; `hint` is the form that would, empty where there is none."""

    number: int
    typed: str
    why: Why
    hint: str


class Batch(Struct, frozen=True, kw_only=True):
    """One message with several orders. `version` grows with each change that its table should show.

    Its news gathers until `rests_until_ms`, if that is still to come.
    """

    chat_id: int
    message_id: int
    placed_at_ms: int
    placed_count: int
    unplaced: tuple[Unplaced, ...]
    version: int
    rests_until_ms: int = 0
