"""Processes what mutation services posted, ends tickets whose time is over, and releases their amounts."""

import logging
from collections.abc import Callable

from bot.deposits.mutations import read_body, read_mutations
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
