"""A reversal counts only where it is well formed, fits its order and agrees with itself."""

from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.biller.reversal import (
    MESSAGE_MAX_CHARS,
    MalformedReversal,
    MismatchedReversal,
    ParsedReversal,
    match_reversal,
    read_reversal,
)
from bot.orders.events import Contradiction, Failed, ReversalEvent, Succeeded
from bot.orders.model import FailureCause, Order, Outcome, State
from tests.makers import an_order

TRXID = "22110111373985338"

FAILED_MESSAGE = "Transaksi s5.111111111 GAGAL, Saldo: Rp99,999,999, Tgl: 01/01 10:36:38"
SUCCEEDED_MESSAGE = (
    "Transaksi s5.2222222222 SUKSES, SN: 11111111111"
    ", Saldo: Rp99,999,999, Harga: 201,200, Tgl: 01/01 10:32:12"
)


def order_to(destination: str, *, code: str = "s5") -> Order:
    return an_order(trxid=TRXID, destination=destination, product_code=code, state=State.SUBMITTING)


def query(**changes: str | None) -> bytes:
    fields = {
        "status": "0",
        "refid": TRXID,
        "product": "banktrf",
        "qty": "1",
        "dest": "2222222222",
        "message": SUCCEEDED_MESSAGE,
    } | changes
    return urlencode({name: value for name, value in fields.items() if value is not None}).encode()


def reversal(
    *, to: str = "2222222222", code: str = "s5", **changes: str | None
) -> ReversalEvent | MismatchedReversal:
    report = read_reversal(query(**changes))
    assert isinstance(report, ParsedReversal)
    return match_reversal(report, order=order_to(to, code=code))


def success(message: str) -> Succeeded:
    """Read a report that must be a success, but for the biller's own words."""
    read = reversal(message=message)
    assert isinstance(read, Succeeded)
    return replace(read, raw="")


def success_with(sn: str) -> str:
    return f"Transaksi s5.2222222222 SUKSES, SN: {sn}, Saldo: Rp99,999,999, Harga: 201,200, Tgl: 01/01"


class TestReversals:
    def test_the_sheets_success_is_a_success(self) -> None:
        assert reversal() == Succeeded(
            sn="11111111111", cost_idr=201_200, balance_idr=99_999_999, raw=SUCCEEDED_MESSAGE
        )

    def test_the_sheets_failure_is_a_failure(self) -> None:
        read = reversal(to="111111111", status="1", dest="111111111", message=FAILED_MESSAGE)

        assert read == Failed(
            reason="", failure_cause=FailureCause.OTHER, balance_idr=99_999_999, raw=FAILED_MESSAGE
        )

    def test_a_form_encoded_message_has_its_blanks_back(self) -> None:
        report = read_reversal(query())

        assert b"+SUKSES" in query()
        assert isinstance(report, ParsedReversal)
        assert report.message == SUCCEEDED_MESSAGE

    @pytest.mark.parametrize(
        "status",
        ["", "2", "00", " 0 ", "0_0", "\u0660", "0\u0660", "+0", "-0", "true", "0\n", "\uff10", "SUKSES"],
    )
    def test_only_the_exact_strings_0_and_1_are_a_status(self, status: str) -> None:
        assert isinstance(read_reversal(query(status=status)), MalformedReversal)

    @pytest.mark.parametrize(
        "refid", ["", TRXID[1:], TRXID + "0", TRXID + "\n", TRXID[1:] + "\u0660", " " + TRXID]
    )
    def test_only_17_ascii_digits_are_a_refid(self, refid: str) -> None:
        assert isinstance(read_reversal(query(refid=refid)), MalformedReversal)

    @pytest.mark.parametrize("name", ["status", "refid", "product", "qty", "dest", "message"])
    def test_a_doubled_parameter_is_malformed_even_if_both_agree(self, name: str) -> None:
        again = "&" + next(pair for pair in query().decode().split("&") if pair.startswith(name))
        escaped = again.replace(name[0], f"%{ord(name[0]):x}", 1)

        assert isinstance(read_reversal(query() + again.encode()), MalformedReversal)
        assert isinstance(read_reversal(query() + escaped.encode()), MalformedReversal)

    @pytest.mark.parametrize("name", ["status", "refid", "product", "dest", "message"])
    def test_a_missing_parameter_is_malformed(self, name: str) -> None:
        assert read_reversal(query(**{name: None})) == MalformedReversal(why=f"missing: {name}")

    def test_qty_and_parameters_of_others_are_not_needed_and_not_minded(self) -> None:
        assert isinstance(read_reversal(query(qty=None) + b"&extra=1&extra=2"), ParsedReversal)

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"&",
            b"=",
            b"status",
            b"status=0",
            query(dest=""),
            query() + b"&x=%",
            query() + b"&x=%zz",
            query() + b"&x=%ff",
            query() + b"&x=\xff",
            query() + b"&x",
            query() + b"&x=1" * 15,
            query(message="x" * 8_000),
        ],
    )
    def test_a_query_off_the_sheet_is_malformed(self, raw: bytes) -> None:
        assert isinstance(read_reversal(raw), MalformedReversal)

    def test_a_long_message_is_capped_and_shows_no_sn(self) -> None:
        long = "Transaksi s5.2222222222 SUKSES, SN: 1, Saldo: " + "x" * MESSAGE_MAX_CHARS + ", Saldo: Rp7"
        report = read_reversal(query(message=long))

        assert isinstance(report, ParsedReversal)
        assert len(report.message) == MESSAGE_MAX_CHARS
        assert success(message=long) == Succeeded(sn=None, doubtful_sn="1")

    def test_control_characters_in_a_message_become_blanks(self) -> None:
        assert success(message=success_with("1234\r\n5678\x00")) == Succeeded(
            sn="1234  5678", cost_idr=201_200, balance_idr=99_999_999
        )

    @given(st.binary())
    def test_no_bytes_crash_the_reader(self, raw: bytes) -> None:
        assert isinstance(read_reversal(raw), MalformedReversal)

    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300), st.sampled_from("01"))
    def test_no_message_crashes_the_reader(self, message: str, status: str) -> None:
        assume(len(quote_plus(message)) < 7_000)
        assert reversal(status=status, product="s5", message=message) is not None


