"""Reads what a person typed: orders line by line, a command, or an input error with the nearest right form.

Nothing is guessed with money: text that could mean two things is asked back, never an order.
"""

import re

from msgspec.structs import replace

from bot.grammar.lines import ReadPiece, read_line
from bot.grammar.list_markers import strip_list_markers
from bot.grammar.normalize import normalize
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
from bot.grammar.patterns import MIXED, NUMBER, SPACED
from bot.grammar.vocabulary import COMMANDS, FOREIGN_COMMANDS, is_about_an_order

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
            OrderLine(number=number, typed=piece, asked=reading)
            for number, (piece, reading) in enumerate(pieces, start=1)
        )
    )


def _read_labelled(typed: str) -> OrderLines | None:
    found = _LABELLED.fullmatch(typed)
    if not found:
        return None
    request = OrderRequest(code=found["code"].lower(), destination=found["number"], ambiguity=Ambiguity.TALK)
    return OrderLines(lines=(OrderLine(number=1, typed=typed, asked=request),))


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
