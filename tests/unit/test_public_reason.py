"""A reseller reads why an order failed in the biller's words; no figure of the operator's is among them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.biller.public_reason import RAW_MAX_CHARS, public_reason, raw_words

NUMBER = "081234567001"


def reason_of(text: str) -> str:
    return public_reason(text, code="s5", destination=NUMBER)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Transaksi s5.0812xxxxxx GAGAL Produk tidak tersedia (ROUTE)", "Produk tidak tersedia (ROUTE)"),
        ("Transaksi s5.0812xxxxxx GAGAL silakan coba lagi (DEDUCT)", "silakan coba lagi (DEDUCT)"),
        ("Transaksi s5.0812xxxxxx GAGAL Produk tidak Aktif", "Produk tidak Aktif"),
        ("Transaksi s5.111111111 GAGAL, Saldo: Rp99,999,999, Tgl: 01/01 10:36:38", ""),
        ("Transaksi s5.08 GAGAL, Nomor tujuan salah, Saldo: Rp9,000, Tgl: 01/01", "Nomor tujuan salah"),
        ("T#812734 S5.081234567001 GAGAL. Nomor salah. Saldo 1.356.424 @04/12 08:02", "Nomor salah"),
        ("Transaksi s5.08 GAGAL Salah nomor.", "Salah nomor"),
        ("Nomor salah. Trx GAGAL", "Nomor salah. Trx"),
        ("Sign salah", "Sign salah"),
        ("", ""),
        # The words stay, whatever they are about.
        ("GAGAL Saldo tidak cukup", "Saldo tidak cukup"),
        ("S5.081234567001 FAILED insufficient balance", "insufficient balance"),
        ("GAGAL. 081234567001. Akun sdh Limit", "081234567001. Akun sdh Limit"),
        ("GAGAL Refund 5432 ke saldo", "Refund … ke saldo"),
        ("GAGAL Saldo 5432 tidak cukup", "Saldo … tidak cukup"),
        ("GAGAL. Hrg=5.432 Sal=12.345.678 Ket: nomor salah", "Ket: nomor salah"),
        ("GAGAL [HRG 5432][SAL 12345678] nomor salah", "nomor salah"),
        ("S5.081234567001 DIBATALKAN operator", "DIBATALKAN operator"),
        # So do an SN, the order's own number in any form, and nominals.
        ("GAGAL SN: 12345678, Saldo 12", "SN: 12345678"),
        ("GAGAL nomor 081234567001 salah", "nomor 081234567001 salah"),
        ("GAGAL nomor 6281234567001 salah", "nomor 6281234567001 salah"),
        ("GAGAL nomor 0812-3456-7001 salah", "nomor 0812-3456-7001 salah"),
        ("GAGAL nominal 5.000 tidak tersedia", "nominal 5.000 tidak tersedia"),
        ("GAGAL pulsa 10.000 sedang gangguan", "pulsa 10.000 sedang gangguan"),
        ("GAGAL 5k gangguan", "5k gangguan"),
        ("GAGAL kuota 10GB habis, pakai s10", "kuota 10GB habis, pakai s10"),
        # And measures of what is no money.
        ("GAGAL buka lagi jam 01:00 WIB", "buka lagi jam 01:00 WIB"),
        ("GAGAL nomor 10-13 digit, coba 5 menit lagi", "nomor 10-13 digit, coba 5 menit lagi"),
        ("GAGAL RC:14 ditolak", "RC:14 ditolak"),
        ("GAGAL maks 3x sehari", "maks 3x sehari"),
    ],
)
def test_a_reason_keeps_the_billers_words(text: str, reason: str) -> None:
    assert reason_of(text) == reason


MONEY = (
    *("Saldo: Rp99,999,999", "(sisaSaldo 99999999)", "Sal\u200bdo 99999999", ", harga 201200", "Rp 201200"),
    *("Rp.201.200", "IDR 201200", "99,999,999", "8597fee8c0dbf2b19ad0f9d20169ef71", ", Tgl: 01/01 10:36:38"),
    *("HRG:5432", "SAL:12345678", "Stok 12345678", "H:5432", "S=12345678", "Hrg5432", "Rp5.432,-", "5 432"),
    *(
        "5,4rb",
        "modal 5432",
        "hpp=5432",
        "@5432",
        "Sisa deposit Rp 12.345.678",
        "Saldo 1.000.000 - 5.432 = 994.568",
    ),
    *(
        "bal=12.345.678;cost=5432",
        "\uff15\uff14\uff13\uff12",
        "\u0665\u0664\u0663\u0662",
        "harga 5000",
        "saldo 5.000",
        "Rp5000",
        "sisa 432",
        "5'432",
    ),
    *("12345678", "Fee 500", "potongan 200", "harga jual 6rb", "saldo anda Rp 12.345", "adm: 2.500"),
)


@pytest.mark.parametrize("money", MONEY)
def test_no_money_of_the_operators_and_no_signature_reaches_a_reseller(money: str) -> None:
    assert reason_of(f"GAGAL coba lagi {money}") == "coba lagi"


@pytest.mark.parametrize("money", MONEY)
def test_what_is_said_around_the_money_stays(money: str) -> None:
    reason = reason_of(f"GAGAL nomor salah, {money}, silakan ulangi")

    assert reason.startswith("nomor salah")
    assert reason.endswith("silakan ulangi")
    assert not any(map(str.isnumeric, reason))


def test_marks_that_break_or_turn_a_line_are_taken_out() -> None:
    assert reason_of("GAGAL\x00 a\r\nb \u202ec\u202c\u2066 \u2028 d\x9b\ud800") == "a b c d"


def test_admins_read_every_word_on_one_line() -> None:
    assert raw_words("GAGAL\r\n Saldo:\u202e Rp5,432 ") == "GAGAL Saldo: Rp5,432"
    assert len(raw_words("x" * 9_000)) == RAW_MAX_CHARS


@given(st.text())
def test_a_reason_is_always_short_and_plain(text: str) -> None:
    reason = reason_of(text)

    assert len(reason) <= 200
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in reason)


_LABELS = st.sampled_from(
    [
        "saldo",
        "harga",
        "hrg",
        "sal",
        "stok",
        "rp",
        "idr",
        "sisa",
        "deposit",
        "refund",
        "potong",
        "bayar",
        "modal",
        "cost",
        "price",
        "balance",
        "h",
        "s",
        "total",
    ]
)
_FORMS = st.sampled_from(["{:d}", "{:,}", "Rp{:,}", "Rp. {:d}", "IDR {:d}", "{:d},-", "({:,})"])
_WORDS = st.sampled_from(
    [
        "nomor",
        "salah",
        "gangguan",
        "coba",
        "lagi",
        "ke",
        "dari",
        "tidak",
        "cukup",
        "sudah",
        "dikembalikan",
        ",",
        ".",
        ";",
        "anda",
        "jadi",
    ]
)


@given(
    st.lists(st.one_of(_WORDS, st.tuples(_LABELS, _FORMS, st.integers(1_000, 10**9))), max_size=12),
    st.sampled_from([" ", ":", "=", ": ", "", " sebesar "]),
)
def test_a_labelled_sum_never_leaks(parts: list[str | tuple[str, str, int]], joint: str) -> None:
    text = " ".join(
        part if isinstance(part, str) else f"{part[0]}{joint}{part[1].format(part[2])}" for part in parts
    )
    reason = reason_of(f"Transaksi s5.{NUMBER} GAGAL {text}")

    assert not any(map(str.isnumeric, reason)), reason


@given(st.lists(st.integers(6_000, 10**12), min_size=1, max_size=4), st.text(max_size=30))
def test_a_bare_sum_never_leaks(amounts: list[int], words: str) -> None:
    text = f"GAGAL {' '.join(str(amount) for amount in amounts)} {''.join(c for c in words if c.isalpha())}"
    kept = {word for word in reason_of(text).split() if any(map(str.isnumeric, word))}

    # Only a number that begins as a phone's does may stay.
    assert all(word.startswith("628") for word in kept)
