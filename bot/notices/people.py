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
    """To a person whose standing changed, or who is no reseller: their standing."""

    standing: Standing | None
    fresh: bool = False


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
    """The people whom an admin may freeze, approve or remove; `more` counts those left out."""

    rows: tuple[ResellerRow, ...]
    more: int = 0


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
)
