"""A Telegram that outlives the process: it keeps what people said until it is taken, and what they read."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from telegram.error import NetworkError

from bot.delivery import sending as out
from bot.delivery.sending import OutgoingMessage
from bot.notices.buttons import Keyboard

if TYPE_CHECKING:
    from tests.simulation.life import Life
    from tests.simulation.world import World

Raw = dict[str, object]

FIRST_UPDATE_ID = 1000
HOOK_RETRIES_S = (0.5, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)


@dataclass(slots=True)
class Message:
    """A message in a chat, as people see it."""

    message_id: int
    text: str
    at_s: float
    reply_to: int | None = None
    keyboard: Keyboard = ()
    edited: bool = False


@dataclass(slots=True)
class Chat:
    """What the bot said in a chat, in order; edits change a message in place."""

    chat_id: int
    told: list[Message] = field(default_factory=list)
    blocked: bool = False
    ambiguous: int = 0


class Telegram:
    """Holds updates and chats."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.chats: dict[int, Chat] = {}
        self.waiting: list[Raw] = []
        self.confirmed: set[int] = set()
        self._next_update_id = FIRST_UPDATE_ID
        self._next_message_id: dict[int, int] = {}
        self._news: asyncio.Future[None] | None = None

    def chat(self, chat_id: int) -> Chat:
        return self.chats.setdefault(chat_id, Chat(chat_id))

    def has_unread(self) -> bool:
        """Return whether anything that people said has not been taken in yet."""
        return len(self.confirmed) < self._next_update_id - FIRST_UPDATE_ID

    def new_message_id(self, chat_id: int) -> int:
        self._next_message_id[chat_id] = self._next_message_id.get(chat_id, 0) + 1
        return self._next_message_id[chat_id]

    def bring(self, update: Raw) -> int:
        """Somebody said or tapped something."""
        update_id = self._next_update_id
        self._next_update_id += 1
        update = {"update_id": update_id, **update}
        if self._world.plan.webhook:
            self._deliver(update, 0)
        else:
            self.waiting.append(update)
            if self._news and not self._news.done():
                self._news.set_result(None)
        return update_id

    def _deliver(self, update: Raw, attempt: int) -> None:
        """Bring an update by webhook, again and again until it is answered with 200."""
        update_id = update["update_id"]
        assert isinstance(update_id, int)

        def taken() -> None:
            self.confirmed.add(update_id)

        def again() -> None:
            if update_id not in self.confirmed:
                self._deliver(update, attempt + 1)

        self._world.call_webhook(update, taken)
        delay_s = HOOK_RETRIES_S[min(attempt, len(HOOK_RETRIES_S) - 1)]
        self._world.timeline.after(delay_s, again)
        if self._world.strikes(self._world.plan.redelivered):
            self._world.timeline.after(delay_s / 2, lambda: self._world.call_webhook(update, lambda: None))

    async def poll(self, offset: int | None, life: "Life") -> list[Raw]:
        """Hold a getUpdates until something is there, as the real server does."""
        if offset is not None:
            for update in self.waiting:
                if update["update_id"] < offset:  # type: ignore[operator]
                    self.confirmed.add(update["update_id"])  # type: ignore[arg-type]
            self.waiting = [u for u in self.waiting if u["update_id"] >= offset]  # type: ignore[operator]
        if not self.waiting:
            self._news = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._news], timeout=50)
        await life.moment("an answer to getUpdates")
        return self.waiting[:100]

    def client(self, life: "Life") -> "Client":
        return Client(self._world, life, self)

    def line(self, life: "Life") -> "Line":
        return Line(self._world, life, self)


class Client:
    """The poller's Telegram."""

    def __init__(self, world: "World", life: "Life", telegram: Telegram) -> None:
        self._world = world
        self._life = life
        self._telegram = telegram

    async def raw_updates(self, offset: int | None, allowed: list[str]) -> list[Raw]:
        await self._life.moment("a getUpdates")
        assert "message" in allowed
        if self._world.strikes(self._world.plan.poll_fails):
            raise NetworkError("reset")
        return await self._telegram.poll(offset, self._life)

    def answer_callback(self, callback_id: str, text: str) -> None:
        self._world.note(f"{callback_id} was answered: {text}")

    def send_direct(self, outgoing: OutgoingMessage) -> None:
        self._world.note(f"chat {outgoing.chat_id} is told that its order could not be kept")


class Line:
    """The messenger's Telegram, with every way in which a send can end."""

    def __init__(self, world: "World", life: "Life", telegram: Telegram) -> None:
        self._world = world
        self._life = life
        self._telegram = telegram

    async def send(self, outgoing: OutgoingMessage) -> out.SendResult:
        """Send or edit; the message may be taken although the answer is lost."""
        world, plan = self._world, self._world.plan
        world.notice_send(self._life, outgoing.chat_id)
        await self._life.moment("before a send")
        chat = self._telegram.chat(outgoing.chat_id)
        if world.strikes(plan.later):
            return out.RetryLater(retry_after_s=world.rng.choice((1.0, 5.0, 30.0)))
        if world.strikes(plan.unsent):
            return out.NotConnected(why="ConnectError")
        if chat.blocked:
            return out.ChatUnreachable(why="Forbidden: bot was blocked by the user")
        if world.strikes(plan.ambiguous):
            chat.ambiguous += 1
            if world.rng.random() < 0.5:
                self._accept(chat, outgoing)
            return out.Ambiguous(why="TimedOut")
        message_id = self._accept(chat, outgoing)
        chat.ambiguous += 1  # until its answer is stored, a crash can make a copy
        if world.strikes(plan.slow):
            await asyncio.sleep(world.rng.uniform(0.2, 3.0))
        await self._life.moment("after a send")
        chat.ambiguous -= 1
        return out.Sent(message_id=message_id)

    def _accept(self, chat: Chat, outgoing: OutgoingMessage) -> int:
        text = "".join(span.text for span in outgoing.text)
        now_s = self._world.timeline.now_s
        self._world.note(f"chat {chat.chat_id} reads: {text!r}")
        if outgoing.attachment is not None:
            self._world.deposits.look_at_picture(text, outgoing.attachment.content)
        if outgoing.edits is not None:
            for message in chat.told:
                if message.message_id == outgoing.edits:
                    message.text, message.keyboard, message.edited = text, outgoing.keyboard, True
            self._world.people.read(chat.chat_id, outgoing.edits, text, outgoing.keyboard)
            return outgoing.edits
        message_id = self._telegram.new_message_id(chat.chat_id)
        message = Message(message_id, text, now_s, outgoing.reply_to, outgoing.keyboard)
        chat.told.append(message)
        self._world.people.read(chat.chat_id, message_id, text, outgoing.keyboard)
        return message_id
