"""Reads a free destination, a name or an address, as typed; ambiguous where a PIN or ordinal may be in it."""

import re

from bot.grammar.destination.formats import EXAMPLE_FREE
from bot.grammar.parsed import (
    Ambiguity,
    AmbiguousDestination,
    DestinationResult,
    InputError,
    InvalidDestination,
    ParsedDestination,
)

MAX_CHARS = 64

_FREE = re.compile(r"[A-Za-z0-9@._+\-]+(?:#[A-Za-z0-9]{3,5})?")
"""A name, optionally with the tag of a game: `budi#1234`."""

_MARK = re.compile(r"[\s,*#;]+")
_ORDINAL_BEFORE = re.compile(r"(?P<ordinal>[1-9][0-9]?)(?P<mark>[.,*#\s]+)(?P<name>.*)")
_PART_BEHIND = re.compile(r"(?P<name>.*[A-Za-z0-9])[.\-#]+(?P<part>[0-9]{1,6})")
_NUMBERS = re.compile(r"\+?[0-9]+(?:[.\-][0-9]+)+")


def read_free_text(typed: str) -> DestinationResult:
    """Read letters, digits and `@._-+`, at most 64 of them."""
    if len(typed) <= MAX_CHARS and _FREE.fullmatch(typed):
        choices = _ambiguous_readings(typed)
        if choices:
            ambiguity = Ambiguity.PARTS if choices[0].ordinal == 1 else Ambiguity.ORDINAL
            return AmbiguousDestination(ambiguity=ambiguity, choices=choices)
        return ParsedDestination(destination=typed)
    parts = [part for part in _MARK.split(typed) if part]
    names = [part for part in parts if _FREE.fullmatch(part) and len(part) <= MAX_CHARS]
    if len(parts) != len(names) or len(names) < 2 or len(names) > 3:  # noqa: PLR2004 - a name and its parts
        return InvalidDestination(
            input_error=InputError.TOO_LONG if len(typed) > MAX_CHARS else InputError.NOT_PLAIN,
            example=EXAMPLE_FREE,
        )
    return AmbiguousDestination(ambiguity=Ambiguity.PARTS, choices=tuple(_with_ordinals(names)))


def _ambiguous_readings(typed: str) -> tuple[ParsedDestination, ...]:
    """Return all readings of a name, the likeliest first; empty if it can only be the name itself."""
    if (found := _ORDINAL_BEFORE.fullmatch(typed)) and _FREE.fullmatch(found["name"]):
        return (
            ParsedDestination(destination=found["name"], ordinal=int(found["ordinal"])),
            ParsedDestination(destination=typed),
        )
    if found := _PART_BEHIND.fullmatch(typed):
        return (ParsedDestination(destination=typed), ParsedDestination(destination=found["name"]))
    if _NUMBERS.fullmatch(typed):
        return (
            ParsedDestination(destination=typed),
            ParsedDestination(destination=re.sub(r"[.\-]", "", typed)),
        )
    return ()


def _with_ordinals(names: list[str]) -> list[ParsedDestination]:
    """Return each name with each ordinal among `names`, or with ordinal 1."""
    ordinals = [int(name) for name in names if re.fullmatch(r"[1-9][0-9]?", name)] or [1]
    destinations = [name for name in names if not re.fullmatch(r"[0-9]{1,6}", name)] or names
    return [
        ParsedDestination(destination=name, ordinal=ordinal) for name in destinations for ordinal in ordinals
    ]
