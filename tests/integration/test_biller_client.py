"""What a `trx` call came to, by what happened on a real socket: never GAGAL without the biller's word."""

import asyncio
import base64
import gzip
import json
import logging
import socket

import pytest

from bot.biller.client import ANSWER_MAX_BYTES
from bot.orders.events import Accepted, NotSent, Refused, Unclear
from bot.orders.model import FailureCause
from tests.integration.fakes import eventually
from tests.integration.one_purchase import NO, ORDER, PASSWORD, SIGN, TIMEOUT_S, TRXID, YES, client_of
from tests.integration.raw_biller import (
    Behaviour,
    Wire,
    answering,
    as_json,
    close_before_reading,
    close_while_reading,
    hang_after_reading,
    hang_before_reading,
    http,
    reset_after_reading,
    reset_before_reading,
    reset_while_reading,
    serving,
)


async def reset_inside_the_body(wire: Wire) -> None:
    await wire.read()
    await wire.say(http(as_json(NO))[:-20])
    wire.reset()


async def hang_inside_the_body(wire: Wire) -> None:
    await wire.read()
    await wire.say(http(as_json(NO))[:-1])
    await wire.hang()


async def a_byte_every_100_ms(wire: Wire) -> None:
    await wire.read()
    for byte in http(as_json(YES)):
        await wire.say(bytes([byte]))
        await asyncio.sleep(0.1)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
BARE_HTTP_1_0 = b"HTTP/1.0 200 OK\r\n\r\n"
MOVED = "Location: /service/in/json"

