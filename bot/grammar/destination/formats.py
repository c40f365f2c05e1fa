"""Formats of destinations: which digits are a phone number, a PLN meter, an account or a game id."""

import re
from collections.abc import Callable

from msgspec import Struct

from bot.catalogue.product import DestinationRule
from bot.grammar.destination.tokens import Tokens, join_text
from bot.grammar.parsed import InputError

PHONE_DIGITS = range(10, 14)
"""An Indonesian mobile number has 10 to 13 digits with its 0; in a longer one a digit was typed twice."""

METER_DIGITS = range(11, 13)
"""A PLN meter number has 11 digits, a customer id 12."""

MAX_ABROAD = PHONE_DIGITS.stop
"""With 62 instead of its 0 a number has one digit more; a longer one is a typing error, not an account."""

ACCOUNT_DIGITS = range(5, 21)
GAME_DIGITS = range(4, 21)

EXAMPLE_PHONE, EXAMPLE_METER, EXAMPLE_ACCOUNT = "081234567890", "14444941364", "8801234567"
EXAMPLE_GAME, EXAMPLE_FREE = "12345678", "budi_77"

_BARE_PHONE = re.compile(r"8[1-9][0-9]{7,10}")
_ABROAD_PHONE = re.compile(r"620?8[1-9][0-9]+")


class Format(Struct, frozen=True, kw_only=True):
    """The format of a destination that consists of digits.

    `fit` takes digits, optionally behind a +, and returns them in the form of an order, or None. `sizes` are
    the allowed numbers of digits, `joins` the marks by which one number may be grouped.
    """

    fit: Callable[[str], str | None]
    sizes: range
    example: str
    joins: frozenset[str]


def as_phone(digits: str) -> str | None:
    """Return a mobile number typed with +62, 62, 0 or none of these as 08…; None if it is none."""
    international = digits.startswith("+62")
    number = digits.removeprefix("+")
    if digits.startswith("+") and not international:
        return None
    if international or _ABROAD_PHONE.fullmatch(number):
        number = "0" + number.removeprefix("62").removeprefix("0")
    elif _BARE_PHONE.fullmatch(number):
        number = f"0{number}"
    return number if number.startswith("08") and len(number) in PHONE_DIGITS else None


def bare_phone(digits: str) -> str | None:
    """Return the mobile number for `digits` typed without 0 or 62; None if they cannot be one."""
    return f"0{digits}" if _BARE_PHONE.fullmatch(digits) else None


def looks_like_phone(digits: str) -> bool:
    """Return whether `digits` were surely typed as a mobile number, complete or not."""
    is_abroad = bool(_ABROAD_PHONE.fullmatch(digits))
    return digits.startswith(("08", "+")) or (
        is_abroad and bool(as_phone(digits) or len(digits) > MAX_ABROAD)
    )


def _sized(sizes: range) -> Callable[[str], str | None]:
    return lambda digits: digits if len(digits) in sizes and not digits.startswith("+") else None


def _as_phone_or_account(digits: str) -> str | None:
    return as_phone(digits) if looks_like_phone(digits) else _sized(ACCOUNT_DIGITS)(digits)


_GROUPING = frozenset(" -/().,*#")
_WEAK = frozenset(" -/()")

ANY_FORMAT = Format(fit=_as_phone_or_account, sizes=ACCOUNT_DIGITS, example=EXAMPLE_PHONE, joins=_GROUPING)
"""For codes without a catalogue: a phone number where it looks like one, else an account."""

PHONE = Format(fit=as_phone, sizes=PHONE_DIGITS, example=EXAMPLE_PHONE, joins=_GROUPING)
METER = Format(fit=_sized(METER_DIGITS), sizes=METER_DIGITS, example=EXAMPLE_METER, joins=_GROUPING)
ACCOUNT = Format(fit=_sized(ACCOUNT_DIGITS), sizes=ACCOUNT_DIGITS, example=EXAMPLE_ACCOUNT, joins=_WEAK)
GAME = Format(fit=_sized(GAME_DIGITS), sizes=GAME_DIGITS, example=EXAMPLE_GAME, joins=frozenset())

FORMATS = {
    DestinationRule.PHONE: PHONE,
    DestinationRule.METER: METER,
    DestinationRule.ACCOUNT: ACCOUNT,
    DestinationRule.GAME: GAME,
}
"""The rules under which a destination is one run of digits."""


def input_error_of(tokens: Tokens, number_format: Format) -> InputError:
    """Return why `tokens` are no number of this format."""
    if not tokens:
        return InputError.NO_DESTINATION
    if not all(token.is_number for token in tokens):
        return InputError.NOT_DIGITS
    digits = join_text(tokens)
    if digits.startswith("+") and not digits.startswith("+62"):
        return InputError.FOREIGN_NUMBER
    is_phone = number_format is ANY_FORMAT and looks_like_phone(digits)
    sizes = (FORMATS[DestinationRule.PHONE] if is_phone else number_format).sizes
    local = "0" + digits.removeprefix("+62").removeprefix("0") if digits.startswith("+62") else digits
    if len(local) < sizes.start:
        return InputError.TOO_SHORT
    if len(tokens) > 1:
        return InputError.TOO_MANY_PARTS
    return InputError.TOO_LONG if len(local) >= sizes.stop else InputError.NOT_A_PHONE
