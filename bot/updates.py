"""What Telegram brought, in our words: something said, a button pressed, a group that moved."""

from enum import StrEnum, auto

from msgspec import Struct


class MessageKind(StrEnum):
    """How a message came: only a message as first written can order."""

    WRITTEN = auto()
    EDITED = auto()
    FORWARDED = auto()


class Document(Struct, frozen=True, kw_only=True):
    """A file that came with a message; Telegram keeps it under `file_id` and says how large it is."""

    file_id: str
    name: str
    size_bytes: int | None


class IncomingMessage(Struct, frozen=True, kw_only=True):
    """A message somebody sent; `at_ms` is Telegram's date, `text` empty for pictures and the like."""

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


class ButtonPress(Struct, frozen=True, kw_only=True):
    """A button somebody tapped under our message, with what it brought back: not to be believed unchecked."""

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


class Toast(StrEnum):
    """What the tapper of a button sees for a moment."""

    DONE = auto()
    USED = auto()
    NOT_ALLOWED = auto()
    NOT_YOURS = auto()
    RESELLERS_ONLY = auto()
    SOON = auto()
