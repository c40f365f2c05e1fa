"""What the text behind a code can be read as: one destination, several possible ones, or none."""

from msgspec import Struct

from bot.grammar.parsed import Ambiguity, InputError


class ParsedDestination(Struct, frozen=True, kw_only=True):
    """A destination in the form of its rule, and which purchase of the day is asked for (1 to 99)."""

    destination: str
    ordinal: int = 1


class AmbiguousDestination(Struct, frozen=True, kw_only=True):
    """At least one destination, none of which is certain; best first."""

    ambiguity: Ambiguity
    goals: tuple[ParsedDestination, ...]


class InvalidDestination(Struct, frozen=True, kw_only=True):
    """No destination: why, and one that would do. `numbers` are those of several orders."""

    input_error: InputError
    example: str
    numbers: tuple[str, ...] = ()


DestinationResult = ParsedDestination | AmbiguousDestination | InvalidDestination
