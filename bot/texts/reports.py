"""The text of a sales report, and the columns of its file."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import assert_never

from msgspec import Struct

from bot.grammar.period import Period, single_day
from bot.notices.reports import (
    ProfitFile,
    ProfitReport,
    ReportPeriodUnclear,
    ReportsNotice,
    SalesReport,
    SalesReportFile,
)
from bot.orders.model import Order, State
from bot.orders.totals import Totals, cost_of, profit_of
from bot.spreadsheets import Cell
from bot.texts.batch_summary import MARKS
from bot.texts.formatting import (
    Clock,
    MessageTable,
    Page,
    Row,
    Span,
    Text,
    bold,
    clean,
    code,
    lines,
    rupiah,
    untrusted,
)
from bot.texts.order_lookup import STATES
from bot.texts.orders import shown_reason

ROWS_SHOWN = 12
MAX_NAME_CHARS = 24
IN_PRIVATE = "Jumlah rupiahnya hanya di chat pribadi dengan bot."

DAYS_SHOWN = 31
"""For a longer period only the totals are shown."""

NOT_CHARGED = (State.FAILED, State.EXPIRED)
"""Nobody pays for these orders, so that their rows have neither a price nor a cost."""

HEADER = ("Waktu", "Ref", "Kode", "Nomor", "Status", "Harga", "SN", "Alasan")
HEADER_FOR_ADMINS = (*HEADER, "Pemesan", "Modal", "Laba")
WIDTHS = (20, 20, 12, 18, 16, 12, 44, 32, 28, 12, 12)


class ReportHead(Struct, frozen=True, kw_only=True):
    """What a report is about; `name` is the reseller's, if it is an admin who looks.

    With `hides_amounts` only orders are counted.
    """

    period: Period
    is_today: bool
    for_admin: bool
    name: str = ""
    hides_amounts: bool = False

    @property
    def is_day(self) -> bool:
        return self.period.day_count == 1


def by_product(head: ReportHead, total: Totals, sums: Mapping[str, Totals]) -> Page:
    """Return the totals of a period, and the products that were sold most."""
    sold = [(name, each) for name, each in sums.items() if each.succeeded_count]
    sold.sort(key=lambda each: (-each[1].succeeded_count, each[0]))
    shown = sold[:ROWS_SHOWN]
    rows: list[Row] = ["", "Sukses per produk:"] if sold else []
    for name, each in shown:
        amount = f" · {rupiah(each.sales_idr)}" if each.priced_count else ""
        rows.append((code(name), f": {each.succeeded_count}{amount}"))
    cells = tuple((code(name), Span(str(each.succeeded_count)), Span(_sales(each))) for name, each in shown)
    table = MessageTable(columns=("Produk", "Sukses", "Penjualan"), rows=cells, amounts=2)
    return _report(head, total, rows, table, more=_more(len(sold), "produk"))


def by_reseller(head: ReportHead, total: Totals, named: Sequence[tuple[str, Totals]], *, count: int) -> Page:
    """Return the totals of a period, and those of the largest of `count` resellers."""
    rows: list[Row] = ["", "Per reseller:"]
    rows += [(untrusted(name, MAX_NAME_CHARS), f": {_outcomes(each)}") for name, each in named]
    parts = [(clean(name, MAX_NAME_CHARS), each) for name, each in named]
    return _report(head, total, rows, _outcome_table("Reseller", parts), more=_more(count, "reseller"))


def by_hour(head: ReportHead, total: Totals, sums: Mapping[str, Totals]) -> Page:
    """Return the totals of a period, and those of each hour of the day that has orders."""
    parts = [(f"{hour}.00", each) for hour, each in sorted(sums.items()) if each.count]
    rows: list[Row] = ["", "Per jam:", *(f"{name} {_outcomes(each)}" for name, each in parts)]
    return _report(head, total, rows, _outcome_table("Jam", parts))


def days_report(head: ReportHead, total: Totals, by_day: Sequence[tuple[date, Totals]]) -> Page:
    """Return the totals of several days, and of each in `by_day` that has orders."""
    parts = [(f"{day:%d/%m}", of_day) for day, of_day in by_day if of_day.count]
    days: list[Row] = [f"{name} {_outcomes(of_day)}" for name, of_day in parts]
    return _report(head, total, ["", "Per hari:", *days] if days else [], _outcome_table("Tanggal", parts))


def _outcome_table(name: str, parts: Sequence[tuple[str, Totals]]) -> MessageTable:
    """Return a table of the parts of a report: their successes, failures, all else, and sales."""
    return MessageTable(
        columns=(name, "Sukses", "Gagal", "Lainnya", "Penjualan"),
        rows=tuple(
            (
                Span(part),
                Span(str(each.succeeded_count)),
                Span(str(each.failed_count)),
                Span(str(each.count - each.succeeded_count - each.failed_count)),
                Span(_sales(each)),
            )
            for part, each in parts
        ),
        amounts=4,
    )


def _sales(total: Totals) -> str:
    return rupiah(total.sales_idr) if total.priced_count else "-"


def _report(
    head: ReportHead, total: Totals, rows: Sequence[Row], table: MessageTable, *, more: Sequence[Row] = ()
) -> Page:
    """Return a report: its title, the sums, and `rows` of its parts, which `table` shows as well."""
    title = _title(head)
    if not total.count:
        if not head.is_day:
            return Page(text=lines(title, "Tidak ada pesanan di hari-hari itu."))
        none = "Belum ada pesanan hari ini." if head.is_today else "Tidak ada pesanan hari itu."
        return Page(text=lines(title, none))
    sums = [*_counts(total), IN_PRIVATE] if head.hides_amounts else _sums(total, for_admin=head.for_admin)
    layout = (lines(title, *sums), table, *((lines(*more),) if more else ()))
    return Page(text=lines(title, *sums, *rows, *more), layout=layout if table.rows else ())


def _title(head: ReportHead) -> Row:
    # An admin who looks at the report of a reseller sees whose it is.
    whose: tuple[str | Span, ...] = (" · ", untrusted(head.name, 40)) if head.name else ()
    first, last = head.period.first, head.period.last
    if head.is_day:
        return ("📊 ", bold(f"Laporan {first:%d/%m/%Y}"), " (hari ini)" if head.is_today else "", *whose)
    return ("📊 ", bold("Rekap"), f" {first:%d/%m/%Y} sampai {last:%d/%m/%Y}", *whose)


def counts_by_state(total: Totals) -> list[tuple[State, int]]:
    """Return how many orders are in which state, as reports list them; 0 are left out."""
    counts = (
        (State.SUCCEEDED, total.succeeded_count),
        (State.PENDING, total.open_count),
        (State.UNKNOWN, total.unknown_count),
        (State.DISPUTED, total.disputed_count),
        (State.FAILED, total.failed_count),
        (State.EXPIRED, total.expired_count),
    )
    return [(state, count) for state, count in counts if count]


def _counts(total: Totals) -> list[Row]:
    return [f"{MARKS[state]} {STATES[state]}: {count}" for state, count in counts_by_state(total)]


def _sums(total: Totals, *, for_admin: bool) -> list[Row]:
    rows = _counts(total)
    if total.priced_count:
        name = "Penjualan sukses" if for_admin else "Total sukses"
        rows.append((f"{name}: ", bold(rupiah(total.sales_idr))))
    if total.unpriced_count:
        rows.append(f"{total.unpriced_count} sukses tanpa harga, tidak ikut dijumlah.")
    return rows + (_costs(total) if for_admin else [])


def _costs(total: Totals) -> list[Row]:
    uncosted = total.uncosted_count + total.unpriced_uncosted_count
    rows: list[Row] = []
    if total.succeeded_count > uncosted:
        rows.append(f"Modal: {rupiah(total.cost_idr + total.unpriced_cost_idr)}")
        is_whole = not (total.unpriced_count or uncosted)
        rows.append(f"Selisih{'' if is_whole else ' dari yang lengkap'}: {rupiah(total.profit_idr)}")
    if uncosted:
        rows.append(f"{uncosted} sukses belum diketahui modalnya.")
    if total.estimated_count:
        rows.append(f"{total.estimated_count} memakai modal terakhir yang diketahui saat dipesan.")
    return rows


def _more(count: int, what: str) -> list[Row]:
    return [f"dan {count - ROWS_SHOWN} {what} lain"] if count > ROWS_SHOWN else []


def _outcomes(total: Totals) -> str:
    """Return the counts of a part of a report, and its sales."""
    amount = f" · {rupiah(total.sales_idr)}" if total.priced_count else ""
    rest = "".join(
        f" · {MARKS[state]} {count}"
        for state, count in counts_by_state(total)
        if state is not State.SUCCEEDED
    )
    return f"{MARKS[State.SUCCEEDED]} {total.succeeded_count}{amount}{rest}"


def report_unclear(notice: ReportPeriodUnclear) -> Text:
    typed = notice.command
    return lines(
        ("🤔 Tanggal ", untrusted(notice.typed), " belum bisa dibaca."),
        ("Contoh: ", code(typed), " · ", code(f"{typed} 21/11"), " · ", code(f"{typed} 1/11-21/11 xlsx")),
        "Sekali lihat paling lama satu tahun.",
    )


def file_caption(period: Period, *, row_count: int, is_cut: bool) -> Text:
    """Return the caption of the file; `is_cut` if it does not contain all orders."""
    one = period == single_day(period.first)
    days = f"{period.first:%d/%m/%Y}" + ("" if one else f" sampai {period.last:%d/%m/%Y}")
    rows = f"{row_count:,}".replace(",", ".")
    if is_cut:
        return lines(
            f"📄 Pesanan {days}: hanya {rows} yang pertama.",
            "Sisanya tidak muat. Minta untuk waktu yang lebih pendek.",
        )
    return lines(f"📄 Pesanan {days}: {rows} baris.")


def file_name(period: Period, extension: str) -> str:
    return f"pesanan-{period}.{extension}"


def file_row(order: Order, clock: Clock) -> tuple[Cell, ...]:
    """Return the row of an order, without what resellers must not see."""
    return (
        clock.stamp(order.placed_at_ms),
        order.trxid,
        order.product_code,
        order.destination,
        STATES[order.state],
        None if order.state in NOT_CHARGED else order.price_idr,
        order.sn,
        shown_reason(order.reason or "", order.failure_cause),
    )


def file_row_for_admins(order: Order, name: str, clock: Clock) -> tuple[Cell, ...]:
    """Return the row of an order, with its reseller, cost and profit."""
    return (
        *file_row(order, clock)[:-1],
        order.reason or "",
        f"{name} ({order.user_id})",
        _cost_in_file(order),
        profit_of(order),
    )


def _cost_in_file(order: Order) -> int | None:
    """Return what an order cost, if money was taken; the costs of sold orders sum up to those of reports."""
    if order.state in NOT_CHARGED:
        return None
    return cost_of(order) if order.state is State.SUCCEEDED else order.cost_idr


def words(notice: ReportsNotice) -> Text:
    match notice:
        case ReportPeriodUnclear():
            return report_unclear(notice)
        case SalesReport() | SalesReportFile() | ProfitReport() | ProfitFile():
            raise LookupError("a report is rendered with its content")
        case _:
            assert_never(notice)
