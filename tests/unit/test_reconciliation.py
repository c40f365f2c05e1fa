"""The biller's list is compared with our orders by trxid, and every rupiah of difference is accounted for."""

import random

import pytest

from bot.features.biller_list import BillerList, parse_biller_list, read_state, read_time
from bot.orders.model import Order, State
from bot.orders.reconciliation import (
    DifferenceKind,
    ListedState,
    ListedTransaction,
    Reconciliation,
    may_be_number,
    reconcile,
)
from bot.spreadsheets import xlsx_bytes
from tests.makers import an_order

SUCCESS, FAILURE, PENDING, UNREAD = ListedState


def an_entry(
    trxid: str = "1", state: ListedState = SUCCESS, cost_idr: int | None = 5_000
) -> ListedTransaction:
    return ListedTransaction(number=2, trxid=trxid, state=state, cost_idr=cost_idr)


def bought(trxid: str = "1", state: State = State.SUCCEEDED, cost_idr: int | None = 5_000) -> Order:
    return an_order(trxid=trxid, state=state, cost_idr=cost_idr)


def compared(listed: list[ListedTransaction], ours: list[Order]) -> Reconciliation:
    return reconcile(listed, {order.trxid: order for order in ours}, ours)


def kinds(result: Reconciliation) -> list[tuple[DifferenceKind, int | None]]:
    return [(each.kind, each.extra_idr) for each in result.differences]


def test_what_is_equal_is_no_difference() -> None:
    result = compared([an_entry()], [bought()])
    assert (kinds(result), result.same_count, result.extra_idr) == ([], 1, 0)


@pytest.mark.parametrize(
    ("listed", "ours", "expected"),
    [
        ([an_entry(cost_idr=20_000)], [], (DifferenceKind.MISSING_HERE, 20_000)),
        ([], [bought()], (DifferenceKind.MISSING_THERE, -5_000)),
        ([], [bought(state=State.UNKNOWN, cost_idr=None)], (DifferenceKind.MISSING_THERE, 0)),
        ([an_entry(cost_idr=5_500)], [bought()], (DifferenceKind.OTHER_PRICE, 500)),
        ([an_entry()], [bought(state=State.FAILED)], (DifferenceKind.OTHER_STATE, 5_000)),
        ([an_entry()], [bought(state=State.UNKNOWN)], (DifferenceKind.OTHER_STATE, 5_000)),
        ([an_entry(state=FAILURE)], [bought()], (DifferenceKind.OTHER_STATE, -5_000)),
        ([an_entry(state=PENDING)], [bought()], (DifferenceKind.OTHER_STATE, 0)),
        ([an_entry(state=UNREAD)], [bought(state=State.FAILED)], (DifferenceKind.OTHER_STATE, 5_000)),
        ([an_entry(), an_entry()], [bought()], (DifferenceKind.TWICE, 5_000)),
        ([an_entry(cost_idr=None)], [], (DifferenceKind.MISSING_HERE, None)),
    ],
)
def test_each_difference_has_its_kind_and_its_amount(
    listed: list[ListedTransaction], ours: list[Order], expected: tuple[DifferenceKind, int | None]
) -> None:
    assert kinds(compared(listed, ours)) == [expected]


@pytest.mark.parametrize("state", [State.FAILED, State.EXPIRED])
def test_an_order_that_was_not_bought_need_not_be_in_the_list(state: State) -> None:
    assert kinds(compared([], [bought(state=state)])) == []
    assert kinds(compared([an_entry(state=FAILURE)], [bought(state=state)])) == []


def test_a_charge_that_was_given_back_in_a_second_row_is_one_charge() -> None:
    assert kinds(compared([an_entry(), an_entry(state=FAILURE)], [bought()])) == []


def test_another_number_under_the_same_trxid_is_shown() -> None:
    row = ListedTransaction(number=2, trxid="1", destination="0812999", cost_idr=5_000, state=SUCCESS)
    assert kinds(compared([row], [bought()])) == [(DifferenceKind.OTHER_NUMBER, 0)]


@pytest.mark.parametrize(
    "listed", ["81234567890", "6281234567890", "+62 812-3456-7890", "0812****7890", "Telkomsel", ""]
)
def test_numbers_are_compared_as_lists_write_them(listed: str) -> None:
    assert may_be_number(listed, "081234567890")
    assert not may_be_number("081234567891", "081234567890")


