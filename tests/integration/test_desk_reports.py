"""The desk adds up what was sold and earned, by day, product, reseller and hour, also as files."""

import json
import re

import pytest

from bot.desk.reports import ReportDivision
from storage import people
from tests.integration.conftest import SARI, Shop
from tests.integration.desk import STAFF, Browser, Desk
from tests.integration.test_profits import sold


@pytest.fixture
async def desk(shop: Shop) -> Desk:
    """Return the desk of a shop that sold six orders for 30,000, two of them without a price."""
    await sold(shop)
    return Desk(shop)


@pytest.fixture
async def rina(desk: Desk) -> Browser:
    return await desk.signed_in()


def rows(browser: Browser) -> list[list[str]]:
    """Return the cells of the rows of the report."""
    body = browser.page.partition('<table class="cards">')[2].partition("<tbody>")[2]
    return [
        [re.sub("<[^>]*>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    ]


async def test_a_day_is_shown_by_product_and_by_reseller_with_the_sums_of_the_chat(rina: Browser) -> None:
    await rina.get("/desk/reports")
    assert [row[0::5] for row in rows(rina)] == [["s5", "Rp19.000"], ["s10", "Rp11.000"]]
    assert [row[-1] for row in rows(rina)] == ["Rp1.200", "Rp900"]
    for words in ("Rp30.000", "Rp21.600", "Rp2.100", "1 pesanan sukses belum diketahui modalnya"):
        assert words in rina.page
    await rina.get("/desk/reports?by=reseller")
    assert [row[5] for row in rows(rina)] == ["Rp17.300", "Rp12.700"]
    assert f'href="/desk/resellers/{SARI}"' in rina.page


async def test_hours_and_days_have_a_plot_with_the_numbers_of_the_table(rina: Browser) -> None:
    for by in ("hour", "day"):
        await rina.get(f"/desk/reports?by={by}&from=2026-09-01&until=2026-09-30")
        found = re.search(r"data-plot='([^']*)'", rina.page)
        assert found
        plot = json.loads(found[1])
        assert plot["names"] == [row[0] for row in rows(rina)]
        assert [str(count) for count in plot["orders"]] == [row[1] for row in rows(rina)]
        assert sum(plot["orders"]) == 10


async def test_the_first_page_has_the_hours_of_today(rina: Browser) -> None:
    page = await rina.get("/desk")
    assert "data-plot='" in page.text
    live = await rina.get("/desk/today/hours")
    assert "<html" not in live.text
    assert "Pesanan dan keberhasilan per jam" in rina.page


@pytest.mark.parametrize("by", ReportDivision)
async def test_a_day_without_orders_says_so(rina: Browser, by: str) -> None:
    assert (await rina.get(f"/desk/reports?from=2026-01-01&until=2026-01-01&by={by}")).status_code == 200
    assert ">0</dd>" in rina.page


@pytest.mark.parametrize(
    "days", ["from=x&until=y", "from=2026-02-01&until=2026-01-01", "from=2020-01-01&until=2026-01-01"]
)
async def test_days_that_cannot_be_shown_show_today_and_say_so(rina: Browser, days: str) -> None:
    await rina.get(f"/desk/reports?{days}")
    assert "Tanggal ini tidak bisa ditampilkan" in rina.page
    assert (await rina.get(f"/desk/report-file?what=orders&form=csv&{days}")).status_code == 404


@pytest.mark.parametrize("what", ["orders", "profit"])
@pytest.mark.parametrize(("form", "begin"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")])
async def test_a_report_is_downloaded(rina: Browser, what: str, form: str, begin: bytes) -> None:
    file = await rina.http.get(f"/desk/report-file?what={what}&form={form}")
    assert file.content.startswith(begin)
    assert f".{form}" in file.headers["Content-Disposition"]


@pytest.mark.parametrize("asked", ["what=secrets&form=csv", "what=orders&form=exe", ""])
async def test_no_other_file_is_handed_out(rina: Browser, asked: str) -> None:
    assert (await rina.get(f"/desk/report-file?{asked}")).status_code == 404


async def test_staff_read_the_reports_and_strangers_do_not(desk: Desk) -> None:
    staff, stranger = await desk.signed_in(STAFF), desk.browser()
    for path in ("/desk/reports", "/desk/report-file?what=orders&form=csv"):
        assert (await staff.get(path)).status_code == 200
        assert (await stranger.get(path)).status_code == 401


async def test_names_are_shown_as_text(desk: Desk, rina: Browser) -> None:
    name = "'><img src=x onerror=alert(1)>"
    await desk.shop.disk.write(lambda tx: people.rename(tx, SARI, name=name, username=None))
    page = await rina.get("/desk/reports?by=reseller")
    assert "<img" not in page.text
    assert "&lt;img src=x" in page.text
