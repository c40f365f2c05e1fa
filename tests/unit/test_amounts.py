"""An amount is read as people write it, or not at all: nothing is rounded, nothing is guessed."""

import pytest

from bot.grammar.money_commands import parse_amount


@pytest.mark.parametrize(
    ("typed", "amount_idr"),
    [
        ("100000", 100_000),
        ("100.000", 100_000),
        ("100,000", 100_000),
        ("1.000.000", 1_000_000),
        ("Rp100.000", 100_000),
        ("rp. 100.000,-", 100_000),
        ("100rb", 100_000),
        ("100 ribu", 100_000),
        ("100K", 100_000),
        ("1jt", 1_000_000),
        ("1,5jt", 1_500_000),
        ("2.25 juta", 2_250_000),
        ("500", 500),
    ],
)
def test_an_amount_is_read_in_every_usual_form(typed: str, amount_idr: int) -> None:
    assert parse_amount(typed) == amount_idr


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "0",
        "-5000",
        "1,5",
        "12.34",
        "0,0001jt",
        "1e6",
        "100rb lebih",
        "\u0665\u0660\u0660",
        "9" * 13,
        "2000jt",
        "1.00.000",
    ],
)
def test_what_is_no_whole_amount_is_refused(typed: str) -> None:
    assert parse_amount(typed) is None
