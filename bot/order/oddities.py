"""Reads what is not code, mark and number in this order: glued, swapped, in the middle of words, or half."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

from bot.order.patterns import MAX_CODE_CHARS, MIXED, NUMBER
from bot.order.typed import EXAMPLE, Doubt, Misread, OrderRequest, Slip
from bot.order.words import COMMANDS, OPENERS, SHOWN_COMMANDS

MIN_ALONE_DIGITS = 9
"""A number alone is meant as an order only if it could be a phone's; «5» is talk."""

MAX_SHOWN = 4

_PAIR = re.compile(
    rf"(?<![A-Za-z0-9@])(?P<code>{MIXED}|[A-Za-z]{{2,20}}(?=[.*#]+[0-9+(]))"
    rf"[\s.,*#=:/\-]+(?:(?:ke|utk|untuk|no|nomor|hp)[\s.:]+)*(?P<number>{NUMBER})",
    re.IGNORECASE,
)
_GLUED = re.compile(r"(?P<code>[a-z]+[0-9]{1,3}?[a-z]?)(?P<number>(?:\+?62|0)8[0-9]{8,11})")
_CODE = re.compile(r"(?=.*[a-z])[a-z0-9]+")
_SWAPPED = re.compile(
    rf"(?P<number>{NUMBER})(?:[\s.,*#/]+(?P<mixed>{MIXED})|[.*#]+(?P<word>[A-Za-z]{{2,20}}))"
    r"|(?P<phone>(?:\+?62|0)8[0-9]{8,11})[\s.*#]+(?P<nominal>[1-9][0-9]{0,2})"
)
_ALONE = re.compile(r"[0-9+\-.() ]+")


def read_oddity(typed: str) -> OrderRequest | Misread:
    """Read an order that is asked back if it is one, half an order, or talk."""
    bare = typed.lower()
    if found := _GLUED.fullmatch(bare):
        return OrderRequest(code=found["code"], destination=found["number"], doubt=Doubt.GLUED)
    if _CODE.fullmatch(bare) and len(bare) <= MAX_CODE_CHARS and bare not in COMMANDS:
        return Misread(slip=Slip.NO_DESTINATION, suggestion=f"{bare}.081234567890", near=True)
    if _ALONE.fullmatch(bare):
        near = sum(map(str.isdigit, bare)) >= MIN_ALONE_DIGITS
        swapped = _SWAPPED.fullmatch(typed)
        if not (swapped and swapped["nominal"]):
            return Misread(slip=Slip.NO_CODE, suggestion=f"s5.{bare.strip(' -.')}", near=near)
    if found := _SWAPPED.fullmatch(typed):
        code = found["mixed"] or found["word"] or found["nominal"]
        destination = found["number"] or found["phone"]
        return OrderRequest(code=code.lower(), destination=destination, doubt=Doubt.SWAPPED)
    return _in_talk(typed)


def _in_talk(typed: str) -> OrderRequest | Misread:
    pairs = find_pairs(typed)
    if len(pairs) > 1:
        return several(pairs)
    if found := _PAIR.search(typed):
        code, rest = found["code"].lower(), typed[found.start("number") :]
        if code not in COMMANDS:
            return OrderRequest(code=code, destination=_number_of(rest), doubt=Doubt.TALK)
    return talk(typed)


def _number_of(rest: str) -> str:
    """Give the number at the start of `rest`, with what stands right behind it: never half of a part."""
    found = re.match(rf"{NUMBER}(?:[.*#|,;(]+[^\s]+)*", rest)
    return found[0] if found else rest


def find_pairs(typed: str) -> list[str]:
    """Give each code with a number behind it, as it should be typed."""
    return [
        f"{found['code'].lower()}.{found['number']}"
        for found in _PAIR.finditer(typed)
        if found["code"].lower() not in COMMANDS | OPENERS
    ]


def several(pairs: Sequence[str]) -> Misread:
    """Show several orders that stand side by side without a sure mark between them."""
    return Misread(slip=Slip.SEVERAL_ORDERS, suggestion="; ".join(pairs[:MAX_SHOWN]), near=True)


def spoken_of(typed: str) -> Misread:
    """An order that is asked after or taken back: show how to look it up."""
    found = _PAIR.search(typed)
    number = found["number"] if found else max(re.findall(NUMBER, typed), key=len, default="")
    if sum(map(str.isdigit, number)) < MIN_ALONE_DIGITS:
        return talk(typed)
    return Misread(slip=Slip.SPOKEN_OF, suggestion=f"cek.{number}", near=True)


def talk(typed: str) -> Misread:
    """No order at all, or a command with a slip in it."""
    meant = get_close_matches(typed.lower(), SHOWN_COMMANDS, n=1, cutoff=0.75)
    if meant and typed.isalpha():
        return Misread(slip=Slip.NEAR_COMMAND, suggestion=meant[0], near=False)
    return Misread(slip=Slip.NOT_AN_ORDER, suggestion=EXAMPLE, near=False)
