"""What the text behind a code can be read as: one destination, several possible ones, or none."""

from msgspec import Struct

from bot.grammar.parsed import Doubt, Slip


class Goal(Struct, frozen=True, kw_only=True):
    """A destination in the form of its rule, and which purchase of the day is asked for (1 to 99)."""

    destination: str
    ordinal: int = 1


class Goals(Struct, frozen=True, kw_only=True):
    """At least one destination, none of which is certain; best first."""

    doubt: Doubt
    goals: tuple[Goal, ...]


class Unfit(Struct, frozen=True, kw_only=True):
    """No destination: why, and one that would do. `numbers` are those of several orders."""

    slip: Slip
    example: str
    numbers: tuple[str, ...] = ()


Reading = Goal | Goals | Unfit