UNCLEAR: dict[str, Behaviour] = {
    "close before reading": close_before_reading,
    "reset before reading": reset_before_reading,
    "close while reading": close_while_reading,
    "reset while reading": reset_while_reading,
    "close after reading": answering(),
    "reset after reading": reset_after_reading,
    "reset inside the body": reset_inside_the_body,
    "hang before reading": hang_before_reading,
    "hang after reading": hang_after_reading,
    "hang inside the body": hang_inside_the_body,
    "partial status line": answering(b"HTTP/1.1 20"),
    "partial headers": answering(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "partial chunk": answering(CHUNKED + b"ff\r\n" + as_json(NO)[:40]),
    "chunks without an end": answering(
        CHUNKED + f"{len(as_json(NO)):x}\r\n".encode() + as_json(NO) + b"\r\n"
    ),
    "garbage chunk length": answering(CHUNKED + b"zz\r\n" + as_json(NO)),
    "partial body": answering(http(as_json(NO), length=900)),
    "HTTP/1.0 body cut short": answering(BARE_HTTP_1_0 + as_json(NO)[:-1]),
    "HTTP/1.0 with no body": answering(BARE_HTTP_1_0),
    "a byte every 100 ms": a_byte_every_100_ms,
    "garbage status line": answering(b"\x16\x03\x01\x00 what is this\r\n\r\n"),
    "HTTP/2 preface": answering(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "200 kB header": answering(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200_000 + b"\r\n\r\n" + as_json(NO)),
    "corrupt gzip": answering(http(gzip.compress(as_json(NO))[:-9] + b"?", "Content-Encoding: gzip")),
    "sound gzip, never asked for": answering(http(gzip.compress(as_json(NO)), "Content-Encoding: gzip")),
    "gzip by name only": answering(http(as_json(NO), "Content-Encoding: gzip")),
    "too long an answer": answering(http(as_json(NO) + b" " * ANSWER_MAX_BYTES)),
    "301": answering(http(as_json(NO), MOVED, status="301 Moved Permanently")),
    "302": answering(http(as_json(NO), MOVED, status="302 Found")),
    "307": answering(http(as_json(NO), MOVED, status="307 Temporary Redirect")),
    "308": answering(http(as_json(NO), MOVED, status="308 Permanent Redirect")),
    "101": answering(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
    "204": answering(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"),
    "400": answering(http(as_json(NO), status="400 Bad Request")),
    "401": answering(http(as_json(NO), 'WWW-Authenticate: Basic realm="x"', status="401 Unauthorized")),
    "403": answering(http(as_json(NO), status="403 Forbidden")),
    "408": answering(http(b"", status="408 Request Timeout")),
    "429": answering(http(as_json(NO), "Retry-After: 0", status="429 Too Many Requests")),
    "500": answering(http(as_json(NO), status="500 Internal Server Error")),
    "502": answering(http(b"<html>Bad Gateway</html>", status="502 Bad Gateway")),
    "503": answering(http(b"", "Retry-After: 0", status="503 Service Unavailable")),
    "504": answering(http(b"", status="504 Gateway Timeout")),
    "HTML with 200": answering(http(b"<html>GAGAL</html>", "Content-Type: text/html")),
    "empty 200": answering(http(b"")),
    "a JSON list": answering(http(as_json([NO]))),
    "a JSON string": answering(http(as_json("GAGAL"))),
    "JSON null": answering(http(b"null")),
    "another's tujuan": answering(http(as_json(NO | {"tujuan": "081234567891"}))),
    "another's kodeproduk": answering(http(as_json(NO | {"kodeproduk": "s10"}))),
    "another's user": answering(http(as_json(NO | {"user": "other"}))),
}


@pytest.mark.parametrize("behave", UNCLEAR.values(), ids=UNCLEAR.keys())
async def test_whatever_is_no_clear_answer_is_unclear_and_posted_once(behave: Behaviour) -> None:
    """Each of these may follow a purchase that was made: GAGAL or a second post would cost money."""
    async with serving(behave) as server, client_of(server.url, timeout_s=TIMEOUT_S) as client:
        outcome = await client.buy(ORDER)

        assert isinstance(outcome, Unclear)
        assert server.connections == 1
        assert len(server.requests) <= 1


BOUGHT = Accepted(cost_idr=5000, balance_idr=1356424, biller_ref="21160325359742")

CLEAR: dict[str, tuple[Behaviour, Accepted | Refused]] = {
    "accepted": (answering(http(as_json(YES))), BOUGHT),
    "accepted, chunked": (
        answering(CHUNKED, f"{len(as_json(YES)):x}\r\n".encode(), as_json(YES), b"\r\n0\r\n\r\n"),
        BOUGHT,
    ),
    "accepted, after 100 Continue": (answering(b"HTTP/1.1 100 Continue\r\n\r\n", http(as_json(YES))), BOUGHT),
    "accepted, by HTTP/1.0": (answering(BARE_HTTP_1_0 + as_json(YES)), BOUGHT),
    "refused": (
        answering(http(as_json(NO), "Content-Encoding: identity", "Content-Type: text/html")),
        Refused(
            reason="Produk tidak Aktif",
            failure_cause=FailureCause.PRODUCT_INACTIVE,
            biller_ref="21160325359742",
            raw="Transaksi s5.081234567890 GAGAL Produk tidak Aktif",
        ),
    ),
}


@pytest.mark.parametrize(("behave", "expected"), CLEAR.values(), ids=CLEAR.keys())
async def test_a_clear_answer_is_read(behave: Behaviour, expected: Accepted | Refused) -> None:
    async with serving(behave) as server, client_of(server.url) as client:
        assert await client.buy(ORDER) == expected
        assert len(server.requests) == 1


async def test_a_refused_connection_is_surely_not_sent() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, never listening
        async with client_of(f"http://127.0.0.1:{closed.getsockname()[1]}") as client:
            assert await client.buy(ORDER) == NotSent(why="ConnectError")


async def test_a_stalled_tls_handshake_is_surely_not_sent() -> None:
    async with (
        serving(hang_before_reading) as server,
        client_of(server.url.replace("http:", "https:"), timeout_s=TIMEOUT_S) as client,
    ):
        assert await client.buy(ORDER) == NotSent(why="ConnectTimeout")
        await eventually(lambda: server.connections == 1)


async def test_a_broken_tls_handshake_is_surely_not_sent() -> None:
    async def garbage(wire: Wire) -> None:
        await wire.reader.readexactly(1)
        await wire.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with serving(garbage) as server, client_of(server.url.replace("http:", "https:")) as client:
        assert await client.buy(ORDER) == NotSent(why="ConnectError")
        assert server.connections == 1


async def test_a_cancelled_call_is_cancelled_and_was_posted_once() -> None:
    """The caller records it as unclear: a swallowed cancellation would hang the shutdown."""
    async with serving(hang_after_reading) as server, client_of(server.url, timeout_s=5) as client:
        call = asyncio.create_task(client.buy(ORDER))
        await asyncio.wait_for(server.read_one.wait(), timeout=5)
        call.cancel()

        with pytest.raises(asyncio.CancelledError):
            await call
        assert len(server.requests) == 1


async def test_the_request_is_the_sheets_and_leaves_no_connection_open() -> None:
    async with serving(answering(http(as_json(YES)))) as server, client_of(server.url + "/") as client:
        await client.buy(ORDER)
        await client.buy(ORDER)

        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        assert lines[0] == b"post /service/in/json http/1.1"
        assert {b"connection: close", b"accept-encoding: identity", b"content-type: application/json"} <= {
            *lines
        }
        assert json.loads(body) == {
            "user": "demo",
            "sign": SIGN,
            "trxid": TRXID,
            "cmd": "trx",
            "idpel": "081234567890",
            "produk": "s5",
        }
        assert server.connections == 2


async def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with serving(answering(http(as_json(YES)))) as server, client_of(server.url) as client:
        assert isinstance(await client.buy(ORDER), Accepted)


@pytest.mark.parametrize(
    "behave", [answering(http(as_json(YES))), answering(), answering(b"garbage\r\n\r\n")]
)
async def test_no_secret_is_in_a_log_a_result_or_a_repr(
    behave: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    basic = base64.b64encode(b"gate:canary-userinfo").decode()
    async with serving(behave) as server:
        url = server.url.replace("http://", "http://gate:canary-userinfo@")
        async with client_of(url) as client:
            outcome = await client.buy(ORDER)
            shown = f"{outcome!r} {client!r} {client} {caplog.text}"

        assert f"Authorization: Basic {basic}".encode() in server.requests[0]
    for secret in (PASSWORD, SIGN, "canary-userinfo", basic):
        assert secret not in shown
