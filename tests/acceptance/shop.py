"""A whole shop for the real bot: the emulators in this event loop, the bot in a process of its own."""

import asyncio
import json
import signal
import socket
import sqlite3
from asyncio.subprocess import Process
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.telegram.chats import Chat, ChatType, Role, User
from sandbox.telegram.chats import Message as ChatMessage
from sandbox.telegram.payloads import message_json
from sandbox.telegram.updates import Kind
from sandbox.world import World, wall_clock_ms
from tests.fork_server import ForkedProcess, shared_fork_server, start_command
from tests.lists import notices_in

SARI, BUDI, RINA, STRANGER, GROUP = 1001, 1002, 9001, 5001, -100200300

PASSWORD = "kenari/Sandi%Biller+1?"
"""Contains every character that some encoding changes."""

REVERSAL_SECRET = "kenari-jalan-balik-0123456789-abcdef"
WEBHOOK_SECRET = "kenari_rahasia_webhook_0123456789"

READY_TIMEOUT_S = 30.0
"""A cold start takes under a second, on a busy machine many."""

STOP_TIMEOUT_S = 20.0
WAIT_S = 30.0
"""Every event that the tests wait for takes a fraction of a second; this long only if it fails."""


class Mode(StrEnum):
    """How the bot receives updates."""

    POLLING = "polling"
    WEBHOOK = "webhook"


class Wire:
    """ASGI middleware that records the body of every `trx` post."""

    def __init__(self, app: ASGIApp) -> None:
        self.posts: list[dict[str, Any]] = []
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (scope["method"], scope["path"]) == ("POST", "/service/in/json"):
            receive = await self._recorded(receive)
        await self._app(scope, receive, send)

    async def _recorded(self, receive: Receive) -> Receive:
        body, more = b"", True
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        self.posts.append(json.loads(body))
        replay = [{"type": "http.request", "body": body, "more_body": False}]

        async def replayed() -> Message:
            return replay.pop() if replay else await receive()

        return replayed


