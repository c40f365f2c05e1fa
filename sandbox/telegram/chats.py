"""Users, chats and messages as Telegram's servers store them."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, assert_never

from sandbox.telegram.errors import RefusedError, bad_request
from sandbox.telegram.files import Attachment

Json = dict[str, Any]


class ChatType(StrEnum):
    """The types of chats in which users write to a bot."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"


class Role(StrEnum):
    """A user's role in the shop at the start, for the page; Telegram itself does not know it."""

    RESELLER = "reseller"
    ADMIN = "admin"
    STRANGER = "stranger"
    GROUP = "group"
    BOT = "bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    id: int
    name: str
    role: Role
    username: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message in its present version; an edit replaces it. Times in ms since the epoch.

    With an attachment, text and entities are its caption. Of a rich message, `text` is the plain text of its
    blocks. `asks` is the markup that requests a reply. An ephemeral message has a `receiver`, and its
    number as a negative id, since it is none of the ids of the chat's messages.
    """

    id: int
    sender: User
    at_ms: int
    text: str
    entities: tuple[Json, ...] = ()
    blocks: tuple[Json, ...] = ()
    reply_to: "Message | None" = None
    thread_id: int | None = None
    edited_at_ms: int | None = None
    markup: Json | None = None
    forwarded: bool = False
    attachment: Attachment | None = None
    asks: Json | None = None
    receiver: User | None = None

    @property
    def from_bot(self) -> bool:
        return self.sender.role is Role.BOT

    def buttons(self) -> Iterator[Json]:
        """Yield the inline buttons, row by row."""
        return itertools.chain.from_iterable((self.markup or {}).get("inline_keyboard", []))


@dataclass(frozen=True, slots=True, kw_only=True)
class Toast:
    """The answer to a callback query, as the user sees it."""

    callback_id: str
    user_id: int
    text: str
    alert: bool
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    message_id: int
    user_id: int
    at_ms: int


@dataclass(slots=True, kw_only=True)
class Chat:
    """A chat with its messages by id; ids increase per chat and are never reused."""

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
    last_ephemeral_id: int = 0
    bot_is_in: bool = True
    bot_is_admin: bool = False

    def next_ephemeral_id(self) -> int:
        self.last_ephemeral_id += 1
        return self.last_ephemeral_id

    def next_message_id(self) -> int:
        self.last_message_id += 1
        return self.last_message_id

    def clear(self) -> None:
        """Delete all messages; ids go on increasing, since a bot may have stored the old ones."""
        self.bot_is_in = True
        self.bot_is_admin = False
        self.messages.clear()
        self.taps.clear()
        self.toasts.clear()
        self.threads.clear()


@dataclass(slots=True, kw_only=True)
class Chats:
    bot: User
    users: dict[int, User]
    chats: dict[int, Chat]

    def find(self, chat_id: int | str) -> Chat:
        """Return the chat with this id or @username; RefusedError `chat not found` if there is none."""
        key = chat_id
        if isinstance(chat_id, str):
            key = next((u.id for u in self.users.values() if f"@{u.username}" == chat_id), chat_id)
        if not isinstance(key, int) or key not in self.chats:
            raise bad_request("chat not found")
        return self.chats[key]

    def find_open(self, chat_id: int | str) -> Chat:
        """Return the chat as `find` does; RefusedError 403 if the bot was blocked or removed."""
        chat = self.find(chat_id)
        if not chat.bot_is_in:
            raise RefusedError(403, f"Forbidden: {shut_out(chat.type)}")
        return chat

    def upgrade(self, chat: Chat, new_id: int) -> None:
        """Create the supergroup that a group was upgraded to."""
        if new_id not in self.chats:
            self.chats[new_id] = Chat(
                id=new_id,
                type=ChatType.SUPERGROUP,
                title=chat.title,
                role=chat.role,
                members=chat.members,
            )


def shut_out(chat_type: ChatType | None) -> str:
    """Return Telegram's words for a chat that the bot cannot write in; None is a private one."""
    match chat_type:
        case None | ChatType.PRIVATE:
            return "bot was blocked by the user"
        case ChatType.GROUP | ChatType.SUPERGROUP:
            return f"bot was kicked from the {chat_type.value} chat"
        case _:
            assert_never(chat_type)
