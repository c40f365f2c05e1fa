"""Reads the number of a card or a landline that is written in groups: it is asked as a whole."""

import re

from bot.grammar.destination.formats import ACCOUNT, GAME, PHONE_DIGITS, Format
from bot.grammar.destination.reading import AmbiguousDestination, ParsedDestination
from bot.grammar.destination.tokens import Tokens, join_text
from bot.grammar.parsed import Ambiguity

CARD_GROUP = range(3, 5)
"""The digits of a card stand in fours, those of an id in threes."""

CARD_DIGITS = 16


def join_all(groups: Tokens, shape: Format) -> str | None:
    """Give the destination that all groups are without their marks, however they are parted."""
    return shape.fit(join_text(groups)) if all(group.is_number for group in groups) else None


def read_card(groups: Tokens, shape: Format) -> AmbiguousDestination | None:
    """A card's number or a landline in groups is asked whole: no piece of it is a number of its own."""
    if shape not in (ACCOUNT, GAME) or not {group.mark for group in groups[1:]} <= {" ", "-"}:
        return None
    is_landline = len(groups) == 2 and bool(re.fullmatch(r"0[1-79][0-9]{1,2}", groups[0].text))  # noqa: PLR2004 - area and number
    is_even = len(groups) > 2 and all(len(group.text) in CARD_GROUP for group in groups)  # noqa: PLR2004 - two may be a number and a PIN
    whole = join_all(groups, shape)
    if whole is None or not (is_landline or is_even):
        return None
    goals = [ParsedDestination(destination=whole)]
    may_end_in_pin = len(whole) > CARD_DIGITS or (whole.startswith("08") and len(whole) not in PHONE_DIGITS)
    if may_end_in_pin and (card := join_all(groups[:-1], shape)):
        goals.insert(0, ParsedDestination(destination=card))
    return AmbiguousDestination(ambiguity=Ambiguity.NUMBER, goals=tuple(goals))
