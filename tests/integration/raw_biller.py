"""A biller of raw bytes on a real socket: it says and breaks off exactly what a test tells it to."""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.listening import listening


@dataclass
class Wire:
    """One connection as the pretended biller sees it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    server: "Server"

    async def read(self) -> bytes:
        """Read the whole request."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line[15:]) for line in head.splitlines() if line.lower().startswith(b"content-length:")
        )
        request = head + await self.reader.readexactly(length)
        self.server.requests.append(request)
        return request

    async def say(self, *parts: bytes) -> None:
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()

    async def hang(self) -> None:
        """Do nothing more until the test is over."""
        await asyncio.Event().wait()

    def speaks_first(self) -> None:
        """Say something before it was asked."""
        self.writer.write(b"what do you want?")

    def reset(self) -> None:
        """Cut the connection with RST."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Behaviour = Callable[[Wire], Awaitable[None]]


@dataclass
class Server:
    """A biller of raw bytes; it keeps what it saw."""

    behave: Behaviour
    url: str = ""
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    read_one: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        task = asyncio.create_task(self._serve(Wire(reader, writer, self)))
        self.tasks.add(task)

    async def _serve(self, wire: Wire) -> None:
        try:
            await self.behave(wire)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away, as it may
        finally:
            wire.writer.close()


@asynccontextmanager
async def serving(behave: Behaviour) -> AsyncIterator[Server]:
    server = Server(behave)
    async with listening(server.accept) as port:
        server.url = f"http://127.0.0.1:{port}"
        try:
            yield server
        finally:
            for task in server.tasks:
                task.cancel()
            await asyncio.gather(*server.tasks, return_exceptions=True)
            # A task that is cancelled before its first step closes nothing.
            for writer in server.writers:
                writer.transport.abort()


def http(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """Write one answer with its length."""
    size = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {size}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def answering(*parts: bytes) -> Behaviour:
    """Read the request, send `parts`, close."""

    async def behave(wire: Wire) -> None:
        await wire.read()
        await wire.say(*parts)

    return behave


async def close_before_reading(wire: Wire) -> None:
    wire.writer.close()


async def reset_before_reading(wire: Wire) -> None:
    wire.reset()


async def close_while_reading(wire: Wire) -> None:
    await wire.reader.readexactly(20)
    wire.writer.close()


async def reset_while_reading(wire: Wire) -> None:
    await wire.reader.readexactly(20)
    wire.reset()


async def reset_after_reading(wire: Wire) -> None:
    await wire.read()
    wire.reset()


async def hang_before_reading(wire: Wire) -> None:
    await wire.hang()


async def hang_after_reading(wire: Wire) -> None:
    await wire.read()
    wire.server.read_one.set()
    await wire.hang()
