"""Reads what stands behind a code by the rule of the product.

A reading is certain only if no other way to part the groups gives another destination that fits; where that
is not so, all of them are given, to be asked.
"""

import re
from typing import assert_never

from msgspec import Struct

from bot.catalogue.product import DestinationRule
from bot.grammar.destination.formats import (
    ACCOUNT,
    ANY_FORMAT,
    FORMATS,
    GAME,
    METER,
    PHONE_DIGITS,
    Format,
    as_phone,
    bare_phone,
    input_error_of,
    looks_like_phone,
)
from bot.grammar.destination.free_text import read_free_text
from bot.grammar.destination.game import read_game_server
from bot.grammar.destination.tokens import (
    COMPLETE_DIGITS,
    COUNTRY,
    STRONG,
    Token,
    Tokens,
    join_number,
    join_text,
    ordinals_in,
    tokenize,
)
from bot.grammar.parsed import (
    Ambiguity,
    AmbiguousDestination,
    DestinationResult,
    InputError,
    InvalidDestination,
    ParsedDestination,
)

MAX_GROUPS = 9
"""Nobody writes a number in more; a longer text is no destination."""

LONG_DIGITS = 12
"""Most phones end here: a digit more, set off by a mark, is an ordinal."""

LONG_PHONES = ("0859", "088", "089")
"""Networks that give numbers of 13 digits: a last digit behind a blank may belong to the number."""

MAX_SINGLE_ORDINAL = 9

PHONES = (FORMATS[DestinationRule.PHONE], ANY_FORMAT)
"""What 62 in front may be the country of."""

MENDED = frozenset(" -/(|")
"""Marks that may stand by mistake in a number, or between a game's id and server."""

PIN_DIGITS = 6
"""A PIN has four to six digits; beside a longer number it is no destination."""

MAX_PARTS = 2
"""Without a catalogue nobody can say what three parts are of which none is a phone."""

CARD_GROUP = range(3, 5)
"""The digits of a card stand in fours, those of an id in threes."""

CARD_DIGITS = 16

_PIN = re.compile(rf"[0-9]{{4,{PIN_DIGITS}}}")
_LOOKALIKES = str.maketrans({"o": "0", "O": "0", "i": "1", "I": "1", "l": "1", "L": "1"})
_LOOKALIKE = re.compile(r"\+?[0-9oOiIlL]*[0-9]{4}[0-9oOiIlL]*")


class _Candidate(Struct, frozen=True, kw_only=True):
    goal: ParsedDestination
    is_certain: bool


def read_destination(typed: str, rule: DestinationRule | None) -> DestinationResult:
    """Read `typed` by `rule`; without one by the looks of it."""
    match rule:
        case DestinationRule.FREE:
            return read_free_text(typed)
        case DestinationRule.GAME_SERVER:
            return read_game_server(tokenize(typed))
        case (
            DestinationRule.PHONE
            | DestinationRule.METER
            | DestinationRule.ACCOUNT
            | DestinationRule.GAME
            | None
        ):
            return _read_digits(tokenize(typed), FORMATS[rule] if rule else ANY_FORMAT)
        case _:
            assert_never(rule)


def _read_digits(groups: Tokens, shape: Format) -> DestinationResult:
    if len(groups) > MAX_GROUPS:
        return InvalidDestination(input_error=InputError.TOO_MANY_PARTS, example=shape.example)
    reading = _read_groups(groups, shape)
    if isinstance(reading, ParsedDestination):
        return _as_phone_too(reading) if shape is GAME else _as_both(reading, shape)
    if isinstance(reading, InvalidDestination) and (digits := _without_letters(groups)):
        better = _read_groups(digits, shape)
        if not isinstance(better, InvalidDestination):
            choices = (better,) if isinstance(better, ParsedDestination) else better.choices
            return AmbiguousDestination(ambiguity=Ambiguity.LETTERS, choices=choices)
    return reading


def _as_both(goal: ParsedDestination, shape: Format) -> ParsedDestination | AmbiguousDestination:
    """Without a catalogue, 812… may be a phone without its 0 or an account: nobody can tell."""
    phone = bare_phone(goal.destination) if shape is ANY_FORMAT else None
    if phone is None:
        return goal
    return AmbiguousDestination(
        ambiguity=Ambiguity.NUMBER, choices=(ParsedDestination(destination=phone, ordinal=goal.ordinal), goal)
    )


