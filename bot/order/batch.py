"""One message with several orders: when it came, and which of its lines made none."""

from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """What kept a line from being an order."""

    SLIP = "slip"
    QUESTION = "question"
    REPEATED = "repeated"
    CLOSED = "closed"
    COUNTER_CLOSED = "counter_closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """A line that made no order; `hint` is the form that would, empty where there is none."""

    number: int
    typed: str
    why: Why
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
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
