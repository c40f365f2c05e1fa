"""The desk shows what products cost and earn, and opens, closes and prices them as the chat does."""

import pytest
from msgspec.structs import replace

from bot.catalogue.product import Product
from bot.desk.products import ROWS_SHOWN_OF_PRODUCTS
from bot.notices.catalogue import CatalogueChanged, ProductSwitched
from bot.orders.product_health import ProductHealth
from storage import catalogue
from tests.integration.conftest import DEWI, RINA, Shop
from tests.integration.desk import STAFF, Browser, Desk
from tests.integration.test_placing import S5, S10, T5

ASK, CONFIRM = "/desk/products/ask", "/desk/products/confirm"
HOSTILE = "<img src=x onerror=alert(1)>"
GOODS = (
    replace(S5, price_idr=5_900, cost_idr=5_500),
    replace(S10, price_idr=10_000, cost_idr=10_700, name=HOSTILE),
    replace(T5, price_idr=None, cost_idr=None, is_open=False),
)


@pytest.fixture
async def desk(shop: Shop) -> Desk:
    await shop.sells(*GOODS)
    return Desk(shop)


@pytest.fixture
async def rina(desk: Desk) -> Browser:
    return await desk.signed_in()


async def product(shop: Shop, code: str) -> Product:
    found = (await shop.disk.read(catalogue.load)).find(code)
    assert found is not None
    return found


async def asks_to(browser: Browser, code: str, change: str, **typed: str) -> None:
    await browser.get(f"/desk/products/{code}")
    await browser.submit(ASK, change=change, **typed)


async def test_the_list_shows_price_cost_and_margin_and_what_loses_money(rina: Browser) -> None:
    await rina.get("/desk/products")
    for words in ("Rp5.900", "Rp5.500", "Rp400", "-Rp700 di bawah modal"):
        assert words in rina.page
    await rina.get("/desk/products?only=below_cost")
    assert f'href="/desk/products/{S10.code}"' in rina.page
    assert f'href="/desk/products/{S5.code}"' not in rina.page
    await rina.get("/desk/products?only=closed")
    assert f'href="/desk/products/{T5.code}"' in rina.page
    assert f'href="/desk/products/{S5.code}"' not in rina.page


async def test_a_product_is_found_by_code(rina: Browser) -> None:
    await rina.get("/desk/products?q=s10")
    assert f'href="/desk/products/{S10.code}"' in rina.page
    assert f'href="/desk/products/{S5.code}"' not in rina.page
    await rina.get("/desk/products?q=tidakadaini")
    assert "Tidak ada produk yang cocok" in rina.page


async def test_a_product_is_closed_in_two_steps_and_the_list_says_by_whom(desk: Desk, rina: Browser) -> None:
    await asks_to(rina, "s5", "close")
    assert (await product(desk.shop, "s5")).is_open
    await rina.submit(CONFIRM)
    assert not (await product(desk.shop, "s5")).is_open
    assert isinstance(desk.shop.last(RINA), ProductSwitched)
    (version,) = desk.shop.rows("SELECT changed_by FROM catalogue_versions ORDER BY version DESC LIMIT 1")
    assert version["changed_by"] == RINA
    await rina.get("/desk/products?only=closed")
    assert f'href="/desk/products/{S5.code}"' in rina.page
    await asks_to(rina, "s5", "open")
    await rina.submit(CONFIRM)
    assert (await product(desk.shop, "s5")).is_open


async def test_what_failures_closed_is_opened_and_their_count_begins_anew(desk: Desk, rina: Browser) -> None:
    health = ProductHealth(failed=("1", "2"), closed_at_ms=desk.shop.clock(), pause_ms=1, probe_at_ms=1)
    await desk.shop.disk.write(lambda tx: catalogue.save_health(tx, "s5", health))
    await rina.get("/desk/products?only=closed")
    assert "Ditutup karena gagal" in rina.page
    await asks_to(rina, "s5", "open")
    await rina.submit(CONFIRM)
    assert await desk.shop.disk.read(catalogue.closed_by_failures) == {}
    assert "Sudah diubah" in rina.page


