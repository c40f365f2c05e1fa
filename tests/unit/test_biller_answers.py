"""An answer counts as said only where it fits the sheet and our order; no bytes crash the reader."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.biller.answers import read_answer, trx_body
from bot.orders.events import Accepted, Refused, Unclear
from bot.orders.model import FailureCause, Order, State, UnknownCause
from tests.makers import an_order

USER = "usertesting"
TRXID = "22110111373985338"

ACCEPTED = (
    '{"total": 5000, "status": true, "reason": "Transaksi s5.0812xxxxxx sedang diproses",\n'
    ' "saldo": "1356424", "trxtime": "2019-01-01 11:03:25.206500", "elapsed": 0.6726601123809814,\n'
    ' "ftrxid": "21160325359742", "user": "usertesting", "kodeproduk": "s5", "tujuan": "0812xxxxxx"}'
)
REFUSED = (
    '{"total": 0, "status": false, "reason": "Transaksi s5.0812xxxxxxx GAGAL silakan coba lagi (DEDUCT)",\n'
    ' "trxtime": "2019-01-01 11:00:43.892200", "elapsed": 0.023871183395385742,\n'
    ' "ftrxid": "21160043460710", "user": "usertesting", "kodeproduk": "s5", "tujuan": "0812xxxxxx"}'
)
FAILED_MESSAGE = "Transaksi s5.111111111 GAGAL, Saldo: Rp99,999,999, Tgl: 01/01 10:36:38"


def order_to(destination: str, *, code: str = "s5") -> Order:
    return an_order(trxid=TRXID, destination=destination, product_code=code, state=State.SUBMITTING)


def answer(sheet: str = ACCEPTED, /, **changes: object) -> Accepted | Refused | Unclear:
    """Read the sheet's answer with some fields changed (None: left out)."""
    fields = {name: value for name, value in (json.loads(sheet) | changes).items() if value is not None}
    return read_answer(json.dumps(fields).encode(), order=order_to("0812xxxxxx"), user=USER)


def test_the_body_holds_exactly_the_sheets_six_fields() -> None:
    assert json.loads(trx_body(order_to("0812345678"), user=USER, sign="0" * 32)) == {
        "user": USER,
        "sign": "0" * 32,
        "trxid": TRXID,
        "cmd": "trx",
        "idpel": "0812345678",
        "produk": "s5",
    }


