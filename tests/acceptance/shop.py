"""A whole shop to try the real bot in: the pretended world in this loop, the bot as a process beside it."""

import asyncio
import json
import os
import signal
import socket
import sqlite3
import sys
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.telegram.chats import Chat, ChatType, Role, User
from sandbox.telegram.chats import Message as ChatMessage
from sandbox.telegram.payloads import message_json
from sandbox.telegram.updates import Kind
from sandbox.world import World, wall_clock_ms
from tests.lists import notices_in

ROOT = Path(__file__).resolve().parents[2]
SARI, BUDI, RINA, STRANGER, GROUP = 1001, 1002, 9001, 5001, -100200300

PASSWORD = "kenari/Sandi%Biller+1?"
"""With every character that some encoding changes."""

REVERSAL_SECRET = "kenari-jalan-balik-0123456789-abcdef"
WEBHOOK_SECRET = "kenari_rahasia_webhook_0123456789"

READY_TIMEOUT_S = 30.0
"""A cold start takes under a second; a busy machine may need many."""

STOP_TIMEOUT_S = 20.0
WAIT_S = 30.0
"""Everything awaited here comes within moments; only what is broken takes this long."""


class Mode(StrEnum):
    """How updates come to the bot."""

    POLLING = "polling"
    WEBHOOK = "webhook"


class Wire:
    """Stands before the sandbox and keeps the body of every order as it was posted."""

    def __init__(self, app: ASGIApp) -> None:
        self.posts: list[dict[str, Any]] = []
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (scope["method"], scope["path"]) == ("POST", "/service/in/json"):
            receive = await self._noted(receive)
        await self._app(scope, receive, send)

    async def _noted(self, receive: Receive) -> Receive:
        body, more = b"", True
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        self.posts.append(json.loads(body))
        replay = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return replay.pop() if replay else await receive()

        return again


