"""A backup beside the running bot, more orders, a loss, a restore by the command: rehearsed end to end."""

import asyncio
import json
from pathlib import Path

import pytest

from storage.backup import back_up
from tests.acceptance.shop import BUDI, RINA, SARI, Mode, Shop, minutes_ago

POLLING = pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
"""For what no way of updates can change."""


async def command(shop: Shop, *arguments: str) -> int:
    """Run a command of the bot's to its end; return its exit status."""
    return await (await shop.run(*arguments)).wait()


def only_backup(shop: Shop) -> Path:
    (backup,) = (shop.home / "backups").iterdir()
    return backup


async def is_quarantined(shop: Shop) -> bool:
    page = (await shop.http.get(f"{shop.url}/metrics")).text
    return "loket_restore_quarantine 1.0" in page


async def test_after_a_restore_nothing_is_bought_until_an_admin_opens_the_counter(shop: Shop) -> None:
    (shop.home / "backups").mkdir()
    # Known to the backup, and its result is still to come.
    pending = await shop.trxid(SARI, shop.order(SARI, "s5.081234566666"))
    await shop.until(lambda: shop.rows("SELECT state FROM orders") == [("pending",)])
    assert await command(shop, "backup", "backups") == 0
    assert "1 orders, the last of" in shop.output
    # In the gap: bought, told, and forgotten by the restore.
    asked = shop.order(BUDI, "s5.081234561111")
    lost = (await shop.wait_for_message(BUDI, "SUKSES")).text.split()[-1]
    await shop.quiet()

    assert await command(shop, "restore", str(only_backup(shop))) == 1
    assert "stop it before a restore" in shop.output
    assert await shop.stop() == 0
    assert await command(shop, "restore", str(only_backup(shop))) == 0
    assert "the counter stays closed" in shop.output
    assert len(list(shop.home.glob("loket-aside-*.db"))) == 1
    await shop.start()

    card = await shop.wait_for_message(RINA, "dipulihkan dari cadangan", "tidak ada yang dibeli")
    assert (await shop.http.get(f"{shop.url}/readyz")).status_code == 200
    assert await is_quarantined(shop)

    shop.world.telegram.now_ms = minutes_ago(-2)
    shop.order(SARI, "s5.081234571111")
    await shop.wait_for_message(SARI, "TUTUP SEMENTARA", "s5.081234571111", "tidak dicatat")
    # Telegram brings a message of the gap once more: it is not bought twice.
    shop.redeliver(BUDI, asked)
    await shop.wait_for_message(BUDI, "BELUM PASTI", "s5.081234561111", "Jangan kirim ulang")
    # The results of both are heard: the one is told, the other is kept for the admins.
    assert await shop.world.biller.reverse(pending) == 200
    await shop.wait_for_message(SARI, "SUKSES", pending)
    assert await shop.world.biller.reverse(lost) == 404
    await shop.wait_for_message(RINA, "Laporan biller tidak cocok")

    await shop.press(card, "Buka loket")
    await shop.until(lambda: shop.messages_with(RINA, "Buka loket sekarang?"))
    shop.order(SARI, "s5.081234581111")
    await shop.wait_for_message(SARI, "TUTUP SEMENTARA", "s5.081234581111")  # one tap opens nothing
    assert len(shop.wire.posts) == 2
    await shop.press(card, "Ya, buka loket")
    await shop.until(lambda: shop.messages_with(RINA, "Loket dibuka lagi oleh Ibu Rina"))
    await shop.wait_for_message(SARI, "Loket sudah dibuka lagi")
    assert not await is_quarantined(shop)

    shop.order(SARI, "s5.081234591111")
    await shop.wait_for_message(SARI, "SUKSES s5.081234591111")
    await shop.quiet()
    assert [post["idpel"] for post in shop.wire.posts] == ["081234566666", "081234561111", "081234591111"]
    await shop.stop()
    await shop.start()  # and it stays open
    shop.order(BUDI, "s5.081234601111")
    await shop.wait_for_message(BUDI, "SUKSES s5.081234601111")


async def test_an_order_being_posted_when_the_backup_is_made_is_never_posted_again(shop: Shop) -> None:
    shop.world.biller.configure(slow_s=3)
    shop.order(SARI, "s5.081234565555")  # the biller is slow to answer
    await shop.until(lambda: len(shop.wire.posts) == 1)
    # Not by the command: on a busy machine that could start only after the answer.
    await asyncio.to_thread(back_up, shop.home / "loket.db", shop.home / "copy.db")
    assert shop.rows("SELECT state FROM orders") == [("submitting",)]
    await shop.wait_for_message(SARI, "SUKSES")
    await shop.quiet()
    await shop.kill()
    assert await command(shop, "restore", "copy.db") == 0
    await shop.start()
    told = await shop.wait_for_message(SARI, "BELUM PASTI", "Jangan kirim ulang")
    card = await shop.wait_for_message(RINA, "Loket dipulihkan dari cadangan")
    await shop.wait_for_message(RINA, "Perlu keputusan", "dipulihkan dari cadangan")
    await shop.press(card, "Buka loket")
    await shop.press(card, "Ya, buka loket")
    await shop.wait_for_message(RINA, "Loket dibuka lagi")
    trxid = told.text.split()[-1]
    assert await shop.world.biller.reverse(trxid) == 200
    await shop.wait_for_message(SARI, "SUKSES", trxid, after=told.id)
    assert len(shop.wire.posts) == 1


@POLLING
async def test_a_damaged_database_is_refused_with_what_to_do_and_a_backup_mends_it(shop: Shop) -> None:
    shop.order(SARI, "s5.081234561111")
    await shop.wait_for_message(SARI, "SUKSES")
    await shop.quiet()
    assert await command(shop, "backup", "copy.db") == 0
    await shop.stop()
    database = shop.home / "loket.db"
    spoilt = database.read_bytes()[:-8192] + b"\x5a" * 8192
    database.write_bytes(spoilt)
    process = await shop.launch()
    assert await process.wait() == 3
    refusal = json.loads(shop.output.splitlines()[-1])["message"]
    assert "loket.db: SQLite finds the database damaged" in refusal
    assert "`loket restore FILE`" in refusal
    assert await command(shop, "backup", "another.db") == 1
    assert await command(shop, "restore", "copy.db") == 0
    (aside,) = shop.home.glob("loket-aside-*.db")
    assert aside.read_bytes() == spoilt
    await shop.start()
    await shop.wait_for_message(RINA, "Loket dipulihkan dari cadangan")
    assert shop.rows("SELECT state FROM orders") == [("succeeded",)]


@POLLING
async def test_a_backup_says_what_stands_in_its_way_and_a_restore_too(closed_shop: Shop) -> None:
    shop = closed_shop
    assert await command(shop, "backup", "copy.db") == 1
    assert "there is no database" in shop.output
    await shop.start()
    assert await command(shop, "backup", "copy.db") == 0
    assert await command(shop, "backup", "copy.db") == 1
    assert "already exists" in shop.output
    await shop.stop()
    assert await command(shop, "restore", "none.db") == 1
    assert "there is no backup at none.db" in shop.output
