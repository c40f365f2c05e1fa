"""Reads the text behind a code by the rule of the product.

A result is certain only if no other split of the tokens gives another destination that fits; otherwise all of
them are returned as choices.
"""

import re
from typing import assert_never

from msgspec import Struct

from bot.catalogue.product import DestinationRule
from bot.grammar.destination.formats import (
    ACCOUNT,
    ANY_FORMAT,
    COMPLETE_DIGITS,
    COUNTRY,
    EXAMPLE_FREE,
    FORMATS,
    GAME,
    METER,
    PHONE_DIGITS,
    STRONG,
    Format,
    Token,
    Tokens,
    as_phone,
    bare_phone,
    input_error_of,
    join_number,
    join_text,
    looks_like_phone,
    ordinals_in,
    tokenize,
)
from bot.grammar.destination.free_text import read_free_text
from bot.grammar.destination.game import EXAMPLE_GAME_SERVER, read_game_server
from bot.grammar.parsed import (
    Ambiguity,
    AmbiguousDestination,
    DestinationResult,
    InputError,
    InvalidDestination,
    ParsedDestination,
)

MAX_CHARS = 256
"""Far more than any destination with its PIN and ordinal; bounds what a text costs to read."""

MAX_TOKENS = 9
"""No number is written in more groups; a longer text is no destination."""

LONG_DIGITS = 12
"""Most phone numbers have no more digits: one more, behind a mark, is an ordinal."""

LONG_PHONES = ("0859", "088", "089")
"""Prefixes with numbers of 13 digits: a last digit behind a blank may belong to the number."""

MAX_SINGLE_ORDINAL = 9

PHONES = (FORMATS[DestinationRule.PHONE], ANY_FORMAT)
"""Formats in which 62 in front may be the country code."""

ACCIDENTAL_MARKS = frozenset(" -/(|")
"""Marks that may be in a number by mistake, or between a game id and its server."""

PIN_DIGITS = 6
"""A PIN has four to six digits: next to a longer number it is no destination."""

MAX_PARTS = 2
"""Without a catalogue, three parts without a phone number among them are not interpreted."""

CARD_GROUP = range(3, 5)
"""The digits of a card number are grouped in fours, those of an id in threes."""

CARD_DIGITS = 16

_PIN = re.compile(rf"[0-9]{{4,{PIN_DIGITS}}}")
_LOOKALIKES = str.maketrans({"o": "0", "O": "0", "i": "1", "I": "1", "l": "1", "L": "1"})
_LOOKALIKE = re.compile(r"\+?[0-9oOiIlL]*[0-9]{4}[0-9oOiIlL]*")


class _Candidate(Struct, frozen=True, kw_only=True):
    parsed: ParsedDestination
    is_certain: bool


def read_destination(typed: str, rule: DestinationRule | None) -> DestinationResult:
    """Read `typed` by `rule`; None accepts a phone number or an account."""
    if len(typed) > MAX_CHARS:
        return InvalidDestination(input_error=InputError.TOO_MANY_PARTS, example=_example(rule))
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


def _example(rule: DestinationRule | None) -> str:
    match rule:
        case DestinationRule.FREE:
            return EXAMPLE_FREE
        case DestinationRule.GAME_SERVER:
            return EXAMPLE_GAME_SERVER
        case None:
            return ANY_FORMAT.example
        case _:
            return FORMATS[rule].example


def _read_digits(tokens: Tokens, number_format: Format) -> DestinationResult:
    if len(tokens) > MAX_TOKENS:
        return InvalidDestination(input_error=InputError.TOO_MANY_PARTS, example=number_format.example)
    result = _read_tokens(tokens, number_format)
    if isinstance(result, ParsedDestination):
        return _check_game_id(result) if number_format is GAME else _check_account(result, number_format)
    if isinstance(result, InvalidDestination) and (corrected := _replace_letters(tokens)):
        retried = _read_tokens(corrected, number_format)
        if not isinstance(retried, InvalidDestination):
            choices = (retried,) if isinstance(retried, ParsedDestination) else retried.choices
            return AmbiguousDestination(ambiguity=Ambiguity.LETTERS, choices=choices)
    return result


def _check_account(
    parsed: ParsedDestination, number_format: Format
) -> ParsedDestination | AmbiguousDestination:
    """Return 812… without a catalogue as ambiguous: a phone number without its 0, or an account."""
    phone = bare_phone(parsed.destination) if number_format is ANY_FORMAT else None
    if phone is None:
        return parsed
    return AmbiguousDestination(
        ambiguity=Ambiguity.NUMBER,
        choices=(ParsedDestination(destination=phone, ordinal=parsed.ordinal), parsed),
    )


