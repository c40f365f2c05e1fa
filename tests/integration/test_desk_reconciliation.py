"""A list of the biller, chosen on the desk, shows every difference to our orders and changes nothing."""

from collections.abc import Sequence

import httpx
import pytest

from bot.catalogue.price_list.sheets import MAX_FILE_BYTES
from bot.orders.model import Order, State
from bot.spreadsheets import xlsx_bytes
from bot.texts.formatting import rupiah
from tests.integration.conftest import Shop
from tests.integration.desk import STAFF, URL, Browser, Desk
from tests.integration.test_biller_drift import Till

COMPARE = "/desk/biller/list/compare"
HEADINGS = ("trxid", "produk", "tujuan", "harga", "status", "tanggal")


@pytest.fixture
async def rina(shop: Shop) -> Browser:
    return await Desk(shop).signed_in()


def csv(*rows: Sequence[object]) -> bytes:
    return "\n".join(";".join(map(str, row)) for row in (HEADINGS, *rows)).encode()


def an_entry(order: Order, price: str = "5.000", status: str = "Sukses") -> tuple[str, ...]:
    return (order.trxid, order.product_code, order.destination, price, status, "")


async def chooses(
    browser: Browser, content: bytes, *, name: str = "list.csv", origin: str = URL, **more: str
) -> httpx.Response:
    """Choose a file on the page, and press its button."""
    await browser.get("/desk/biller/list")
    form = next((form for path, form in browser.forms() if path == COMPARE), {})
    fields = {field: value for field, value in form.items() if field != "file"} | more
    files = {"file": (name, content)}
    response = await browser.http.post(COMPARE, data=fields, files=files, headers={"Origin": origin})
    browser.page = response.text
    return response


async def test_the_missing_twenty_thousand_are_found(shop: Shop, rina: Browser) -> None:
    till = Till(shop)
    sold = [await till.sells() for _ in range(5)]
    rows = [an_entry(order) for order in sold]
    rows[2] = an_entry(sold[2], price="25.000")
    assert (await chooses(rina, csv(*rows))).status_code == 200
    assert [order.trxid for order in sold if f"/desk/orders/{order.trxid}" in rina.page] == [sold[2].trxid]
    assert "harga lain" in rina.page
    assert rina.page.count(rupiah(20_000)) == 2
    assert (await shop.order(sold[2].trxid)).cost_idr == 5_000


async def test_what_is_missing_on_either_side_leads_to_its_order_and_nothing_changes(
    shop: Shop, rina: Browser
) -> None:
    till = Till(shop)
    first, absent, failed, last = [await till.sells() for _ in range(4)]
    strange = ("26112700000000001", "s5", "081200000001", "7.000", "Sukses", "")
    before = shop.rows("SELECT * FROM orders")
    await chooses(rina, csv(an_entry(first), an_entry(failed, status="Gagal"), an_entry(last), strange))
    for words in ("tidak ada di sini", "tidak ada di biller", "status lain"):
        assert words in rina.page
    for order in (absent, failed):
        assert f"/desk/orders/{order.trxid}" in rina.page
    assert f"/desk/orders/{first.trxid}" not in rina.page
    assert "/desk/orders?q=081200000001" in rina.page
    assert shop.rows("SELECT * FROM orders") == before


async def test_an_order_that_nobody_could_settle_is_found_in_the_list(shop: Shop, rina: Browser) -> None:
    shop.biller.cuts()
    order = await shop.asks()
    await shop.posts()
    await chooses(rina, csv(an_entry(order, price="20.000")))
    assert "status lain" in rina.page
    assert f"/desk/orders/{order.trxid}" in rina.page
    assert (await shop.order(order.trxid)).state is State.UNKNOWN


@pytest.mark.parametrize("listed_at", ["", "2026-01-01 00:00:05"], ids=["no time", "a clock of another zone"])
async def test_orders_outside_the_time_of_the_list_are_not_missed(
    shop: Shop, rina: Browser, listed_at: str
) -> None:
    till = Till(shop)
    sold = [await till.sells() for _ in range(4)]
    await chooses(rina, csv(*([*an_entry(order)[:5], listed_at] for order in sold[1:3])))
    assert "Daftar dan pesanan kita sama" in rina.page


async def test_a_trxid_that_a_spreadsheet_rounded_is_still_found(shop: Shop, rina: Browser) -> None:
    order = await Till(shop).sells()
    await chooses(rina, csv((order.trxid[:15] + "00", *an_entry(order)[1:])))
    assert "Daftar dan pesanan kita sama" in rina.page


async def test_a_workbook_is_taken_and_staff_may_compare_too(shop: Shop) -> None:
    staff = await Desk(shop).signed_in(STAFF)
    order = await Till(shop).sells()
    workbook = xlsx_bytes(HEADINGS, [an_entry(order, price="6.000")])
    assert (await chooses(staff, workbook, name="a.xlsx")).status_code == 200
    assert "harga lain" in staff.page


async def test_all_differences_are_had_as_a_file(rina: Browser) -> None:
    rows = [(f"2611270000000{number:04}", "=1+1", "081234", "1.000", "Sukses", "") for number in range(150)]
    await chooses(rina, csv(*rows))
    assert rina.page.count("/desk/orders?q=081234") == 100
    response = await chooses(rina, csv(*rows), **{"as": "csv"})
    assert response.headers["Content-Type"].startswith("text/csv")
    lines = response.text.splitlines()
    assert len(lines) == 151
    assert "'=1+1" in lines[1]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Belum ada berkas"),
        (b"halo", "Judul kolom tidak ditemukan"),
        (b"%PDF-1.4", "bukan tabel"),
        (b"PK\x03\x04" + b"\0" * 100, "rusak"),
        (b"trxid;harga\n", "tidak ada transaksi"),
        (b"x" * (MAX_FILE_BYTES + 1), "lebih dari 5 MB"),
        (b"x" * (MAX_FILE_BYTES + 1_000_000), "lebih dari 5 MB"),
        (b"trxid;harga\n" + b"1;2\n" * 21_000, "lebih dari 20000 baris"),
    ],
    ids=["empty", "no table", "pdf", "damaged", "no rows", "too large", "far too large", "too many rows"],
)
async def test_what_is_no_list_is_refused_with_what_to_do(rina: Browser, content: bytes, words: str) -> None:
    response = await chooses(rina, content, name="list.csv" if content else "")
    assert response.status_code == 422
    assert words in rina.page


async def test_what_the_list_says_is_shown_as_text(rina: Browser) -> None:
    evil = "<img src=x onerror=alert(1)>"
    response = await chooses(rina, csv(("A1", evil, evil, "1.000", evil, "")), name=f"{evil}.csv")
    assert response.status_code == 200
    assert "<img" not in response.text


async def test_a_form_of_another_site_or_of_nobody_is_not_read(shop: Shop, rina: Browser) -> None:
    content = csv(an_entry(await Till(shop).sells()))
    assert (await chooses(rina, content, origin="https://evil.example")).status_code == 403
    assert (await chooses(rina, content, form_token="0" * 64)).status_code == 403
    assert (await chooses(Desk(shop).browser(), content)).status_code == 401


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "multipart/form-data", "text/plain"])
async def test_a_malformed_body_is_refused(rina: Browser, kind: str) -> None:
    nameless = b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--"
    for body in (b"", b"--x", nameless, b"\0" * 500):
        headers = {"Origin": URL, "Content-Type": kind}
        assert (await rina.http.post(COMPARE, content=body, headers=headers)).status_code == 403
