"""Checks an order as asked against the rule of its destination, and makes it an Intent or a slip.

Without a catalogue, the code tells the rule: `pln…` goes to a meter, everything else to digits that
are a phone number where they look like one.
"""

import re

from bot.order.model import Intent
from bot.order.parse import Misread, OrderRequest, Slip

MIN_DIGITS, MAX_DIGITS = 5, 20
"""What a destination of no known rule may have."""

PHONE_DIGITS = range(10, 15)
"""An Indonesian mobile number has 10 to 13 digits with its 0; 14 leaves room for new blocks."""

METER_DIGITS = (11, 12)
"""A PLN meter number has 11 digits, a customer id 12."""

EXAMPLE_PHONE, EXAMPLE_METER = "081234567890", "14444941364"

ORDINAL_DIGITS = 2
"""Ordinals, the further purchases of a day, are 2 to 99."""

COMPLETE_DIGITS = 9
"""A first group this long is a number by itself: what follows it is another part, not its rest."""

_SECOND_ORDER = re.compile(r"[\s,;]+[A-Za-z]+\d*[.,*#\s]+\+?\d{5,}")
_GROUPING = re.compile(r"[\s\-.,*#()/]+")


def validate(request: OrderRequest) -> Intent | Misread:
    """Check `request`; a slip says how it must be typed."""
    typed = request.destination
    international = typed.startswith("+")
    groups = [group for group in _GROUPING.split(typed.removeprefix("+")) if group]
    digits = "".join(groups)
    if not (digits.isascii() and digits.isdigit()):
        slip = Slip.SEVERAL_ORDERS if _SECOND_ORDER.search(typed) else Slip.NOT_DIGITS
        return _slip(slip, request, _longest_number(groups))
    if _has_another_part(groups):
        return _slip(Slip.TOO_MANY_PARTS, request, _longest_number(groups))
    if request.code.startswith("pln"):
        return _meter(request, digits)
    if international and not digits.startswith("62"):
        return _slip(Slip.FOREIGN_NUMBER, request, EXAMPLE_PHONE)
    phone = _as_phone(digits, surely=international)
    if phone is not None:
        return _phone(request, phone)
    if len(groups) > 1:
        return _slip(Slip.TOO_MANY_PARTS, request, _longest_number(groups))
    return _sized(request, digits, range(MIN_DIGITS, MAX_DIGITS + 1))


def _has_another_part(groups: list[str]) -> bool:
    """Tell an ordinal, a PIN or a server number from the groups in which people write long numbers."""
    if len(groups) < 2:  # noqa: PLR2004 - one group has no other part
        return False
    first, second = groups[0], groups[1]
    is_country_code = first == "62" and second.startswith("8")
    leads_with_ordinal = len(first) <= ORDINAL_DIGITS and not is_country_code
    ends_with_ordinal = len(groups[-1]) <= ORDINAL_DIGITS and sum(map(len, groups[:-1])) >= COMPLETE_DIGITS
    return leads_with_ordinal or ends_with_ordinal or len(first) >= COMPLETE_DIGITS


def _as_phone(digits: str, *, surely: bool) -> str | None:
    """Give the number as 08… if it is a mobile number, or must be one (`surely`: typed with a +)."""
    if digits.startswith("08"):
        return digits
    local = "0" + digits.removeprefix("62").removeprefix("0")
    if surely or (re.match(r"620?8[1-9]", digits) and len(local) in PHONE_DIGITS):
        return local
    return None


def _phone(request: OrderRequest, phone: str) -> Intent | Misread:
    return _sized(request, phone, PHONE_DIGITS)


def _meter(request: OrderRequest, digits: str) -> Intent | Misread:
    return _sized(request, digits, range(METER_DIGITS[0], METER_DIGITS[1] + 1))


def _sized(request: OrderRequest, digits: str, allowed: range) -> Intent | Misread:
    if len(digits) not in allowed:
        slip = Slip.TOO_SHORT if len(digits) < allowed.start else Slip.TOO_LONG
        return _slip(slip, request, EXAMPLE_METER if request.code.startswith("pln") else EXAMPLE_PHONE)
    return Intent(product_code=request.code, destination=digits)


def _longest_number(groups: list[str]) -> str:
    """Give the part that is most likely the number, to show in the right form."""
    numbers = [group for group in groups if re.fullmatch(r"[0-9]+", group)]
    longest = max(numbers, key=len, default="")
    return longest if len(longest) >= MIN_DIGITS else EXAMPLE_PHONE


def _slip(slip: Slip, request: OrderRequest, digits: str) -> Misread:
    return Misread(slip=slip, suggestion=f"{request.code}.{digits}", near=True)