def _as_phone_too(goal: ParsedDestination) -> ParsedDestination | AmbiguousDestination:
    """A game's id that looks like a phone is as likely the customer's phone, typed for the id."""
    if not (looks_like_phone(goal.destination) and as_phone(goal.destination)):
        return goal
    return AmbiguousDestination(ambiguity=Ambiguity.SERVER, choices=(goal,))


def _without_letters(groups: Tokens) -> Tokens | None:
    """Give the groups with 0 and 1 for the letters that look so, or None where that changes nothing."""
    changed = tuple(
        Token(text=group.text.translate(_LOOKALIKES), mark=group.mark)
        if _LOOKALIKE.fullmatch(group.text)
        else group
        for group in groups
    )
    return changed if changed != groups else None


def _read_groups(groups: Tokens, shape: Format) -> DestinationResult:
    candidates = _candidates(groups, shape)
    if not candidates:
        if card := read_card(groups, shape):
            return card
        return _without_whole(groups, shape)
    if len(candidates) == 1 and candidates[0].is_certain:
        return candidates[0].goal
    if card := read_card(groups, shape):
        return card
    choices = [candidate.goal for candidate in candidates]
    ambiguity = Ambiguity.ORDINAL if any(goal.ordinal != 1 for goal in choices) else Ambiguity.NUMBER
    if whole := join_all(groups, shape):
        choices.append(ParsedDestination(destination=whole))
    choices.extend(ParsedDestination(destination=number) for number in _numbers(groups, shape))
    return AmbiguousDestination(ambiguity=ambiguity, choices=tuple(dict.fromkeys(choices)))


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
    choices = [ParsedDestination(destination=whole)]
    may_end_in_pin = len(whole) > CARD_DIGITS or (whole.startswith("08") and len(whole) not in PHONE_DIGITS)
    if may_end_in_pin and (card := join_all(groups[:-1], shape)):
        choices.insert(0, ParsedDestination(destination=card))
    return AmbiguousDestination(ambiguity=Ambiguity.NUMBER, choices=tuple(choices))


def _candidates(groups: Tokens, shape: Format) -> list[_Candidate]:
    """Give the readings that leave no group over: a number, or a number with an ordinal at one end."""
    found: list[_Candidate] = []
    if whole := as_destination(groups, shape):
        found.append(
            _Candidate(goal=ParsedDestination(destination=whole), is_certain=_is_only(groups, whole, shape))
        )
    if len(groups) < 2:  # noqa: PLR2004 - an ordinal stands beside a number
        return found
    for run, group, mark in (
        (groups[1:], groups[0], groups[1].mark),
        (groups[:-1], groups[-1], groups[-1].mark),
    ):
        digits, ordinal = as_destination(run, shape), group.ordinal
        if digits is None or ordinal is None or (shape in PHONES and _is_country(group, run)):
            continue
        is_apart = group is groups[0] and mark in STRONG
        is_apart = is_apart or _stands_apart(ordinal, mark, digits, join_all(groups, shape), shape)
        is_certain = is_apart and _is_only(run, digits, shape)
        candidate = _Candidate(
            goal=ParsedDestination(destination=digits, ordinal=ordinal), is_certain=is_certain
        )
        found.insert(0 if group is groups[0] else len(found), candidate)
    return found


def as_destination(run: Tokens, shape: Format) -> str | None:
    """Give the destination that all groups of `run` are together, or None."""
    digits = join_number(run, may_be_phone=shape in PHONES)
    if digits is None or not {group.mark for group in run[1:]} <= shape.joins:
        return None
    if shape is ANY_FORMAT and len(run) > 1 and not looks_like_phone(digits):
        return None
    return shape.fit(digits)


def _is_country(group: Token, run: Tokens) -> bool:
    """Tell 62 of +62 812… from the 62nd purchase; behind a dot it may be either."""
    return group.text == COUNTRY and run[0].text.startswith("8") and run[0].mark not in STRONG


