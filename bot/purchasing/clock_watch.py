"""Watches the clock: moves what is due when it was set back, and alerts the admins when it is wrong.

Due times and ages go by the machine's clock, which may be set back by hours at any moment: when NTP corrects
a clock that was wrong at boot. A monotonic clock shows it. If it happens while Loket does not run, the start
finds due times that are later than any rule could have set.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence

from bot.notices.alarms import ClockWrong
from bot.orders.events import ClockSetBack, Expired
from bot.orders.model import ExpiryReason, Order, State
from bot.orders.states import LONGEST_RETRY_MS
from bot.purchasing.settlement import apply_event
from bot.unit_of_work import CLOCK_TOLERANCE_MS, UnitOfWork, WorkContext
from bot.worker import WakeUp
from storage import imports, orders, outbox
from storage.database import Database

_log = logging.getLogger(__name__)

CHECK_EVERY_S = 1.0
STEP_MS = 1000
"""A smaller step delays nothing that anybody would notice."""

WRONG_FROM_MS = 120_000
"""Clocks without NTP are rarely wrong by a minute."""

OLD_DATE_MS = 600_000
LIVE_AFTER_S, LIVE_WITHIN_S = 10.0, 600.0
"""Old messages come at once after a pause; those of one lag that come ten seconds apart are written now."""

LAST_DATE_MS = 1 << 42
"""In the year 2109: a later date is none."""

LONGEST_PAUSE_MS = 60_000
"""Waits of messages beyond this end at a start: most are shorter, and a start may try again."""

LONGEST_HOLD_MS = 120_000
"""Results of a hundred orders, the largest batch, are held for two minutes at most."""

END_OF_TIME_MS = 1 << 62
AT_MOST = 10_000
MOVED_STATES = (State.PLACED, State.SUBMITTING, State.PENDING)
"""The states in which an order waits for a time."""


class ClockWatch:
    """`now_ms` returns the Unix time, `monotonic` seconds; `wake_ups` are of the workers with due times."""

    def __init__(
        self,
        *,
        database: Database,
        context: WorkContext,
        now_ms: Callable[[], int],
        monotonic: Callable[[], float],
        outbox_wake_up: WakeUp,
        wake_ups: Sequence[WakeUp],
    ) -> None:
        self._database = database
        self._context = context
        self._now_ms = now_ms
        self._monotonic = monotonic
        self._outbox_wake_up = outbox_wake_up
        self._wake_ups = (outbox_wake_up, *wake_ups)
        self._seen_ms, self._seen_s = now_ms(), monotonic()
        self._set_back_ms = self._unseen_ms = 0
        self._correcting = asyncio.Lock()
        self._skew_ms: int | None = None
        self._knows_server_time = False
        self._is_reported = False
        self._old_dates: tuple[float, int] | None = None

    def restart(self) -> None:
        """Watch from now on: what happened before was seen to by another process, or is by the start."""
        self._seen_ms, self._seen_s = self._now_ms(), self._monotonic()
        self._set_back_ms = 0

    async def run_once(self) -> float:
        """Correct and report what is wrong; return the seconds until the next check."""
        await self.correct()
        if self._skew_ms is not None and abs(self._skew_ms) >= WRONG_FROM_MS and not self._is_reported:
            await self._report(self._skew_ms)
        return CHECK_EVERY_S

    def is_set_back(self) -> bool:
        """Return whether the clock was set back and `correct` has not moved the due times yet."""
        now_ms, now_s = self._now_ms(), self._monotonic()
        passed_ms = max(0, int((now_s - self._seen_s) * 1000))
        step_ms = now_ms - self._seen_ms - passed_ms
        self._seen_ms, self._seen_s = now_ms, now_s
        if abs(step_ms) > STEP_MS:
            self._skew_ms = None  # it was measured by the former time
        if step_ms < -STEP_MS:
            self._set_back_ms -= step_ms
            self._unseen_ms = passed_ms + STEP_MS
        return self._set_back_ms > 0

    async def correct(self) -> None:
        """Move the times of all that waits by as much as the clock was set back."""
        async with self._correcting:
            if not self.is_set_back():
                return
            by_ms, now_ms, unseen_ms = self._set_back_ms, self._now_ms(), self._unseen_ms
            await self._database.write(
                lambda tx: _move_times(self._context.begin(tx, now_ms), by_ms, unseen_ms)
            )
            self._set_back_ms -= by_ms
        _log.warning("clock was set back: due times moved with it", extra={"by_s": by_ms // 1000})
        for wake_up in self._wake_ups:
            wake_up.set()

    def note_server_time(self, at_ms: int) -> None:
        """Note the time at which Telegram's server has just answered."""
        self._knows_server_time = True
        self._note_skew(at_ms - self._now_ms())

    def note_message_dates(self, dates_ms: Iterable[int], *, is_live: bool = False) -> None:
        """Note Telegram's dates of new messages; of `is_live` ones none has waited at Telegram."""
        newest_ms = max((date_ms for date_ms in dates_ms if date_ms < LAST_DATE_MS), default=None)
        if newest_ms is None:
            return
        skew_ms = newest_ms - self._now_ms()
        # No message is from the future. An old one may have waited at Telegram.
        is_behind = skew_ms > CLOCK_TOLERANCE_MS and skew_ms > (self._skew_ms or 0)
        if is_behind or (is_live and not self._knows_server_time):
            self._note_skew(skew_ms)
        elif not self._knows_server_time:
            self._note_lag(-skew_ms)

    def behind_ms(self) -> int:
        """Return by how much this clock is behind Telegram's; 0 if it is nearly right, or ahead."""
        return self._skew_ms if self._skew_ms is not None and self._skew_ms > CLOCK_TOLERANCE_MS else 0

    def _note_lag(self, lag_ms: int) -> None:
        """Conclude from messages that keep coming late by the same time that this clock is ahead."""
        if lag_ms < OLD_DATE_MS:
            self._old_dates = None
            return
        now_s = self._monotonic()
        since_s, first_lag_ms = self._old_dates = self._old_dates or (now_s, lag_ms)
        if now_s - since_s >= LIVE_AFTER_S:
            is_same = abs(lag_ms - first_lag_ms) < LIVE_AFTER_S * 1000 / 2
            if is_same and now_s - since_s < LIVE_WITHIN_S:
                self._note_skew(-lag_ms)
            self._old_dates = (now_s, lag_ms)

    def _note_skew(self, skew_ms: int) -> None:
        self._skew_ms = skew_ms
        if abs(skew_ms) < WRONG_FROM_MS // 2:
            self._is_reported = False

    async def _report(self, skew_ms: int) -> None:
        """Alert the admins once, until the clock has been right again."""
        now_ms = self._now_ms()
        notice = ClockWrong(ahead_ms=-skew_ms, at_ms=now_ms)
        await self._database.write(
            lambda tx: self._context.begin(tx, now_ms).alert_admins(notice, topic="clock")
        )
        self._is_reported = True
        _log.error("clock is wrong by Telegram's time", extra={"ahead_s": -skew_ms // 1000})
        self._outbox_wake_up.set()


def _move_times(work: UnitOfWork, by_ms: int, unseen_ms: int) -> None:
    outbox.advance_due(work.tx, now_ms=work.now_ms, by_ms=by_ms)
    imports.advance_due(work.tx, now_ms=work.now_ms, by_ms=by_ms)
    for state in MOVED_STATES:
        for order in orders.in_state(work.tx, state, changed_before_ms=END_OF_TIME_MS, limit=AT_MOST):
            # Its times may be of the new clock already.
            if not work.now_ms - unseen_ms <= order.changed_at_ms <= work.now_ms:
                apply_event(work, order, ClockSetBack(by_ms=by_ms), actor="clock")


def make_due_at_start(work: UnitOfWork) -> None:
    """Make due what waits for a time that no rule can have set: the clock was set back meanwhile."""
    now_ms = work.now_ms
    outbox.make_due(work.tx, after_ms=now_ms + LONGEST_PAUSE_MS, now_ms=now_ms)
    outbox.end_holds(work.tx, after_ms=now_ms + LONGEST_HOLD_MS)
    imports.make_due(work.tx, after_ms=now_ms + LONGEST_PAUSE_MS, now_ms=now_ms)
    for order in orders.in_state(work.tx, State.PLACED, changed_before_ms=END_OF_TIME_MS, limit=AT_MOST):
        if order.due_at_ms > now_ms + LONGEST_RETRY_MS:
            _make_due(work, order)


def _make_due(work: UnitOfWork, order: Order) -> None:
    if order.requested_at_ms > work.now_ms + CLOCK_TOLERANCE_MS:
        # By no clock can be told how old it is.
        apply_event(work, order, Expired(reason=ExpiryReason.CLOCK_CHANGED), actor="clock")
    else:
        apply_event(work, order, ClockSetBack(by_ms=order.due_at_ms - work.now_ms), actor="clock")
