"""What goes along with a message: a picture, or a file."""

from dataclasses import dataclass
from enum import StrEnum, auto


class Form(StrEnum):
    """How Telegram shows it."""

    PICTURE = auto()
    FILE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A picture or a file with its name; the words of the message stand under it."""

    form: Form
    name: str
    content: bytes
