"""Reports read sums of days and months, which are the sums over the orders, whatever becomes of these."""

import asyncio
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec import convert
from msgspec.structs import replace

from bot.cli.totals import check_totals, rebuild_totals, totals_data, totals_lines
from bot.grammar.period import Period, day_of, midnight_ms, minute_of_day, single_day
from bot.notices.alarms import AuditFinding, Invariant
from bot.orders.events import (
    Accepted,
    Claimed,
    ClockSetBack,
    Expired,
    Failed,
    OrderEvent,
    Resolved,
    Succeeded,
    Unclear,
)
from bot.orders.model import ExpiryReason, FailureCause, Order, Outcome, State, UnknownCause
from bot.orders.states import decide
from bot.orders.totals import NOTHING, Totals, totals_of
from bot.purchasing import totals
from bot.purchasing.totals import MAX_EVENTS_READ, ReportScope, TotalsWorker
from bot.settings.settings import FileSettings
from storage import orders
from storage import totals as stored
from storage.transaction import Tx
from tests.integration.conftest import BUDI, RINA, SARI, ZONE, Shop
from tests.integration.fakes import START_MS
from tests.integration.looked import DONE, last_text, remembers

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
TODAY = day_of(START_MS, ZONE)
LONG = Period(first=TODAY - timedelta(days=100), last=TODAY + timedelta(days=40))


async def adds(shop: Shop) -> None:
    """Let the worker add everything that is old enough."""
    shop.clock.passes(60)
    while await shop.totals.run_once() < totals.ADD_EVERY_S:
        pass


async def reads(shop: Shop, scope: ReportScope) -> dict[str, dict[Any, Totals]]:
    """Read all reports, without the parts that are nothing."""
    readers: dict[str, Any] = {
        name: partial(read, scope=scope)
        for name, read in (
            ("product", totals.by_product),
            ("hour", totals.by_hour),
            ("day", totals.by_day),
        )
    }
    if scope.user_id is None:
        readers |= {
            name: partial(read, period=scope.period, zone=scope.zone)
            for name, read in (("reseller", totals.by_reseller), ("cell", totals.by_reseller_and_product))
        }
    found = {name: await shop.disk.read(read) for name, read in readers.items()}
    return {name: {key: each for key, each in sums.items() if each.count} for name, sums in found.items()}


def expected(shop: Shop, scope: ReportScope) -> dict[str, dict[Any, Totals]]:
    """Sum the rows of the orders, one by one."""
    sums: dict[str, dict[Any, Totals]] = {name: {} for name in ("product", "hour", "reseller", "day", "cell")}
    from_ms, until_ms = scope.period.bounds_ms(scope.zone)
    rows = [convert(row, Order, strict=False) for row in shop.rows("SELECT * FROM orders")]
    for order in rows:
        is_asked = from_ms <= order.placed_at_ms < until_ms and scope.user_id in (None, order.user_id)
        if not is_asked:
            continue
        for name, key in {
            "product": order.product_code,
            "hour": f"{minute_of_day(order.placed_at_ms, scope.zone) // 60:02d}",
            "reseller": order.user_id,
            "day": day_of(order.placed_at_ms, scope.zone),
            "cell": (order.user_id, order.product_code),
        }.items():
            sums[name][key] = sums[name].get(key, NOTHING) + totals_of(order)
    return sums if scope.user_id is None else {name: sums[name] for name in ("product", "hour", "day")}