@dataclass(slots=True, kw_only=True)
class Shop:
    """The world, and a bot that can be started, stopped and killed on one database."""

    world: World
    wire: Wire
    home: Path
    settings: dict[str, str]
    http: httpx.AsyncClient
    may_stumble: bool = False
    process: Process | None = None
    processes: list[Process] = field(default_factory=list)

    def hurry(self, times: float) -> None:
        """Shorten the world's own pauses, such as those between its tries to reach the bot."""

        async def sleep(seconds: float) -> None:
            await asyncio.sleep(seconds / times)

        self.world.telegram.sleep = self.world.biller.sleep = sleep

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings['LISTEN_PORT']}"

    @property
    def output(self) -> str:
        """Give all that any bot of this shop wrote to stdout and stderr."""
        return "".join(log.read_text("utf-8") for log in sorted(self.home.glob("*.log")))

    # The bot as a process.

    async def start(self) -> None:
        """Start the bot on the shop's database and wait until it says that it is ready."""
        await self.launch()
        await self.until(self._is_ready, timeout_s=READY_TIMEOUT_S, every_s=0.05)

    async def launch(self) -> Process:
        """Start the bot, ready or not."""
        self.process = await self.run("run")
        return self.process

    async def run(self, *arguments: str, **changes: str) -> Process:
        """Run `python -m bot` with the shop's settings; None of them is the shell's own."""
        with (self.home / "bot.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bot", *arguments),
                cwd=self.home,
                env=environment(self.settings | changes),
                stdin=DEVNULL,
                stdout=log,
                stderr=STDOUT,
            )
        self.processes.append(process)
        return process

    async def kill(self) -> None:
        """SIGKILL: the bot has no time for anything."""
        assert self.process
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """SIGTERM; give the exit status."""
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

    # People and the biller.

    def newcomer(self, user_id: int, name: str) -> int:
        """Let there be one more person with a private chat; give its id."""
        chats = self.world.telegram.chats
        user = chats.users[user_id] = User(id=user_id, name=name, role=Role.RESELLER)
        chats.chats[user_id] = Chat(
            id=user_id, type=ChatType.PRIVATE, title=name, role=user.role, members=(user_id,)
        )
        return user_id

    def order(self, chat: int, text: str, **how: Any) -> int:
        """Type a text in a chat; give its message id. `how` is of `Telegram.say`."""
        return self.world.telegram.say(chat, text, **how).message_id

    def redeliver(self, chat: int, message_id: int) -> None:
        """Let Telegram bring a message once more, under an update id of its own."""
        telegram = self.world.telegram
        found = telegram.chats.find(chat)
        message = message_json(telegram.message(chat, message_id), found, telegram.chats.users)
        telegram.updates.add(Kind.MESSAGE, chat, message)
        telegram.deliver()

    async def press(self, message: ChatMessage, label: str, *, user: int = RINA, chat: int = RINA) -> str:
        """Tap the button with this label at a person's pace: when all is said. Give the callback's id."""
        await self.quiet()
        return self.tap(message, label, user=user, chat=chat)

    def tap(self, message: ChatMessage, label: str, *, user: int = RINA, chat: int = RINA) -> str:
        """Tap the button with this label this very moment."""
        now = self.world.telegram.message(chat, message.id)
        data = next(b["callback_data"] for b in now.buttons() if b["text"] == label)
        return self.world.telegram.press(chat, message.id, data, user_id=user)

    async def report(self, query: str, *, path: str | None = None, **headers: str) -> httpx.Response:
        """Call the reversal URL with this query string, as it is."""
        path = f"/reversal/{self.settings['REVERSAL_SECRET']}" if path is None else path
        return await self.http.get(f"{self.url}{path}?{query}", headers=headers)

    # What there is to see.

    async def told(self, chat: int, *words: str, after: int = 0, timeout_s: float = WAIT_S) -> ChatMessage:
        """Wait until the bot has said all of these words in one message past `after`."""

        def find() -> ChatMessage | None:
            said = self.world.telegram.bot_messages(chat)
            return next((m for m in said if m.id > after and _tells(m, words)), None)

        try:
            return await self.world.feed.until(find, timeout_s)
        except TimeoutError:
            heard = [m.text for m in self.world.telegram.bot_messages(chat)]
            raise AssertionError(f"chat {chat} never heard {words}: {heard}\n{self.output[-3000:]}") from None

    def heard(self, chat: int, *words: str) -> list[ChatMessage]:
        """Give what the bot has said in a chat with all of these words in it."""
        said = self.world.telegram.bot_messages(chat)
        return [message for message in said if _tells(message, words)]

    async def trxid(self, chat: int, message_id: int) -> str:
        """Wait until the order of a message is stored; give its trxid."""
        sql = "SELECT trxid FROM orders WHERE chat_id = ? AND message_id = ?"
        await self.until(lambda: bool(self.rows(sql, chat, message_id)))
        return str(self.rows(sql, chat, message_id)[0][0])

    async def quiet(self) -> None:
        """Wait until Telegram's updates are taken in and nothing waits to be said."""
        waiting = "SELECT count(*) FROM outbox WHERE state = 'waiting'"
        updates = self.world.telegram.updates
        # A poll confirms what it brought by asking for more, so a taken update no longer waits.
        await self.until(lambda: not updates.waiting)
        await self.until(lambda: self.rows(waiting) == [(0,)])

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Look into the database, read-only."""
        path = f"file:{self.home / 'loket.db'}?mode=ro"
        with closing(sqlite3.connect(path, uri=True)) as database:
            return database.execute(sql, values).fetchall()

    async def until(
        self, condition: Callable[[], Any], *, timeout_s: float = WAIT_S, every_s: float = 0.02
    ) -> None:
        """Return as soon as the condition (plain or awaitable) holds; AssertionError if it never does."""
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    holds = condition()
                    if await holds if asyncio.iscoroutine(holds) else holds:
                        return
                    await asyncio.sleep(every_s)
        except TimeoutError:
            raise AssertionError(f"it never came to that\n{self.output[-3000:]}") from None

    def secrets(self) -> set[str]:
        """Give what nobody may ever read: settings and every signature that was sent."""
        names = ("TELEGRAM_TOKEN", "BILLER_PASSWORD", "REVERSAL_SECRET", "TELEGRAM_WEBHOOK_SECRET")
        known = {self.settings[name] for name in names if name in self.settings}
        return known | {quote(secret, safe="") for secret in known} | {p["sign"] for p in self.wire.posts}

    def audit(self) -> None:
        """Hold the end of any test against what must never happen."""
        assert self.world.telegram.violations == []
        posted = [post["trxid"] for post in self.wire.posts]
        assert len(posted) == len(set(posted)), "an order was posted twice"
        output = self.output
        assert [secret for secret in self.secrets() if secret in output] == []
        assert self.may_stumble or stumbles(output) == []


def stumbles(output: str) -> list[str]:
    """Give the lines that tell of a surprise in our own code; libraries may well report Telegram's."""
    lines = [json.loads(line) if line.startswith("{") else {"text": line} for line in output.splitlines()]
    ours = [line for line in lines if line.get("logger", "bot").startswith(("bot", "storage"))]
    return [str(line) for line in ours if "Traceback" in str(line)]


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Give a process's whole environment: nothing of the shell's but the way to programs."""
    return {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), **settings}


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def minutes_ago(minutes: float) -> Callable[[], int]:
    """Give a clock that is behind."""
    return lambda: wall_clock_ms() - int(minutes * 60_000)


def _tells(message: ChatMessage, words: tuple[str, ...]) -> bool:
    """Tell whether all of these words stand in a message, be they of its own or of one notice among many."""
    return any(all(_names(told, word) for word in words) for told in notices_in(message.text))


def _names(told: str, word: str) -> bool:
    is_ref = len(word) == len("26112214032104711") and word.isdigit()
    return word in told or (is_ref and told.endswith(f"·{word[-5:]}"))
