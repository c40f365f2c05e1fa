"""A service's way of writing an account is compared with the operator's."""

import pytest

from bot.deposits.accounts import is_same_number

BANK, WALLET = "0123456789", "081290011234"


@pytest.mark.parametrize(
    "reported",
    [
        *("0123456789", "012-345-6789", "012.345.6789", " 0123 456 789 ", "123456789", "BCA 0123456789"),
        *(
            "xxxxxx6789",
            "XXX6789",
            "****6789",
            "......6789",
            "…6789",
            "•••• 6789",
            "012xxxx789",
            "0123**6789",
        ),
        *("12xxxx89", "*", "x", "", "rekening utama", "xxxxxx6789 a.n. SARI"),
    ],
)
def test_the_same_account_in_other_words_is_the_same(reported: str) -> None:
    assert is_same_number(BANK, reported)


@pytest.mark.parametrize(
    "reported",
    [
        *("0123456788", "9123456789", "6789", "01234567890", "23456789", "000"),
        *("xxxxxx6788", "1xxxx789x8", "99xxxx89", "0123456789xx0", "0123456xxx3456789"),
    ],
)
def test_another_account_is_another(reported: str) -> None:
    assert not is_same_number(BANK, reported)


@pytest.mark.parametrize(
    "reported",
    ["6281290011234", "+62 812-9001-1234", "81290011234", "0812****1234", "62812xxxx1234", "xxxx1234"],
)
def test_a_wallet_may_have_its_country_code(reported: str) -> None:
    assert is_same_number(WALLET, reported)


@pytest.mark.parametrize("reported", ["6281290011235", "1290011234", "62812xxxx1235"])
def test_another_wallet_is_another(reported: str) -> None:
    assert not is_same_number(WALLET, reported)
