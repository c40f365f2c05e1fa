"""Our product and our number are known in whatever form the biller writes them, and no others are."""

import pytest

from bot.biller.verdict import is_code_named, is_same_code, is_same_destination

PHONE = "081234567001"


@pytest.mark.parametrize(
    "told",
    [
        *(PHONE, "6281234567001", "+6281234567001", " 6281234567001", "81234567001", "0812-3456-7001"),
        *("0812 3456 7001", "+62 812-3456-7001", "62-812-3456-7001", "0812.3456.7001", "(0812) 34567001"),
    ],
)
def test_a_phone_is_the_same_in_every_form(told: str) -> None:
    assert is_same_destination(told, PHONE)


@pytest.mark.parametrize(
    "told",
    [
        *(
            "",
            "0",
            "081234567002",
            "62081234567001",
            "0081234567001",
            " 081234567001",
            "081234567001 ",
            "+81234567001",
        ),
        *(
            "08123456700",
            "0812345670011",
            "08123456700x",
            "\u0660812345670001",
            "0812\u200b34567001",
            "*",
            "6281234567001\n",
        ),
        *("0812--- 34567001", "0812_34567001", "7001", "+081234567001"),
    ],
)
def test_another_number_is_never_taken_for_ours(told: str) -> None:
    assert not is_same_destination(told, PHONE)


@pytest.mark.parametrize("told", ["14444941364", "1444-4941-364", "1444 4941 364"])
def test_a_meter_is_the_same_with_its_groups(told: str) -> None:
    assert is_same_destination(told, "14444941364")


@pytest.mark.parametrize("told", ["12345678(2001)", "12345678 2001", "12345678-2001", "123456782001"])
def test_a_game_id_is_the_same_with_its_server_set_off(told: str) -> None:
    assert is_same_destination(told, "123456782001")


@pytest.mark.parametrize(
    ("told", "ours"),
    [
        ("014444941364", "14444941364"),
        ("6214444941364", "14444941364"),
        ("Budi@x.id", "budi@x.id"),
        ("0812x", "0812xx"),
    ],
)
def test_what_is_no_phone_is_compared_as_it_stands(told: str, ours: str) -> None:
    assert not is_same_destination(told, ours)
    assert is_same_destination(ours, ours)


@pytest.mark.parametrize(
    ("told", "same"), [("s5", True), ("S5", True), ("\u017f5", False), ("s50", False), ("", False)]
)
def test_a_code_is_compared_by_its_ascii_letters(told: str, *, same: bool) -> None:
    assert is_same_code(told, "s5") is same


@pytest.mark.parametrize(
    ("message", "named"),
    [
        ("Transaksi s5.081234567001 SUKSES", True),
        ("TRX S5.081234567001 BERHASIL", True),
        ("T#1 S5.081234567001 Berhasil", True),
        ("TRX S50.081234567001 BERHASIL", False),
        ("TRX XS5.081234567001 BERHASIL", False),
        ("TRX S5.0812345670019 BERHASIL", False),
        ("TRX S5.081234567002 BERHASIL", False),
        ("", False),
    ],
)
def test_a_message_names_our_code_before_our_number(message: str, *, named: bool) -> None:
    assert is_code_named(message, code="s5", destination=PHONE) is named
