"""How a capability declares what it answers: commands, button taps, and replies to its questions."""

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
    """Who may give a command; `ADMINS` means an admin in their private chat."""

    RESELLERS = auto()
    ADMINS = auto()


class CommandRoute(Struct, frozen=True):
    """The words that call `handle`, with or without a slash."""

    words: tuple[str, ...]
    handle: Callable[[UnitOfWork, Actor, Command], None]
    audience: Audience = Audience.RESELLERS


class Tap(Struct, frozen=True, kw_only=True):
    """A tapped button.

    `payload` of a view comes from the client and is not to be trusted; any other is our own, with the subject
    and the time under which the button was stored.
    """

    action: Action
    payload: str
    subject: str = ""
    offered_at_ms: int = 0

    @property
    def subject_id(self) -> str:
        """The part of the subject behind its kind: the `12` of `import:12`."""
        return self.subject.partition(":")[2]


class ButtonRoute(Struct, frozen=True, kw_only=True):
    """The actions that call `handle`.

    `under` are the notices that the view replaces; `answers` are those that it is answered with, of which one
    waits in a chat at most, so that results are not queued behind a thousand taps.
    `subject_kind` tells actions apart that several capabilities use, such as *cancel*.
    """

    actions: tuple[Action, ...]
    handle: Callable[[UnitOfWork, Actor, Tap], Toast]
    subject_kind: str = ""
    under: NoticeKinds = ()
    answers: NoticeKinds = ()


class ReplyRoute(Struct, frozen=True, kw_only=True):
    """The notices to which a reply calls `handle`, with the notice's subject; it returns if it answered."""

    to: NoticeKinds
    handle: Callable[[UnitOfWork, Actor, IncomingMessage, str], bool]
    audience: Audience = Audience.RESELLERS


class Routes(Struct, frozen=True, kw_only=True):
    """All that one capability answers."""

    commands: tuple[CommandRoute, ...] = ()
    buttons: tuple[ButtonRoute, ...] = ()
    replies: tuple[ReplyRoute, ...] = ()
