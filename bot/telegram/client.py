"""The Bot API client: python-telegram-bot's, with its raw updates and without its start-up call."""

import os
import ssl
from typing import cast

import httpx
from telegram import Bot, InputFile
from telegram.request import BaseRequest, RequestData

from bot.telegram.request import AiohttpRequest, Json, JsonParameters

# python-telegram-bot's own switch to give waits as timedeltas, as its next release will by itself.
os.environ.setdefault("PTB_TIMEDELTA", "true")

SEND_TIMEOUT_S = 15.0
"""Telegram answers in well under a second; what takes longer is ambiguous and is handled as such."""

CONNECTIONS = 32
"""Thirty messages a second in all is Telegram's limit, each well under a second."""

POLL_TIMEOUT_S = 50
"""The longest that Telegram holds a getUpdates."""


class ApiClient(Bot):
    """A Bot that also gives updates as they came, so that one which cannot be read does not hide the rest.

    Messages it sends as they are given: to make an object of what was said costs more than to say it.
    """

    def __repr__(self) -> str:
        """Hide the token, which the library's own repr shows."""
        return f"{type(self).__name__}()"

    @property
    def requests(self) -> tuple[BaseRequest, BaseRequest]:
        """Give the two pools: for getUpdates, and for all else."""
        return self._request

    async def post_message(self, method: str, parameters: Json) -> int:
        """Send or edit by a method of the Bot API; gives the message's id, TelegramError if not taken."""
        if any(isinstance(value, InputFile) for value in parameters.values()):
            message = await self._post(method, parameters)
        else:
            # Past what the library does for objects of its own: these parameters are JSON already.
            url, ready = f"{self.base_url}/{method}", cast("RequestData", JsonParameters(parameters))
            message = cast("Json", await self._request[1].post(url, ready))
        return int(message["message_id"])

    async def raw_updates(self, offset: int | None, allowed: list[str]) -> list[dict[str, object]]:
        """Wait for updates from `offset` on; gives none after POLL_TIMEOUT_S seconds of silence."""
        updates: list[dict[str, object]] = await self._post(
            "getUpdates",
            {"offset": offset, "limit": 100, "timeout": POLL_TIMEOUT_S, "allowed_updates": allowed},
            read_timeout=POLL_TIMEOUT_S + 10,
        )
        return updates


def open_client(*, token: str, api_url: str) -> ApiClient:
    """Make a client for the Bot API at `api_url`; it connects at its first call."""
    tls = trusted_certificates(ssl.get_default_verify_paths().cafile)
    return ApiClient(
        token,
        base_url=f"{api_url.rstrip('/')}/bot",
        base_file_url=f"{api_url.rstrip('/')}/file/bot",
        request=AiohttpRequest(api_url=api_url, connections=CONNECTIONS, timeout_s=SEND_TIMEOUT_S, tls=tls),
        get_updates_request=AiohttpRequest(api_url=api_url, connections=1, timeout_s=SEND_TIMEOUT_S, tls=tls),
    )


def trusted_certificates(machines_file: str | None) -> ssl.SSLContext | bool:
    """Give whose certificates are believed: the machine's (True), or httpx's where it has no file of them."""
    # The machine's were read when aiohttp was imported: to read others too would be a fifth of a start.
    return machines_file is not None or httpx.create_ssl_context()


async def close_client(client: ApiClient) -> None:
    """Close its connections."""
    for request in client.requests:
        await request.shutdown()
