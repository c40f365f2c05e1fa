"""The buttons under lists of orders, under reports, and under prices."""

from collections.abc import Sequence
from typing import assert_never

from bot.grammar.period import Period, decode_period, single_day
from bot.notices.buttons import Action, ButtonRows, ButtonSpec
from bot.notices.catalogue import FileFormat
from bot.notices.order_lookup import NoMatchingOrder, OrderHistory, OrderRow, OrdersToDestination
from bot.notices.reports import (
    ProfitFile,
    ProfitReport,
    ReportPeriodUnclear,
    ReportsNotice,
    ReportView,
    SalesReport,
    SalesReportFile,
)
from bot.notices.shopping import (
    ChosenProductClosed,
    DestinationPrompt,
    ListScope,
    NoCatalogue,
    NoPrices,
    PriceGroups,
    PriceListPage,
    PriceRow,
    PromptCancelled,
    ShoppingNotice,
)
from bot.notices.statements import (
    Statement,
    StatementChoice,
    StatementFile,
    StatementPeriodUnclear,
    StatementsNotice,
)

NUMBERS_A_ROW = 4
CODES_A_ROW = 3
GROUPS_A_ROW = 2
MAX_LABEL_CHARS = 24

SHOP = "shop"
"""The payload of a report button for the orders of all resellers."""

ListNotice = OrderHistory | OrdersToDestination | NoMatchingOrder


def list_buttons(notice: ListNotice) -> ButtonRows:
    """Return a numbered button for each order of a list, and those for older and newer orders."""
    match notice:
        case OrderHistory(rows=rows):
            return (*_numbered(rows), *_history_pages(notice))
        case OrdersToDestination(rows=rows):
            return _numbered(rows)
        case NoMatchingOrder():
            return ()
        case _:
            assert_never(notice)


def report_buttons(notice: ReportsNotice) -> ButtonRows:
    """Return the buttons for the days or months before and after, and for the files."""
    match notice:
        case SalesReport():
            adjacent = [
                *_report_button(notice, notice.before, "« {}"),
                *_report_button(notice, notice.after, "{} »"),
            ]
            views = _view_buttons(notice) if notice.user_id is None else ()
            files = () if notice.hides_amounts else tuple(_file_button(notice, form) for form in FileFormat)
            return tuple(row for row in (views, tuple(adjacent), files) if row)
        case ProfitReport():
            return _profit_buttons(notice)
        case SalesReportFile() | ProfitFile() | ReportPeriodUnclear():
            return ()
        case _:
            assert_never(notice)


def statement_buttons(notice: StatementsNotice) -> ButtonRows:
    """Return the buttons for the adjacent periods and the files, or for the meanings of a word."""
    match notice:
        case Statement():
            adjacent = [
                *_statement_button(notice, notice.before, "« {}"),
                *_statement_button(notice, notice.after, "{} »"),
            ]
            files = tuple(_statement_file_button(notice, form) for form in FileFormat)
            return (tuple(adjacent), files) if adjacent else (files,)
        case StatementChoice(user_id=user_id, period=period, report_user_id=report_user_id):
            return (
                (
                    ButtonSpec(action=Action.OPEN_STATEMENT, payload=f"{user_id}|{period}"),
                    ButtonSpec(action=Action.OPEN_REPORT, payload=f"{whose(report_user_id)}|{period}"),
                ),
            )
        case StatementFile() | StatementPeriodUnclear():
            return ()
        case _:
            assert_never(notice)


def _statement_button(notice: Statement, text: str, label: str) -> list[ButtonSpec]:
    period = decode_period(text)
    if period is None:
        return []
    payload = f"{notice.user_id}|{period}"
    return [ButtonSpec(action=Action.STATEMENT, payload=payload, label=label.format(_short(period)))]


def _statement_file_button(notice: Statement, form: FileFormat) -> ButtonSpec:
    payload = f"{notice.user_id}|{notice.period}|{form}"
    return ButtonSpec(action=Action.STATEMENT_FILE, payload=payload, label=form.upper())


def _view_buttons(notice: SalesReport | ProfitReport) -> tuple[ButtonSpec, ...]:
    """Return the buttons for the other views of the same days."""
    action, front = Action.PROFIT, ""
    if isinstance(notice, SalesReport):
        action, front = Action.REPORT, f"{whose(notice.user_id)}|"
    return tuple(
        ButtonSpec(action=action, payload=f"{front}{notice.period}|{view}", label=view)
        for view in ReportView
        if view is not notice.view
    )


