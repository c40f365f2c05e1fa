"""The Bot API client: python-telegram-bot's, with raw updates and plain parameters."""

import os
import ssl
from typing import cast

import httpx
from telegram import Bot, InputFile
from telegram.request import BaseRequest, RequestData

from bot.telegram.request import AiohttpRequest, Json, JsonParameters

# Makes python-telegram-bot return waits as timedeltas, as its next release does by default.
os.environ.setdefault("PTB_TIMEDELTA", "true")

SEND_TIMEOUT_S = 15.0
"""Telegram answers in well under a second; the result of a slower call is ambiguous."""

CONNECTIONS = 32
"""Enough for Telegram's limit of thirty messages a second, each of which takes well under a second."""

POLL_TIMEOUT_S = 50
"""The longest time for which Telegram holds a getUpdates call open."""


class ApiClient(Bot):
    """A Bot that returns raw updates, so that an unreadable one does not hide the others.

    It sends messages without the library's objects, whose construction takes longer than the call.
    """

    def __repr__(self) -> str:
        """Hide the token, which the library's own repr shows."""
        return f"{type(self).__name__}()"

    @property
    def requests(self) -> tuple[BaseRequest, BaseRequest]:
        """The two transports: for getUpdates, and for all other calls."""
        return self._request

    async def post_message(self, method: str, parameters: Json) -> int:
        """Send or edit a message by a method of the Bot API; return its id, or raise TelegramError."""
        if any(isinstance(value, InputFile) for value in parameters.values()):
            message = await self._post(method, parameters)
        else:
            # These parameters are JSON already, so the library's conversion of its objects is skipped.
            url, data = f"{self.base_url}/{method}", cast("RequestData", JsonParameters(parameters))
            message = cast("Json", await self._request[1].post(url, data))
        return int(message["message_id"])

    async def raw_updates(self, offset: int | None, allowed: list[str]) -> list[dict[str, object]]:
        """Wait for updates from `offset` on; return none after POLL_TIMEOUT_S seconds without any."""
        updates: list[dict[str, object]] = await self._post(
            "getUpdates",
            {"offset": offset, "limit": 100, "timeout": POLL_TIMEOUT_S, "allowed_updates": allowed},
            read_timeout=POLL_TIMEOUT_S + 10,
        )
        return updates


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
