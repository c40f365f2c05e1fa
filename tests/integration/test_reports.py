"""Days and months add up, for resellers their own, for admins the shop's, and files hold every row."""

import csv
import sqlite3
from contextlib import closing
from datetime import date
from io import BytesIO, StringIO

import pytest
from python_calamine import CalamineWorkbook

from bot.features.history.reports import MAX_ROWS
from bot.grammar.period import midnight_ms
from bot.notices.order_lookup import OrderHistory
from bot.notices.people import PeopleMatching, PersonCard, PersonNotFound, ResellerList
from bot.notices.reports import ReportPeriodUnclear, SalesReport
from bot.orders.model import FailureCause, State
from bot.texts.formatting import Attachment
from bot.updates import Toast
from storage import order_queries
from tests.integration.conftest import BUDI, GROUP, RINA, SARI, ZONE, Shop
from tests.integration.fakes import START_MS
from tests.integration.looked import labels, last_text, remembers, shown_last, turns

DAY_MS = 86_400_000
MIDNIGHT_MS = midnight_ms(date(2026, 9, 21), ZONE)

COPIES = """
WITH RECURSIVE copy (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM copy WHERE number < ?)
INSERT INTO orders SELECT printf('%017d', number), chat_id, thread_id,
    message_id + number, line, user_id, product_code, destination, state, requested_at_ms, placed_at_ms,
    changed_at_ms, due_at_ms, ordinal, price_idr, attempts, overdue, success_reported, failure_reported,
    cost_idr, biller_ref, sn, reason, failure_cause, unknown_reason, expiry, resolved_by,
    shop_id, expected_cost_idr FROM orders, copy
"""
"""Makes as many orders as are asked for out of one."""


def file_to(shop: Shop, chat: int = SARI) -> Attachment:
    attachment = shop.sender.to(chat)[-1].outgoing.attachment
    assert attachment
    return attachment


def rows_of(attachment: Attachment) -> list[list[object]]:
    if attachment.name.endswith(".csv"):
        text = StringIO(attachment.content.decode("utf-8-sig"), newline="")
        return [list(row) for row in csv.reader(text, delimiter=";")]
    return [
        list(row)
        for row in CalamineWorkbook.from_filelike(BytesIO(attachment.content))
        .get_sheet_by_index(0)
        .to_python()
    ]


async def a_day(shop: Shop) -> None:
    """Sari's day: three sales, one without a price, a failure, one on its way; and a sale of Budi's."""
    await remembers(shop, 1)
    await remembers(shop, 2, product_code="s10", price_idr=11_500, cost_idr=10_400)
    await remembers(shop, 3, price_idr=None)
    await remembers(
        shop, 4, state=State.FAILED, sn=None, reason="Nomor salah", failure_cause=FailureCause.DESTINATION
    )
    await remembers(shop, 5, state=State.PENDING, sn=None, cost_idr=None)
    await remembers(shop, 6, user_id=BUDI, chat_id=BUDI, price_idr=20_000, cost_idr=None)


