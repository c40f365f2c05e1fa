"""Tells which orders a person means who types a number, an id, or the order itself."""

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

_TRXID = re.compile(r"(?:ref\W*)?([0-9]{17})", re.IGNORECASE)


def parse_trxid(typed: str) -> str | None:
    """Give the id that `typed` is, with or without `Ref` before it."""
    found = _TRXID.fullmatch(typed.strip())
    return found[1] if found else None


def parse_destinations(typed: str) -> tuple[str, ...]:
    """Give every destination that `typed` may stand for under any rule, the likeliest first."""
    texts = [typed]
    match parse(typed):
        case OrderLines(lines=lines):
            texts += [line.parsed.destination for line in lines if isinstance(line.parsed, OrderRequest)]
        case _:
            pass
    found = [
        goal.destination for text in texts for rule in (*DestinationRule, None) for goal in _goals(text, rule)
    ]
    return tuple(dict.fromkeys(found))


def _goals(text: str, rule: DestinationRule | None) -> tuple[ParsedDestination, ...]:
    match read_destination(text, rule):
        case ParsedDestination() as goal:
            return (goal,)
        case AmbiguousDestination(choices=choices):
            return choices
        case InvalidDestination():
            return ()
