"""Open pages learn what changed by a stream of events, for which one reader looks, however many there are."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import TypeVar

import httpx
import pytest

from bot.app.lifecycle import running
from bot.desk import live
from bot.desk.live import CROWDED_OUT, HEARTBEAT, LiveUpdates
from sandbox.world import World
from storage import chats
from storage import desk as storage_desk
from storage.database import SqliteDatabase
from storage.desk import MAX_SESSION_MS
from storage.errors import StorageError
from storage.transaction import Tx, Unit
from tests.acceptance.shop import PASSWORD, free_port
from tests.integration.conftest import RINA, SARI, Shop
from tests.integration.desk import STAFF, Browser, Desk
from tests.integration.frail import FrailDatabase
from tests.integration.sandboxed import sandboxed
from tests.integration.test_app import settings_for
from tests.integration.test_mutations import BCA
from tests.integration.test_web import served

T = TypeVar("T")

EVERYTHING = {"orders", "messages", "money", "shop"}
PARTS = {
    "/desk": {"/desk/today", "/desk/today/hours", "/desk/today/times"},
    "/desk/orders": {"/desk/orders/live"},
    "/desk/decisions": {"/desk/decisions/live"},
    "/desk/messages": {"/desk/messages/live"},
    "/desk/money": {"/desk/money/live"},
}
NEVER_S = 3600


class CountingDatabase(FrailDatabase):
    """Counts the long reads."""

    read_count = 0

    async def read_long(self, unit: Unit[T]) -> T:
        self.read_count += 1
        return await super().read_long(unit)


class OpenPage:
    """A page of a browser that listens to its stream, over a real connection."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def hears(self, topic: str = "") -> set[str]:
        """Return the topics of the next event, or of the next with `topic`; empty at the end."""
        async for line in self._lines:
            if line.startswith("data: ") and topic in line:
                return set(line.removeprefix("data: ").split())
        return set()


@asynccontextmanager
async def listening(url: str, browser: Browser) -> AsyncIterator[OpenPage]:
    cookies = dict(browser.http.cookies)
    async with (
        httpx.AsyncClient(base_url=url, trust_env=False, cookies=cookies, timeout=30) as client,
        client.stream("GET", "/desk/events") as response,
    ):
        yield OpenPage(response)


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return Desk(shop)


async def sessions_of(shop: Shop, count: int) -> list[str]:
    """Begin sessions and return their hashes."""

    def begin(tx: Tx) -> list[str]:
        for number in range(count):
            token, at_ms = f"token {number}", shop.clock()
            # Of one person, only some would stay open.
            storage_desk.begin_session(
                tx, token, user_id=RINA + number, sign_in_method="link", device="", at_ms=at_ms
            )
        return list(storage_desk.open_sessions(tx, at_ms=shop.clock()))

    return await shop.disk.write(begin)


@pytest.fixture
async def session(shop: Shop) -> str:
    """Return the hash of an open session."""
    return (await sessions_of(shop, 1))[0]


def updates(
    shop: Shop,
    database: FrailDatabase | None = None,
    *,
    look_every_s: float = NEVER_S,
    heartbeat_every_s: float = NEVER_S,
) -> LiveUpdates:
    return LiveUpdates(
        database or shop.disk,
        now_ms=shop.clock,
        held_since_ms=shop.context.held_since_ms,
        look_every_s=look_every_s,
        heartbeat_every_s=heartbeat_every_s,
    )


async def test_an_order_that_changes_its_state_is_told_to_an_open_page(desk: Desk) -> None:
    rina, shop = await desk.signed_in(), desk.shop
    async with served(desk.app) as url, listening(url, rina) as page:
        assert page.response.headers["Content-Type"].startswith("text/event-stream")
        assert page.response.headers["Cache-Control"] == "no-store"
        assert await page.hears() == EVERYTHING  # what changed since the page was loaded is not known
        await shop.asks()
        assert "orders" in await page.hears("orders")
        await shop.posts()
        assert "orders" in await page.hears("orders")
        desk.app.close()


