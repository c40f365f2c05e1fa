"""The words of a profit report, and the columns of its file."""

from collections.abc import Sequence

from bot.grammar.period import Period, single_day
from bot.orders.profit import Profit, SoldProduct
from bot.spreadsheets import Cell
from bot.texts.formatting import Row, Text, bold, code, lines, rupiah, untrusted

ROWS_SHOWN = 12
MAX_NAME_CHARS = 24

HEADER = (
    *("Pemesan", "ID", "Kode", "Sukses", "Penjualan", "Modal", "Laba"),
    *("Modal belum diketahui", "Tanpa harga", "Modal tanpa harga"),
)
WIDTHS = (28, 14, 12, 10, 14, 14, 14, 20, 12, 18)


def profit_report(
    period: Period,
    total: Profit,
    products: Sequence[tuple[str, Profit]],
    resellers: Sequence[tuple[str, Profit]],
    *,
    reseller_count: int,
    is_today: bool,
) -> Text:
    """Return the totals of a period, of its products, and of the largest of `reseller_count` resellers."""
    head: Row = ("📈 ", bold("Laba"), f" {_days(period)}", " (hari ini)" if is_today else "")
    if not total.count:
        return lines(head, "Belum ada pesanan sukses." if is_today else "Tidak ada pesanan sukses.")
    rows: list[Row] = [head, *_totals(total), "", "Per produk:"]
    rows += [(code(name), _line(profit)) for name, profit in products[:ROWS_SHOWN]]
    rows += _more(len(products), "produk")
    rows += ["", "Per reseller:"]
    rows += [(untrusted(name, MAX_NAME_CHARS), _line(profit)) for name, profit in resellers[:ROWS_SHOWN]]
    return lines(*rows, *_more(reseller_count, "reseller"))


def _days(period: Period) -> str:
    one = period == single_day(period.first)
    return f"{period.first:%d/%m/%Y}" + ("" if one else f" sampai {period.last:%d/%m/%Y}")


def _totals(total: Profit) -> list[Row]:
    rows: list[Row] = [f"Sukses: {total.count}"]
    if total.priced_count:
        is_whole = not total.uncosted_count
        rows += [
            f"Penjualan: {rupiah(total.sales_idr)}",
            f"Modal: {rupiah(total.cost_idr)}",
            (f"Laba{'' if is_whole else ' dari yang lengkap'}: ", bold(rupiah(total.profit_idr))),
        ]
    if total.uncosted_count:
        rows.append(f"{total.uncosted_count} belum diketahui modalnya, tidak ikut di laba.")
    if total.estimated_count:
        rows.append(f"{total.estimated_count} memakai modal terakhir yang diketahui saat dipesan.")
    if total.unpriced_count:
        unknown = total.unpriced_uncosted_count
        but = f" ({unknown} belum diketahui)" if unknown else ""
        cost = rupiah(total.unpriced_cost_idr)
        rows.append(f"Terpisah, tanpa harga jual: {total.unpriced_count} pesanan, modal {cost}{but}")
    return rows


def _line(profit: Profit) -> str:
    if not profit.priced_count:
        return f": {profit.count} tanpa harga · modal {rupiah(profit.unpriced_cost_idr)}"
    sales = f": {profit.count} · jual {rupiah(profit.sales_idr)}"
    gained = f" · laba {rupiah(profit.profit_idr)}" if profit.costed_count else " · modal belum diketahui"
    unpriced = f" · {profit.unpriced_count} tanpa harga" if profit.unpriced_count else ""
    return f"{sales}{gained}{unpriced}"


def _more(count: int, what: str) -> list[Row]:
    return [f"dan {count - ROWS_SHOWN} {what} lain"] if count > ROWS_SHOWN else []


def file_caption(period: Period, *, row_count: int) -> Text:
    return lines(f"📄 Laba {_days(period)} per reseller dan produk: {row_count} baris.")


def file_name(period: Period, extension: str) -> str:
    return f"laba-{period}.{extension}"


def file_row(sold: SoldProduct, name: str) -> tuple[Cell, ...]:
    """Return a row of the file; amounts that are not known are blank."""
    return (
        name,
        sold.user_id,
        sold.product_code,
        sold.count,
        sold.sales_idr if sold.priced_count else None,
        sold.cost_idr if sold.costed_count else None,
        sold.profit_idr if sold.costed_count else None,
        sold.priced_count - sold.costed_count,
        sold.count - sold.priced_count,
        sold.unpriced_cost_idr,
    )
