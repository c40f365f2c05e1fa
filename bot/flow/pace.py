"""Keeps within Telegram's limits: so many in all, so many a chat, so many a group, and obeys its waits."""

from collections import deque

GROUP_MESSAGES_A_MINUTE = 20
"""Telegram's limit for groups, which stands beside the limit per chat."""

STORM_CHATS, STORM_WINDOW_S = 3, 10.0
"""A wait concerns its own chat; three chats told to wait within ten seconds concern all."""

KEPT_CHATS = 4096
"""Chats whose last messages are remembered; older ones are long free again."""


class Window:
    """At most `count` events in any `period_s`."""

    def __init__(self, count: int, period_s: float) -> None:
        self._times: deque[float] = deque(maxlen=count)
        self._period_s = period_s

    def free_at(self) -> float:
        """Give when the next event may be."""
        return self._times[0] + self._period_s if len(self._times) == self._times.maxlen else 0.0

    def is_past(self, now_s: float) -> bool:
        """Tell whether no event of this window counts any more."""
        return not self._times or self._times[-1] + self._period_s <= now_s

    def note(self, now_s: float) -> None:
        """Note an event."""
        self._times.append(now_s)


def rate_window(per_s: float) -> Window:
    """Give the window for a rate: 30 a second as such, 0.5 a second as one in two seconds."""
    count = max(1, int(per_s))
    return Window(count, count / per_s)


class Pace:
    """Says when a chat may be spoken to next; times are those of one monotonic clock, in seconds."""

    def __init__(self, *, messages_per_s: float, chat_messages_per_s: float) -> None:
        self._all = rate_window(messages_per_s)
        self._chat_messages_per_s = chat_messages_per_s
        self._chats: dict[int, list[Window]] = {}
        self._held_until: dict[int, float] = {}
        self._holds: deque[tuple[float, int]] = deque(maxlen=32)
        self._all_held_until = 0.0

    def free_at(self, chat_id: int) -> float:
        """Give when this chat may be spoken to."""
        windows = self._chats.get(chat_id, [])
        held = self._held_until.get(chat_id, 0.0)
        return max(
            [self._all.free_at(), self._all_held_until, held, *(window.free_at() for window in windows)]
        )

    def note(self, chat_id: int, now_s: float) -> None:
        """Note that a message to this chat leaves now."""
        self._all.note(now_s)
        if chat_id not in self._chats:
            self._make_room(now_s)
            self._chats[chat_id] = self._windows(chat_id)
        for window in self._chats[chat_id]:
            window.note(now_s)

    def hold(self, chat_id: int, until_s: float, now_s: float) -> None:
        """Obey Telegram's wait for this chat; slow down everywhere only if several chats were told so."""
        self._held_until[chat_id] = until_s
        self._holds.append((now_s, chat_id))
        if len({chat for at, chat in self._holds if now_s - at <= STORM_WINDOW_S}) >= STORM_CHATS:
            self._all_held_until = max(self._all_held_until, until_s)

    def _windows(self, chat_id: int) -> list[Window]:
        windows = [rate_window(self._chat_messages_per_s)]
        is_group = chat_id < 0
        return [*windows, Window(GROUP_MESSAGES_A_MINUTE, 60.0)] if is_group else windows

    def _make_room(self, now_s: float) -> None:
        self._held_until = {chat: until for chat, until in self._held_until.items() if until > now_s}
        if len(self._chats) >= KEPT_CHATS:
            self._chats = {
                chat: windows
                for chat, windows in self._chats.items()
                if not all(window.is_past(now_s) for window in windows)
            }
