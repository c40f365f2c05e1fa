"""Admins read sales, cost and profit by product and by reseller; what has no price stands apart."""

import csv
from io import BytesIO, StringIO

import pytest
from python_calamine import CalamineWorkbook

from bot.notices.reports import ReportPeriodUnclear
from bot.orders.model import State
from bot.texts.formatting import Attachment
from bot.updates import Toast
from tests.integration.conftest import BUDI, GROUP, RINA, SARI, Shop
from tests.integration.looked import labels, last_text, remembers, shown_last, turns


async def sold(shop: Shop) -> None:
    """Store orders of a day: two of Sari's and one of Budi's with a profit, and some that have none."""
    await remembers(shop, 1, price_idr=6_300, cost_idr=5_700)
    await remembers(shop, 2, price_idr=6_400, cost_idr=None, expected_cost_idr=5_800)
    await remembers(shop, 3, user_id=BUDI, product_code="s10", price_idr=11_000, cost_idr=10_100)
    await remembers(shop, 4, user_id=BUDI, price_idr=6_300, cost_idr=None)
    await remembers(shop, 5, user_id=BUDI, price_idr=None, cost_idr=5_650)
    await remembers(shop, 6, user_id=BUDI, price_idr=None, cost_idr=None)
    for number, state in enumerate((State.FAILED, State.PENDING, State.UNKNOWN, State.EXPIRED), 7):
        await remembers(shop, number, state=state, price_idr=999_999, cost_idr=888_888)


async def file_of(shop: Shop, text: str) -> Attachment:
    await shop.says(text, by=RINA)
    await shop.speaks()
    attachment = shop.sender.to(RINA)[-1].outgoing.attachment
    assert attachment
    return attachment


async def test_profit_is_what_was_sold_less_what_it_cost_and_the_rest_stands_apart(shop: Shop) -> None:
    await sold(shop)
    await shop.says("/laba", by=RINA)
    rows = (await last_text(shop, RINA)).splitlines()
    assert rows[1:] == [
        "Sukses: 6",
        "Penjualan: Rp30.000",
        "Modal: Rp21.600",
        "Laba dari yang lengkap: Rp2.100",
        "1 belum diketahui modalnya, tidak ikut di laba.",
        "1 memakai modal terakhir yang diketahui saat dipesan.",
        "Terpisah, tanpa harga jual: 2 pesanan, modal Rp5.650 (1 belum diketahui)",
        "",
        "Per produk:",
        "s5: 5 · jual Rp19.000 · laba Rp1.200 · 2 tanpa harga",
        "s10: 1 · jual Rp11.000 · laba Rp900",
        "",
        "Per reseller:",
        f"{BUDI}: 4 · jual Rp17.300 · laba Rp900 · 2 tanpa harga",
        f"{SARI}: 2 · jual Rp12.700 · laba Rp1.200",
    ]


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("/laba per jam", ["Per jam:", "21.00: 6 · jual Rp30.000 · laba Rp2.100 · 2 tanpa harga"]),
        ("/laba produk", ["Per produk:", "s10: 1 · jual Rp11.000 · laba Rp900"]),
        ("/laba per reseller 21/9", ["Per reseller:", f"{SARI}: 2 · jual Rp12.700 · laba Rp1.200"]),
    ],
)
async def test_profit_is_shown_by_what_the_admin_names(shop: Shop, typed: str, parts: list[str]) -> None:
    await sold(shop)
    await shop.says(typed, by=RINA)
    rows = (await last_text(shop, RINA)).splitlines()
    assert set(parts) <= set(rows)
    assert len([row for row in rows if row.startswith("Per ")]) == 1
    assert await turns(shop, "summary", by=RINA, chat=RINA) is Toast.DONE
    assert "Per reseller:" in await last_text(shop, RINA)


async def test_a_loss_is_shown_as_one(shop: Shop) -> None:
    await remembers(shop, 1, price_idr=5_000, cost_idr=5_700)
    await shop.says("/laba", by=RINA)
    assert "Laba: -Rp700" in await last_text(shop, RINA)


async def test_days_are_read_as_in_lap_and_the_day_before_is_a_tap_away(shop: Shop) -> None:
    await sold(shop)
    shop.clock.passes(24 * 3600)
    await shop.says("/laba", by=RINA)
    assert "Belum ada pesanan sukses." in await last_text(shop, RINA)
    before = next(label for label in labels(shop, RINA) if label.startswith("«"))
    assert await turns(shop, before, by=RINA, chat=RINA) is Toast.DONE
    assert "Penjualan: Rp30.000" in await last_text(shop, RINA)
    await shop.says("/laba kapan", by=RINA)
    assert shop.last(RINA) == ReportPeriodUnclear(typed="kapan", command="/laba")
    assert "/laba 21/11" in await last_text(shop, RINA)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_a_file_has_a_row_for_each_product_of_each_reseller(shop: Shop, form: str) -> None:
    await sold(shop)
    file = await file_of(shop, f"/laba {form}")
    if form == "csv":
        rows = [*csv.reader(StringIO(file.content.decode("utf-8-sig")), delimiter=";")]
    else:
        book = CalamineWorkbook.from_filelike(BytesIO(file.content))
        rows = [
            [str(int(cell)) if isinstance(cell, float) else str(cell) for cell in row]
            for row in book.get_sheet_by_index(0).to_python()
        ]
    names = str(SARI), str(BUDI)
    assert [row[2:7] for row in rows] == [
        ["Kode", "Sukses", "Penjualan", "Modal", "Laba"],
        ["s5", "2", "12700", "11500", "1200"],
        ["s10", "1", "11000", "10100", "900"],
        ["s5", "3", "6300", "", ""],
    ]
    assert [row[1] for row in rows[1:]] == [names[0], names[1], names[1]]
    assert rows[-1][7:] == ["1", "2", "5650"]


async def test_only_an_admin_in_private_reads_it(shop: Shop) -> None:
    await sold(shop)
    for text in ("/laba", "laba", "/laba csv"):
        await shop.says(text)
        assert not any(kind.startswith("Profit") for kind in shop.kinds(SARI))
    await shop.says("/laba", by=RINA, chat=GROUP)
    assert not any(kind.startswith("Profit") for kind in shop.kinds(GROUP))


async def test_a_forged_tap_of_a_reseller_shows_nothing(shop: Shop) -> None:
    await sold(shop)
    await shop.says("lap")
    report = await shown_last(shop)
    for data in ("profit:20260901-20260930", "profit_file:20260901-20260930|csv"):
        assert await shop.presses(data, by=SARI, message_id=report) is Toast.USED
    assert not any(kind.startswith("Profit") for kind in shop.kinds(SARI))
