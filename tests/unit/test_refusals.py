"""A trouble is named by whole phrases: what may be somebody else's is none of ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.biller.answers import failure_cause_of
from bot.orders.model import FailureCause

CAUSES: dict[FailureCause, tuple[str, ...]] = {
    FailureCause.ACCOUNT: (
        *(
            "Sign salah",
            "User ID atau password salah",
            "IP tidak terdaftar",
            "Akun diblokir",
            "Invalid signature",
        ),
        *("Signature tidak valid", "wrong sign", "IP Address 103.1.2.3 belum terdaftar", "IP not allowed"),
        *("Unauthorized IP", "member tidak aktif", "reseller tidak terdaftar", "Password salah", "PIN salah"),
        *(
            "akun H2H anda diblokir",
            "signature mismatch",
            "Sign tdk sesuai",
            "Invalid API key",
            "Akses ditolak",
        ),
    ),
    FailureCause.DEPOSIT: (
        *(
            "silakan coba lagi (DEDUCT)",
            "Saldo tidak cukup",
            "saldo anda tdk mencukupi",
            "insufficient balance",
        ),
        *(
            "Insufficient funds",
            "deposit kurang",
            "saldo member habis",
            "balance not enough",
            "not enough balance",
        ),
        *("Saldo kurang", "saldo h2h tidak cukup"),
    ),
    FailureCause.DESTINATION: (
        *(
            "Nomor tujuan salah",
            "Salah nomor.",
            "User ID tidak ditemukan",
            "No tujuan tdk valid",
            "No HP salah",
        ),
        *(
            "nomor pelanggan tidak terdaftar",
            "ID Pelanggan tidak ditemukan",
            "Nomor tidak aktif",
            "nomor hangus",
        ),
        *("kartu sudah tidak aktif", "Invalid customer number", "customer not found", "nomor meter salah"),
        *("wrong number", "nomor kurang digit", "masa tenggang", "id game salah", "number not found"),
    ),
    FailureCause.PRODUCT_INACTIVE: ("Produk tidak Aktif", "Produk ditutup", "produk sudah tidak aktif"),
    FailureCause.PRODUCT_UNAVAILABLE: (
        *("Produk tidak tersedia (ROUTE)", "stok kosong", "Produk gangguan", "produk sedang gangguan"),
        *(
            "kode produk salah",
            "Product not available",
            "out of stock",
            "voucher habis",
            "produk tidak ditemukan",
        ),
    ),
    FailureCause.OTHER: (
        # A customer's wallet has an account, a balance and a password too.
        *("Akun sdh Limit", "GAGAL. 0812. Akun sdh Limit", "Akun DANA sudah mencapai limit", "gangguan", ""),
        *("akun penerima belum premium", "Saldo pelanggan tidak cukup", "saldo akun tujuan penuh", "IP"),
        *("Saldo e-wallet penuh", "Username tidak ditemukan", "akun belum terverifikasi", "limit harian"),
        *("tagihan sudah lunas", "batas maksimal saldo terlampaui", "akun tidak dapat menerima dana"),
        *(
            "user sedang online",
            "saldo gopay melebihi batas",
            "Sign up dulu di aplikasi",
            "email tidak terdaftar",
        ),
        *("password akun netflix salah", "Ref ID sudah ada", "GAGAL, Saldo: Rp99,999,999, Tgl: 01/01"),
    ),
}


@pytest.mark.parametrize(
    ("cause", "text"), [(cause, text) for cause, texts in CAUSES.items() for text in texts]
)
def test_a_trouble_is_named_by_whole_phrases(cause: FailureCause, text: str) -> None:
    assert failure_cause_of(f"Transaksi s5.0812 GAGAL {text}") is cause
    assert failure_cause_of(text) is cause


@pytest.mark.parametrize("text", ["Akun diblokir", "Password salah", "PIN salah", "user diblokir"])
def test_once_an_order_was_accepted_an_account_is_its_customers(text: str) -> None:
    assert failure_cause_of(text, after_acceptance=True) is FailureCause.OTHER


@pytest.mark.parametrize("text", ["Sign salah", "IP tidak terdaftar", "member tidak aktif"])
def test_what_only_we_have_is_always_ours(text: str) -> None:
    assert failure_cause_of(text, after_acceptance=True) is FailureCause.ACCOUNT


@given(st.text())
def test_any_words_have_a_cause(text: str) -> None:
    assert isinstance(failure_cause_of(text), FailureCause)
