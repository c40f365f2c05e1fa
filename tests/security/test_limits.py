"""Nobody can take more than their share: of places, of time, of the disk, or of the messages we may send."""

import asyncio
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from msgspec.structs import replace
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.actors import Standing
from bot.features.people.membership import STRANGER_PAUSE_MS
from bot.web.app import MAX_UPDATE_BYTES, WebApp
from bot.web.server import MAX_HEAD_BYTES, MAX_WAITING, MAX_WAITING_AN_ADDRESS, serve, surplus
from storage import balances, inbox
from storage.balances import MAX_QUARANTINED_REVERSALS
from storage.database import SqliteDatabase
from storage.inbox import MAX_FAILED_UPDATES
from storage.transaction import Tx
from tests.acceptance.shop import free_port
from tests.integration.conftest import DEWI, GROUP, RINA, STRANGER, Shop
from tests.integration.test_web import HEADER, OPEN, SECRET, WEBHOOK, Inside

REQUEST_TIMEOUT_S = 0.3
"""For the server under test; the real one waits ten seconds."""

SOON_S = 10.0
NEEDED_FILES = 4096
CALL = b"GET /nowhere HTTP/1.1\r\nHost: loket.test\r\n\r\n"
LAST_CALL = CALL.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
ORDER_CALL = (
    f"POST /telegram HTTP/1.1\r\nHost: x\r\n{HEADER}: {WEBHOOK}\r\nContent-Length: 16\r\n"
    'Connection: close\r\n\r\n{"update_id": 1}'
).encode()
REPORT_CALL = f"GET /reversal/{SECRET}?status=0 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
OK = b"HTTP/1.1 200 OK"
NOT_FOUND, UNAVAILABLE = b"HTTP/1.1 404 Not Found", b"HTTP/1.1 503 Service Unavailable"


@asynccontextmanager
async def served(
    inside: Inside, request_timeout_s: float = REQUEST_TIMEOUT_S, *, desk: ASGIApp | None = None
) -> AsyncIterator[int]:
    """Serve the real application on a free port."""
    port = free_port()
    async with serve(
        WebApp(replace(inside.handlers(), desk=desk), OPEN),
        host="127.0.0.1",
        port=port,
        request_timeout_s=request_timeout_s,
        reading_timeout_s=request_timeout_s,
    ):
        yield port


@pytest.fixture
def many_files() -> Iterator[None]:
    """Let this process hold both ends of a thousand connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < NEEDED_FILES:
        pytest.skip(f"a process may hold only {hard} files here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, NEEDED_FILES), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def dribble(writer: asyncio.StreamWriter, drop: bytes) -> None:
    with suppress(ConnectionError):
        while drop:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(REQUEST_TIMEOUT_S / 10)


async def dribble_until_cut_off(port: int, opening: bytes, drop: bytes) -> None:
    """Say something, then dribble; raise TimeoutError if the server bears with it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(opening)
    dribbling = asyncio.create_task(dribble(writer, drop))
    try:
        async with asyncio.timeout(SOON_S):
            with suppress(ConnectionError):
                while await reader.read(1000):
                    pass
    finally:
        dribbling.cancel()
        writer.close()


@asynccontextmanager
async def held(
    port: int, opening: bytes, count: int
) -> AsyncIterator[list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]:
    """Open connections that say something and then nothing more."""
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    for _, writer in connections:
        writer.write(opening)
    yield connections
    for _, writer in connections:
        writer.transport.abort()


