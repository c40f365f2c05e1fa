"""A prepaid counter as a process: money comes by an admin's two taps, and no order is bought without it."""

import pytest

from tests.acceptance.shop import RINA, SARI, Shop

PRICE = 6_000
PRICES = f"kode;nama;grup;tujuan;harga;status\ns5;Telkomsel 5.000;Telkomsel;hp;{PRICE};buka\n"


@pytest.fixture
async def prepaid(closed_shop: Shop) -> Shop:
    """A shop that sells one product to prepaid resellers."""
    closed_shop.settings["RESELLER_CREDIT_IDR"] = "0"
    await closed_shop.start()
    closed_shop.world.telegram.send_file(RINA, "harga.csv", PRICES.encode())
    preview = await closed_shop.wait_for_message(RINA, "Terapkan?")
    await closed_shop.press(preview, "✅ Terapkan")
    await closed_shop.wait_for_message(RINA, "Katalog diperbarui")
    return closed_shop


async def adds(shop: Shop, amount: str, label: str, *, taps: int = 1) -> None:
    """Add to Sari's balance by a command and a tap, which may come several times."""
    asked = shop.order(RINA, f"/tambah {SARI} {amount} setor tunai")
    question = await shop.wait_for_message(RINA, "Sesudahnya", after=asked)
    await shop.quiet()
    for _ in range(taps):
        shop.tap(question, label)
    await shop.wait_for_message(SARI, "Saldo Anda ditambah")


async def test_without_money_nothing_is_posted_and_twenty_orders_for_the_price_of_ten_make_ten(
    prepaid: Shop,
) -> None:
    prepaid.order(SARI, "s5.081234501111")
    await prepaid.wait_for_message(SARI, "SALDO TIDAK CUKUP", "Kurang: Rp6.000", "hubungi admin")
    assert prepaid.wire.posts == []
    await adds(prepaid, "60rb", "Ya, tambah Rp60.000")
    for index in range(20):
        prepaid.order(SARI, f"s5.08123{index:03d}1111")
    await prepaid.until(lambda: len(prepaid.messages_with(SARI, "SALDO TIDAK CUKUP")) == 11)
    await prepaid.wait_for_message(SARI, "SUKSES")
    await prepaid.quiet()
    await prepaid.until(
        lambda: prepaid.rows("SELECT count(*) FROM orders WHERE state = 'succeeded'") == [(10,)]
    )
    assert len(prepaid.wire.posts) == 10
    prepaid.order(SARI, "saldo")
    await prepaid.wait_for_message(SARI, "💰 Saldo: Rp0", "Masih bisa belanja: Rp0")


async def test_many_taps_at_once_add_once_and_a_kill_takes_nothing_away(prepaid: Shop) -> None:
    await adds(prepaid, "60rb", "Ya, tambah Rp60.000", taps=5)
    await prepaid.kill()
    await prepaid.start()
    await prepaid.quiet()
    prepaid.order(SARI, "mutasi")
    await prepaid.wait_for_message(SARI, "+Rp60.000 = Rp60.000 · koreksi admin: setor tunai")
    assert prepaid.rows("SELECT count(*) FROM entries") == [(1,)]


async def test_a_failure_gives_the_money_back_and_says_so(prepaid: Shop) -> None:
    await adds(prepaid, "10rb", "Ya, tambah Rp10.000")
    prepaid.order(SARI, "s5.081234502222")
    await prepaid.wait_for_message(SARI, "GAGAL", "Saldo: Rp4.000 + Rp6.000 = Rp10.000")
