"""The words of a profit report, and the columns of its file."""

from collections.abc import Mapping, Sequence

from bot.grammar.period import Period, single_day
from bot.orders.totals import Totals
from bot.spreadsheets import Cell
from bot.texts.formatting import Row, Text, bold, code, lines, rupiah, untrusted

ROWS_SHOWN = 12
MAX_NAME_CHARS = 24

HEADER = (
    *("Pemesan", "ID", "Kode", "Sukses", "Penjualan", "Modal", "Laba"),
    *("Modal belum diketahui", "Tanpa harga", "Modal tanpa harga"),
)
WIDTHS = (28, 14, 12, 10, 14, 14, 14, 20, 12, 18)


def profit_report(period: Period, total: Totals, lists: Sequence[Sequence[Row]], *, is_today: bool) -> Text:
    """Return the totals of a period, and lists of its parts."""
    head: Row = ("📈 ", bold("Laba"), f" {_days(period)}", " (hari ini)" if is_today else "")
    if not total.succeeded_count:
        return lines(head, "Belum ada pesanan sukses." if is_today else "Tidak ada pesanan sukses.")
    return lines(head, *_totals(total), *(row for rows in lists for row in ("", *rows)))


def by_product(products: Sequence[tuple[str, Totals]]) -> list[Row]:
    sold = [(name, each) for name, each in products if each.succeeded_count]
    rows: list[Row] = ["Per produk:"]
    rows += [(code(name), f": {_line(each)}") for name, each in sold[:ROWS_SHOWN]]
    return rows + _more(len(sold), "produk")


def by_reseller(named: Sequence[tuple[str, Totals]], *, count: int) -> list[Row]:
    """Return the list of the largest of `count` resellers."""
    rows: list[Row] = ["Per reseller:"]
    rows += [(untrusted(name, MAX_NAME_CHARS), f": {_line(each)}") for name, each in named]
    return rows + _more(count, "reseller")


def by_hour(hours: Mapping[str, Totals]) -> list[Row]:
    rows: list[Row] = ["Per jam:"]
    return rows + [
        f"{hour}.00: {_line(each)}" for hour, each in sorted(hours.items()) if each.succeeded_count
    ]


def _days(period: Period) -> str:
    one = period == single_day(period.first)
    return f"{period.first:%d/%m/%Y}" + ("" if one else f" sampai {period.last:%d/%m/%Y}")


def _totals(total: Totals) -> list[Row]:
    rows: list[Row] = [f"Sukses: {total.succeeded_count}"]
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


def _line(total: Totals) -> str:
    if not total.priced_count:
        return f"{total.succeeded_count} tanpa harga · modal {rupiah(total.unpriced_cost_idr)}"
    sales = f"{total.succeeded_count} · jual {rupiah(total.sales_idr)}"
    gained = f" · laba {rupiah(total.profit_idr)}" if total.costed_count else " · modal belum diketahui"
    unpriced = f" · {total.unpriced_count} tanpa harga" if total.unpriced_count else ""
    return f"{sales}{gained}{unpriced}"


def _more(count: int, what: str) -> list[Row]:
    return [f"dan {count - ROWS_SHOWN} {what} lain"] if count > ROWS_SHOWN else []


def file_caption(period: Period, *, row_count: int) -> Text:
    return lines(f"📄 Laba {_days(period)} per reseller dan produk: {row_count} baris.")


def file_name(period: Period, extension: str) -> str:
    return f"laba-{period}.{extension}"


def file_row(name: str, user_id: int, product_code: str, total: Totals) -> tuple[Cell, ...]:
    """Return a row of the file; amounts that are not known are blank."""
    return (
        name,
        user_id,
        product_code,
        total.succeeded_count,
        total.sales_idr if total.priced_count else None,
        total.cost_idr if total.costed_count else None,
        total.profit_idr if total.costed_count else None,
        total.uncosted_count,
        total.unpriced_count,
        total.unpriced_cost_idr,
    )