def _check_game_id(parsed: ParsedDestination) -> ParsedDestination | AmbiguousDestination:
    """Return a game id that looks like a phone number as ambiguous: it may be typed by mistake."""
    if not (looks_like_phone(parsed.destination) and as_phone(parsed.destination)):
        return parsed
    return AmbiguousDestination(ambiguity=Ambiguity.SERVER, choices=(parsed,))


def _replace_letters(tokens: Tokens) -> Tokens | None:
    """Return the tokens with 0 and 1 for o, i and l in numbers; None if there are no such letters."""
    corrected = tuple(
        Token(text=token.text.translate(_LOOKALIKES), mark=token.mark)
        if _LOOKALIKE.fullmatch(token.text)
        else token
        for token in tokens
    )
    return corrected if corrected != tokens else None


def _read_tokens(tokens: Tokens, number_format: Format) -> DestinationResult:
    candidates = _candidates(tokens, number_format)
    if not candidates:
        if card := _read_card(tokens, number_format):
            return card
        return _read_some_tokens(tokens, number_format)
    if len(candidates) == 1 and candidates[0].is_certain:
        return candidates[0].parsed
    if card := _read_card(tokens, number_format):
        return card
    choices = [candidate.parsed for candidate in candidates]
    ambiguity = Ambiguity.ORDINAL if any(choice.ordinal != 1 for choice in choices) else Ambiguity.NUMBER
    if whole := _join_all(tokens, number_format):
        choices.append(ParsedDestination(destination=whole))
    choices.extend(ParsedDestination(destination=number) for number in _numbers(tokens, number_format))
    return AmbiguousDestination(ambiguity=ambiguity, choices=tuple(dict.fromkeys(choices)))


def _join_all(tokens: Tokens, number_format: Format) -> str | None:
    """Return all tokens as one destination, whatever the marks between them; None if it does not fit."""
    return number_format.fit(join_text(tokens)) if all(token.is_number for token in tokens) else None


def _read_card(tokens: Tokens, number_format: Format) -> AmbiguousDestination | None:
    """Return a card or landline number in groups as a whole: no group of it is a number of its own."""
    if number_format not in (ACCOUNT, GAME) or not {token.mark for token in tokens[1:]} <= {" ", "-"}:
        return None
    is_landline = len(tokens) == 2 and bool(re.fullmatch(r"0[1-79][0-9]{1,2}", tokens[0].text))  # noqa: PLR2004 - area and number
    is_even = len(tokens) > 2 and all(len(token.text) in CARD_GROUP for token in tokens)  # noqa: PLR2004 - two may be a number and a PIN
    whole = _join_all(tokens, number_format)
    if whole is None or not (is_landline or is_even):
        return None
    choices = [ParsedDestination(destination=whole)]
    may_end_in_pin = len(whole) > CARD_DIGITS or (whole.startswith("08") and len(whole) not in PHONE_DIGITS)
    if may_end_in_pin and (card := _join_all(tokens[:-1], number_format)):
        choices.insert(0, ParsedDestination(destination=card))
    return AmbiguousDestination(ambiguity=Ambiguity.NUMBER, choices=tuple(choices))


def _candidates(tokens: Tokens, number_format: Format) -> list[_Candidate]:
    """Return the readings that use every token: a number, or a number with an ordinal at one end."""
    candidates: list[_Candidate] = []
    if whole := _as_destination(tokens, number_format):
        candidates.append(
            _Candidate(
                parsed=ParsedDestination(destination=whole),
                is_certain=_is_only_number(tokens, whole, number_format),
            )
        )
    if len(tokens) < 2:  # noqa: PLR2004 - a number and its ordinal
        return candidates
    for run, token, mark in (
        (tokens[1:], tokens[0], tokens[1].mark),
        (tokens[:-1], tokens[-1], tokens[-1].mark),
    ):
        digits, ordinal = _as_destination(run, number_format), token.ordinal
        if digits is None or ordinal is None or (number_format in PHONES and _is_country(token, run)):
            continue
        is_separate = token is tokens[0] and mark in STRONG
        is_separate = is_separate or _is_separate_ordinal(
            ordinal, mark, digits, _join_all(tokens, number_format), number_format
        )
        candidate = _Candidate(
            parsed=ParsedDestination(destination=digits, ordinal=ordinal),
            is_certain=is_separate and _is_only_number(run, digits, number_format),
        )
        candidates.insert(0 if token is tokens[0] else len(candidates), candidate)
    return candidates


def _as_destination(run: Tokens, number_format: Format) -> str | None:
    """Return all tokens of `run` as one destination; None if they are not grouped like one or do not fit."""
    digits = join_number(run, may_be_phone=number_format in PHONES)
    if digits is None or not {token.mark for token in run[1:]} <= number_format.joins:
        return None
    if number_format is ANY_FORMAT and len(run) > 1 and not looks_like_phone(digits):
        return None
    return number_format.fit(digits)


