"""What `loket status`, `orders` and `report` print: in lines for people, and as data for scripts.

They read the file while the bot runs, by the functions that answer in the chat, so that the numbers agree.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import httpx
import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from bot.catalogue.product import DestinationRule
from bot.features.biller_balance import biller_balance
from bot.grammar.destination.reader import read_destination
from bot.grammar.parsed import ParsedDestination, order_text
from bot.grammar.period import single_day
from bot.notices.alarms import BillerBalance
from bot.orders.biller_float import LowBalance
from bot.orders.model import Intent, Order, State
from bot.orders.totals import Totals, largest_first, sum_totals
from bot.purchasing.totals import ReportScope, by_product
from bot.settings.settings import FileSettings, ShellSettings
from bot.spreadsheets import Cell, csv_bytes
from bot.unit_of_work import WorkContext
from storage import catalogue, order_queries, orders, outbox, people, restores
from storage.backup import LastBackup, last_backup
from storage.books import check_books
from storage.database import read_database
from storage.lock import holder_of
from storage.transaction import Tx

ASK_WITHIN_S = 2.0

MAX_DECISIONS = 1_000
MAX_TO_NUMBER = 10_000
END_OF_TIME_MS = 1 << 62
ENDED = (State.SUCCEEDED, State.FAILED, State.EXPIRED)
"""Of these there are many: the newest are soon found. The others have an index of their own."""

REPORT_HEADER = ("product", "orders", "succeeded", "failed", "open", "sales_idr", "cost_idr", "profit_idr")

_GAUGE = re.compile(
    r'^loket_(?:breaker_open|ready\{part="(?P<part>\w+)"\}) (?P<value>[0-9.]+)$', re.MULTILINE
)


def as_json(data: object) -> str:
    return msgspec.json.encode(data).decode()


class Answers(Struct, frozen=True, kw_only=True):
    """What the running bot itself says; empty if it does not answer."""

    is_breaker_open: bool | None = None
    ready: dict[str, bool] = {}


class Status(Struct, frozen=True, kw_only=True):
    """The state of a Loket. `pid` is None if none holds this file, 0 if it cannot be seen from here."""

    database: str
    pid: int | None
    answers: Answers
    open_orders: dict[str, int]
    messages: dict[str, int]
    decision_count: int
    is_counter_closed: bool
    biller: BillerBalance
    closed_products: tuple[str, ...]
    backup: LastBackup | None
    do_books_tie: bool
    book_finding_count: int

    @property
    def is_running(self) -> bool:
        """Whether a bot holds the database, or answers where it listens."""
        return self.pid is not None or self.answers != Answers()

    @property
    def is_well(self) -> bool:
        """Whether the bot runs and the books tie."""
        return self.is_running and self.do_books_tie


def read_overview(settings: ShellSettings, now_ms: int) -> Status:
    """Read the state; raise StorageError if the database cannot be read."""
    path = settings.database_path
    context = WorkContext(
        admin_ids=(),
        zone=settings.zone,
        nonce=str,
        random_suffix=int,
        biller_reserve_idr=settings.biller_reserve_idr,
        low_balance=LowBalance(settings.biller_low_balance),
    )
    pid = holder_of(path) if path else None
    # A server has no lock of a file: there, only the bot of this machine is known of.
    answers = _ask(settings) if pid is not None or path is None else Answers()

    def read(tx: Tx) -> Status:
        books = check_books(tx)
        return Status(
            database=str(path or "PostgreSQL"),
            pid=pid,
            answers=answers,
            open_orders=orders.counts(tx),
            messages=outbox.counts(tx),
            decision_count=len(orders.trxids_for_admins(tx, limit=MAX_DECISIONS)),
            is_counter_closed=restores.in_quarantine(tx) is not None,
            biller=biller_balance(context.begin(tx, now_ms)),
            closed_products=tuple(catalogue.closed_by_failures(tx)),
            backup=last_backup(path) if path else None,
            do_books_tie=books.ties,
            book_finding_count=len(books.findings),
        )

    return read_database(settings.database_url, read)


def _ask(settings: ShellSettings) -> Answers:
    """Ask the running bot for what only its memory holds."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.listen_host, settings.listen_host)
    try:
        url = f"http://{host}:{settings.listen_port}/metrics"
        page = httpx.get(url, timeout=ASK_WITHIN_S, trust_env=False).text
    except httpx.HTTPError:
        return Answers()
    found = {match["part"]: float(match["value"]) == 1 for match in _GAUGE.finditer(page)}
    is_breaker_open = found.pop(None, None)
    return Answers(is_breaker_open=is_breaker_open, ready=found)


