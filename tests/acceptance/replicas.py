"""Several Lokets on one PostgreSQL behind a load balancer, each with its own line to the emulators."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.listen import listen, loopback_client
from sandbox.server import sandbox_app
from sandbox.telegram.chats import Message
from sandbox.world import World
from tests.acceptance.conftest import settings_for
from tests.acceptance.shop import PASSWORD, REVERSAL_SECRET, WAIT_S, Mode, Shop, Wire
from tests.kills.lives import Life, Start, start_life
from tests.kills.ports import reserved_port
from tests.lists import notices_in
from tests.postgres import new_database

BILLER_TIMEOUT_S = 2
DOOR_TIMEOUT_S = 1.5
"""A door that has not answered by then gets no more requests while there is another."""

POST, SENDS = "json", ("sendMessage", "editMessageText", "sendDocument")
"""The last parts of the paths of the calls that only a leader may make."""


class Line:
    """ASGI middleware that records what one replica asks of Telegram and of the biller."""

    def __init__(self, app: ASGIApp) -> None:
        self.calls: list[str] = []
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.calls.append(scope["path"].rpartition("/")[2])
        await self._app(scope, receive, send)

    def leaders_calls(self, since: int = 0) -> list[str]:
        """Return the posts and sends from the call with this number on."""
        return [call for call in self.calls[since:] if call == POST or call in SENDS]


@dataclass(slots=True, kw_only=True, eq=False)
class Replica:
    """One Loket: its own port, and its line to the emulators."""

    name: str
    port: int
    line: Line
    settings: dict[str, str]
    life: Life | None = None
    answered: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def send(self, number: signal.Signals) -> None:
        assert self.life
        self.life.send(number)

    async def ended(self) -> int:
        """Wait until the process has ended; return its exit status."""
        assert self.life
        async with asyncio.timeout(WAIT_S):
            return await self.life.ended


class Balancer:
    """ASGI application that passes each request to the next door, or to another if that one is silent."""

    def __init__(self, doors: list[Replica], http: httpx.AsyncClient) -> None:
        self._doors = doors
        self._http = http

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        for door in tuple(self._doors):
            with suppress(httpx.TransportError):
                found = await self._http.request(
                    request.method,
                    f"{door.url}{request.url.path}?{request.url.query}",
                    content=body,
                    headers=[(name, value) for name, value in request.headers.raw if name != b"host"],
                    timeout=DOOR_TIMEOUT_S,
                )
                door.answered += 1
                self._move_back(door, 1)
                await Response(found.content, found.status_code)(scope, receive, send)
                return
            self._move_back(door, len(self._doors))
        await Response(status_code=502)(scope, receive, send)

    def _move_back(self, door: Replica, places: int) -> None:
        """Let other doors take the next requests."""
        at = self._doors.index(door)
        self._doors.remove(door)
        self._doors.insert(at + places, door)


@dataclass(slots=True, kw_only=True)
class Replicas:
    """A shop with several Lokets; its URL is that of the load balancer."""

    shop: Shop
    all: list[Replica]
    start_program: Start
    asked: dict[str, int] = field(default_factory=dict)
    """The chat in which each destination was ordered."""

    async def open(self) -> tuple[Replica, Replica]:
        """Start all; return the leader and another."""
        for replica in self.all:
            replica.life = await start_life(
                self.start_program, self.shop.home, self.shop.settings | replica.settings
            )
        leader = await self.leader()
        return leader, next(replica for replica in self.all if replica is not leader)

    async def leader(self, *, but: Replica | None = None) -> Replica:
        """Wait until all but one are ready and exactly one of them says that it leads; return it."""
        alive = [replica for replica in self.all if replica is not but]
        found: list[Replica] = []

        async def is_led() -> bool:
            parts = [await self.readiness(replica) for replica in alive]
            found[:] = [one for one, part in zip(alive, parts, strict=True) if part and part["leader"]]
            return all(parts) and len(found) == 1

        await self.shop.until(is_led, every_s=0.1)
        return found[0]

    async def readiness(self, replica: Replica) -> dict[str, bool] | None:
        """Return what `/readyz` says, None if this replica is not ready."""
        with suppress(httpx.TransportError):
            answer = await self.shop.http.get(f"{replica.url}/readyz", timeout=DOOR_TIMEOUT_S)
            if answer.is_success:
                parts: dict[str, bool] = answer.json()
                return parts
        return None

    def order(self, chat: int, destination: str) -> None:
        self.shop.order(chat, f"s5.{destination}")
        self.asked[destination] = chat

    async def all_ended(self) -> None:
        """Wait until every order that was typed is stored, has ended or is in doubt, and is told."""
        try:
            await self.shop.until(lambda: self._unfinished() == "")
        except AssertionError as error:
            raise AssertionError(f"{self._unfinished()}\n{error}") from None

    def _unfinished(self) -> str:
        """Return what is not finished yet, or an empty string."""
        if waiting := self.shop.world.telegram.updates.waiting:
            return f"{len(waiting)} updates wait"
        stored = {row[0] for row in self.shop.rows("SELECT destination FROM orders")}
        if missing := self.asked.keys() - stored:
            return f"not stored: {missing}"
        moving = "SELECT trxid, state FROM orders WHERE state IN ('placed', 'submitting', 'pending')"
        if rows := self.shop.rows(moving):
            return f"orders in progress: {rows}"
        rows = self.shop.rows("SELECT outbox_id, kind, chat_id FROM outbox WHERE state = 'waiting'")
        return f"messages wait: {rows}" if rows else ""

    def told(self, chat: int) -> list[tuple[Message, str]]:
        """Return each result in a chat, with its message."""
        messages = self.shop.world.telegram.bot_messages(chat)
        return [(one, text) for one in messages for text in notices_in(one.text) if "SUKSES" in text]

    def terms(self) -> list[str | None]:
        """Return from whom the lead was taken, each time: None if it was free."""
        lines = [json.loads(line) for line in self.shop.output.splitlines() if line.startswith("{")]
        return [line["from"] for line in lines if line.get("message") == "leadership taken"]


@asynccontextmanager
async def replicated(home: Path, mode: Mode, start: Start, *, count: int = 2) -> AsyncIterator[Replicas]:
    """Create a world, a database and replicas that do not run yet; at the end they are killed.

    `home` is a folder for what they write.
    """
    world = World(biller_password=PASSWORD)
    wire = Wire(sandbox_app(world))
    async with AsyncExitStack() as stack:
        database_url = stack.enter_context(new_database())
        http = await stack.enter_async_context(loopback_client(2 * WAIT_S))
        lines = [Line(wire) for _ in range(count)]
        urls = [await stack.enter_async_context(listen(line)) for line in lines]
        replicas = list(_replicas(lines, urls))
        balancer_url = await stack.enter_async_context(listen(Balancer(list(replicas), http)))
        settings = settings_for(urls[0], mode) | {
            "DATABASE_URL": database_url,
            "LISTEN_PORT": balancer_url.rpartition(":")[2],
            "BILLER_TIMEOUT_S": str(BILLER_TIMEOUT_S),
        }
        if mode is Mode.WEBHOOK:
            settings["PUBLIC_URL"] = balancer_url
        world.biller.reversal_url = f"{balancer_url}/reversal/{REVERSAL_SECRET}"
        shop = Shop(world=world, wire=wire, home=home, settings=settings, http=http)
        try:
            yield Replicas(shop=shop, all=replicas, start_program=start)
            shop.audit()
        finally:
            for life in [replica.life for replica in replicas if replica.life]:
                life.send(signal.SIGKILL)
                await asyncio.wait([life.ended])
            await world.aclose()


def _replicas(lines: list[Line], urls: list[str]) -> Iterator[Replica]:
    for number, (line, url) in enumerate(zip(lines, urls, strict=True), start=1):
        port, name = reserved_port(), f"replica-{number}"
        settings = {
            "LISTEN_PORT": str(port),
            "TELEGRAM_API_URL": url,
            "BILLER_URL": url,
            "LOKET_REPLICA": name,
        }
        yield Replica(name=name, port=port, line=line, settings=settings)
