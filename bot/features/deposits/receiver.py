"""Receives the posts of bank-mutation services: signed ones are stored before they are answered."""

import json
import logging
from collections.abc import Callable
from enum import Enum, auto

from bot.deposits.mutations import MalformedPost, MutationPost, read_body, read_credits, signed_by
from bot.worker import WakeUp
from storage import mutations
from storage.database import Database

_log = logging.getLogger(__name__)


class MutationResult(Enum):
    """The answer to the caller: stored, malformed, or the same as for any wrong request."""

    STORED = auto()
    MALFORMED = auto()
    STRANGE = auto()


class MutationReceiver:
    """Raises StorageError if a post was not stored, so that the service should try again."""

    def __init__(
        self,
        *,
        database: Database,
        signing_key: str | None,
        now_ms: Callable[[], int],
        wake_up: WakeUp,
    ) -> None:
        self._database = database
        self._signing_key = signing_key
        self._now_ms = now_ms
        self._wake_up = wake_up

    async def receive(self, post: MutationPost) -> MutationResult:
        """Check and store one post; return the result once it is durable."""
        now_ms = self._now_ms()
        service = signed_by(post, key=self._signing_key, now_s=now_ms / 1000) if self._signing_key else None
        if service is None:
            _log.warning("mutation post with a wrong signature")
            return MutationResult.STRANGE
        try:
            body = read_body(post.body)
            count = len(read_credits(service, body))
        except MalformedPost as error:
            _log.warning("mutation post malformed: %s", error, extra={"service": service})
            return MutationResult.MALFORMED
        text = json.dumps(body, ensure_ascii=True)
        await self._database.write(lambda tx: mutations.store_post(tx, service, text, at_ms=now_ms))
        self._wake_up.set()
        _log.info("mutations received", extra={"service": service, "count": count})
        return MutationResult.STORED
