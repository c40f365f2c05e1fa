"""What the text behind a code can be read as: one destination, several possible ones, or none."""

from dataclasses import dataclass

from bot.order.typed import Doubt, Slip


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A destination in the form of its rule, and which purchase of the day is asked for (1 to 99)."""

    destination: str
    ordinal: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Goals:
    """At least one destination, none of which is certain; best first."""

    doubt: Doubt
    goals: tuple[Goal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """No destination: why, and one that would do. `numbers` are those of several orders."""

    slip: Slip
    example: str
    numbers: tuple[str, ...] = ()


Reading = Goal | Goals | Unfit
