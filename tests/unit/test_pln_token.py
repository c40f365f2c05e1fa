"""A PLN token is read out of an SN only where there is one, and what stands with it only where it is sure."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.orders.pln_token import PlnToken, read_pln_token

DIGITS = "1234-5678-9012-3456-7890"
WHOLE = PlnToken(digits=DIGITS, name="BUDI SANTOSO", tariff="R1/1300VA", kwh="32,5")


@pytest.mark.parametrize(
    "sn",
    [
        "1234-5678-9012-3456-7890/BUDI SANTOSO/R1/1300VA/32,5",
        "12345678901234567890/BUDI SANTOSO/R1/1300VA/32,5",
        "1234 5678 9012 3456 7890/BUDI SANTOSO/R1/1300VA/32.5",
        "1234-5678-9012-3456-7890 / BUDI SANTOSO / R1 / 1300 VA / 32,5 kWh",
        "12345678901234567890/BUDI SANTOSO/R1/1300/Kwh:32,5",
        "12345678901234567890/BUDI SANTOSO/R1/000001300VA/KWH 0032,5",
        "12345678901234567890/BUDI SANTOSO/r1 1300VA/kwh=32,5",
        "12345678901234567890/BUDI SANTOSO/R-1/1300va/32,5",
        "BUDI SANTOSO/R1/1300VA/32,5/1234-5678-9012-3456-7890",
        "12345678901234567890/32,5/R1/1300VA/BUDI SANTOSO",
        "Token: 12345678901234567890/Nama: BUDI SANTOSO/R1/1300VA/Kwh: 32,5",
        "12345678901234567890/BUDI SANTOSO/R1/1300VA/32,5/Rp20.000/PPN:0/SUKSES",
        "12345678901234567890/BUDI SANTOSO/R1/1300VA/32,5/12345678901234567890",
        "12345678901234567890/BUDI SANTOSO/R1/1300VA/KWH32,5",
        "12345678901234567890/BUDI SANTOSO/R1/1300VA/32,5/REF123456/ADM 2500",
        "12345678901234567890/BUDI SANTOSO/R1/1300VA/32,5/0BMS212A8CDEF1",
        "12345678901234567890|BUDI SANTOSO|R1|1300VA|32,5",
        "12345678901234567890;BUDI SANTOSO;R1;1300VA;32,5",
        "12345678901234567890, BUDI SANTOSO, R1/1300VA, 32,5",
        "12345678901234567890 BUDI SANTOSO/R1/1300VA/32,5",
        "1234-5678-9012-3456-7890-BUDI SANTOSO/R1/1300VA/32,5",
        "Token:12345678901234567890/Nama:BUDI SANTOSO/Tarif:R1/Daya:1300VA/Kwh:32,5",
    ],
)
def test_a_token_is_read_with_all_that_stands_with_it_however_it_is_written(sn: str) -> None:
    assert read_pln_token(sn, is_meter=True) == WHOLE


@pytest.mark.parametrize(
    "name",
    [
        "SINTA-HANDAYANI",
        "BUDI 1",
        "BLOK C2",
        "RT05",
        "MUSHOLA AL-IKHLAS RT 03",
        "H. BUDI, S.PD",
        "CV.MAJU JAYA 88",
        "A.N BUDI",
        "PLN BUDI",
        "WARUNG ANTI GAGAL",
        "O'NEIL (ALM)",
        "KOST 12A",
    ],
)
@pytest.mark.parametrize(
    "form",
    [
        "{token}/{name}/R1/1300VA/32,5",
        "{token}/{name}  /R1/1300/32.5kwh",
        "{token} /{name}  /R1 /1300 VA/KWH: 32,5/ADM 2500",
        "{token}|{name}|R1|1300VA|32,5",
        "{token}/{name}/R1/1300VA/32,5/Rp 20.000",
    ],
)
def test_a_name_is_read_with_its_dashes_and_digits_in_every_form(name: str, form: str) -> None:
    sn = form.format(token="12345678901234567890", name=name)

    assert read_pln_token(sn, is_meter=True) == PlnToken(
        digits=DIGITS, name=name, tariff="R1/1300VA", kwh="32,5"
    )


@pytest.mark.parametrize(
    ("sn", "token"),
    [
        ("12345678901234567890", PlnToken(digits=DIGITS)),
        ("12345678901234567890/", PlnToken(digits=DIGITS)),
        ("12345678901234567890///", PlnToken(digits=DIGITS)),
        ("12345678901234567890/BUDI", PlnToken(digits=DIGITS, name="BUDI")),
        ("12345678901234567890/R1M/900VA/Kwh:32,5", PlnToken(digits=DIGITS, tariff="R1M/900VA", kwh="32,5")),
        ("12345678901234567890/BUDI/R1/32,5", PlnToken(digits=DIGITS, name="BUDI", tariff="R1", kwh="32,5")),
        ("12345678901234567890/B2/23000VA", PlnToken(digits=DIGITS, tariff="B2/23000VA")),
    ],
)
def test_missing_parts_are_missing(sn: str, token: PlnToken) -> None:
    assert read_pln_token(sn, is_meter=True) == token


@pytest.mark.parametrize(
    ("sn", "token"),
    [
        # Two words that may both be the name.
        ("12345678901234567890/BUDI/SANTOSO", PlnToken(digits=DIGITS)),
        ("12345678901234567890/A/N BUDI", PlnToken(digits=DIGITS, name=None)),
        # Two amounts, or an amount that may be of thousands.
        ("12345678901234567890/32,5/1,5", PlnToken(digits=DIGITS)),
        ("12345678901234567890/Kwh:1.234", PlnToken(digits=DIGITS)),
        ("12345678901234567890/Kwh:1.234,5", PlnToken(digits=DIGITS)),
        # A whole number, or rupiah, is no kWh.
        ("12345678901234567890/BUDI/20000", PlnToken(digits=DIGITS, name="BUDI")),
        ("12345678901234567890/20.000", PlnToken(digits=DIGITS)),
        # A number that no connection has is not taken for one.
        ("12345678901234567890/R1/20000", PlnToken(digits=DIGITS, tariff="R1")),
        ("12345678901234567890/R1/R2/900VA", PlnToken(digits=DIGITS)),
        # Nobody is called so.
        ("12345678901234567890/SUKSES", PlnToken(digits=DIGITS)),
        ("12345678901234567890 BUDI", PlnToken(digits=DIGITS)),
        # Among words, or glued together, nothing is surely a name.
        ("Token 12345678901234567890 a/n BUDI R1/900VA 71,3 kWh", PlnToken(digits=DIGITS)),
        ("12345678901234567890/BUDI-R1-900VA-71,3", PlnToken(digits=DIGITS)),
    ],
)
def test_what_could_be_something_else_is_left_out(sn: str, token: PlnToken) -> None:
    assert read_pln_token(sn, is_meter=True) == token


@pytest.mark.parametrize(
    "sn",
    [
        "",
        "/",
        "BUDI SANTOSO/R1/1300VA/32,5",
        "1234567890123456789/BUDI",  # 19 digits
        "123456789012345678901/BUDI",  # 21
        "1234-5678-9012-3456-7890-1234",
        "1234 5678 9012 3456 7890 1234",
        "0000 1234 5678 9012 3456 7890",
        "1234-56789012-3456-7890",
        "X12345678901234567890",
        "12345678901234567890/98765432109876543210",  # which?
        "\uff11\uff12345678901234567890",
        "١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦٧٨٩٠",
    ],
)
def test_without_one_clear_token_of_twenty_digits_nothing_is_read(sn: str) -> None:
    assert read_pln_token(sn, is_meter=True) is None


def test_twenty_digits_of_another_product_are_no_token() -> None:
    assert read_pln_token("12345678901234567890", is_meter=False) is None


PIECES = st.sampled_from(
    [
        "12345678901234567890",
        DIGITS,
        "BUDI",
        "R1",
        "1300VA",
        "32,5",
        "kwh",
        ":",
        "/",
        " ",
        "-",
        ",",
        "9",
        "\n",
    ]
)


@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=12).map("".join)))
def test_a_token_is_never_made_of_digits_that_do_not_stand_together(sn: str) -> None:
    token = read_pln_token(sn, is_meter=True)
    if token:
        assert re.fullmatch(r"(\d{4}-){4}\d{4}", token.digits)
        assert token.digits.replace("-", "") in re.sub(r"[- ]", "", sn)
        assert token.name is None or token.name in sn
