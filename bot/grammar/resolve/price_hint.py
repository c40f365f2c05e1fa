"""Says what to type to see the codes for a number: which product was meant, nobody guesses."""

import re

from bot.grammar.destination.formats import METER_DIGITS, as_phone

_PHONE = re.compile(r"(?:\+?62[\s\-]*|0)8(?:[\s\-()]*[0-9]){7,11}")
_NUMBER = re.compile(r"\+?[0-9](?:[\s\-()]*[0-9]){8,}")


def price_lookup_hint(typed: str) -> str:
    """Give `harga 0812…` for a phone, `harga pln` for a meter, else `harga`."""
    tight = re.sub(r"[./]", "", typed)
    found = _PHONE.search(typed) or _NUMBER.search(typed) or _NUMBER.search(tight)
    digits = re.sub(r"[^0-9+]", "", found[0]) if found else ""
    phone = as_phone(digits)
    if phone and not digits.startswith("8"):
        return f"harga {phone}"
    return "harga pln" if len(digits) in METER_DIGITS else "harga"
