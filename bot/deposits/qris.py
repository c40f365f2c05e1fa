"""Makes the operator's static QRIS code into one that carries an exact amount, by the rules of EMVCo.

A code is a chain of fields: two digits of tag, two of length, then the value. Tag 01 says whether it may be
paid once or often, tag 54 is the amount, tag 63 a CRC-16/CCITT-FALSE over all that stands before its value.
"""

from msgspec import Struct

POINT_OF_INITIATION, AMOUNT, CRC = "01", "54", "63"
DYNAMIC = "12"
CURRENCY, RUPIAH = "53", "360"

_HEADER_CHARS = 4


class QrisError(ValueError):
    """The text is no QRIS code of a merchant; the message says what is wrong."""


class Field(Struct, frozen=True):
    """One field of a code."""

    tag: str
    value: str

    def __str__(self) -> str:
        """Write the field as it stands in a code."""
        return f"{self.tag}{len(self.value):02d}{self.value}"


def crc16(text: str) -> str:
    """Return the checksum that ends a code, as four hexadecimal digits."""
    crc = 0xFFFF
    for byte in text.encode():
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
    return f"{crc & 0xFFFF:04X}"


def read_fields(code: str) -> list[Field]:
    """Return the fields of a code; QrisError if it is cut short or its checksum is wrong."""
    fields: list[Field] = []
    at = 0
    while at < len(code):
        tag, length = code[at : at + 2], code[at + 2 : at + _HEADER_CHARS]
        if not (tag.isdigit() and length.isdigit() and len(length) == 2):  # noqa: PLR2004 - two digits
            raise QrisError(f"there is no field at character {at + 1}")
        value = code[at + _HEADER_CHARS : at + _HEADER_CHARS + int(length)]
        if len(value) != int(length):
            raise QrisError(f"field {tag} is cut short")
        fields.append(Field(tag, value))
        at += _HEADER_CHARS + int(length)
    if not fields or fields[-1].tag != CRC:
        raise QrisError("the checksum is missing")
    if crc16(code[:-_HEADER_CHARS]) != fields[-1].value.upper():
        raise QrisError("the checksum is wrong: copy the whole code again")
    return fields


def check_static(code: str) -> None:
    """Raise QrisError unless the code can be paid in rupiah with any amount."""
    values = {field.tag: field.value for field in read_fields(code)}
    if values.get("00") != "01":
        raise QrisError("it does not begin as a QRIS code does")
    if values.get(CURRENCY) != RUPIAH:
        raise QrisError("its currency is not rupiah")
    if AMOUNT in values:
        raise QrisError("it has an amount already: use the merchant's static code")


def with_amount(code: str, amount_idr: int) -> str:
    """Return a static code with an exact amount, to be paid once; QrisError if it is none."""
    check_static(code)
    kept = [field for field in read_fields(code) if field.tag not in (POINT_OF_INITIATION, AMOUNT, CRC)]
    new = [Field(POINT_OF_INITIATION, DYNAMIC), Field(AMOUNT, str(amount_idr))]
    body = "".join(map(str, sorted([*kept, *new], key=lambda field: field.tag)))
    unsigned = f"{body}{CRC}04"
    return unsigned + crc16(unsigned)
