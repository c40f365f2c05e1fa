"""Parses a message: orders line by line, a command, or an input error with the nearest valid form.

Text with two meanings is never an order by itself: it becomes a question to the reseller.
"""

import re
import unicodedata
from functools import lru_cache
from string import ascii_lowercase

from msgspec.structs import replace

from bot.grammar.irregular import find_pairs
from bot.grammar.lines import ReadPiece, read_line
from bot.grammar.parsed import (
    EXAMPLE,
    Ambiguity,
    Command,
    InputError,
    InvalidInput,
    OrderLine,
    OrderLines,
    OrderRequest,
)
from bot.grammar.vocabulary import COMMANDS, FOREIGN_COMMANDS, MIXED, NUMBER, SPACED, is_about_an_order

MAX_LINES = 100
"""A message with more orders is rejected as a whole."""

MAX_TEXT_CHARS = 4096
"""Telegram's limit for a message."""

MAX_PIECES = 200
"""A hundred orders with a line of talk each; bounds what a text costs to read."""

_COMMAND = re.compile(
    r"(?P<slash>/?)(?P<word>[A-Za-z]+[0-9]?)(?:@(?P<bot>\w+))?(?P<rest>(?:[\s._,*#:/\-].*)?)", re.DOTALL
)
_BEFORE_REST = " ._,*#:/-\n"
_NEGATIVE = re.compile(r"\s+(-[0-9]{1,9}(?![0-9]).*)", re.DOTALL)
"""A negative amount; more digits are a phone or meter number behind a dash."""

_REMNANT = re.compile(r"[0-9\s\-.()]+")
_CODE_ALONE = re.compile(rf"{MIXED}|[1-9][0-9]{{0,2}}")
_SPACED = re.compile(SPACED)
_LABELLED = re.compile(
    rf"kode\W+(?P<code>{MIXED})\W+(?:nomor|nomer|no|hp|tujuan)\W+(?P<number>{NUMBER})", re.IGNORECASE
)
"""`Kode: S5`, then `Nomor: 0812…` on the same or the next line."""
_STAMP = re.compile(r"\[[0-9]{1,2}[./: \-]")
"""`[23/11/2026 21:00]`, the header of a message copied from an old chat."""
_NUMBER_ALONE = re.compile(r"\+?[0-9][0-9\- ]{8,}")
_BULLET = re.compile(r"\A(?:[\-\u2022\u00b7\u25aa\u25e6]\s*|\*\s+)(?=[A-Za-z0-9+])")
_MARKED = re.compile(r"(?P<position>[0-9]{1,3})(?P<mark>\s*[.)]\s*)(?P<rest>[A-Za-z0-9+].*)")
_LETTERED = re.compile(r"(?P<letter>[A-Za-z])[.)]\s*(?P<rest>[A-Za-z]*[0-9].*|[A-Za-z]{2,}[.,*#].*)")
_STARTS_WITH_CODE = re.compile(r"[0-9]*[A-Za-z]")
_HAS_NUMBER = re.compile(r"[0-9]{5}")


REMEMBERED_TEXTS = 64
"""A message is read twice: to find the shop that its order looks at, then to handle it."""

Parsed = Command | OrderLines | InvalidInput


@lru_cache(maxsize=REMEMBERED_TEXTS)
def parse(text: str) -> Parsed:
    if len(text) > MAX_TEXT_CHARS:
        return _too_long(text[:MAX_TEXT_CHARS])
    typed = normalize(text)
    if read := _read_labelled(typed) or _read_command(typed):
        return read
    typed_lines = _split_lines(typed)
    if len(typed_lines) > MAX_PIECES:
        return _too_long(typed)
    lines, is_ambiguous = _strip_list_markers(typed_lines)
    pieces = _read_split(lines) or [piece for line in lines for piece in read_line(line)]
    if len(pieces) > MAX_PIECES:
        return _too_long(typed)
    return _read_pieces(pieces, is_ambiguous=is_ambiguous)


def parse_command(text: str) -> Command | None:
    """Parse a text that is a command; return None for any other text."""
    return _read_command(normalize(text))


def _too_long(text: str) -> InvalidInput:
    pairs = find_pairs(text)
    is_order_list = len(pairs) > MAX_LINES
    return InvalidInput(
        input_error=InputError.TOO_MANY_ORDERS if is_order_list else InputError.TEXT_TOO_LONG,
        suggestion=EXAMPLE,
        looks_like_order=bool(pairs),
        is_example=True,
    )


def _read_pieces(pieces: list[tuple[str, ReadPiece]], *, is_ambiguous: bool) -> OrderLines | InvalidInput:
    readings = [reading for _, reading in pieces]
    order_count = sum(isinstance(reading, OrderRequest) for reading in readings)
    if order_count > MAX_LINES:
        return InvalidInput(
            input_error=InputError.TOO_MANY_ORDERS, suggestion=EXAMPLE, looks_like_order=True, is_example=True
        )
    if not order_count:
        return _first_error([reading for reading in readings if isinstance(reading, InvalidInput)])
    if is_ambiguous or any(_is_suspicious(piece, reading) for piece, reading in pieces):
        pieces = [(piece, _as_ambiguous(reading)) for piece, reading in pieces]
    pieces = _with_codes_above(pieces)
    return OrderLines(
        lines=tuple(
            OrderLine(number=number, typed=piece, parsed=reading)
            for number, (piece, reading) in enumerate(pieces, start=1)
        )
    )


