"""Parses one line: an order, several orders, an input error, or talk."""

import re
import unicodedata

from msgspec.structs import replace

from bot.grammar.irregular import (
    about_an_order,
    find_pairs,
    not_an_order,
    read_irregular,
    several_orders,
    two_codes,
)
from bot.grammar.parsed import EXAMPLE, Ambiguity, InputError, InvalidInput, OrderRequest
from bot.grammar.vocabulary import (
    COMMANDS,
    MAX_CODE_CHARS,
    MIXED,
    NOMINAL_PAIR,
    NUMBER,
    OPENERS,
    SPACED,
    is_about_an_order,
    is_mixed,
    is_thanks,
)

MAX_NOMINAL_DIGITS = 3
"""`5.0812…` orders a nominal; more digits in front belong to a number with a dot in it."""

MAX_PIECE_CHARS = 256
"""Far more than a code, a destination and a few words of talk; bounds what one piece costs to read."""

MIN_NUMBER_DIGITS = 5
"""A destination with letters and fewer digits is not meant as a number."""

ReadPiece = OrderRequest | InvalidInput

_CODE_AND_NUMBER = rf"(?:{MIXED}[\s.,*#]+|[A-Za-z]{{2,20}}[.,*#]+){NUMBER}"
_PIECE = re.compile(rf"{_CODE_AND_NUMBER}|{NOMINAL_PAIR}")
_BETWEEN = re.compile(rf"(?<![\s,;])(?=\s*[,;])[\s,;]++(?={_PIECE.pattern})")
_ORDER = re.compile(r"(?P<code>[A-Za-z0-9]+)(?P<mark>[\s.,*#]+)(?P<rest>\S.*)")
_CODE_WITH_ORDINAL = re.compile(rf"(?P<code>{MIXED}|[A-Za-z]{{2,}})-(?P<rest>[1-9][0-9]?[.,*#].+)")
_ORDINAL_AND_CODE = re.compile(
    rf"#?(?P<ordinal>[1-9][0-9]?)[.#]+(?P<code>{MIXED}|[A-Za-z]{{2,}})[.,*#](?P<rest>.+)"
)
_SPACED = re.compile(SPACED)
_NAMED = re.compile(r"(?P<code>[A-Za-z]{2,20})(?:[.,*#]+|(?P<blank> +)(?=\S+@))(?P<rest>\S+)")
_ORDINAL_BEFORE_MARK = re.compile(r"[1-9][0-9]?\s*[.,*#][\s.,*#]*\+?[0-9](?:[\s\-.()/]*[0-9]){4}")
_THOUSANDS = re.compile(r"(?P<nominal>[1-9][0-9]{0,2})000")
_HIDING = re.compile(
    r"[0-9)]\s*(?:([.,*#/_\-])\1|[\u2022\u2025\u2026\u2500-\u25ff\u26aa\u26ab\u2b1b-\u2b24\u2731-\u273d])"
)
"""Marks in place of digits: `0812345678**`, `0812…`."""
_HIDING_AHEAD = re.compile(r"[*#]{2}\s*[0-9]")
_CODE_AND_MARK = re.compile(r"\A[A-Za-z0-9]+[\s.,*#]+(?=\S)")
_TO = re.compile(r"(?:(?:ke|utk|untuk|no|nomor|hp)[\s.:]+)+(?=[+(]?[0-9])", re.IGNORECASE)
_OPENERS = re.compile(rf"\A(?:(?:{'|'.join(sorted(OPENERS))})[\s.,*#]+)+(?=\S)", re.IGNORECASE)
_NOMINAL_PAIRS = re.compile(rf"(?<![0-9]){NOMINAL_PAIR}")
_NUMBER_BEHIND = re.compile(r"\(?0|[+(]*[0-9](?:[\s\-.()/,*#+]*[0-9]){4}")


def read_line(line: str) -> list[tuple[str, ReadPiece]]:
    """Return the pieces of `line` that may be an order each, with their readings."""
    pieces = _BETWEEN.split(line)
    if len(pieces) > 1 and not is_about_an_order(line) and all(_PIECE.match(piece) for piece in pieces):
        return [(piece, read_piece(piece)) for piece in pieces]
    return [(line, read_piece(line))]


def read_piece(piece: str) -> ReadPiece:
    """Read a piece that can be one order at most; with digits hidden it is `CUT_OFF`."""
    reading = _read_long(piece) if len(piece) > MAX_PIECE_CHARS else _read_piece(piece)
    if (isinstance(reading, OrderRequest) or reading.looks_like_order) and _hides_digits(piece):
        return InvalidInput(
            input_error=InputError.CUT_OFF,
            suggestion=EXAMPLE,
            looks_like_order=True,
            is_example=True,
            typed=piece,
        )
    return reading


def _read_long(piece: str) -> InvalidInput:
    """Read a piece that is too long for an order: several orders, talk about one, or other talk."""
    pairs = find_pairs(piece)
    if not pairs:
        return not_an_order(piece)
    if is_about_an_order(piece):
        return about_an_order(piece)
    if len(pairs) > 1:
        return several_orders(pairs)
    return InvalidInput(
        input_error=InputError.TEXT_TOO_LONG, suggestion=EXAMPLE, looks_like_order=True, is_example=True
    )


