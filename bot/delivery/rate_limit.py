"""Keeps within Telegram's limits: so many in all, so many a chat, so many a group, and obeys its waits."""

from collections import deque

GROUP_MESSAGES_A_MINUTE = 20
"""Telegram's limit for groups, which stands beside the limit per chat."""

SPREAD_FROM = 10
"""So many messages of a group's minute may leave at once; the others are spread over what is left of it.

Spent in twenty seconds, they would leave the group without a word for forty.
"""

MINUTE_S = 60.0

STORM_CHATS, STORM_WINDOW_S = 3, 10.0
"""A wait concerns its own chat; three chats told to wait within ten seconds concern all."""

MAX_TRACKED_CHATS = 4096
"""Chats whose last messages are remembered; older ones are long free again."""


class SlidingWindow:
    """At most `count` events in any `period_s`."""

    def __init__(self, count: int, period_s: float) -> None:
        self._times: deque[float] = deque(maxlen=count)
        self._period_s = period_s

    def free_at(self) -> float:
        """Give when the next event may be."""
        return self._times[0] + self._period_s if len(self._times) == self._times.maxlen else 0.0

    def is_expired(self, now_s: float) -> bool:
        """Tell whether no event of this window counts any more."""
        return not self._times or self._times[-1] + self._period_s <= now_s

    def record(self, now_s: float) -> None:
        """Note an event."""
        self._times.append(now_s)


def window_for_rate(per_s: float) -> SlidingWindow:
    """Give the window for a rate: 30 a second as such, 0.5 a second as one in two seconds."""
    count = max(1, int(per_s))
    return SlidingWindow(count, count / per_s)


class GroupLimiter:
    """At most twenty messages in any minute, the later ones of them evenly."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=GROUP_MESSAGES_A_MINUTE)

    def free_at(self, now_s: float) -> float:
        """Give when the next message may be."""
        recent = self._recent(now_s)
        if len(recent) < SPREAD_FROM:
            return 0.0
        left = GROUP_MESSAGES_A_MINUTE - len(recent)
        all_free_s = recent[0] + MINUTE_S
        return recent[-1] + (all_free_s - recent[-1]) / (left + 1) if left else all_free_s

    def is_scarce(self, now_s: float) -> bool:
        """Tell whether messages are spread at this moment."""
        return len(self._recent(now_s)) >= SPREAD_FROM

    def is_expired(self, now_s: float) -> bool:
        """Tell whether no message of this minute counts any more."""
        return not self._recent(now_s)

    def record(self, now_s: float) -> None:
        """Note a message."""
        self._times.append(now_s)

    def _recent(self, now_s: float) -> list[float]:
        return [at_s for at_s in self._times if at_s + MINUTE_S > now_s]


class RateLimiter:
    """Says when a chat may be spoken to next; times are those of one monotonic clock, in seconds."""

    def __init__(self, *, messages_per_s: float, chat_messages_per_s: float) -> None:
        self._all = window_for_rate(messages_per_s)
        self._chat_messages_per_s = chat_messages_per_s
        self._chats: dict[int, SlidingWindow] = {}
        self._groups: dict[int, GroupLimiter] = {}
        self._held_until: dict[int, float] = {}
        self._holds: deque[tuple[float, int]] = deque(maxlen=32)
        self._all_held_until = 0.0

    def free_at(self, chat_id: int, now_s: float) -> float:
        """Give when this chat may be spoken to."""
        held = self._held_until.get(chat_id, 0.0)
        chat, group = self._chats.get(chat_id), self._groups.get(chat_id)
        return max(
            self._all.free_at(),
            self._all_held_until,
            held,
            chat.free_at() if chat else 0.0,
            group.free_at(now_s) if group else 0.0,
        )

    def is_scarce(self, chat_id: int, now_s: float) -> bool:
        """Tell whether little more may be said in this chat for now."""
        group = self._groups.get(chat_id)
        return group is not None and group.is_scarce(now_s)

    def record(self, chat_id: int, now_s: float) -> None:
        """Note that a message to this chat leaves now."""
        self._all.record(now_s)
        if chat_id not in self._chats:
            self._make_room(now_s)
            self._chats[chat_id] = window_for_rate(self._chat_messages_per_s)
        self._chats[chat_id].record(now_s)
        if chat_id < 0:
            self._groups.setdefault(chat_id, GroupLimiter()).record(now_s)

    def hold(self, chat_id: int, until_s: float, now_s: float) -> None:
        """Obey Telegram's wait for this chat; slow down everywhere only if several chats were told so."""
        self._held_until[chat_id] = until_s
        self._holds.append((now_s, chat_id))
        if len({chat for at, chat in self._holds if now_s - at <= STORM_WINDOW_S}) >= STORM_CHATS:
            self._all_held_until = max(self._all_held_until, until_s)

    def _make_room(self, now_s: float) -> None:
        self._held_until = {chat: until for chat, until in self._held_until.items() if until > now_s}
        if len(self._chats) >= MAX_TRACKED_CHATS:
            self._chats = {c: window for c, window in self._chats.items() if not window.is_expired(now_s)}
            self._groups = {c: minute for c, minute in self._groups.items() if not minute.is_expired(now_s)}
