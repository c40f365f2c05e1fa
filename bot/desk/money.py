"""The pages of money: deposits that wait for a word, money without a ticket, and the ledger of each shop."""

from datetime import date, timedelta

from msgspec import Struct

from bot.desk.context import DeskPage
from bot.desk.request import DeskRequest, DeskResponse, attachment_response, back_to, missing, page
from bot.features.accounts.balance import owner_named, shop_balance
from bot.features.accounts.statements import MAX_ROWS, render_statement_file, statement_move
from bot.features.deposits.cards import card_of, payment_card
from bot.grammar.period import Period, day_of, decode_period, month_containing, single_day
from bot.notices.accounts import ShopBalance
from bot.notices.catalogue import FileFormat
from bot.notices.deposits import SuspenseCard, TicketCard
from bot.notices.statements import StatementFile
from bot.texts.formatting import Clock
from bot.texts.statements import Move
from bot.unit_of_work import UnitOfWork
from storage import deposits, ledger, mutations, people
from storage.people import Person
from storage.transaction import Tx

ROWS_SHOWN_AT_ONCE = 100
MAX_PEOPLE_FOUND = 20
DAYS_AT_FIRST = 7


class WaitingTicket(Struct, frozen=True, kw_only=True):
    """A ticket to confirm; `evidence_count` pictures of its transfer went to the admins' chats."""

    card: TicketCard
    evidence_count: int


class WaitingMoney(Struct, frozen=True, kw_only=True):
    """What waits for a word; next pages begin after `tickets_after` and `payments_after`, 0 without one."""

    tickets: tuple[WaitingTicket, ...]
    tickets_after: int
    payments: tuple[SuspenseCard, ...]
    payments_after: int


class LedgerRow(Struct, frozen=True, kw_only=True):
    """One entry of a shop, with the balance before and after it."""

    move: Move
    before_idr: int


class ShopLedger(Struct, frozen=True, kw_only=True):
    """A shop with what moved its balance in a period, the latest first.

    `balance` is None before the first money; `before_id` is the entry with which the next page begins, 0 on
    the last one. `count`, `opening_idr` and `closing_idr` are those of the whole period.
    """

    person: Person
    can_change: bool
    balance: ShopBalance | None
    rows: tuple[LedgerRow, ...] = ()
    before_id: int = 0
    count: int = 0
    opening_idr: int = 0
    closing_idr: int = 0


class ShownPeriod(Struct, frozen=True, kw_only=True):
    """The days that are shown; False if those that were asked for cannot be."""

    days: Period
    was_read: bool = True


def _show(request: DeskRequest, work: UnitOfWork) -> DeskResponse:
    tickets_after, payments_after = _number(request, "tickets_after"), _number(request, "payments_after")
    waiting = _waiting_money(work, tickets_after, payments_after)
    is_live = not (tickets_after or payments_after)
    return page("money.html", waiting=waiting, moved=request.query("moved"), is_live=is_live)


def _refresh(_: DeskRequest, work: UnitOfWork) -> DeskResponse:
    """Answer with what waits; its forms are the visitor's own."""
    return page("money_waiting.html", waiting=_waiting_money(work, 0, 0))


def _waiting_money(work: UnitOfWork, tickets_after: int, payments_after: int) -> WaitingMoney:
    tx, limit = work.tx, ROWS_SHOWN_AT_ONCE + 1
    after = deposits.get(tx, tickets_after) if tickets_after else None
    tickets = deposits.open_tickets(tx, limit=limit, after=after)
    payments = mutations.in_suspense(tx, limit=limit, after_id=payments_after)
    cards = [card_of(work, ticket) for ticket in tickets[:ROWS_SHOWN_AT_ONCE]]
    return WaitingMoney(
        tickets=tuple(
            WaitingTicket(card=card, evidence_count=deposits.count_evidence(tx, card.ticket_id))
            for card in cards
            if isinstance(card, TicketCard)
        ),
        tickets_after=tickets[-2].ticket_id if len(tickets) == limit else 0,
        payments=tuple(payment_card(work, payment) for payment in payments[:ROWS_SHOWN_AT_ONCE]),
        payments_after=payments[-2].mutation_id if len(payments) == limit else 0,
    )


def _find_shop(request: DeskRequest, work: UnitOfWork) -> DeskResponse:
    typed = request.query("q")
    found = _shops_named(work.tx, typed)
    if len(found) == 1:
        return back_to(f"/desk/money/shops/{found[0].user_id}")
    return page("money_shops.html", found=found, typed=typed)


