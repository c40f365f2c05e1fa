"""The page *today*: what sold, what waits, what needs a word, and the last orders, live.

Its hours show how long orders took, and the balance at the biller, from the events of orders.
"""

from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Any

from msgspec import Struct
from starlette.responses import PlainTextResponse, StreamingResponse

from bot.desk.context import DeskContext, DeskPage
from bot.desk.orders import OrderTableRow, table_rows
from bot.desk.reports import hours_of, plot_of
from bot.desk.request import DeskRequest, DeskResponse, page
from bot.features.biller_balance import biller_balance
from bot.grammar.period import day_of, midnight_ms, minute_of_day, single_day
from bot.notices.alarms import BillerBalance
from bot.orders.events import Accepted, Succeeded
from bot.orders.totals import sum_totals
from bot.purchasing import totals
from bot.purchasing.totals import HOUR_MS, HOURS, ReportScope
from bot.unit_of_work import UnitOfWork
from storage import order_queries, orders, outbox, people, restores
from storage.transaction import Tx

MAX_ORDERS_TIMED = 500
"""Of one hour; the percentiles of so many are those of all, and a busy day is read in a tenth of a second."""

MAX_EVENTS_BACK, MAX_REPORTS_READ = 2_000, 20
"""How far back a balance is looked for: a biller may state none, or one in some answers only."""

Line = list[float | None]
Plot = dict[str, list[str] | list[Line]]
"""The names of the hours, and one or more lines."""


class Percentiles(Struct, frozen=True, kw_only=True):
    """How long half of some orders took at most, and 95 of 100 of them."""

    median_ms: int
    slow_ms: int


class HourOfToday(Struct, frozen=True, kw_only=True):
    """One hour, None where nothing is known; `balance_idr` is the last that was reported before its end."""

    name: str
    sent: Percentiles | None = None
    result: Percentiles | None = None
    balance_idr: int | None = None


