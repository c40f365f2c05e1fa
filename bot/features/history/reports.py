"""Requests for sales reports and their files, which are rendered when they are sent.

In a private chat an admin sees the whole shop with its costs; otherwise actors see their own orders.
"""

import re
from datetime import date

from bot.actors import Actor
from bot.grammar.parsed import Command
from bot.grammar.period import Period, adjacent_periods, day_of, decode_period, parse_period, single_day
from bot.notices.buttons import Action
from bot.notices.catalogue import FileFormat
from bot.notices.list_keyboards import SHOP
from bot.notices.reports import ReportPeriodUnclear, SalesReport, SalesReportFile
from bot.routing import ButtonRoute, CommandRoute, Routes, Tap
from bot.unit_of_work import UnitOfWork
from bot.updates import Toast
from storage import outbox

MAX_TYPED_CHARS = 60

_FORM = re.compile(r"\b(xlsx|excel|csv)\b", re.IGNORECASE)


def _show_day(work: UnitOfWork, actor: Actor, command: Command) -> None:
    """Answer `lap …`: today, or the given days."""
    _answer(work, actor, command.rest, default=single_day(day_of(work.now_ms, work.zone)))


def _show_month(work: UnitOfWork, actor: Actor, command: Command) -> None:
    """Answer `rekap …`: this month, or the given days."""
    today = day_of(work.now_ms, work.zone)
    _answer(work, actor, command.rest, default=Period(first=today.replace(day=1), last=today))


def _answer(work: UnitOfWork, actor: Actor, typed: str, *, default: Period) -> None:
    form = _FORM.search(typed)
    days = " ".join(_FORM.sub("", typed).split())
    period = parse_period(days, day_of(work.now_ms, work.zone)) if days else default
    user_id = None if actor.sees_all else actor.user_id
    if period is None:
        work.notify(ReportPeriodUnclear(typed=days[:MAX_TYPED_CHARS]), actor.address)
    elif form:
        file_form = FileFormat.CSV if form[1].lower() == "csv" else FileFormat.XLSX
        _send_file(work, SalesReportFile(user_id=user_id, period=str(period), form=file_form), actor)
    else:
        report = _report(user_id, period, day_of(work.now_ms, work.zone))
        work.notify(report, actor.address)


def _turn_report(work: UnitOfWork, actor: Actor, tap: Tap) -> Toast:
    """Replace the tapped report with the one of another period."""
    whose, _, text = tap.payload.partition("|")
    period = decode_period(text)
    if period is None or not _may_see(whose, actor):
        return Toast.USED
    report = _report(_user_id(whose), period, day_of(work.now_ms, work.zone))
    work.notify(report, actor.chat, edits=actor.card_id)
    return Toast.DONE


def _download(work: UnitOfWork, actor: Actor, tap: Tap) -> Toast:
    whose, _, rest = tap.payload.partition("|")
    text, _, form = rest.partition("|")
    if decode_period(text) is None or form not in list(FileFormat) or not _may_see(whose, actor):
        return Toast.USED
    file = SalesReportFile(user_id=_user_id(whose), period=text, form=FileFormat(form))
    _send_file(work, file, actor)
    return Toast.DONE


def _send_file(work: UnitOfWork, file: SalesReportFile, actor: Actor) -> None:
    """Enqueue a file unless one is waiting in this chat: a large one takes seconds to render."""
    if not outbox.is_kind_waiting(work.tx, actor.address.chat_id, SalesReportFile.__name__):
        work.notify(file, actor.address)


def _report(user_id: int | None, period: Period, today: date) -> SalesReport:
    before, after = adjacent_periods(period, today)
    return SalesReport(
        user_id=user_id,
        period=str(period),
        before=str(before or ""),
        after=str(after or ""),
        is_today=period == single_day(today),
    )


def _may_see(whose: str, actor: Actor) -> bool:
    return actor.sees_all if whose == SHOP else whose == str(actor.user_id)


def _user_id(whose: str) -> int | None:
    return None if whose == SHOP else int(whose)


ROUTES = Routes(
    commands=(CommandRoute(("lap", "laporan"), _show_day), CommandRoute(("rekap",), _show_month)),
    buttons=(
        ButtonRoute(actions=(Action.REPORT,), handle=_turn_report, under=(SalesReport,)),
        ButtonRoute(actions=(Action.REPORT_FILE,), handle=_download),
    ),
)
