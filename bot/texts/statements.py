"""The words of a statement, and the columns of its file."""

from collections.abc import Sequence
from typing import assert_never

from msgspec import Struct

from bot.grammar.period import Period, single_day
from bot.ledger import EntryKind
from bot.notices.statements import (
    Statement,
    StatementChoice,
    StatementFile,
    StatementPeriodUnclear,
    StatementsNotice,
)
from bot.orders.model import Order
from bot.spreadsheets import Cell
from bot.texts.formatting import (
    MAX_UNITS,
    Clock,
    Row,
    Span,
    Text,
    bold,
    code,
    format_destination,
    length,
    lines,
    rupiah,
    untrusted,
)

KINDS = {
    EntryKind.HOLD: "Pesanan",
    EntryKind.SPEND: "Pesanan",
    EntryKind.RELEASE: "Dana kembali",
    EntryKind.DEPOSIT: "Isi saldo",
    EntryKind.ADJUSTMENT: "Koreksi admin",
    EntryKind.TRANSFER: "Transfer",
}
HEADER = ("Waktu", "Jenis", "Kode", "Nomor", "Ref", "Keterangan", "Jumlah", "Saldo sesudahnya")
WIDTHS = (20, 16, 12, 18, 20, 40, 14, 18)
_REASON_CHARS = 40


class Move(Struct, frozen=True, kw_only=True):
    """One entry of a statement, with the order that made it if one did."""

    at_ms: int
    kind: EntryKind
    order: Order | None
    reason: str
    amount_idr: int
    after_idr: int


class StatementTotal(Struct, frozen=True, kw_only=True):
    """The number of all entries of a statement, and the balances before and after them."""

    count: int
    opening_idr: int
    closing_idr: int


def statement_text(
    period: Period, moves: Sequence[Move], total: StatementTotal, clock: Clock, *, whose: str
) -> Text:
    """Return a statement with as many of the latest entries as fit; `whose` is empty for the owner."""
    shown = len(moves)
    while length(text := _first(period, moves[:shown], total, clock, whose)) > MAX_UNITS:
        shown -= 1
    return text


def _first(period: Period, moves: Sequence[Move], total: StatementTotal, clock: Clock, whose: str) -> Text:
    owner: list[Row] = [("👤 ", untrusted(whose))] if whose else []
    head = ("📒 ", bold(f"Mutasi {_days(period)}"))
    if not total.count:
        return lines(head, *owner, "Tidak ada mutasi.", ("Hari lain: ", code("mutasi 1-15")))
    rows = [_row(move, clock, with_day=period.day_count > 1) for move in moves]
    left_out = total.count - len(rows)
    more = [f"… {left_out} lagi sebelumnya: unduh filenya."] if left_out else []
    balances = f"Saldo awal {rupiah(total.opening_idr)}, akhir {rupiah(total.closing_idr)}"
    return lines(head, *owner, balances, "", *rows, *more)


def _days(period: Period) -> str:
    if period == single_day(period.first):
        return f"{period.first:%d/%m/%Y}"
    return f"{period.first:%d/%m/%Y} sampai {period.last:%d/%m/%Y}"


def _row(move: Move, clock: Clock, *, with_day: bool) -> Row:
    stamp = clock.stamp(move.at_ms)
    moment = f"{stamp[:5]} {stamp[11:16]}" if with_day else stamp[11:16]
    sign = "+" if move.amount_idr > 0 else ""
    amounts = f"{sign}{rupiah(move.amount_idr)} = {rupiah(move.after_idr)}"
    return (f"{moment} {amounts} · ", *_what(move))


def _what(move: Move) -> tuple[str | Span, ...]:
    if order := move.order:
        back = ("kembali ",) if move.kind is EntryKind.RELEASE else ()
        return (*back, untrusted(order.product_code, 20), " ", format_destination(order.destination))
    word = KINDS[move.kind].lower()
    return (f"{word}: ", untrusted(move.reason, _REASON_CHARS)) if move.reason else (word,)


def file_row(move: Move, clock: Clock) -> tuple[Cell, ...]:
    """Return the row of an entry in the file."""
    order = move.order
    of_order = (order.product_code, order.destination, order.trxid) if order else (None, None, None)
    return (
        clock.stamp(move.at_ms),
        KINDS[move.kind],
        *of_order,
        move.reason or None,
        move.amount_idr,
        move.after_idr,
    )


def file_caption(period: Period, *, row_count: int, is_cut: bool) -> Text:
    """Return the caption of the file; `is_cut` if it does not contain all rows."""
    rows = f"{row_count:,}".replace(",", ".")
    if is_cut:
        return lines(
            f"📄 Mutasi {_days(period)}: hanya {rows} yang pertama.",
            "Sisanya tidak muat. Minta untuk waktu yang lebih pendek.",
        )
    return lines(f"📄 Mutasi {_days(period)}: {rows} baris.")


def file_name(period: Period, extension: str) -> str:
    return f"mutasi-{period}.{extension}"


def words(notice: StatementsNotice) -> Text:
    match notice:
        case StatementChoice():
            return lines("🤔 Mau lihat yang mana?", "Mutasi: semua gerak saldo. Laporan: jumlah per produk.")
        case StatementPeriodUnclear():
            return lines(
                ("🤔 Tanggal ", untrusted(notice.typed), " belum bisa dibaca."),
                ("Contoh: ", code("mutasi"), " · ", code("mutasi 18"), " · ", code("mutasi 1-15 csv")),
                "Sekali lihat paling lama satu tahun.",
            )
        case Statement() | StatementFile():
            raise LookupError("a statement is rendered with its content")
        case _:
            assert_never(notice)
