"""A Telegram that costs little: takes what a bot says, holds it to the limits if told, and brings updates."""

import asyncio
import json
import re
import time
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.telegram.chats import Chat, ChatType, Role
from sandbox.telegram.pace import Pace
from tests.benchmarks.ledger import Ledger
from tests.benchmarks.plain_http import Answer, Caller, Request

Json = dict[str, Any]

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
ME: Json = {"id": 110201543, "is_bot": True, "first_name": "Loket", "username": "loket_bench_bot"}
MAX_CONNECTIONS = 40
"""How many updates Telegram brings at once unless a bot asks for another number."""

SPEAKING = ("sendMessage", "editMessageText")
ANNOUNCED = "📢 Pengumuman\n"
_BUTTON = re.compile(r"""callback_data['"]\s*:\s*['"]([^'"]+)""")
_FIELD = re.compile(rb'name="(\w+)"\r\n(?:[^\r\n]+\r\n)*\r\n(.*?)\r\n--', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Hook:
    """Where the bot wants its updates."""

    path: str
    secret: str


class Telegram:
    """One bot's Telegram. With `strict` it answers 429 to whoever goes beyond the published limits."""

    def __init__(self, ledger: Ledger, *, strict: bool) -> None:
        self.ledger = ledger
        self.hook: Hook | None = None
        self.hooked = asyncio.Event()
        self._pace = Pace() if strict else None
        self._caller: Caller | None = None
        self._queues: dict[int, deque[bytes]] = defaultdict(deque)
        self._at_work: dict[int, asyncio.Task[None]] = {}
        # Books that have seen another run must not take this one's messages for the same.
        self._update_id, self._message_id = 730_000_000, time.time_ns() // 100_000 % 2_000_000_000
        self._awaited: dict[int, asyncio.Future[float]] = {}
        self.buttons: dict[int, tuple[int, list[str]]] = {}
        """By chat: the last message with buttons, and the data of each of them."""
        self.heard: dict[int, str] = {}
        """By chat: what the bot said last."""

    # What the bot asks.

    def answer(self, request: Request) -> Answer:
        """Answer one Bot API call."""
        method, given = request.path.rpartition("/")[2], _parameters(request)
        if method in SPEAKING:
            return self._hear(method, given)
        if method == "setWebhook" and (url := given.get("url")):
            parts = urlsplit(url)
            self.hook = Hook(parts.path, given.get("secret_token", ""))
            self._caller = Caller(parts.port or 80, connections=MAX_CONNECTIONS)
            self.hooked.set()
        self.ledger.calls[method] += 1
        return _ok(ME if method == "getMe" else True)

    def _hear(self, method: str, given: dict[str, str]) -> Answer:
        chat_id = int(given["chat_id"])
        if self._pace and (
            wait_s := self._pace.retry_after_s(_chat(chat_id), time.monotonic_ns() // 1_000_000)
        ):
            self.ledger.refused += 1
            return _too_many(wait_s)
        self.ledger.said(method, given.get("text", ""))
        self.heard[chat_id] = given.get("text", "")
        if awaited := self._awaited.pop(chat_id, None):
            awaited.set_result(time.perf_counter())
        self._message_id += 1
        if given.get("text", "").startswith(ANNOUNCED):
            self.ledger.announce(chat_id)
        if buttons := _BUTTON.findall(given.get("reply_markup", "")):
            self.buttons[chat_id] = (int(given.get("message_id", 0)) or self._message_id, buttons)
        said: Json = {
            "message_id": int(given.get("message_id", 0)) or self._message_id,
            "from": ME,
            "chat": _chat_json(chat_id),
            "date": int(time.time()),
            "text": given.get("text", ""),
        }
        return _ok(said)

    # What people do.

    def spread_over(self, *ports: int) -> None:
        """Bring updates to these ports in turn, as a load balancer does."""
        old, self._caller = self._caller, Caller(*ports, connections=MAX_CONNECTIONS)
        if old:
            old.close()

    def say(self, chat_id: int, user_id: int, text: str) -> None:
        """Bring a message to the bot, behind those of the same chat that it has not taken yet."""
        self._update_id += 1
        self._message_id += 1
        message: Json = {
            "message_id": self._message_id,
            "from": _user_json(user_id),
            "chat": _chat_json(chat_id),
            "date": int(time.time()),
            "text": text,
        }
        self._queue(chat_id, {"message": message})

    def press(self, user_id: int, place: int = 0) -> None:
        """Tap a button below the last message in a private chat that has some, by its place."""
        message_id, buttons = self.buttons.pop(user_id)
        self._update_id += 1
        shown = {"message_id": message_id, "chat": _chat_json(user_id), "date": int(time.time())}
        press = {
            "id": str(self._update_id),
            "from": _user_json(user_id),
            "message": shown,
            "data": buttons[place],
        }
        self._queue(user_id, {"callback_query": press})

    def _queue(self, chat_id: int, update: Json) -> None:
        self._queues[chat_id].append(json.dumps({"update_id": self._update_id, **update}).encode())
        if chat_id not in self._at_work:
            self._at_work[chat_id] = asyncio.create_task(self._bring(chat_id))

    async def ask(self, user_id: int, text: str) -> float:
        """Say something in private; return the seconds until the bot says something there."""
        answered: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._awaited[user_id] = answered
        began = time.perf_counter()
        self.say(user_id, user_id, text)
        return await answered - began

    async def _bring(self, chat_id: int) -> None:
        """Bring a chat's updates one after the other, each until it is taken."""
        if self._caller is None or self.hook is None:
            raise RuntimeError("the bot has set no webhook")
        headers = {
            "Content-Type": "application/json",
            "X-Telegram-Bot-Api-Secret-Token": self.hook.secret,
        }
        queue = self._queues[chat_id]
        while queue:
            answer = await self._caller.ask("POST", self.hook.path, queue[0], headers=headers)
            if answer.status == 200:
                queue.popleft()
            else:
                await asyncio.sleep(1)
        del self._at_work[chat_id]

    def close(self) -> None:
        """Bring nothing more."""
        for task in self._at_work.values():
            task.cancel()
        if self._caller:
            self._caller.close()


def _parameters(request: Request) -> dict[str, str]:
    body = request.body
    if body.startswith(b"{"):
        return {name: str(value) for name, value in json.loads(body).items()}
    if body.startswith(b"--"):
        return {name.decode(): value.decode() for name, value in _FIELD.findall(body)}
    return dict(parse_qsl(body.decode()))


def _ok(result: object) -> Answer:
    return Answer(json.dumps({"ok": True, "result": result}).encode())


def _too_many(wait_s: int) -> Answer:
    body = {
        "ok": False,
        "error_code": 429,
        "description": f"Too Many Requests: retry after {wait_s}",
        "parameters": {"retry_after": wait_s},
    }
    return Answer(json.dumps(body).encode(), status=429)


def _chat(chat_id: int) -> Chat:
    kind = ChatType.PRIVATE if chat_id > 0 else ChatType.SUPERGROUP
    return Chat(id=chat_id, type=kind, title="", role=Role.GROUP, members=())


def _chat_json(chat_id: int) -> Json:
    if chat_id > 0:
        return {
            "id": chat_id,
            "type": "private",
            "first_name": f"Toko {chat_id}",
            "username": f"toko{chat_id}",
        }
    return {"id": chat_id, "type": "supergroup", "title": "Grup Konter"}


def _user_json(user_id: int) -> Json:
    return {
        "id": user_id,
        "is_bot": False,
        "first_name": f"Toko {user_id}",
        "username": f"toko{user_id}",
        "language_code": "id",
    }
