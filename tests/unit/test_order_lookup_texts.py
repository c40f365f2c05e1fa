"""What is shown page by page fits one message, whatever it holds, and Telegram keeps all its styles."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from bot.catalogue.price_list.cells import MAX_CODE_CHARS, MAX_GROUP_CHARS, MAX_NAME_CHARS
from bot.features.history.order_lookup import ROWS_A_PAGE
from bot.features.shopping.price_browser import GROUPS_A_PAGE, MAX_KEY_BYTES, PRODUCTS_A_PAGE
from bot.grammar.period import month_containing, single_day
from bot.notices import Notice
from bot.notices.buttons import MAX_DATA_BYTES
from bot.notices.keyboards import keyboard_of
from bot.notices.order_lookup import OrderHistory
from bot.notices.placing import ClosedReason
from bot.notices.reports import SalesReport
from bot.notices.shopping import GroupRow, ListScope, PriceGroups, PriceListPage, PriceRow
from bot.orders.totals import Totals
from bot.texts.formatting import MAX_STYLED, MAX_UNITS, Clock, Text, length, styled
from bot.texts.render import render
from bot.texts.reports import (
    DAYS_SHOWN,
    ROWS_SHOWN,
    ReportHead,
    by_hour,
    by_product,
    by_reseller,
    days_report,
    file_caption,
)
from tests.samples.looking import ROW as ORDER_ROW

CLOCK = Clock(ZoneInfo("Asia/Jakarta"))
WIDE = "\U0001f600"
DAY = date(2026, 11, 22)
SALES = Totals(
    open_count=99_999,
    succeeded_count=99_999,
    failed_count=99_999,
    expired_count=99_999,
    unknown_count=99_999,
    disputed_count=99_999,
    priced_count=99_998,
    sales_idr=9_999_999_999,
    costed_count=99_997,
    cost_idr=9_999_999_999,
    profit_idr=-9_999_999,
    estimated_count=99_999,
)
DAY_HEAD = ReportHead(period=single_day(DAY), is_today=True, for_admin=True, name=WIDE * 64)
MONTH_HEAD = ReportHead(period=month_containing(DAY), is_today=False, for_admin=True)

WORST_PRICES = PriceListPage(
    scope=ListScope.WORDS,
    key="k" * MAX_KEY_BYTES,
    title=WIDE * MAX_KEY_BYTES,
    rows=(
        PriceRow(
            code="C" * MAX_CODE_CHARS,
            name=WIDE * MAX_NAME_CHARS,
            price_idr=99_999_999,
            closure=ClosedReason.CLOSED,
        ),
    )
    * PRODUCTS_A_PAGE,
    page=8_998,
    pages=9_000,
    number="0812345678901",
)
WORST_GROUPS = PriceGroups(
    rows=(GroupRow(name=WIDE * MAX_GROUP_CHARS, key="0a1b2c3d", count=9_999),) * GROUPS_A_PAGE,
    page=8_998,
    pages=9_000,
)
WORST_ORDER = replace(ORDER_ROW, code="C" * MAX_CODE_CHARS, sn=WIDE * 500, name=WIDE * 64)
WORST_HISTORY = OrderHistory(rows=(WORST_ORDER,) * ROWS_A_PAGE, has_newer=True, has_older=True)
WORST_REPORT = SalesReport(
    user_id=2**52,
    period="20260101-20261231",
    before="20251101-20251130",
    after="20260101-20260131",
    is_today=False,
)


def words(text: Text) -> str:
    return "".join(span.text for span in text)


def fits(text: Text) -> bool:
    return length(text) <= MAX_UNITS and styled(text) <= MAX_STYLED


@pytest.mark.parametrize("notice", [WORST_PRICES, WORST_GROUPS, WORST_HISTORY])
def test_the_fullest_page_fits_one_message(notice: Notice) -> None:
    assert fits(render(notice, CLOCK).text)


@pytest.mark.parametrize("notice", [WORST_PRICES, WORST_GROUPS, WORST_HISTORY, WORST_REPORT])
def test_what_a_button_carries_fits_it(notice: Notice) -> None:
    keys = [key for row in keyboard_of(notice) for key in row]
    assert keys
    assert max(len(f"{key.action}:{key.payload}".encode()) for key in keys) <= MAX_DATA_BYTES


def test_the_fullest_report_of_a_day_fits_one_message() -> None:
    sales = {f"{number:0{MAX_CODE_CHARS}d}": SALES for number in range(300)}
    text = by_product(DAY_HEAD, SALES, sales).text
    assert fits(text)
    assert "dan 288 produk lain" in words(text)


def test_the_fullest_report_of_resellers_or_hours_fits_one_message() -> None:
    named = [(WIDE * 64, SALES)] * ROWS_SHOWN
    assert fits(by_reseller(DAY_HEAD, SALES, named, count=1_000).text)
    text = by_hour(DAY_HEAD, SALES, {f"{hour:02d}": SALES for hour in range(24)}).text
    assert fits(text)
    assert "23.00 ✅ 99999" in words(text)


def test_the_fullest_report_of_a_month_fits_one_message_and_names_every_day() -> None:
    days = [(DAY + timedelta(days=number), SALES) for number in range(DAYS_SHOWN)]
    text = days_report(MONTH_HEAD, SALES, days).text
    assert fits(text)
    assert words(text).count("/11 ✅ ") + words(text).count("/12 ✅ ") == DAYS_SHOWN


def test_a_file_says_which_days_it_holds_and_when_rows_are_missing() -> None:
    assert words(file_caption(single_day(DAY), row_count=1_234, is_cut=False)) == (
        "📄 Pesanan 22/11/2026: 1.234 baris."
    )
    assert "waktu yang lebih pendek" in words(file_caption(month_containing(DAY), row_count=1, is_cut=True))
