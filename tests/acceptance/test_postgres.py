"""Orders on PostgreSQL from their messages to their results, both ways in."""

import pytest

from tests.acceptance.shop import BUDI, SARI, Shop


@pytest.mark.early
async def test_orders_are_bought_once_and_told_and_survive_a_restart(
    closed_shop: Shop, postgres_url: str
) -> None:
    shop = closed_shop
    shop.settings["DATABASE_URL"] = postgres_url
    await shop.start()
    for _ in range(2):
        shop.order(SARI, "s5.081234561111")
    shop.order(BUDI, "s5.081234571111")
    await shop.wait_for_message(SARI, "SUKSES")
    await shop.wait_for_message(BUDI, "SUKSES")
    await shop.quiet()
    assert len(shop.wire.posts) == 2
    await shop.kill()
    await shop.start()
    shop.order(SARI, "s5.081234581111")
    await shop.until(lambda: len(shop.wire.posts) == 3)
    await shop.quiet()
    assert not (shop.home / "loket.db").exists()