def status_lines(status: Status, settings: FileSettings) -> Iterator[str]:
    biller, answers = status.biller, status.answers
    running = f"yes, process {status.pid}" if status.pid else "yes" if status.is_running else "no"
    down = [part for part, is_up in answers.ready.items() if not is_up]
    breaker = {None: "unknown", False: "closed", True: "open: orders are held"}[answers.is_breaker_open]
    balance = "not reported yet" if biller.balance_idr is None else f"{biller.balance_idr:,}"
    if biller.expected_idr not in (None, biller.balance_idr):
        balance += f", now about {biller.expected_idr:,}"
    if biller.reported_at_ms is not None:
        balance += f" (reported {_time(biller.reported_at_ms, settings)})"
    backup = status.backup
    books = (
        "tie" if status.do_books_tie else f"do not tie: {status.book_finding_count} findings, see loket books"
    )
    rows = (
        ("running", running + (f", not ready: {', '.join(down)}" if down else "")),
        ("breaker", breaker if status.is_running else "not running"),
        ("counter", "closed after a restore: an admin opens it" if status.is_counter_closed else ""),
        ("orders", _counts(status.open_orders)),
        ("decisions", str(status.decision_count)),
        ("messages", _counts(status.messages)),
        ("biller balance", balance),
        ("alarm below", "" if biller.reserve_idr is None else f"{biller.reserve_idr:,}"),
        ("held", "orders wait for a top-up" if biller.is_low_held else ""),
        ("closed by failures", " ".join(status.closed_products)),
        ("last backup", f"{_time(backup.at_ms, settings)}, {backup.file}" if backup else "none noted"),
        ("books", books),
    )
    return (f"{label:<20}{text}" for label, text in rows if text)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {state}" for state, count in sorted(counts.items())) or "none open"


def _time(at_ms: int, settings: FileSettings) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, settings.zone):%Y-%m-%d %H:%M:%S}"


def status_data(status: Status) -> dict[str, Any]:
    """Return the state as plain data; names are only ever added."""
    biller = asdict(status.biller) | {"expected_idr": status.biller.expected_idr}
    data: dict[str, Any] = asdict(status) | {"running": status.is_running, "biller": biller}
    return data


class ListedOrder(Struct, frozen=True, kw_only=True):
    """An order with the name of its reseller."""

    order: Order
    reseller: str


def read_orders(url: str, *, state: State | None, number: str | None, limit: int) -> list[ListedOrder]:
    """Return the newest orders, of a state or to a number if these are given."""

    def read(tx: Tx) -> list[ListedOrder]:
        found = _find_orders(tx, state, number, limit)
        named = {order.user_id: people.get(tx, order.user_id) for order in found}
        return [
            ListedOrder(order=order, reseller=person.name if (person := named[order.user_id]) else "")
            for order in found
        ]

    return read_database(url, read)


def _find_orders(tx: Tx, state: State | None, number: str | None, limit: int) -> list[Order]:
    if number is not None:
        found = order_queries.to_destination(tx, _destination(number), user_id=None, limit=MAX_TO_NUMBER)
        return [order for order in found if state in (None, order.state)][:limit]
    if state is not None:
        if state in ENDED:
            return order_queries.newest_in_state(tx, state, limit=limit)
        return orders.in_state(tx, state, changed_before_ms=END_OF_TIME_MS, limit=limit)
    return order_queries.newest(tx, None, limit=limit)


