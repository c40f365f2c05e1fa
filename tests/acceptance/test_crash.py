"""Kills, stops, cuts and locks: no order is lost, none is bought twice, and none is called GAGAL unproven."""

import asyncio
import random
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest

from sandbox.biller.emulator import REVERSAL_TRIES
from sandbox.biller.ledger import Entry
from sandbox.world import wall_clock_ms
from tests.acceptance.shop import BUDI, GROUP, RINA, SARI, Shop, free_port, minutes_ago
from tests.listening import listening

ENDINGS = ("0000", "1111", "2222", "9999", "1212", "7777")
"""Usual, success, failure, cut, result before the answer, result told twice."""

ROUNDS = 3

HOWEVER_BUSY_S = 120.0


async def test_sigkill_amid_ten_orders_loses_none_and_doubles_none(closed_shop: Shop) -> None:
    shop, seed = closed_shop, random.SystemRandom().randrange(10**6)
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets; pytest shows the seed of a failure
    shop.hurry(3)
    shop.world.biller.configure(answer_delay_s=0.3, result_delay_s=0.3, late_s=1.5)
    asked: dict[str, tuple[int, int]] = {}
    for number in range(ROUNDS):
        await shop.start()
        moment_s = chance.uniform(0.0, 0.5)
        print(f"seed {seed}, round {number}: killed {moment_s:.3f} s after the first")  # noqa: T201 - for pytest
        asked |= await ten_orders(shop, number, chance, moment_s)
        await shop.kill()
    await shop.start()
    await report_lost_results(shop)
    for destination, (chat, message_id) in asked.items():
        await shop.until(partial(is_told_its_end, shop, chat, destination), timeout_s=HOWEVER_BUSY_S)
        stored = "SELECT destination FROM orders WHERE chat_id = ? AND message_id = ?"
        assert shop.rows(stored, chat, message_id) == [(destination,)]
    await shop.quiet()
    assert shop.rows("SELECT count(*) FROM orders") == [(len(asked),)]
    assert shop.rows("SELECT count(*) FROM orders WHERE state IN ('placed', 'submitting')") == [(0,)]
    said_gagal = [d for d, (chat, _) in asked.items() if shop.messages_with(chat, f"GAGAL s5.{d}")]
    assert [d for d in said_gagal if not d.endswith("2222")] == []


async def ten_orders(
    shop: Shop, number: int, chance: random.Random, within_s: float
) -> dict[str, tuple[int, int]]:
    """Type ten orders in three chats, spread over `within_s` seconds; return chat and message by number."""
    asked: dict[str, tuple[int, int]] = {}
    # Each ending at most twice: five cut answers of ten would open the circuit breaker.
    endings = chance.sample(ENDINGS * 2, 10)
    for index in range(10):
        chat = (SARI, BUDI, GROUP)[index % 3]
        destination = f"08130{number}{index}{endings[index]}"
        asked[destination] = chat, shop.order(chat, f"s5.{destination}", user_id=SARI if chat < 0 else chat)
        await asyncio.sleep(within_s / 10)
    return asked


async def report_lost_results(shop: Shop) -> None:
    """Report again what the biller gave up on, because a start took longer than all of its tries."""
    for entry in list(shop.world.biller.entries.values()):
        await shop.until(partial(is_reported_or_lost, entry), timeout_s=HOWEVER_BUSY_S)
        if not any(reversal.http_status == httpx.codes.OK for reversal in entry.reversals):
            await shop.world.biller.report_now(entry)


def is_reported_or_lost(entry: Entry) -> bool:
    return any(
        reversal.http_status == httpx.codes.OK
        or (reversal.tries == REVERSAL_TRIES and not reversal.is_under_way)
        for reversal in entry.reversals
    )


def is_told_its_end(shop: Shop, chat: int, destination: str) -> bool:
    """Return whether the chat knows: the result if the biller has the order, else that nobody can know."""
    is_bought = any(entry.destination == destination for entry in shop.world.biller.entries.values())
    words = ("SUKSES", "GAGAL") if is_bought else ("BELUM PASTI",)
    return any(shop.messages_with(chat, f"{word} s5.{destination}") for word in words)


async def test_sigterm_amid_ten_slow_orders_leaves_nothing_unknown(shop: Shop) -> None:
    destinations = [f"0813000{number}5555" for number in range(10)]
    for destination in destinations:
        shop.order(SARI, f"s5.{destination}")
    await shop.until(lambda: len(shop.wire.posts) == 10)
    assert await shop.stop() == 0
    states = {state for (state,) in shop.rows("SELECT state FROM orders")}
    assert states <= {"pending", "succeeded"}
    assert shop.messages_with(SARI, "BELUM PASTI") == []
    await shop.start()
    for destination in destinations:
        await shop.wait_for_message(SARI, f"SUKSES s5.{destination}")


