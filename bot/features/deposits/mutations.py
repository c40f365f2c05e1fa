"""Receives the posts of bank-mutation services, and books them one by one as deposits.

Signed posts are stored before they are answered. The worker that books them ends tickets as well.
"""

import json
import logging
from collections.abc import Callable
from enum import Enum, auto

from bot.deposits.mutations import MalformedPost, MutationPost, Service, read_body, read_mutations, signed_by
from bot.features.deposits.suspense import keep_unreadable, take_mutation
from bot.features.deposits.tickets import end_ticket
from bot.notices.deposits import MutationUnreadable, TicketState
from bot.unit_of_work import WorkContext
from bot.worker import WakeUp
from storage import deposits, mutations
from storage.database import Database
from storage.errors import StorageError
from storage.lease import LeaseLost
from storage.mutations import StoredPost
from storage.transaction import Tx

_log = logging.getLogger(__name__)

CHECK_EVERY_S = 15.0
MAX_NOTE_CHARS = 300
AT_ONCE = 100
"""Bounds one unit of work; the next follows at once if there is more."""


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


class DepositsWorker:
    def __init__(
        self,
        *,
        database: Database,
        context: WorkContext,
        now_ms: Callable[[], int],
        outbox_wake_up: WakeUp,
    ) -> None:
        self._database = database
        self._context = context
        self._now_ms = now_ms
        self._outbox_wake_up = outbox_wake_up

    async def run_once(self) -> float:
        """Do what is due; return the seconds until there may be more."""
        now_ms = self._now_ms()
        if post := await self._database.read(mutations.next_post):
            await self._process(post)
            self._outbox_wake_up.set()
            return 0
        if not await self._database.read(lambda tx: deposits.has_work(tx, now_ms=now_ms)):
            return CHECK_EVERY_S
        count = await self._database.write(lambda tx: self._end_tickets(tx, now_ms))
        if count:
            self._outbox_wake_up.set()
            _log.info("tickets expired", extra={"count": count})
        return 0

    async def _process(self, post: StoredPost) -> None:
        """Book the money of one post, whole or not at all; show the admins a post that cannot be booked."""
        now_ms = self._now_ms()
        try:
            await self._database.write(lambda tx: self._book(tx, post, now_ms))
        except (StorageError, LeaseLost):
            raise
        except Exception:  # noqa: BLE001 - logged and alerted; other posts must not wait behind it
            _log.exception("mutation post not processed", extra={"post": post.post_id})
            await self._database.write(lambda tx: self._give_up(tx, post, now_ms))

    def _book(self, tx: Tx, post: StoredPost, now_ms: int) -> None:
        work = self._context.begin(tx, now_ms)
        reading = read_mutations(post.service, read_body(post.body.encode()))
        for report in reading.credits:
            take_mutation(work, post.service, report)
        keep_unreadable(work, post, reading.unreadable)
        mutations.finish_post(tx, post.post_id)

    def _give_up(self, tx: Tx, post: StoredPost, now_ms: int) -> None:
        mutations.finish_post(tx, post.post_id, has_failed=True)
        notice = MutationUnreadable(service=post.service, note=post.body[:MAX_NOTE_CHARS], at_ms=now_ms)
        self._context.begin(tx, now_ms).notify_admins(notice, subject=f"post:{post.post_id}")

    def _end_tickets(self, tx: Tx, now_ms: int) -> int:
        due = deposits.due(tx, now_ms=now_ms, limit=AT_ONCE)
        for ticket in due:
            end_ticket(self._context.begin(tx, now_ms), ticket, TicketState.EXPIRED)
        deposits.release(tx, now_ms=now_ms, limit=AT_ONCE)
        return len(due)
