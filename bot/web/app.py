"""The web server's routes: Telegram's webhook, the biller's reversals, bank mutations, health and metrics.

Every wrong request gets the same 404, so that a caller cannot guess a secret step by step.
"""

import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.deposits.mutations import MutationPost
from bot.features.deposits.mutations import MutationResult
from bot.notices.alarms import RefusalCause
from bot.purchasing.reversals import ReversalResult
from bot.settings.values import Network
from storage.errors import StorageError

_log = logging.getLogger(__name__)

REVERSAL_PATH = "/reversal/"
MUTATIONS_PATH = "/mutations/"
DESK_PATH = "/desk"

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
Address = IPv4Address | IPv6Address

MAX_PATH_PARTS = 8
"""Of a wrong path, searched for the secret."""

WEBHOOK, REVERSAL, MUTATIONS = "webhook", "reversal", "mutations"
"""The routes whose refused requests are counted."""

LEADER = "leader"
"""In `/readyz` and of no weight there: a process that does not lead is as ready as the one that does."""

SECRET, BODY = "secret", "body"
"""Why requests are refused, besides the causes about which the admins are alerted."""


class WebHandlers(Struct, frozen=True, kw_only=True):
    """The functions behind the routes; `receive_*` raise StorageError if nothing was stored.

    `count_refused` takes the route and the reason of a request that gets a 404, `refuse_reversal` the address
    of one that had the right secret.
    """

    receive_updates: Callable[[list[Raw]], Awaitable[None]]
    receive_mutations: Callable[[MutationPost], Awaitable[MutationResult]]
    receive_reversal: Callable[[bytes, str], Awaitable[ReversalResult]]
    refuse_reversal: Callable[[RefusalCause, str], None]
    count_refused: Callable[[str, str], None]
    readiness: Callable[[], Awaitable[dict[str, bool]]]
    metrics: Callable[[], Awaitable[bytes]]
    desk: ASGIApp | None = None


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


class WebApp:
    """The ASGI application. The server passes nothing but HTTP requests to it."""

    def __init__(self, handlers: WebHandlers, access: AccessRules) -> None:
        self._handlers = handlers
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk, path = self._handlers.desk, scope["path"]
        if desk and (path == DESK_PATH or path.startswith(f"{DESK_PATH}/")):
            await desk(scope, receive, send)
            return
        try:
            response = await self._respond(Request(scope, receive))
        except StorageError:
            response = TRY_AGAIN
        except Exception:  # noqa: BLE001 - the caller sends it again, whatever our own code failed at
            _log.exception("request failed")
            response = TRY_AGAIN
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        path: str = request.scope["path"]
        if path.startswith(REVERSAL_PATH):
            return await self._reversal(request, path.removeprefix(REVERSAL_PATH))
        if path.startswith(MUTATIONS_PATH):
            return await self._mutations(request, path.removeprefix(MUTATIONS_PATH))
        match path, request.method:
            case "/telegram", "POST":
                return await self._webhook(request)
            case "/healthz", "GET" | "HEAD":
                return OK
            case "/readyz", "GET" | "HEAD":
                parts = await self._handlers.readiness()
                is_ready = all(is_up for part, is_up in parts.items() if part != LEADER)
                return JSONResponse(parts, status_code=200 if is_ready else 503)
            case "/metrics", "GET" | "HEAD":
                return Response(await self._handlers.metrics(), media_type="text/plain; version=0.0.4")
            case _:
                if self._has_secret(request):
                    self._report_refused(
                        RefusalCause.PATH, remote_address(request, self._access.trusted_proxies)
                    )
                return NOT_FOUND

    async def _webhook(self, request: Request) -> Response:
        handlers, secret = self._handlers, self._access.webhook_secret
        received = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not secret or not _is_same(received, secret):
            handlers.count_refused(WEBHOOK, SECRET)
            return NOT_FOUND
        update = await _read_update(request)
        if update is None:
            handlers.count_refused(WEBHOOK, BODY)
            return NOT_FOUND
        await handlers.receive_updates([update])
        return OK

    async def _reversal(self, request: Request, secret: str) -> Response:
        remote = remote_address(request, self._access.trusted_proxies)
        if self._refuse(request, secret, remote):
            return NOT_FOUND
        result = await self._handlers.receive_reversal(request.scope["query_string"], str(remote))
        return OK if result is ReversalResult.STORED else NOT_FOUND

    async def _mutations(self, request: Request, secret: str) -> Response:
        expected = self._access.mutation_secret
        if request.method != "POST" or not expected:
            return NOT_FOUND
        if not _is_same(secret, expected):
            self._handlers.count_refused(MUTATIONS, SECRET)
            return NOT_FOUND
        post = await _read_mutation_post(request)
        result = await self._handlers.receive_mutations(post) if post else MutationResult.STRANGE
        if result is not MutationResult.STORED:
            why = BODY if result is MutationResult.MALFORMED or post is None else SECRET
            self._handlers.count_refused(MUTATIONS, why)
        return MUTATION_ANSWERS[result]

    def _refuse(self, request: Request, secret: str, remote: Address | None) -> bool:
        """Return whether a report must not be read; one with the right secret is not refused silently."""
        if not _is_same(secret, self._access.reversal_secret):
            if self._has_secret(request):
                self._report_refused(RefusalCause.PATH, remote)
            else:
                self._handlers.count_refused(REVERSAL, SECRET)
            return True
        if not _is_allowed(remote, self._access.reversal_allowed):
            cause = RefusalCause.ADDRESS
        elif request.method != "GET":
            cause = RefusalCause.METHOD
        else:
            return False
        self._report_refused(cause, remote)
        return True

    def _has_secret(self, request: Request) -> bool:
        """Return whether a part of the path is the secret, as in `/reversal/SECRET/`: a mistyped URL."""
        path: str = request.scope["path"]
        parts = path.split("/", MAX_PATH_PARTS)
        return any(_is_same(part, self._access.reversal_secret) for part in parts)

    def _report_refused(self, cause: RefusalCause, remote: Address | None) -> None:
        self._handlers.count_refused(REVERSAL, cause)
        self._handlers.refuse_reversal(cause, "" if remote is None else str(remote))


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
