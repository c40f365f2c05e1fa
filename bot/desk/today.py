"""The page *today*: what sold, what waits, what needs a word, and the last orders, live."""

from http import HTTPStatus
from typing import Any

from msgspec import Struct
from starlette.responses import PlainTextResponse, StreamingResponse

from bot.desk.context import DeskContext, DeskPage
from bot.desk.hours import MAX_ORDERS_TIMED, hours_of_today, plot_lines
from bot.desk.orders import OrderTableRow, table_rows
from bot.desk.reports import hours_of, plot_of
from bot.desk.visit import Answer, Visit, page
from bot.features.biller_balance import biller_balance
from bot.grammar.period import day_of, single_day
from bot.notices.alarms import BillerBalance
from bot.orders.totals import sum_totals
from bot.purchasing import totals
from bot.purchasing.totals import ReportScope
from bot.unit_of_work import UnitOfWork
from storage import order_queries, orders, outbox, people, restores

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


def _show(_: Visit, work: UnitOfWork) -> Answer:
    return page("today.html", today=_read(work), **_hours(work))


def _refresh(_: Visit, work: UnitOfWork) -> Answer:
    return page("today_figures.html", today=_read(work))


def _hours(work: UnitOfWork) -> dict[str, Any]:
    hours = hours_of(work, day_of(work.now_ms, work.zone))
    return {"hours": hours, "plot": plot_of(hours)}


def _refresh_hours(_: Visit, work: UnitOfWork) -> Answer:
    return page("today_hours.html", **_hours(work))


def _refresh_times(_: Visit, work: UnitOfWork) -> Answer:
    times = hours_of_today(work)
    return page("today_times.html", times=times, plots=plot_lines(times), max_timed=MAX_ORDERS_TIMED)


async def _follow(visit: Visit, desk: DeskContext) -> Answer:
    """Answer with the stream of events that says to an open page what changed."""
    live = desk.live
    if live.is_closed:
        return PlainTextResponse(
            "Stopping", status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "5"}
        )
    events = live.follow(visit.visitor.session_hash)
    # A proxy that collects an answer before it passes it on would hold the events back.
    return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


PAGES = (
    DeskPage(path="/", read=_show, title="Today"),
    DeskPage(path="/today", read=_refresh, is_shared=True),
    DeskPage(path="/today/hours", read=_refresh_hours, is_shared=True),
    DeskPage(path="/today/times", read=_refresh_times, is_shared=True),
    DeskPage(path="/events", handle=_follow),
)
