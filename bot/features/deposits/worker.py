"""Ends tickets whose time is over, and releases the amounts that need not be reserved any more."""

import logging
from collections.abc import Callable

from bot.features.deposits.tickets import end_ticket
from bot.notices.deposits import TicketState
from bot.unit_of_work import WorkContext
from bot.worker import WakeUp
from storage import deposits
from storage.database import Database
from storage.transaction import Tx

_log = logging.getLogger(__name__)

CHECK_EVERY_S = 15.0
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
        if not await self._database.read(lambda tx: deposits.has_work(tx, now_ms=now_ms)):
            return CHECK_EVERY_S
        count = await self._database.write(lambda tx: self._end_tickets(tx, now_ms))
        if count:
            self._outbox_wake_up.set()
            _log.info("tickets expired", extra={"count": count})
        return 0

    def _end_tickets(self, tx: Tx, now_ms: int) -> int:
        due = deposits.due(tx, now_ms=now_ms, limit=AT_ONCE)
        for ticket in due:
            end_ticket(self._context.begin(tx, now_ms), ticket, TicketState.EXPIRED)
        deposits.release(tx, now_ms=now_ms, limit=AT_ONCE)
        return len(due)