def _destination(typed: str) -> str:
    """Return a phone number as orders have it, and any other destination as it was typed."""
    match read_destination(typed, DestinationRule.PHONE):
        case ParsedDestination(destination=destination, ordinal=1):
            return destination
        case _:
            return typed.strip()


def order_lines_of(rows: list[ListedOrder], settings: FileSettings) -> Iterator[str]:
    for row in rows:
        order = row.order
        intent = Intent(product_code=order.product_code, destination=order.destination, ordinal=order.ordinal)
        price = "-" if order.price_idr is None else f"{order.price_idr:,}"
        outcome = order.sn or order.reason or order.unknown_reason or ""
        facts = (
            *(_time(order.placed_at_ms, settings), order.trxid, f"{order.state:<10}"),
            *(order_text(intent), price, f"{row.reseller} ({order.user_id})", outcome),
        )
        yield "  ".join(part for part in facts if part)


def order_data(rows: list[ListedOrder]) -> list[dict[str, Any]]:
    """Return orders as plain data; names are only ever added."""
    return [asdict(row.order) | {"reseller": row.reseller} for row in rows]


class ProductDay(Struct, frozen=True, kw_only=True):
    """The totals of one product on a day."""

    product: str
    totals: Totals

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The row of the product under REPORT_HEADER."""
        sums = self.totals
        failed = sums.failed_count + sums.expired_count
        money = (sums.sales_idr, sums.cost_idr, sums.profit_idr)
        return (
            self.product,
            sums.count,
            sums.succeeded_count,
            failed,
            sums.count - sums.finished_count,
            *money,
        )


class DayReport(Struct, frozen=True, kw_only=True):
    """A day's orders by product, those with the largest sales first, and their total."""

    day: date
    rows: tuple[ProductDay, ...]
    total: ProductDay


def read_day(day: date, settings: FileSettings) -> DayReport:
    """Sum the orders that were placed on a day, as `lap` and `laba` do."""
    scope = ReportScope(period=single_day(day), zone=settings.zone)
    sums = read_database(settings.database_url, lambda tx: by_product(tx, scope))
    rows = tuple(ProductDay(product=code, totals=each) for code, each in largest_first(sums))
    total = ProductDay(product="total", totals=sum_totals(sums.values()))
    return DayReport(day=day, rows=rows, total=total)


def day_lines(report: DayReport) -> Iterator[str]:
    yield "".join((f"{REPORT_HEADER[0]:<16}", *(f"{title:>14}" for title in REPORT_HEADER[1:])))
    for row in (*report.rows, report.total):
        product, *numbers = row.cells
        yield "".join((f"{product:<16}", *(f"{number:>14,}" for number in numbers)))
    if missing := report.total.totals.uncosted_count:
        yield f"the cost of {missing} orders is not known: their price is in no profit"
    if unpriced := report.total.totals.unpriced_count:
        yield f"{unpriced} orders have no price: they are in no sales"


def day_csv(report: DayReport) -> bytes:
    """Return the rows as CSV for a spreadsheet, without the total."""
    return csv_bytes(REPORT_HEADER, (row.cells for row in report.rows))


def day_data(report: DayReport) -> dict[str, Any]:
    """Return the report as plain data; names are only ever added."""
    rows = [dict(zip(REPORT_HEADER, row.cells, strict=True)) for row in report.rows]
    total = dict(zip(REPORT_HEADER, report.total.cells, strict=True))
    sums = report.total.totals
    unknown = {"uncosted": sums.uncosted_count, "unpriced": sums.unpriced_count}
    return {"day": report.day.isoformat(), "products": rows, "total": total | unknown}