async def test_a_closed_terminal_amid_slow_orders_is_a_stop_like_any_other(shop: Shop) -> None:
    for number in range(3):
        shop.order(SARI, f"s5.0813001{number}5555")
    await shop.until(lambda: len(shop.wire.posts) == 3)
    assert shop.process
    shop.process.send_signal(signal.SIGHUP)
    assert await shop.process.wait() == 0
    assert {state for (state,) in shop.rows("SELECT state FROM orders")} <= {"pending", "succeeded"}
    assert shop.messages_with(SARI, "BELUM PASTI") == []


async def test_what_was_cut_or_killed_amid_a_post_is_neither_gagal_nor_posted_again(shop: Shop) -> None:
    asked = shop.order(SARI, "s5.081234561313")  # the biller takes it, then cuts, and says no more
    trxid = await shop.trxid(SARI, asked)
    told = await shop.wait_for_message(SARI, "BELUM PASTI", "Jangan kirim ulang", trxid)
    assert told.reply_to
    assert told.reply_to.id == asked
    await shop.wait_for_message(RINA, "Perlu keputusan", trxid)
    shop.order(BUDI, "s5.081234565555")  # the biller is slow
    await shop.until(lambda: len(shop.wire.posts) == 2)
    await shop.kill()
    await shop.start()
    await shop.wait_for_message(BUDI, "BELUM PASTI", "Jangan kirim ulang")
    assert shop.messages_with(SARI, "GAGAL") + shop.messages_with(BUDI, "GAGAL") == []
    assert await shop.world.biller.reverse(trxid) == 200  # a result settles it, however late
    await shop.wait_for_message(SARI, "SUKSES", trxid)
    await shop.wait_for_message(BUDI, "SUKSES")
    await shop.until(lambda: shop.messages_with(RINA, "Selesai oleh laporan biller", trxid))
    assert len(shop.wire.posts) == 2


async def test_an_unreadable_answer_is_never_taken_for_a_refusal(shop: Shop) -> None:
    shop.world.biller.configure(result_delay_s=0.3)
    shop.order(SARI, "s5.081234561414")  # HTTP 500
    shop.order(BUDI, "s5.081234561515")  # HTML with HTTP 200
    for chat in (SARI, BUDI):
        await shop.wait_for_message(chat, "BELUM PASTI")
        await shop.wait_for_message(chat, "SUKSES")
        assert shop.messages_with(chat, "GAGAL") == []


async def test_a_second_instance_refuses_before_it_speaks_to_telegram(shop: Shop) -> None:
    async with counting() as (url, calls):
        first = shop.process
        second = await shop.run("run", LISTEN_PORT=str(free_port()), TELEGRAM_API_URL=url, BILLER_URL=url)
        async with asyncio.timeout(10):
            assert await second.wait() not in (0, 2)
        assert calls == []
    assert "another Loket already runs" in shop.output
    assert first
    assert first.returncode is None
    shop.order(SARI, "s5.081234561111")
    await shop.wait_for_message(SARI, "SUKSES")


async def test_an_order_older_than_ten_minutes_is_not_bought_and_its_chat_is_told(closed_shop: Shop) -> None:
    shop = closed_shop
    await shop.start()
    await shop.stop()
    shop.world.telegram.now_ms = minutes_ago(10.2)
    late = shop.order(SARI, "s5.081234561111")
    shop.world.telegram.now_ms = minutes_ago(9)
    shop.order(BUDI, "s5.081234571111")
    shop.world.telegram.now_ms = wall_clock_ms
    await shop.start()
    told = await shop.wait_for_message(SARI, "TIDAK DIPROSES", "Tidak ada yang dibeli")
    assert told.reply_to
    assert told.reply_to.id == late
    await shop.wait_for_message(BUDI, "SUKSES")
    assert [post["idpel"] for post in shop.wire.posts] == ["081234571111"]


@pytest.mark.early
async def test_a_locked_database_means_503_and_nothing_lost_when_it_opens_again(shop: Shop) -> None:
    shop.may_log_tracebacks = True  # that the database is locked is no secret
    trxid = await shop.trxid(SARI, shop.order(SARI, "s5.081234566666"))
    await shop.until(lambda: shop.rows("SELECT state FROM orders") == [("pending",)])
    await shop.quiet()
    result = f"status=0&refid={trxid}&product=s5&qty=1&dest=081234566666&message="
    with locked(shop.home / "loket.db"):
        report = asyncio.create_task(shop.report(result))
        await asyncio.sleep(0.2)  # the report should be first in the queue; behind the order it waits longer
        shop.order(BUDI, "s5.081234561111")
        assert (await report).status_code == 503
        assert len(shop.wire.posts) == 1  # nothing is bought that cannot be remembered
    assert (await shop.report(result)).text == "OK"
    await shop.wait_for_message(SARI, "SUKSES", trxid)
    await shop.wait_for_message(BUDI, "SUKSES")
    assert len(shop.messages_with(SARI, "SUKSES")) == 1


@contextmanager
def locked(database: Path) -> Iterator[None]:
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@asynccontextmanager
async def counting() -> AsyncIterator[tuple[str, list[str]]]:
    """Listen, and keep who called."""
    calls: list[str] = []

    def called(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(str(writer.get_extra_info("peername")))
        writer.close()

    async with listening(called) as port:
        yield f"http://127.0.0.1:{port}", calls
