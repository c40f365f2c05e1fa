"""Telegram's updates as our own types: messages, button presses, moved groups and access to chats."""

from enum import StrEnum, auto

from msgspec import Struct


class MessageKind(StrEnum):
    """How a message was sent: only `WRITTEN` messages can order.

    `CAPTIONED` is the caption of a photo or file, `AS_CHAT` a message in the name of a group or channel.
    """

    WRITTEN = auto()
    EDITED = auto()
    FORWARDED = auto()
    CAPTIONED = auto()
    AS_CHAT = auto()


class Document(Struct, frozen=True, kw_only=True):
    """A file attached to a message; `file_id` and `size_bytes` are Telegram's."""

    file_id: str
    name: str
    size_bytes: int | None


class SharedPerson(Struct, frozen=True, kw_only=True):
    """A person whose contact or message somebody sends on; `user_id` is None if Telegram does not tell it."""

    user_id: int | None
    name: str
    username: str | None = None


class IncomingMessage(Struct, frozen=True, kw_only=True):
    """A message from a user, or from the chat in whose name it was sent.

    `at_ms` is Telegram's date; `text` is empty for pictures and other media without a caption.
    `picture_id` is Telegram's id of the picture in its largest size. `shared` is the person of a contact or a
    forwarded message: of this message, or of the one that it replies to.
    `replied_text` and `replied_picture_id` are those of the message that this one replies to.
    """

    chat_id: int
    is_private: bool
    thread_id: int | None
    message_id: int
    user_id: int
    name: str
    username: str | None
    text: str
    at_ms: int
    kind: MessageKind
    reply_to: int | None
    document: Document | None = None
    picture_id: str | None = None
    shared: SharedPerson | None = None
    replied_text: str = ""
    replied_picture_id: str | None = None


class ButtonPress(Struct, frozen=True, kw_only=True):
    """A tapped button of our message; `data` comes from the client and must be validated."""

    callback_id: str
    chat_id: int
    thread_id: int | None
    message_id: int
    user_id: int
    name: str
    data: str


class ChatMoved(Struct, frozen=True, kw_only=True):
    """A group became a supergroup."""

    chat_id: int
    new_chat_id: int


class BotAccessChanged(Struct, frozen=True, kw_only=True):
    """A user blocked or unblocked the bot, or it was added to a group, removed from it, or muted there.

    `title` is the name of the user or group, `by_name` that of the person who did it.
    """

    chat_id: int
    is_private: bool
    title: str
    by_name: str
    was_member: bool
    can_write: bool


class Toast(StrEnum):
    """The short text shown to the user who tapped a button."""

    DONE = auto()
    ASKED = auto()
    ALREADY = auto()
    CHANGED = auto()
    REFUSED = auto()
    USED = auto()
    NOT_ALLOWED = auto()
    NOT_YOURS = auto()
    RESELLERS_ONLY = auto()
    SOON = auto()
