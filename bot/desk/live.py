"""Keeps open pages live: says what changed to all of them, and reads for all of them once.

One reader looks what changed, at most once a second and only while a page listens. A hundred open pages
cost the database what one costs.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from enum import StrEnum

from msgspec import Struct

from storage import desk
from storage.database import Database
from storage.desk import DeskMarks
from storage.errors import StorageError
from storage.transaction import Tx

LOOK_EVERY_S = 1.0

APART_S = 0.01
"""Between two pages that are told: a hundred that load their parts at once would delay an order."""

HEARTBEAT_EVERY_S = 15.0
"""Proxies close connections on which nothing is sent for a minute."""

MAX_STREAMS_A_SESSION, MAX_STREAMS = 8, 200
"""Each stream holds a connection, of which the server takes 500."""

SHARED_FOR_S = 2.0
"""What is read for all is not older than this, even if no page listens."""

RETRY = b"retry: 3000\n\n"
HEARTBEAT = b": still here\n\n"

CROWDED_OUT = b"event: crowded\ndata: 1\n\n"
"""The page must not come back at once, or it would push out the next one."""


class LiveTopic(StrEnum):
    """What a part of a page shows; the names are those of the fields of `DeskMarks`."""

    ORDERS = "orders"
    MESSAGES = "messages"
    MONEY = "money"
    SHOP = "shop"


ALL_TOPICS = frozenset(LiveTopic)


class _Stream:
    """One open page: what it was not told yet, and whether its stream ends."""

    def __init__(self, session_hash: str) -> None:
        self.session_hash = session_hash
        # What changed since the page was loaded is not known.
        self.topics: frozenset[LiveTopic] = ALL_TOPICS
        self.is_crowded_out = False
        self._is_ended = False
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    def end(self) -> None:
        self._is_ended = True
        self._woken.set()

    async def next_words(self) -> bytes | None:
        """Wait; return what to send, None at the end."""
        await self._woken.wait()
        self._woken.clear()
        if self._is_ended:
            return None
        topics, self.topics = self.topics, frozenset()
        return f"data: {' '.join(sorted(topics))}\n\n".encode() if topics else HEARTBEAT


class _SharedAnswer(Struct, frozen=True):
    """An answer that is being read, or was; it holds until something changed."""

    answer: asyncio.Future[bytes]
    generation: int
    until_s: float


class LiveUpdates:
    """The open streams of this process, and the answers that are the same for all pages."""

    def __init__(
        self,
        database: Database,
        *,
        now_ms: Callable[[], int],
        held_since_ms: Callable[[], int | None],
        look_every_s: float = LOOK_EVERY_S,
        heartbeat_every_s: float = HEARTBEAT_EVERY_S,
    ) -> None:
        self.is_closed = False
        self._database = database
        self._now_ms = now_ms
        self._held_since_ms = held_since_ms
        self._look_every_s = look_every_s
        self._heartbeat_every_s = heartbeat_every_s
        self._streams: list[_Stream] = []
        self._reader: asyncio.Task[None] | None = None
        self._last: tuple[DeskMarks, int | None] | None = None
        self._generation = 0
        self._shared: dict[tuple[str, str], _SharedAnswer] = {}

    async def follow(self, session_hash: str) -> AsyncGenerator[bytes, None]:
        """Yield the events of a new stream, until its session, or this process, ends."""
        if self.is_closed:
            return
        stream = _Stream(session_hash)
        self._make_room(session_hash)
        self._streams.append(stream)
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read_on(), name="desk reader")
        try:
            yield RETRY
            while words := await stream.next_words():
                yield words
            if stream.is_crowded_out:
                yield CROWDED_OUT
        finally:
            if stream in self._streams:
                self._streams.remove(stream)

    def close(self) -> None:
        """End all streams at once; no new one is opened."""
        self.is_closed = True
        for stream in self._streams:
            stream.end()
        if self._reader:
            self._reader.cancel()

    async def shared(self, key: tuple[str, str], make: Callable[[], Awaitable[bytes]]) -> bytes:
        """Return an answer that is made once for all who ask before something changed."""
        now_s = asyncio.get_running_loop().time()
        known = self._shared.get(key)
        if known is None or known.generation != self._generation or now_s > known.until_s or _failed(known):
            # The answer is another visitor's as well: it is not lost with the one who asked first.
            answer = asyncio.ensure_future(make())
            known = _SharedAnswer(answer, self._generation, now_s + SHARED_FOR_S)
            self._shared[key] = known
        return await asyncio.shield(known.answer)

    def _make_room(self, session_hash: str) -> None:
        own = [stream for stream in self._streams if stream.session_hash == session_hash]
        for streams, most in ((own, MAX_STREAMS_A_SESSION), (self._streams, MAX_STREAMS)):
            if len(streams) >= most:
                oldest = streams[0]
                oldest.is_crowded_out = True
                oldest.end()
                self._streams.remove(oldest)

    async def _read_on(self) -> None:
        """Look again and again while a page listens."""
        loop = asyncio.get_running_loop()
        heartbeat_at_s = loop.time() + self._heartbeat_every_s
        while self._streams:
            await self._look()
            is_heartbeat = loop.time() >= heartbeat_at_s
            if is_heartbeat:
                heartbeat_at_s = loop.time() + self._heartbeat_every_s
            await self._tell(all_of_them=is_heartbeat)
        self._last = None

    async def _tell(self, *, all_of_them: bool) -> None:
        """Wake the streams with something to send, one after another until the next look."""
        streams = [stream for stream in self._streams if stream.topics or all_of_them]
        until_s = asyncio.get_running_loop().time() + self._look_every_s
        for stream in streams:
            stream.wake()
            await asyncio.sleep(min(APART_S, self._look_every_s / len(streams)))
        await asyncio.sleep(until_s - asyncio.get_running_loop().time())

    async def _look(self) -> None:
        """Read what changed, and which sessions have ended, for all streams at once."""
        at_ms, streams = self._now_ms(), tuple(self._streams)

        def unit(tx: Tx) -> tuple[DeskMarks, frozenset[str]]:
            return desk.marks(tx), desk.open_sessions(tx, at_ms=at_ms)

        try:
            marks, sessions = await self._database.read_long(unit)
        except StorageError:
            return
        topics = self._compare(marks)
        if topics:
            self._generation += 1
        for stream in streams:
            stream.topics |= topics
            if stream.session_hash not in sessions:
                stream.end()

    def _compare(self, marks: DeskMarks) -> frozenset[LiveTopic]:
        """Return what changed since the last look; all, if it is the first."""
        held_since_ms = self._held_since_ms()
        last, self._last = self._last, (marks, held_since_ms)
        if last is None:
            return ALL_TOPICS
        changed = {topic for topic in LiveTopic if getattr(last[0], topic) != getattr(marks, topic)}
        return frozenset(changed if last[1] == held_since_ms else {*changed, LiveTopic.SHOP})


def _failed(known: _SharedAnswer) -> bool:
    answer = known.answer
    return answer.done() and (answer.cancelled() or answer.exception() is not None)
