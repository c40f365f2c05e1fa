"""Which chats may be spoken to now, and with what: each in order, all side by side, at Telegram's pace."""

from collections.abc import Callable

from msgspec import Struct

from bot.delivery.rate_limit import RateLimiter
from storage import outbox
from storage.outbox import QueuedMessage
from storage.transaction import Tx

READ_AT_ONCE = 120
"""A list of results has room for about a hundred; whoever has more waiting than this is far behind."""

CHATS_AT_ONCE = 30
"""Telegram takes thirty messages a second in all."""

IDLE_S = 30.0
"""A ring or a look finds every new letter; this only bounds what a lost one could cost."""


class QueueScan(Struct, frozen=True):
    """The letters of every chat that may be spoken to now, and the seconds until there may be more."""

    ready: list[list[QueuedMessage]]
    pause_s: float


class ChatQueues:
    """Knows who is being spoken to. `tick` is a monotonic clock in seconds, `now_ms` the time of day."""

    def __init__(
        self, *, rate_limiter: RateLimiter, now_ms: Callable[[], int], monotonic: Callable[[], float]
    ) -> None:
        self.busy: set[int] = set()
        """The chats that are being spoken to; whoever speaks takes them in and out."""
        self.skipped: set[int] = set()
        """Of these, the chats for which there may be more than whoever speaks to them has seen."""
        self.is_full = False
        """Whether chats may wait for others to be done: whoever is done then makes room for all."""
        self._rate_limiter = rate_limiter
        self._now_ms = now_ms
        self._monotonic = monotonic

    def scan(self, tx: Tx) -> QueueScan:
        """Find all that may be said now."""
        if len(self.busy) >= CHATS_AT_ONCE:
            # There is no place: whoever is done rings for all.
            self.is_full = True
            return QueueScan([], IDLE_S)
        now_ms = self._now_ms()
        queues, wake_ms = outbox.chat_queues(tx, now_ms=now_ms)
        pause_s = IDLE_S if wake_ms is None else min(IDLE_S, (wake_ms - now_ms) / 1000)
        ready: list[list[QueuedMessage]] = []
        self.is_full = False
        for queue in queues:
            if queue.chat_id in self.busy:
                self.skipped.add(queue.chat_id)
                continue
            if len(self.busy) + len(ready) >= CHATS_AT_ONCE:
                self.is_full = True
                break
            wait_s = self._wait_s(queue.chat_id, queue.due_at_ms, now_ms)
            if wait_s > 0:
                pause_s = min(pause_s, wait_s)
                continue
            self._rate_limiter.record(queue.chat_id, self._monotonic())
            ready.append(outbox.messages_of(tx, queue, now_ms=now_ms, limit=READ_AT_ONCE))
        return QueueScan(ready, pause_s)

    def scan_chat(self, tx: Tx, chat_id: int) -> QueueScan:
        """Find what may be said next in a chat that was just spoken to."""
        if self.is_full:
            return QueueScan([], 0)
        now_ms = self._now_ms()
        self.skipped.discard(chat_id)
        waiting = outbox.waiting_messages(tx, chat_id, now_ms=now_ms, limit=READ_AT_ONCE)
        if not waiting:
            return QueueScan([], IDLE_S)
        wait_s = self._wait_s(chat_id, waiting[0].due_at_ms, now_ms)
        if wait_s > 0:
            return QueueScan([], wait_s)
        self._rate_limiter.record(chat_id, self._monotonic())
        return QueueScan([waiting], IDLE_S)

    def catch_up(self, tx: Tx, chat_id: int) -> list[QueuedMessage]:
        """Pass over what a lane that is far behind need not be told any more; give what comes first then."""
        now_ms = self._now_ms()
        outbox.drop_outdated(tx, chat_id, now_ms=now_ms)
        return outbox.waiting_messages(tx, chat_id, now_ms=now_ms, limit=READ_AT_ONCE)

    def is_scarce(self, chat_id: int) -> bool:
        """Tell whether Telegram lets little more be said in a chat for now."""
        return self._rate_limiter.is_scarce(chat_id, self._monotonic())

    def hold(self, chat_id: int, wait_s: float) -> None:
        """Let a chat wait as Telegram asks."""
        self._rate_limiter.hold(chat_id, self._monotonic() + wait_s, self._monotonic())

    def _wait_s(self, chat_id: int, due_at_ms: int, now_ms: int) -> float:
        return max(
            (due_at_ms - now_ms) / 1000,
            self._rate_limiter.free_at(chat_id, self._monotonic()) - self._monotonic(),
        )
