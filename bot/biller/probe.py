"""Checks that the biller can be reached, step by step, and buys nothing: it never posts."""

import asyncio
import os
import socket
import ssl

import httpx
from msgspec import Struct

from bot.biller.client import HAPPY_EYEBALLS_DELAY_S, TRX_PATH, biller_certificates


class NameUnknown(Struct, frozen=True):
    """The name of the host does not resolve."""


class HostUnreachable(Struct, frozen=True):
    """The host does not accept a connection."""

    why: str


class CertificateRejected(Struct, frozen=True):
    """The certificate is not trusted, has expired, or is that of another host."""

    why: str


class NoTls(Struct, frozen=True):
    """The host accepts a connection, and does not speak TLS over it."""

    why: str


class NoHttp(Struct, frozen=True):
    """The host does not answer in HTTP."""

    why: str


class Answered(Struct, frozen=True):
    """The path answered with this status; `location` is where it redirects to, without the path."""

    status: int
    location: str = ""


ProbeResult = NameUnknown | HostUnreachable | CertificateRejected | NoTls | NoHttp | Answered


async def probe(biller_url: str, *, timeout_s: float) -> ProbeResult:
    """Resolve, connect, shake hands and look at the path of purchases; each step has `timeout_s`."""
    url = httpx.URL(f"{biller_url}{TRX_PATH}")
    try:
        async with asyncio.timeout(timeout_s):
            await asyncio.get_running_loop().getaddrinfo(url.host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return NameUnknown()
    return await _connect(url, timeout_s) or await _look(url, timeout_s)


async def _connect(url: httpx.URL, timeout_s: float) -> HostUnreachable | CertificateRejected | NoTls | None:
    """Connect and hang up; return what failed."""
    is_tls = url.scheme == "https"
    try:
        async with asyncio.timeout(timeout_s):
            _, writer = await asyncio.open_connection(
                url.host,
                url.port or (443 if is_tls else 80),
                happy_eyeballs_delay=HAPPY_EYEBALLS_DELAY_S,
            )
    except OSError as error:
        return HostUnreachable(why=_reason(error))
    try:
        if is_tls:
            async with asyncio.timeout(timeout_s):
                await writer.start_tls(biller_certificates(), server_hostname=url.host)
    except ssl.SSLCertVerificationError as error:
        return CertificateRejected(why=error.verify_message)
    except OSError as error:
        return NoTls(why=_reason(error))
    finally:
        writer.transport.abort()
    return None


async def _look(url: httpx.URL, timeout_s: float) -> NoHttp | Answered:
    """Send a GET, and OPTIONS after a 404, which may mean that the path only takes POST."""
    client = httpx.AsyncClient(timeout=timeout_s, trust_env=False, verify=biller_certificates())
    try:
        async with asyncio.timeout(timeout_s), client:
            answer = await _request(client, "GET", url)
            return (
                answer if answer.status != httpx.codes.NOT_FOUND else await _request(client, "OPTIONS", url)
            )
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        return NoHttp(why=type(error).__name__)


async def _request(client: httpx.AsyncClient, method: str, url: httpx.URL) -> Answered:
    async with client.stream(method, url) as response:
        location = response.next_request.url if response.next_request else None
        return Answered(response.status_code, f"{location.scheme}://{location.host}" if location else "")


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return os.strerror(error.errno) if error.errno else "every address of the host failed"
