"""The look at the biller before going live names the step that fails, and never orders."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.biller.probe import (
    Answered,
    CertificateRejected,
    HostUnreachable,
    NameUnknown,
    NoHttp,
    NoTls,
    probe,
)
from tests.acceptance.shop import free_port
from tests.listening import listening

AUTHORITY = Path(__file__).resolve().parents[1] / "acceptance" / "unknown_authority.pem"
WITHIN_S = 5.0
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def host(talk: Talk, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Listen on a port of its own; yields `host:port`."""

    async def end_after(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async with listening(end_after, tls=tls) as port:
        yield f"localhost:{port}"


class Speaker:
    """Answers one request a connection with the same bytes, or those for its method; keeps the requests."""

    def __init__(self, answer: bytes) -> None:
        self.requests: list[bytes] = []
        self.answer_to: dict[bytes, bytes] = {}
        self._answer = answer

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.requests.append(await reader.readuntil(b"\r\n\r\n"))
        method = self.requests[-1].partition(b" ")[0]
        writer.write(self.answer_to.get(method, self._answer))
        await writer.drain()


def says(status: str, *headers: str) -> Speaker:
    lines = [f"HTTP/1.1 {status}", "Content-Length: 0", "Connection: close", *headers]
    return Speaker("\r\n".join([*lines, "", ""]).encode())


@pytest.mark.parametrize("url", ["https://biller.invalid", "http://biller.invalid:8080/h2h", "https://..."])
async def test_a_name_that_nobody_has_is_told_as_such(url: str) -> None:
    assert await probe(url, timeout_s=WITHIN_S) == NameUnknown()


async def test_a_port_that_nobody_listens_on_is_told_as_such() -> None:
    result = await probe(f"http://127.0.0.1:{free_port()}", timeout_s=WITHIN_S)
    assert isinstance(result, HostUnreachable)
    assert "refused" in result.why.lower()


@pytest.mark.parametrize("status", [200, 400, 405, 500, 503])
async def test_any_answer_in_http_is_told_with_its_status(status: int) -> None:
    async with host(says(f"{status} Whatever")) as address:
        assert await probe(f"http://{address}", timeout_s=WITHIN_S) == Answered(status)


async def test_a_path_that_is_only_unknown_to_get_is_there() -> None:
    speaker = Speaker(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    async with host(speaker) as address:
        assert await probe(f"http://{address}", timeout_s=WITHIN_S) == Answered(404)
        methods = [request.partition(b" ")[0] for request in speaker.requests]
        assert methods == [b"GET", b"OPTIONS"]
        speaker.answer_to[b"OPTIONS"] = b"HTTP/1.1 204 No Content\r\nAllow: POST\r\n\r\n"
        assert await probe(f"http://{address}", timeout_s=WITHIN_S) == Answered(204)


async def test_it_looks_with_one_get_that_names_no_customer_and_no_account() -> None:
    speaker = says("405 Method Not Allowed")
    async with host(speaker) as address:
        await probe(f"http://{address}/h2h", timeout_s=WITHIN_S)
    (request,) = speaker.requests
    assert request.startswith(b"GET /h2h/service/in/json HTTP/1.1\r\n")
    assert b"user" not in request.lower().replace(b"user-agent", b"")


async def test_a_redirect_is_told_with_where_to_and_not_followed() -> None:
    speaker = says("301 Moved Permanently", "Location: https://h2h.biller.invalid/service/in/json")
    async with host(speaker) as address:
        result = await probe(f"http://{address}", timeout_s=WITHIN_S)
    assert result == Answered(301, "https://h2h.biller.invalid")
    assert len(speaker.requests) == 1


async def test_a_host_that_speaks_something_else_is_told_as_such() -> None:
    async with host(Speaker(b"220 mail.biller ESMTP\r\n")) as address:
        assert isinstance(await probe(f"http://{address}", timeout_s=WITHIN_S), NoHttp)


async def test_a_host_that_says_nothing_is_given_up() -> None:
    async def silence(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()  # until the caller hangs up

    async with host(silence) as address:
        assert isinstance(await probe(f"http://{address}", timeout_s=0.2), NoHttp)
        assert isinstance(await probe(f"https://{address}", timeout_s=0.2), NoTls)


async def test_a_host_without_tls_is_told_as_such() -> None:
    async with host(says("200 OK")) as address:
        assert isinstance(await probe(f"https://{address}", timeout_s=WITHIN_S), NoTls)


async def test_a_certificate_that_nobody_vouches_for_is_told_as_such() -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(AUTHORITY)
    speaker = says("200 OK")
    async with host(speaker, tls=tls) as address:
        result = await probe(f"https://{address}", timeout_s=WITHIN_S)
    assert isinstance(result, CertificateRejected)
    assert speaker.requests == []