def normalize(text: str) -> str:
    """Return `text` without invisible characters, and with plain forms of blanks, dashes and wide letters.

    Pasted text contains them unnoticed. Only characters that look the same are replaced: superscripts and the
    digits of other scripts are not.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
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


def _read_labelled(typed: str) -> OrderLines | None:
    found = _LABELLED.fullmatch(typed)
    if not found:
        return None
    request = OrderRequest(code=found["code"].lower(), destination=found["number"], ambiguity=Ambiguity.TALK)
    return OrderLines(lines=(OrderLine(number=1, typed=typed, parsed=request),))


def _read_command(typed: str) -> Command | None:
    found = _COMMAND.fullmatch(typed)
    if not found or _SPACED.match(typed):
        return None
    word, slash = found["word"].lower(), bool(found["slash"])
    if word not in COMMANDS and (not slash or word[-1].isdigit()):
        return None
    if word in FOREIGN_COMMANDS and not slash and "\n" in typed:
        return None  # «list:» above a list of orders; a complaint includes all its lines
    return Command(word=word, rest=_argument(found["rest"]), slash=slash)


def _argument(typed: str) -> str:
    """Return what stands behind a command word; a minus sign is part of it, a dash in front is not."""
    if found := _NEGATIVE.match(typed):
        return found[1].strip()
    return typed.lstrip(_BEFORE_REST).strip()


def _read_split(lines: list[str]) -> list[tuple[str, ReadPiece]]:
    """Read a code with its number on the next line, as ambiguous; empty if the lines are something else."""
    if len(lines) != 2:  # noqa: PLR2004 - the code and the number
        return []
    code, number = lines
    if not (_CODE_ALONE.fullmatch(code) and _NUMBER_ALONE.fullmatch(number)):
        return []
    request = OrderRequest(code=code.lower(), destination=number, ambiguity=Ambiguity.TALK)
    return [(f"{code} {number}", request)]


def _with_codes_above(pieces: list[tuple[str, ReadPiece]]) -> list[tuple[str, ReadPiece]]:
    """Suggest the code of the order above for a number without a code."""
    result: list[tuple[str, ReadPiece]] = []
    code = ""
    for piece, reading in pieces:
        if isinstance(reading, OrderRequest):
            code = reading.code
        elif reading.input_error is InputError.NO_CODE and code:
            reading = replace(reading, suggestion=f"{code}.{piece}")  # noqa: PLW2901 - the same line with another suggestion
        result.append((piece, reading))
    return result


def _first_error(input_errors: list[InvalidInput]) -> InvalidInput:
    nothing = InvalidInput(
        input_error=InputError.NOT_AN_ORDER, suggestion=EXAMPLE, looks_like_order=False, is_example=True
    )
    return next(
        (input_error for input_error in input_errors if input_error.looks_like_order),
        (*input_errors, nothing)[0],
    )


def _is_suspicious(piece: str, reading: ReadPiece) -> bool:
    """Return whether a line of talk shows that orders around it are old, withdrawn, or split in two."""
    is_talk = isinstance(reading, InvalidInput) and not reading.looks_like_order
    return is_talk and bool(is_about_an_order(piece) or _REMNANT.fullmatch(piece) or _STAMP.search(piece))


def _as_ambiguous(reading: ReadPiece) -> ReadPiece:
    return (
        reading
        if isinstance(reading, InvalidInput)
        else replace(reading, ambiguity=reading.ambiguity or Ambiguity.TALK)
    )


def _split_lines(typed: str) -> list[str]:
    """Return the lines that are not empty, without bullets."""
    lines = [_BULLET.sub("", line.strip()) for line in typed.split("\n")]
    return [line for line in lines if line]


def _strip_list_markers(lines: list[str]) -> tuple[list[str], bool]:
    """Return the lines without list markers, and whether any marker is ambiguous.

    Markers are `1. s5.0812…`, `2) x10.0857…`, `- s5.0812…`. A number in front is a marker only if the lines
    count from 1.
    """
    lines = _without_letters(lines)
    marked = [_MARKED.fullmatch(line) for line in lines]
    positions = [int(found["position"]) for found in marked if found]
    others = [line for line, found in zip(lines, marked, strict=True) if not found]
    if positions != list(range(1, len(positions) + 1)) or any(map(_HAS_NUMBER.search, others)):
        return lines, False
    is_list = len(positions) > 1
    unmarked = [
        found["rest"] if found and (is_list or _STARTS_WITH_CODE.match(found["rest"])) else line
        for line, found in zip(lines, marked, strict=True)
    ]
    return unmarked, any(found and _is_ambiguous_marker(found, is_list=is_list) for found in marked)


def _without_letters(lines: list[str]) -> list[str]:
    """Remove `a.`, `b.` … if the lines count from a; a single letter is no list."""
    lettered = [_LETTERED.fullmatch(line) for line in lines]
    letters = [found["letter"].lower() for found in lettered if found]
    if len(letters) < 2 or letters != list(ascii_lowercase[: len(letters)]):  # noqa: PLR2004 - a list has two lines
        return lines
    return [found["rest"] if found else line for found, line in zip(lettered, lines, strict=True)]


def _is_ambiguous_marker(found: re.Match[str], *, is_list: bool) -> bool:
    """Return whether `1.0895…` may be a pulsa of 1.000 instead of a list position; `1. s5.0812…` cannot."""
    if _STARTS_WITH_CODE.match(found["rest"]):
        return False
    return (found["mark"] == ".") is is_list
