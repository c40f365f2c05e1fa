"""Reads a game id with its server: `12345678(1234)`, or with any other mark between the two.

The biller's API takes digits, so both are bought as one run. A run typed without a mark is accepted only if
it is longer than any id, since nothing else shows that it includes a server.
"""

from bot.grammar.destination.formats import STRONG, Tokens
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
"""An id and its server without a mark between them: longer than an id alone."""

MAX_TOKENS = 20
"""A longer text, even with a nickname in it, is no id with its server."""

EXAMPLE_GAME_SERVER = "12345678(1234)"


def read_game_server(tokens: Tokens) -> DestinationResult:
    """Read an id with its server, and an ordinal at one end."""
    if len(tokens) > MAX_TOKENS:
        return InvalidDestination(input_error=InputError.TOO_MANY_PARTS, example=EXAMPLE_GAME_SERVER)
    if digits := _join(tokens):
        return _check_phone(ParsedDestination(destination=digits), tokens)
    if len(tokens) > 1:
        sides = ((tokens[1:], tokens[0], tokens[1].mark), (tokens[:-1], tokens[-1], tokens[-1].mark))
        for run, token, mark in sides:
            if mark in STRONG and token.ordinal and (digits := _join(run)):
                return _check_phone(ParsedDestination(destination=digits, ordinal=token.ordinal), run)
    runs = (tokens[start : start + 2] for start in range(len(tokens) - 1))
    destinations = tuple(digits for run in runs if (digits := _join(run)))
    if destinations:
        ordinals = [token.ordinal for token in tokens if token.ordinal] or [1]
        choices = [
            ParsedDestination(destination=destination, ordinal=ordinal)
            for destination in destinations
            for ordinal in ordinals
        ]
        return AmbiguousDestination(ambiguity=Ambiguity.PARTS, choices=tuple(dict.fromkeys(choices)))
    return InvalidDestination(input_error=_input_error_of(tokens), example=EXAMPLE_GAME_SERVER)


def _join(run: Tokens) -> str | None:
    """Return id and server as one run of digits; None if `run` is not exactly these."""
    texts = [token.text for token in run]
    if not all(text.isascii() and text.isdigit() for text in texts) or not texts or texts[0][0] == "0":
        return None
    match texts:
        case [game_id, server] if len(game_id) in ID_DIGITS and len(server) in SERVER_DIGITS:
            return game_id + server
        case [joined] if len(joined) in RUN_DIGITS:
            return joined
    return None


def _check_phone(parsed: ParsedDestination, run: Tokens) -> ParsedDestination | AmbiguousDestination:
    """Return a run that starts with 628 as ambiguous: it may be a phone number for the wrong product."""
    if len(run) == 1 and parsed.destination.startswith("628"):
        return AmbiguousDestination(ambiguity=Ambiguity.SERVER, choices=(parsed,))
    return parsed


def _input_error_of(tokens: Tokens) -> InputError:
    texts = [token.text for token in tokens]
    if not texts:
        return InputError.NO_DESTINATION
    if not all(text.isascii() and text.isdigit() for text in texts):
        return InputError.NOT_DIGITS
    if len(texts[0]) >= RUN_DIGITS.stop:
        return InputError.TOO_LONG
    return InputError.NO_SERVER
