"""The program joined as `loket run` joins it, in this process, between a pretended Telegram and biller."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.app.app import App
from bot.app.lifecycle import running
from bot.settings.settings import Settings
from sandbox.telegram.chats import Message
from sandbox.world import World
from storage.database import SqliteDatabase
from tests.acceptance.shop import PASSWORD, REVERSAL_SECRET, WEBHOOK_SECRET, Mode, free_port
from tests.integration.conftest import GROUP, RINA, SARI, Shop
from tests.integration.fakes import eventually
from tests.integration.sandboxed import Box, sandboxed

ORDER = "s5.081234561111"
TOPIC = 7


@pytest.fixture
async def box() -> AsyncIterator[Box]:
    async with sandboxed(World(biller_password=PASSWORD)) as box:
        yield box
        await box.world.aclose()


def settings_for(box: Box, path: Path, mode: Mode = Mode.POLLING, **given: Any) -> Settings:
    """Return the settings that a start needs, and `given`; all others are as shipped."""
    port = free_port()
    needed: dict[str, Any] = {
        "telegram_token": box.world.telegram.token,
        "telegram_api_url": box.url,
        "admin_ids": (RINA,),
        "reseller_ids": (SARI,),
        "biller_url": box.url,
        "biller_user": "demo",
        "biller_password": PASSWORD,
        "reversal_secret": REVERSAL_SECRET,
        "listen_port": port,
        "database_url": f"sqlite:///{path}",
    }
    if mode is Mode.WEBHOOK:
        given |= {"public_url": f"http://127.0.0.1:{port}", "telegram_webhook_secret": WEBHOOK_SECRET}
    return Settings(_env_file=None, **needed | given)


def url_of(settings: Settings) -> str:
    return f"http://127.0.0.1:{settings.listen_port}"


def rows(path: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


async def said(box: Box, chat: int, *, containing: str) -> Message:
    return await box.world.telegram.wait_for_message(chat, containing=containing, timeout_s=30)


@pytest.mark.parametrize("mode", list(Mode))
async def test_what_waited_at_telegram_while_loket_was_down_is_taken_in(
    box: Box, path: Path, mode: Mode
) -> None:
    box.world.telegram.say(SARI, ORDER)
    async with running(settings_for(box, path, mode)):
        entry = await box.world.biller.wait_for_entry(timeout_s=30)
    assert rows(path, "SELECT trxid, destination FROM orders") == [(entry.trxid, "081234561111")]


async def test_a_start_doubts_what_was_being_sent_and_never_sends_it_again(
    box: Box, shop: Shop, database: SqliteDatabase, path: Path
) -> None:
    shop.clock.ms = box.world.now_ms()  # of this moment: the watchdog finds nothing wrong with it
    shop.biller.hangs()
    order = await shop.asks(ORDER)
    await shop.submitter.run_once()
    await shop.submitter.drain(0)  # as a kill leaves it
    await database.close()
    last = "SELECT state_after, actor FROM order_events ORDER BY event_id DESC LIMIT 1"
    assert rows(path, last) == [("submitting", "submitter")]
    async with running(settings_for(box, path)):
        assert rows(path, last) == [("unknown", "start")]
        await said(box, SARI, containing="BELUM PASTI")
        await said(box, RINA, containing=order.trxid)
    assert not box.world.biller.entries


async def test_a_stop_waits_for_the_answer_of_what_is_being_sent(box: Box, path: Path) -> None:
    box.world.biller.configure(answer_delay_s=0.3)
    async with running(settings_for(box, path)):
        box.world.telegram.say(SARI, ORDER)
        entry = await box.world.biller.wait_for_entry(timeout_s=30)
    assert entry.answered_at_ms
    assert rows(path, "SELECT state FROM orders") == [("pending",)]


async def test_an_order_from_a_topic_is_answered_in_its_topic_to_the_end(box: Box, path: Path) -> None:
    settings = settings_for(box, path, telegram_chat_messages_per_s=1000)
    box.world.biller.reversal_url = f"{url_of(settings)}/reversal/{REVERSAL_SECRET}"
    async with running(settings):
        box.world.telegram.say(GROUP, ORDER, user_id=SARI, thread_id=TOPIC)
        result = await said(box, GROUP, containing="SUKSES")
        (complain,) = (b["callback_data"] for b in result.buttons() if "Komplain" in b["text"])
        box.world.telegram.press(GROUP, result.id, complain, user_id=SARI)
        await said(box, GROUP, containing="KOMPLAIN DITERIMA")
    assert {message.thread_id for message in box.world.telegram.bot_messages(GROUP)} == {TOPIC}


async def test_as_shipped_nobodys_own_word_of_an_address_is_believed(box: Box, path: Path) -> None:
    settings = settings_for(box, path)
    async with running(settings), httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(
            f"{url_of(settings)}/reversal/{REVERSAL_SECRET}", headers={"X-Forwarded-For": "103.1.2.9"}
        )
    assert answer.status_code == 404
    assert rows(path, "SELECT remote FROM quarantined_reversals") == [("127.0.0.1",)]


async def test_while_polling_a_secret_that_is_set_opens_no_webhook(box: Box, path: Path) -> None:
    settings = settings_for(box, path, telegram_webhook_secret=WEBHOOK_SECRET)
    assert App(settings).access_rules().webhook_secret is None


async def test_it_is_not_ready_while_any_worker_is_sick(box: Box, path: Path) -> None:
    app = App(settings_for(box, path))
    await app.database.open()
    try:
        assert await app.readiness() == {
            "storage": True,
            "agents": True,
            "telegram": False,
            "leader": True,
        }
        for worker in (*app.runtime.workers, app.poller):
            worker.healthy = False
            assert not (await app.readiness())["agents"], worker.name
            worker.healthy = True
        app.telegram_is_set_up.set()
        assert all((await app.readiness()).values())
    finally:
        await app.database.close()
    assert not (await app.readiness())["storage"]


async def test_with_a_desk_over_https_the_menu_of_the_admin_opens_it_and_without_one_no_more(
    box: Box, path: Path
) -> None:
    buttons = box.world.telegram.menu_buttons
    async with running(settings_for(box, path, desk_url="https://loket.example.com")):
        await eventually(lambda: RINA in buttons)
        assert buttons[RINA]["web_app"] == {"url": "https://loket.example.com/desk/app"}
    async with running(settings_for(box, path)):
        await eventually(lambda: not buttons)
