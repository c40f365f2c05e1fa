"""The bot was banned, and a new one starts on the old database."""

from sandbox.telegram.cast import fresh_chats
from tests.acceptance.shop import SARI, Shop

NEW_TOKEN = "220302654:BBHdqTcvCH1vGWJxfSeofSAs0K5PALDsbw"  # not a secret


async def test_a_new_bot_answers_the_orders_whose_message_ids_the_old_one_had_seen(shop: Shop) -> None:
    old = shop.order(SARI, "s5.081234561111")
    await shop.wait_for_message(SARI, "DIPROSES", "081234561111")
    await shop.stop()
    telegram = shop.world.telegram
    telegram.token, telegram.chats = NEW_TOKEN, fresh_chats()
    shop.settings["TELEGRAM_TOKEN"] = NEW_TOKEN
    await shop.start()
    assert "another bot used this database until now" in shop.output
    assert shop.order(SARI, "s5.081234562222") == old
    await shop.wait_for_message(SARI, "DIPROSES", "081234562222")
    assert shop.rows("SELECT count(*) FROM orders") == [(2,)]
