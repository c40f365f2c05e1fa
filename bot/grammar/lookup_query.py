"""Tells which orders a person means who types a number, an id, or the order itself."""

import re

from bot.catalogue.product import Rule
from bot.grammar.destination.reader import read_destination
from bot.grammar.destination.reading import Goal, Goals, Unfit
from bot.grammar.parse import parse
from bot.grammar.parsed import OrderRequest, Orders

_TRXID = re.compile(r"(?:ref\W*)?([0-9]{17})", re.IGNORECASE)


def sought_trxid(typed: str) -> str | None:
    """Give the id that `typed` is, with or without `Ref` before it."""
    found = _TRXID.fullmatch(typed.strip())
    return found[1] if found else None


def sought_destinations(typed: str) -> tuple[str, ...]:
    """Give every destination that `typed` may stand for under any rule, the likeliest first."""
    texts = [typed]
    match parse(typed):
        case Orders(lines=lines):
            texts += [line.asked.destination for line in lines if isinstance(line.asked, OrderRequest)]
        case _:
            pass
    found = [goal.destination for text in texts for rule in (*Rule, None) for goal in _goals(text, rule)]
    return tuple(dict.fromkeys(found))


def _goals(text: str, rule: Rule | None) -> tuple[Goal, ...]:
    match read_destination(text, rule):
        case Goal() as goal:
            return (goal,)
        case Goals(goals=goals):
            return goals
        case Unfit():
            return ()
