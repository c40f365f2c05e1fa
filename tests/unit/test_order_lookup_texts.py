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
from bot.orders.model import State
from bot.orders.sales_summary import ProductSales, sum_sales
from bot.texts.formatting import MAX_STYLED, MAX_UNITS, Clock, Text, length, styled
from bot.texts.render import render
from bot.texts.reports import DAYS_SHOWN, day_report, days_report, file_caption
from tests.samples.looking import ROW as ORDER_ROW

CLOCK = Clock(ZoneInfo("Asia/Jakarta"))
WIDE = "\U0001f600"
DAY = date(2026, 11, 22)
SALES = ProductSales(
    product_code="C" * MAX_CODE_CHARS,
    state=State.SUCCEEDED,
    count=99_999,
    priced_count=99_998,
    price_idr=9_999_999_999,
    cost_count=99_998,
    cost_idr=9_999_999_999,
    margin_idr=-9_999_999,
)

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
    sales = [
        replace(SALES, product_code=f"{number:020d}", state=state) for number in range(300) for state in State
    ]
    text = day_report(DAY, sales, is_today=True, for_admin=True)
    assert fits(text)
    assert "dan 288 produk lain" in words(text)


def test_the_fullest_report_of_a_month_fits_one_message_and_names_every_day() -> None:
    days = [(DAY + timedelta(days=number), sum_sales([SALES])) for number in range(DAYS_SHOWN)]
    text = days_report(month_containing(DAY), sum_sales([SALES] * DAYS_SHOWN), days, for_admin=True)
    assert fits(text)
    assert words(text).count(" ✅ ") == DAYS_SHOWN


def test_sums_are_of_successes_alone() -> None:
    total = sum_sales([SALES, replace(SALES, state=State.FAILED), replace(SALES, state=State.DISPUTED)])
    assert (total.count, total.success_count, total.price_idr) == (299_997, 99_999, 9_999_999_999)
    assert (total.unpriced_count, total.uncosted_count, total.margin_idr) == (1, 1, -9_999_999)


def test_a_file_says_which_days_it_holds_and_when_rows_are_missing() -> None:
    assert words(file_caption(single_day(DAY), row_count=1_234, is_cut=False)) == (
        "📄 Pesanan 22/11/2026: 1.234 baris."
    )
    assert "waktu yang lebih pendek" in words(file_caption(month_containing(DAY), row_count=1, is_cut=True))
