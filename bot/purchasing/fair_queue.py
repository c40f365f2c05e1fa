"""Whose order comes next: whoever can, goes at once; where more wait than can go, people take turns."""

from collections import deque

from bot.orders.model import Order
from storage import orders
from storage.transaction import Tx

READ_AHEAD = 256
HOLDS_MS = 250
"""So long the turns hold that were read: whoever orders meanwhile waits no longer than that for theirs."""


class FairQueue:
    """The placed orders whose time has come. While many wait, their turns are read ahead, since that costs.

    What is given is how an order stood a moment ago: a claim finds out what has moved since.
    """

    def __init__(self) -> None:
        self._queue: deque[Order] = deque()
        self._read_at_ms = 0
        self.has_more = True
        """Whether somebody may wait for whom there was no room."""

    def next(self, tx: Tx, count: int, *, now_ms: int) -> list[Order]:
        """Give the next orders, at most `count`."""
        if not self._queue or not 0 <= now_ms - self._read_at_ms <= HOLDS_MS:
            self._queue.clear()
            found = orders.due(tx, now_ms=now_ms, limit=count + 1)
            self.has_more = len(found) > count
            if not self.has_more:
                return found
            self._queue.extend(orders.due_by_turns(tx, now_ms=now_ms, limit=max(count, READ_AHEAD)))
            self._read_at_ms = now_ms
        return [self._queue.popleft() for _ in range(min(count, len(self._queue)))]
