"""Parses the text of an order lookup: a transaction id, a destination, or the order itself."""

import re

from bot.catalogue.product import DestinationRule
from bot.grammar.destination.reader import read_destination
from bot.grammar.parse import parse
from bot.grammar.parsed import (
    AmbiguousDestination,
    InvalidDestination,
    OrderLines,
    OrderRequest,
    ParsedDestination,
)

MAX_LINES_READ = 3
"""One order is looked up: the lines behind the first few name others."""

MAX_DESTINATIONS = 20
"""Each is looked up in the database."""

_TRXID = re.compile(r"(?:ref\W*)?([0-9]{17})", re.IGNORECASE)


def parse_trxid(typed: str) -> str | None:
    """Return the 17 digits of a transaction id, typed with or without `Ref`; None if it is none."""
    found = _TRXID.fullmatch(typed.strip())
    return found[1] if found else None


def parse_destinations(typed: str) -> tuple[str, ...]:
    """Return every destination that `typed` can mean under any rule, the likeliest first."""
    texts = [typed]
    match parse(typed):
        case OrderLines(lines=lines):
            requests = [line.parsed for line in lines if isinstance(line.parsed, OrderRequest)]
            texts += [request.destination for request in requests[:MAX_LINES_READ]]
        case _:
            pass
    destinations = [
        parsed.destination
        for text in texts
        for rule in (*DestinationRule, None)
        for parsed in _parsed_by(rule, text)
    ]
    return tuple(dict.fromkeys(destinations))[:MAX_DESTINATIONS]


def _parsed_by(rule: DestinationRule | None, text: str) -> tuple[ParsedDestination, ...]:
    match read_destination(text, rule):
        case ParsedDestination() as parsed:
            return (parsed,)
        case AmbiguousDestination(choices=choices):
            return choices
        case InvalidDestination():
            return ()
