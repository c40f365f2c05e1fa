"""Reads what a person typed: orders line by line, a command, or an input error with the nearest right form.

Nothing is guessed with money: text that could mean two things is asked back, never an order.
"""

import re
import unicodedata
from string import ascii_lowercase

from msgspec.structs import replace

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
"""More orders than this are not read from one message."""

_COMMAND = re.compile(
    r"(?P<slash>/?)(?P<word>[A-Za-z]+[0-9]?)(?:@(?P<bot>\w+))?(?P<rest>(?:[\s._,*#:/\-].*)?)", re.DOTALL
)
_BEFORE_REST = " ._,*#:/-\n"
_REMNANT = re.compile(r"[0-9\s\-.()]+")
_CODE_ALONE = re.compile(rf"{MIXED}|[1-9][0-9]{{0,2}}")
_SPACED = re.compile(SPACED)
_LABELLED = re.compile(
    rf"kode\W+(?P<code>{MIXED})\W+(?:nomor|nomer|no|hp|tujuan)\W+(?P<number>{NUMBER})", re.IGNORECASE
)
"""`Kode: S5` with `Nomor: 0812…` behind or below it."""
_STAMP = re.compile(r"\[[0-9]{1,2}[./: \-]")
"""`[23/11/2026 21:00]`, as it stands above what was copied out of an old chat."""
_NUMBER_ALONE = re.compile(r"\+?[0-9][0-9\- ]{8,}")
_BULLET = re.compile(r"\A(?:[\-\u2022\u00b7\u25aa\u25e6]\s*|\*\s+)(?=[A-Za-z0-9+])")
_MARKED = re.compile(r"(?P<position>[0-9]{1,3})(?P<mark>\s*[.)]\s*)(?P<rest>[A-Za-z0-9+].*)")
_LETTERED = re.compile(r"(?P<letter>[A-Za-z])[.)]\s*(?P<rest>[A-Za-z]*[0-9].*|[A-Za-z]{2,}[.,*#].*)")
_STARTS_WITH_CODE = re.compile(r"[0-9]*[A-Za-z]")
_HOLDS_NUMBER = re.compile(r"[0-9]{5}")


Parsed = Command | OrderLines | InvalidInput


def parse(text: str) -> Parsed:
    """Read one message."""
    typed = normalize(text)
    if read := _read_labelled(typed) or _read_command(typed):
        return read
    lines, is_unsure = strip_list_markers(typed)
    pieces = _read_split(lines) or [piece for line in lines for piece in read_line(line)]
    readings = [reading for _, reading in pieces]
    wanted = sum(isinstance(reading, OrderRequest) for reading in readings)
    if wanted > MAX_LINES:
        return InvalidInput(
            input_error=InputError.TOO_MANY_ORDERS, suggestion=EXAMPLE, looks_like_order=True, is_example=True
        )
    if not wanted:
        return _first_error([reading for reading in readings if isinstance(reading, InvalidInput)])
    if is_unsure or any(_casts_doubt(piece, reading) for piece, reading in pieces):
        pieces = [(piece, _doubted(reading)) for piece, reading in pieces]
    pieces = _with_codes_above(pieces)
    return OrderLines(
        lines=tuple(
            OrderLine(number=number, typed=piece, parsed=reading)
            for number, (piece, reading) in enumerate(pieces, start=1)
        )
    )


def normalize(text: str) -> str:
    """Give `text` with what people paste unseen made plain: invisible marks dropped, wide forms narrowed.

    Only forms that look the same are changed; digits of other scripts and superscripts stay as they are.
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
        return None  # «list:» above a list of orders; of a complaint every line belongs to it
    return Command(word=word, rest=found["rest"].lstrip(_BEFORE_REST).strip(), slash=slash)


def _read_split(lines: list[str]) -> list[tuple[str, ReadPiece]]:
    """Read a code with its number on the next line, which is asked back; empty if it is not that."""
    if len(lines) != 2:  # noqa: PLR2004 - the code and the number
        return []
    code, number = lines
    if not (_CODE_ALONE.fullmatch(code) and _NUMBER_ALONE.fullmatch(number)):
        return []
    request = OrderRequest(code=code.lower(), destination=number, ambiguity=Ambiguity.TALK)
    return [(f"{code} {number}", request)]


def _with_codes_above(pieces: list[tuple[str, ReadPiece]]) -> list[tuple[str, ReadPiece]]:
    """Show a number without a code behind the code of the order above it."""
    shown: list[tuple[str, ReadPiece]] = []
    code = ""
    for piece, reading in pieces:
        if isinstance(reading, OrderRequest):
            code = reading.code
        elif reading.input_error is InputError.NO_CODE and code:
            reading = replace(reading, suggestion=f"{code}.{piece}")  # noqa: PLW2901 - the same line, with its form
        shown.append((piece, reading))
    return shown


def _first_error(input_errors: list[InvalidInput]) -> InvalidInput:
    nothing = InvalidInput(
        input_error=InputError.NOT_AN_ORDER, suggestion=EXAMPLE, looks_like_order=False, is_example=True
    )
    return next(
        (input_error for input_error in input_errors if input_error.looks_like_order),
        (*input_errors, nothing)[0],
    )


def _casts_doubt(piece: str, reading: ReadPiece) -> bool:
    """Tell whether a line beside orders says that they are old or not asked for, or ends a number."""
    is_talk = isinstance(reading, InvalidInput) and not reading.looks_like_order
    return is_talk and bool(is_about_an_order(piece) or _REMNANT.fullmatch(piece) or _STAMP.search(piece))


def _doubted(reading: ReadPiece) -> ReadPiece:
    return (
        reading
        if isinstance(reading, InvalidInput)
        else replace(reading, ambiguity=reading.ambiguity or Ambiguity.TALK)
    )


def strip_list_markers(typed: str) -> tuple[list[str], bool]:
    """Return the non-empty lines without list markers, and whether any marker is ambiguous."""
    lines = [_BULLET.sub("", line.strip()) for line in typed.split("\n")]
    lines = [line for line in lines if line]
    lines = _without_letters(lines)
    marked = [_MARKED.fullmatch(line) for line in lines]
    positions = [int(found["position"]) for found in marked if found]
    others = [line for line, found in zip(lines, marked, strict=True) if not found]
    if positions != list(range(1, len(positions) + 1)) or any(map(_HOLDS_NUMBER.search, others)):
        return lines, False
    is_list = len(positions) > 1
    unmarked = [
        found["rest"] if found and (is_list or _STARTS_WITH_CODE.match(found["rest"])) else line
        for line, found in zip(lines, marked, strict=True)
    ]
    return unmarked, any(found and _is_unsure(found, is_list=is_list) for found in marked)


def _without_letters(lines: list[str]) -> list[str]:
    """Take off `a.`, `b.` … where the lines count on from a; a lone letter is no list."""
    lettered = [_LETTERED.fullmatch(line) for line in lines]
    messages = [found["letter"].lower() for found in lettered if found]
    if len(messages) < 2 or messages != list(ascii_lowercase[: len(messages)]):  # noqa: PLR2004 - a list has two lines
        return lines
    return [found["rest"] if found else line for found, line in zip(lettered, lines, strict=True)]


def _is_unsure(found: re.Match[str], *, is_list: bool) -> bool:
    """Tell whether `1.0895…` may be a pulsa of 1.000 as well as a place in a list: `1. s5.0812…` cannot."""
    if _STARTS_WITH_CODE.match(found["rest"]):
        return False
    return (found["mark"] == ".") is is_list