def _is_country(token: Token, run: Tokens) -> bool:
    """Return whether 62 before `run` is the country code; before a dot it may be the 62nd purchase."""
    return token.text == COUNTRY and run[0].text.startswith("8") and run[0].mark not in STRONG


def _is_only_number(run: Tokens, digits: str, number_format: Format) -> bool:
    """Return whether no part of `run` fits by itself, such as a number before a PIN."""
    if run[0].text == "0" and len(run) > 1:
        return False  # «s10 0.8123…» may as well be s100
    if number_format is ACCOUNT and {token.mark for token in run[1:]} <= {"-"}:
        return True
    first = 2 if number_format in PHONES and run[0].text.removeprefix("+") == COUNTRY else 1
    parts = [run[:end] for end in range(1, len(run))] + [run[start:] for start in range(first, len(run))]
    others = {_as_destination(part, number_format) for part in parts} - {None, digits}
    return not others or (
        number_format is ANY_FORMAT and not any(other and other.startswith("08") for other in others)
    )


def _is_separate_ordinal(
    ordinal: int, mark: str, digits: str, whole: str | None, number_format: Format
) -> bool:
    """Return whether `ordinal` cannot be digits of the number that the mark separates from it."""
    if number_format is ACCOUNT:
        return False  # «bpjs.0001234567890.2» may mean two months as well as the second purchase
    is_strong = mark in STRONG
    is_phone = digits.startswith("08")
    if whole is None or (number_format is ANY_FORMAT and is_phone and not whole.startswith("08")):
        return True
    if is_strong and ordinal <= MAX_SINGLE_ORDINAL:
        return not (number_format is ANY_FORMAT and not is_phone)
    return is_phone and len(digits) >= LONG_DIGITS and (is_strong or not digits.startswith(LONG_PHONES))


def _read_some_tokens(tokens: Tokens, number_format: Format) -> AmbiguousDestination | InvalidDestination:
    """Return the destinations in some of the tokens, or the input error, where no reading uses them all."""
    phones = tuple(dict.fromkeys(filter(None, (_phone(token) for token in tokens))))
    if len(phones) > 1 and number_format is not METER:
        return InvalidDestination(
            input_error=InputError.SEVERAL_ORDERS, example=number_format.example, numbers=phones
        )
    numbers = _numbers(tokens, number_format) if len(tokens) > 1 else ()
    has_phone = any(digits.startswith("08") for digits in numbers)
    if number_format is ANY_FORMAT and len(tokens) > MAX_PARTS and not has_phone:
        numbers = ()
    if not numbers:
        return InvalidDestination(
            input_error=input_error_of(tokens, number_format), example=number_format.example
        )
    ordinals = ordinals_in(tokens) or [1]
    choices = [ParsedDestination(destination=digits, ordinal=each) for digits in numbers for each in ordinals]
    has_pin = any(_PIN.fullmatch(token.text) for token in tokens) and all(token.is_number for token in tokens)
    return AmbiguousDestination(
        ambiguity=Ambiguity.PIN if has_pin else Ambiguity.PARTS, choices=tuple(dict.fromkeys(choices))
    )


def _phone(token: Token) -> str | None:
    digits = token.text if token.is_number and looks_like_phone(token.text) else ""
    return FORMATS[DestinationRule.PHONE].fit(digits)


def _numbers(tokens: Tokens, number_format: Format) -> tuple[str, ...]:
    """Return every destination that consecutive tokens make, the likeliest first."""
    runs = [tokens[start:end] for start in range(len(tokens)) for end in range(start + 1, len(tokens) + 1)]
    numbers = [digits for run in runs if (digits := _as_destination(run, number_format))]
    if number_format is ANY_FORMAT:
        numbers = [digits for digits in numbers if len(digits) >= COMPLETE_DIGITS] or numbers
    else:
        is_meter = number_format is METER
        numbers = [digits for digits in numbers if digits.startswith("08") is not is_meter] or numbers
        numbers = [digits for digits in numbers if len(digits) > PIN_DIGITS] or numbers
        numbers.sort(key=len, reverse=True)
    return tuple(dict.fromkeys(_with_joined_halves(numbers, tokens, number_format)))


def _with_joined_halves(numbers: list[str], tokens: Tokens, number_format: Format) -> list[str]:
    """Add the number that two tokens make if the mark between them is a mistake.

    Short halves are likelier a game id and its server: their number comes first.
    """
    if len(tokens) != 2 or tokens[1].mark not in ACCIDENTAL_MARKS:  # noqa: PLR2004 - the halves of a number
        return numbers
    whole = _join_all(tokens, number_format)
    if whole is None:
        return numbers
    if number_format is not ANY_FORMAT or whole.startswith("08"):
        return [*numbers, whole]
    is_long = any(len(token.text) >= COMPLETE_DIGITS for token in tokens)
    return numbers if is_long else [whole, *numbers]
