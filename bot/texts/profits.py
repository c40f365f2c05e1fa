"""The words of a profit report, and the columns of its file."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bot.grammar.period import Period, single_day
from bot.orders.totals import Totals
from bot.spreadsheets import Cell
from bot.texts.formatting import (
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

ROWS_SHOWN = 12
MAX_NAME_CHARS = 24

HEADER = (
    *("Pemesan", "ID", "Kode", "Sukses", "Penjualan", "Modal", "Laba"),
    *("Modal belum diketahui", "Tanpa harga", "Modal tanpa harga"),
)
WIDTHS = (28, 14, 12, 10, 14, 14, 14, 20, 12, 18)


class ProfitList(Struct, frozen=True, kw_only=True):
    """The parts of a profit report by one criterion, as rows of text and as a table."""

    rows: tuple[Row, ...]
    table: MessageTable
    more: tuple[Row, ...] = ()


def profit_report(period: Period, total: Totals, lists: Sequence[ProfitList], *, is_today: bool) -> Page:
    """Return the totals of a period, and lists of its parts."""
    head: Row = ("📈 ", bold("Laba"), f" {_days(period)}", " (hari ini)" if is_today else "")
    if not total.succeeded_count:
        none = "Belum ada pesanan sukses." if is_today else "Tidak ada pesanan sukses."
        return Page(text=lines(head, none))
    sums = _totals(total)
    text = lines(head, *sums, *(row for each in lists for row in ("", *each.rows, *each.more)))
    tables = (part for each in lists for part in (each.table, *((lines(*each.more),) if each.more else ())))
    return Page(text=text, layout=(lines(head, *sums), *tables))


def by_product(products: Sequence[tuple[str, Totals]]) -> ProfitList:
    sold = [(name, each) for name, each in products if each.succeeded_count]
    shown = sold[:ROWS_SHOWN]
    return ProfitList(
        rows=("Per produk:", *((code(name), f": {_line(each)}") for name, each in shown)),
        table=_table("Produk", [(code(name), each) for name, each in shown]),
        more=_more(len(sold), "produk"),
    )


def by_reseller(named: Sequence[tuple[str, Totals]], *, count: int) -> ProfitList:
    """Return the list of the largest of `count` resellers."""
    return ProfitList(
        rows=(
            "Per reseller:",
            *((untrusted(name, MAX_NAME_CHARS), f": {_line(each)}") for name, each in named),
        ),
        table=_table("Reseller", [(Span(clean(name, MAX_NAME_CHARS)), each) for name, each in named]),
        more=_more(count, "reseller"),
    )


def by_hour(hours: Mapping[str, Totals]) -> ProfitList:
    sold = [(f"{hour}.00", each) for hour, each in sorted(hours.items()) if each.succeeded_count]
    return ProfitList(
        rows=("Per jam:", *(f"{hour}: {_line(each)}" for hour, each in sold)),
        table=_table("Jam", [(Span(hour), each) for hour, each in sold]),
    )


def _table(name: str, parts: Sequence[tuple[Span, Totals]]) -> MessageTable:
    """Return a table of parts; what is not known is a dash, and a star marks sums that lack orders."""
    return MessageTable(
        columns=(name, "Sukses", "Penjualan", "Laba"),
        rows=tuple(
            (
                part,
                Span(str(each.succeeded_count)),
                Span(_known(each.sales_idr, each.priced_count, each.succeeded_count)),
                Span(_known(each.profit_idr, each.costed_count, each.succeeded_count)),
            )
            for part, each in parts
        ),
        amounts=3,
    )


def _known(amount_idr: int, known_count: int, count: int) -> str:
    return f"{rupiah(amount_idr)}{'' if known_count == count else '*'}" if known_count else "-"


def _days(period: Period) -> str:
    one = period == single_day(period.first)
    return f"{period.first:%d/%m/%Y}" + ("" if one else f" sampai {period.last:%d/%m/%Y}")


def money_rows(total: Totals) -> list[Row]:
    """Return sales, cost and profit, and what of them is not known."""
    rows: list[Row] = []
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
    return rows


def _totals(total: Totals) -> list[Row]:
    rows: list[Row] = [f"Sukses: {total.succeeded_count}", *money_rows(total)]
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


def _more(count: int, what: str) -> tuple[Row, ...]:
    return (f"dan {count - ROWS_SHOWN} {what} lain",) if count > ROWS_SHOWN else ()


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
