"""Parses the biller's own list of transactions; runs in the process of `price_list/reader_process.py`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from enum import StrEnum

from msgspec import Struct

from bot.catalogue.amounts import read_amount
from bot.catalogue.price_list.columns import normalized_key
from bot.catalogue.price_list.reader import UnreadablePriceList, open_sheets
from bot.catalogue.price_list.sheets import MAX_ROWS, FileError, Row, Sheet, UnreadableFileError
from bot.orders.reconciliation import ListedState, ListedTransaction

MAX_HEADING_ROW = 40
"""Statements begin with titles, the account and a period."""

TRXID = re.compile(r"[0-9]{17}")


class ListColumn(StrEnum):
    TRXID = "trxid"
    PRODUCT = "product"
    DESTINATION = "destination"
    PRICE = "price"
    STATE = "state"
    DATE = "date"
    TIME = "time"


_HEADINGS: Mapping[ListColumn, str] = {
    ListColumn.TRXID: (
        "trxid idtrx refid reff reffid ref referensi reference referenceid noref noreff noreferensi refno"
        " refnumber idref partnerref partnerrefid refpartner trxidpartner idtrxpartner refidpartner clientref"
        " clientid trxidclient idtrxclient trxidmitra idtrxmitra refmitra idtransaksi transaksiid"
        " transactionid transid idtrans notrx notransaksi nomortransaksi kodetransaksi trx transaksi"
        " transaction orderid idorder ftrxid id"
    ),
    ListColumn.PRODUCT: "kodeproduk productcode produk product kode code sku kp item namaproduk productname",
    ListColumn.DESTINATION: (
        "tujuan notujuan nomortujuan destination dest nohp nomorhp msisdn idpel idpelanggan nopelanggan"
        " nomorpelanggan customerno customernumber customerid pelanggan target phone phonenumber number nomor"
    ),
    ListColumn.PRICE: (
        "hargabeli hargamodal modal hpp cost harga price hargajual total totalharga amount debet debit biaya"
        " charge tagihan jumlah nominal"
    ),
    ListColumn.STATE: (
        "status statustrx statustransaksi transactionstatus trxstatus state hasil result keterangan ket"
    ),
    ListColumn.DATE: (
        "tanggal tgl date datetime tanggalwaktu tglwaktu tanggaljam tgljam waktutransaksi tanggaltransaksi"
        " tgltransaksi tgltrx trxtime trxdate tglentri tanggalentri transactiondate transactiontime timestamp"
        " createdat created waktu tglstatus"
    ),
    ListColumn.TIME: "jam pukul time waktu",
}
"""The headings of each column without blanks and signs, the surest first."""

_RANKS = {
    column: {word: rank for rank, word in enumerate(words.split())} for column, words in _HEADINGS.items()
}

_STATE_WORDS: Mapping[ListedState, str] = {
    ListedState.SUCCESS: (
        "sukses success successful succeeded berhasil ok done complete completed selesai terkirim lunas"
    ),
    ListedState.FAILURE: (
        "gagal fail failed failure refund refunded dikembalikan batal dibatalkan cancel canceled cancelled"
        " reversed ditolak rejected tolak error expired"
    ),
    ListedState.PENDING: (
        "pending proses diproses process processing progress menunggu tunggu waiting antri antre suspect"
    ),
}
_STATES = {word: state for state, words in _STATE_WORDS.items() for word in words.split()}
_NOT = frozenset(("tidak", "tdk", "belum", "bukan", "not", "blm"))

_WORD = re.compile(r"[a-z]+")
_RUPIAH = re.compile(
    r"[-+(]?\s*(?:rp|idr)?\.?\s*-?\s*(?P<amount>[0-9][0-9.,]*?)\s*(?:[.,]-+)?\s*\)?", re.IGNORECASE
)
_YEAR_FIRST = re.compile(r"(?P<y>20[0-9]{2})[-/.](?P<m>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2})(?P<rest>.*)")
_DAY_FIRST = re.compile(
    r"(?P<d>[0-9]{1,2})[-/. ](?P<m>[0-9]{1,2}|[a-z]{3,9})[-/. ](?P<y>20[0-9]{2}|[0-9]{2})(?P<rest>.*)"
)
_CLOCK = re.compile(r"(?P<h>[0-2]?[0-9])[:.](?P<m>[0-5][0-9])(?:[:.](?P<s>[0-5][0-9]))?")
_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan",
            "feb peb",
            "mar",
            "apr",
            "may mei",
            "jun",
            "jul",
            "aug agu ags",
            "sep",
            "oct okt",
            "nov nop",
            "dec des",
        ),
        1,
    )
    for word in words.split()
}


class BillerList(Struct, frozen=True, kw_only=True, tag="biller_list"):
    """The transactions of a file; `unread` are the numbers of rows without a readable trxid."""

    rows: tuple[ListedTransaction, ...]
    columns: tuple[ListColumn, ...]
    unread: tuple[int, ...] = ()


def parse_biller_list(content: bytes) -> BillerList | UnreadablePriceList:
    """Parse a spreadsheet or a text file."""
    try:
        found = [
            listed
            for sheets in open_sheets(content)
            for sheet in sheets
            if (listed := _read_sheet(sheet)) is not None
        ]
    except UnreadableFileError as error:
        return UnreadablePriceList(fault=error.fault)
    if not found:
        return UnreadablePriceList(fault=FileError.NO_HEADING)
    best = max(found, key=lambda listed: (len(listed.rows), len(listed.columns)))
    if len(best.rows) > MAX_ROWS:
        return UnreadablePriceList(fault=FileError.TOO_MANY_ROWS)
    return best if best.rows else UnreadablePriceList(fault=FileError.EMPTY)


def _read_sheet(sheet: Sheet) -> BillerList | None:
    for place, row in enumerate(sheet.rows[:MAX_HEADING_ROW]):
        columns = _columns(row, sheet.rows[place + 1 :])
        if ListColumn.TRXID in columns and {ListColumn.PRICE, ListColumn.STATE} & columns.keys():
            return _read_rows(columns, sheet.rows[place + 1 :])
    return None


def _columns(heading: Row, below: Sequence[Row]) -> dict[ListColumn, int]:
    """Return the place of each column: that of its surest heading, of a trxid that with the most of them."""
    found: dict[ListColumn, tuple[int, int]] = {}
    for place, cell in enumerate(heading.cells):
        key = re.sub(r"(?:rp|idr)$", "", normalized_key(cell))
        for column, ranks in _RANKS.items():
            if (rank := ranks.get(key)) is not None:
                if column is ListColumn.TRXID:
                    rank -= 1_000 * sum(bool(TRXID.fullmatch(_cell(row, place))) for row in below[:200])
                found[column] = min(found.get(column, (rank, place)), (rank, place))
    places = {column: place for column, (_, place) in found.items()}
    if places.get(ListColumn.TIME) == places.get(ListColumn.DATE):
        places.pop(ListColumn.TIME, None)
    return places


def _cell(row: Row, place: int | None) -> str:
    return row.cells[place].strip() if place is not None and place < len(row.cells) else ""


def _read_rows(columns: Mapping[ListColumn, int], rows: Iterable[Row]) -> BillerList:
    read: list[ListedTransaction] = []
    unread: list[int] = []
    for row in rows:
        cells = {column: _cell(row, columns.get(column)) for column in ListColumn}
        trxid = cells[ListColumn.TRXID].strip("'` ")
        if not trxid or not trxid.isascii() or not trxid.isalnum():
            # A line of totals has no trxid and no state.
            if trxid or cells[ListColumn.STATE]:
                unread.append(row.number)
            continue
        read.append(
            ListedTransaction(
                number=row.number,
                trxid=trxid,
                product=cells[ListColumn.PRODUCT],
                destination=cells[ListColumn.DESTINATION],
                cost_idr=_price(cells[ListColumn.PRICE]),
                state=read_state(cells[ListColumn.STATE]),
                at=read_time(f"{cells[ListColumn.DATE]} {cells[ListColumn.TIME]}"),
            )
        )
    return BillerList(rows=tuple(read), columns=tuple(columns), unread=tuple(unread))


def _price(cell: str) -> int | None:
    found = _RUPIAH.fullmatch(cell)
    return read_amount(found["amount"]) if found else None


def read_state(cell: str) -> ListedState:
    """Return the state that a word of a list means; one that says two things means none."""
    words = set(_WORD.findall(cell.lower()))
    means = {_STATES[word] for word in words if word in _STATES}
    if len(means) != 1 or words & _NOT:
        return ListedState.UNREAD
    return means.pop()


def read_time(cell: str) -> str:
    """Return a time in ISO form without a zone, a day if there is no time of day, or an empty text."""
    text = cell.strip().lower()
    found = _YEAR_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text)
    if found is None:
        return ""
    month = _MONTHS.get(found["m"][:3], 0) if found["m"].isalpha() else int(found["m"])
    year = int(found["y"]) + (2000 if len(found["y"]) < len("2026") else 0)
    clock = _CLOCK.search(found["rest"])
    try:
        day = date(year, month, int(found["d"]))
        at = time(int(clock["h"]), int(clock["m"]), int(clock["s"] or 0)) if clock else None
    except ValueError:
        return ""
    return datetime.combine(day, at).isoformat() if at else day.isoformat()
