"""Reads amounts of rupiah as people type them: `100000`, `100.000`, `Rp 100rb`, `1,5jt`."""

import re
from decimal import Decimal

MAX_AMOUNT_IDR = 1_000_000_000

_UNITS = {"rb": 1_000, "ribu": 1_000, "k": 1_000, "jt": 1_000_000, "juta": 1_000_000}
_AMOUNT = re.compile(
    r"(?:rp\.?\s*)?(?P<number>[0-9]{1,3}(?:[.,][0-9]{3})+|[0-9]{1,12}(?:[.,][0-9]{1,2})?)\s*"
    r"(?P<unit>rb|ribu|k|jt|juta)?(?:,-|,00|\.00)?",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{3})+")


def parse_amount(typed: str) -> int | None:
    """Return whole rupiah from 1 to a billion; None if the text is no such amount.

    A part of a rupiah is refused rather than rounded.
    """
    found = _AMOUNT.fullmatch(typed.strip())
    if found is None:
        return None
    number, unit = found["number"], _UNITS.get((found["unit"] or "").lower(), 1)
    if _GROUPED.fullmatch(number):
        amount = Decimal(re.sub("[.,]", "", number))
    elif unit == 1 and not number.isdigit():
        return None
    else:
        amount = Decimal(number.replace(",", "."))
    rupiah = amount * unit
    if rupiah != rupiah.to_integral_value() or not 0 < rupiah <= MAX_AMOUNT_IDR:
        return None
    return int(rupiah)
