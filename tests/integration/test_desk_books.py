"""The desk checks the books when it is asked to, and shows that they tie or what does not."""

import asyncio

import pytest

from bot.ledger import AccountKind
from tests.integration.conftest import SARI, Shop
from tests.integration.desk import STAFF, Browser, Desk
from tests.integration.test_payment import PRICED, Till, pending

BOOKS = "/desk/books"
_MOVED: dict[str, int | str] = {
    "shop_id": 1,
    "first_kind": AccountKind.AVAILABLE,
    "first_amount_idr": 20_000,
    "second_kind": AccountKind.AVAILABLE,
    "second_amount_idr": 20_000,
    "forced": 0,
}


@pytest.fixture
async def till(shop: Shop) -> Till:
    desk = Desk(shop)
    shop.starts(reseller_floor_idr=0, desk_url=desk.url, desk_staff_ids=(STAFF,))
    await shop.sells(PRICED)
    till = Till(shop)
    await till.receives(100_000)
    await pending(till)
    return till


@pytest.fixture
async def rina(till: Till) -> Browser:
    return await Desk(till.shop).signed_in()


async def test_the_page_checks_nothing_by_itself(rina: Browser) -> None:
    await rina.get(BOOKS)
    assert "Periksa pembukuan" in rina.page
    assert "Pembukuan cocok" not in rina.page


async def test_books_that_tie_are_shown_with_their_sums(rina: Browser) -> None:
    await rina.get(BOOKS)
    await rina.submit(BOOKS)
    assert "Pembukuan cocok" in rina.page
    for amount in ("Rp100.000", "Rp94.100", "Rp5.900"):
        assert amount in rina.page
    assert "Temuan" not in rina.page


async def test_a_finding_leads_to_its_shop(till: Till, rina: Browser) -> None:
    # A balance that moves without an entry.
    await till.shop.disk.write(lambda tx: tx.all("move_running_balances", **_MOVED))
    await rina.get(BOOKS)
    await rina.submit(BOOKS)
    assert "Pembukuan tidak cocok" in rina.page
    assert "Saldo bukan jumlah mutasinya" in rina.page
    assert "Rp20.000" in rina.page
    assert f"/desk/money/shops/{SARI}" in rina.page


async def test_staff_check_the_books_too(till: Till) -> None:
    staff = await Desk(till.shop).signed_in(STAFF)
    await staff.get(BOOKS)
    await staff.submit(BOOKS)
    assert "Pembukuan cocok" in staff.page


async def test_one_check_runs_at_a_time(till: Till, rina: Browser) -> None:
    await rina.get(BOOKS)
    form = next(form for path, form in rina.forms() if path == BOOKS)
    answers = await asyncio.gather(*(rina.post(BOOKS, form) for _ in range(4)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200, 409, 409, 409]
    assert (await rina.post(BOOKS, form)).status_code == 200
