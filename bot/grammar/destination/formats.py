"""Formats of destinations: which digits are a phone number, a PLN meter, an account or a game id."""

import re
from collections.abc import Callable

from msgspec import Struct

from bot.catalogue.product import DestinationRule
from bot.grammar.parsed import InputError

COMPLETE_DIGITS = 9
"""A token this long is a number by itself: a token next to it is another part of the order."""

STRONG = frozenset(".,*#;|:=")
"""Marks that separate the parts of an order. One of them may also group a number, if no other mark does."""

COUNTRY = "62"

_TOKEN = re.compile(r"[^\s\-.,*#()/;|:=]+")
_COUNTING = frozenset(("ke", "yg", "yang", "order", "trx"))
_UNITS = frozenset(("kali", "kl", "x", "jam", "menit", "hari", "bulan", "pcs", "k", "rb", "ribu", "gb"))
_ORDINAL = re.compile(r"[1-9][0-9]?")


class Token(Struct, frozen=True, kw_only=True):
    """Characters between two marks; `mark` stands for the marks before them ('' for the first token)."""

    text: str
    mark: str

    @property
    def is_number(self) -> bool:
        """Whether the text is ASCII digits, optionally behind the + of a country code."""
        digits = self.text.removeprefix("+")
        return digits.isascii() and digits.isdigit()

    @property
    def ordinal(self) -> int | None:
        """The text as a purchase of the day, 1 to 99; None if it is no such number."""
        return int(self.text) if _ORDINAL.fullmatch(self.text) else None


Tokens = tuple[Token, ...]


def tokenize(typed: str) -> Tokens:
    tokens: list[Token] = []
    end = 0
    for found in _TOKEN.finditer(typed):
        tokens.append(Token(text=found[0], mark=_strongest(typed[end : found.start()]) if tokens else ""))
        end = found.end()
    return tuple(tokens)


def _strongest(marks: str) -> str:
    """Return the mark that counts between two tokens: a strong one, else a weak one, else a blank."""
    strong = [mark for mark in marks if mark in STRONG]
    return (strong or [mark for mark in marks if not mark.isspace()] or [" "])[0]


def join_text(run: Tokens) -> str:
    return "".join(token.text for token in run)


def ordinals_in(run: Tokens) -> list[int]:
    """Return the ordinals above 1 in `run`, without the 9 of `jam 9`, of `9 kali` or of `9.000`."""
    ordinals: list[int] = []
    for at, token in enumerate(run):
        before, behind = run[at - 1 : at], run[at + 1 : at + 2]
        is_of_word = any(each.text.isalpha() and each.text.lower() not in _COUNTING for each in before)
        is_price = any(each.mark in ".," and re.fullmatch(r"[0-9]{3}", each.text) for each in behind)
        is_price = is_price or any(each.text.lower() in _UNITS for each in behind)
        if token.ordinal not in {None, 1} and not is_of_word and not is_price:
            ordinals.append(token.ordinal or 1)
    return ordinals


def join_number(run: Tokens, *, may_be_phone: bool) -> str | None:
    """Return the digits of `run` as one number; None if its marks show more than one number."""
    if not run or not all(token.is_number for token in run):
        return None
    if any(token.text.startswith("+") for token in run[1:]) or not _is_grouped_alike(run):
        return None
    local = run[1:] if may_be_phone and run[0].text.removeprefix("+") == COUNTRY else run
    if len(local) > 1 and any(len(token.text) >= COMPLETE_DIGITS for token in local):
        return None
    return join_text(run)


def _is_grouped_alike(run: Tokens) -> bool:
    """Check that one number is grouped by blanks, dashes and brackets, or by one strong mark alone."""
    marks = {token.mark for token in run[1:]}
    if run[0].text.startswith("+"):
        marks -= {token.mark for token in run[1:2]}
    return len(marks) <= 1 or marks.isdisjoint(STRONG)


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
