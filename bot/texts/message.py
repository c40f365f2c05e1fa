"""What goes along with a message: a picture, or a file."""

from enum import StrEnum, auto

from msgspec import Struct


class AttachmentKind(StrEnum):
    """How Telegram shows it."""

    PICTURE = auto()
    FILE = auto()


class Attachment(Struct, frozen=True, kw_only=True):
    """A picture or a file with its name; the words of the message stand under it."""

    form: AttachmentKind
    name: str
    content: bytes