class Trade:
    """Orders at random times, and random events of them, also long after."""

    def __init__(self, shop: Shop, seed: int) -> None:
        self.shop, self.random = shop, Random(seed)  # noqa: S311 - a seed
        self.trxids: list[str] = []

    async def orders(self) -> None:
        random, number = self.random, len(self.trxids)
        at_ms = START_MS - random.randrange(90 * DAY_MS)
        order = replace(
            DONE,
            trxid=f"{number:017d}",
            message_id=number,
            user_id=random.choice((SARI, BUDI)),
            product_code=random.choice(("s5", "s10", "pln20")),
            state=State.PLACED,
            requested_at_ms=at_ms,
            placed_at_ms=at_ms,
            price_idr=random.choice((None, 6_300, 11_500)),
            expected_cost_idr=random.choice((None, 5_650)),
            cost_idr=None,
            sn=None,
        )
        self.trxids.append(order.trxid)
        assert await self.shop.disk.write(lambda tx: orders.insert(tx, order, actor="test", evidence=""))

    async def changes(self) -> None:
        event = self._event()
        trxid = self.random.choice(self.trxids)

        def unit(tx: Tx) -> None:
            before = orders.get(tx, trxid)
            assert before
            after = decide(before, event, self.shop.clock()).order
            if after != before:
                at_ms = self.shop.clock()
                assert orders.update(tx, before, after, event, at_ms=at_ms, actor="test", evidence="")

        await self.shop.disk.write(unit)

    def _event(self) -> OrderEvent:
        random = self.random
        cost_idr = random.choice((None, 5_700, 10_400))
        return random.choice(
            (
                Claimed(),
                Accepted(cost_idr=cost_idr, balance_idr=None, biller_ref=None),
                Succeeded(sn=random.choice((None, "SN")), cost_idr=cost_idr, balance_idr=None),
                Failed(reason="x", failure_cause=FailureCause.OTHER, balance_idr=None),
                Unclear(why="x", cause=UnknownCause.NO_ANSWER),
                Expired(reason=ExpiryReason.TOO_OLD),
                Resolved(outcome=random.choice(tuple(Outcome)), admin_id=RINA),
                ClockSetBack(by_ms=random.choice((HOUR_MS, DAY_MS))),
            )
        )


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_happens_to_orders_reports_are_the_sums_over_them(shop: Shop, seed: int) -> None:
    trade = Trade(shop, seed)
    for step in range(150):
        await (trade.orders() if step < 5 or trade.random.random() < 0.3 else trade.changes())
        if trade.random.random() < 0.1:
            shop.clock.passes(trade.random.choice((1, 10)))
            await shop.totals.run_once()
        if step % 25 == 24:
            last = TODAY - timedelta(days=trade.random.randrange(60))
            for period in (LONG, Period(first=TODAY - timedelta(days=70), last=last), single_day(last)):
                for user_id in (None, SARI):
                    scope = ReportScope(period=period, zone=ZONE, user_id=user_id)
                    assert await reads(shop, scope) == expected(shop, scope)
    await adds(shop)
    newest = await shop.disk.read(orders.newest_event)
    assert (await shop.disk.read(stored.cursor)).event_id == newest
    whole = ReportScope(period=LONG, zone=ZONE)
    assert await reads(shop, whole) == expected(shop, whole)
    for day in LONG.days():
        assert await shop.disk.read(partial(totals.mismatches, zone=ZONE, day=day)) == []


async def test_an_order_writes_no_total_and_is_in_the_next_report_all_the_same(shop: Shop) -> None:
    await adds(shop)
    await shop.asks()
    assert shop.rows("SELECT * FROM totals") == []
    await shop.says("lap")
    assert "⏳ Diproses: 1" in await last_text(shop)


async def test_a_correction_days_later_lands_on_the_day_of_its_order(shop: Shop) -> None:
    order = await remembers(shop, 1)
    await adds(shop)
    shop.clock.passes(3 * 86_400)

    def fails(tx: Tx) -> None:
        event = Failed(reason="x", failure_cause=FailureCause.OTHER, balance_idr=None)
        after = decide(order, event, shop.clock()).order
        assert orders.update(tx, order, after, event, at_ms=shop.clock(), actor="test", evidence="")

    await shop.disk.write(fails)
    for _ in range(2):
        await shop.says("lap 21/9")
        assert "⚠️ Diperiksa admin: 1" in await last_text(shop)
        await shop.says("lap")
        assert "Belum ada pesanan hari ini." in await last_text(shop)
        await adds(shop)


async def test_a_report_is_right_while_the_totals_are_far_behind(shop: Shop) -> None:
    await remembers(shop, 1)
    shop.rows(
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)"
        " INSERT INTO order_events (trxid, at_ms, actor, kind, facts, state_after)"
        " SELECT trxid, at_ms, actor, 'Overdue', '{}', state_after FROM order_events, n",
        MAX_EVENTS_READ + 1,
    )
    scope = ReportScope(period=LONG, zone=ZONE)
    await shop.totals.run_once()
    assert await reads(shop, scope) == expected(shop, scope)
    await adds(shop)
    assert await reads(shop, scope) == expected(shop, scope)
    assert shop.rows("SELECT count(*) AS count FROM totals WHERE facet = 'reseller'") == [{"count": 2}]


async def test_two_workers_add_each_event_once(shop: Shop) -> None:
    await remembers(shop, 1)
    await shop.totals.run_once()
    shop.clock.passes(60)
    since = await shop.disk.read(stored.cursor)
    other = TotalsWorker(database=shop.disk, context=shop.context)
    await shop.totals.run_once()
    assert not await shop.disk.write(lambda tx: stored.add(tx, {}, since=since, event_id=1))
    await other.run_once()
    scope = ReportScope(period=LONG, zone=ZONE)
    assert await reads(shop, scope) == expected(shop, scope)


