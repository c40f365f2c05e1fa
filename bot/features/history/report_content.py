"""Renders sales reports and their files from the database when they are sent.

A month of a large shop is a million orders: summing them up must not delay the placing of orders.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from bot.grammar.period import Period, decode_period, single_day
from bot.notices.catalogue import FileFormat
from bot.notices.reports import SalesReport, SalesReportFile
from bot.orders.model import Order
from bot.orders.sales_summary import ProductSales, sum_sales
from bot.spreadsheets import Cell, csv_bytes, xlsx_bytes
from bot.texts import reports as words
from bot.texts.formatting import Clock
from bot.texts.message import Attachment, AttachmentKind
from bot.texts.render import RenderedMessage
from storage import order_queries, people
from storage.transaction import Tx

MAX_ROWS = 20_000
"""A file of as many rows has about 1 MB and takes two seconds of CPU time, which delays the event loop."""


def render_report(tx: Tx, notice: SalesReport, clock: Clock) -> RenderedMessage:
    period = _period_of(notice)
    for_admin = notice.user_id is None
    if period.day_count == 1:
        sales = _sales(tx, notice, period, clock)
        text = words.day_report(period.first, sales, is_today=notice.is_today, for_admin=for_admin)
        return RenderedMessage(text=text)
    days = period.days() if period.day_count <= words.DAYS_SHOWN else ()
    by_day = [(day, _sales(tx, notice, single_day(day), clock)) for day in days]
    sales = [sale for _, of_day in by_day for sale in of_day] or _sales(tx, notice, period, clock)
    totals = [(day, sum_sales(of_day)) for day, of_day in by_day]
    return RenderedMessage(text=words.days_report(period, sum_sales(sales), totals, for_admin=for_admin))


def _period_of(notice: SalesReport | SalesReportFile) -> Period:
    period = decode_period(notice.period)
    if period is None:
        raise LookupError(f"report has an invalid period: {notice.period}")
    return period


def _sales(tx: Tx, notice: SalesReport, period: Period, clock: Clock) -> list[ProductSales]:
    from_ms, until_ms = period.bounds_ms(clock.zone)
    return order_queries.sum_by_product(tx, user_id=notice.user_id, from_ms=from_ms, until_ms=until_ms)


def render_file(tx: Tx, notice: SalesReportFile, clock: Clock) -> RenderedMessage:
    period = _period_of(notice)
    from_ms, until_ms = period.bounds_ms(clock.zone)
    found = order_queries.placed_within(tx, user_id=notice.user_id, from_ms=from_ms, until_ms=until_ms)
    orders = _Counted(islice(found, MAX_ROWS))
    if notice.user_id is None:
        content = _write(notice.form, words.HEADER_FOR_ADMINS, _rows_for_admins(tx, orders, clock))
    else:
        content = _write(notice.form, words.HEADER, (words.file_row(order, clock) for order in orders))
    is_cut = next(found, None) is not None
    return RenderedMessage(
        text=words.file_caption(period, row_count=orders.count, is_cut=is_cut),
        attachment=Attachment(
            form=AttachmentKind.FILE, name=words.file_name(period, notice.form), content=content
        ),
    )


def _write(form: FileFormat, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    match form:
        case FileFormat.XLSX:
            return xlsx_bytes(header, rows, words.WIDTHS[: len(header)])
        case FileFormat.CSV:
            return csv_bytes(header, rows)


class _Counted:
    """Yields orders once and counts them."""

    def __init__(self, orders: Iterator[Order]) -> None:
        self.count = 0
        self._orders = orders

    def __iter__(self) -> Iterator[Order]:
        for order in self._orders:
            self.count += 1
            yield order


def _rows_for_admins(tx: Tx, orders: _Counted, clock: Clock) -> Iterator[tuple[Cell, ...]]:
    names: dict[int, str] = {}
    for order in orders:
        if order.user_id not in names:
            person = people.get(tx, order.user_id)
            names[order.user_id] = person.name if person else ""
        yield words.file_row_for_admins(order, names[order.user_id], clock)
