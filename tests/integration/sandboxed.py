"""Helpers for the tests of the sandbox: a running sandbox, a scripted HTTP server, a clock."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox.biller.wording import signature
from sandbox.feed import Feed
from sandbox.listen import listen, loopback_client
from sandbox.server import serve
from sandbox.world import World

Json = dict[str, Any]

SARI = 1001
BUDI = 1002
GROUP = -100200300


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A running sandbox, and a client to it."""

    world: World
    url: str
    http: httpx.AsyncClient

    def method_url(self, method: str) -> str:
        return f"{self.url}/bot{self.world.telegram.token}/{method}"

    async def api(self, method: str, **values: Any) -> Json:
        """Call the Bot API with JSON and return the whole answer, `ok` or not."""
        body: Json = (await self.http.post(self.method_url(method), json=values)).json()
        return body

    async def done(self, method: str, **values: Any) -> Any:
        """Call the Bot API and return the result; raise AssertionError if it refuses."""
        body = await self.api(method, **values)
        assert body["ok"], body
        return body["result"]

    async def control(self, path: str, **values: Any) -> Json:
        """Post to a control under /sandbox."""
        answer = await self.http.post(f"{self.url}/sandbox{path}", json=values)
        assert answer.status_code == 200, answer.text
        body: Json = answer.json()
        return body

    async def state(self) -> Json:
        """Fetch the snapshot."""
        body: Json = (await self.http.get(f"{self.url}/sandbox/state")).json()
        return body

    async def buy(self, trxid: str, *, product: str = "s5", to: str = "081234560000") -> httpx.Response:
        """Post a purchase with a valid signature."""
        return await self.http.post(f"{self.url}/service/in/json", json=trx(trxid, product=product, to=to))


def trx(trxid: str, *, product: str = "s5", to: str = "081234560000") -> Json:
    """Return the body of a purchase with a valid signature."""
    sign = signature("demo", "demo-sandi-biller", trxid)
    return {"user": "demo", "sign": sign, "trxid": trxid, "cmd": "trx", "idpel": to, "produk": product}


@asynccontextmanager
async def sandboxed(world: World | None = None) -> AsyncIterator[Box]:
    """Serve a world; the biller answers at once."""
    world = world or World()
    world.biller.configure(answer_delay_s=0, result_delay_s=0, late_s=0, slow_s=0)
    async with serve(world) as url, loopback_client(10) as http:
        yield Box(world=world, url=url, http=http)


@dataclass(slots=True)
class Clock:
    """A clock that a test moves; `sleep` returns at once and records the requested seconds in `naps`."""

    ms: int = 1_790_000_000_000
    naps: list[float] = field(default_factory=list)

    def now_ms(self) -> int:
        return self.ms

    def pass_s(self, seconds: float) -> None:
        self.ms += int(seconds * 1000)

    async def sleep(self, seconds: float) -> None:
        if seconds:
            self.naps.append(seconds)
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """One request that a listener received."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Listener:
    """Answers with the responses in `script`, then with 200 OK; records the requests."""

    url: str = ""
    script: deque[Response] = field(default_factory=deque)
    got: list[Got] = field(default_factory=list)
    feed: Feed = field(default_factory=Feed)
    before_answer: Callable[[Got], Awaitable[None]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        got = Got(
            method=request.method,
            path=request.url.path,
            query=request.url.query,
            headers=dict(request.headers),
            body=await request.body(),
        )
        self.got.append(got)
        self.feed.changed()
        if self.before_answer is not None:
            await self.before_answer(got)
        response = self.script.popleft() if self.script else Response("OK")
        await response(scope, receive, send)

    async def wait_for(self, count: int) -> list[Got]:
        """Return the requests as soon as there are `count`."""
        return await self.feed.until(lambda: self.got if len(self.got) >= count else None)


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    """Serve a listener on a free port."""
    listener = Listener()
    async with listen(listener) as listener.url:
        yield listener


async def eventually(condition: Callable[[], bool], timeout_s: float = 30.0) -> None:
    """Wait until `condition` holds; raise TimeoutError if it does not within `timeout_s`."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110  # any condition, with or without an event
            await asyncio.sleep(0.005)
