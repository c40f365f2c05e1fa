"""The buttons under lists of orders and under reports."""

from collections.abc import Sequence
from typing import assert_never

from bot.grammar.period import Period, one_day, read_period
from bot.notices.buttons import Action, Key, Keys
from bot.notices.order_lookup import History, NoSuchOrder, OrderRow, OrdersTo
from bot.notices.price_list import FileForm
from bot.notices.reports import Report, ReportFile, ReportsNotice, ReportUnclear

NUMBERS_A_ROW = 4

SHOP = "shop"
"""Stands on buttons for the orders of everybody."""

Listed = History | OrdersTo | NoSuchOrder


def list_keys(notice: Listed) -> Keys:
    """Give a button for each order of a list, by its number, and the way to older and newer ones."""
    match notice:
        case History(rows=rows):
            return (*_numbered(rows), *_pages(notice))
        case OrdersTo(rows=rows):
            return _numbered(rows)
        case NoSuchOrder():
            return ()
        case _:
            assert_never(notice)


def report_keys(notice: ReportsNotice) -> Keys:
    """Give the way to the days or months around, and to the files."""
    match notice:
        case Report():
            around = [
                *_report_key(notice, notice.before, "« {}"),
                *_report_key(notice, notice.after, "{} »"),
            ]
            files = tuple(_file_key(notice, form) for form in FileForm)
            return (tuple(around), files) if around else (files,)
        case ReportFile() | ReportUnclear():
            return ()
        case _:
            assert_never(notice)


def _numbered(rows: Sequence[OrderRow]) -> Keys:
    keys = [
        Key(action=Action.ORDER, payload=row.trxid, label=str(number))
        for number, row in enumerate(rows, start=1)
    ]
    return tuple(tuple(keys[start : start + NUMBERS_A_ROW]) for start in range(0, len(keys), NUMBERS_A_ROW))


def _pages(notice: History) -> Keys:
    around = []
    if notice.has_newer:
        around.append(Key(action=Action.NEWER, payload=notice.rows[0].trxid))
    if notice.has_older:
        around.append(Key(action=Action.OLDER, payload=notice.rows[-1].trxid))
    return (tuple(around),) if around else ()


def whose(user_id: int | None) -> str:
    """Give how a button names whose orders it is about."""
    return SHOP if user_id is None else str(user_id)


def _report_key(notice: Report, text: str, label: str) -> list[Key]:
    period = read_period(text)
    if period is None:
        return []
    payload = f"{whose(notice.user_id)}|{period}"
    return [Key(action=Action.REPORT, payload=payload, label=label.format(_short(period)))]


def _short(period: Period) -> str:
    is_day = period == one_day(period.first)
    return f"{period.first:%d/%m}" if is_day else f"{period.first:%m/%Y}"


def _file_key(notice: Report, form: FileForm) -> Key:
    payload = f"{whose(notice.user_id)}|{notice.period}|{form}"
    return Key(action=Action.REPORT_FILE, payload=payload, label=form.upper())
