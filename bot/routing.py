"""Routes, with which a feature declares the commands, button taps and replies that it handles."""

from collections.abc import Callable
from enum import Enum, auto

from msgspec import Struct

from bot.actors import Actor
from bot.grammar.parsed import Command
from bot.notices import Notice
from bot.notices.buttons import Action
from bot.unit_of_work import UnitOfWork
from bot.updates import IncomingMessage, Toast

NoticeKinds = tuple[type[Notice], ...]


class Audience(Enum):
    """Who may use a route; `ADMINS` means an admin in their private chat."""

    RESELLERS = auto()
    ADMINS = auto()


class CommandRoute(Struct, frozen=True):
    """The words that call `handle`, with or without a slash."""

    words: tuple[str, ...]
    handle: Callable[[UnitOfWork, Actor, Command], None]
    audience: Audience = Audience.RESELLERS


class MessageCommandRoute(Struct, frozen=True):
    """The words that call `handle` with the whole message, for its line breaks, its picture and its quote."""

    words: tuple[str, ...]
    handle: Callable[[UnitOfWork, Actor, IncomingMessage], None]
    audience: Audience = Audience.RESELLERS


class Tap(Struct, frozen=True, kw_only=True):
    """A tapped button.

    The `payload` of a view comes from the client and must be validated. Any other payload was stored with the
    button, and so were `subject` and `offered_at_ms`.
    """

    action: Action
    payload: str
    subject: str = ""
    offered_at_ms: int = 0

    @property
    def subject_id(self) -> str:
        """The subject without its kind: the `12` of `import:12`."""
        return self.subject.partition(":")[2]


class TapResult(Struct, frozen=True, kw_only=True):
    """What came of a tap; `action` is None if the tap was refused before its action was known."""

    toast: Toast
    action: Action | None = None


class ButtonRoute(Struct, frozen=True, kw_only=True):
    """The actions that call `handle`.

    `under` are the notices that a view replaces. `answers` are the notices that answer a tap: at most one of
    them is queued in a chat, so that results do not wait behind a thousand taps.
    `subject_kind` distinguishes actions that several features use, such as *cancel*.
    """

    actions: tuple[Action, ...]
    handle: Callable[[UnitOfWork, Actor, Tap], Toast]
    subject_kind: str = ""
    under: NoticeKinds = ()
    answers: NoticeKinds = ()


class ReplyRoute(Struct, frozen=True, kw_only=True):
    """The notices to which a reply calls `handle`, with their subject; it returns whether it answered."""

    to: NoticeKinds
    handle: Callable[[UnitOfWork, Actor, IncomingMessage, str], bool]
    audience: Audience = Audience.RESELLERS
    takes_pictures: bool = False


class Routes(Struct, frozen=True, kw_only=True):
    """All routes of one feature."""

    commands: tuple[CommandRoute | MessageCommandRoute, ...] = ()
    buttons: tuple[ButtonRoute, ...] = ()
    replies: tuple[ReplyRoute, ...] = ()
