"""Determines the carrier of a mobile number by its prefix.

A number keeps its prefix when it is ported, and prefixes change owner: a mismatch may cause a question, never
a refusal.
"""

from functools import lru_cache

from bot.catalogue.product import Carrier

INDONESIA = 62

PREFIX_DIGITS = 8
"""The longest prefix in the library: numbers with the same first digits belong to one carrier."""

_NAMES = {
    "Telkomsel": Carrier.TELKOMSEL,
    "Indosat Ooredoo Hutchison": Carrier.INDOSAT,
    "XL": Carrier.XL,
    "AXIS": Carrier.AXIS,
    "Smartfren": Carrier.SMARTFREN,
}

_TRI = ("0895", "0896", "0897", "0898", "0899")
"""The library names the merged company, but its pulsa is still sold as Tri."""


def carrier_of(phone: str) -> Carrier | None:
    """Return the carrier of `phone` (08…); None if the prefix is unknown."""
    return _of_prefix(phone[: PREFIX_DIGITS + 1])


def load_prefixes() -> None:
    """Load the library's tables ahead of the first lookup, which takes 0.1 s; callable from any thread."""
    carrier_of("08110000000")


@lru_cache(maxsize=4096)
def _of_prefix(prefix: str) -> Carrier | None:
    if prefix.startswith(_TRI):
        return Carrier.TRI
    if not (prefix.startswith("08") and prefix.isascii() and prefix.isdigit()):
        return None
    from phonenumbers import PhoneNumber, carrier  # noqa: PLC0415 - its tables of all countries load slowly

    number = PhoneNumber(country_code=INDONESIA, national_number=int(prefix[1:]))
    return _NAMES.get(carrier.name_for_valid_number(number, "en"))
