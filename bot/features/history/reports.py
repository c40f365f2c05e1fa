"""Takes in the wish for a report or its file; what stands in them is looked up as they leave.

An admin sees the whole shop with its costs, in their private chat; everybody else their own orders.
"""

import re
from datetime import date

from bot.features.history.order_lookup import Asker
from bot.grammar.period import Period, adjacent_periods, day_of, decode_period, parse_period, single_day
from bot.notices.list_keyboards import SHOP
from bot.notices.price_list import FileFormat
from bot.notices.reports import ReportPeriodUnclear, SalesReport, SalesReportFile
from bot.unit_of_work import Desk
from storage import outbox
from storage.transaction import Tx

MAX_TYPED_CHARS = 60

_FORM = re.compile(r"\b(xlsx|excel|csv)\b", re.IGNORECASE)


def show_day(tx: Tx, desk: Desk, typed: str, asker: Asker, *, now_ms: int) -> None:
    """Answer `lap …`: today, or the days that are named."""
    _answer(tx, desk, typed, asker, now_ms, unsaid=single_day(day_of(now_ms, desk.zone)))


def show_month(tx: Tx, desk: Desk, typed: str, asker: Asker, *, now_ms: int) -> None:
    """Answer `rekap …`: this month, or the days that are named."""
    today = day_of(now_ms, desk.zone)
    _answer(tx, desk, typed, asker, now_ms, unsaid=Period(first=today.replace(day=1), last=today))


def _answer(tx: Tx, desk: Desk, typed: str, asker: Asker, now_ms: int, *, unsaid: Period) -> None:
    form = _FORM.search(typed)
    days = " ".join(_FORM.sub("", typed).split())
    period = parse_period(days, day_of(now_ms, desk.zone)) if days else unsaid
    user_id = None if asker.sees_all else asker.user_id
    if period is None:
        desk.say(tx, ReportPeriodUnclear(typed=days[:MAX_TYPED_CHARS]), asker.place, at_ms=now_ms)
    elif form:
        file_form = FileFormat.CSV if form[1].lower() == "csv" else FileFormat.XLSX
        _send_file(
            tx, desk, SalesReportFile(user_id=user_id, period=str(period), form=file_form), asker, now_ms
        )
    else:
        report = _report(user_id, period, day_of(now_ms, desk.zone))
        desk.say(tx, report, asker.place, at_ms=now_ms)


def replace_report(tx: Tx, desk: Desk, payload: str, asker: Asker, *, edits: int, now_ms: int) -> bool:
    """Put another report in the place of our message `edits`; False if the asker may not see it."""
    whose, _, text = payload.partition("|")
    period = decode_period(text)
    if period is None or not _may_see(whose, asker):
        return False
    report = _report(_user_id(whose), period, day_of(now_ms, desk.zone))
    desk.say(tx, report, asker.place, at_ms=now_ms, edits=edits)
    return True


def send_file(tx: Tx, desk: Desk, payload: str, asker: Asker, *, now_ms: int) -> bool:
    """Send the file that a button names; False if the asker may not have it."""
    whose, _, rest = payload.partition("|")
    text, _, form = rest.partition("|")
    if decode_period(text) is None or form not in list(FileFormat) or not _may_see(whose, asker):
        return False
    file = SalesReportFile(user_id=_user_id(whose), period=text, form=FileFormat(form))
    _send_file(tx, desk, file, asker, now_ms)
    return True


def _send_file(tx: Tx, desk: Desk, file: SalesReportFile, asker: Asker, now_ms: int) -> None:
    """Promise one file at a time: a large one takes seconds to make."""
    if not outbox.is_kind_waiting(tx, asker.place.chat_id, SalesReportFile.__name__):
        desk.say(tx, file, asker.place, at_ms=now_ms)


def _report(user_id: int | None, period: Period, today: date) -> SalesReport:
    before, after = adjacent_periods(period, today)
    return SalesReport(
        user_id=user_id,
        period=str(period),
        before=str(before or ""),
        after=str(after or ""),
        is_today=period == single_day(today),
    )


def _may_see(whose: str, asker: Asker) -> bool:
    return asker.sees_all if whose == SHOP else whose == str(asker.user_id)


def _user_id(whose: str) -> int | None:
    return None if whose == SHOP else int(whose)
