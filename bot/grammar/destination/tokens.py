"""Takes apart what stands behind a code: the groups in which a number is written, and the parts beside it."""

import re

from msgspec import Struct

COMPLETE_DIGITS = 9
"""A group this long is a number by itself: what stands beside it is another part, not its rest."""

STRONG = frozenset(".,*#;|:=")
"""Marks that part an order; they also group a number, but then no other mark does."""

COUNTRY = "62"

_GROUP = re.compile(r"[^\s\-.,*#()/;|:=]+")
_COUNTING = frozenset(("ke", "yg", "yang", "order", "trx"))
_UNITS = frozenset(("kali", "kl", "x", "jam", "menit", "hari", "bulan", "pcs", "k", "rb", "ribu", "gb"))
_ORDINAL = re.compile(r"[1-9][0-9]?")


class Token(Struct, frozen=True, kw_only=True):
    """Characters between two marks; `mark` is the kind of the marks before them ('' for the first)."""

    text: str
    mark: str

    @property
    def is_number(self) -> bool:
        """Tell whether it is digits, perhaps behind the + of a country."""
        digits = self.text.removeprefix("+")
        return digits.isascii() and digits.isdigit()

    @property
    def ordinal(self) -> int | None:
        """Give the purchase of the day that it may count, 1 to 99."""
        return int(self.text) if _ORDINAL.fullmatch(self.text) else None


Tokens = tuple[Token, ...]


def tokenize(typed: str) -> Tokens:
    """Give the groups of `typed` in order."""
    groups: list[Token] = []
    end = 0
    for found in _GROUP.finditer(typed):
        groups.append(Token(text=found[0], mark=_kind(typed[end : found.start()]) if groups else ""))
        end = found.end()
    return tuple(groups)


def _kind(marks: str) -> str:
    """Give one mark for those between two groups: a strong one before a weak one before a blank."""
    strong = [mark for mark in marks if mark in STRONG]
    return (strong or [mark for mark in marks if not mark.isspace()] or [" "])[0]


def join_text(run: Tokens) -> str:
    """Give the groups of `run` without any mark."""
    return "".join(group.text for group in run)


def ordinals_in(run: Tokens) -> list[int]:
    """Give the further purchases that `run` may count: not the 9 of `jam 9`, of `9 kali` or of `9.000`."""
    found: list[int] = []
    for at, group in enumerate(run):
        before, behind = run[at - 1 : at], run[at + 1 : at + 2]
        is_of_word = any(each.text.isalpha() and each.text.lower() not in _COUNTING for each in before)
        is_price = any(each.mark in ".," and re.fullmatch(r"[0-9]{3}", each.text) for each in behind)
        is_price = is_price or any(each.text.lower() in _UNITS for each in behind)
        if group.ordinal not in {None, 1} and not is_of_word and not is_price:
            found.append(group.ordinal or 1)
    return found


def join_number(run: Tokens, *, may_be_phone: bool) -> str | None:
    """Give the digits of `run` as one number, if they can have been written as one in groups."""
    if not run or not all(group.is_number for group in run):
        return None
    if any(group.text.startswith("+") for group in run[1:]) or not _grouped_alike(run):
        return None
    local = run[1:] if may_be_phone and run[0].text.removeprefix("+") == COUNTRY else run
    if len(local) > 1 and any(len(group.text) >= COMPLETE_DIGITS for group in local):
        return None
    return join_text(run)


def _grouped_alike(run: Tokens) -> bool:
    """Blanks, dashes and brackets go together in one number; a dot goes only with dots."""
    marks = {group.mark for group in run[1:]}
    if run[0].text.startswith("+"):
        marks -= {group.mark for group in run[1:2]}
    return len(marks) <= 1 or marks.isdisjoint(STRONG)
