"""Long polling whose offset is stored with the updates' effects: a crash repeats one, never loses one."""

import logging
from collections.abc import Callable
from typing import Protocol

from telegram.error import Conflict, NetworkError, TelegramError

from bot.telegram.parse_update import ALLOWED_UPDATES
from bot.telegram.receiver import UpdateReceiver
from storage import inbox
from storage.database import Database

_log = logging.getLogger(__name__)

RETRY_S = 2.0
SILENCE_PAUSE_S = 0.05
"""Telegram holds an empty poll for most of a minute; a server that does not must not make us spin."""

CONFLICT_PAUSE_S = 5.0
"""Somebody else polls with our token; asking faster would only throw them out in turn."""

STALE_AFTER_MS = 6 * 86_400_000
"""Telegram starts update ids anew after a quiet week: an offset that old could make it forget new updates."""


class UpdateSource(Protocol):
    """Whoever holds the updates that wait."""

    async def raw_updates(self, offset: int | None, allowed: list[str]) -> list[dict[str, object]]:
        """Wait for updates from `offset` on, forgetting those below it."""
        ...


class Poller:
    """Fetches updates; `run_once` gives the seconds to wait before the next."""

    def __init__(
        self, *, database: Database, client: UpdateSource, receiver: UpdateReceiver, now_ms: Callable[[], int]
    ) -> None:
        self._database = database
        self._client = client
        self._receiver = receiver
        self._now_ms = now_ms

    async def run_once(self) -> float:
        """Fetch what is there and take it in; the offset moves in the same commit."""
        cursor = await self._database.read(inbox.cursor)
        fresh = cursor is not None and self._now_ms() - cursor.moved_at_ms < STALE_AFTER_MS
        try:
            updates = await self._client.raw_updates(
                cursor.next_update_id if cursor and fresh else None, ALLOWED_UPDATES
            )
        except Conflict:
            _log.error("another program polls with this bot's token, or a webhook is set")
            return CONFLICT_PAUSE_S
        except NetworkError as error:
            _log.warning("Telegram could not be asked for updates", extra={"why": type(error).__name__})
            return RETRY_S
        except TelegramError as error:
            _log.error("Telegram refused to give updates", extra={"why": type(error).__name__})
            return CONFLICT_PAUSE_S
        if updates:
            last = max(_id_of(update) for update in updates)
            await self._receiver.receive(updates, next_update_id=last + 1)
            return 0
        return SILENCE_PAUSE_S


def _id_of(update: dict[str, object]) -> int:
    update_id = update.get("update_id")
    return update_id if isinstance(update_id, int) else 0
