"""An SN is known again in another form, and two are never taken for one by a few letters."""

import pytest

from bot.purchasing.biller_words import is_same_sn


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1234-5678", "1234 5678", True),
        ("AB/1", "ab 1", True),
        ("3563-1234-5678-9012-3456", "35631234567890123456/BUDI/R1", True),
        ("1", "51203948571", False),
        ("51203948571", "51203948572", False),
        ("", "1", False),
    ],
)
def test_an_sn_is_the_same_in_another_form(one: str, other: str, *, same: bool) -> None:
    assert is_same_sn(one, other) is same
