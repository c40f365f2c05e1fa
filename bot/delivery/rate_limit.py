"""Telegram's rate limits: in all, per chat and per group, and the waits that it asks for."""

from collections import deque

GROUP_MESSAGES_A_MINUTE = 20
"""Telegram's limit for groups, in addition to the limit per chat."""

SPREAD_FROM = 10
"""The first ten messages of a group's minute may leave at once; the others are spread over the rest of it.

Sent in twenty seconds, they would block the group for the next forty.
"""

MINUTE_S = 60.0

STORM_CHATS, STORM_WINDOW_S = 3, 10.0
"""A wait applies to its own chat; waits of three chats within ten seconds apply to all."""

KEPT_FREE_OF_NEWS = 1 / 3
"""Of the messages a second in all, what news leaves to results even while none are sent."""

MAX_TRACKED_CHATS = 4096
"""Bounds memory: from here on, chats without recent messages are removed."""


class SlidingWindow:
    """At most `count` events in any `period_s`."""

    def __init__(self, count: int, period_s: float) -> None:
        self._times: deque[float] = deque(maxlen=count)
        self._count = count
        self._period_s = period_s

    def free_at(self, *, kept_free: float = 0.0) -> float:
        """Return when the next event is allowed, so that a part of the events is left to others."""
        count = max(1, self._count - int(self._count * kept_free))
        return self._times[-count] + self._period_s if len(self._times) >= count else 0.0

    def is_expired(self, now_s: float) -> bool:
        """Check whether no event counts any more."""
        return not self._times or self._times[-1] + self._period_s <= now_s

    def record(self, now_s: float) -> None:
        self._times.append(now_s)


def window_for_rate(per_s: float) -> SlidingWindow:
    """Return the window for a rate: 30 events in one second for 30, one in two seconds for 0.5."""
    count = max(1, int(per_s))
    return SlidingWindow(count, count / per_s)


class GroupLimiter:
    """Allows twenty messages in any minute, and spreads the last ten of them evenly."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=GROUP_MESSAGES_A_MINUTE)

    def free_at(self, now_s: float) -> float:
        """Return when the next message is allowed."""
        recent = self._recent(now_s)
        if len(recent) < SPREAD_FROM:
            return 0.0
        left = GROUP_MESSAGES_A_MINUTE - len(recent)
        all_free_s = recent[0] + MINUTE_S
        return recent[-1] + (all_free_s - recent[-1]) / (left + 1) if left else all_free_s

    def is_scarce(self, now_s: float) -> bool:
        """Check whether messages are being spread."""
        return len(self._recent(now_s)) >= SPREAD_FROM

    def is_expired(self, now_s: float) -> bool:
        """Check whether no message counts any more."""
        return not self._recent(now_s)

    def record(self, now_s: float) -> None:
        self._times.append(now_s)

    def _recent(self, now_s: float) -> list[float]:
        return [at_s for at_s in self._times if at_s + MINUTE_S > now_s]


class RateLimiter:
    """Decides when a chat may get its next message; times are of one monotonic clock, in seconds."""

    def __init__(self, *, messages_per_s: float, chat_messages_per_s: float) -> None:
        self._all = window_for_rate(messages_per_s)
        self._chat_messages_per_s = chat_messages_per_s
        self._chats: dict[int, SlidingWindow] = {}
        self._groups: dict[int, GroupLimiter] = {}
        self._held_until: dict[int, float] = {}
        self._holds: deque[tuple[float, int]] = deque(maxlen=32)
        self._all_held_until = 0.0

    def free_at(self, chat_id: int, now_s: float, *, is_news: bool = False) -> float:
        """Return when this chat may get its next message."""
        held = self._held_until.get(chat_id, 0.0)
        chat, group = self._chats.get(chat_id), self._groups.get(chat_id)
        return max(
            self._all.free_at(kept_free=KEPT_FREE_OF_NEWS if is_news else 0.0),
            self._all_held_until,
            held,
            chat.free_at() if chat else 0.0,
            group.free_at(now_s) if group else 0.0,
        )

    def is_scarce(self, chat_id: int, now_s: float) -> bool:
        """Check whether the group limit leaves this chat only few messages for now."""
        group = self._groups.get(chat_id)
        return group is not None and group.is_scarce(now_s)

    def record(self, chat_id: int, now_s: float, *, is_news: bool = False) -> None:
        """Record that a message to this chat leaves now.

        News does not count in its chat, where Telegram lets short bursts pass: a result must not wait for it.
        """
        self._all.record(now_s)
        if is_news:
            return
        if chat_id not in self._chats:
            self._make_room(now_s)
            self._chats[chat_id] = window_for_rate(self._chat_messages_per_s)
        self._chats[chat_id].record(now_s)
        if chat_id < 0:
            self._groups.setdefault(chat_id, GroupLimiter()).record(now_s)

    def hold(self, chat_id: int, until_s: float, now_s: float) -> None:
        """Block this chat as Telegram asks; block all chats if it asked for several within a few seconds."""
        self._held_until[chat_id] = until_s
        self._holds.append((now_s, chat_id))
        if len({chat for at, chat in self._holds if now_s - at <= STORM_WINDOW_S}) >= STORM_CHATS:
            self._all_held_until = max(self._all_held_until, until_s)

    def _make_room(self, now_s: float) -> None:
        self._held_until = {chat: until for chat, until in self._held_until.items() if until > now_s}
        if len(self._chats) >= MAX_TRACKED_CHATS:
            self._chats = {c: window for c, window in self._chats.items() if not window.is_expired(now_s)}
            self._groups = {c: group for c, group in self._groups.items() if not group.is_expired(now_s)}
