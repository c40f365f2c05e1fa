"""Notices about access requests and the standing of resellers."""

from msgspec import Struct

from bot.actors import Standing


class JoinCard(Struct, frozen=True, kw_only=True):
    """A person asks for access."""

    user_id: int
    name: str
    username: str | None
    at_ms: int


class JoinRequests(Struct, frozen=True, kw_only=True):
    """Many people ask for access: one list of them, instead of a card for each."""


class JoinDecided(Struct, frozen=True, kw_only=True):
    """An admin decided the request; this replaces its card."""

    user_id: int
    name: str
    standing: Standing
    admin_name: str


class JoinAnswer(Struct, frozen=True, kw_only=True):
    """To a person whose standing changed, or who is no reseller: their standing.

    `owner_name` is the reseller for whom they order, or ordered, as an assistant.
    """

    standing: Standing | None
    fresh: bool = False
    owner_name: str = ""


class StandingChanged(Struct, frozen=True, kw_only=True):
    """To the admin who changed a standing: the person and the new standing."""

    user_id: int
    name: str
    standing: Standing


class RemovalQuestion(Struct, frozen=True, kw_only=True):
    """Asks the admin to confirm that a person is removed."""

    user_id: int
    name: str
    username: str | None
    standing: Standing


class RemovalCancelled(Struct, frozen=True, kw_only=True):
    """The admin did not remove the person, or it was not possible any more; this replaces the question."""

    user_id: int
    name: str
    standing: Standing


class PersonNotFound(Struct, frozen=True, kw_only=True):
    """No person matches, or none for whom this change is allowed."""

    typed: str


class PeopleMatching(Struct, frozen=True, kw_only=True):
    """Several people match what an admin typed behind `command`; `rest` is what was typed behind the name."""

    typed: str
    command: str
    rest: str
    rows: "tuple[ResellerRow, ...]"


class ResellerRow(Struct, frozen=True, kw_only=True):
    """A person in the admins' list."""

    user_id: int
    name: str
    username: str | None
    standing: Standing


class ResellerList(Struct, frozen=True, kw_only=True):
    """A page of the people whom an admin may freeze, approve or remove, `total` in all.

    The keys are of the pages before and after it, empty where there is none. The people whom a search for
    `typed` found are no page; `has_more` tells whether it left some out.
    """

    rows: tuple[ResellerRow, ...]
    total: int = 0
    newer_key: str = ""
    older_key: str = ""
    typed: str = ""
    has_more: bool = False


class Relation(Struct, frozen=True, kw_only=True):
    """A person who belongs to the shop of another, as their owner or assistant."""

    user_id: int
    name: str
    username: str | None


class PersonCard(Struct, frozen=True, kw_only=True):
    """All that an admin may know of a person.

    `owner` is set for an assistant, `assistants` for an owner. Balance and level are of their shop; the
    balance is None before it has one. `came_at_ms` is when they were let in, by the link `invite_id` of
    `invited_by` if it was by one.
    """

    user_id: int
    name: str
    username: str | None
    standing: Standing
    balance_idr: int | None
    level: str
    note: str
    came_at_ms: int | None
    invite_id: int | None
    invited_by: str
    owner: Relation | None
    assistants: tuple[Relation, ...]


class NoteSaved(Struct, frozen=True, kw_only=True):
    """An admin's note about a person was stored; an empty one was deleted."""

    user_id: int
    name: str
    note: str


class NoteHelp(Struct, frozen=True, kw_only=True):
    """How a note is written; `is_too_long` if it was longer than one may be."""

    max_chars: int
    is_too_long: bool = False


PeopleNotice = (
    JoinCard
    | JoinRequests
    | JoinDecided
    | JoinAnswer
    | StandingChanged
    | RemovalQuestion
    | RemovalCancelled
    | PersonNotFound
    | PeopleMatching
    | ResellerList
    | PersonCard
    | NoteSaved
    | NoteHelp
)