class TestAnswers:
    def test_the_sheets_accepted_answer_is_accepted(self) -> None:
        read = read_answer(ACCEPTED.encode(), order=order_to("0812xxxxxx"), user=USER)

        assert read == Accepted(cost_idr=5000, balance_idr=1356424, biller_ref="21160325359742")

    def test_the_sheets_refused_answer_is_refused(self) -> None:
        read = read_answer(REFUSED.encode(), order=order_to("0812xxxxxx"), user=USER)

        assert read == Refused(
            reason="silakan coba lagi (DEDUCT)",
            failure_cause=FailureCause.DEPOSIT,
            biller_ref="21160043460710",
            raw="Transaksi s5.0812xxxxxxx GAGAL silakan coba lagi (DEDUCT)",
        )

    def test_the_code_may_come_back_in_capitals(self) -> None:
        assert isinstance(answer(kodeproduk="S5"), Accepted)

    @pytest.mark.parametrize("odd", ["1,356,424", "\u0660", " 0 ", "0_0", "1\n", True, "9" * 40])
    def test_an_odd_balance_is_left_unread_and_the_purchase_is_still_believed(self, odd: object) -> None:
        assert answer(saldo=odd) == Accepted(cost_idr=5000, balance_idr=None, biller_ref="21160325359742")

    def test_a_balance_may_be_below_zero(self) -> None:
        assert answer(saldo="-5000") == Accepted(
            cost_idr=5000, balance_idr=-5000, biller_ref="21160325359742"
        )

    @pytest.mark.parametrize("optional", ["saldo", "ftrxid", "user", "trxtime", "elapsed"])
    def test_what_is_optional_may_be_missing(self, optional: str) -> None:
        assert isinstance(answer(**{optional: None}), Accepted)

    def test_a_balance_may_be_a_number(self) -> None:
        assert answer(saldo=12, ftrxid=None) == Accepted(cost_idr=5000, balance_idr=12)

    @pytest.mark.parametrize("strange", ["", "a\nb", "x" * 65, "\u0660", 7, ["1"]])
    def test_a_strange_reference_is_left_out_and_changes_nothing_else(self, strange: object) -> None:
        assert answer(ftrxid=strange) == Accepted(cost_idr=5000, balance_idr=1356424)

    @pytest.mark.parametrize("sheet", [ACCEPTED, REFUSED])
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("status", None),
            ("status", "true"),
            ("status", 0),
            ("status", 1),
            ("status", []),
            ("reason", None),
            ("reason", 5),
            ("tujuan", None),
            ("tujuan", "0812xxxxxxx"),
            ("tujuan", "0812xxxxxx "),
            ("tujuan", 812),
            ("kodeproduk", None),
            ("kodeproduk", "s10"),
            ("kodeproduk", "\u017f5"),
            ("user", "another"),
            ("user", 1),
            ("total", None),
            ("total", -1),
            ("total", "0"),
            ("total", 0.0),
            ("total", False),
            ("total", 10**30),
        ],
    )
    def test_an_answer_that_does_not_fit_is_never_taken_as_said(
        self, sheet: str, field: str, value: object
    ) -> None:
        assert isinstance(answer(sheet, **{field: value}), Unclear)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"null",
            b"false",
            b'"GAGAL"',
            b"<html>502</html>",
            REFUSED[:-1].encode(),
            REFUSED.encode() + b"{}",
            REFUSED.encode("utf-16"),
            b"\xff" + REFUSED.encode(),
            REFUSED.replace('"total": 0', '"total": NaN').encode(),
            REFUSED.replace('"total": 0', '"total": 0, "status": true').encode(),
            b"[" * 60_000,
            b'{"total": ' + b"9" * 60_000 + b"}",
        ],
    )
    def test_a_body_that_is_no_sound_object_is_unclear(self, body: bytes) -> None:
        assert isinstance(read_answer(body, order=order_to("0812xxxxxx"), user=USER), Unclear)

    def test_a_refusal_that_charged_a_price_is_no_refusal(self) -> None:
        assert isinstance(answer(REFUSED, total=5000), Unclear)

    @pytest.mark.parametrize(
        "reason",
        [
            "Transaksi s5.0812xxxxxx sedang diproses",
            "Transaksi s5.0812xxxxxx SEDANG  DIPROSES",
            "Transaksi s5.0812xxxxxx masih dalam proses",
            "Transaksi s5.0812xxxxxx sudah pernah SUKSES",
            "Transaksi s5.0812xxxxxx PENDING",
            # Words of waiting alone are no refusal: the order may still be bought.
            "Transaksi s5.0812xxxxxx menunggu jawaban",
            "Transaksi s5.0812xxxxxx dalam antrian",
            "Transaksi s5.0812xxxxxx silakan cek",
            "Transaksi s5.0812xxxxxx belum sukses",
            "Transaksi s5.0812xxxxxx akan diproses",
            "Transaksi s5.0812xxxxxx sudah pernah, double",
            "Transaksi s5.0812xxxxxx timeout",
            # Nor are words that say nothing.
            "Transaksi s5.0812xxxxxx",
            "Mohon maaf",
            "",
        ],
    )
    def test_a_refusal_whose_words_say_otherwise_is_no_refusal(self, reason: str) -> None:
        read = answer(REFUSED, reason=reason)

        assert isinstance(read, Unclear)
        assert read.raw == " ".join(reason.split())

    @pytest.mark.parametrize(
        "reason",
        [
            "Transaksi s5.0812xxxxxx GAGAL",
            "Transaksi s5.0812xxxxxx GAGAL, antrian penuh, silakan cek lagi nanti",
            "S5.0812xxxxxx DITOLAK",
            "Transaction failed",
            "Produk tidak tersedia",
            "Sign salah",
            "IP tidak terdaftar",
            "Saldo tidak cukup, silakan cek",
            "insufficient balance",
        ],
    )
    def test_a_refusal_in_plain_words_is_one_with_or_without_gagal(self, reason: str) -> None:
        read = answer(REFUSED, reason=reason)

        assert isinstance(read, Refused)
        assert read.raw == reason

    @pytest.mark.parametrize(
        "reason",
        [
            "Transaksi s5.0812xxxxxx GAGAL Produk tidak Aktif",
            "S5.0812xxxxxx FAILED",
            "S5.0812xxxxxx DIBATALKAN",
            "S5.0812xxxxxx tidak berhasil",
            "Produk tidak tersedia",
        ],
    )
    def test_an_acceptance_whose_words_refuse_is_unclear(self, reason: str) -> None:
        assert answer(reason=reason) == Unclear(
            why="accepted by status, but not by reason",
            cause=UnknownCause.CONTRADICTORY_ANSWER,
            raw=reason,
        )

    @pytest.mark.parametrize(
        "reason", ["akan diproses", "SUKSES", "sedang diproses, jika gagal saldo kembali", ""]
    )
    def test_an_acceptance_needs_no_word_of_its_own(self, reason: str) -> None:
        assert isinstance(answer(reason=reason), Accepted)

    @pytest.mark.parametrize(
        "tujuan", ["6281234567001", "+62 812-3456-7001", "81234567001", "0812-3456-7001"]
    )
    def test_our_number_in_another_form_is_our_number(self, tujuan: str) -> None:
        body = json.dumps(json.loads(ACCEPTED) | {"tujuan": tujuan}).encode()

        assert isinstance(read_answer(body, order=order_to("081234567001"), user=USER), Accepted)

    def test_an_unclear_answer_quotes_nothing_that_was_said(self) -> None:
        assert answer(tujuan=["SECRET"], reason="SECRET", user={"SECRET": 1}) == Unclear(
            why="the answer does not fit the sheet: tujuan, user",
            cause=UnknownCause.UNREADABLE_ANSWER,
        )

    @given(st.binary())
    def test_no_bytes_crash_the_reader(self, body: bytes) -> None:
        assert isinstance(read_answer(body, order=order_to("0812xxxxxx"), user=USER), Unclear)

    @given(
        st.fixed_dictionaries(
            {
                "status": st.booleans(),
                "reason": st.text(),
                "total": st.integers() | st.just(0),
                "tujuan": st.just("0812") | st.text(),
                "kodeproduk": st.sampled_from(["s5", "S5", "s10"]),
            },
            optional={"saldo": st.text() | st.integers(), "ftrxid": st.text() | st.integers()},
        )
    )
    def test_a_refusal_always_has_its_evidence(self, fields: dict[str, object]) -> None:
        read = read_answer(json.dumps(fields).encode(), order=order_to("0812"), user=USER)

        if isinstance(read, Refused):
            assert (fields["status"], fields["total"], fields["tujuan"]) == (False, 0, "0812")
