"""Receives the posts of bank-mutation services: signed ones are stored before they are answered."""

import json
import logging
from collections.abc import Callable
from enum import Enum, auto

from bot.deposits.mutations import MalformedPost, MutationPost, Service, read_body, read_mutations, signed_by
from bot.notices.deposits import MutationUnreadable
from bot.unit_of_work import WorkContext
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
        context: WorkContext,
        signing_key: str | None,
        now_ms: Callable[[], int],
        wake_up: WakeUp,
        outbox_wake_up: WakeUp,
    ) -> None:
        self._database = database
        self._context = context
        self._signing_key = signing_key
        self._now_ms = now_ms
        self._wake_up = wake_up
        self._outbox_wake_up = outbox_wake_up

    async def receive(self, post: MutationPost) -> MutationResult:
        """Check and store one post; return the result once it is durable."""
        now_ms = self._now_ms()
        service = signed_by(post, key=self._signing_key, now_s=now_ms / 1000) if self._signing_key else None
        if service is None:
            _log.warning("mutation post with a wrong signature")
            return MutationResult.STRANGE
        try:
            body = read_body(post.body)
            reading = read_mutations(service, body)
        except MalformedPost as error:
            _log.warning("mutation post malformed: %s", error, extra={"service": service})
            await self._alert(service, str(error), now_ms)
            return MutationResult.MALFORMED
        text = json.dumps(body, ensure_ascii=True)
        await self._database.write(lambda tx: mutations.store_post(tx, service, text, at_ms=now_ms))
        self._wake_up.set()
        counts = {"count": len(reading.credits), "unreadable": len(reading.unreadable)}
        _log.info("mutations received", extra={"service": service, **counts})
        return MutationResult.STORED

    async def _alert(self, service: Service, error: str, now_ms: int) -> None:
        """Alert the admins: the service gives up after some failures, and nobody books the money.

        The body is not shown: it may have the key of the service's interface in it.
        """
        notice = MutationUnreadable(service=service, note=error, at_ms=now_ms)
        await self._database.write(
            lambda tx: self._context.begin(tx, now_ms).alert_admins(notice, topic="mutations")
        )
        self._outbox_wake_up.set()
