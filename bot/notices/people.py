"""What is told of who may come in, and to whoever asks."""

from dataclasses import dataclass

from bot.people import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinCard:
    """Somebody asks to be let in."""

    user_id: int
    name: str
    username: str | None
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinDecided:
    """An admin answered; this stands where the card stood."""

    user_id: int
    name: str
    standing: Standing
    admin_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinAnswer:
    """To somebody who is not, or no longer, a reseller: where they stand."""

    standing: Standing | None
    fresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingChanged:
    """To the admin who changed it: the person and their new standing."""

    user_id: int
    name: str
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonNotFound:
    """The admin named nobody whom this change fits."""

    typed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResellerRow:
    """One line of the admins' list."""

    user_id: int
    name: str
    username: str | None
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class ResellerList:
    """The people whom an admin may freeze, thaw or remove; `more` counts those left out."""

    rows: tuple[ResellerRow, ...]
    more: int = 0


PeopleNotice = JoinCard | JoinDecided | JoinAnswer | StandingChanged | PersonNotFound | ResellerList
