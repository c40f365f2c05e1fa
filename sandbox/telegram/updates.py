"""Updates wait until the bot has confirmed them; only one poll may fetch them at a time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from sandbox.telegram.chats import Json
from sandbox.telegram.errors import conflict

# Telegram holds a poll no longer than this.
_LONGEST_POLL_S = 50
_TWO_POLLS = "terminated by other getUpdates request; make sure that only one bot instance is running"


class Kind(StrEnum):
    """The updates that happen here."""

    MESSAGE = "message"
    EDITED_MESSAGE = "edited_message"
    CALLBACK_QUERY = "callback_query"


# How long an update waits to be fetched, in ms.
LIVES_MS = {
    Kind.MESSAGE: 24 * 3600 * 1000,
    Kind.EDITED_MESSAGE: 24 * 3600 * 1000,
    Kind.CALLBACK_QUERY: 150 * 1000,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One update not yet confirmed; those of one lane keep their order."""

    id: int
    kind: Kind
    lane_id: int
    made_at_ms: int
    payload: Json

    @property
    def lane(self) -> tuple[bool, int]:
        """Messages and edits of a chat share a lane; presses go beside them."""
        return self.kind is Kind.CALLBACK_QUERY, self.lane_id

    def as_json(self) -> Json:
        """Return the Update object."""
        return {"update_id": self.id, self.kind.value: self.payload}


@dataclass(slots=True)
class _Poll:
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    ended: str | None = None


@dataclass(slots=True, kw_only=True)
class Updates:
    """The queue of one bot."""

    next_id: int
    now_ms: Callable[[], int]
    allowed: frozenset[str] = frozenset(Kind)
    waiting: list[Update] = field(default_factory=list)
    closed: bool = False
    _poll: _Poll | None = None

    def add(self, kind: Kind, lane_id: int, payload: Json) -> Update | None:
        """Queue an update under the next id; None if the bot does not want this kind."""
        if kind not in self.allowed:
            return None
        made_at_ms = self.now_ms()
        update = Update(id=self.next_id, kind=kind, lane_id=lane_id, made_at_ms=made_at_ms, payload=payload)
        self.next_id += 1
        self.waiting.append(update)
        self._wake()
        return update

    def allow(self, kinds: list[str] | None) -> None:
        """Take `allowed_updates`: None keeps what was said before, an empty list means all there are here."""
        if kinds is not None:
            self.allowed = frozenset(kinds or Kind)

    def drop_expired(self) -> None:
        """Forget what lived longer than Telegram keeps it."""
        now = self.now_ms()
        self.waiting = [one for one in self.waiting if now - one.made_at_ms <= LIVES_MS[one.kind]]

    @property
    def polled(self) -> bool:
        """Whether a poll is held right now."""
        return self._poll is not None

    def end_poll(self, why: str) -> None:
        """End a held poll with this 409, if there is one."""
        if self._poll is not None:
            self._poll.ended = why
            self._wake()

    def close(self) -> None:
        """Let a held poll go, with nothing."""
        self.closed = True
        self._wake()

    async def poll(self, *, offset: int, limit: int, timeout_s: int) -> list[Json]:
        """Forget all below `offset`, then return what waits, as soon as something does."""
        self.end_poll(_TWO_POLLS)
        mine = self._poll = _Poll()
        self._confirm(offset)
        try:
            async with asyncio.timeout(min(max(timeout_s, 0), _LONGEST_POLL_S)):
                while not (found := self._first(limit)) and not self.closed:
                    mine.wake.clear()
                    await mine.wake.wait()
                    if mine.ended is not None:
                        raise conflict(mine.ended)
                return found
        except TimeoutError:
            return []
        finally:
            if self._poll is mine:
                self._poll = None

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self.waiting = self.waiting[offset:]
        else:
            self.waiting = [one for one in self.waiting if one.id >= offset]

    def _first(self, limit: int) -> list[Json]:
        self.drop_expired()
        return [one.as_json() for one in self.waiting[:limit]]

    def _wake(self) -> None:
        if self._poll is not None:
            self._poll.wake.set()
