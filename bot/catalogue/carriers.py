"""The network of a mobile number by its prefix.

Numbers keep their prefix when they change network, and prefixes get new owners: good for a question, never
for a refusal.
"""

from functools import lru_cache

from bot.catalogue.product import Carrier

INDONESIA = 62

PREFIX_DIGITS = 8
"""No prefix in the library is longer; numbers that agree so far belong to one network."""

_NAMES = {
    "Telkomsel": Carrier.TELKOMSEL,
    "Indosat Ooredoo Hutchison": Carrier.INDOSAT,
    "XL": Carrier.XL,
    "AXIS": Carrier.AXIS,
    "Smartfren": Carrier.SMARTFREN,
}

_TRI = ("0895", "0896", "0897", "0898", "0899")
"""The library names the merged company; its cards are still sold, and filled, as Tri."""


def carrier_of(phone: str) -> Carrier | None:
    """Return the network of `phone` (08…); None where the owner of the prefix is not known."""
    return _of_prefix(phone[: PREFIX_DIGITS + 1])


def load_prefixes() -> None:
    """Load the tables that the first call needs, which takes a tenth of a second, in any thread."""
    carrier_of("08110000000")


@lru_cache(maxsize=4096)
def _of_prefix(prefix: str) -> Carrier | None:
    if prefix.startswith(_TRI):
        return Carrier.TRI
    if not (prefix.startswith("08") and prefix.isascii() and prefix.isdigit()):
        return None
    from phonenumbers import PhoneNumber, carrier  # noqa: PLC0415 - its tables of the whole world load slowly

    number = PhoneNumber(country_code=INDONESIA, national_number=int(prefix[1:]))
    return _NAMES.get(carrier.name_for_valid_number(number, "en"))