def _shops_named(tx: Tx, typed: str) -> tuple[Person, ...]:
    """Return the owners of the shops for which the people with a name order."""
    found = people.matching(tx, typed, limit=MAX_PEOPLE_FOUND) if typed else []
    owners = {owner.user_id: owner for owner in (people.owner_of(tx, person) for person in found)}
    return tuple(owner for owner in owners.values() if _has_ledger(tx, owner))


def _has_ledger(tx: Tx, owner: Person) -> bool:
    """Return whether an owner's money may be looked at: a reseller, present or former, or an admin."""
    is_reseller = owner_named(tx, str(owner.user_id)) is not None
    return is_reseller or ledger.account_of_buyer(tx, owner.user_id) is not None


def _show_shop(request: DeskRequest, work: UnitOfWork) -> DeskResponse:
    whose, before_id, shown = request.name, _number(request, "before"), _period(request)
    found = _ledger_of(work, whose, shown.days, before_id)
    if found is None:
        return missing()
    if found.person.user_id != int(whose):
        return back_to(f"/desk/money/shops/{found.person.user_id}")
    today = _today(request)
    return page(
        "money_shop.html",
        shop=found,
        shown=shown,
        shortcuts=(single_day(today), single_day(today - timedelta(days=1)), _this_month(today)),
        max_file_rows=MAX_ROWS,
        moved=request.query("moved"),
    )


def _ledger_of(work: UnitOfWork, whose: str, days: Period, before_id: int) -> ShopLedger | None:
    """Return the ledger of the shop for which a person orders; None if there is none."""
    person = people.find_owner(work.tx, whose) if people.is_id(whose) else None
    if person is None or not _has_ledger(work.tx, person):
        return None
    can_change = owner_named(work.tx, whose) is not None
    account = ledger.account_of_buyer(work.tx, person.user_id)
    if account is None:
        return ShopLedger(person=person, can_change=can_change, balance=None)
    from_ms, until_ms = days.bounds_ms(work.zone)
    within = {"from_ms": from_ms, "until_ms": until_ms}
    limit = ROWS_SHOWN_AT_ONCE + 1
    lines = ledger.statement(work.tx, account.shop_id, **within, limit=limit, before_id=before_id or None)
    total = ledger.statement_sum(work.tx, account.shop_id, **within)
    last = ledger.statement(work.tx, account.shop_id, **within, limit=1)
    closing_idr = last[0].balance_after_idr if last else account.balance_idr
    return ShopLedger(
        person=person,
        can_change=can_change,
        balance=shop_balance(work, person.user_id, person.name),
        rows=tuple(
            LedgerRow(move=statement_move(work.tx, line), before_idr=line.balance_after_idr - line.amount_idr)
            for line in lines[:ROWS_SHOWN_AT_ONCE]
        ),
        before_id=lines[-2].entry_id if len(lines) == limit else 0,
        count=total.count,
        opening_idr=closing_idr - total.sum_idr,
        closing_idr=closing_idr,
    )


def _download(request: DeskRequest, work: UnitOfWork) -> DeskResponse:
    """Send the file that the chat sends for the same days."""
    whose, form, shown = request.query("reseller"), request.query("form"), _period(request)
    if not people.is_id(whose) or form not in list(FileFormat) or not shown.was_read:
        return missing()
    notice = StatementFile(user_id=int(whose), period=str(shown.days), form=FileFormat(form))
    return attachment_response(render_statement_file(work.tx, notice, Clock(work.zone)).attachment)


def _period(request: DeskRequest) -> ShownPeriod:
    """Return the days between the two dates of the address; the last week without them."""
    typed_first, typed_last, today = request.query("from"), request.query("until"), _today(request)
    usual = Period(first=today - timedelta(days=DAYS_AT_FIRST - 1), last=today)
    if not typed_first and not typed_last:
        return ShownPeriod(days=usual)
    first, last = _date(typed_first), _date(typed_last)
    days = decode_period(str(Period(first=first, last=last))) if first and last else None
    return ShownPeriod(days=days) if days else ShownPeriod(days=usual, was_read=False)


def _date(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _today(request: DeskRequest) -> date:
    return day_of(request.now_ms, request.zone)


def _this_month(today: date) -> Period:
    return Period(first=month_containing(today).first, last=today)


def _number(request: DeskRequest, name: str) -> int:
    typed = request.query(name)
    return int(typed) if people.is_id(typed) else 0


PAGES = (
    DeskPage(path="/money", read=_show, title="Money"),
    DeskPage(path="/money/live", read=_refresh),
    DeskPage(path="/money/shops", read=_find_shop),
    DeskPage(path="/money/shops/{name}", read=_show_shop),
    DeskPage(path="/money/file", read=_download, sends_file=True, is_long=True),
)
