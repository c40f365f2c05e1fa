"""Requests for sales reports and their files, which are rendered when they are sent.

In a private chat an admin sees the whole shop with its costs; otherwise actors see their own orders, in a
group without amounts.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import TypeVar

from bot.actors import Actor
from bot.features.history import recap
from bot.features.people.directory import find_owner
from bot.grammar.parsed import Command
from bot.grammar.period import Period, adjacent_periods, day_of, decode_period, parse_period, single_day
from bot.notices.accounts import PrivateChatOnly
from bot.notices.buttons import Action
from bot.notices.catalogue import FileFormat
from bot.notices.list_keyboards import SHOP
from bot.notices.recaps import DailyRecap
from bot.notices.reports import ReportPeriodUnclear, ReportView, SalesReport, SalesReportFile
from bot.notices.statements import StatementChoice
from bot.orders.model import Order
from bot.orders.totals import NOTHING, Totals, largest_first, sum_totals
from bot.purchasing import totals
from bot.purchasing.totals import ReportScope
from bot.routing import ButtonRoute, CommandRoute, Routes, Tap
from bot.spreadsheets import Cell, csv_bytes, xlsx_bytes
from bot.texts import reports as words
from bot.texts.formatting import Attachment, AttachmentKind, Clock, Page
from bot.texts.render import RenderedMessage
from bot.unit_of_work import UnitOfWork
from bot.updates import Toast
from storage import order_queries, outbox, people
from storage.transaction import Tx

K = TypeVar("K")

MAX_TYPED_CHARS = 60

_NAMES = re.compile(r"(?:[^0-9]*[^\W\d_]|[0-9]{4,})")
"""The beginning of what may name a person: no date has four digits in front."""

_FORM = re.compile(r"\b(xlsx|excel|csv)\b", re.IGNORECASE)

VIEW_WORDS = {"produk": ReportView.PRODUCT, "reseller": ReportView.RESELLER, "jam": ReportView.HOUR}
_PICTURE = re.compile(r"\b(?:gambar|grafik)\b", re.IGNORECASE)
_VIEW = re.compile(rf"\b(?:per\s*)?({'|'.join(VIEW_WORDS)})\b", re.IGNORECASE)


def _show_day(work: UnitOfWork, actor: Actor, command: Command) -> None:
    """Answer `lap …`: today, or the given days; `lap gambar` of an admin is the recap of a day."""
    _answer(work, actor, command, default=single_day(day_of(work.now_ms, work.zone)))


def _show_month(work: UnitOfWork, actor: Actor, command: Command) -> None:
    """Answer `rekap …`: this month, or the given days; `rekap mati` is about the daily recap."""
    if recap.switch(work, actor, command):
        return
    today = day_of(work.now_ms, work.zone)
    _answer(work, actor, command, default=Period(first=today.replace(day=1), last=today))


def _answer(work: UnitOfWork, actor: Actor, command: Command, *, default: Period) -> None:
    typed, word = command.rest, command.word
    typed, view = split_view(typed)
    is_picture = bool(_PICTURE.search(typed))
    days, form = split_form(_PICTURE.sub("", typed))
    today = day_of(work.now_ms, work.zone)
    period = parse_period(days, today) if days else default
    user_id = None if actor.sees_all else actor.user_id
    if period is None and actor.sees_all and _NAMES.match(days):
        named, days = split_name(days, today)
        rest = " ".join(part for part in (days, form or "") if part)
        person = find_owner(work, actor, named, command=word, rest=rest)
        if person is None:
            return
        user_id, period = person.user_id, parse_period(days, today) if days else default
    if period is None:
        work.notify(ReportPeriodUnclear(typed=days[:MAX_TYPED_CHARS]), actor.address)
    elif form:
        _send_file(work, SalesReportFile(user_id=user_id, period=str(period), form=form), actor)
    elif is_picture and user_id is None and period.day_count == 1:
        work.notify(DailyRecap(user_id=None, period=str(period)), actor.address)
    else:
        if user_id is not None and view is ReportView.RESELLER:
            view = ReportView.SUMMARY
        work.notify(_report(work, actor, user_id, period, view), actor.address)


def split_form(typed: str) -> tuple[str, FileFormat | None]:
    """Return the days of `1/11-21/11 csv` and the form of the file, None if none is asked for."""
    form = _FORM.search(typed)
    days = " ".join(_FORM.sub("", typed).split())
    if form is None:
        return days, None
    return days, FileFormat.CSV if form[1].lower() == "csv" else FileFormat.XLSX


def split_view(typed: str) -> tuple[str, ReportView]:
    """Return `kemarin per jam` without its view, and the view."""
    view = _VIEW.search(typed)
    if view is None:
        return typed, ReportView.SUMMARY
    return " ".join(_VIEW.sub("", typed).split()), VIEW_WORDS[view[1].lower()]


def view_named(name: str) -> ReportView | None:
    """Return the view of a button; None for any other text, since a forged tap may contain anything."""
    return next((view for view in ReportView if view == name), None)


def split_name(typed: str, today: date) -> tuple[str, str]:
    """Return the name and the days of `sari 1/11-21/11` or `kemarin sari`; no days if none are in it."""
    words_typed = typed.split()
    for count in range(1, len(words_typed)):
        head, tail = " ".join(words_typed[:count]), " ".join(words_typed[count:])
        if parse_period(tail, today):
            return head, tail
    for count in range(len(words_typed) - 1, 0, -1):
        head, tail = " ".join(words_typed[:count]), " ".join(words_typed[count:])
        if parse_period(head, today):
            return tail, head
    return typed, ""


def _turn_report(work: UnitOfWork, actor: Actor, tap: Tap) -> Toast:
    """Replace the tapped report with the one of another period."""
    whose, _, rest = tap.payload.partition("|")
    text, _, name = rest.partition("|")
    period, view = decode_period(text), view_named(name or ReportView.SUMMARY)
    if period is None or view is None or not _may_see(whose, actor):
        return Toast.USED
    user_id = _user_id(whose)
    if user_id is not None and view is ReportView.RESELLER:
        return Toast.USED
    report = _report(work, actor, user_id, period, view)
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
    if not actor.is_private:
        # It has a price in each row.
        work.notify(PrivateChatOnly(), actor.address)
    elif not outbox.is_kind_waiting(work.tx, actor.address.chat_id, SalesReportFile.__name__):
        work.notify(file, actor.address)


def _report(
    work: UnitOfWork, actor: Actor, user_id: int | None, period: Period, view: ReportView
) -> SalesReport:
    today = day_of(work.now_ms, work.zone)
    person = people.get(work.tx, user_id) if user_id not in (None, actor.user_id) and user_id else None
    before, after = adjacent_periods(period, today)
    return SalesReport(
        user_id=user_id,
        period=str(period),
        before=str(before or ""),
        after=str(after or ""),
        is_today=period == single_day(today),
        name=person.name if person else "",
        view=view,
    )


def _may_see(whose: str, actor: Actor) -> bool:
    if whose == SHOP or whose != str(actor.user_id):
        return actor.sees_all and (whose == SHOP or people.is_id(whose))
    return True


def _user_id(whose: str) -> int | None:
    return None if whose == SHOP else int(whose)


ROUTES = Routes(
    commands=(CommandRoute(("lap", "laporan"), _show_day), CommandRoute(("rekap",), _show_month)),
    buttons=(
        ButtonRoute(
            actions=(Action.REPORT, Action.OPEN_REPORT),
            handle=_turn_report,
            under=(SalesReport, StatementChoice),
        ),
        ButtonRoute(actions=(Action.REPORT_FILE,), handle=_download),
    ),
)


MAX_ROWS = 20_000
"""A file of as many rows has about 1 MB and takes two seconds of CPU time, which delays the event loop."""


def render_report(tx: Tx, notice: SalesReport, clock: Clock) -> RenderedMessage:
    period = _period_of(notice)
    scope = ReportScope(period=period, zone=clock.zone, user_id=notice.user_id)
    head = words.ReportHead(
        period=period,
        is_today=notice.is_today,
        for_admin=notice.user_id is None,
        name=notice.name,
        hides_amounts=notice.hides_amounts,
    )
    match notice.view:
        case ReportView.SUMMARY if period.day_count > 1:
            page = _days(tx, scope, head)
        case ReportView.SUMMARY | ReportView.PRODUCT:
            sums = _shown(totals.by_product(tx, scope), head)
            page = words.by_product(head, sum_totals(sums.values()), sums)
        case ReportView.RESELLER:
            resellers = _shown(totals.by_reseller(tx, period, clock.zone), head)
            largest = largest_first(resellers)
            named = [(people.name_or_id(tx, user_id), each) for user_id, each in largest[: words.ROWS_SHOWN]]
            page = words.by_reseller(head, sum_totals(resellers.values()), named, count=len(largest))
        case ReportView.HOUR:
            sums = _shown(totals.by_hour(tx, scope), head)
            page = words.by_hour(head, sum_totals(sums.values()), sums)
    return RenderedMessage(text=page.text, layout=page.layout)


def _days(tx: Tx, scope: ReportScope, head: words.ReportHead) -> Page:
    """Return the totals of several days, and of each of them if they are few enough to be shown."""
    if scope.period.day_count > words.DAYS_SHOWN:
        sums = _shown(totals.by_product(tx, scope), head)
        return words.days_report(head, sum_totals(sums.values()), ())
    days_sums = _shown(totals.by_day(tx, scope), head)
    days = [(day, days_sums.get(day, NOTHING)) for day in scope.period.days()]
    return words.days_report(head, sum_totals(days_sums.values()), days)


def _shown(sums: dict[K, Totals], head: words.ReportHead) -> dict[K, Totals]:
    """Return what the reader of a report may see of its sums."""
    return {key: each.counts_only() for key, each in sums.items()} if head.hides_amounts else sums


def _period_of(notice: SalesReport | SalesReportFile) -> Period:
    period = decode_period(notice.period)
    if period is None:
        raise LookupError(f"report has an invalid period: {notice.period}")
    return period


def render_file(tx: Tx, notice: SalesReportFile, clock: Clock) -> RenderedMessage:
    period = _period_of(notice)
    from_ms, until_ms = period.bounds_ms(clock.zone)
    found = order_queries.placed_within(tx, user_id=notice.user_id, from_ms=from_ms, until_ms=until_ms)
    orders = _Counted(islice(found, MAX_ROWS))
    if notice.user_id is None:
        rows = _rows_for_admins(tx, orders, clock)
        content = table_bytes(notice.form, words.HEADER_FOR_ADMINS, rows, words.WIDTHS)
    else:
        own_rows = (words.file_row(order, clock) for order in orders)
        content = table_bytes(notice.form, words.HEADER, own_rows, words.WIDTHS)
    is_cut = next(found, None) is not None
    return RenderedMessage(
        text=words.file_caption(period, row_count=orders.count, is_cut=is_cut),
        attachment=Attachment(
            form=AttachmentKind.FILE, name=words.file_name(period, notice.form), content=content
        ),
    )


def table_bytes(
    form: FileFormat, header: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int]
) -> bytes:
    """Return a table as a file of this form."""
    match form:
        case FileFormat.XLSX:
            return xlsx_bytes(header, rows, widths[: len(header)])
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