def _is_only(run: Tokens, digits: str, shape: Format) -> bool:
    """Tell whether no part of the groups is a number of its own, as before a PIN behind a blank."""
    if run[0].text == "0" and len(run) > 1:
        return False  # «s10 0.8123…»: as likely s100, cut in two
    if shape is ACCOUNT and {group.mark for group in run[1:]} <= {"-"}:
        return True
    first = 2 if shape in PHONES and run[0].text.removeprefix("+") == COUNTRY else 1
    parts = [run[:end] for end in range(1, len(run))] + [run[start:] for start in range(first, len(run))]
    others = {as_destination(part, shape) for part in parts} - {None, digits}
    return not others or (
        shape is ANY_FORMAT and not any(other and other.startswith("08") for other in others)
    )


def _stands_apart(ordinal: int, mark: str, digits: str, whole: str | None, shape: Format) -> bool:
    """Tell whether an ordinal can be no digits of the number that a mark has cut off."""
    if shape is ACCOUNT:
        return False  # «bpjs.0001234567890.2»: as likely two months as the second purchase
    is_strong = mark in STRONG
    is_phone = digits.startswith("08")
    if whole is None or (shape is ANY_FORMAT and is_phone and not whole.startswith("08")):
        return True
    if is_strong and ordinal <= MAX_SINGLE_ORDINAL:
        return not (shape is ANY_FORMAT and not is_phone)
    return is_phone and len(digits) >= LONG_DIGITS and (is_strong or not digits.startswith(LONG_PHONES))


def _without_whole(groups: Tokens, shape: Format) -> AmbiguousDestination | InvalidDestination:
    """No reading takes every group: show the order without the others, or say what is amiss."""
    phones = tuple(dict.fromkeys(filter(None, (_phone(group) for group in groups))))
    if len(phones) > 1 and shape is not METER:
        return InvalidDestination(
            input_error=InputError.SEVERAL_ORDERS, example=shape.example, numbers=phones
        )
    numbers = _numbers(groups, shape) if len(groups) > 1 else ()
    has_phone = any(digits.startswith("08") for digits in numbers)
    if shape is ANY_FORMAT and len(groups) > MAX_PARTS and not has_phone:
        numbers = ()
    if not numbers:
        return InvalidDestination(input_error=input_error_of(groups, shape), example=shape.example)
    ordinals = ordinals_in(groups) or [1]
    choices = [ParsedDestination(destination=digits, ordinal=each) for digits in numbers for each in ordinals]
    has_pin = any(_PIN.fullmatch(group.text) for group in groups) and all(group.is_number for group in groups)
    return AmbiguousDestination(
        ambiguity=Ambiguity.PIN if has_pin else Ambiguity.PARTS, choices=tuple(dict.fromkeys(choices))
    )


def _phone(group: Token) -> str | None:
    digits = group.text if group.is_number and looks_like_phone(group.text) else ""
    return FORMATS[DestinationRule.PHONE].fit(digits)


def _numbers(groups: Tokens, shape: Format) -> tuple[str, ...]:
    """Give every destination that can be made of neighbouring groups, the likeliest first."""
    runs = [groups[start:end] for start in range(len(groups)) for end in range(start + 1, len(groups) + 1)]
    found = [digits for run in runs if (digits := as_destination(run, shape))]
    if shape is ANY_FORMAT:
        found = [digits for digits in found if len(digits) >= COMPLETE_DIGITS] or found
    else:
        found = [digits for digits in found if digits.startswith("08") is (shape is not METER)] or found
        found = [digits for digits in found if len(digits) > PIN_DIGITS] or found
        found.sort(key=len, reverse=True)
    return tuple(dict.fromkeys(_with_mended(found, groups, shape)))


def _with_mended(numbers: list[str], groups: Tokens, shape: Format) -> list[str]:
    """Add the number that two groups are if a blank has cut it; a game's id and server are read so first."""
    if len(groups) != 2 or groups[1].mark not in MENDED:  # noqa: PLR2004 - the halves of a number
        return numbers
    whole = join_all(groups, shape)
    if whole is None:
        return numbers
    if shape is not ANY_FORMAT or whole.startswith("08"):
        return [*numbers, whole]
    is_long = any(len(group.text) >= COMPLETE_DIGITS for group in groups)
    return numbers if is_long else [whole, *numbers]
