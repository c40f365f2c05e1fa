"""Telegram's rate limits: 30 messages/s in all, one/s per chat with a burst of 3, 20/min per group."""

import math
from dataclasses import dataclass, field

from sandbox.telegram.chats import Chat, ChatType


@dataclass(slots=True, kw_only=True)
class _Bucket:
    """A token bucket of `capacity` messages; one token returns every `every_ms`."""

    capacity: int
    every_ms: float
    level: float
    at_ms: int

    def wait_ms(self, now_ms: int) -> float:
        """Return how long to wait for the next token."""
        self.level = min(self.capacity, self.level + (now_ms - self.at_ms) / self.every_ms)
        self.at_ms = now_ms
        return max(0.0, (1 - self.level) * self.every_ms)


@dataclass(slots=True)
class Pace:
    """The rate limiter of one bot; all times in ms."""

    _buckets: dict[object, _Bucket] = field(default_factory=dict)

    def retry_after_s(self, chat: Chat, now_ms: int) -> int | None:
        """Count one message to the chat and return None; over a limit, return the seconds to wait."""
        buckets = [
            self._bucket("all", 30, 1000 / 30, now_ms),
            self._bucket(chat.id, 3, 1000.0, now_ms),
        ]
        if chat.type is not ChatType.PRIVATE:
            buckets.append(self._bucket(("group", chat.id), 20, 60_000 / 20, now_ms))
        wait_ms = max(bucket.wait_ms(now_ms) for bucket in buckets)
        if wait_ms >= 1:  # below this it is a rounding error
            return max(1, math.ceil(wait_ms / 1000))
        for bucket in buckets:
            bucket.level -= 1
        return None

    def _bucket(self, key: object, capacity: int, every_ms: float, now_ms: int) -> _Bucket:
        fresh = _Bucket(capacity=capacity, every_ms=every_ms, level=capacity, at_ms=now_ms)
        return self._buckets.setdefault(key, fresh)
