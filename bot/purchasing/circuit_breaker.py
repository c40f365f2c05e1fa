"""Holds orders back while the biller is in trouble, so that an outage does not make hundreds unknown.

Pure: it gets each answer with the time of a monotonic clock in seconds. Its state is in memory only: it is
closed after a start, and a biller still in trouble opens it again within a few posts.
"""

from collections import deque

from bot.notices.alarms import BreakerClosed, BreakerOpened, HoldCause
from bot.orders.events import Accepted, Answer, NotSent, Refused, Unclear
from bot.orders.model import FailureCause

LAST_ANSWERS = 10
UNCLEAR_TO_OPEN = 5
"""Half of the last ten: each costs an admin a check of the biller's list, and a customer a long wait."""

WITHIN_S = 600.0
"""Five successive posts that reach the deadline of 45 s take four minutes; answers older than ten minutes
say little about the present."""

ACCOUNT_TO_OPEN = 3
"""A wrong signature, address or account fails every order; one or two refusals may be misread."""

UNSENT_TO_OPEN = 3
UNSENT_FOR_S = 30.0
"""Attempts to connect cost nothing and bridge short outages. Once three orders have failed to connect for
half of their minute, it is better to hold the others than to let them expire."""

FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 300.0
"""One order at a time probes whether the biller is back: soon at first, then every five minutes."""


class CircuitBreaker:
    """Allows every post while closed, and one probe after each pause while open."""

    def __init__(self) -> None:
        self._answers: deque[tuple[float, bool]] = deque(maxlen=LAST_ANSWERS)
        self._account_refusals = 0
        self._unsent: dict[str, float] = {}
        self._open_since_ms: int | None = None
        self._pause_s = FIRST_PAUSE_S
        self._probe_at_s = 0.0
        self._probe: str | None = None
        self._closed_at_s = float("-inf")

    @property
    def is_open(self) -> bool:
        """Whether orders are held back."""
        return self._open_since_ms is not None

    def open_since_ms(self) -> int | None:
        """Return the Unix time since when orders are held back; None if they are not."""
        return self._open_since_ms

    def allows(self, free: int, *, at_s: float) -> int:
        """Return how many of `free` posts may begin now."""
        if not self.is_open:
            return free
        return min(1, free) if self._probe is None and at_s >= self._probe_at_s else 0

    def pause_s(self, *, at_s: float) -> float:
        """Return the seconds until a probe may begin; infinity while one is under way."""
        return float("inf") if self._probe is not None else max(0.0, self._probe_at_s - at_s)

    def probes(self, trxid: str) -> None:
        """Record that this order is the probe, whose answer decides."""
        self._probe = trxid

    def record(
        self, trxid: str, answer: Answer, *, at_s: float, at_ms: int
    ) -> BreakerOpened | BreakerClosed | None:
        """Record the answer to a post; return the alarm for the admins, if any."""
        if self._open_since_ms is not None:
            # Posts under way since before it opened add nothing: they are why it opened.
            return (
                self._judge_probe(answer, self._open_since_ms, at_s, at_ms) if trxid == self._probe else None
            )
        self._remember(trxid, answer, at_s)
        cause = self._cause(at_s)
        if cause is None:
            return None
        # A biller that is soon in trouble again is probed less often than after a long time without trouble.
        is_relapse = at_s - self._closed_at_s < LONGEST_PAUSE_S
        self._pause_s = min(LONGEST_PAUSE_S, 2 * self._pause_s) if is_relapse else FIRST_PAUSE_S
        self._open_since_ms, self._probe, self._probe_at_s = at_ms, None, at_s + self._pause_s
        return BreakerOpened(cause=cause, at_ms=at_ms)

    def _judge_probe(self, answer: Answer, since_ms: int, at_s: float, at_ms: int) -> BreakerClosed | None:
        self._probe = None
        if _is_healthy(answer):
            self._open_since_ms, self._closed_at_s = None, at_s
            self._answers.clear()
            self._unsent.clear()
            self._account_refusals = 0
            return BreakerClosed(opened_at_ms=since_ms, at_ms=at_ms)
        self._pause_s = min(LONGEST_PAUSE_S, 2 * self._pause_s)
        self._probe_at_s = at_s + self._pause_s
        return None

    def _remember(self, trxid: str, answer: Answer, at_s: float) -> None:
        if isinstance(answer, NotSent):
            self._unsent.setdefault(trxid, at_s)
            return
        self._unsent.clear()
        self._answers.append((at_s, isinstance(answer, Unclear)))
        if not isinstance(answer, Unclear):
            self._account_refusals = 0 if _is_healthy(answer) else self._account_refusals + 1

    def _cause(self, at_s: float) -> HoldCause | None:
        unclear = sum(is_unclear and at_s - earlier_s <= WITHIN_S for earlier_s, is_unclear in self._answers)
        if unclear >= UNCLEAR_TO_OPEN:
            return HoldCause.UNCLEAR
        if self._account_refusals >= ACCOUNT_TO_OPEN:
            return HoldCause.ACCOUNT
        unsent = [earlier_s for earlier_s in self._unsent.values() if at_s - earlier_s <= WITHIN_S]
        if len(unsent) >= UNSENT_TO_OPEN and at_s - min(unsent) >= UNSENT_FOR_S:
            return HoldCause.UNREACHABLE
        return None


def _is_healthy(answer: Answer) -> bool:
    """Return whether only a biller that works for our account gives this answer."""
    match answer:
        case Accepted():
            return True
        case Refused(failure_cause=failure_cause):
            return failure_cause is not FailureCause.ACCOUNT
        case _:
            return False