@pytest.mark.parametrize("seed", range(20))
def test_all_amounts_together_are_the_difference_of_the_totals(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a repeatable test
    listed = [
        an_entry(str(chance.randrange(40)), chance.choice(list(ListedState)), chance.randrange(1, 9) * 1_000)
        for _ in range(40)
    ]
    ours = [
        bought(str(number), chance.choice(list(State)), chance.randrange(1, 9) * 1_000)
        for number in chance.sample(range(40), 25)
    ]
    result = compared(listed, ours)
    assert sum(each.extra_idr or 0 for each in result.differences) == result.extra_idr


HEADINGS = [
    ("trxid", "produk", "tujuan", "harga", "status", "tanggal"),
    ("Trx ID", "Product", "Destination", "Price", "Status", "Date"),
    ("No. Ref", "Kode Produk", "No Tujuan", "Harga Beli (Rp)", "STATUS", "Tgl Transaksi"),
    ("ID Transaksi", "Kode", "No HP", "Modal", "Keterangan", "Waktu"),
]
ROW = ("26112710000012345", "S5", "081234567890", "5.250", "SUKSES", "27/11/2026 10:00:05")


@pytest.mark.parametrize("headings", HEADINGS)
@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_columns_are_found_by_their_headings_in_both_languages(headings: tuple[str, ...], sign: str) -> None:
    text = "\n".join(sign.join(row) for row in (("Laporan transaksi",), headings, ROW))
    listed = parse_biller_list(text.encode())
    assert isinstance(listed, BillerList)
    (row,) = listed.rows
    assert (row.number, row.trxid, row.product, row.destination) == (3, ROW[0], "S5", ROW[2])
    assert (row.cost_idr, row.state, row.at) == (5_250, SUCCESS, "2026-11-27T10:00:05")


def test_a_workbook_is_read_as_well() -> None:
    listed = parse_biller_list(xlsx_bytes(HEADINGS[0], [ROW]))
    assert isinstance(listed, BillerList)
    assert [(row.trxid, row.cost_idr) for row in listed.rows] == [(ROW[0], 5_250)]


def test_of_several_columns_of_ids_ours_is_taken_and_totals_are_no_transactions() -> None:
    text = f"id;trx id;ref id;harga;status\n1;A77;{ROW[0]};Rp 5.000,-;Gagal\n;;;5.000;\n;;x y;1;sukses"
    listed = parse_biller_list(text.encode())
    assert isinstance(listed, BillerList)
    assert [(row.trxid, row.cost_idr, row.state) for row in listed.rows] == [(ROW[0], 5_000, FAILURE)]
    assert listed.unread == (4,)


@pytest.mark.parametrize(
    "content", [b"", b"halo", b"a;b\n1;2", b"%PDF-1", b"PK\x03\x04junk", b"\0\1\2", b"trxid;produk\n1;2"]
)
def test_what_is_no_list_is_refused(content: bytes) -> None:
    assert not isinstance(parse_biller_list(content), BillerList)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Sukses", SUCCESS),
        ("SUCCESSFUL", SUCCESS),
        ("tidak berhasil", UNREAD),
        ("Gagal - Refund", FAILURE),
        ("Dalam proses", PENDING),
        ("gagal sukses", UNREAD),
        ("20", UNREAD),
    ],
)
def test_a_state_is_read_only_if_its_word_means_one(word: str, state: ListedState) -> None:
    assert read_state(word) is state


@pytest.mark.parametrize(
    ("cell", "at"),
    [
        ("2026-11-27 10:00:05", "2026-11-27T10:00:05"),
        ("2026-11-27T10:00:05", "2026-11-27T10:00:05"),
        ("27-11-2026 10.00", "2026-11-27T10:00:00"),
        ("27 Nov 2026 10:00", "2026-11-27T10:00:00"),
        ("27/11/26", "2026-11-27"),
        ("31/02/2026", ""),
        ("kemarin", ""),
    ],
)
def test_times_are_read_as_lists_write_them(cell: str, at: str) -> None:
    assert read_time(cell) == at
