"""What the messenger hands to the sender of messages, and what it learns of each from Telegram's answer."""

from typing import Protocol

from msgspec import Struct

from bot.notices.buttons import Keyboard
from bot.texts.formatting import Attachment, Text


class OutgoingMessage(Struct, frozen=True, kw_only=True):
    """A message as it leaves; `edits` names the message of ours it takes the place of.

    With `asks` it opens a field for the answer, which shows that text before anything is typed.
    """

    chat_id: int
    text: Text
    thread_id: int | None = None
    reply_to: int | None = None
    edits: int | None = None
    keyboard: Keyboard = ()
    copy: str | None = None
    attachment: Attachment | None = None
    asks: str | None = None


class Sent(Struct, frozen=True, kw_only=True):
    """Telegram has it, as this message."""

    message_id: int


class RetryLater(Struct, frozen=True, kw_only=True):
    """Telegram asks this chat to wait."""

    retry_after_s: float


class NotConnected(Struct, frozen=True, kw_only=True):
    """No connection was made: it can be repeated without a copy."""

    why: str


class Ambiguous(Struct, frozen=True, kw_only=True):
    """Telegram may have it or not: a repeat may make a copy."""

    why: str


class ChatUnreachable(Struct, frozen=True, kw_only=True):
    """The chat lets us in no longer."""

    why: str


class ChatUpgraded(Struct, frozen=True, kw_only=True):
    """The group lives on under another id."""

    new_chat_id: int


class TopicDeleted(Struct, frozen=True, kw_only=True):
    """The topic was deleted; the chat itself is still there."""


class EditTargetGone(Struct, frozen=True, kw_only=True):
    """The message to be rewritten is gone or too old: it must be said anew."""


class Rejected(Struct, frozen=True, kw_only=True):
    """Telegram will never take this message as it is."""

    why: str


SendResult = (
    Sent
    | RetryLater
    | NotConnected
    | Ambiguous
    | ChatUnreachable
    | ChatUpgraded
    | TopicDeleted
    | EditTargetGone
    | Rejected
)


class MessageSender(Protocol):
    """Sends messages to Telegram."""

    async def send(self, outgoing: OutgoingMessage) -> SendResult:
        """Send or edit once, and return the result."""
        ...