async def test_deposits_messages_and_people_are_told_too(desk: Desk) -> None:
    rina, shop = await desk.signed_in(), desk.shop
    shop.starts(reseller_floor_idr=0, deposit_accounts=(BCA,))
    async with served(desk.app) as url, listening(url, rina) as page:
        await page.hears()
        await shop.says("tiket 100000", by=SARI)
        assert "money" in await page.hears("money")
        await shop.says("/daftar", by=5001)
        assert "shop" in await page.hears("shop")
        await shop.speaks()
        await page.hears("messages")
        await shop.says("/saldo", by=SARI)
        await page.hears("messages")
        await shop.disk.write(lambda tx: chats.park(tx, SARI, why="bot was blocked", at_ms=shop.clock()))
        assert "messages" in await page.hears("messages")
        desk.app.close()


async def test_a_hundred_open_pages_cost_one_look(shop: Shop, database: SqliteDatabase) -> None:
    counting = CountingDatabase(database)
    live_updates = updates(shop, counting)
    streams = [live_updates.follow(session) for session in await sessions_of(shop, 100)]
    first = await asyncio.gather(*(_told(stream) for stream in streams))
    assert first == [EVERYTHING] * 100
    assert counting.read_count == 1
    live_updates.close()


async def _told(stream: AsyncIterator[bytes]) -> set[str]:
    async for words in stream:
        if words.startswith(b"data: "):
            return set(words.decode().removeprefix("data: ").split())
    return set()


async def test_nothing_is_looked_for_while_no_page_listens(
    shop: Shop, database: SqliteDatabase, session: str
) -> None:
    counting = CountingDatabase(database)
    live_updates = updates(shop, counting, look_every_s=0)
    async with aclosing(live_updates.follow(session)) as stream:
        await _told(stream)
    await asyncio.sleep(0)
    before = counting.read_count
    await shop.asks()
    await shop.speaks()
    assert counting.read_count <= before + 1  # the look that was under way
    live_updates.close()


async def test_a_session_that_is_ended_or_expires_ends_its_streams_and_no_others(desk: Desk) -> None:
    rina, staff, shop = await desk.signed_in(), await desk.signed_in(STAFF), desk.shop
    async with served(desk.app) as url, listening(url, rina) as hers, listening(url, staff) as other:
        await hers.hears()
        await other.hears()
        await shop.disk.write(lambda tx: storage_desk.end_sessions_of(tx, RINA, at_ms=shop.clock()))
        while await hers.hears():
            pass
        await shop.says("/daftar", by=5001)
        assert "shop" in await other.hears("shop")
        shop.clock.passes(MAX_SESSION_MS / 1000)
        while await other.hears():
            pass
        for browser in (rina, staff, desk.browser()):
            assert (await browser.get("/desk/events")).status_code == 401


async def test_of_too_many_streams_the_oldest_is_closed_and_told_not_to_come_back(
    shop: Shop, session: str
) -> None:
    live_updates = updates(shop)
    oldest = live_updates.follow(session)
    await _told(oldest)
    others = [live_updates.follow(session) for _ in range(live.MAX_STREAMS_A_SESSION)]
    for stream in others:
        await anext(stream)
    assert [words async for words in oldest] == [CROWDED_OUT]
    live_updates.close()


async def test_all_sessions_together_have_a_bound(shop: Shop) -> None:
    live_updates = updates(shop)
    streams = [live_updates.follow(str(number)) for number in range(live.MAX_STREAMS + 1)]
    for stream in streams:
        await anext(stream)
    assert [words async for words in streams[0]] == [CROWDED_OUT]
    late = live_updates.follow("late")
    live_updates.close()
    assert [words async for words in late] == []


async def test_a_stream_on_which_nothing_happens_is_kept_open_by_comments(shop: Shop, session: str) -> None:
    live_updates = updates(shop, look_every_s=0, heartbeat_every_s=0)
    async with aclosing(live_updates.follow(session)) as stream:
        await _told(stream)
        assert await anext(stream) == HEARTBEAT
    live_updates.close()


