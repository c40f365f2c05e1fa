"""The web server's routes: Telegram's webhook, the biller's reversals, health and metrics.

Every wrong request gets the same 404, so that a caller cannot guess a secret step by step.
"""

import hmac
import json
from collections.abc import Awaitable, Callable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from msgspec import Struct
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.notices.alarms import RefusalCause
from bot.purchasing.reversals import ReversalResult
from bot.settings import Network
from storage.errors import StorageError

MAX_UPDATE_BYTES = 1_000_000
"""Far above the largest update that Telegram sends."""

OK = PlainTextResponse("OK")
NOT_FOUND = PlainTextResponse("Not Found", status_code=404)
"""Also for a wrong method: a 405 would reveal that the path is right."""

TRY_AGAIN = PlainTextResponse("Try again", status_code=503, headers={"Retry-After": "5"})

Raw = dict[str, object]
Address = IPv4Address | IPv6Address

MAX_PATH_PARTS = 8
"""Of a wrong path, searched for the secret."""

WEBHOOK, REVERSAL = "webhook", "reversal"
"""The routes whose refused requests are counted."""

SECRET, BODY = "secret", "body"
"""Why requests are refused, besides the causes about which the admins are alerted."""


class WebHandlers(Struct, frozen=True, kw_only=True):
    """The functions behind the routes; `receive_*` raise StorageError if nothing was stored.

    `count_refused` takes the route and the reason of a request that gets a 404, `refuse_reversal` the address
    of one that had the right secret.
    """

    receive_updates: Callable[[list[Raw]], Awaitable[None]]
    receive_reversal: Callable[[bytes, str], Awaitable[ReversalResult]]
    refuse_reversal: Callable[[RefusalCause, str], None]
    count_refused: Callable[[str, str], None]
    readiness: Callable[[], Awaitable[dict[str, bool]]]
    metrics: Callable[[], Awaitable[bytes]]


class AccessRules(Struct, frozen=True, kw_only=True):
    """The secrets and networks of allowed requests; `webhook_secret` is None while polling."""

    reversal_secret: str
    webhook_secret: str | None
    reversal_allowed: tuple[Network, ...]
    trusted_proxies: tuple[Network, ...]

    def __repr__(self) -> str:
        """Return a text without the secrets."""
        return "AccessRules(...)"


def build_app(handlers: WebHandlers, access: AccessRules) -> Starlette:
    async def healthz(_: Request) -> Response:
        return OK

    async def readyz(_: Request) -> Response:
        parts = await handlers.readiness()
        return JSONResponse(parts, status_code=200 if all(parts.values()) else 503)

    async def metrics(_: Request) -> Response:
        return Response(await handlers.metrics(), media_type="text/plain; version=0.0.4")

    async def telegram(request: Request) -> Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not access.webhook_secret or not _is_same(secret, access.webhook_secret):
            handlers.count_refused(WEBHOOK, SECRET)
            return NOT_FOUND
        update = await _read_update(request)
        if update is None:
            handlers.count_refused(WEBHOOK, BODY)
            return NOT_FOUND
        await handlers.receive_updates([update])
        return OK

    async def reversal(request: Request) -> Response:
        remote = remote_address(request, access.trusted_proxies)
        if _refuse(request, remote, handlers, access):
            return NOT_FOUND
        result = await handlers.receive_reversal(request.scope["query_string"], str(remote))
        return OK if result is ReversalResult.STORED else NOT_FOUND

    async def not_found(request: Request, _: Exception) -> Response:
        if _has_secret(request, access):
            remote = remote_address(request, access.trusted_proxies)
            _report_refused(RefusalCause.PATH, remote, handlers)
        return NOT_FOUND

    async def wrong_method(request: Request, _: Exception) -> Response:
        if "secret" in request.path_params:
            _refuse(request, remote_address(request, access.trusted_proxies), handlers, access)
        return NOT_FOUND

    async def try_again(_: Request, __: Exception) -> Response:
        return TRY_AGAIN

    app = Starlette(
        routes=[
            Route("/telegram", telegram, methods=["POST"]),
            Route("/reversal/{secret:path}", reversal),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
        ],
        exception_handlers={404: not_found, 405: wrong_method, StorageError: try_again, 500: try_again},
    )
    # A redirect from /healthz/ would reveal that /healthz exists.
    app.router.redirect_slashes = False
    return app


def _refuse(request: Request, remote: Address | None, handlers: WebHandlers, access: AccessRules) -> bool:
    """Return whether a report must not be read; one with the right secret is not refused silently."""
    if not _is_same(request.path_params["secret"], access.reversal_secret):
        if _has_secret(request, access):
            _report_refused(RefusalCause.PATH, remote, handlers)
        else:
            handlers.count_refused(REVERSAL, SECRET)
        return True
    if not _is_allowed(remote, access.reversal_allowed):
        cause = RefusalCause.ADDRESS
    elif request.method != "GET":
        cause = RefusalCause.METHOD
    else:
        return False
    _report_refused(cause, remote, handlers)
    return True


def _has_secret(request: Request, access: AccessRules) -> bool:
    """Return whether a part of the path is the secret: `/reversal/SECRET/` is a URL written down wrongly."""
    path: str = request.scope["path"]
    parts = path.split("/", MAX_PATH_PARTS)
    return any(_is_same(part, access.reversal_secret) for part in parts)


def _report_refused(cause: RefusalCause, remote: Address | None, handlers: WebHandlers) -> None:
    handlers.count_refused(REVERSAL, cause)
    handlers.refuse_reversal(cause, "" if remote is None else str(remote))


def remote_address(request: Request, trusted: tuple[Network, ...]) -> Address | None:
    """Return the caller's address: the nearest in the forwarding chain that is not a trusted proxy."""
    peer = _address(request.client.host if request.client else "")
    hops = ",".join(request.headers.getlist("X-Forwarded-For")).split(",")
    while peer is not None and hops and _is_in(peer, trusted):
        hop = hops.pop().strip()
        if not hop:
            break
        peer = _address(hop)
    return peer


@lru_cache(maxsize=256)  # calls come from few addresses
def _address(text: str) -> Address | None:
    try:
        # A zone (`fe80::1%eth0`) may be any text, and does not identify the caller.
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _is_in(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks if network.version == address.version)


def _is_allowed(address: Address | None, allowed: tuple[Network, ...]) -> bool:
    return not allowed or (address is not None and _is_in(address, allowed))


def _is_same(received: str, secret: str) -> bool:
    return hmac.compare_digest(received.encode("utf-8", "surrogateescape"), secret.encode())


async def _read_update(request: Request) -> Raw | None:
    body, has_more = bytearray(), True
    while has_more:
        part = await request.receive()
        if part["type"] != "http.request":
            return None  # the caller disconnected
        body += part.get("body", b"")
        has_more = part.get("more_body", False)
        if len(body) > MAX_UPDATE_BYTES:
            return None
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return update if isinstance(update, dict) else None
