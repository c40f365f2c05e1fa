"""The signature is the biller's own formula, to the letter."""

from bot.biller.client import sign


def test_the_signature_is_the_md5_of_user_password_and_trxid_with_nothing_between() -> None:
    made = sign(user="usertesting", password="rahasia", trxid="22110111373985338")

    assert made == "8597fee8c0dbf2b19ad0f9d20169ef71"


def test_letters_beyond_ascii_are_signed_as_utf8() -> None:
    assert sign(user="ü", password="", trxid="") == "c03410a5204b21cd8229ff754688d743"


def test_another_trxid_has_another_signature() -> None:
    first = sign(user="usertesting", password="rahasia", trxid="22110111373985338")

    assert sign(user="usertesting", password="rahasia", trxid="22110111373985339") != first
