"""Statements of a shop: what moved its balance in a period, as a message or as a file.

Resellers see their own, in the private chat only; admins also that of a reseller whom they name.
"""

from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from bot.actors import Actor
from bot.features.accounts.balance import owner_named
from bot.features.history.reports import split_form, table_bytes
from bot.grammar.parsed import Command
from bot.grammar.period import Period, adjacent_periods, day_of, decode_period, parse_period, single_day
from bot.notices.accounts import PrivateChatOnly
from bot.notices.buttons import Action
from bot.notices.catalogue import FileFormat
from bot.notices.statements import Statement, StatementChoice, StatementFile, StatementPeriodUnclear
from bot.routing import ButtonRoute, CommandRoute, Routes, Tap
from bot.texts import statements as words
from bot.texts.formatting import Attachment, AttachmentKind, Clock
from bot.texts.render import RenderedMessage
from bot.unit_of_work import UnitOfWork
from bot.updates import Toast
from storage import ledger, orders, outbox, people
from storage.ledger import StatementLine
from storage.transaction import Tx

MAX_TYPED_CHARS = 60
ROWS_SHOWN = 30
"""Rows of a message, or as many of them as fit 4,096 characters."""

MAX_ROWS = 10_000
"""Rows of a file, which take about two seconds to render."""


class StatementRequest(Struct, frozen=True, kw_only=True):
    """Whose statement is asked for, of which days, and as which file; None is a message."""

    user_id: int
    period: Period
    form: FileFormat | None


def _show_statement(work: UnitOfWork, actor: Actor, command: Command) -> None:
    """Answer `mutasi …`: today, or the given days."""
    request = _read_request(work, actor, command.rest)
    if request is None:
        return
    if request.form:
        file = StatementFile(user_id=request.user_id, period=str(request.period), form=request.form)
        _send_file(work, file, actor)
    else:
        work.notify(_statement(work, actor, request.user_id, request.period), actor.address)


def _ask_which(work: UnitOfWork, actor: Actor, command: Command) -> None:
    """Answer `rek …`, which means a statement at some servers and the sum of a day at others."""
    if request := _read_request(work, actor, command.rest):
        choice = StatementChoice(
            user_id=request.user_id,
            report_user_id=None if actor.sees_all else actor.user_id,
            period=str(request.period),
        )
        work.notify(choice, actor.address)


def _read_request(work: UnitOfWork, actor: Actor, typed: str) -> StatementRequest | None:
    """Return what is asked for; None if it cannot be read or shown, and then the actor is told so."""
    if not actor.is_private:
        work.notify(PrivateChatOnly(), actor.address)
        return None
    days, form = split_form(typed)
    user_id, today = actor.user_id, day_of(work.now_ms, work.zone)
    period = parse_period(days, today) if days else single_day(today)
    if period is None and actor.sees_all:
        name, _, behind = days.partition(" ")
        if person := owner_named(work.tx, name):
            user_id = person.user_id
            period = parse_period(behind, today) if behind else single_day(today)
    if period is None:
        work.notify(StatementPeriodUnclear(typed=days[:MAX_TYPED_CHARS]), actor.address)
        return None
    return StatementRequest(user_id=user_id, period=period, form=form)


def _statement(work: UnitOfWork, actor: Actor, user_id: int, period: Period) -> Statement:
    before, after = adjacent_periods(period, day_of(work.now_ms, work.zone))
    return Statement(
        user_id=user_id,
        period=str(period),
        before=str(before or ""),
        after=str(after or ""),
        for_admin=user_id != actor.user_id,
    )


def _turn_statement(work: UnitOfWork, actor: Actor, tap: Tap) -> Toast:
    """Replace the tapped message with the statement of another period."""
    whose, _, text = tap.payload.partition("|")
    period = decode_period(text)
    if period is None or not _may_see(whose, actor):
        return Toast.USED
    work.notify(_statement(work, actor, int(whose), period), actor.chat, edits=actor.card_id)
    return Toast.DONE


def _download(work: UnitOfWork, actor: Actor, tap: Tap) -> Toast:
    whose, _, rest = tap.payload.partition("|")
    text, _, form = rest.partition("|")
    if decode_period(text) is None or form not in list(FileFormat) or not _may_see(whose, actor):
        return Toast.USED
    _send_file(work, StatementFile(user_id=int(whose), period=text, form=FileFormat(form)), actor)
    return Toast.DONE


