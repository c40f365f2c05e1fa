"""An SN is read whole or handed to the admins; never a wrong one is shown, nor the operator's money."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.biller.reversal import SN_MAX_CHARS, ReadSn, is_none, read_sn
from tests.biller_messages import MESSAGES, SUCCESSES, Said

TOKEN = "3563-1234-5678-9012-3456/BUDI/R1/900VA/71,3"


def success_with(sn: str) -> str:
    return f"Transaksi s5.2222222222 SUKSES, SN: {sn}, Saldo: Rp99,999,999, Harga: 201,200, Tgl: 01/01"


@pytest.mark.parametrize("said", SUCCESSES, ids=lambda said: said.text[:60])
def test_the_sn_of_every_message_of_the_trade_is_found(said: Said) -> None:
    expected = ReadSn(doubtful=said.sn[1:]) if said.sn and said.sn[0] == "?" else ReadSn(sn=said.sn)

    assert read_sn(said.text) == expected


@pytest.mark.parametrize(
    "sn",
    [
        "1234-5678-9012-3456-7890/BUDI SANTOSO/R1/1300VA/32,5",
        "SN: 5",
        "1, Saldo",
        "GAGAL",
        "x" * SN_MAX_CHARS,
    ],
)
def test_an_sn_comes_back_whole(sn: str) -> None:
    assert read_sn(success_with(sn)) == ReadSn(sn=sn)


@pytest.mark.parametrize(
    "end",
    [
        *(
            ", Saldo: Rp1",
            ". Saldo: Rp1",
            " , Saldo: Rp1",
            " Saldo: Rp1",
            ";Saldo:1",
            "|Saldo:1",
            ". Sisa Saldo Rp 1",
        ),
        *(
            ", SALDO=1",
            ". Sal 1.000",
            ", Harga: 5.432, Saldo: 1",
            ". Hrg 5432",
            ", Tgl: 01/01",
            ". Terima kasih",
        ),
        *(", H:5432", " Sld:1", ", Ket: sukses", ", Stok: 12"),
    ],
)
@pytest.mark.parametrize("label", ["SN: ", "sn:", "SN/Ref: ", "S/N: ", "SN : ", "SN=", "Serial Number: "])
def test_an_sn_ends_at_the_next_field_however_it_is_set_off(label: str, end: str) -> None:
    assert read_sn(f"S5.0812 SUKSES. {label}{TOKEN}{end}") == ReadSn(sn=TOKEN)


@pytest.mark.parametrize(
    ("message", "candidate"),
    [
        (success_with("1, Saldo: Rp5"), "1"),
        (success_with("1, Harga: 5"), "1"),
        (success_with("1 saldo : 5"), "1"),
        (success_with("x" * (SN_MAX_CHARS + 1)), ""),
        ("Transaksi s5.2222222222 SUKSES, SN: 123", "123"),
        (f"SUKSES SN: {TOKEN}. Trx lancar jaya, Saldo: Rp1", TOKEN),
        (f"SUKSES {TOKEN}", TOKEN[:24]),
        ("SUKSES. Voucher: ABCD-1234. Saldo: Rp1", "ABCD-1234"),
        (f"SUKSES, SN: -, Token {TOKEN}, Saldo: Rp1", TOKEN[:24]),
    ],
)
def test_what_is_not_surely_an_sn_is_for_an_admin_to_judge(message: str, candidate: str) -> None:
    assert read_sn(message) == ReadSn(doubtful=candidate)


def test_an_sn_that_may_have_lost_its_end_is_doubtful() -> None:
    assert read_sn(success_with("123"), is_cut=True) == ReadSn(doubtful="123")


@pytest.mark.parametrize(
    "sn",
    [
        "",
        "  ",
        "-",
        "--",
        "0",
        "000",
        "null",
        "NULL",
        "N/A",
        "none",
        "nihil",
        ".",
        "belum ada",
        "menyusul",
        "SUKSES",
    ],
)
def test_what_stands_for_no_sn_is_none(sn: str) -> None:
    assert read_sn(success_with(sn)) == ReadSn()


def test_a_message_without_an_sn_asks_nobody() -> None:
    assert read_sn("Transaksi s5.0812 SUKSES, Saldo: Rp1, Harga: 5, Tgl: 01/01") == ReadSn()


_LABELS = (
    *("saldo", "harga", "sal", "sld", "sisa", "bal", "hrg", "hg", "price", "cost", "modal", "hpp", "stok"),
    *(
        "stock",
        "komisi",
        "tgl",
        "tanggal",
        "jam",
        "waktu",
        "ket",
        "status",
        "catatan",
        "note",
        "kasih",
        "trims",
    ),
    *("thank", "deposit"),
)


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), min_size=1, max_size=400))
def test_any_sn_comes_back_whole(sn: str) -> None:
    assume(not is_none(sn) and not any(label in sn.lower() for label in _LABELS))
    assume(not any(mark in sn for mark in (". ", "! ", "; ", "| ", ", ", ":", "=")))

    assert read_sn(success_with(sn)).sn == sn.strip()


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_an_sn_never_shows_the_operators_money(tail: str) -> None:
    read = read_sn(success_with("11111111111") + tail)

    assert "99,999,999" not in (read.sn or "") + (read.doubtful or "")


@pytest.mark.parametrize("said", MESSAGES, ids=lambda said: said.text[:60])
def test_no_message_of_the_trade_has_money_in_its_sn(said: Said) -> None:
    read = read_sn(said.text)

    assert not any(
        money in (read.sn or "") + (read.doubtful or "")
        for money in ("1.350.992", "1350992", "5.432", "5432")
    )
