"""What is told of who may come in, and to whoever asks."""

from msgspec import Struct

from bot.actors import Standing


class JoinCard(Struct, frozen=True, kw_only=True):
    """Somebody asks to be let in."""

    user_id: int
    name: str
    username: str | None
    at_ms: int


class JoinDecided(Struct, frozen=True, kw_only=True):
    """An admin answered; this stands where the card stood."""

    user_id: int
    name: str
    standing: Standing
    admin_name: str


class JoinAnswer(Struct, frozen=True, kw_only=True):
    """To somebody who is not, or no longer, a reseller: where they stand."""

    standing: Standing | None
    fresh: bool = False


class StandingChanged(Struct, frozen=True, kw_only=True):
    """To the admin who changed it: the person and their new standing."""

    user_id: int
    name: str
    standing: Standing


class PersonNotFound(Struct, frozen=True, kw_only=True):
    """The admin named nobody whom this change fits."""

    typed: str


class ResellerRow(Struct, frozen=True, kw_only=True):
    """One line of the admins' list."""

    user_id: int
    name: str
    username: str | None
    standing: Standing


class ResellerList(Struct, frozen=True, kw_only=True):
    """The people whom an admin may freeze, thaw or remove; `more` counts those left out."""

    rows: tuple[ResellerRow, ...]
    more: int = 0


PeopleNotice = JoinCard | JoinDecided | JoinAnswer | StandingChanged | PersonNotFound | ResellerList
