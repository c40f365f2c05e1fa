"""A process that was suspended, as by SIGSTOP or a closed laptop, reads the answer that arrived meanwhile."""

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
import uvloop

from bot.orders.events import Accepted, Answer, Unclear
from tests.integration.one_purchase import ORDER, YES, client_of
from tests.integration.raw_biller import as_json, http

TIMEOUT_S = 0.4
SUSPENDED_S = 2 * TIMEOUT_S
ANSWER = http(as_json(YES))
HEAD, BODY = ANSWER[: ANSWER.index(b"{")], ANSWER[ANSWER.index(b"{") :]
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)


class ThreadedBiller:
    """A biller outside of the event loop, which goes on while that is held up."""

    def __init__(self, parts: tuple[bytes, ...]) -> None:
        self.was_read, self.may_answer, self.has_answered = Event(), Event(), Event()
        self.requests = 0
        self._parts = parts
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            request = b""
            while not request.endswith(b"}"):
                request += connection.recv(65_536)
            self.requests += 1
            self.was_read.set()
            self.may_answer.wait(30)
            for part in self._parts:
                connection.sendall(part)
            self.has_answered.set()

    def close(self) -> None:
        self.may_answer.set()
        self._thread.join(30)
        self._listener.close()


@contextmanager
def biller(*parts: bytes) -> Iterator[ThreadedBiller]:
    server = ThreadedBiller(parts)
    try:
        yield server
    finally:
        server.close()


async def buy_while_suspended(server: ThreadedBiller) -> Answer:
    """Buy, and hold the loop up from the moment when the biller has the request."""
    async with client_of(server.url, timeout_s=TIMEOUT_S) as client:
        buying = asyncio.create_task(client.buy(ORDER))
        while not server.was_read.is_set():  # noqa: ASYNC110 - the biller lives on another thread
            await asyncio.sleep(0.005)
        server.may_answer.set()
        assert server.has_answered.wait(30)
        time.sleep(SUSPENDED_S)  # noqa: ASYNC251 - the process is suspended
        return await buying


LoopFactory = Callable[[], asyncio.AbstractEventLoop]


@pytest.mark.parametrize(
    "loop_factory", [uvloop.new_event_loop, asyncio.new_event_loop], ids=["uvloop", "asyncio"]
)
@pytest.mark.parametrize(
    "parts", [(ANSWER,), (HEAD, BODY), (CHUNKED,)], ids=["whole", "in two parts", "chunked"]
)
def test_an_answer_that_arrived_during_the_suspension_is_read(
    parts: tuple[bytes, ...], loop_factory: LoopFactory
) -> None:
    with biller(*parts) as server, asyncio.Runner(loop_factory=loop_factory) as runner:
        assert isinstance(runner.run(buy_while_suspended(server)), Accepted)
    assert server.requests == 1


def test_without_an_answer_the_deadline_holds_after_a_suspension_too() -> None:
    with biller() as server, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert isinstance(runner.run(buy_while_suspended(server)), Unclear)