def percentiles(durations_ms: Iterable[int]) -> Percentiles | None:
    """Return the nearest ranks of some durations; None of none."""
    ordered = sorted(durations_ms)
    if not ordered:
        return None
    return Percentiles(
        median_ms=ordered[(len(ordered) - 1) // 2], slow_ms=ordered[-(-95 * len(ordered) // 100) - 1]
    )


def hours_of_today(work: UnitOfWork) -> tuple[HourOfToday, ...]:
    """Return the hours since midnight, the present one too."""
    return tuple(
        HourOfToday(
            name=HOURS[minute_of_day(from_ms, work.zone) // 60],
            **_durations(work.tx, from_ms, until_ms),
            balance_idr=_balance_at(work.tx, until_ms),
        )
        for from_ms, until_ms in _hours_until(work)
    )


def _hours_until(work: UnitOfWork) -> Iterator[tuple[int, int]]:
    """Yield the beginning and the end of each hour of today, by the clock of the shop."""
    begin_ms = midnight_ms(day_of(work.now_ms, work.zone), work.zone)
    for from_ms in range(begin_ms, work.now_ms + 1, HOUR_MS):
        yield from_ms, from_ms + HOUR_MS


def _durations(tx: Tx, from_ms: int, until_ms: int) -> dict[str, Percentiles | None]:
    """Return how long orders of an hour took until they were sent to the biller, and until a result."""
    times = order_queries.times_within(tx, from_ms=from_ms, until_ms=until_ms, limit=MAX_ORDERS_TIMED)
    sent = [max(0, each.sent_at_ms - each.placed_at_ms) for each in times if each.sent_at_ms is not None]
    ended = [max(0, each.ended_at_ms - each.placed_at_ms) for each in times if each.ended_at_ms is not None]
    return {"sent": percentiles(sent), "result": percentiles(ended)}


def _balance_at(tx: Tx, until_ms: int) -> int | None:
    """Return the balance that was reported last before a time.

    The balance in the report of a failure does not count, as in the chain of balances: the refund may follow.
    """
    before_id = orders.first_event_since(tx, until_ms) or orders.newest_event(tx) + 1
    reports = order_queries.reports_before(
        tx, before_id, from_id=before_id - MAX_EVENTS_BACK, until_ms=until_ms, limit=MAX_REPORTS_READ
    )
    for report in reports:
        event = report.event
        if isinstance(event, Accepted | Succeeded) and event.balance_idr is not None:
            return event.balance_idr
    return None


def plot_lines(hours: Sequence[HourOfToday]) -> dict[str, Plot]:
    """Return what desk.js draws: the durations in seconds, and the balance in rupiah."""
    names = [hour.name for hour in hours]
    balances: Line = [hour.balance_idr for hour in hours]
    return {
        "sent": {"names": names, "lines": _seconds([hour.sent for hour in hours])},
        "result": {"names": names, "lines": _seconds([hour.result for hour in hours])},
        "balance": {"names": names, "lines": [balances]},
    }


def _seconds(durations: Sequence[Percentiles | None]) -> list[Line]:
    return [
        [each.median_ms / 1000 if each else None for each in durations],
        [each.slow_ms / 1000 if each else None for each in durations],
    ]


LAST_ORDERS = 15


class Today(Struct, frozen=True, kw_only=True):
    """The figures of the day; money is None where no price or cost is known."""

    sold_count: int
    failed_count: int
    sales_idr: int
    profit_idr: int
    waiting_count: int
    decisions_count: int
    asking_count: int
    unsent_count: int
    failed_messages: int
    balance: BillerBalance
    is_closed: bool
    last: tuple[OrderTableRow, ...]

    @property
    def success_percent(self) -> int | None:
        """The share of today's results that are successes; None without a result."""
        ended = self.sold_count + self.failed_count
        return round(100 * self.sold_count / ended) if ended else None


def _read(work: UnitOfWork) -> Today:
    tx = work.tx
    scope = ReportScope(period=single_day(day_of(work.now_ms, work.zone)), zone=work.zone)
    total = sum_totals(totals.by_product(tx, scope).values())
    counts, messages, balance = orders.counts(tx), outbox.counts(tx), biller_balance(work)
    return Today(
        sold_count=total.succeeded_count,
        failed_count=total.failed_count,
        sales_idr=total.sales_idr,
        profit_idr=total.profit_idr,
        waiting_count=sum(counts.values()),
        decisions_count=balance.waiting_count,
        asking_count=people.count_asking(tx),
        unsent_count=messages.get("waiting", 0),
        failed_messages=messages.get("failed", 0),
        balance=balance,
        is_closed=restores.in_quarantine(tx) is not None,
        last=table_rows(tx, order_queries.newest(tx, None, limit=LAST_ORDERS)),
    )


def _show(_: DeskRequest, work: UnitOfWork) -> DeskResponse:
    return page("today.html", today=_read(work), **_hours(work))


def _refresh(_: DeskRequest, work: UnitOfWork) -> DeskResponse:
    return page("today_figures.html", today=_read(work))


def _hours(work: UnitOfWork) -> dict[str, Any]:
    hours = hours_of(work, day_of(work.now_ms, work.zone))
    return {"hours": hours, "plot": plot_of(hours)}


def _refresh_hours(_: DeskRequest, work: UnitOfWork) -> DeskResponse:
    return page("today_hours.html", **_hours(work))


def _refresh_times(_: DeskRequest, work: UnitOfWork) -> DeskResponse:
    times = hours_of_today(work)
    return page("today_times.html", times=times, plots=plot_lines(times), max_timed=MAX_ORDERS_TIMED)


async def _follow(request: DeskRequest, desk: DeskContext) -> DeskResponse:
    """Answer with the stream of events that says to an open page what changed."""
    live = desk.live
    if live.is_closed:
        return PlainTextResponse(
            "Stopping", status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "5"}
        )
    events = live.follow(request.visitor.session_hash)
    # A proxy that collects an answer before it passes it on would hold the events back.
    return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


PAGES = (
    DeskPage(path="/", read=_show, title="Today"),
    DeskPage(path="/today", read=_refresh, is_shared=True),
    DeskPage(path="/today/hours", read=_refresh_hours, is_shared=True),
    DeskPage(path="/today/times", read=_refresh_times, is_shared=True),
    DeskPage(path="/events", handle=_follow),
)
