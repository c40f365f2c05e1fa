"""The pages of reports: days by day, product, reseller or hour, with files and a plot."""

from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct

from bot.desk.context import DeskPage
from bot.desk.request import DeskRequest, DeskResponse, attachment_response, missing, page
from bot.features.history import profits, reports
from bot.grammar.period import Period, adjacent_periods, day_of, decode_period, month_containing, single_day
from bot.notices.catalogue import FileFormat
from bot.notices.reports import ProfitFile, SalesReportFile
from bot.orders.totals import NOTHING, Totals, largest_first, sum_totals
from bot.purchasing import totals
from bot.purchasing.totals import HOURS, ReportScope
from bot.texts.formatting import Clock
from bot.unit_of_work import UnitOfWork
from storage import people

ROWS_SHOWN_IN_REPORT = 100


class ReportDivision(StrEnum):
    """What a report is divided by."""

    DAY = "day"
    PRODUCT = "product"
    RESELLER = "reseller"
    HOUR = "hour"


class ReportTableRow(Struct, frozen=True, kw_only=True):
    """The totals of one part; `reseller_id` leads to the person, if the part is a reseller."""

    name: str
    totals: Totals
    reseller_id: int | None = None

    @property
    def success_percent(self) -> int | None:
        return success_percent(self.totals)


class PeriodReport(Struct, frozen=True, kw_only=True):
    """The totals of a period and of its parts; `more` counts the parts that are left out."""

    days: Period
    by: ReportDivision
    total: Totals
    rows: tuple[ReportTableRow, ...]
    more: int

    @property
    def success_percent(self) -> int | None:
        return success_percent(self.total)

    @property
    def has_plot(self) -> bool:
        """Whether the parts follow each other in time."""
        return self.by in (ReportDivision.DAY, ReportDivision.HOUR) and len(self.rows) > 1


class AskedReport(Struct, frozen=True, kw_only=True):
    """What the address asks for; `was_read` is False if its days cannot be shown."""

    days: Period
    by: ReportDivision
    was_read: bool = True


def success_percent(total: Totals) -> int | None:
    """Return the share of the results that are successes, in percent; None without a result."""
    ended = total.succeeded_count + total.failed_count
    return round(100 * total.succeeded_count / ended) if ended else None


def plot_of(rows: tuple[ReportTableRow, ...]) -> dict[str, list[str] | list[int] | list[int | None]]:
    """Return what desk.js draws: names, orders, and success in percent."""
    return {
        "names": [row.name for row in rows],
        "orders": [row.totals.count for row in rows],
        "success": [row.success_percent for row in rows],
    }


def hours_of(work: UnitOfWork, day: date) -> tuple[ReportTableRow, ...]:
    """Return the totals of each hour of a day that has begun."""
    sums = totals.by_hour(work.tx, ReportScope(period=single_day(day), zone=work.zone))
    last = max((name for name, each in sums.items() if each.count), default="")
    return tuple(ReportTableRow(name=hour, totals=sums.get(hour, NOTHING)) for hour in HOURS if hour <= last)


def _show(request: DeskRequest, work: UnitOfWork) -> DeskResponse:
    asked, today = _asked(request), day_of(request.now_ms, request.zone)
    report = _read(work, asked)
    before, after = adjacent_periods(asked.days, today)
    yesterday = today - timedelta(days=1)
    return page(
        "reports.html",
        report=report,
        was_read=asked.was_read,
        before=before,
        after=after,
        divisions=tuple(ReportDivision),
        plot=plot_of(report.rows),
        shortcuts=(
            single_day(today),
            single_day(yesterday),
            Period(first=today.replace(day=1), last=today),
            month_containing(today.replace(day=1) - timedelta(days=1)),
        ),
    )


def _asked(request: DeskRequest) -> AskedReport:
    """Return the days and the division of the address; today by product without them."""
    today = day_of(request.now_ms, request.zone)
    typed_first, typed_last = request.query("from"), request.query("until")
    first, last = _date(typed_first), _date(typed_last)
    days = decode_period(str(Period(first=first, last=last))) if first and last else None
    usual = ReportDivision.DAY if days and days.day_count > 1 else ReportDivision.PRODUCT
    by = next((one for one in ReportDivision if one == request.query("by")), usual)
    if days is None:
        return AskedReport(days=single_day(today), by=by, was_read=not (typed_first or typed_last))
    return AskedReport(days=days, by=by)


def _date(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _read(work: UnitOfWork, asked: AskedReport) -> PeriodReport:
    rows = _parts(work, asked)
    if asked.by is ReportDivision.DAY and len(rows) > ROWS_SHOWN_IN_REPORT:
        shown = rows[-ROWS_SHOWN_IN_REPORT:]  # the latest days
    else:
        shown = rows[:ROWS_SHOWN_IN_REPORT]
    return PeriodReport(
        days=asked.days,
        by=asked.by,
        total=sum_totals(row.totals for row in rows),
        rows=tuple(_with_name(work, row) for row in shown),
        more=len(rows) - len(shown),
    )


def _parts(work: UnitOfWork, asked: AskedReport) -> list[ReportTableRow]:
    tx, scope = work.tx, ReportScope(period=asked.days, zone=work.zone)
    match asked.by:
        case ReportDivision.PRODUCT:
            products = largest_first(totals.by_product(tx, scope))
            return [ReportTableRow(name=name, totals=each) for name, each in products]
        case ReportDivision.RESELLER:
            resellers = largest_first(totals.by_reseller(tx, asked.days, work.zone))
            return [
                ReportTableRow(name=str(user_id), totals=each, reseller_id=user_id)
                for user_id, each in resellers
            ]
        case ReportDivision.HOUR:
            hours = totals.by_hour(tx, scope)
            return [ReportTableRow(name=hour, totals=hours.get(hour, NOTHING)) for hour in HOURS]
        case ReportDivision.DAY:
            days = totals.by_day(tx, scope)
            return [
                ReportTableRow(name=f"{day:%d/%m/%Y}", totals=days.get(day, NOTHING))
                for day in asked.days.days()
            ]


def _with_name(work: UnitOfWork, row: ReportTableRow) -> ReportTableRow:
    if row.reseller_id is None:
        return row
    name = people.name_or_id(work.tx, row.reseller_id)
    return ReportTableRow(name=name, totals=row.totals, reseller_id=row.reseller_id)


def _download(request: DeskRequest, work: UnitOfWork) -> DeskResponse:
    """Send a file that the chat sends for the same days: of the orders, or of the profit."""
    asked, what, form = _asked(request), request.query("what"), request.query("form")
    if not asked.was_read or what not in ("orders", "profit") or form not in list(FileFormat):
        return missing()
    period, wanted, clock = str(asked.days), FileFormat(form), Clock(request.zone)
    if what == "profit":
        profit = ProfitFile(period=period, form=wanted)
        rendered = profits.render_file(work.tx, profit, clock)
    else:
        sales = SalesReportFile(user_id=None, period=period, form=wanted)
        rendered = reports.render_file(work.tx, sales, clock)
    return attachment_response(rendered.attachment)


PAGES = (
    DeskPage(path="/reports", read=_show, title="Reports"),
    DeskPage(path="/report-file", read=_download, sends_file=True, is_long=True),
)
