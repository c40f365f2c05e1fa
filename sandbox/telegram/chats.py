"""People, chats and messages as Telegram's servers keep them."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sandbox.telegram.errors import bad_request
from sandbox.telegram.files import Attachment

Json = dict[str, Any]


class ChatType(StrEnum):
    """Telegram's kinds of chat a bot is talked to in."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"


class Role(StrEnum):
    """What a person is to the shop at the start; Telegram itself does not know it, the page shows it."""

    RESELLER = "reseller"
    ADMIN = "admin"
    STRANGER = "stranger"
    GROUP = "group"
    BOT = "bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person, or the bot."""

    id: int
    name: str
    role: Role
    username: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message as it reads now; an edit puts another in its place. Times in ms since the epoch.

    With an attachment, text and entities are its caption's. `asks` is the markup that asks for a reply.
    """

    id: int
    sender: User
    at_ms: int
    text: str
    entities: tuple[Json, ...] = ()
    reply_to: "Message | None" = None
    thread_id: int | None = None
    edited_at_ms: int | None = None
    markup: Json | None = None
    forwarded: bool = False
    attachment: Attachment | None = None
    asks: Json | None = None

    @property
    def from_bot(self) -> bool:
        """Whether the bot wrote it."""
        return self.sender.role is Role.BOT

    def buttons(self) -> Iterator[Json]:
        """Go through the inline buttons, row by row."""
        return itertools.chain.from_iterable((self.markup or {}).get("inline_keyboard", []))


@dataclass(frozen=True, slots=True, kw_only=True)
class Toast:
    """What a person sees after a press: the answer to the callback query."""

    callback_id: str
    user_id: int
    text: str
    alert: bool
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """One tap on a button under a message."""

    message_id: int
    user_id: int
    at_ms: int


@dataclass(slots=True, kw_only=True)
class Chat:
    """A chat with its messages by id; ids rise per chat and are never used again."""

    id: int
    type: ChatType
    title: str
    role: Role
    members: tuple[int, ...]
    messages: dict[int, Message] = field(default_factory=dict)
    taps: list[Tap] = field(default_factory=list)
    toasts: list[Toast] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)
    last_message_id: int = 0

    def next_message_id(self) -> int:
        """Draw the next id."""
        self.last_message_id += 1
        return self.last_message_id

    def clear(self) -> None:
        """Forget what was said; ids go on rising, for a bot may remember the old ones."""
        self.messages.clear()
        self.taps.clear()
        self.toasts.clear()
        self.threads.clear()


@dataclass(slots=True, kw_only=True)
class Chats:
    """All people and chats."""

    bot: User
    users: dict[int, User]
    chats: dict[int, Chat]

    def find(self, chat_id: int | str) -> Chat:
        """Return the chat with this id or @username; `chat not found` otherwise."""
        key = chat_id
        if isinstance(chat_id, str):
            key = next((u.id for u in self.users.values() if f"@{u.username}" == chat_id), chat_id)
        if not isinstance(key, int) or key not in self.chats:
            raise bad_request("chat not found")
        return self.chats[key]

    def upgrade(self, chat: Chat, new_id: int) -> None:
        """Let there be the supergroup a group has become."""
        if new_id not in self.chats:
            self.chats[new_id] = Chat(
                id=new_id,
                type=ChatType.SUPERGROUP,
                title=chat.title,
                role=chat.role,
                members=chat.members,
            )