async def test_an_event_is_added_as_soon_as_it_is_stored(shop: Shop) -> None:
    await adds(shop)
    await shop.asks()
    await shop.totals.run_once()
    assert len(shop.rows("SELECT * FROM totals")) == 10


async def test_in_another_time_zone_the_days_are_made_anew(shop: Shop) -> None:
    midnight = midnight_ms(date(2026, 9, 21), ZONE)
    for number, at_ms in enumerate((midnight + HOUR_MS // 2, midnight - HOUR_MS // 2)):
        await remembers(shop, number, placed_at_ms=at_ms)
    await adds(shop)
    papua = ZoneInfo("Asia/Jayapura")
    shop.starts(zone=papua)
    scope = ReportScope(period=LONG, zone=papua)
    assert await reads(shop, scope) == expected(shop, scope)
    await shop.totals.run_once()
    assert await reads(shop, scope) == expected(shop, scope)
    await adds(shop)
    assert await reads(shop, scope) == expected(shop, scope)
    days = shop.rows("SELECT DISTINCT period FROM totals WHERE period > 1000000")
    assert days == [{"period": 20260921}]


async def test_an_order_that_cannot_be_read_stops_no_other(shop: Shop) -> None:
    await remembers(shop, 1)
    await remembers(shop, 2)
    shop.rows("UPDATE order_events SET facts = '{' WHERE event_id = 1")
    await adds(shop)
    stored_today = "SELECT succeeded_count FROM totals WHERE facet = 'reseller' AND period = 20260921"
    assert shop.rows(stored_today) == [{"succeeded_count": 1}]


async def test_the_auditor_compares_yesterday_at_night_and_tells_the_admins_once(shop: Shop) -> None:
    await remembers(shop, 1)
    await adds(shop)
    await shop.auditor.run_once()
    shop.rows("UPDATE totals SET sales_idr = sales_idr + 1 WHERE facet = 'hour' AND user_id = 0")
    for hours in (3, 5, 24):
        shop.clock.passes(hours * 3600)
        await shop.auditor.run_once()
    notices = [shop.notice(row) for row in shop.messages(RINA) if row["kind"] == "AuditFinding"]
    found = [each for each in notices if isinstance(each, AuditFinding)]
    assert [each.what for each in found if each.invariant is Invariant.SUMMED] == [
        "the totals differ from the orders: 2026-09-21: hour 0 21"
    ]


def settings_of(shop: Shop) -> FileSettings:
    return FileSettings(database_url=f"sqlite:///{shop.path}", timezone="Asia/Jakarta")


async def test_the_shell_names_wrong_sums_and_corrects_them_beside_the_bot(shop: Shop) -> None:
    await remembers(shop, 1, price_idr=6_000)
    await remembers(shop, 2, placed_at_ms=START_MS - 40 * DAY_MS)
    await adds(shop)
    settings, at_ms = settings_of(shop), shop.clock()
    check = await asyncio.to_thread(check_totals, settings, at_ms=at_ms)
    assert (check.agrees, check.is_behind, check.day_count) == (True, False, 41)
    before = shop.rows("SELECT * FROM totals ORDER BY facet, user_id, period, name")
    shop.rows("UPDATE totals SET sales_idr = sales_idr + 1 WHERE facet = 'product' AND user_id = 0")
    shop.rows("DELETE FROM totals WHERE user_id <> 0 AND period = 202608")
    await remembers(shop, 3)  # which no total contains yet
    wrong = await asyncio.to_thread(check_totals, settings, at_ms=at_ms)
    assert not wrong.agrees
    said = "\n".join(totals_lines(wrong))
    assert "2026-09-21: product 0 s5: sales_idr 12,301 -> 12,300" in said
    assert f"2026-08: hour {SARI} 21" in said
    corrected = await asyncio.to_thread(rebuild_totals, settings, at_ms=at_ms)
    assert corrected.agrees
    assert totals_data(corrected)["is_corrected"]
    assert shop.rows("SELECT * FROM totals ORDER BY facet, user_id, period, name") == before
    again = await asyncio.to_thread(rebuild_totals, settings, at_ms=at_ms)
    assert (again.found, again.is_corrected) == ((), False)


async def test_the_shell_compares_nothing_while_the_sums_are_made(shop: Shop) -> None:
    await remembers(shop, 1)
    check = await asyncio.to_thread(rebuild_totals, settings_of(shop), at_ms=shop.clock())
    assert (check.agrees, check.is_behind) == (True, True)
    assert "being made" in "\n".join(totals_lines(check))
