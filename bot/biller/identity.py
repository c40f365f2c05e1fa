"""Tells whether the biller speaks of our product and our number, in whatever form it writes them."""

import re

_PHONE = re.compile(r"08[0-9]{7,13}")
_GROUPED = re.compile(r"(?P<lead>[ +]?)(?P<number>\(?[0-9]+(?:[ .()-]{1,2}[0-9]+)*\)?)")
_NAMED = re.compile(r"\bTransaksi\s+([^\s.]{1,64})\.", re.IGNORECASE)


def is_same_code(told: str, ours: str) -> bool:
    """Compare product codes, letter case apart; only ASCII, since other letters fold into ours."""
    return told.isascii() and told.lower() == ours.lower()


def is_same_destination(told: str, ours: str) -> bool:
    """Compare numbers: `6281234567890`, `+62 812-3456-7890` and `81234567890` are `081234567890`."""
    if told == ours:
        return True
    written = _GROUPED.fullmatch(told)
    if written is None or not ours.isdecimal():
        return False
    digits = re.sub(r"[^0-9]", "", written["number"])
    national = f"0{digits[2:]}" if digits.startswith("628") else ""
    if written["lead"]:  # a plus, or the blank that a plus becomes in a query string
        return bool(_PHONE.fullmatch(ours)) and national == ours
    is_phone = bool(_PHONE.fullmatch(ours)) and ours in (national, f"0{digits}")
    return digits == ours or is_phone


def is_code_named(message: str, *, code: str, destination: str) -> bool:
    """Return whether the words name the product: `Transaksi s5.0812…`, or `S5.0812…` for our own number."""
    named = _NAMED.search(message)
    if named and is_same_code(named[1], code):
        return True
    said, own = message.lower(), f"{code}.{destination}".lower()
    at = said.find(own)
    edges = said[max(0, at - 1) : at] + said[at + len(own) :][:1]
    return at >= 0 and own.isascii() and not any(map(str.isalnum, edges))