class TestMatching:
    @pytest.mark.parametrize("dest", ["222222222", "22222222222", "2222222222 ", "\u0662222222222"])
    def test_another_destination_is_a_mismatch(self, dest: str) -> None:
        assert isinstance(reversal(dest=dest), MismatchedReversal)

    @pytest.mark.parametrize("dest", ["6281234567001", "+6281234567001", "81234567001", "0812-3456-7001"])
    def test_our_number_in_another_form_is_our_number(self, dest: str) -> None:
        assert isinstance(reversal(to="081234567001", dest=dest, product="s5"), Succeeded)

    def test_another_orders_refid_is_a_mismatch(self) -> None:
        assert isinstance(reversal(refid="0" * 17), MismatchedReversal)

    @pytest.mark.parametrize("product", ["s5", "S5", "banktrf", ""])
    def test_the_code_may_stand_in_the_message_alone(self, product: str) -> None:
        assert isinstance(reversal(product=product), Succeeded)

    def test_the_code_may_stand_in_product_alone(self) -> None:
        assert isinstance(reversal(product="S5", message="SUKSES"), Succeeded)

    @pytest.mark.parametrize("code", ["s10", "s", "s51", "2222222222"])
    def test_a_report_that_names_our_code_nowhere_is_a_mismatch(self, code: str) -> None:
        assert isinstance(reversal(code=code), MismatchedReversal)

    def test_a_letter_that_only_folds_into_ours_is_not_ours(self) -> None:
        assert isinstance(
            reversal(product="\u017f5", message="Transaksi \u017f5.2222222222 SUKSES"), MismatchedReversal
        )

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            ("1", "SUKSES, SN: 1"),
            ("0", "GAGAL"),
            ("0", "gagal, SN: SUKSES"),
            ("1", "SUKSES, SN: GAGAL/JAYA"),
            ("1", "BERHASIL, SN: 1"),
            ("0", "FAILED"),
            ("0", "DIBATALKAN"),
            ("0", "REFUND"),
            ("0", "TIDAK BERHASIL"),
            ("0", "Nomor tujuan salah"),
            ("0", "GAGAL. Nomor salah"),
            ("0", "sedang diproses"),
            ("1", "sedang diproses"),
            ("0", "akan diproses"),
            ("0", "sedang di proses"),
            ("0", "BELUM SUKSES"),
            ("1", "menunggu jawaban"),
            ("1", "silakan cek"),
        ],
    )
    def test_a_report_that_contradicts_itself_settles_nothing(self, status: str, words: str) -> None:
        message = f"Transaksi s5.2222222222 {words}, Saldo: Rp99,999,999"
        read = reversal(status=status, message=message)

        assert isinstance(read, Contradiction)
        assert read.raw == message

    def test_gagal_behind_transaksi_is_no_products_code(self) -> None:
        assert isinstance(reversal(product="s5", message="Transaksi GAGAL. Nomor salah"), Contradiction)

    @pytest.mark.parametrize("message", ["", "Transaksi s5.2222222222", "Transaksi s5.2222222222 KESUKSESAN"])
    def test_without_the_word_the_status_alone_decides(self, message: str) -> None:
        assert isinstance(reversal(product="s5", message=message, status="0"), Succeeded)
        assert isinstance(reversal(product="s5", message=message, status="1"), Failed)

    def test_a_code_that_spells_an_outcome_is_no_outcome(self) -> None:
        message = SUCCEEDED_MESSAGE.replace("s5", "gagal")

        assert isinstance(reversal(code="gagal", message=message), Succeeded)


class TestAmounts:
    @pytest.mark.parametrize(
        ("written", "cost_idr"),
        [
            ("201,200", 201_200),
            ("Rp201.200", 201_200),
            ("rp. 5000", 5_000),
            ("0", 0),
            ("201,20", None),
            ("2012,200", None),
            ("201,200.50", None),
            ("201,200,5", None),
            ("1,234.567", None),
            ("-5", None),
            ("\u0665\u0660\u0660\u0660", None),
            ("9" * 20, None),
            ("", None),
        ],
    )
    def test_an_amount_is_read_whole_or_not_at_all(self, written: str, cost_idr: int | None) -> None:
        message = f"Transaksi s5.2222222222 SUKSES, SN: 1, Saldo: Rp7, Harga: {written}, Tgl: 01/01"

        assert success(message=message) == Succeeded(sn="1", cost_idr=cost_idr, balance_idr=7)

    def test_an_amount_may_stand_behind_a_full_stop(self) -> None:
        message = "Transaksi s5.2222222222 SUKSES. SN: 1. Saldo: Rp99.999.999. Harga: 201.200. Trims"

        assert success(message=message) == Succeeded(sn="1", cost_idr=201_200, balance_idr=99_999_999)

    def test_what_is_reported_says_which_outcome(self) -> None:
        report = read_reversal(query(status="1"))

        assert isinstance(report, ParsedReversal)
        assert report.outcome is Outcome.FAILURE
