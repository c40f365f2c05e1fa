"""Takes the marks of a list off its lines: `1. s5.0812…`, `2) x10.0857…`, `- s5.0812…`.

A number in front is a mark only where the lines are counted from 1 on; else it stays, and is asked about.
"""

import re
from string import ascii_lowercase

_BULLET = re.compile(r"\A(?:[\-\u2022\u00b7\u25aa\u25e6]\s*|\*\s+)(?=[A-Za-z0-9+])")
_MARKED = re.compile(r"(?P<position>[0-9]{1,3})(?P<mark>\s*[.)]\s*)(?P<rest>[A-Za-z0-9+].*)")
_LETTERED = re.compile(r"(?P<letter>[A-Za-z])[.)]\s*(?P<rest>[A-Za-z]*[0-9].*|[A-Za-z]{2,}[.,*#].*)")
_STARTS_WITH_CODE = re.compile(r"[0-9]*[A-Za-z]")
_HOLDS_NUMBER = re.compile(r"[0-9]{5}")


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
