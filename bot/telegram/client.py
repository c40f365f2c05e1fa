"""The Bot API client: python-telegram-bot's, with raw updates, plain parameters and aiohttp as transport."""

import logging
import os
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from email.utils import parsedate_to_datetime
from typing import Any, cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from pydantic_core import to_json
from telegram import Bot, InputFile
from telegram.error import InvalidToken, NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

_log = logging.getLogger(__name__)

# Makes python-telegram-bot return waits as timedeltas, as its next release does by default.
os.environ.setdefault("PTB_TIMEDELTA", "true")

SEND_TIMEOUT_S = 15.0
"""Telegram answers in well under a second; the result of a slower call is ambiguous."""

CONNECTIONS = 32
"""Enough for Telegram's limit of thirty messages a second, each of which takes well under a second."""

POLL_TIMEOUT_S = 50
"""The longest time for which Telegram holds a getUpdates call open."""

MAX_UPDATES = 100
"""The most that one getUpdates call returns."""

CONNECT_TIMEOUT_S = 5.0
"""Telegram accepts a connection in a fraction of a second; before that nothing has been sent."""

KEEP_ALIVE_S = 30.0
"""Well below the time after which servers close an idle connection, perhaps just as we use it."""

TOKEN_SECRET_CHARS = 35
"""Behind the colon of every token that BotFather has issued; Telegram promises no length."""

_AS_JSON = {"User-Agent": BaseRequest.USER_AGENT, "Content-Type": "application/json"}
_AS_FORM = {"User-Agent": BaseRequest.USER_AGENT}

Json = dict[str, Any]


class JsonParameters:
    """Parameters that are JSON already, in the place of the library's RequestData."""

    __slots__ = ("parameters",)
    contains_files = False

    def __init__(self, parameters: Json) -> None:
        self.parameters = parameters


class UntrustedCertificate(NetworkError):
    """The server has no certificate that this machine trusts: it may not be Telegram."""


class AiohttpRequest(BaseRequest):
    """Makes at most `connections` calls at once to `api_url`; `timeout_s` bounds each once it is connected.

    `tls` has the certificates to trust; True means the machine's.
    """

    def __init__(
        self, *, api_url: str, connections: int, timeout_s: float, tls: ssl.SSLContext | bool
    ) -> None:
        self._connections = connections
        self._timeout_s = timeout_s
        self._proxy = proxy_for(api_url)
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None
        self.note_server_time: Callable[[int], None] = lambda _: None
        """Gets the Unix time in ms that each answer states."""

    @property
    def read_timeout(self) -> float:
        """How long an answer may take, in seconds."""
        return self._timeout_s

    async def initialize(self) -> None:
        """Do nothing: the first call creates the session, inside its event loop."""

    async def shutdown(self) -> None:
        if self._session:
            await self._session.close()
            self._session = None

    async def do_request(  # noqa: PLR0917 - the library's signature
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - bounded by the others
        connect_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - as above
        pool_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - as above
    ) -> tuple[int, bytes]:
        """Make one call; raise TimedOut or NetworkError, whose cause shows whether there was a connection."""
        wait_s = read_timeout if isinstance(read_timeout, int | float) else self._timeout_s
        timeout = aiohttp.ClientTimeout(total=wait_s + CONNECT_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
        is_form = request_data is not None and request_data.contains_files
        try:
            async with self._open_session().request(
                method,
                url,
                data=_body(request_data),
                headers=_AS_FORM if is_form else _AS_JSON,
                timeout=timeout,
                proxy=self._proxy,
                allow_redirects=False,
            ) as response:
                if (at_ms := server_time_ms(response.headers.get("Date", ""))) is not None:
                    self.note_server_time(at_ms)
                return response.status, await response.read()
        except aiohttp.ClientConnectorCertificateError as error:
            raise UntrustedCertificate(type(error).__name__) from error
        except TimeoutError as error:
            raise TimedOut(type(error).__name__) from error
        except aiohttp.ClientError as error:
            # Their texts contain the URL, and so the token.
            raise NetworkError(type(error).__name__) from error

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, keepalive_timeout=KEEP_ALIVE_S, ttl_dns_cache=300, ssl=self._tls
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("Accept", "Accept-Encoding"),
            )
        return self._session


def server_time_ms(date: str) -> int | None:
    """Return the Unix time of a Date header; None if it is none."""
    try:
        return int(parsedate_to_datetime(date).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def _body(request_data: RequestData | None) -> bytes | aiohttp.FormData | None:
    if request_data is None:
        return None
    if not request_data.contains_files:
        return to_json(request_data.parameters)
    form = aiohttp.FormData(request_data.json_parameters)
    for name, (filename, content, mime_type) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime_type)
    return form


