"""The first page of the desk draws how long orders took and the biller's balance, hour by hour, as stored."""

import json
import re
from html import unescape
from typing import Any

from bot.desk.today import Percentiles, percentiles
from tests.integration.conftest import Shop
from tests.integration.desk import STAFF, Browser, Desk
from tests.integration.test_reversals import report

NAMES = ("sent", "result", "balance")


def plots(browser: Browser) -> dict[str, dict[str, Any]]:
    """Return what the plots draw."""
    found = [json.loads(unescape(data)) for data in re.findall(r"data-plot='([^']*)'", browser.page)]
    return dict(zip(NAMES, found, strict=False))


def cells(browser: Browser, hour: str) -> list[str]:
    row = browser.page.partition(f'<th scope="row">{hour}</th>')[2].partition("</tr>")[0]
    return re.findall(r"<td[^>]*>(.*?)</td>", row)


def test_percentiles_are_nearest_ranks() -> None:
    assert percentiles([]) is None
    assert percentiles([7]) == Percentiles(median_ms=7, slow_ms=7)
    assert percentiles(range(100, 0, -1)) == Percentiles(median_ms=50, slow_ms=95)
    assert percentiles([1, 2, 3, 1000]) == Percentiles(median_ms=2, slow_ms=1000)


async def settles(shop: Shop, number: str, *, sent_after_s: float, told_after_s: float, words: str) -> None:
    """Order, send it after a while, and after another hear its result in the biller's words."""
    order = await shop.asks(f"s5.{number}")
    shop.clock.passes(sent_after_s)
    await shop.posts()
    shop.clock.passes(told_after_s)
    status, message = "0" if "SUKSES" in words else "1", f"Transaksi s5.{number} {words}"
    await shop.reversals.receive(report(order, status=status, message=message), remote="103.1.2.3")


async def test_times_and_balances_of_each_hour_are_drawn_and_in_a_table(shop: Shop) -> None:
    staff = await Desk(shop).signed_in(STAFF)
    done = "SUKSES, SN: 111, Saldo: Rp{}, Harga: 5,700, Tgl: 01/01 10:32:12"
    fast = {"sent_after_s": 0.5, "told_after_s": 1.5}
    await settles(shop, "081234567801", **fast, words=done.format("900,000"))
    await settles(shop, "081234567802", sent_after_s=4, told_after_s=60, words=done.format("894,300"))
    shop.clock.passes(3600)
    gone = "GAGAL, Saldo: Rp1, Tgl: 01/01 10:36:38"
    await settles(shop, "081234567803", sent_after_s=1, told_after_s=9, words=gone)
    shop.biller.hangs()
    await shop.asks("s5.081234567804")
    await staff.get("/desk/today/times")
    drawn = plots(staff)
    assert drawn["sent"]["names"] == [f"{hour:02d}" for hour in range(23)]
    assert drawn["sent"]["lines"] == [[None] * 21 + [0.5, 1.0], [None] * 21 + [4.0, 1.0]]
    assert drawn["result"]["lines"] == [[None] * 21 + [2.0, 10.0], [None] * 21 + [64.0, 10.0]]
    # The balance in the report of a failure may be from before the refund.
    assert drawn["balance"]["lines"] == [[None] * 21 + [894_300, 894_300]]
    assert cells(staff, "21") == ["0,50 s", "4,00 s", "2,00 s", "64,00 s", "Rp894.300"]
    assert cells(staff, "20") == ["-", "-", "-", "-", "-"]
    assert "dalam 1,00 s dan ada hasilnya dalam 10,00 s" in staff.page
    await staff.get("/desk/language?to=en")
    await staff.get("/desk/today/times")
    assert cells(staff, "22")[3:] == ["10.00 s", "Rp894.300"]


async def test_a_day_without_an_order_and_a_biller_without_a_balance_have_no_plot(shop: Shop) -> None:
    rina = await Desk(shop).signed_in()
    await rina.get("/desk/today/times")
    assert "data-plot" not in rina.page
    assert "<table" not in rina.page
    await settles(shop, "081234567801", sent_after_s=1, told_after_s=1, words="SUKSES, SN: 111")
    rina = await Desk(shop).signed_in()
    await rina.get("/desk/today/times")
    assert plots(rina).keys() == {"sent", "result"}


async def test_the_balance_of_yesterday_is_drawn_until_there_is_another(shop: Shop) -> None:
    done = "SUKSES, SN: 111, Saldo: Rp900,000, Harga: 5,700, Tgl: 01/01 10:32:12"
    await settles(shop, "081234567801", sent_after_s=1, told_after_s=1, words=done)
    shop.clock.passes(4 * 3600)
    rina = await Desk(shop).signed_in()
    await rina.get("/desk/today/times")
    (only,) = plots(rina).values()
    assert only == {"names": ["00", "01"], "lines": [[900_000, 900_000]]}