class TestDay:
    async def test_a_day_is_counted_by_state_and_summed_over_its_successes(self, shop: Shop) -> None:
        await a_day(shop)
        await shop.says("lap")
        said = await last_text(shop)
        for row in (
            "📊 Laporan 21/09/2026 (hari ini)",
            "✅ Sukses: 3",
            "⏳ Diproses: 1",
            "❌ Gagal: 1",
            "Total sukses: Rp17.800",
            "1 sukses tanpa harga, tidak ikut dijumlah.",
            "s5: 2 · Rp6.300",
            "s10: 1 · Rp11.500",
        ):
            assert row in said.splitlines()

    async def test_a_reseller_reads_nothing_of_costs_or_of_others(self, shop: Shop) -> None:
        await a_day(shop)
        for typed in ("lap", "rekap"):
            await shop.says(typed)
            said = await last_text(shop)
            assert "Modal" not in said
            assert "Selisih" not in said
            assert "20.000" not in said

    async def test_an_admin_reads_the_whole_shop_with_what_it_cost(self, shop: Shop) -> None:
        await a_day(shop)
        await shop.says("lap", by=RINA)
        said = await last_text(shop, RINA)
        for row in (
            "✅ Sukses: 4",
            "Penjualan sukses: Rp37.800",
            "Modal: Rp21.800",
            "Selisih dari yang lengkap: Rp1.700",
            "1 sukses belum diketahui modalnya.",
        ):
            assert row in said.splitlines()

    async def test_in_a_group_an_admin_reads_only_their_own(self, shop: Shop) -> None:
        await a_day(shop)
        await shop.says("/lap", by=RINA, chat=GROUP)
        assert await last_text(shop, GROUP) == "📊 Laporan 21/09/2026 (hari ini)\nBelum ada pesanan hari ini."

    async def test_a_day_ends_at_the_shops_midnight(self, shop: Shop) -> None:
        await remembers(shop, 1, placed_at_ms=MIDNIGHT_MS - 1)
        await remembers(shop, 2, placed_at_ms=MIDNIGHT_MS)
        await remembers(shop, 3, placed_at_ms=MIDNIGHT_MS + DAY_MS - 1)
        await remembers(shop, 4, placed_at_ms=MIDNIGHT_MS + DAY_MS)
        for typed, count in (
            ("lap", 2),
            ("lap kemarin", 1),
            ("laporan hari ini", 2),
            ("lap.20", 1),
            ("lap 22/09/2026", 1),
        ):
            await shop.says(typed)
            assert f"✅ Sukses: {count}" in (await last_text(shop)).splitlines()

    async def test_the_day_before_and_after_are_a_tap_away_in_the_same_message(self, shop: Shop) -> None:
        await remembers(shop, 1, placed_at_ms=MIDNIGHT_MS - 1)
        await shop.says("lap")
        assert [label for label in labels(shop) if "/" in label] == ["« 20/09"]
        await turns(shop, "« 20/09")
        assert "✅ Sukses: 1" in await last_text(shop)
        assert shop.messages(SARI)[-1]["edits"] == shop.sender.to(SARI)[-1].message_id
        assert [label for label in labels(shop) if "/" in label] == ["« 19/09", "21/09 »"]


class TestMonth:
    async def test_rekap_shows_this_month_day_by_day(self, shop: Shop) -> None:
        await remembers(shop, 1, placed_at_ms=MIDNIGHT_MS - 5 * DAY_MS)
        await remembers(shop, 2, placed_at_ms=MIDNIGHT_MS - 40 * DAY_MS)
        await a_day_after(shop)
        await shop.says("rekap")
        rows = (await last_text(shop)).splitlines()
        assert rows[0] == "📊 Rekap 01/09/2026 sampai 21/09/2026"
        assert rows[-2:] == ["16/09 ✅ 1 · Rp6.300", "21/09 ✅ 1 · Rp6.300 · ❔ 1"]
        assert "Total sukses: Rp12.600" in rows

    async def test_the_month_before_is_a_tap_away(self, shop: Shop) -> None:
        await shop.says("rekap")
        await turns(shop, "« 08/2026")
        report = shop.last(SARI)
        assert isinstance(report, SalesReport)
        assert (report.period, report.after) == ("20260801-20260831", "20260901-20260930")

    async def test_of_a_long_time_the_sums_alone_are_shown(self, shop: Shop) -> None:
        await remembers(shop, 1, placed_at_ms=MIDNIGHT_MS - 100 * DAY_MS)
        await remembers(shop, 2)
        await shop.says("lap 1/1-21/9")
        said = await last_text(shop)
        assert "✅ Sukses: 2" in said
        assert "Per hari" not in said

    @pytest.mark.parametrize("typed", ["lap xyz", "lap 32", "rekap 1/1/2020-1/1/2026"])
    async def test_days_that_cannot_be_read_are_answered_with_examples(self, shop: Shop, typed: str) -> None:
        await shop.says(typed)
        assert shop.last(SARI) == ReportPeriodUnclear(typed=typed.split(" ", 1)[1])
        assert "lap 21/11" in await last_text(shop)


async def a_day_after(shop: Shop) -> None:
    await remembers(shop, 11)
    await remembers(shop, 12, state=State.UNKNOWN, sn=None)


