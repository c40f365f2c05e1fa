"""The web server's routes: Telegram's webhook, the biller's reversals, bank mutations, health and metrics.

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

from bot.deposits.mutations import MutationPost
from bot.features.deposits.receiver import MutationResult
from bot.purchasing.reversals import ReversalResult
from bot.settings import Network
from storage.errors import StorageError

MAX_UPDATE_BYTES = 1_000_000
"""Far above the largest update that Telegram sends, and the largest list of mutations."""

OK = PlainTextResponse("OK")
NOT_FOUND = PlainTextResponse("Not Found", status_code=404)
"""Also for a wrong method: a 405 would reveal that the path is right."""

BAD_REQUEST = PlainTextResponse("Bad Request", status_code=400)
"""Only to a caller who has the secrets: a service shows it to the operator."""

MUTATION_ANSWERS = {
    MutationResult.STORED: OK,
    MutationResult.MALFORMED: BAD_REQUEST,
    MutationResult.STRANGE: NOT_FOUND,
}

TRY_AGAIN = PlainTextResponse("Try again", status_code=503, headers={"Retry-After": "5"})

Raw = dict[str, object]


class WebHandlers(Struct, frozen=True, kw_only=True):
    """The functions behind the routes; `receive_*` raise StorageError if nothing was stored."""

    receive_updates: Callable[[list[Raw]], Awaitable[None]]
    receive_mutations: Callable[[MutationPost], Awaitable[MutationResult]]
    receive_reversal: Callable[[bytes, str], Awaitable[ReversalResult]]
    readiness: Callable[[], Awaitable[dict[str, bool]]]
    metrics: Callable[[], Awaitable[bytes]]


class AccessRules(Struct, frozen=True, kw_only=True):
    """The secrets and networks of allowed requests; `webhook_secret` is None while polling.

    `mutation_secret` is None if no service reports bank mutations.
    """

    reversal_secret: str
    webhook_secret: str | None
    reversal_allowed: tuple[Network, ...]
    trusted_proxies: tuple[Network, ...]
    mutation_secret: str | None = None

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
            return NOT_FOUND
        update = await _read_update(request)
        if update is None:
            return NOT_FOUND
        await handlers.receive_updates([update])
        return OK

    async def reversal(request: Request) -> Response:
        remote = remote_address(request, access.trusted_proxies)
        has_secret = _is_same(request.path_params["secret"], access.reversal_secret)
        # Starlette accepts HEAD wherever it accepts GET.
        if request.method != "GET" or not has_secret or not _is_allowed(remote, access.reversal_allowed):
            return NOT_FOUND
        result = await handlers.receive_reversal(request.scope["query_string"], str(remote))
        return OK if result is ReversalResult.STORED else NOT_FOUND

    async def mutations(request: Request) -> Response:
        secret = access.mutation_secret
        if not secret or not _is_same(request.path_params["secret"], secret):
            return NOT_FOUND
        post = await _read_mutation_post(request)
        return MUTATION_ANSWERS[await handlers.receive_mutations(post)] if post else NOT_FOUND

    async def not_found(_: Request, __: Exception) -> Response:
        return NOT_FOUND

    async def try_again(_: Request, __: Exception) -> Response:
        return TRY_AGAIN

    app = Starlette(
        routes=[
            Route("/telegram", telegram, methods=["POST"]),
            Route("/reversal/{secret:path}", reversal),
            Route("/mutations/{secret:path}", mutations, methods=["POST"]),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
        ],
        exception_handlers={404: not_found, 405: not_found, StorageError: try_again, 500: try_again},
    )
    # A redirect from /healthz/ would reveal that /healthz exists.
    app.router.redirect_slashes = False
    return app


def remote_address(request: Request, trusted: tuple[Network, ...]) -> IPv4Address | IPv6Address | None:
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
def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        # A zone (`fe80::1%eth0`) may be any text, and does not identify the caller.
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _is_in(address: IPv4Address | IPv6Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks if network.version == address.version)


def _is_allowed(address: IPv4Address | IPv6Address | None, allowed: tuple[Network, ...]) -> bool:
    return not allowed or (address is not None and _is_in(address, allowed))


def _is_same(received: str, secret: str) -> bool:
    return hmac.compare_digest(received.encode("utf-8", "surrogateescape"), secret.encode())


async def _read_mutation_post(request: Request) -> MutationPost | None:
    body = await _read_body(request)
    if body is None:
        return None
    return MutationPost(
        body=body,
        moota_signature=request.headers.get("Signature"),
        mutasibank_signature=request.headers.get("X-Mutasibank-Signature"),
        mutasibank_timestamp=request.headers.get("X-Mutasibank-Timestamp"),
    )


async def _read_update(request: Request) -> Raw | None:
    body = await _read_body(request)
    try:
        update = json.loads(body or b"")
    except (ValueError, RecursionError):
        return None
    return update if isinstance(update, dict) else None


async def _read_body(request: Request) -> bytes | None:
    """Return the body of a request; None if it is too long, or its caller disconnected."""
    body, has_more = bytearray(), True
    while has_more:
        part = await request.receive()
        if part["type"] != "http.request":
            return None  # the caller disconnected
        body += part.get("body", b"")
        has_more = part.get("more_body", False)
        if len(body) > MAX_UPDATE_BYTES:
            return None
    return bytes(body)
