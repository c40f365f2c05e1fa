"""Profits by product and by reseller, for admins in their private chats only."""

from datetime import date

from bot.actors import Actor
from bot.features.history.reports import split_form, split_view, table_bytes, view_named
from bot.grammar.parsed import Command
from bot.grammar.period import Period, adjacent_periods, day_of, decode_period, parse_period, single_day
from bot.notices.buttons import Action
from bot.notices.catalogue import FileFormat
from bot.notices.reports import ProfitFile, ProfitReport, ReportPeriodUnclear, ReportView
from bot.orders.totals import largest_first, sum_totals
from bot.purchasing import totals
from bot.purchasing.totals import ReportScope
from bot.routing import Audience, ButtonRoute, CommandRoute, Routes, Tap
from bot.texts import profits as words
from bot.texts.formatting import Attachment, AttachmentKind, Clock
from bot.texts.render import RenderedMessage
from bot.unit_of_work import UnitOfWork
from bot.updates import Toast
from storage import outbox, people
from storage.transaction import Tx

MAX_TYPED_CHARS = 60
MAX_ROWS = 20_000
"""As many rows as a file of orders has."""


def _answer_profit(work: UnitOfWork, admin: Actor, command: Command) -> None:
    """Answer `/laba …`: today, or the given days."""
    typed, view = split_view(command.rest)
    days, form = split_form(typed)
    today = day_of(work.now_ms, work.zone)
    period = parse_period(days, today) if days else single_day(today)
    if period is None:
        unclear = ReportPeriodUnclear(typed=days[:MAX_TYPED_CHARS], command="/laba")
        work.notify(unclear, admin.address)
    elif form:
        _send_file(work, ProfitFile(period=str(period), form=form), admin)
    else:
        work.notify(_report(period, today, view), admin.address)


def _report(period: Period, today: date, view: ReportView) -> ProfitReport:
    before, after = adjacent_periods(period, today)
    return ProfitReport(
        period=str(period),
        before=str(before or ""),
        after=str(after or ""),
        is_today=period == single_day(today),
        view=view,
    )


def _turn(work: UnitOfWork, actor: Actor, tap: Tap) -> Toast:
    text, _, name = tap.payload.partition("|")
    period, view = decode_period(text), view_named(name or ReportView.SUMMARY)
    if period is None or view is None or not actor.sees_all:
        return Toast.USED
    report = _report(period, day_of(work.now_ms, work.zone), view)
    work.notify(report, actor.chat, edits=actor.card_id)
    return Toast.DONE


def _download(work: UnitOfWork, actor: Actor, tap: Tap) -> Toast:
    text, _, form = tap.payload.partition("|")
    if decode_period(text) is None or form not in list(FileFormat) or not actor.sees_all:
        return Toast.USED
    _send_file(work, ProfitFile(period=text, form=FileFormat(form)), actor)
    return Toast.DONE


def _send_file(work: UnitOfWork, file: ProfitFile, actor: Actor) -> None:
    """Enqueue a file unless one is waiting in this chat."""
    if not outbox.is_kind_waiting(work.tx, actor.address.chat_id, ProfitFile.__name__):
        work.notify(file, actor.address)


ROUTES = Routes(
    commands=(CommandRoute(("laba",), _answer_profit, Audience.ADMINS),),
    buttons=(
        ButtonRoute(actions=(Action.PROFIT,), handle=_turn, under=(ProfitReport,)),
        ButtonRoute(actions=(Action.PROFIT_FILE,), handle=_download),
    ),
)


def render_report(tx: Tx, notice: ProfitReport, clock: Clock) -> RenderedMessage:
    period = _period_of(notice)
    scope = ReportScope(period=period, zone=clock.zone)
    products = totals.by_product(tx, scope)
    lists = []
    if notice.view in (ReportView.SUMMARY, ReportView.PRODUCT):
        lists.append(words.by_product(largest_first(products)))
    if notice.view in (ReportView.SUMMARY, ReportView.RESELLER):
        largest = largest_first(totals.by_reseller(tx, period, clock.zone))
        sold = [(user_id, each) for user_id, each in largest if each.succeeded_count]
        named = [(people.name_or_id(tx, user_id), each) for user_id, each in sold[: words.ROWS_SHOWN]]
        lists.append(words.by_reseller(named, count=len(sold)))
    if notice.view is ReportView.HOUR:
        lists.append(words.by_hour(totals.by_hour(tx, scope)))
    total = sum_totals(products.values())
    page = words.profit_report(period, total, lists, is_today=notice.is_today)
    return RenderedMessage(text=page.text, layout=page.layout)


def render_file(tx: Tx, notice: ProfitFile, clock: Clock) -> RenderedMessage:
    period = _period_of(notice)
    sums = totals.by_reseller_and_product(tx, period, clock.zone)
    sold = [(key, each) for key, each in sorted(sums.items()) if each.succeeded_count][:MAX_ROWS]
    names = {user_id: people.name_or_id(tx, user_id) for user_id in {user_id for (user_id, _), _ in sold}}
    rows = [words.file_row(names[user_id], user_id, code, each) for (user_id, code), each in sold]
    content = table_bytes(notice.form, words.HEADER, rows, words.WIDTHS)
    name = words.file_name(period, notice.form)
    return RenderedMessage(
        text=words.file_caption(period, row_count=len(sold)),
        attachment=Attachment(form=AttachmentKind.FILE, name=name, content=content),
    )


def _period_of(notice: ProfitReport | ProfitFile) -> Period:
    period = decode_period(notice.period)
    if period is None:
        raise LookupError(f"profit report has an invalid period: {notice.period}")
    return period
