"""Reads a game id with its server: `12345678(1234)`, or with any other mark between the two.

The wire takes digits, so both are bought as one run. Read again, that run is told from an id alone by its
length: it is then known only if it is longer than any id.
"""

from bot.grammar.destination.tokens import STRONG, Tokens
from bot.grammar.parsed import (
    Ambiguity,
    AmbiguousDestination,
    DestinationResult,
    InputError,
    InvalidDestination,
    ParsedDestination,
)

ID_DIGITS = range(4, 11)
SERVER_DIGITS = range(3, 6)
RUN_DIGITS = range(ID_DIGITS.stop, ID_DIGITS.stop + SERVER_DIGITS.stop)
"""An id and its server run together: longer than an id alone."""

EXAMPLE_GAME_SERVER = "12345678(1234)"


def read_game_server(groups: Tokens) -> DestinationResult:
    """Read an id with its server, and an ordinal at one end."""
    if whole := _both(groups):
        return _as_run(ParsedDestination(destination=whole), groups)
    if len(groups) > 1:
        sides = ((groups[1:], groups[0], groups[1].mark), (groups[:-1], groups[-1], groups[-1].mark))
        for run, group, mark in sides:
            if mark in STRONG and group.ordinal and (whole := _both(run)):
                return _as_run(ParsedDestination(destination=whole, ordinal=group.ordinal), run)
    runs = (groups[start : start + 2] for start in range(len(groups) - 1))
    pairs = tuple(ParsedDestination(destination=whole) for run in runs if (whole := _both(run)))
    if pairs:
        ordinals = [group.ordinal for group in groups if group.ordinal] or [1]
        choices = [
            ParsedDestination(destination=pair.destination, ordinal=each)
            for pair in pairs
            for each in ordinals
        ]
        return AmbiguousDestination(ambiguity=Ambiguity.PARTS, choices=tuple(dict.fromkeys(choices)))
    return InvalidDestination(input_error=_input_error_of(groups), example=EXAMPLE_GAME_SERVER)


def _both(run: Tokens) -> str | None:
    """Give id and server as one run of digits."""
    texts = [group.text for group in run]
    if not all(text.isascii() and text.isdigit() for text in texts) or not texts or texts[0][0] == "0":
        return None
    match texts:
        case [game_id, server] if len(game_id) in ID_DIGITS and len(server) in SERVER_DIGITS:
            return game_id + server
        case [both] if len(both) in RUN_DIGITS:
            return both
    return None


def _as_run(goal: ParsedDestination, run: Tokens) -> ParsedDestination | AmbiguousDestination:
    """A run that starts like a phone of 62 8… may be one, typed for the wrong product."""
    if len(run) == 1 and goal.destination.startswith("628"):
        return AmbiguousDestination(ambiguity=Ambiguity.SERVER, choices=(goal,))
    return goal


def _input_error_of(groups: Tokens) -> InputError:
    texts = [group.text for group in groups]
    if not texts:
        return InputError.NO_DESTINATION
    if not all(text.isascii() and text.isdigit() for text in texts):
        return InputError.NOT_DIGITS
    if len(texts[0]) >= RUN_DIGITS.stop:
        return InputError.TOO_LONG
    return InputError.NO_SERVER