class TestFile:
    @pytest.mark.parametrize("form", ["xlsx", "csv"])
    async def test_a_file_holds_every_order_of_the_period_in_a_row(self, shop: Shop, form: str) -> None:
        await a_day(shop)
        await shop.says(f"lap 1/9-21/9 {form}")
        assert "5 baris" in await last_text(shop)
        attachment = file_to(shop)
        assert attachment.name == f"pesanan-20260901-20260921.{form}"
        rows = rows_of(attachment)
        assert rows[0] == ["Waktu", "Ref", "Kode", "Nomor", "Status", "Harga", "SN", "Alasan"]
        price = 6300 if form == "xlsx" else "6300"
        assert rows[1] == [
            *("21/09/2026 21:13:20", "20260921201300001", "s5", "081234567890", "Sukses", price, "SN-1", "")
        ]
        assert [row[4] for row in rows[1:]] == ["Sukses", "Sukses", "Sukses", "Gagal", "Diproses"]

    async def test_a_file_begins_and_ends_at_the_shops_midnight(self, shop: Shop) -> None:
        moments = (MIDNIGHT_MS - 1, MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS - 1, MIDNIGHT_MS + DAY_MS)
        for number, at_ms in enumerate(moments):
            await remembers(shop, number, placed_at_ms=at_ms)
        await shop.says("lap csv")
        await shop.speaks()
        assert [row[0] for row in rows_of(file_to(shop))[1:]] == [
            "21/09/2026 00:00:00",
            "21/09/2026 23:59:59",
        ]

    async def test_a_button_under_a_report_sends_its_file(self, shop: Shop) -> None:
        await a_day(shop)
        await shop.says("lap")
        assert await shop.presses(labels(shop)["XLSX"], by=SARI) is Toast.DONE
        await shop.speaks()
        assert len(rows_of(file_to(shop))) == 6

    async def test_a_second_tap_does_not_promise_the_same_file_twice(self, shop: Shop) -> None:
        await shop.says("lap")
        button = labels(shop)["CSV"]
        for _ in range(3):
            assert await shop.presses(button, by=SARI) is Toast.DONE
        assert shop.kinds(SARI).count("SalesReportFile") == 1

    async def test_an_admins_file_names_who_ordered_and_what_it_cost(self, shop: Shop) -> None:
        await a_day(shop)
        for reseller in (SARI, BUDI):
            await shop.says("halo", by=reseller)
        await shop.says("lap xlsx", by=RINA)
        await shop.speaks()
        rows = rows_of(file_to(shop, RINA))
        assert rows[0][-3:] == ["Pemesan", "Modal", "Laba"]
        sari, budi = "Name 1001 (1001)", "Name 1002 (1002)"
        assert [row[-3:] for row in rows[1:3]] == [[sari, 5700, 600], [sari, 10_400, 1_100]]
        assert rows[6][-3:] == [budi, "", ""]

    async def test_the_columns_of_a_file_sum_up_to_the_report(self, shop: Shop) -> None:
        await a_day(shop)
        await remembers(shop, 7, cost_idr=None, expected_cost_idr=5_750)
        await shop.says("lap xlsx", by=RINA)
        await shop.speaks()
        rows = [row for row in rows_of(file_to(shop, RINA))[1:] if row[4] == "Sukses"]
        sums = [sum(cell for row in rows if isinstance(cell := row[n], int | float)) for n in (5, 9, 10)]
        await shop.says("lap", by=RINA)
        said = await last_text(shop, RINA)
        for name, amount in zip(
            ("Penjualan sukses", "Modal", "Selisih dari yang lengkap"), sums, strict=True
        ):
            assert f"{name}: Rp{int(amount):,}".replace(",", ".") in said.splitlines()

    async def test_what_nobody_pays_for_has_neither_a_price_nor_a_cost_in_a_file(self, shop: Shop) -> None:
        for number, state in enumerate(State):
            await remembers(shop, number, state=state, price_idr=6_300, cost_idr=5_700)
        await shop.says("lap csv", by=RINA)
        await shop.speaks()
        amounts = [(row[5], row[9]) for row in rows_of(file_to(shop, RINA))[1:]]
        charged = [state not in {State.FAILED, State.EXPIRED} for state in State]
        assert amounts == [("6300", "5700") if each else ("", "") for each in charged]

    async def test_nothing_in_a_csv_is_a_formula(self, shop: Shop) -> None:
        await remembers(shop, 1, sn="=1+1", reason="@SUM(A1)")
        await shop.says("lap csv")
        await shop.speaks()
        assert rows_of(file_to(shop))[1][-2:] == ["'=1+1", "'@SUM(A1)"]

    async def test_a_file_that_would_be_too_long_says_what_it_leaves_out(self, shop: Shop) -> None:
        await remembers(shop, 0)
        with closing(sqlite3.connect(shop.path)) as connection, connection:
            connection.execute(COPIES, (MAX_ROWS,))
        await shop.says("lap csv")
        assert "hanya 20.000 yang pertama" in await last_text(shop)
        assert len(rows_of(file_to(shop))) == 1 + MAX_ROWS

    async def test_rows_are_read_a_few_at_a_time_and_none_is_lost_between(self, shop: Shop) -> None:
        count = order_queries.ROWS_AT_ONCE + 3
        for number in range(count):
            await remembers(shop, number, placed_at_ms=START_MS + number // 50)
        await shop.says("lap csv")
        assert f"{count} baris" in await last_text(shop)
        refs = [row[1] for row in rows_of(file_to(shop))[1:]]
        assert refs == sorted(row["trxid"] for row in shop.rows("SELECT trxid FROM orders"))


class TestViews:
    @pytest.mark.parametrize(
        ("typed", "rows"),
        [
            (
                "lap reseller",
                ["Per reseller:", "1002: ✅ 1 · Rp20.000", "1001: ✅ 3 · Rp17.800 · ⏳ 1 · ❌ 1"],
            ),
            ("lap per jam", ["Per jam:", "21.00 ✅ 4 · Rp37.800 · ⏳ 1 · ❌ 1"]),
            ("rekap per produk", ["Sukses per produk:", "s5: 3 · Rp26.300", "s10: 1 · Rp11.500"]),
            ("lap 1/9-21/9 per reseller", ["Per reseller:", "1002: ✅ 1 · Rp20.000"]),
        ],
    )
    async def test_an_admin_reads_the_shop_by_product_reseller_or_hour(
        self, shop: Shop, typed: str, rows: list[str]
    ) -> None:
        await a_day(shop)
        await shop.says(typed, by=RINA)
        said = (await last_text(shop, RINA)).splitlines()
        assert set(rows) <= set(said)

    async def test_another_view_of_the_same_days_is_a_tap_away(self, shop: Shop) -> None:
        await a_day(shop)
        await shop.says("lap", by=RINA)
        for view in ("hour", "reseller", "product", "summary"):
            assert await turns(shop, view, by=RINA) is Toast.DONE
            report = shop.last(RINA)
            assert isinstance(report, SalesReport)
            assert (report.view, report.period) == (view, "20260921-20260921")
        await turns(shop, "hour", by=RINA)
        await turns(shop, "« 20/09", by=RINA)
        report = shop.last(RINA)
        assert isinstance(report, SalesReport)
        assert (report.view, report.period) == ("hour", "20260920-20260920")

    async def test_a_reseller_reads_their_own_hours_and_nobody_elses_names(self, shop: Shop) -> None:
        await a_day(shop)
        await shop.says("lap per jam")
        assert "21.00 ✅ 3 · Rp17.800 · ⏳ 1 · ❌ 1" in await last_text(shop)
        await shop.says("lap per reseller")
        said = await last_text(shop)
        assert "Per reseller" not in said
        assert "Total sukses: Rp17.800" in said
        message_id = await shown_last(shop)
        data = f"report:{SARI}|20260921-20260921|reseller"
        assert await shop.presses(data, by=SARI, message_id=message_id) is Toast.USED


class TestForeignTaps:
    @pytest.mark.parametrize("whose", ["shop", str(SARI)])
    async def test_nobody_taps_their_way_to_the_books_of_another(self, shop: Shop, whose: str) -> None:
        await a_day(shop)
        await shop.says("lap", by=BUDI)
        message_id = await shown_last(shop, BUDI)
        for data in (f"report:{whose}|20260921-20260921", f"report_file:{whose}|20260921-20260921|xlsx"):
            assert await shop.presses(data, by=BUDI, message_id=message_id) is Toast.USED
        assert shop.kinds(BUDI) == ["SalesReport"]

    async def test_the_shops_books_open_to_an_admin_in_private_alone(self, shop: Shop) -> None:
        await shop.says("lap", by=RINA)
        await shop.says("/lap", by=RINA, chat=GROUP)
        private, public = await shown_last(shop, RINA), await shown_last(shop, GROUP)
        for action, tail in (("report", ""), ("report_file", "|csv")):
            data = f"{action}:shop|20260921-20260921{tail}"
            assert await shop.presses(data, by=RINA, chat=GROUP, message_id=public) is Toast.USED
            assert await shop.presses(data, by=RINA, message_id=private) is Toast.DONE
        assert shop.kinds(GROUP) == ["SalesReport"]

    async def test_a_made_up_tap_wipes_out_no_message_but_a_report(self, shop: Shop) -> None:
        await shop.asks(chat=GROUP)
        message_id = await shown_last(shop, GROUP)
        data = f"report:{BUDI}|20260921-20260921"
        assert await shop.presses(data, by=BUDI, chat=GROUP, message_id=message_id) is Toast.USED
        assert shop.kinds(GROUP) == ["OrderReceived"]

    @pytest.mark.parametrize(
        "tail", ["", "|", "|20260921-20260921|exe", "|20260231-20260301", "|20200101-20260101", "|x|xlsx"]
    )
    async def test_what_no_button_of_ours_brings_shows_nothing(self, shop: Shop, tail: str) -> None:
        await shop.says("lap")
        message_id = await shown_last(shop)
        for action in ("report", "report_file"):
            data = f"{action}:{SARI}{tail}"
            assert await shop.presses(data, by=SARI, message_id=message_id) is Toast.USED
        assert shop.kinds(SARI) == ["SalesReport"]


class TestByName:
    @pytest.fixture
    async def named(self, shop: Shop) -> Shop:
        await a_day(shop)
        await shop.says("halo", by=SARI, username="sari_cell")
        await shop.says("halo", by=BUDI, username="budi")
        return shop

    @pytest.mark.parametrize(
        "typed", ["lap sari", "lap @SARI_cell", "lap sari hari ini", "lap hari ini 1001"]
    )
    async def test_an_admin_sees_the_report_of_whom_they_name(self, named: Shop, typed: str) -> None:
        await named.says(typed, by=RINA)
        report = named.last(RINA)
        assert isinstance(report, SalesReport)
        assert (report.user_id, report.name) == (SARI, f"Name {SARI}")
        assert f"Name {SARI}" in await last_text(named, RINA)

    async def test_an_admin_sees_the_history_of_whom_they_name(self, named: Shop) -> None:
        await named.says("riwayat sari", by=RINA)
        history = named.last(RINA)
        assert isinstance(history, OrderHistory)
        assert (history.name, len(history.rows)) == (f"Name {SARI}", 5)

    @pytest.mark.parametrize("command", ["lap", "riwayat"])
    async def test_several_people_are_listed_and_none_is_said_so(self, named: Shop, command: str) -> None:
        await named.says(f"{command} name", by=RINA)
        several = named.last(RINA)
        assert isinstance(several, PeopleMatching)
        assert {row.user_id for row in several.rows} == {SARI, BUDI}
        assert f"{command} {SARI}" in await last_text(named, RINA)
        await named.says(f"{command} zulkifli", by=RINA)
        assert isinstance(named.last(RINA), PersonNotFound)

    async def test_the_list_of_resellers_is_searched(self, named: Shop) -> None:
        await named.says("/reseller sari", by=RINA)
        card = named.last(RINA)
        assert isinstance(card, PersonCard)
        assert card.user_id == SARI
        await named.says("/reseller name", by=RINA)
        listed = named.last(RINA)
        assert isinstance(listed, ResellerList)
        assert {row.user_id for row in listed.rows} == {SARI, BUDI}

    async def test_a_reseller_sees_nobody_else(self, named: Shop) -> None:
        await named.says("riwayat budi", by=SARI)
        history = named.last(SARI)
        assert isinstance(history, OrderHistory)
        assert {row.name for row in history.rows} == {""}
        assert history.name == ""
        await named.says("lap budi", by=SARI)
        assert isinstance(named.last(SARI), ReportPeriodUnclear)