def mentions_order(text: str) -> bool:
    """Return whether `text` has a code or a nominal with a number behind it, without parsing it."""
    return bool(find_pairs(text) or _NOMINAL_PAIRS.search(text))


def _hides_digits(piece: str) -> bool:
    return bool(_HIDING.search(_CODE_AND_MARK.sub("", piece)) or _HIDING_AHEAD.search(piece))


def _read_piece(piece: str) -> ReadPiece:
    typed = _strip_ending(piece)
    if is_thanks(piece):
        return InvalidInput(
            input_error=InputError.THANKS, suggestion=EXAMPLE, looks_like_order=False, is_example=True
        )
    if not any(char.isdigit() for char in typed):
        return _read_name(typed)
    if is_about_an_order(piece):
        return about_an_order(typed)
    if several := two_codes(typed):
        return several
    if spaced := _SPACED.fullmatch(typed):
        return _order(spaced["letter"] + spaced["nominal"], spaced["rest"], ambiguity=Ambiguity.TALK)
    if found := _CODE_WITH_ORDINAL.fullmatch(typed):
        return _order(found["code"], found["rest"])
    if found := _ORDINAL_AND_CODE.fullmatch(typed):
        return _order(found["code"], f"{found['ordinal']}.{found['rest']}", ambiguity=Ambiguity.PARTS)
    if found := _ORDER.fullmatch(typed):
        return _read_parts(typed, found["code"].lower(), found["mark"], found["rest"])
    return read_irregular(typed)


def _read_name(typed: str) -> ReadPiece:
    """Read text without digits, which is an order only for a name and a code of the catalogue."""
    if (found := _NAMED.fullmatch(typed)) and found["code"].lower() not in COMMANDS:
        return _order(
            found["code"],
            found["rest"],
            ambiguity=Ambiguity.TALK if found["blank"] else None,
            looks_like_order=False,
        )
    return not_an_order(typed)


def _strip_ending(typed: str) -> str:
    """Return `typed` without the punctuation and emoji at its end."""
    end = len(typed)
    while end and (typed[end - 1] in " .,;!~" or unicodedata.category(typed[end - 1]) in {"So", "Sk"}):
        end -= 1
    return typed[:end]


def _read_parts(typed: str, code: str, mark: str, rest: str) -> ReadPiece:
    if code in COMMANDS or len(code) > MAX_CODE_CHARS:
        return not_an_order(typed)
    pairs = find_pairs(typed)
    if len(pairs) > 1:
        return several_orders(pairs)
    if code in OPENERS and not pairs:
        opened = read_piece(_OPENERS.sub("", typed, count=1))
        return replace(opened, ambiguity=Ambiguity.TALK) if isinstance(opened, OrderRequest) else opened
    if mark.isspace() and not code.isalpha() and _ORDINAL_BEFORE_MARK.match(rest):
        return _order(code, rest, ambiguity=Ambiguity.ORDINAL)  # «s2 5.0812…» may as well be s25
    if code.isdigit():
        return _read_nominal(typed, code, rest)
    starts_as_number = rest.lstrip("+(")[:1].isdigit()
    is_word = not is_mixed(code) and (len(code) == 1 or any(char.isspace() for char in mark))
    if is_word or not starts_as_number:
        return _read_words(typed, code, mark, rest)
    return _order(code, rest)


def _read_nominal(typed: str, code: str, rest: str) -> ReadPiece:
    is_phone = code == "62" and rest.startswith("8")
    if to := _TO.match(rest):
        return _order(code, rest[to.end() :], ambiguity=Ambiguity.TALK)
    if thousands := _THOUSANDS.fullmatch(code):
        return _order(thousands["nominal"], rest, ambiguity=Ambiguity.NOMINAL)
    if code.startswith("0") or is_phone or len(code) > MAX_NOMINAL_DIGITS:
        return read_irregular(typed)
    if len(pairs := _NOMINAL_PAIRS.findall(typed)) > 1:
        return several_orders(pairs)
    if find_pairs(typed) or not _NUMBER_BEHIND.match(rest):
        return read_irregular(typed)
    return _order(code, rest)


def _read_words(typed: str, code: str, mark: str, rest: str) -> ReadPiece:
    """Read text with a word as code or behind it: an order in talk, an order for a name, or talk."""
    if find_pairs(typed):
        return read_irregular(typed)
    if len(code) == 1:
        return InvalidInput(
            input_error=InputError.NOT_AN_ORDER,
            suggestion=EXAMPLE,
            looks_like_order=True,
            is_example=True,
            typed=typed,
        )
    has_blank = any(char.isspace() for char in mark + rest)
    digits = sum(map(str.isdigit, rest))
    if rest.lstrip("+(")[:1].isdigit():
        return _order(code, rest, ambiguity=Ambiguity.TALK, looks_like_order=False)
    if is_mixed(code) and digits >= MIN_NUMBER_DIGITS:
        return _order(code, rest)
    if not has_blank:
        return _order(code, rest, looks_like_order=False)
    if is_mixed(code) and len(rest.split()) == 1:
        return _order(code, rest, ambiguity=Ambiguity.TALK, looks_like_order=False)
    return not_an_order(typed)


def _order(
    code: str, destination: str, *, ambiguity: Ambiguity | None = None, looks_like_order: bool = True
) -> OrderRequest:
    return OrderRequest(
        code=code.lower(), destination=destination, ambiguity=ambiguity, looks_like_order=looks_like_order
    )
