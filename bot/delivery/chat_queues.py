"""The chat queues: which chats may get a message now, each in order, within Telegram's rate limits."""

from collections.abc import Callable

from msgspec import Struct

from bot.delivery.rate_limit import RateLimiter
from bot.notices import NEWS_PRIORITY, priority_of
from storage import outbox
from storage.outbox import QueuedMessage
from storage.transaction import Tx

READ_AT_ONCE = 120
"""A merged message has room for about a hundred results; a chat with more waiting is far behind."""

CHATS_AT_ONCE = 30
"""Telegram accepts thirty messages a second in all."""

NEWS_AT_ONCE = 8
"""Results find a free place whatever news is being sent, even where each message takes a second."""

MAX_PAUSE_S = 300.0
"""The longest pause between two attempts to send a message."""

IDLE_S = 30.0
"""A wake-up or a scan finds every new message; this only bounds the delay if one were lost."""


class QueueScan(Struct, frozen=True):
    """The waiting messages of each chat that may get one now, and the seconds until there may be more."""

    ready: list[list[QueuedMessage]]
    pause_s: float


class ChatQueues:
    """Tracks the chats being sent to. `now_ms` returns the Unix time, `monotonic` a time in seconds."""

    def __init__(
        self, *, rate_limiter: RateLimiter, now_ms: Callable[[], int], monotonic: Callable[[], float]
    ) -> None:
        self.busy: set[int] = set()
        """The chats being sent to; the messenger adds and removes them."""
        self.skipped: set[int] = set()
        """The busy chats that a scan skipped: they may have messages that their own scan has not seen."""
        self.done_since_scan: set[int] = set()
        """The chats whose queue is done since a scan began: what it has read of them may be sent by now."""
        self.busy_with_news: set[int] = set()
        """Those of the busy chats that are sent news."""
        self.is_news_waiting = False
        """Whether news waits for a place: the next queue that is done then wakes the messenger."""
        self.is_full = False
        """Whether other chats may wait for a place: a chat that is done then leaves its place to them."""
        self._rate_limiter = rate_limiter
        self._now_ms = now_ms
        self._monotonic = monotonic

    def take(self, queued: QueuedMessage) -> bool:
        """Take the next message of a chat that may get it now: no scan finds it any more."""
        chat_id = queued.message.chat_id
        if chat_id in self.busy or len(self.busy) >= CHATS_AT_ONCE:
            return False
        is_news = is_news_queue([queued])
        if is_news or self._wait_s(chat_id, queued.due_at_ms, self._now_ms(), is_news=is_news) > 0:
            return False
        self._rate_limiter.record(chat_id, self._monotonic(), is_news=is_news)
        self.busy.add(chat_id)
        return True

    def scan(self, tx: Tx) -> QueueScan:
        """Return the messages of all chats that may get one now."""
        # Before the first statement, and so before its snapshot.
        self.done_since_scan.clear()
        if len(self.busy) >= CHATS_AT_ONCE:
            # No place is free: the next queue that is done wakes the messenger.
            self.is_full = True
            return QueueScan([], IDLE_S)
        now_ms = self._now_ms()
        queues, wake_ms = outbox.chat_queues(tx, now_ms=now_ms)
        pause_s = IDLE_S if wake_ms is None else min(IDLE_S, (wake_ms - now_ms) / 1000)
        ready: list[list[QueuedMessage]] = []
        news_count = len(self.busy_with_news)
        self.is_full = self.is_news_waiting = False
        for queue in queues:
            if queue.chat_id in self.busy:
                self.skipped.add(queue.chat_id)
                continue
            if queue.chat_id in self.done_since_scan:
                pause_s = 0
                continue
            if len(self.busy) + len(ready) >= CHATS_AT_ONCE:
                self.is_full = True
                break
            is_news = queue.priority == NEWS_PRIORITY
            if is_news and news_count >= NEWS_AT_ONCE:
                self.is_news_waiting = True
                continue
            wait_s = self._wait_s(queue.chat_id, queue.due_at_ms, now_ms, is_news=is_news)
            if wait_s > 0:
                pause_s = min(pause_s, wait_s)
                continue
            news_count += is_news
            self._rate_limiter.record(queue.chat_id, self._monotonic(), is_news=is_news)
            ready.append(outbox.messages_of(tx, queue, now_ms=now_ms, limit=READ_AT_ONCE))
        return QueueScan(ready, pause_s)

    def scan_chat(self, tx: Tx, chat_id: int) -> QueueScan:
        """Return the next messages of a chat that just got one."""
        if self.is_full:
            return QueueScan([], 0)
        now_ms = self._now_ms()
        self.skipped.discard(chat_id)
        waiting = outbox.waiting_messages(tx, chat_id, now_ms=now_ms, limit=READ_AT_ONCE)
        if not waiting:
            return QueueScan([], IDLE_S)
        is_news = is_news_queue(waiting)
        wait_s = self._wait_s(chat_id, waiting[0].due_at_ms, now_ms, is_news=is_news)
        if wait_s > 0:
            return QueueScan([], wait_s)
        self._rate_limiter.record(chat_id, self._monotonic(), is_news=is_news)
        return QueueScan([waiting], IDLE_S)

    def catch_up(self, tx: Tx, chat_id: int) -> list[QueuedMessage]:
        """Drop the outdated messages of a chat that is far behind; return the first of the others."""
        now_ms = self._now_ms()
        outbox.drop_outdated(tx, chat_id, now_ms=now_ms)
        return outbox.waiting_messages(tx, chat_id, now_ms=now_ms, limit=READ_AT_ONCE)

    def is_scarce(self, chat_id: int) -> bool:
        """Check whether the rate limit leaves a chat only few messages for now."""
        return self._rate_limiter.is_scarce(chat_id, self._monotonic())

    def hold(self, chat_id: int, wait_s: float) -> None:
        """Send nothing to a chat for the time that Telegram asks for."""
        self._rate_limiter.hold(chat_id, self._monotonic() + wait_s, self._monotonic())

    def _wait_s(self, chat_id: int, due_at_ms: int, now_ms: int, *, is_news: bool) -> float:
        due_in_s = (due_at_ms - now_ms) / 1000
        return max(
            # A longer pause is of a clock that was set back since; waits for Telegram are below.
            due_in_s if due_in_s <= MAX_PAUSE_S else 0.0,
            self._rate_limiter.free_at(chat_id, self._monotonic(), is_news=is_news) - self._monotonic(),
        )


def is_news_queue(waiting: list[QueuedMessage]) -> bool:
    """Check whether the first message of a queue is news, and so are all behind it."""
    return priority_of(waiting[0].message.notice) == NEWS_PRIORITY