def _send_file(work: UnitOfWork, file: StatementFile, actor: Actor) -> None:
    """Enqueue a file unless one is waiting in this chat: a large one takes seconds to render."""
    if not outbox.is_kind_waiting(work.tx, actor.address.chat_id, StatementFile.__name__):
        work.notify(file, actor.address)


def _may_see(whose: str, actor: Actor) -> bool:
    if not (whose.isascii() and whose.isdigit() and len(whose) <= people.MAX_ID_DIGITS):
        return False
    return actor.is_private and (actor.sees_all or int(whose) == actor.user_id)


ROUTES = Routes(
    commands=(CommandRoute(("mutasi",), _show_statement), CommandRoute(("rek",), _ask_which)),
    buttons=(
        ButtonRoute(
            actions=(Action.STATEMENT, Action.OPEN_STATEMENT),
            handle=_turn_statement,
            under=(Statement, StatementChoice),
        ),
        ButtonRoute(actions=(Action.STATEMENT_FILE,), handle=_download),
    ),
)


def render_statement(tx: Tx, notice: Statement, clock: Clock) -> RenderedMessage:
    period = _period_of(notice)
    from_ms, until_ms = period.bounds_ms(clock.zone)
    total = words.StatementTotal(count=0, opening_idr=0, closing_idr=0)
    found: list[StatementLine] = []
    if account := ledger.account_of_buyer(tx, notice.user_id):
        shop_id = account.shop_id
        found = ledger.statement(tx, shop_id, from_ms=from_ms, until_ms=until_ms, limit=ROWS_SHOWN)
        moved = ledger.statement_sum(tx, shop_id, from_ms=from_ms, until_ms=until_ms)
        closing_idr = found[0].balance_after_idr if found else 0
        total = words.StatementTotal(
            count=moved.count, opening_idr=closing_idr - moved.sum_idr, closing_idr=closing_idr
        )
    moves = [statement_move(tx, line) for line in found]
    whose = _name_of(tx, notice.user_id) if notice.for_admin else ""
    return RenderedMessage(text=words.statement_text(period, moves, total, clock, whose=whose))


def render_statement_file(tx: Tx, notice: StatementFile, clock: Clock) -> RenderedMessage:
    period = _period_of(notice)
    found = _lines_in_order(tx, notice.user_id, period, clock)
    rows = [words.file_row(statement_move(tx, line), clock) for line in islice(found, MAX_ROWS)]
    is_cut = next(found, None) is not None
    return RenderedMessage(
        text=words.file_caption(period, row_count=len(rows), is_cut=is_cut),
        attachment=Attachment(
            form=AttachmentKind.FILE,
            name=words.file_name(period, notice.form),
            content=table_bytes(notice.form, words.HEADER, rows, words.WIDTHS),
        ),
    )


def _lines_in_order(tx: Tx, user_id: int, period: Period, clock: Clock) -> Iterator[StatementLine]:
    from_ms, until_ms = period.bounds_ms(clock.zone)
    account = ledger.account_of_buyer(tx, user_id)
    if account is None:
        return iter(())
    return ledger.statement_in_order(tx, account.shop_id, from_ms=from_ms, until_ms=until_ms)


def _period_of(notice: Statement | StatementFile) -> Period:
    period = decode_period(notice.period)
    if period is None:
        raise LookupError(f"statement has an invalid period: {notice.period}")
    return period


def statement_move(tx: Tx, line: StatementLine) -> words.Move:
    """Return an entry with the order that made it, which the source of the entry names."""
    event, _, rest = line.source.partition(":")
    return words.Move(
        at_ms=line.at_ms,
        kind=line.kind,
        order=orders.get(tx, rest.partition(":")[0]) if event == "order" else None,
        reason=line.reason,
        amount_idr=line.amount_idr,
        after_idr=line.balance_after_idr,
    )


def _name_of(tx: Tx, user_id: int) -> str:
    person = people.get(tx, user_id)
    return f"{person.name} · ID {user_id}" if person else str(user_id)