def proxy_for(url: str) -> str | None:
    """Return the proxy that the environment sets for this URL, as by HTTPS_PROXY; None if there is none."""
    parts = urlsplit(url)
    if not parts.hostname or proxy_bypass(parts.hostname):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")


class ApiClient(Bot):
    """A Bot that returns raw updates, so that an unreadable one does not hide the others.

    It sends messages without the library's objects, whose construction takes longer than the call.
    """

    _is_token_rejected = False

    def __repr__(self) -> str:
        """Hide the token, which the library's own repr shows."""
        return f"{type(self).__name__}()"

    @property
    def requests(self) -> tuple[BaseRequest, BaseRequest]:
        """The two transports: for getUpdates, and for all other calls."""
        return self._request

    def watch_server_time(self, note: Callable[[int], None]) -> None:
        """Pass the time that Telegram states in each answer to `note`."""
        for request in self.requests:
            cast("AiohttpRequest", request).note_server_time = note

    @property
    def is_token_rejected(self) -> bool:
        """Whether Telegram rejected the token at the last call: BotFather may have revoked it meanwhile."""
        return self._is_token_rejected

    @contextmanager
    def _watch_token(self) -> Iterator[None]:
        try:
            yield
        except InvalidToken:
            if not self._is_token_rejected:
                _log.error("telegram rejects the token: %s", describe_rejected(self.token))
            self._is_token_rejected = True
            raise
        self._is_token_rejected = False

    async def post_message(self, method: str, parameters: Json, *, may_be_unknown: bool = False) -> Json:
        """Send or edit a message by a method of the Bot API; return what Telegram answers, or raise.

        For a method that the server may not know, its 404 is no verdict on the token.
        """
        with nullcontext() if may_be_unknown else self._watch_token():
            if any(isinstance(value, InputFile) for value in parameters.values()):
                message: Json = await self._post(method, parameters)
            else:
                # These parameters are JSON already, so the library's conversion of its objects is skipped.
                url, data = f"{self.base_url}/{method}", cast("RequestData", JsonParameters(parameters))
                message = cast("Json", await self._request[1].post(url, data))
        return message

    async def raw_updates(self, offset: int | None, allowed: list[str]) -> list[dict[str, object]]:
        """Wait for updates from `offset` on; return none after POLL_TIMEOUT_S seconds without any."""
        with self._watch_token():
            updates: list[dict[str, object]] = await self._post(
                "getUpdates",
                {
                    "offset": offset,
                    "limit": MAX_UPDATES,
                    "timeout": POLL_TIMEOUT_S,
                    "allowed_updates": allowed,
                },
                read_timeout=POLL_TIMEOUT_S + 10,
            )
        return updates


def describe_rejected(token: str) -> str:
    """Return what to do about a token that Telegram rejects, with what its form shows, but not itself."""
    form = f"a token is digits, a colon and {TOKEN_SECRET_CHARS} characters"
    secret_chars = len(token.partition(":")[2])
    if secret_chars == TOKEN_SECRET_CHARS:
        seen = "as this one is: was it revoked?"
    else:
        seen = f"this one has {secret_chars} behind the colon"
    return f"copy TELEGRAM_TOKEN from BotFather again; {form}, {seen}"


def open_client(*, token: str, api_url: str) -> ApiClient:
    """Return a client for the Bot API at `api_url`; it connects at its first call."""
    tls = trusted_certificates(ssl.get_default_verify_paths().cafile)
    return ApiClient(
        token,
        base_url=f"{api_url.rstrip('/')}/bot",
        base_file_url=f"{api_url.rstrip('/')}/file/bot",
        request=AiohttpRequest(api_url=api_url, connections=CONNECTIONS, timeout_s=SEND_TIMEOUT_S, tls=tls),
        get_updates_request=AiohttpRequest(api_url=api_url, connections=1, timeout_s=SEND_TIMEOUT_S, tls=tls),
    )


def trusted_certificates(machine_file: str | None) -> ssl.SSLContext | bool:
    """Return True to trust the machine's certificates, or httpx's if the machine has no file of them."""
    # aiohttp reads the machine's certificates at its import; reading others takes a fifth of the start.
    return machine_file is not None or httpx.create_ssl_context()


async def close_client(client: ApiClient) -> None:
    for request in client.requests:
        await request.shutdown()
