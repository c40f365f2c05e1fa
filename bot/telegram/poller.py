"""Long polling with an offset stored with the updates' effects: a crash can repeat an update, not lose it."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from telegram.error import Conflict, NetworkError, TelegramError

from bot.telegram.client import MAX_UPDATES
from bot.telegram.parse_update import ALLOWED_UPDATES
from bot.telegram.receiver import UpdateReceiver
from storage import inbox
from storage.database import Database

_log = logging.getLogger(__name__)

WAITED_S = 2.0
"""After this long a poll brings what was written during it."""

RETRY_S = 2.0
EMPTY_POLL_PAUSE_S = 0.05
"""Prevents a busy loop with a server that, unlike Telegram, answers an empty poll at once."""

CONFLICT_PAUSE_S = 5.0
"""Another program polls with our token; faster polling would only interrupt it in turn."""

STALE_AFTER_MS = 6 * 86_400_000
"""Telegram restarts its update ids after a quiet week: an offset that old could discard new updates."""


class UpdateSource(Protocol):
    """The Bot API as the poller needs it."""

    async def raw_updates(self, offset: int | None, allowed: list[str]) -> list[dict[str, object]]:
        """Wait for updates from `offset` on; Telegram deletes those below it."""
        ...


class Poller:
    """Fetches updates; `run_once` returns the seconds to wait before the next poll."""

    def __init__(
        self, *, database: Database, client: UpdateSource, receiver: UpdateReceiver, now_ms: Callable[[], int]
    ) -> None:
        self._database = database
        self._client = client
        self._receiver = receiver
        self._now_ms = now_ms
        self._is_drained = False
        """Whether the last poll left nothing at Telegram: what the next one brings was written since."""

    async def run_once(self) -> float:
        """Fetch the waiting updates and process them; the offset is stored in the same commit."""
        cursor = await self._database.read(inbox.cursor)
        began_s, was_drained, self._is_drained = _time_s(), self._is_drained, False
        is_fresh = cursor is not None and abs(self._now_ms() - cursor.moved_at_ms) < STALE_AFTER_MS
        try:
            updates = await self._client.raw_updates(
                cursor.next_update_id if cursor and is_fresh else None, ALLOWED_UPDATES
            )
        except Conflict:
            _log.error(
                "telegram polling conflict: another program polls with this bot's token, or a webhook is set"
            )
            return CONFLICT_PAUSE_S
        except NetworkError as error:
            _log.warning("telegram polling failed, retrying", extra={"why": type(error).__name__})
            return RETRY_S
        except TelegramError as error:
            _log.error("telegram refused polling, retrying", extra={"why": type(error).__name__})
            return CONFLICT_PAUSE_S
        if updates:
            last = max(_id_of(update) for update in updates)
            # What had waited at Telegram comes at once.
            is_live = was_drained or _time_s() - began_s > WAITED_S
            await self._receiver.receive(updates, next_update_id=last + 1, is_live=is_live)
        self._is_drained = len(updates) < MAX_UPDATES
        return 0 if updates else EMPTY_POLL_PAUSE_S


def _time_s() -> float:
    return asyncio.get_running_loop().time()


def _id_of(update: dict[str, object]) -> int:
    update_id = update.get("update_id")
    return update_id if isinstance(update_id, int) else 0
