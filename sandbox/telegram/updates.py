"""The queue of updates that the bot has not confirmed yet; only one poll may fetch them at a time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from sandbox.telegram.chats import Json
from sandbox.telegram.errors import conflict

# Telegram's limit for a long poll.
_MAX_POLL_S = 50
_TWO_POLLS = "terminated by other getUpdates request; make sure that only one bot instance is running"


class Kind(StrEnum):
    """The kinds of updates that the sandbox emulates."""

    MESSAGE = "message"
    EDITED_MESSAGE = "edited_message"
    CALLBACK_QUERY = "callback_query"
    MY_CHAT_MEMBER = "my_chat_member"


# Telegram deletes an update that was not fetched for this long, in ms.
_LIFETIME_MS = {
    Kind.MESSAGE: 24 * 3600 * 1000,
    Kind.EDITED_MESSAGE: 24 * 3600 * 1000,
    Kind.CALLBACK_QUERY: 150 * 1000,
    Kind.MY_CHAT_MEMBER: 24 * 3600 * 1000,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One unconfirmed update; a webhook receives those with the same `queue` in order."""

    id: int
    kind: Kind
    source_id: int
    made_at_ms: int
    payload: Json

    @property
    def queue(self) -> tuple[bool, int]:
        """Messages and edits of one chat share a queue, and so do the callback queries of one user."""
        return self.kind is Kind.CALLBACK_QUERY, self.source_id

    def as_json(self) -> Json:
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

    def add(self, kind: Kind, source_id: int, payload: Json) -> Update | None:
        """Queue an update under the next id; None if the bot does not request this kind.

        `source_id` is that of the chat, or of the user for a callback query.
        """
        if kind not in self.allowed:
            return None
        made_at_ms = self.now_ms()
        update = Update(
            id=self.next_id, kind=kind, source_id=source_id, made_at_ms=made_at_ms, payload=payload
        )
        self.next_id += 1
        self.waiting.append(update)
        self._wake()
        return update

    def allow(self, kinds: list[str] | None) -> None:
        """Set `allowed_updates`: None keeps the last value, an empty list allows all kinds."""
        if kinds is not None:
            self.allowed = frozenset(kinds or Kind)

    def drop_expired(self) -> None:
        """Delete updates that are older than Telegram stores them."""
        now = self.now_ms()
        self.waiting = [one for one in self.waiting if now - one.made_at_ms <= _LIFETIME_MS[one.kind]]

    @property
    def polled(self) -> bool:
        """Whether a long poll is in progress."""
        return self._poll is not None

    def end_poll(self, reason: str) -> None:
        """End the poll in progress, if there is one, with a 409 for this reason."""
        if self._poll is not None:
            self._poll.ended = reason
            self._wake()

    def close(self) -> None:
        """End the poll in progress, and later ones at once, with an empty result."""
        self.closed = True
        self._wake()

    async def poll(self, *, offset: int, limit: int, timeout_s: int) -> list[Json]:
        """Confirm all updates below `offset`, then return the waiting ones as soon as there are any."""
        self.end_poll(_TWO_POLLS)
        mine = self._poll = _Poll()
        self._confirm(offset)
        try:
            async with asyncio.timeout(min(max(timeout_s, 0), _MAX_POLL_S)):
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