async def status_of(port: int, call: bytes = LAST_CALL) -> bytes:
    """Ask once, and return the first line of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(call)
        async with asyncio.timeout(SOON_S):
            return (await reader.readline()).strip()
    finally:
        writer.close()


class TestPlaces:
    @pytest.mark.parametrize(
        ("opening", "drop"),
        [
            (b"", b""),
            (CALL[:-2], b""),
            (b"G", b"E"),
            (CALL[:-2], b"X: y\r\n"),
            (b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n", b"x"),
            (b"POST /nowhere HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
            (CALL + CALL + CALL[:-2], b"X: y\r\n"),
        ],
        ids=["nothing", "half a head", "letters", "headers", "a body", "chunks", "a third call's headers"],
    )
    async def test_who_dribbles_is_cut_off(self, opening: bytes, drop: bytes) -> None:
        async with served(Inside()) as port:
            await dribble_until_cut_off(port, opening, drop)

    async def test_who_never_reads_a_long_answer_is_cut_off(self) -> None:
        """The answer must not stay in memory for as long as the caller likes; orders go on meanwhile."""
        ended = asyncio.Event()

        async def send_for_ever(_scope: Scope, _receive: Receive, send: Send) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for _ in range(1000):
                await send({"type": "http.response.body", "body": bytes(65_536), "more_body": True})
            ended.set()

        inside = Inside()
        async with served(inside, desk=send_for_ever) as port:
            _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1000)
            writer.write(b"GET /desk HTTP/1.1\r\nHost: x\r\n\r\n")
            assert await status_of(port, ORDER_CALL) == OK
            async with asyncio.timeout(SOON_S):
                await ended.wait()
            writer.transport.abort()

    async def test_who_asks_now_and_then_keeps_the_connection(self) -> None:
        async with served(Inside()) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for _ in range(4):
                writer.write(CALL[:20])
                await asyncio.sleep(REQUEST_TIMEOUT_S / 2)
                writer.write(CALL[20:])
                assert (await reader.readuntil(b"\r\n\r\nNot Found")).startswith(NOT_FOUND)
            writer.close()

    async def test_a_head_without_end_is_refused_at_its_limit(self) -> None:
        async with served(Inside(), request_timeout_s=SOON_S) as port:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(CALL[:-2])
            sent, line = 0, b"X: " + b"y" * 10_000 + b"\r\n"
            with suppress(ConnectionError):
                while sent < 500 * MAX_HEAD_BYTES:
                    writer.write(line)
                    await writer.drain()
                    sent += len(line)
            writer.close()
        # What is beyond the limit lay in the buffers of two sockets.
        assert sent < 500 * MAX_HEAD_BYTES

    @pytest.mark.usefixtures("many_files")
    @pytest.mark.parametrize(
        "opening",
        [
            b"",
            b"G",
            CALL[:-2],
            b"POST /telegram HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
            CALL,
        ],
        ids=["nothing", "a letter", "half a head", "half a body", "a call, and then nothing"],
    )
    @pytest.mark.parametrize("count", [600, 1000])
    async def test_slow_callers_keep_out_neither_an_order_nor_a_report(
        self, opening: bytes, count: int
    ) -> None:
        inside = Inside()
        async with served(inside, request_timeout_s=3 * SOON_S) as port, held(port, opening, count):
            assert await status_of(port, ORDER_CALL) == OK
            assert await status_of(port, REPORT_CALL) == OK
        assert (len(inside.updates), len(inside.reports)) == (1, 1)

    @pytest.mark.usefixtures("many_files")
    async def test_while_slow_callers_come_again_and_again_orders_and_reports_are_taken_in(self) -> None:
        inside = Inside()
        async with served(inside, request_timeout_s=3 * SOON_S) as port:
            for _ in range(4):
                async with held(port, CALL[:-2], 300):
                    assert await status_of(port, ORDER_CALL) == OK
                    assert await status_of(port, REPORT_CALL) == OK
        assert (len(inside.updates), len(inside.reports)) == (4, 4)

    @pytest.mark.usefixtures("many_files")
    async def test_the_oldest_who_ask_for_nothing_lose_their_places_and_there_is_room_for_all(self) -> None:
        async with served(Inside(), request_timeout_s=3 * SOON_S) as port, held(port, b"", 600) as slow:
            closed = [reader.read() for reader, _ in slow[:-MAX_WAITING_AN_ADDRESS]]
            async with asyncio.timeout(SOON_S):
                await asyncio.gather(*closed, return_exceptions=True)
            assert await status_of(port) == NOT_FOUND
            assert not any(reader.at_eof() for reader, _ in slow[-MAX_WAITING_AN_ADDRESS + 1 :])

    @pytest.mark.parametrize(
        ("addresses", "closed"),
        [
            (["a"] * 100 + ["b"] * 100, []),
            (["a"] * 103 + ["b"], [0, 1, 2]),
            (["b", *["a"] * 101, "b"], [1]),
            (["a"] * 90 + ["b"] * 80 + ["c"] * 83, [0, 1, 2]),
            ([str(number) for number in range(252)], None),
        ],
        ids=["within the limits", "one address", "only its own", "the busiest", "many addresses"],
    )
    def test_of_too_many_the_oldest_of_the_busiest_addresses_are_closed(
        self, addresses: list[str], closed: list[int] | None
    ) -> None:
        found = surplus(addresses)
        assert len(addresses) - len(found) <= MAX_WAITING
        assert closed is None or found == closed

    @pytest.mark.usefixtures("many_files")
    async def test_of_a_thousand_calls_at_once_each_is_answered(self) -> None:
        async with served(Inside(), request_timeout_s=SOON_S) as port:
            answers = await asyncio.gather(*(status_of(port) for _ in range(1000)))
            assert set(answers) <= {NOT_FOUND, UNAVAILABLE}
            assert await status_of(port) == NOT_FOUND

    @pytest.mark.parametrize("is_chunked", [True, False], ids=["chunks", "length"])
    async def test_a_webhooks_body_is_read_to_its_limit_and_no_further(self, *, is_chunked: bool) -> None:
        inside, part = Inside(), b"x" * 50_000
        length = "Transfer-Encoding: chunked" if is_chunked else "Content-Length: 999999999"
        head = f"POST /telegram HTTP/1.1\r\nHost: x\r\n{HEADER}: {WEBHOOK}\r\n{length}\r\n\r\n"
        async with served(inside, request_timeout_s=SOON_S) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head.encode())
            for _ in range(MAX_UPDATE_BYTES // len(part) + 2):
                writer.write(b"%x\r\n%b\r\n" % (len(part), part) if is_chunked else part)
                await writer.drain()
            async with asyncio.timeout(SOON_S):
                assert (await reader.readuntil(b"Not Found\r\n")).startswith(NOT_FOUND)
            writer.close()
        assert inside.updates == []


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Shop]:
    """The agents of one Loket on a real file."""
    path = tmp_path / "data" / "loket.db"
    database = SqliteDatabase(path)
    await database.open()
    yield Shop(database, path)
    await database.close()


def count(counter: Shop, table: str) -> int:
    return int(counter.rows(f"SELECT count(*) AS count FROM {table}")[0]["count"])  # noqa: S608 - a name of ours


class TestStrangers:
    FLOOD = 300

    @pytest.mark.parametrize("chat", [None, GROUP], ids=["private", "group"])
    @pytest.mark.parametrize("text", ["s5.081234567890", "/daftar", "/start"])
    async def test_a_flood_of_theirs_makes_one_answer_a_minute(
        self, counter: Shop, text: str, chat: int | None
    ) -> None:
        for _ in range(self.FLOOD):
            await counter.says(text, by=STRANGER, chat=chat)
            counter.clock.passes(1)
            await counter.speaks()
        minutes = self.FLOOD * 1000 // STRANGER_PAUSE_MS
        answers = counter.messages(chat or STRANGER)
        assert minutes <= len(answers) <= minutes + 1 + int(text != "s5.081234567890")
        assert count(counter, "people_events") <= 1
        assert len(counter.messages(RINA)) <= 1

    @pytest.mark.parametrize("text", ["s5.081234567890", "/daftar"])
    async def test_while_we_cannot_speak_one_answer_waits(self, counter: Shop, text: str) -> None:
        for _ in range(self.FLOOD):
            await counter.says(text, by=STRANGER)
            counter.clock.passes(STRANGER_PAUSE_MS / 1000)
        assert len(counter.messages(STRANGER)) == 1

    async def test_those_sent_away_and_frozen_ones_are_strangers_too(self, counter: Shop) -> None:
        await counter.hires(STRANGER)
        await counter.says(f"/bekukan {STRANGER}", by=RINA)
        await counter.speaks()
        for _ in range(self.FLOOD):
            await counter.says("/daftar", by=STRANGER)
            await counter.speaks()
        assert counter.kinds(STRANGER) == ["JoinAnswer"] * 2
        assert counter.rows("SELECT standing FROM people") == [{"standing": Standing.FROZEN}]


class TestTheDisk:
    async def test_reports_in_quarantine_are_capped_and_the_latest_stay(self, counter: Shop) -> None:
        def flood(tx: Tx) -> None:
            for number in range(MAX_QUARANTINED_REVERSALS + 500):
                balances.quarantine(tx, at_ms=number, remote="198.51.100.9", why="no", query="x")

        await counter.disk.write(flood)
        kept = counter.rows("SELECT count(*) AS count, min(at_ms) AS oldest FROM quarantined_reversals")
        assert kept == [{"count": MAX_QUARANTINED_REVERSALS, "oldest": 500}]

    async def test_updates_set_aside_are_capped_and_the_latest_stay(self, counter: Shop) -> None:
        def flood(tx: Tx) -> None:
            for number in range(MAX_FAILED_UPDATES + 200):
                inbox.store_failed_update(tx, -number, body="{}", fault="KeyError", at_ms=number)

        await counter.disk.write(flood)
        kept = counter.rows("SELECT count(*) AS count, min(at_ms) AS oldest FROM failed_updates")
        assert MAX_FAILED_UPDATES <= kept[0]["count"] <= MAX_FAILED_UPDATES + 1
        assert kept[0]["oldest"] >= 199

    async def test_a_flood_of_garbage_wakes_each_admin_once_and_keeps_little(self, counter: Shop) -> None:
        for number in range(300):
            await counter.reversals.receive(b"\xff" * 60_000 + b"%d" % number, remote="198.51.100.9")
        assert [len(counter.messages(admin)) for admin in (RINA, DEWI)] == [1, 1]
        assert counter.rows("SELECT max(length(query)) AS longest FROM quarantined_reversals") == [
            {"longest": 2000}
        ]
        assert count(counter, "quarantined_reversals") == 300