def _profit_buttons(notice: ProfitReport) -> ButtonRows:
    texts = ((notice.before, "« {}"), (notice.after, "{} »"))
    adjacent = tuple(
        ButtonSpec(action=Action.PROFIT, payload=f"{text}|{notice.view}", label=label.format(_short(period)))
        for text, label in texts
        if (period := decode_period(text))
    )
    files = tuple(
        ButtonSpec(action=Action.PROFIT_FILE, payload=f"{notice.period}|{form}", label=form.upper())
        for form in FileFormat
    )
    return tuple(row for row in (_view_buttons(notice), adjacent, files) if row)


def _numbered(rows: Sequence[OrderRow]) -> ButtonRows:
    buttons = [
        ButtonSpec(action=Action.ORDER, payload=row.trxid, label=str(number))
        for number, row in enumerate(rows, start=1)
    ]
    return tuple(
        tuple(buttons[start : start + NUMBERS_A_ROW]) for start in range(0, len(buttons), NUMBERS_A_ROW)
    )


def _history_pages(notice: OrderHistory) -> ButtonRows:
    adjacent = []
    if notice.has_newer:
        adjacent.append(ButtonSpec(action=Action.NEWER, payload=notice.rows[0].trxid))
    if notice.has_older:
        adjacent.append(ButtonSpec(action=Action.OLDER, payload=notice.rows[-1].trxid))
    return (tuple(adjacent),) if adjacent else ()


def whose(user_id: int | None) -> str:
    """Return the payload for the reseller of a report; None means all resellers."""
    return SHOP if user_id is None else str(user_id)


def _report_button(notice: SalesReport, text: str, label: str) -> list[ButtonSpec]:
    period = decode_period(text)
    if period is None:
        return []
    payload = f"{whose(notice.user_id)}|{period}|{notice.view}"
    return [ButtonSpec(action=Action.REPORT, payload=payload, label=label.format(_short(period)))]


def _short(period: Period) -> str:
    is_day = period == single_day(period.first)
    return f"{period.first:%d/%m}" if is_day else f"{period.first:%m/%Y}"


def _file_button(notice: SalesReport, form: FileFormat) -> ButtonSpec:
    payload = f"{whose(notice.user_id)}|{notice.period}|{form}"
    return ButtonSpec(action=Action.REPORT_FILE, payload=payload, label=form.upper())


def price_buttons(notice: ShoppingNotice) -> ButtonRows:
    match notice:
        case PriceGroups(rows=rows):
            buttons = [
                _page_button(ListScope.GROUP, row.key, 0, f"{row.name[:MAX_LABEL_CHARS]} ({row.count})")
                for row in rows
            ]
            return (
                *_in_rows(buttons, GROUPS_A_ROW),
                *_list_pages(ListScope.ALL, "", notice.page, notice.pages),
            )
        case PriceListPage(rows=rows):
            pages = _list_pages(notice.scope, notice.key, notice.page, notice.pages)
            return (*_products(rows, notice.number), *pages, (ButtonSpec(action=Action.ALL_PRICES),))
        case NoPrices(similar=rows):
            return (*_products(rows), (ButtonSpec(action=Action.ALL_PRICES),))
        case ChosenProductClosed(others=rows):
            return _products(rows)
        case NoCatalogue() | DestinationPrompt() | PromptCancelled():
            return ()
        case _:
            assert_never(notice)


def list_payload(scope: ListScope, key: str, page: int) -> str:
    """Return the payload of a button for a page of a list."""
    return f"{scope}{page}|{key}"


def _page_button(scope: ListScope, key: str, page: int, label: str) -> ButtonSpec:
    return ButtonSpec(action=Action.PRICES, payload=list_payload(scope, key, page), label=label)


def _products(rows: Sequence[PriceRow], number: str = "") -> ButtonRows:
    behind = f"|{number}" if number else ""
    buttons = [
        ButtonSpec(action=Action.PRODUCT, payload=f"{row.code}{behind}", label=row.code) for row in rows
    ]
    return _in_rows(buttons, CODES_A_ROW)


def _list_pages(scope: ListScope, key: str, page: int, pages: int) -> ButtonRows:
    adjacent = []
    if page > 0:
        adjacent.append(_page_button(scope, key, page - 1, f"« {page}/{pages}"))
    if page + 1 < pages:
        adjacent.append(_page_button(scope, key, page + 1, f"{page + 2}/{pages} »"))
    return (tuple(adjacent),) if adjacent else ()


def _in_rows(buttons: Sequence[ButtonSpec], width: int) -> ButtonRows:
    return tuple(tuple(buttons[start : start + width]) for start in range(0, len(buttons), width))
