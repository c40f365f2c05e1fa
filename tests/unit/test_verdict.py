"""A message's words are read as a person in the trade reads them, and held against its status."""

import pytest

from bot.biller.verdict import Claim, Verdict, read_claim, read_verdict
from bot.orders.model import Outcome
from tests.biller_messages import CODE, MESSAGES, NUMBER, Said

_AGREED = {
    (Outcome.SUCCESS, Claim.SUCCESS): Verdict.SUCCESS,
    (Outcome.FAILURE, Claim.FAILURE): Verdict.FAILURE,
    (Outcome.SUCCESS, Claim.FAILURE): Verdict.CONTRADICTION,
    (Outcome.FAILURE, Claim.SUCCESS): Verdict.CONTRADICTION,
}
_WHATEVER_THE_STATUS = {
    Claim.NOT_YET: Verdict.NOT_YET,
    Claim.MIXED: Verdict.CONTRADICTION,
    Claim.NOTHING: Verdict.NO_VERDICT,
}


@pytest.mark.parametrize("said", MESSAGES, ids=lambda said: said.text[:60])
def test_every_message_of_the_trade_is_read_as_it_is_meant(said: Said) -> None:
    assert read_claim(said.text, code=CODE, destination=NUMBER) is said.claim


@pytest.mark.parametrize("status", Outcome)
@pytest.mark.parametrize("claim", Claim)
def test_words_and_status_settle_only_together(status: Outcome, claim: Claim) -> None:
    said = next(each for each in MESSAGES if each.claim is claim)
    expected = _AGREED.get((status, claim)) or _WHATEVER_THE_STATUS[claim]

    assert read_verdict(status, said.text, code=CODE, destination=NUMBER) is expected


def test_the_table_is_as_large_as_the_trade_is_varied() -> None:
    assert len({said.text for said in MESSAGES}) == len(MESSAGES) >= 150


@pytest.mark.parametrize(
    ("code", "destination", "message"),
    [
        ("gagal", NUMBER, f"Transaksi gagal.{NUMBER} SUKSES, SN: 1, Saldo: Rp1"),
        ("ok", NUMBER, f"OK.{NUMBER} sukses"),
        ("gagal5", NUMBER, f"TRX GAGAL5.{NUMBER} BERHASIL"),
        ("ff5", "gagal", "Transaksi ff5.gagal SUKSES"),
        ("ff5", "batal@jaya.id", "Sukses kirim ke batal@jaya.id"),
    ],
)
def test_a_code_or_a_name_that_spells_a_result_is_none(code: str, destination: str, message: str) -> None:
    assert read_claim(message, code=code, destination=destination) is Claim.SUCCESS


@pytest.mark.parametrize(
    ("message", "claim"),
    [
        (f"Transaksi s5.{NUMBER} GAGAL, S5.081200000000 SUKSES", Claim.FAILURE),
        (f"GAGAL s5.{NUMBER} ✅ SUKSES s5.081200000000 SN: 1", Claim.FAILURE),
        (f"SUKSES s5.{NUMBER}. Sebelumnya: GAGAL s10.081200000000", Claim.SUCCESS),
        # Where nothing else is said, it may be ours in another form.
        ("TRX S5.6281234567001 GAGAL", Claim.FAILURE),
    ],
)
def test_what_is_said_of_another_order_counts_only_alone(message: str, claim: Claim) -> None:
    assert read_claim(message, code=CODE, destination=NUMBER) is claim


def test_in_a_refusal_it_counts_too() -> None:
    said = f"Transaksi s5.{NUMBER} GAGAL, S5.081200000000 SUKSES"

    assert read_claim(said, code=CODE, destination=NUMBER, other_orders_count=True) is Claim.MIXED


@pytest.mark.parametrize(
    "name", ["GAGAL", "BATAL", "ANTI GAGAL", "PENDING", "SUKSES", "MASIH PROSES", "REFUND 88"]
)
@pytest.mark.parametrize(
    "form",
    [
        "Transaksi s5.0812 {word}, SN: 1234/{name}/R1, Saldo: Rp1",
        "{word} SN: 1234/WARUNG {name}. Saldo: Rp1",
        "{word}. SN: 1234 TOKO {name}, Saldo: Rp1",
        "{word}. Nama: {name}. SN: 1234, Saldo: Rp1",
        "{word} a/n {name}, SN: 1234, Saldo: Rp1",
        "{word}, Nick: {name}, Saldo: Rp1",
        "{word}. Tujuan: 12345(2001)/{name} SN: 1",
    ],
)
@pytest.mark.parametrize(("word", "claim"), [("SUKSES", Claim.SUCCESS), ("GAGAL", Claim.FAILURE)])
def test_a_name_never_turns_a_result(name: str, form: str, word: str, claim: Claim) -> None:
    assert read_claim(form.format(word=word, name=name)) is claim