@dataclass(slots=True, kw_only=True)
class Shop:
    """The world, and a bot on one database that can be started, stopped and killed."""

    world: World
    wire: Wire
    home: Path
    settings: dict[str, str]
    http: httpx.AsyncClient
    may_log_tracebacks: bool = False
    is_forked: bool = True
    """Whether its bots are forks of a process that has imported the program; else new interpreters."""
    process: Process | ForkedProcess | None = None
    processes: list[Process | ForkedProcess] = field(default_factory=list)

    def hurry(self, times: float) -> None:
        """Divide the world's own pauses, such as those between its retries, by `times`."""

        async def sleep(seconds: float) -> None:
            await asyncio.sleep(seconds / times)

        self.world.telegram.sleep = self.world.biller.sleep = sleep

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings['LISTEN_PORT']}"

    @property
    def output(self) -> str:
        """Everything that the bots of this shop wrote to stdout and stderr."""
        return "".join(log.read_text("utf-8") for log in sorted(self.home.glob("*.log")))

    # The bot as a process.

    async def start(self) -> None:
        """Start the bot on the shop's database and wait until it is ready."""
        await self.launch()
        await self.until(self._is_ready, timeout_s=READY_TIMEOUT_S, every_s=0.05)

    async def launch(self) -> Process | ForkedProcess:
        """Start the bot without waiting until it is ready."""
        self.process = await self.run("run")
        return self.process

    async def run(self, *arguments: str, **changes: str) -> Process | ForkedProcess:
        """Start `python -m bot` with the shop's settings, and none from the environment of this process."""
        settings = self.settings | changes
        start = shared_fork_server().start if self.is_forked else start_command
        process = await start(*arguments, home=self.home, settings=settings)
        self.processes.append(process)
        return process

    async def kill(self) -> None:
        """Send SIGKILL, so that the bot cannot finish anything."""
        assert self.process
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """Send SIGTERM; return the exit status."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_TIMEOUT_S):
            return await self.process.wait()

    async def _is_ready(self) -> bool:
        assert self.process
        assert self.process.returncode is None, self.output[-2000:]
        try:
            return (await self.http.get(f"{self.url}/readyz")).is_success
        except httpx.TransportError:
            return False

    # Actions of users, Telegram and the biller.

    def add_user(self, user_id: int, name: str) -> int:
        """Add a user with a private chat; return its id."""
        chats = self.world.telegram.chats
        user = chats.users[user_id] = User(id=user_id, name=name, role=Role.RESELLER)
        chats.chats[user_id] = Chat(
            id=user_id, type=ChatType.PRIVATE, title=name, role=user.role, members=(user_id,)
        )
        return user_id

    def order(self, chat: int, text: str, **options: Any) -> int:
        """Send a text in a chat; return the message id. `options` are those of `Telegram.say`."""
        return self.world.telegram.say(chat, text, **options).message_id

    def redeliver(self, chat: int, message_id: int) -> None:
        """Deliver a message once more, with a new update id."""
        telegram = self.world.telegram
        found = telegram.chats.find(chat)
        message = message_json(telegram.message(chat, message_id), found, telegram.chats.users)
        telegram.updates.add(Kind.MESSAGE, chat, message)
        telegram.deliver()

    async def press(self, message: ChatMessage, label: str, *, user: int = RINA, chat: int = RINA) -> str:
        """Tap the button with this label once all messages are sent; return the callback query's id."""
        await self.quiet()
        return self.tap(message, label, user=user, chat=chat)

    def tap(self, message: ChatMessage, label: str, *, user: int = RINA, chat: int = RINA) -> str:
        """Tap the button with this label at once; return the callback query's id."""
        now = self.world.telegram.message(chat, message.id)
        data = next(b["callback_data"] for b in now.buttons() if b["text"] == label)
        return self.world.telegram.press(chat, message.id, data, user_id=user)

    async def report(self, query: str, *, path: str | None = None, **headers: str) -> httpx.Response:
        """Call the reversal URL with this query string, without encoding it."""
        path = f"/reversal/{self.settings['REVERSAL_SECRET']}" if path is None else path
        return await self.http.get(f"{self.url}{path}?{query}", headers=headers)

    # Observations.

    async def wait_for_message(
        self, chat: int, *words: str, after: int = 0, timeout_s: float = WAIT_S
    ) -> ChatMessage:
        """Wait for a message past id `after` with all of these words, and return it."""

        def find() -> ChatMessage | None:
            messages = self.world.telegram.bot_messages(chat)
            return next((m for m in messages if m.id > after and _contains(m, words)), None)

        try:
            return await self.world.feed.until(find, timeout_s)
        except TimeoutError:
            texts = [m.text for m in self.world.telegram.bot_messages(chat)]
            raise AssertionError(
                f"no message with {words} in chat {chat}: {texts}\n{self.output[-3000:]}"
            ) from None

    def messages_with(self, chat: int, *words: str) -> list[ChatMessage]:
        """Return the bot's messages in a chat that contain all of these words."""
        messages = self.world.telegram.bot_messages(chat)
        return [message for message in messages if _contains(message, words)]

    async def trxid(self, chat: int, message_id: int) -> str:
        """Wait until the order of a message is stored; return its trxid."""
        sql = "SELECT trxid FROM orders WHERE chat_id = ? AND message_id = ?"
        await self.until(lambda: bool(self.rows(sql, chat, message_id)))
        return str(self.rows(sql, chat, message_id)[0][0])

    async def quiet(self) -> None:
        """Wait until all updates are confirmed and the outbox has no waiting message."""
        waiting = "SELECT count(*) FROM outbox WHERE state = 'waiting'"
        updates = self.world.telegram.updates
        # The next poll confirms the updates of the last one, which are then processed.
        await self.until(lambda: not updates.waiting)
        await self.until(lambda: self.rows(waiting) == [(0,)])

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Query the database, read-only."""
        if (url := self.settings["DATABASE_URL"]).startswith("postgresql:"):
            with psycopg.connect(url) as server:
                return server.execute(sql.replace("?", "%s").encode(), values or None).fetchall()
        path = f"file:{self.home / 'loket.db'}?mode=ro"
        with closing(sqlite3.connect(path, uri=True)) as database:
            return database.execute(sql, values).fetchall()

    async def until(
        self, condition: Callable[[], Any], *, timeout_s: float = WAIT_S, every_s: float = 0.02
    ) -> None:
        """Wait until the condition, plain or awaitable, is true; AssertionError if it never is."""
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    holds = condition()
                    if await holds if asyncio.iscoroutine(holds) else holds:
                        return
                    await asyncio.sleep(every_s)
        except TimeoutError:
            raise AssertionError(f"the condition was never true\n{self.output[-3000:]}") from None

    def secrets(self) -> set[str]:
        """Return every text that must never be written: secret settings and the signatures of posts."""
        names = ("TELEGRAM_TOKEN", "BILLER_PASSWORD", "REVERSAL_SECRET", "TELEGRAM_WEBHOOK_SECRET")
        values = {self.settings[name] for name in names if name in self.settings}
        return values | {quote(secret, safe="") for secret in values} | {p["sign"] for p in self.wire.posts}

    def audit(self) -> None:
        """Check what must be true at the end of every test."""
        assert self.world.telegram.violations == []
        posted = [post["trxid"] for post in self.wire.posts]
        assert len(posted) == len(set(posted)), "an order was posted twice"
        output = self.output
        assert [secret for secret in self.secrets() if secret in output] == []
        assert self.may_log_tracebacks or tracebacks_in(output) == []


def tracebacks_in(output: str) -> list[str]:
    """Return the log lines of bot and storage with a traceback; libraries may log Telegram's faults."""
    lines = [json.loads(line) if line.startswith("{") else {"text": line} for line in output.splitlines()]
    own = [line for line in lines if line.get("logger", "bot").startswith(("bot", "storage"))]
    return [str(line) for line in own if "Traceback" in str(line)]


def free_port() -> int:
    """Return a port that is not in use."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def minutes_ago(minutes: float) -> Callable[[], int]:
    """Return a clock that is this many minutes slow."""
    return lambda: wall_clock_ms() - int(minutes * 60_000)


def _contains(message: ChatMessage, words: tuple[str, ...]) -> bool:
    """Return whether one notice, alone in the message or merged with others, contains all of these words."""
    return any(all(_mentions(notice, word) for word in words) for notice in notices_in(message.text))


def _mentions(notice: str, word: str) -> bool:
    """Return whether a notice contains a word; a merged notice has only the last five digits of a Ref."""
    is_ref = len(word) == len("26112214032104711") and word.isdigit()
    return word in notice or (is_ref and notice.endswith(f"·{word[-5:]}"))
