"""Reads what a person typed: an order, a command, or a slip with the nearest right form.

Nothing is guessed with money: text that could mean two things is a slip, never an order.
"""

import re
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum


class Slip(StrEnum):
    """What keeps a text from being an order."""

    NOT_AN_ORDER = "not_an_order"
    NO_DESTINATION = "no_destination"
    NO_CODE = "no_code"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NOT_DIGITS = "not_digits"
    FOREIGN_NUMBER = "foreign_number"
    TOO_MANY_PARTS = "too_many_parts"
    NEAR_COMMAND = "near_command"
    SEVERAL_ORDERS = "several_orders"
    NEEDS_SEPARATOR = "needs_separator"
    FORWARDED = "forwarded"
    EDITED = "edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """An order as asked: `code` in lower case; `destination` as typed, in plain ASCII where it can be."""

    code: str
    destination: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command word in lower case and the words behind it; `slash` tells how it was typed."""

    word: str
    rest: str
    slash: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Misread:
    """No order: why, the nearest right form, and whether it was meant as one (`near`)."""

    slip: Slip
    suggestion: str
    near: bool


EXAMPLE = "s5.081234567890"
"""The form shown to whoever is far from any order."""

SHOWN_COMMANDS = ("saldo", "bantuan", "daftar", "reseller", "tertunda", "format", "bekukan", "aktifkan")
"""What a mistyped word may have meant."""

COMMANDS = frozenset(
    (
        *SHOWN_COMMANDS,
        *("start", "help", "menu", "sal", "s", "cs", "hapus", "sukses", "gagal"),
        # What other servers' resellers type with a number behind it: it never buys.
        *("cek", "status", "komplain", "kom", "k", "harga", "hrg", "h", "ch", "riwayat", "last"),
        *("lap", "rekap", "tiket", "deposit", "mutasi", "rek", "batal"),
    )
)
"""Words that are commands, with or without a slash, and so never product codes."""

MAX_NOMINAL_DIGITS = 3
"""`5.0812…` asks for a nominal; longer digits in front are just a number with a dot in it."""

MIN_NUMBER_DIGITS = 9
"""A number alone is meant as an order only if it could be a phone's; «5» is talk."""

_SEPARATORS = ".,*#"
_CODE = re.compile(r"[a-z0-9]{1,20}")
_ORDER = re.compile(rf"(?P<code>[A-Za-z0-9]+)(?P<separator>[\s{_SEPARATORS}]+)(?P<rest>\S.*)", re.DOTALL)
_GLUED = re.compile(r"(?P<code>[a-z]+[0-9]{1,3}?)(?P<number>(?:0|62)8[0-9]{8,11})")
_COMMAND = re.compile(r"(?P<slash>/?)(?P<word>[A-Za-z]+)(?:@(?P<bot>\w+))?(?P<rest>(?:[\s._].*)?)", re.DOTALL)


def plain(text: str) -> str:
    """Give `text` with what people paste unseen made plain: invisible marks dropped, wide forms narrowed.

    Only forms that look the same are changed; digits of other scripts and superscripts stay as they are.
    """
    return "".join(_plain_char(char) for char in text).strip()


def _plain_char(char: str) -> str:
    if char == "\n":
        return char
    category = unicodedata.category(char)
    if category == "Cf" or (category == "Mn" and "\ufe00" <= char <= "\ufe0f"):
        return ""
    if category == "Zs" or char.isspace():
        return " "
    if category == "Pd" or char == "\u2212":
        return "-"
    if "\uff01" <= char <= "\uff5e":
        return chr(ord(char) - 0xFEE0)
    return char


def parse(text: str) -> OrderRequest | Command | Misread:
    """Read one message."""
    typed = plain(text)
    if command := _read_command(typed):
        return command
    lines = [line.strip() for line in typed.split("\n") if line.strip()]
    if len(lines) > 1:
        meant = [line for line in lines if isinstance(_read_order(line), OrderRequest)]
        suggestion = meant[0] if meant else EXAMPLE
        return Misread(slip=Slip.SEVERAL_ORDERS, suggestion=suggestion, near=bool(meant))
    return _read_order(lines[0] if lines else "")


def _read_command(typed: str) -> Command | None:
    found = _COMMAND.fullmatch(typed)
    if not found:
        return None
    word = found["word"].lower()
    if not found["slash"] and word not in COMMANDS:
        return None
    return Command(word=word, rest=found["rest"].lstrip(" ._\n").strip(), slash=bool(found["slash"]))


def _read_order(line: str) -> OrderRequest | Misread:
    typed = line.rstrip(" .,;!?")
    if not any(char.isdigit() for char in typed):
        if meant := get_close_matches(typed.lower(), SHOWN_COMMANDS, n=1, cutoff=0.75):
            return Misread(slip=Slip.NEAR_COMMAND, suggestion=meant[0], near=False)
        return Misread(slip=Slip.NOT_AN_ORDER, suggestion=EXAMPLE, near=False)
    found = _ORDER.fullmatch(typed)
    if not found:
        return _without_parts(typed)
    code, separator, rest = found["code"].lower(), found["separator"], found["rest"]
    has_letter, has_digit = not code.isdigit(), any(char.isdigit() for char in code)
    if not _CODE.fullmatch(code) or not rest.lstrip("+(")[:1].isdigit():
        return Misread(slip=Slip.NOT_AN_ORDER, suggestion=EXAMPLE, near=False)
    if code in COMMANDS:
        return Misread(slip=Slip.NOT_AN_ORDER, suggestion=EXAMPLE, near=False)
    if not has_letter and len(code) > MAX_NOMINAL_DIGITS:
        return Misread(slip=Slip.NO_CODE, suggestion=f"s5.{typed}", near=False)
    if not has_letter:
        return Misread(slip=Slip.NO_CODE, suggestion=f"s{code}.{rest}", near=True)
    if len(code) == 1:
        return Misread(slip=Slip.NOT_AN_ORDER, suggestion=EXAMPLE, near=True)
    if any(char.isspace() for char in separator) and not has_digit:
        # "hubungi 0812…" is talk between people; only a code like s5 may stand before a mere blank.
        return Misread(slip=Slip.NEEDS_SEPARATOR, suggestion=f"{code}.{rest}", near=False)
    return OrderRequest(code=code, destination=rest)


def _without_parts(typed: str) -> Misread:
    """Something with digits and no destination: a code alone, a number alone, or talk."""
    bare = typed.lower()
    if glued := _GLUED.fullmatch(bare):
        return Misread(slip=Slip.NEEDS_SEPARATOR, suggestion=f"{glued['code']}.{glued['number']}", near=True)
    if _CODE.fullmatch(bare) and not bare.isdigit():
        return Misread(slip=Slip.NO_DESTINATION, suggestion=f"{bare}.081234567890", near=True)
    if all(char.isdigit() or char in "+- ()" for char in bare):
        near = sum(map(str.isdigit, bare)) >= MIN_NUMBER_DIGITS
        return Misread(slip=Slip.NO_CODE, suggestion=f"s5.{bare.lstrip(' -')}", near=near)
    return Misread(slip=Slip.NOT_AN_ORDER, suggestion=EXAMPLE, near=False)
