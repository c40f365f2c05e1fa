"""Parses lines that are not code, mark and number in this order: glued, swapped, incomplete, or in talk."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

from bot.grammar.destination.formats import COMPLETE_DIGITS, EXAMPLE_PHONE, METER_DIGITS, as_phone, tokenize
from bot.grammar.parsed import EXAMPLE, Ambiguity, InputError, InvalidInput, OrderRequest
from bot.grammar.vocabulary import COMMANDS, MAX_CODE_CHARS, MIXED, NUMBER, OPENERS, SHOWN_COMMANDS

MIN_ALONE_DIGITS = 9
"""A number alone is meant as an order only if it is long enough for a phone number; «5» is talk."""

MAX_SHOWN = 4

MISTYPED_CHARS = range(3, 16)
"""A shorter or longer word is like no command."""

_PAIR = re.compile(
    rf"(?<![A-Za-z0-9@])(?P<code>{MIXED}|[A-Za-z]{{2,20}}(?=[.*#]+[0-9+(]))"
    rf"[\s.,*#=:/_>\-]+(?:(?:ke|utk|untuk|no|nomor|hp)[\s.:]+)*(?P<number>{NUMBER})",
    re.IGNORECASE,
)
_CODES_AND_NUMBER = re.compile(
    rf"(?P<first>{MIXED})(?:\s*[,+&/]\s*|\s+(?:dan\s+|sama\s+)?)(?P<second>{MIXED})[\s.,*#]+(?P<number>{NUMBER})",
    re.IGNORECASE,
)
_NUMBER_BETWEEN = re.compile(
    rf"(?P<first>{MIXED})[\s.,*#]+(?P<number>{NUMBER})(?:\s*[,+&]\s*|\s+(?:dan\s+)?)(?P<second>{MIXED})",
    re.IGNORECASE,
)
_NO_CODE = re.compile(r"[0-9]+(?:x|k|rb|ribu|gb|mb)|x[0-9]|im3", re.IGNORECASE)
"""Amounts, counts and carriers that look like a code."""

_GLUED = re.compile(r"(?P<code>[a-z]+[0-9]{1,3}?[a-z]?)(?P<number>(?:\+?62|0)8[0-9]{8,11})")
_GLUED_WITH_O = re.compile(r"(?P<code>[a-z]+[0-9]{1,3}?)(?P<number>o8[0-9oil]{8,11})")
_CODE = re.compile(r"(?=.*[a-z])[a-z0-9]+")
_SWAPPED = re.compile(
    rf"(?P<number>{NUMBER})(?:[\s.,*#/]+(?P<mixed>{MIXED})|[.*#]+(?P<word>[A-Za-z]{{2,20}}))"
    r"|(?P<phone>(?:\+?62|0)8[0-9]{8,11})[\s.*#]+(?P<nominal>[1-9][0-9]{0,2})"
)
_ALONE = re.compile(r"[0-9+\-.() ]+")
_PHONE = re.compile(r"(?:\+?62[\s\-]*|0)8(?:[\s\-()]*[0-9]){7,11}")
_NUMBER = re.compile(r"\+?[0-9](?:[\s\-()]*[0-9]){8,}")
_ANY_NUMBER = re.compile(NUMBER)
_NUMBER_WITH_PARTS = re.compile(rf"{NUMBER}(?:[.*#|,;(]+[^\s]+)*")


def read_irregular(typed: str) -> OrderRequest | InvalidInput:
    """Read an ambiguous order, half an order, or talk."""
    bare = typed.lower()
    if found := _GLUED.fullmatch(bare) or _GLUED_WITH_O.fullmatch(bare):
        return OrderRequest(code=found["code"], destination=found["number"], ambiguity=Ambiguity.GLUED)
    if _CODE.fullmatch(bare) and len(bare) <= MAX_CODE_CHARS and bare not in COMMANDS:
        form = f"{bare}.{EXAMPLE_PHONE}"
        return InvalidInput(
            input_error=InputError.NO_DESTINATION,
            suggestion=form,
            looks_like_order=True,
            is_example=True,
            typed=typed,
        )
    if _ALONE.fullmatch(bare):
        looks_like_order = sum(map(str.isdigit, bare)) >= MIN_ALONE_DIGITS
        swapped = _SWAPPED.fullmatch(typed)
        if not (swapped and swapped["nominal"]):
            return InvalidInput(
                input_error=InputError.NO_CODE,
                suggestion=price_lookup_hint(bare),
                looks_like_order=looks_like_order,
                typed=typed,
            )
    if found := _SWAPPED.fullmatch(typed):
        code = found["mixed"] or found["word"] or found["nominal"]
        destination = found["number"] or found["phone"]
        return OrderRequest(code=code.lower(), destination=destination, ambiguity=Ambiguity.SWAPPED)
    return _in_talk(typed)


def _in_talk(typed: str) -> OrderRequest | InvalidInput:
    pairs = find_pairs(typed)
    if len(pairs) > 1:
        return several_orders(pairs)
    if found := _PAIR.search(typed):
        code, rest = found["code"].lower(), typed[found.start("number") :]
        if code not in COMMANDS:
            return OrderRequest(code=code, destination=_number_with_parts(rest), ambiguity=Ambiguity.TALK)
    return not_an_order(typed)


def _number_with_parts(rest: str) -> str:
    """Return the number at the start of `rest` with all parts attached to it, none of them cut."""
    found = _NUMBER_WITH_PARTS.match(rest)
    return found[0] if found else rest


def find_pairs(typed: str) -> list[str]:
    """Return each code with a number behind it, in the form of an order."""
    return [
        f"{found['code'].lower()}.{_without_parts(found['number'])}"
        for found in _PAIR.finditer(typed)
        if found["code"].lower() not in COMMANDS | OPENERS
    ]


def two_codes(typed: str) -> InvalidInput | None:
    """Return both orders of two codes with one number: `s5 s10 0812…`, or `s5.0812… s10`."""
    found = _CODES_AND_NUMBER.fullmatch(typed) or _NUMBER_BETWEEN.fullmatch(typed)
    if found is None:
        return None
    codes = (found["first"].lower(), found["second"].lower())
    if codes[0] == codes[1] or any(map(_NO_CODE.fullmatch, codes)):
        return None
    return several_orders([f"{code}.{_without_parts(found['number'])}" for code in codes])


def _without_parts(number: str) -> str:
    """Return a number without a PIN attached to it."""
    tokens = tokenize(number)
    return tokens[0].text if tokens and len(tokens[0].text) > COMPLETE_DIGITS else number


def several_orders(pairs: Sequence[str]) -> InvalidInput:
    """Return the error for several orders without an unambiguous mark between them."""
    return InvalidInput(
        input_error=InputError.SEVERAL_ORDERS, suggestion="; ".join(pairs[:MAX_SHOWN]), looks_like_order=True
    )


def about_an_order(typed: str) -> InvalidInput:
    """Return the error for text that refers to an order or withdraws it, with the command that shows it."""
    found = _PAIR.search(typed)
    number = found["number"] if found else max(_ANY_NUMBER.findall(typed), key=len, default="")
    if sum(map(str.isdigit, number)) < MIN_ALONE_DIGITS:
        return not_an_order(typed)
    return InvalidInput(input_error=InputError.ABOUT_ORDER, suggestion=f"cek.{number}", looks_like_order=True)


def price_lookup_hint(typed: str) -> str:
    """Return the command that lists the codes for a number: `harga 0812…`, `harga pln` or `harga`."""
    joined = re.sub(r"[./]", "", typed)
    found = _PHONE.search(typed) or _NUMBER.search(typed) or _NUMBER.search(joined)
    digits = re.sub(r"[^0-9+]", "", found[0]) if found else ""
    phone = as_phone(digits)
    if phone and not digits.startswith("8"):
        return f"harga {phone}"
    return "harga pln" if len(digits) in METER_DIGITS else "harga"


def cancel_request(typed: str) -> InvalidInput:
    """Return the error for a cancellation, which is never possible, with the command that shows the order."""
    invalid = about_an_order(typed)
    suggestion = invalid.suggestion if invalid.input_error is InputError.ABOUT_ORDER else "riwayat"
    return InvalidInput(input_error=InputError.NO_CANCEL, suggestion=suggestion, looks_like_order=True)


def not_an_order(typed: str) -> InvalidInput:
    """Return the error for talk, or the command that was probably mistyped."""
    is_word = len(typed) in MISTYPED_CHARS and typed.isalpha()
    similar = get_close_matches(typed.lower(), SHOWN_COMMANDS, n=1, cutoff=0.75) if is_word else []
    if similar:
        return InvalidInput(
            input_error=InputError.NEAR_COMMAND, suggestion=similar[0], looks_like_order=False
        )
    return InvalidInput(
        input_error=InputError.NOT_AN_ORDER, suggestion=EXAMPLE, looks_like_order=False, is_example=True
    )
