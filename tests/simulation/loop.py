"""An event loop whose clock jumps to whatever happens next, in an order of things drawn by a seed."""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import deque

START_S = 1_790_000_000.0
"""The virtual world begins on 21 September 2026, as the time of day; only differences matter."""


class Timeline:
    """Virtual time, and the world's own events: these outlive any crash of the process."""

    def __init__(self) -> None:
        self.now_s = START_S
        self._events: list[tuple[float, int, Callable[[], object]]] = []
        self._count = itertools.count()

    def after(self, delay_s: float, event: Callable[[], object]) -> None:
        """Let `event` happen in `delay_s` seconds."""
        heapq.heappush(self._events, (self.now_s + delay_s, next(self._count), event))

    def next_s(self) -> float:
        """Return when the next event happens."""
        return self._events[0][0] if self._events else float("inf")

    def advance(self, to_s: float) -> None:
        """Move time on, never back."""
        self.now_s = max(self.now_s, to_s)

    def happen(self) -> None:
        """Let everything happen that is due."""
        while self._events and self._events[0][0] <= self.now_s:
            heapq.heappop(self._events)[2]()

    def pass_until(self, until_s: float) -> None:
        """Let time pass with nobody listening: the process is down."""
        while self.next_s() <= until_s:
            self.advance(self.next_s())
            self.happen()
        self.advance(until_s)


class _Selector:
    """Stands where sockets would be waited for: instead of waiting, time jumps."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline

    def select(self, timeout_s: float | None) -> list[object]:
        until_timer_s = float("inf") if timeout_s is None else self._timeline.now_s + max(0.0, timeout_s)
        until_s = min(until_timer_s, self._timeline.next_s())
        if until_s == float("inf"):
            raise RuntimeError("nothing will ever happen again")
        self._timeline.advance(until_s)
        return []


class VirtualLoop(asyncio.BaseEventLoop):
    """One life's loop. What is ready at the same moment runs in an order drawn by chance."""

    def __init__(self, timeline: Timeline, rng: Random) -> None:
        super().__init__()
        self._ready: deque[asyncio.Handle]
        self._timeline = timeline
        self._chance = rng
        self._selector = _Selector(timeline)
        # Coarse on purpose: asyncio runs timers early by up to this much, and virtual time must not care.
        self._clock_resolution = 1e-6

    def time(self) -> float:
        """Return virtual time, in seconds."""
        return self._timeline.now_s

    def _process_events(self, _: object) -> None:
        self._timeline.happen()
        if len(self._ready) > 1:
            ready = list(self._ready)
            self._chance.shuffle(ready)
            self._ready.clear()
            self._ready.extend(ready)

    def _write_to_self(self) -> None:
        """Nobody calls from another thread."""
