"""The desk shows each order as it is, finds it again, and settles it as the chat does."""

import pytest

from bot.notices.orders import OrderFailed, OrderResolved, OrderSucceeded
from bot.orders.model import Order, State
from storage import people
from tests.integration.conftest import BUDI, DEWI, RINA, SARI, Shop
from tests.integration.desk import STAFF, Browser, Desk

ASK, SETTLE = "/desk/decisions/ask", "/desk/decisions/settle"


@pytest.fixture
async def rina(shop: Shop) -> Browser:
    return await Desk(shop).signed_in()


async def unclear(shop: Shop) -> Order:
    """Return an order whose answer was cut off."""
    shop.biller.cuts()
    order = await shop.asks()
    await shop.posts()
    return order


async def test_the_first_page_has_the_day_in_figures(shop: Shop, rina: Browser) -> None:
    await unclear(shop)
    await shop.says("/daftar", by=5001)
    await rina.get("/desk")
    for words in ("Menunggu keputusan", "Minta akses", "Saldo di biller", "s5 → "):
        assert words in rina.page
    live = await rina.get("/desk/today")
    assert "<html" not in live.text
    assert "Menunggu keputusan" in rina.page


async def test_an_order_is_found_by_its_ref_its_number_and_its_reseller(shop: Shop, rina: Browser) -> None:
    order = await shop.asks("s5.081234567890", by=SARI)
    await shop.asks("s10.081399990000", by=BUDI)
    found = await rina.get(f"/desk/orders?q={order.trxid}")
    assert found.headers["Location"] == f"/desk/orders/{order.trxid}"
    for typed in ("0812-3456-7890", "+62 812 3456 7890", f"Name {SARI}"):
        await rina.get(f"/desk/orders?q={typed.replace('+', '%2B')}")
        assert order.trxid in rina.page
        assert "081399990000" not in rina.page
    await rina.get("/desk/orders?q=tidak-ada")
    assert "Tidak ada yang cocok" in rina.page


async def test_all_orders_are_reached_page_by_page(shop: Shop, rina: Browser) -> None:
    placed = {(await shop.asks(f"s5.08120000{number:04}")).trxid for number in range(120)}
    seen: set[str] = set()
    address, pages = "/desk/orders", 0
    while address:
        await rina.get(address)
        pages += 1
        on_page = {trxid for trxid in placed if f"/desk/orders/{trxid}" in rina.page}
        assert not on_page & seen
        seen |= on_page
        before, is_linked, _ = rina.page.partition('">Lebih lama')
        address = before.rpartition('href="')[2] if is_linked else ""
    assert (seen, pages) == (placed, 3)


async def test_a_history_has_every_step_with_its_evidence(shop: Shop, rina: Browser) -> None:
    order = await unclear(shop)
    await rina.get(f"/desk/orders/{order.trxid}")
    steps = ["Pesanan dicatat", "Dikirim ke biller", "Jawabannya tidak jelas"]
    places = [rina.page.index(step) for step in steps]
    assert places == sorted(places)
    assert "Bukti" in rina.page


async def test_an_order_that_does_not_exist_is_a_page_that_says_so(rina: Browser) -> None:
    for trxid in ("26112700000000000", "x", "9" * 400, "%00"):
        assert (await rina.get(f"/desk/orders/{trxid}")).status_code == 404


@pytest.mark.parametrize(("outcome", "state"), [("success", State.SUCCEEDED), ("failure", State.FAILED)])
async def test_an_order_is_settled_in_two_steps_and_everybody_is_told(
    shop: Shop, rina: Browser, outcome: str, state: State
) -> None:
    order = await unclear(shop)
    await shop.speaks()
    await rina.get(f"/desk/orders/{order.trxid}")
    await rina.submit(ASK, outcome=outcome, sn="1234-5678")
    assert (await shop.order(order.trxid)).state is State.UNKNOWN
    await rina.submit(SETTLE)
    settled = await shop.order(order.trxid)
    assert (settled.state, settled.resolved_by) == (state, RINA)
    assert settled.sn == ("1234-5678" if outcome == "success" else None)
    assert "Sudah ditetapkan" in rina.page
    told = shop.last(SARI)
    assert isinstance(told, OrderSucceeded if outcome == "success" else OrderFailed)
    assert isinstance(shop.last(DEWI), OrderResolved)
    (event,) = shop.rows("SELECT actor FROM order_events WHERE kind = 'Resolved'")
    assert event["actor"] == f"admin:{RINA}"


async def test_staff_settle_orders_too_under_their_own_name(shop: Shop) -> None:
    staff = await Desk(shop).signed_in(STAFF)
    order = await unclear(shop)
    await staff.get(f"/desk/orders/{order.trxid}")
    await staff.submit(ASK, outcome="failure")
    await staff.submit(SETTLE)
    assert (await shop.order(order.trxid)).resolved_by == STAFF


async def test_of_two_admins_at_once_the_second_reads_that_nothing_changed(shop: Shop) -> None:
    desk = Desk(shop)
    rina, dewi = await desk.signed_in(RINA), await desk.signed_in(DEWI)
    order = await unclear(shop)
    for browser, outcome in ((rina, "failure"), (dewi, "success")):
        await browser.get(f"/desk/orders/{order.trxid}")
        await browser.submit(ASK, outcome=outcome)
    await rina.submit(SETTLE)
    await dewi.submit(SETTLE)
    assert (await shop.order(order.trxid)).state is State.FAILED
    assert "Tidak ada yang berubah" in dewi.page
    assert len(shop.rows("SELECT * FROM order_events WHERE kind = 'Resolved'")) == 1


@pytest.mark.parametrize("outcome", ["", "refund", "SUCCESS", "success "])
async def test_a_form_that_no_page_shows_settles_nothing(shop: Shop, rina: Browser, outcome: str) -> None:
    order = await unclear(shop)
    await rina.get(f"/desk/orders/{order.trxid}")
    form = next(form for path, form in rina.forms() if path == ASK)
    assert (await rina.post(SETTLE, form | {"outcome": outcome})).status_code == 404
    assert (await shop.order(order.trxid)).state is State.UNKNOWN


async def test_an_sn_that_is_too_long_is_asked_for_again(shop: Shop, rina: Browser) -> None:
    order = await unclear(shop)
    await rina.get(f"/desk/orders/{order.trxid}")
    await rina.submit(ASK, outcome="success", sn="1" * 600)
    assert "SN ini terlalu panjang" in rina.page
    assert SETTLE not in rina.page


async def test_what_others_wrote_is_shown_as_text(shop: Shop, rina: Browser) -> None:
    """Names, products and the biller's words come from people who may mean harm."""
    order = await unclear(shop)
    name = "<img src=x onerror=alert(1)>"
    await shop.disk.write(lambda tx: people.rename(tx, SARI, name=name, username=None))
    page = await rina.get(f"/desk/orders/{order.trxid}")
    assert "<img src=x" not in page.text
    assert "&lt;img src=x" in page.text
