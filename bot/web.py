"""The one web server: Telegram's webhook, the biller's reversals, and the operator's look at health.

Whatever is not exactly right gets the same 404, so that nobody can feel their way to a secret.
"""

import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.flow.reversals import Verdict
from bot.settings import Network
from storage.errors import StorageError

MAX_UPDATE_BYTES = 1_000_000
"""The largest update Telegram sends is far below this."""

ANY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
"""Routes take every method and refuse by 404: a 405 would tell that the path is right."""

Raw = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """What the server hands its requests to; both raise StorageError if nothing was kept."""

    take_update: Callable[[Raw], Awaitable[None]]
    hear_reversal: Callable[[bytes, str], Awaitable[Verdict]]
    readiness: Callable[[], Awaitable[dict[str, bool]]]
    metrics: Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Who may come in; `webhook_secret` is None while polling."""

    reversal_secret: str = field(repr=False)
    webhook_secret: str | None = field(repr=False)
    reversal_allowed: tuple[Network, ...]
    trusted_proxies: tuple[Network, ...]


def build(handlers: Handlers, gate: Gate) -> Starlette:
    """Give the ASGI application."""

    async def telegram(request: Request) -> Response:
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if request.method != "POST" or not gate.webhook_secret or not _same(given, gate.webhook_secret):
            return _not_found()
        update = await _read_update(request)
        if update is None:
            return _not_found()
        try:
            await handlers.take_update(update)
        except StorageError:
            return _try_again()
        return PlainTextResponse("OK")

    async def reversal(request: Request) -> Response:
        remote = remote_address(request, gate.trusted_proxies)
        is_right = _same(request.path_params["secret"], gate.reversal_secret)
        if request.method != "GET" or not is_right or not _is_allowed(remote, gate.reversal_allowed):
            return _not_found()
        try:
            verdict = await handlers.hear_reversal(request.scope["query_string"], str(remote))
        except StorageError:
            return _try_again()
        return PlainTextResponse("OK") if verdict is Verdict.STORED else _not_found()

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("OK")

    async def readyz(_: Request) -> Response:
        parts = await handlers.readiness()
        return JSONResponse(parts, status_code=200 if all(parts.values()) else 503)

    async def metrics(_: Request) -> Response:
        return Response(await handlers.metrics(), media_type="text/plain; version=0.0.4")

    async def stranger(_: Request, __: Exception) -> Response:
        return _not_found()

    async def surprise(_: Request, __: Exception) -> Response:
        return _try_again()

    app = Starlette(
        routes=[
            Route("/telegram", telegram, methods=ANY_METHOD),
            Route("/reversal/{secret:path}", reversal, methods=ANY_METHOD),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
        ],
        exception_handlers={404: stranger, 405: stranger, 500: surprise},
    )
    # A redirect from /telegram/ would tell that /telegram is there.
    app.router.redirect_slashes = False
    return app


def remote_address(request: Request, trusted: tuple[Network, ...]) -> IPv4Address | IPv6Address | None:
    """Give who really calls: the rightmost forwarded address that is no trusted proxy of ours."""
    peer = _address(request.client.host if request.client else "")
    hops = ",".join(request.headers.getlist("X-Forwarded-For")).split(",")
    while peer is not None and hops and _is_in(peer, trusted):
        hop = hops.pop().strip()
        if not hop:
            break
        peer = _address(hop)
    return peer


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        # A zone (`fe80::1%eth0`) is any text at all, and no part of who calls.
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _is_in(address: IPv4Address | IPv6Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks if network.version == address.version)


def _is_allowed(address: IPv4Address | IPv6Address | None, allowed: tuple[Network, ...]) -> bool:
    return not allowed or (address is not None and _is_in(address, allowed))


def _same(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), secret.encode())


async def _read_update(request: Request) -> Raw | None:
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > MAX_UPDATE_BYTES:
                return None
        update = json.loads(body)
    except (ClientDisconnect, ValueError, RecursionError):
        return None
    return update if isinstance(update, dict) else None


def _not_found() -> Response:
    return PlainTextResponse("Not Found", status_code=404)


def _try_again() -> Response:
    return PlainTextResponse("Try again", status_code=503, headers={"Retry-After": "5"})
