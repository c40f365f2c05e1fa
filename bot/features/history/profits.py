"""Profits by product and by reseller, for admins in their private chats only."""

import re
from datetime import date

from bot.actors import Actor
from bot.grammar.parsed import Command
from bot.grammar.period import Period, adjacent_periods, day_of, decode_period, parse_period, single_day
from bot.notices.buttons import Action
from bot.notices.catalogue import FileFormat
from bot.notices.reports import ProfitFile, ProfitReport, ReportPeriodUnclear
from bot.orders.profit import SoldProduct, by_product, by_reseller, sum_profit
from bot.routing import Audience, ButtonRoute, CommandRoute, Routes, Tap
from bot.spreadsheets import csv_bytes, xlsx_bytes
from bot.texts import profits as words
from bot.texts.formatting import Attachment, AttachmentKind, Clock
from bot.texts.render import RenderedMessage
from bot.unit_of_work import UnitOfWork
from bot.updates import Toast
from storage import order_queries, outbox, people
from storage.transaction import Tx

MAX_TYPED_CHARS = 60
MAX_ROWS = 20_000
"""As many rows as a file of orders has."""

_FORM = re.compile(r"\b(xlsx|excel|csv)\b", re.IGNORECASE)


def _answer_profit(work: UnitOfWork, admin: Actor, command: Command) -> None:
    """Answer `/laba …`: today, or the given days."""
    form = _FORM.search(command.rest)
    days = " ".join(_FORM.sub("", command.rest).split())
    today = day_of(work.now_ms, work.zone)
    period = parse_period(days, today) if days else single_day(today)
    if period is None:
        unclear = ReportPeriodUnclear(typed=days[:MAX_TYPED_CHARS], command="/laba")
        work.notify(unclear, admin.address)
    elif form:
        file_form = FileFormat.CSV if form[1].lower() == "csv" else FileFormat.XLSX
        _send_file(work, ProfitFile(period=str(period), form=file_form), admin)
    else:
        work.notify(_report(period, today), admin.address)


def _report(period: Period, today: date) -> ProfitReport:
    before, after = adjacent_periods(period, today)
    return ProfitReport(
        period=str(period),
        before=str(before or ""),
        after=str(after or ""),
        is_today=period == single_day(today),
    )


def _turn(work: UnitOfWork, actor: Actor, tap: Tap) -> Toast:
    period = decode_period(tap.payload)
    if period is None or not actor.sees_all:
        return Toast.USED
    report = _report(period, day_of(work.now_ms, work.zone))
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
    sold = _sold(tx, period, clock)
    resellers = by_reseller(sold)
    shown = resellers[: words.ROWS_SHOWN]
    named = [(_name(tx, user_id), profit) for user_id, profit in shown]
    text = words.profit_report(
        period,
        sum_profit(sold),
        by_product(sold),
        named,
        reseller_count=len(resellers),
        is_today=notice.is_today,
    )
    return RenderedMessage(text=text)


def render_file(tx: Tx, notice: ProfitFile, clock: Clock) -> RenderedMessage:
    period = _period_of(notice)
    sold = _sold(tx, period, clock)[:MAX_ROWS]
    names = {user_id: _name(tx, user_id) for user_id in {each.user_id for each in sold}}
    rows = [words.file_row(each, names[each.user_id]) for each in sold]
    if notice.form is FileFormat.CSV:
        content = csv_bytes(words.HEADER, rows)
    else:
        content = xlsx_bytes(words.HEADER, rows, words.WIDTHS)
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


def _sold(tx: Tx, period: Period, clock: Clock) -> list[SoldProduct]:
    from_ms, until_ms = period.bounds_ms(clock.zone)
    return order_queries.sold_products(tx, from_ms=from_ms, until_ms=until_ms)


def _name(tx: Tx, user_id: int) -> str:
    person = people.get(tx, user_id)
    return person.name if person else str(user_id)
