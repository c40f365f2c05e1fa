"""Carries the Bot API client's calls over aiohttp, whose pool of connections costs next to nothing."""

import ssl
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from pydantic_core import to_json
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

CONNECT_TIMEOUT_S = 5.0
"""Telegram takes a connection in a fraction of a second; until then nothing has been sent."""

KEEP_ALIVE_S = 30.0
"""Well below the time after which servers close a silent connection, perhaps under a call of ours."""

_AS_JSON = {"User-Agent": BaseRequest.USER_AGENT, "Content-Type": "application/json"}
_AS_FORM = {"User-Agent": BaseRequest.USER_AGENT}


Json = dict[str, Any]


class JsonParameters:
    """Parameters that need no more than to be sent; it stands where the library has its RequestData."""

    __slots__ = ("parameters",)
    contains_files = False

    def __init__(self, parameters: Json) -> None:
        self.parameters = parameters


class UntrustedCertificate(NetworkError):
    """Somebody answers, but shows no certificate that we believe: it may be anybody."""


class AiohttpRequest(BaseRequest):
    """At most `connections` calls at once to `api_url`; `timeout_s` bounds each from its connection on.

    `tls` says whose certificates are believed; True means the machine's.
    """

    def __init__(
        self, *, api_url: str, connections: int, timeout_s: float, tls: ssl.SSLContext | bool
    ) -> None:
        self._connections = connections
        self._timeout_s = timeout_s
        self._proxy = proxy_for(api_url)
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Give how long an answer may take, in seconds."""
        return self._timeout_s

    async def initialize(self) -> None:
        """Do nothing: a session is made with the first call, inside the loop that it belongs to."""

    async def shutdown(self) -> None:
        """Close the connections."""
        if self._session:
            await self._session.close()
            self._session = None

    async def do_request(  # noqa: PLR0917 - the library's shape
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - bounded by the others
        connect_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - as above
        pool_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - as above
    ) -> tuple[int, bytes]:
        """Ask once; TimedOut or NetworkError, whose cause tells whether there was a connection."""
        wait_s = read_timeout if isinstance(read_timeout, int | float) else self._timeout_s
        timeout = aiohttp.ClientTimeout(total=wait_s + CONNECT_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
        is_form = request_data is not None and request_data.contains_files
        try:
            async with self._opened().request(
                method,
                url,
                data=_body(request_data),
                headers=_AS_FORM if is_form else _AS_JSON,
                timeout=timeout,
                proxy=self._proxy,
                allow_redirects=False,
            ) as answer:
                return answer.status, await answer.read()
        except aiohttp.ClientConnectorCertificateError as error:
            raise UntrustedCertificate(type(error).__name__) from error
        except TimeoutError as error:
            raise TimedOut(type(error).__name__) from error
        except aiohttp.ClientError as error:
            # Their texts hold the whole URL, and so the token.
            raise NetworkError(type(error).__name__) from error

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, keepalive_timeout=KEEP_ALIVE_S, ttl_dns_cache=300, ssl=self._tls
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("Accept", "Accept-Encoding"),
            )
        return self._session


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
    """Give the proxy that the environment names for this URL, such as HTTPS_PROXY; None if there is none."""
    parts = urlsplit(url)
    if not parts.hostname or proxy_bypass(parts.hostname):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
