"""A TCP proxy between Loket and a server, which can cut every connection or swallow what passes."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit, urlunsplit

from tests.listening import listening


class Proxy:
    """Passes bytes both ways. With a `cut` it ends a connection at the bytes of a client that contain it.

    They are passed on before that, or not.
    """

    def __init__(self, host: str, port: int) -> None:
        self.cuts = 0
        self.sent: dict[asyncio.StreamReader, bytearray] = {}
        """What each client has sent."""
        self._server_at = (host, port)
        self._cut = b""
        self._passes_on = self._goes_down = False
        self._is_down = False
        self._bytes_to_cut: int | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def cut_at(self, words: bytes, *, passes_on: bool, goes_down: bool = False) -> None:
        """Cut the next connection whose client sends these words, or with it all others too."""
        self._cut, self._passes_on, self._goes_down = words, passes_on, goes_down

    def cut_after(self, count: int) -> None:
        """Cut the connection that passes so many bytes from now on, either way; they are the last."""
        self._bytes_to_cut = count

    def go_down(self, *, but: asyncio.StreamWriter | None = None) -> None:
        """Cut everything but one direction, and accept nothing, until `come_up`."""
        self._is_down = True
        for writer in self._writers - {but}:
            writer.transport.abort()

    def come_up(self) -> None:
        self._is_down = False

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_down:
            writer.transport.abort()
            return
        self._writers.add(writer)
        self._start(self._connect(reader, writer))

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_connection(*self._server_at)
        except OSError:
            writer.transport.abort()
            return
        self._writers.add(server_writer)
        self._start(self._pass(reader, server_writer, writer, is_client=True))
        self._start(self._pass(server_reader, writer, server_writer, is_client=False))

    def _start(self, passing: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(passing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        back: asyncio.StreamWriter,
        *,
        is_client: bool,
    ) -> None:
        with suppress(OSError):  # either side may have been killed meanwhile
            while chunk := await reader.read(65536):
                if is_client:
                    self.sent.setdefault(reader, bytearray()).extend(chunk)
                if is_client and self._cut and self._cut in chunk:
                    self._cut = b""
                    await self._end(chunk, writer, back)
                    return
                if self._bytes_to_cut is not None:
                    if len(chunk) >= self._bytes_to_cut:
                        chunk, self._bytes_to_cut = chunk[: self._bytes_to_cut], None
                        await self._end_within(chunk, writer, back)
                        return
                    self._bytes_to_cut -= len(chunk)
                writer.write(chunk)
                await writer.drain()
        writer.close()
        back.close()

    async def _end_within(
        self, chunk: bytes, writer: asyncio.StreamWriter, back: asyncio.StreamWriter
    ) -> None:
        self.cuts += 1
        back.transport.abort()
        writer.write(chunk)
        await writer.drain()
        writer.write_eof()

    async def _end(self, chunk: bytes, writer: asyncio.StreamWriter, back: asyncio.StreamWriter) -> None:
        self.cuts += 1
        # First the client's side: it must not get the answer.
        back.transport.abort()
        if self._passes_on:
            writer.write(chunk)
            await writer.drain()
            writer.write_eof()
        else:
            writer.transport.abort()
        if self._goes_down:
            # The server must have read what was passed on before its connection ends.
            self.go_down(but=writer)

    async def close(self) -> None:
        self.go_down()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def proxy_before(url: str) -> AsyncIterator[tuple[Proxy, str]]:
    """Yield a proxy before the server of a URL, and the URL that leads through it."""
    parts = urlsplit(url)
    proxy = Proxy(parts.hostname or "", parts.port or 5432)
    async with listening(proxy.serve) as port:
        place = f"{parts.username}@127.0.0.1:{port}"
        try:
            yield proxy, urlunsplit(parts._replace(netloc=place))
        finally:
            await proxy.close()
