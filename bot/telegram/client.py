"""The Bot API client: python-telegram-bot's, with its raw updates and without its start-up call."""

import os

from telegram import Bot
from telegram.request import BaseRequest, HTTPXRequest

# python-telegram-bot's own switch to give waits as timedeltas, as its next release will by itself.
os.environ.setdefault("PTB_TIMEDELTA", "true")

SEND_TIMEOUT_S = 15.0
"""Telegram answers in well under a second; what takes longer is ambiguous and is handled as such."""

CONNECTIONS = 32
"""Thirty messages a second in all is Telegram's limit, each well under a second."""

POLL_TIMEOUT_S = 50
"""The longest that Telegram holds a getUpdates."""


class ApiClient(Bot):
    """A Bot that also gives updates as they came, so that one which cannot be read does not hide the rest."""

    def __repr__(self) -> str:
        """Hide the token, which the library's own repr shows."""
        return f"{type(self).__name__}()"

    @property
    def requests(self) -> tuple[BaseRequest, BaseRequest]:
        """Give the two pools: for getUpdates, and for all else."""
        return self._request

    async def raw_updates(self, offset: int | None, allowed: list[str]) -> list[dict[str, object]]:
        """Wait for updates from `offset` on; gives none after POLL_TIMEOUT_S seconds of silence."""
        updates: list[dict[str, object]] = await self._post(
            "getUpdates",
            {"offset": offset, "limit": 100, "timeout": POLL_TIMEOUT_S, "allowed_updates": allowed},
            read_timeout=POLL_TIMEOUT_S + 10,
        )
        return updates


def _request(connections: int) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=connections,
        connect_timeout=5.0,
        read_timeout=SEND_TIMEOUT_S,
        write_timeout=SEND_TIMEOUT_S,
        pool_timeout=SEND_TIMEOUT_S,
    )


def open_client(*, token: str, api_url: str) -> ApiClient:
    """Make a client for the Bot API at `api_url`; it connects at its first call."""
    return ApiClient(
        token,
        base_url=f"{api_url.rstrip('/')}/bot",
        base_file_url=f"{api_url.rstrip('/')}/file/bot",
        request=_request(CONNECTIONS),
        get_updates_request=_request(1),
    )


async def close_client(client: ApiClient) -> None:
    """Close its connections."""
    for request in client.requests:
        await request.shutdown()