async def test_a_look_that_fails_is_repeated(shop: Shop, database: SqliteDatabase, session: str) -> None:
    class Failing(CountingDatabase):
        async def read_long(self, unit: Unit[T]) -> T:
            self.read_count += 1
            if self.read_count == 1:
                raise StorageError("disk I/O error")
            return await super().read_long(unit)

    live_updates = updates(shop, Failing(database), look_every_s=0)
    async with aclosing(live_updates.follow(session)) as stream:
        assert await _told(stream) == EVERYTHING
    live_updates.close()


async def test_a_stop_closes_the_streams_at_once_and_opens_no_more(desk: Desk) -> None:
    rina = await desk.signed_in()
    async with served(desk.app) as url, listening(url, rina) as page:
        await page.hears()
        desk.app.close()
        while await page.hears():
            pass
        assert (await rina.get("/desk/events")).status_code == 503
        assert (await rina.get("/desk/today")).status_code == 200


async def test_the_program_stops_at_once_while_a_page_listens(
    shop: Shop, database: SqliteDatabase, path: Path
) -> None:
    now_ms = time.time_ns() // 1_000_000
    await shop.disk.write(
        lambda tx: storage_desk.begin_session(
            tx, "a-token", user_id=RINA, sign_in_method="link", device="", at_ms=now_ms
        )
    )
    await database.close()
    async with (
        sandboxed(World(biller_password=PASSWORD)) as box,
        httpx.AsyncClient(trust_env=False) as client,
    ):
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        settings = settings_for(box, path, listen_port=port, desk_url=url)
        async with running(settings):
            request = client.build_request("GET", f"{url}/desk/events", cookies={"desk": "a-token"})
            response = await client.send(request, stream=True)
            assert response.status_code == 200
        assert (await response.aread()).startswith(live.RETRY)  # it ended in order, and was not cut off
        await box.world.aclose()


async def test_pages_have_parts_that_are_loaded_again_but_not_a_search_or_an_older_page(desk: Desk) -> None:
    rina = await desk.signed_in()
    for address, expected in PARTS.items():
        page = await rina.get(address)
        parts = re.findall(r'data-live="([a-z ]+)" data-pace="\d+" hx-get="([^"]*)"', page.text)
        assert {path for _, path in parts} == expected
        assert {topic for topics, _ in parts for topic in topics.split()} <= EVERYTHING
        for path in expected:
            part = await rina.get(path)
            assert part.status_code == 200
            assert "<html" not in part.text
            # What is read once for all has nothing of a visitor.
            assert "money" in path or "form_token" not in part.text
    for address in ("/desk/orders?q=0812", "/desk/orders?after=1", "/desk/messages?after=1"):
        assert "data-live" not in (await rina.get(address)).text


async def test_a_part_that_is_the_same_for_all_is_read_once_and_never_old(
    shop: Shop, database: SqliteDatabase
) -> None:
    counting = shop.disk = CountingDatabase(database)
    shop.starts()
    desk = Desk(shop)
    rina, staff = await desk.signed_in(), await desk.signed_in(STAFF)
    before = counting.read_count
    parts = await asyncio.gather(*(browser.get("/desk/decisions/live") for browser in [rina, staff] * 10))
    assert len({part.text for part in parts}) == 1
    assert counting.read_count == before + 1
    async with served(desk.app) as url, listening(url, rina) as page:
        await page.hears()
        shop.biller.cuts()
        order = await shop.asks()
        await shop.posts()
        while order.trxid not in (await rina.get("/desk/decisions/live")).text:
            assert "orders" in await page.hears("orders")
        desk.app.close()


async def test_a_part_that_could_not_be_read_is_read_again(shop: Shop) -> None:
    live_updates = updates(shop)
    made: list[str] = []

    async def make() -> bytes:
        made.append("")
        if len(made) == 1:
            raise StorageError("disk I/O error")
        return b"a part"

    with pytest.raises(StorageError):
        await live_updates.shared(("part", "id"), make)
    assert await live_updates.shared(("part", "id"), make) == b"a part"
    assert await live_updates.shared(("part", "id"), make) == b"a part"
    assert len(made) == 2