async def test_a_price_is_changed_once_and_all_admins_are_told(desk: Desk, rina: Browser) -> None:
    await asks_to(rina, "s5", "price", price="6.100")
    assert "Rp6.100" in rina.page
    form = next(form for path, form in rina.forms() if path == CONFIRM)
    for _ in range(3):
        await rina.post(CONFIRM, form)
    assert (await product(desk.shop, "s5")).price_idr == 6_100
    for admin in (RINA, DEWI):
        told = [desk.shop.notice(row) for row in desk.shop.messages(admin)]
        assert sum(isinstance(notice, CatalogueChanged) for notice in told) == 1
    await rina.get("/desk/products")
    assert f"harga naik: {S5.code}" in rina.page


async def test_a_price_below_cost_is_called_a_loss_before_it_is_set(rina: Browser) -> None:
    await asks_to(rina, "s5", "price", price="5000")
    assert "Rp500 di bawah modal" in rina.page


async def test_after_another_change_of_the_list_an_old_question_changes_nothing(
    desk: Desk, rina: Browser
) -> None:
    await asks_to(rina, "s5", "price", price="6100")
    await desk.shop.says("/tutup s10", by=DEWI)
    await rina.submit(CONFIRM)
    assert (await product(desk.shop, "s5")).price_idr == 5_900
    assert "Tidak ada yang berubah" in rina.page


@pytest.mark.parametrize("price", ["", "-5", "5.5", "0", "9" * 30, "<b>"])
async def test_an_amount_that_cannot_be_read_is_asked_for_again(
    desk: Desk, rina: Browser, price: str
) -> None:
    await rina.get("/desk/products/s5")
    form = next(form for path, form in rina.forms() if path == ASK)
    answer = await rina.post(ASK, form | {"change": "price", "price": price})
    assert answer.headers["Location"].endswith("changed=unreadable")
    await rina.post(CONFIRM, form | {"change": "price", "price": price, "version": "1"})
    assert (await product(desk.shop, "s5")).price_idr == 5_900


@pytest.mark.parametrize("change", ["", "delete", "open"])
async def test_what_the_page_does_not_offer_changes_nothing(desk: Desk, rina: Browser, change: str) -> None:
    await asks_to(rina, "s5", change)
    assert CONFIRM not in rina.page
    assert len(desk.shop.rows("SELECT * FROM catalogue_versions")) == 1


@pytest.mark.parametrize("action", [ASK, CONFIRM])
async def test_staff_look_and_change_nothing(desk: Desk, action: str) -> None:
    staff = await desk.signed_in(STAFF)
    await staff.get("/desk/products/s5")
    assert "Rp5.500" in staff.page
    assert ASK not in staff.page
    await staff.get("/desk/system")
    token = next(form for path, form in staff.forms() if path == "/desk/system/end-all")
    form = token | {"code": "s5", "change": "close", "version": "1"}
    assert (await staff.post(action, form)).status_code == 404
    assert (await product(desk.shop, "s5")).is_open


@pytest.mark.parametrize(("form", "begin"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("exe", b"PK")])
async def test_the_price_list_is_downloaded(rina: Browser, form: str, begin: bytes) -> None:
    file = await rina.http.get(f"/desk/product-file?form={form}")
    assert file.content.startswith(begin)
    assert "attachment" in file.headers["Content-Disposition"]


async def test_all_products_are_reached_page_by_page(desk: Desk, rina: Browser) -> None:
    many = [replace(S5, code=f"x{number}", name=f"X {number}") for number in range(250)]
    await desk.shop.sells(*many)
    seen: list[str] = []
    address, pages = "/desk/products", 0
    while address:
        await rina.get(address)
        pages += 1
        on_page = [one.code for one in many if f'href="/desk/products/{one.code}"' in rina.page]
        assert len(on_page) <= ROWS_SHOWN_OF_PRODUCTS
        seen += on_page
        before, is_linked, _ = rina.page.partition('">Berikutnya')
        address = before.rpartition('href="')[2] if is_linked else ""
    assert sorted(seen) == sorted(one.code for one in many)


async def test_names_are_shown_as_text(rina: Browser) -> None:
    for address in ("/desk/products", "/desk/products/s10"):
        page = await rina.get(address)
        assert "<img" not in page.text
        assert "&lt;img src=x" in page.text


@pytest.mark.parametrize("code", ["nothing", "%00", "9" * 400, "<b>"])
async def test_a_product_that_is_not_known_is_a_page_that_says_so(rina: Browser, code: str) -> None:
    assert (await rina.get(f"/desk/products/{code}")).status_code == 404
