"""Pages are read beside the process of the orders, which never waits for them, whatever becomes of it."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psycopg
import pytest
from starlette.types import Message

from bot.desk.app import FILE_PART_BYTES, send_in_parts
from bot.desk.load_limits import MAX_FILES_SENT, MAX_LONG, MAX_PAGES, MAX_STRANGERS
from bot.desk.page_process import PagesUnavailableError, ProcessPageReader
from bot.orders.model import State
from storage.errors import StorageError
from tests.integration import page_units
from tests.integration.conftest import Shop
from tests.integration.desk import Browser, Desk, InlineReader

T = TypeVar("T")

FILE = "/desk/product-file?form=csv"

PARENT = """
import asyncio, sys
from bot.desk.page_process import ProcessPageReader
from tests.integration import page_units

async def main():
    print(await ProcessPageReader(sys.argv[1]).run(page_units.own_id), flush=True)
    sys.stdin.read()

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.fixture
async def process(shop: Shop) -> AsyncIterator[ProcessPageReader]:
    reader = ProcessPageReader(f"sqlite:///{shop.path}")
    yield reader
    reader.close()


async def has_ended(process_id: int) -> None:
    """Wait until a process has ended that is not our own."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    try:
        descriptor = os.pidfd_open(process_id)
    except ProcessLookupError:
        return
    loop.add_reader(descriptor, ended.set)
    await ended.wait()
    loop.remove_reader(descriptor)
    os.close(descriptor)


async def test_a_page_process_that_was_killed_is_replaced(process: ProcessPageReader, tmp_path: Path) -> None:
    first = await process.run(page_units.own_id)
    assert first != os.getpid()
    os.kill(first, signal.SIGKILL)
    await has_ended(first)
    assert await process.run(page_units.own_id) not in (first, os.getpid())
    assert await process.run(page_units.die_once, tmp_path / "marker") == "answered"


async def test_a_page_of_which_the_process_dies_is_refused_and_the_next_one_is_answered(
    process: ProcessPageReader,
) -> None:
    with pytest.raises(PagesUnavailableError):
        await process.run(page_units.die)
    assert await process.run(page_units.own_id)


async def test_the_page_process_reads_while_orders_go_on_writes_nothing_and_takes_no_lock(
    shop: Shop, process: ProcessPageReader
) -> None:
    with pytest.raises(StorageError, match="readonly"):
        await process.run(page_units.write)
    with pytest.raises(LookupError, match="no such page"):
        await process.run(page_units.fail)
    assert await is_ordered(shop)
    desk = Desk(shop)
    desk.opens(reader=process)
    browser = await desk.signed_in()
    assert (await browser.get("/desk/orders")).status_code == 200
    assert "s5" in browser.page
    assert (await browser.get(FILE)).content.startswith(b"\xef\xbb\xbf")


async def test_the_page_process_reads_from_postgresql_too_also_after_a_lost_connection(
    postgres_url: str,
) -> None:
    with closing(ProcessPageReader(postgres_url)) as process:
        assert await process.run(page_units.count_topups) == 0
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute("INSERT INTO biller_topups (amount_idr, noted_by, at_ms) VALUES (1000, 1, 0)")
            ended = admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'loket'"
            )
            assert ended.rowcount == 1
        assert await process.run(page_units.count_topups) == 1
        with pytest.raises(StorageError, match="read-only"):
            await process.run(page_units.write)


async def test_the_page_process_ends_with_a_parent_that_is_killed(shop: Shop) -> None:
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PARENT, f"sqlite:///{shop.path}"), stdin=PIPE, stdout=PIPE
    )
    assert parent.stdout
    page_process = int(await parent.stdout.readline())
    parent.kill()
    await parent.wait()
    await has_ended(page_process)


class HeldReader(InlineReader):
    """Reads nothing until it is let go; then as the page process would."""

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop.disk)
        self.go, self.begun = asyncio.Event(), 0

    async def run(self, unit: Callable[..., T], *args: Any) -> T:
        self.begun += 1
        await self.go.wait()
        return await super().run(unit, *args)


class Pages:
    """A desk with a reader that is held, and a browser that was signed in before."""

    def __init__(self, desk: Desk, browser: Browser) -> None:
        self.desk, self.browser = desk, browser
        self.reader = HeldReader(desk.shop)
        desk.opens(reader=self.reader)

    def asks(
        self, path: str, count: int, browser: Browser | None = None
    ) -> list[asyncio.Task[httpx.Response]]:
        http = (browser or self.browser).http
        return [asyncio.create_task(http.get(path)) for _ in range(count)]

    async def lets_go(self, tasks: list[asyncio.Task[httpx.Response]]) -> list[int]:
        self.reader.go.set()
        return [response.status_code for response in await asyncio.gather(*tasks)]


@pytest.fixture
async def pages(shop: Shop) -> Pages:
    desk = Desk(shop)
    return Pages(desk, await desk.signed_in())


async def is_ordered(shop: Shop) -> bool:
    order = await shop.asks()
    await shop.posts()
    return (await shop.order(order.trxid)).state is State.PENDING


@pytest.mark.parametrize(("asked", "most"), [("/desk/orders", MAX_PAGES), (FILE, MAX_LONG)])
async def test_one_page_is_read_at_a_time_and_a_bounded_number_wait(
    shop: Shop, pages: Pages, asked: str, most: int
) -> None:
    tasks = pages.asks(asked, most + 1)
    (done,), _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    refused = done.result()
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert refused.headers["Content-Type"].startswith("text/plain")
    assert refused.text == "Meja sedang ramai: tunggu beberapa detik, lalu muat halaman ini lagi."
    assert pages.reader.begun == 1
    assert await is_ordered(shop)
    assert sorted(await pages.lets_go(tasks)) == [200] * most + [503]


async def test_strangers_keep_out_nobody_and_a_file_keeps_no_page_waiting(pages: Pages) -> None:
    strangers = pages.asks("/desk", MAX_STRANGERS + 1, pages.desk.browser())
    (done,), _ = await asyncio.wait(strangers, return_when=asyncio.FIRST_COMPLETED)
    assert done.result().status_code == 503
    tasks = pages.asks(FILE, 1) + pages.asks("/desk/orders", 1)
    assert await pages.lets_go(tasks) == [200, 200]
    assert sorted(await pages.lets_go(strangers)) == [401] * MAX_STRANGERS + [503]


class BrokenReader(InlineReader):
    """Fails as it is told."""

    def __init__(self, shop: Shop, error: Exception) -> None:
        super().__init__(shop.disk)
        self._error = error

    async def run(self, unit: Callable[..., T], *args: Any) -> T:  # noqa: ARG002 - as the protocol
        raise self._error


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (PagesUnavailableError("no memory"), 503, "pesanan tetap jalan"),
        (StorageError("disk I/O error"), 503, "Database belum bisa dipakai"),
        (LookupError("a notice with a file has none"), 500, "Internal error"),
    ],
)
async def test_a_page_that_cannot_be_read_says_so_and_orders_go_on(
    shop: Shop, pages: Pages, error: Exception, status: int, words: str
) -> None:
    pages.desk.opens(reader=BrokenReader(shop, error))
    answer = await pages.browser.get("/desk/orders")
    assert answer.status_code == status
    assert words in answer.text
    assert await is_ordered(shop)


class SlowReader:
    """A client that asks for a file, and takes nothing of it until `reads` is set."""

    def __init__(self, pages: Pages, path: str, *, has_left: bool = False) -> None:
        self.status, self._has_left = 0, has_left
        self.has_begun, self.reads = asyncio.Event(), asyncio.Event()
        path, _, query = path.partition("?")
        cookies = "; ".join(f"{name}={value}" for name, value in pages.browser.http.cookies.items())
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": query.encode(),
            "headers": [(b"cookie", cookies.encode()), (b"host", b"localhost:8080")],
            "client": ("127.0.0.1", 1),
        }
        self.task = asyncio.create_task(pages.desk.app(scope, self._receive, self._take))

    async def _receive(self) -> Message:
        if self._has_left:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return
        self.has_begun.set()
        await self.reads.wait()


async def test_clients_that_never_read_their_files_hold_a_few_files(shop: Shop, pages: Pages) -> None:
    pages.reader.go.set()
    readers = []
    for _ in range(MAX_FILES_SENT):
        readers.append(SlowReader(pages, FILE))
        await readers[-1].has_begun.wait()
    assert {reader.status for reader in readers} == {200}
    assert (await pages.browser.get(FILE)).status_code == 503
    assert (await pages.browser.get("/desk/orders")).status_code == 200
    assert await is_ordered(shop)
    readers[0].reads.set()
    await readers[0].task
    assert (await pages.browser.get(FILE)).status_code == 200
    for reader in readers:
        reader.reads.set()
        await reader.task


async def test_nothing_is_read_for_those_who_left_before_their_turn(pages: Pages) -> None:
    left = SlowReader(pages, "/desk/orders", has_left=True)
    left.reads.set()
    await left.task
    assert (left.status, pages.reader.begun) == (503, 0)


async def test_a_file_leaves_in_parts_and_whole() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    content = bytes(range(256)) * 600
    await send_in_parts(send, {"type": "http.response.body", "body": content})
    assert b"".join(message["body"] for message in sent) == content
    assert max(len(message["body"]) for message in sent) == FILE_PART_BYTES
    assert [message.get("more_body", False) for message in sent] == [True, True, False]
