"""The text of a sales report, and the columns of its file."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import assert_never

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
from bot.orders.sales_summary import ProductSales, SalesTotal, sum_sales
from bot.spreadsheets import Cell
from bot.texts.batch_summary import MARKS
from bot.texts.formatting import Clock, Row, Span, Text, bold, code, lines, rupiah, untrusted
from bot.texts.order_lookup import STATES
from bot.texts.orders import shown_reason

PRODUCTS_SHOWN = 12
DAYS_SHOWN = 31
"""For a longer period only the totals are shown."""

_IN_ORDER = (
    State.SUCCEEDED,
    State.PENDING,
    State.UNKNOWN,
    State.DISPUTED,
    State.FAILED,
    State.EXPIRED,
)
_PENDING = (State.PLACED, State.SUBMITTING, State.PENDING)

NOT_CHARGED = (State.FAILED, State.EXPIRED)
"""Nobody pays for these orders, so that their rows have neither a price nor a cost."""

HEADER = ("Waktu", "Ref", "Kode", "Nomor", "Status", "Harga", "SN", "Alasan")
HEADER_FOR_ADMINS = (*HEADER, "Pemesan", "Modal")
WIDTHS = (20, 20, 12, 18, 16, 12, 44, 32, 28, 12)


def day_report(
    day: date, sales: Sequence[ProductSales], *, is_today: bool, for_admin: bool, name: str = ""
) -> Text:
    """Return the totals of a day, and the best-selling products."""
    total = sum_sales(sales)
    head = ("📊 ", bold(f"Laporan {day:%d/%m/%Y}"), " (hari ini)" if is_today else "", *_of(name))
    if not total.count:
        return lines(head, "Belum ada pesanan hari ini." if is_today else "Tidak ada pesanan hari itu.")
    return lines(head, *_sums(total, for_admin=for_admin), *_products(sales))


def days_report(
    period: Period,
    total: SalesTotal,
    by_day: Sequence[tuple[date, SalesTotal]],
    *,
    for_admin: bool,
    name: str = "",
) -> Text:
    """Return the totals of several days, and of each in `by_day` that has orders."""
    head = ("📊 ", bold("Rekap"), f" {period.first:%d/%m/%Y} sampai {period.last:%d/%m/%Y}", *_of(name))
    if not total.count:
        return lines(head, "Tidak ada pesanan di hari-hari itu.")
    days = [_day(day, of_day) for day, of_day in by_day if of_day.count]
    return lines(head, *_sums(total, for_admin=for_admin), *(["", "Per hari:"] if days else []), *days)


def _of(name: str) -> tuple[str | Span, ...]:
    """Return whose report it is, if an admin looks at the one of a reseller."""
    return (" · ", untrusted(name, 40)) if name else ()


def _sums(total: SalesTotal, *, for_admin: bool) -> list[Row]:
    counts = {**total.counts, State.PENDING: sum(total.counts.get(state, 0) for state in _PENDING)}
    rows: list[Row] = [f"{MARKS[s]} {STATES[s]}: {counts[s]}" for s in _IN_ORDER if counts.get(s)]
    if total.success_count > total.unpriced_count:
        name = "Penjualan sukses" if for_admin else "Total sukses"
        rows.append((f"{name}: ", bold(rupiah(total.price_idr))))
    if total.unpriced_count:
        rows.append(f"{total.unpriced_count} sukses tanpa harga, tidak ikut dijumlah.")
    if for_admin and total.success_count > total.uncosted_count:
        rows.append(f"Modal: {rupiah(total.cost_idr)}")
        is_whole = not (total.unpriced_count or total.uncosted_count)
        rows.append(f"Selisih{'' if is_whole else ' dari yang lengkap'}: {rupiah(total.margin_idr)}")
    if for_admin and total.uncosted_count:
        rows.append(f"{total.uncosted_count} sukses belum diketahui modalnya.")
    return rows


def _products(sales: Sequence[ProductSales]) -> list[Row]:
    done = sorted(
        (sale for sale in sales if sale.state is State.SUCCEEDED),
        key=lambda sale: (-sale.count, sale.product_code),
    )
    if not done:
        return []
    rows: list[Row] = ["", "Sukses per produk:"]
    for sale in done[:PRODUCTS_SHOWN]:
        amount = f" · {rupiah(sale.price_idr)}" if sale.priced_count else ""
        rows.append((code(sale.product_code), f": {sale.count}{amount}"))
    if len(done) > PRODUCTS_SHOWN:
        rows.append(f"dan {len(done) - PRODUCTS_SHOWN} produk lain")
    return rows


def _day(day: date, total: SalesTotal) -> str:
    amount = f" · {rupiah(total.price_idr)}" if total.price_idr else ""
    marks = Counter[str]()
    for state, count in total.counts.items():
        if state is not State.SUCCEEDED:
            marks[MARKS[state]] += count
    rest = "".join(f" · {mark} {count}" for mark, count in marks.items() if count)
    return f"{day:%d/%m} ✅ {total.success_count}{amount}{rest}"


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
    """Return the row of an order, with its reseller and cost."""
    return (
        *file_row(order, clock)[:-1],
        order.reason or "",
        f"{name} ({order.user_id})",
        None if order.state in NOT_CHARGED else order.cost_idr,
    )


def words(notice: ReportsNotice) -> Text:
    match notice:
        case ReportPeriodUnclear():
            return report_unclear(notice)
        case SalesReport() | SalesReportFile() | ProfitReport() | ProfitFile():
            raise LookupError("a report is rendered with its content")
        case _:
            assert_never(notice)
