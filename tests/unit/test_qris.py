"""A code with an amount is the merchant's own in every other field, and every reader takes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deposits.qris import Field, QrisError, check_static, crc16, read_fields, with_amount

MERCHANT = {
    "00": "01",
    "01": "11",
    "26": "0011ID.DANA.WWW011893600915300000000002090000000000303UMI",
    "51": "0014ID.CO.QRIS.WWW0215ID10200000000000303UMI",
    "52": "5411",
    "53": "360",
    "58": "ID",
    "59": "TOKO PULSA SARI",
    "60": "KOTA JAKARTA",
    "61": "12345",
    "62": "070703A01",
}


def code_of(fields: dict[str, str]) -> str:
    body = "".join(str(Field(tag, value)) for tag, value in fields.items()) + "6304"
    return body + crc16(body)


STATIC = code_of(MERCHANT)


def test_the_checksum_is_ccitt_false() -> None:
    assert crc16("123456789") == "29B1"


@given(amount_idr=st.integers(1, 1_000_000_000))
def test_an_amount_stands_in_its_field_and_all_else_is_as_it_was(amount_idr: int) -> None:
    fields = {field.tag: field.value for field in read_fields(with_amount(STATIC, amount_idr))}
    del fields["63"]
    assert fields == MERCHANT | {"01": "12", "54": str(amount_idr)}
    assert list(fields) == sorted(fields)


BROKEN = {
    "nothing": "",
    "no code": "https://example.invalid/qris",
    "cut short": STATIC[:-10],
    "a letter changed": STATIC.replace("SARI", "SARA"),
    "an amount of its own": code_of(MERCHANT | {"54": "5000"}),
    "another currency": code_of(MERCHANT | {"53": "840"}),
    "another kind of code": code_of(MERCHANT | {"00": "02"}),
}


@pytest.mark.parametrize("code", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_no_static_code_of_a_merchant_is_refused(code: str) -> None:
    with pytest.raises(QrisError):
        check_static(code)
