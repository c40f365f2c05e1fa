"""HTTP/1.1 with nothing on top, so that what surrounds a measured bot costs next to nothing itself."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle
from typing import cast

import httptools


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came in; `query` is what stands behind the question mark."""

    method: str
    path: str
    query: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; on its way out it is held back for `delay_s`."""

    body: bytes
    status: int = 200
    delay_s: float = 0.0


Handler = Callable[[Request], Answer | Coroutine[None, None, Answer]]


class _Serving(asyncio.Protocol):
    """One connection of somebody who asks."""

    def __init__(self, handle: Handler) -> None:
        self._handle = handle
        self._parser = httptools.HttpRequestParser(self)
        self._url = b""
        self._body: list[bytes] = []
        self._answering: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        path, _, query = self._url.decode().partition("?")
        method, keep_alive = self._parser.get_method().decode(), self._parser.should_keep_alive()
        answer = self._handle(Request(method, path, query, b"".join(self._body)))
        self._url, self._body = b"", []
        if not isinstance(answer, Answer):
            task = asyncio.create_task(self._say_later(answer, keep_alive=keep_alive))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        elif answer.delay_s:
            asyncio.get_running_loop().call_later(answer.delay_s, self._say, answer, keep_alive)
        else:
            self._say(answer, keep_alive)

    async def _say_later(self, answer: Coroutine[None, None, Answer], *, keep_alive: bool) -> None:
        self._say(await answer, keep_alive)

    def _say(self, answer: Answer, keep_alive: bool) -> None:  # noqa: FBT001 - call_later takes no names
        if self._transport.is_closing():
            return
        head = (
            f"HTTP/1.1 {answer.status} -\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(answer.body)}\r\n"
            f"Connection: {'keep-alive' if keep_alive else 'close'}\r\n\r\n"
        )
        self._transport.write(head.encode() + answer.body)
        if not keep_alive:
            self._transport.close()


@asynccontextmanager
async def served(handle: Handler, *, port: int = 0) -> AsyncIterator[int]:
    """Answer on 127.0.0.1 inside the block; gives the port, any free one for 0."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Serving(handle), "127.0.0.1", port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


class _Asking(asyncio.Protocol):
    """One connection to somebody who answers, kept open between requests."""

    def __init__(self) -> None:
        self._answer: asyncio.Future[Answer] | None = None
        self.is_open = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        if self._answer and not self._answer.done():
            self._answer.set_exception(ConnectionError(f"cut off before the answer: {exc}"))

    async def ask(self, request: bytes) -> Answer:
        self._answer = asyncio.get_running_loop().create_future()
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self.transport.write(request)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        self.is_open = self._parser.should_keep_alive()
        if self._answer and not self._answer.done():
            self._answer.set_result(Answer(b"".join(self._body), self._parser.get_status_code()))


class Caller:
    """Asks one port on 127.0.0.1, or several in turn, over at most `connections` at once."""

    def __init__(self, *ports: int, connections: int) -> None:
        self._port = ports[0]
        self._ports = cycle(ports)
        # With several ports the connection that rested longest is the next.
        self._next_free = 0 if len(ports) > 1 else -1
        self._free: list[_Asking] = []
        self._turn = asyncio.Semaphore(connections)

    async def ask(
        self, method: str, target: str, body: bytes = b"", *, headers: dict[str, str] | None = None
    ) -> Answer:
        """Ask once; ConnectionError if no whole answer came."""
        told = {"Host": f"127.0.0.1:{self._port}", "Content-Length": str(len(body))} | (headers or {})
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        async with self._turn:
            line = await self._line()
            answer = await line.ask(f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + body)
            if line.is_open:
                self._free.append(line)
        return answer

    async def _line(self) -> _Asking:
        while self._free:
            if (line := self._free.pop(self._next_free)).is_open:
                return line
        _, line = await asyncio.get_running_loop().create_connection(_Asking, "127.0.0.1", next(self._ports))
        return line

    def close(self) -> None:
        """Hang up."""
        for line in self._free:
            line.transport.close()
        self._free.clear()
