"""The desk shows whether the biller's balances follow from each other, and notes top-ups once."""

import pytest

from bot.notices.topups import TopUpNoted
from bot.texts.formatting import rupiah
from tests.integration.conftest import DEWI, RINA, Shop
from tests.integration.desk import STAFF, Browser, Desk
from tests.integration.test_biller_drift import Till

ASK, NOTE = "/desk/biller/topup", "/desk/biller/topup/note"


@pytest.fixture
async def rina(shop: Shop) -> Browser:
    return await Desk(shop).signed_in()


async def test_missing_money_stands_in_the_chain_with_its_size_and_its_order(
    shop: Shop, rina: Browser
) -> None:
    till = Till(shop)
    await till.sells()
    good = await till.sells()
    bad = await till.sells(fee_idr=20_000)
    await till.sells()
    await rina.get("/desk/biller")
    assert f"Selisih: {rupiah(-20_000)}" in rina.page
    assert rina.page.count("Selisih: ") == 1
    await rina.get("/desk/biller?only=gaps")
    assert bad.trxid in rina.page
    assert good.trxid not in rina.page


async def test_a_day_that_fits_is_said_to_fit(shop: Shop, rina: Browser) -> None:
    till = Till(shop)
    await rina.get("/desk/biller")
    assert "Belum ada dua laporan" in rina.page
    for _ in range(3):
        await till.sells()
    both = [await till.accepts(), await till.accepts()]
    for order in both:
        await till.succeeds(order)
    await rina.get("/desk/biller")
    assert "Tidak ada selisih" in rina.page
    assert rupiah(till.balance_idr) in rina.page


async def test_an_order_of_yesterday_is_followed_from_its_beginning(shop: Shop) -> None:
    till, desk = Till(shop), Desk(shop)
    old = await till.accepts()
    shop.clock.passes(86_400)
    await till.sells()
    await till.succeeds(old)
    await till.sells()
    rina = await desk.signed_in()
    await rina.get("/desk/biller")
    assert "Tidak ada selisih" in rina.page


async def test_a_top_up_is_noted_in_two_steps_and_the_other_admin_reads_of_it(
    shop: Shop, rina: Browser
) -> None:
    await Till(shop).sells()
    await rina.get("/desk/biller")
    await rina.submit(ASK, amount="5jt")
    assert shop.rows("SELECT * FROM biller_topups") == []
    await rina.submit(NOTE)
    assert "Topup sudah dicatat" in rina.page
    (topup,) = shop.rows("SELECT amount_idr, noted_by FROM biller_topups")
    assert (topup["amount_idr"], topup["noted_by"]) == (5_000_000, RINA)
    assert isinstance(shop.last(DEWI), TopUpNoted)


async def test_a_form_that_is_sent_twice_notes_one_top_up(shop: Shop, rina: Browser) -> None:
    await rina.get("/desk/biller")
    await rina.submit(ASK, amount="100.000")
    form = next(form for path, form in rina.forms() if path == NOTE)
    for outcome in ("yes", "no"):
        answer = await rina.post(NOTE, form)
        assert answer.headers["Location"] == f"/desk/biller?noted={outcome}"
    assert len(shop.rows("SELECT * FROM biller_topups")) == 1


async def test_the_key_of_another_admin_or_of_nobody_notes_nothing(shop: Shop) -> None:
    desk = Desk(shop)
    rina, dewi = await desk.signed_in(RINA), await desk.signed_in(DEWI)
    await rina.get("/desk/biller")
    await rina.submit(ASK, amount="100.000")
    key = next(form for path, form in rina.forms() if path == NOTE)["key"]
    await dewi.get("/desk/biller")
    token = next(form for path, form in dewi.forms() if path == ASK)["form_token"]
    for tried in (key, "", "x", "9" * 500):
        await dewi.post(NOTE, {"form_token": token, "key": tried})
    assert shop.rows("SELECT * FROM biller_topups") == []
    await rina.submit(NOTE)
    assert len(shop.rows("SELECT * FROM biller_topups")) == 1


@pytest.mark.parametrize("typed", ["", "banyak", "-5000", "0", "<b>1</b>", "9" * 5_000])
async def test_what_is_no_amount_is_asked_for_again(shop: Shop, rina: Browser, typed: str) -> None:
    await rina.get("/desk/biller")
    response = await rina.submit(ASK, amount=typed)
    assert "bukan jumlah" in rina.page
    assert "<b>1" not in response.text
    assert NOTE not in rina.page


async def test_staff_see_the_balance_and_note_no_top_up(shop: Shop) -> None:
    staff = await Desk(shop).signed_in(STAFF)
    await Till(shop).sells()
    await staff.get("/desk/biller")
    assert rupiah(995_000) in staff.page
    assert ASK not in staff.page
    await staff.get("/desk/system")
    token = next(form for _, form in staff.forms())["form_token"]
    for path in (ASK, NOTE):
        assert (await staff.post(path, {"form_token": token, "amount": "5000"})).status_code == 404
    assert shop.rows("SELECT * FROM biller_topups") == []


async def test_a_stranger_sees_nothing_of_it(shop: Shop) -> None:
    stranger = Desk(shop).browser()
    assert (await stranger.get("/desk/biller")).status_code == 401
    for path in (ASK, NOTE):
        assert (await stranger.post(path, {"amount": "5000"})).status_code == 401


@pytest.mark.parametrize(
    "query", ["after=x", "after=-1", "after=" + "9" * 90, "after=%C2%B2", "only=x", "noted=x"]
)
async def test_an_address_that_no_page_links_to_shows_the_page(rina: Browser, query: str) -> None:
    assert (await rina.get(f"/desk/biller?{query}")).status_code == 200
