"""The message that the messenger passes to the sender, and the possible results of a send."""

from enum import Enum, auto
from typing import Protocol

from msgspec import Struct

from bot.notices.buttons import Keyboard
from bot.texts.formatting import Attachment, Layout, ReceivedFile, Text


class OutgoingMessage(Struct, frozen=True, kw_only=True):
    """A message ready to send; `edits` is the id of our message that it edits.

    `layout` is the same with tables, which is sent instead; the text is sent at once if that is refused.
    `asks` opens an input field for the answer, with that placeholder. `only_for` is the one member of a group
    who is to see it; if that is refused, it is sent to all of them at once.
    """

    chat_id: int
    text: Text
    layout: Layout = ()
    thread_id: int | None = None
    reply_to: int | None = None
    edits: int | None = None
    keyboard: Keyboard = ()
    copy: str | None = None
    attachment: Attachment | None = None
    received_file: ReceivedFile | None = None
    asks: str | None = None
    only_for: int | None = None


class TableAnswer(Enum):
    """What became of a layout: it is shown, or the text was sent since the chat or the server refused it."""

    SHOWN = auto()
    CHAT_REFUSED = auto()
    UNKNOWN_METHOD = auto()


class EphemeralAnswer(Enum):
    """What became of a message for one member: shown to them, or to all since it was refused or not known."""

    SHOWN = auto()
    CHAT_REFUSED = auto()
    UNKNOWN = auto()


class Sent(Struct, frozen=True, kw_only=True):
    """Telegram accepted the message under this id, which is negative if one member alone sees it.

    `tables` says what became of its layout, if it had one, `ephemeral` of the wish that one member sees it.
    """

    message_id: int
    tables: TableAnswer | None = None
    ephemeral: EphemeralAnswer | None = None


class RetryLater(Struct, frozen=True, kw_only=True):
    """Telegram asks to wait before the next message to this chat."""

    retry_after_s: float


class NotConnected(Struct, frozen=True, kw_only=True):
    """No connection was made: a repeat cannot make a duplicate."""

    why: str


class Ambiguous(Struct, frozen=True, kw_only=True):
    """Telegram may have accepted the message: a repeat may make a duplicate."""

    why: str


class ChatUnreachable(Struct, frozen=True, kw_only=True):
    """The chat no longer accepts messages from the bot."""

    why: str


class ChatUpgraded(Struct, frozen=True, kw_only=True):
    """The group became a supergroup with another id."""

    new_chat_id: int


class TopicDeleted(Struct, frozen=True, kw_only=True):
    """The topic was deleted; the chat still exists."""


class EditTargetGone(Struct, frozen=True, kw_only=True):
    """The message to edit is gone or too old: its new text must be sent as a new message."""


class Rejected(Struct, frozen=True, kw_only=True):
    """Telegram will never accept this message as it is."""

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
    async def send(self, outgoing: OutgoingMessage) -> SendResult:
        """Send or edit once, and return the result."""
        ...
