"""Splits the text behind a code into tokens, and joins tokens to numbers."""

import re

from msgspec import Struct

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
