"""What became of each order, by the clock of those around the bot, and the figures that follow from it."""

import re
import time
from collections import Counter
from dataclasses import dataclass, field
from operator import attrgetter

TOLD = re.compile(r"(?:✅|SUKSES)[^\n]*?\.(08[0-9]{6,11})")
"""A line that tells a success and names its order, as every contender writes it."""


@dataclass(slots=True)
class Trace:
    """One order's moments in seconds of a monotonic clock, 0 before they come."""

    asked_at: float
    posted_at: float = 0.0
    reported_at: float = 0.0
    told_at: float = 0.0

    @property
    def step(self) -> str:
        """The last step of its way before it is told."""
        if self.reported_at:
            return "reported by the biller"
        return "at the biller" if self.posted_at else "asked for"


@dataclass(slots=True)
class Ledger:
    """All orders of one run by their destination, of which no two are alike."""

    traces: dict[str, Trace] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    posts: Counter[str] = field(default_factory=Counter)
    news: int = 0
    announced: Counter[int] = field(default_factory=Counter)
    _left: int = 0

    def asked(self, destination: str) -> None:
        """An order is on its way to the bot."""
        self.traces[destination] = Trace(asked_at=time.perf_counter())
        self._left += 1

    def posted(self, destination: str, trxid: str) -> None:
        """The biller got an order."""
        self.posts[trxid] += 1
        self.traces[destination].posted_at = time.perf_counter()

    def reported(self, destination: str) -> None:
        """The biller is about to report a result."""
        self.traces[destination].reported_at = time.perf_counter()

    def said(self, method: str, text: str) -> None:
        """The bot's message was taken."""
        now = time.perf_counter()
        self.news += 1
        self.calls[method] += 1
        for destination in TOLD.findall(text):
            trace = self.traces.get(destination)
            if trace and not trace.told_at:
                trace.told_at = now
                self._left -= 1

    def announce(self, chat_id: int) -> None:
        """A chat got a broadcast."""
        self.announced[chat_id] += 1

    def forget(self) -> None:
        """Begin anew, after a warm-up."""
        self.traces.clear()
        self.calls.clear()
        self.posts.clear()

    @property
    def all_are_told(self) -> bool:
        """Return whether no chat waits for a result any more."""
        return self._left == 0

    @property
    def lost(self) -> int:
        """Return how many orders were never told their result."""
        return self._left

    def untold(self) -> str:
        """Return how far the orders came whose result was not told."""
        steps = Counter(trace.step for trace in self.traces.values() if not trace.told_at)
        return ", ".join(f"{orders} {step}" for step, orders in steps.items())

    @property
    def doubled(self) -> int:
        """Return how many posts bore a trxid that was posted before."""
        return sum(self.posts.values()) - len(self.posts)

    def span_s(self) -> float:
        """Return the seconds from the first order asked to the last one told."""
        traces = self.traces.values()
        return max(trace.told_at for trace in traces) - min(trace.asked_at for trace in traces)

    def to_trx_ms(self) -> list[float]:
        """Return how long each order took from Telegram's update to the biller."""
        return self._between("asked_at", "posted_at")

    def to_push_ms(self) -> list[float]:
        """Return how long each result took from the biller's report to the chat."""
        return self._between("reported_at", "told_at")

    def _between(self, first: str, second: str) -> list[float]:
        began, ended = attrgetter(first), attrgetter(second)
        return sorted(1000 * (ended(t) - began(t)) for t in self.traces.values() if began(t) and ended(t))


def share(ordered: list[float], part: float) -> float:
    """Return the value below which `part` of an ordered list lies; 0 of an empty one."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0
