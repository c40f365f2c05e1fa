"""Claims placed orders and posts each at most once: the claim is durable before a byte can leave."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from msgspec.structs import replace

from bot.leadership import NOT_LEADING, SAFETY_MS, Fence
from bot.notices.alarms import BreakerClosed, BreakerOpened
from bot.notices.orders import OrderWaiting
from bot.orders.biller_float import PROBE_PAUSE_MS, LowBalance
from bot.orders.events import Accepted, Answer, Claimed, Expired, Unclear
from bot.orders.model import ExpiryReason, Order, State, UnknownCause
from bot.purchasing.biller_deposit import available_funds
from bot.purchasing.circuit_breaker import CircuitBreaker
from bot.purchasing.clock_watch import ClockWatch, make_due_at_start
from bot.purchasing.settlement import (
    CHAT_SUBJECT,
    apply_event,
    apply_event_to,
    has_lost_access,
    notify_waiting,
)
from bot.unit_of_work import CLOCK_TOLERANCE_MS, ReservedPost, UnitOfWork, WorkContext
from bot.worker import WakeUp
from storage import balances, orders
from storage.database import CLAIMS, RESULTS, SHOP, Database
from storage.errors import DatabaseMissing, StorageError
from storage.orders import DueOrder
from storage.transaction import Tx

READ_AHEAD = 256
FRESH_FOR_MS = 250
"""How long the turns read ahead are used: a new reseller's order waits no longer for its turn."""


class FairQueue:
    """The placed orders that are due, by turns of resellers; while many wait, turns are read ahead.

    An order is read again when it is taken: it, or who typed it, may have changed since.
    """

    def __init__(self) -> None:
        self._queue: deque[str] = deque()
        self._read_at_ms = 0
        self.has_more = True
        """Whether orders may wait for which there was no room."""

    def copy(self) -> "FairQueue":
        """Return the same turns, so that a unit that is run again takes no others."""
        other = FairQueue()
        other._queue, other._read_at_ms = self._queue.copy(), self._read_at_ms
        other.has_more = self.has_more
        return other

    def next(
        self, tx: Tx, count: int, *, now_ms: int, max_cost_idr: int = orders.ANY_COST_IDR
    ) -> list[DueOrder]:
        """Return the next orders, at most `count`; those that were read ahead may cost more."""
        while True:
            if not self._queue or not 0 <= now_ms - self._read_at_ms <= FRESH_FOR_MS:
                self._queue.clear()
                found = orders.due(tx, now_ms=now_ms, limit=count + 1, max_cost_idr=max_cost_idr)
                self.has_more = len(found) > count
                if not self.has_more:
                    return found
                ahead = max(count, READ_AHEAD)
                turns = orders.due_by_turns(tx, now_ms=now_ms, limit=ahead, max_cost_idr=max_cost_idr)
                self._queue.extend(turns)
                self._read_at_ms = now_ms
            taken = [self._queue.popleft() for _ in range(min(count, len(self._queue)))]
            if found := orders.still_placed(tx, taken):
                return found


_log = logging.getLogger(__name__)

GIVE_UP_AFTER_MS = 60_000
"""A customer waits at the counter: after a minute without a connection the order is given up."""

IDLE_S = 30.0
"""Every order wakes the submitter; this only bounds the delay if a wake-up were lost."""

FUNDS_IDLE_S = 5.0
"""Where orders are held for a low balance: a top-up of another process may have released them."""

STORE_AGAIN_S = 0.5
"""The pause between attempts to store an answer, the only evidence of money spent."""

LOOKED_AT_ONCE = 64
"""Bounds the orders that one unit claims or lets expire; the next follows at once if there are more."""

HELD_AT_ONCE = 200
"""Bounds one unit of work; the next follows at once if there are more."""

SWEEP_LIMIT = 10_000
END_OF_TIME_MS = 1 << 62


class Biller(Protocol):
    """Makes the call that spends money."""

    def expect(self) -> None:
        """Prepare for a purchase that follows once its claim is durable."""
        ...

    async def buy(self, order: Order) -> Answer:
        """Post the order once and return the outcome."""
        ...


class Submitter:
    """Makes at most `concurrency` posts at once; an order older than `max_age_s` expires instead."""

    def __init__(
        self,
        *,
        database: Database,
        fence: Fence,
        context: WorkContext,
        biller: Biller,
        breaker: CircuitBreaker,
        now_ms: Callable[[], int],
        monotonic: Callable[[], float],
        clock: ClockWatch,
        wake_up: WakeUp,
        outbox_wake_up: WakeUp,
        concurrency: int,
        max_age_s: int,
        trx_timeout_s: float,
    ) -> None:
        self._database = database
        self._fence = fence
        self._leaders = fence.fenced(database)
        self._context = context
        self._biller = biller
        self._breaker = breaker
        self._now_ms = now_ms
        self._monotonic = monotonic
        self._clock = clock
        self._wake_up = wake_up
        self._outbox_wake_up = outbox_wake_up
        self._concurrency = concurrency
        self._max_age_ms = max_age_s * 1000
        self._turns = FairQueue()
        self._trx_timeout_s = trx_timeout_s
        self._posting: dict[str, asyncio.Task[None]] = {}
        self._inherited: dict[str, Order] = {}
        """Orders that an earlier leader was submitting: its posts may be under way until `_sweep_at_s`."""
        self._sweep_at_s = 0.0
        self._on_the_wire = 0
        self._placing: set[asyncio.Future[tuple[Any, list[Order]]]] = set()
        """Units that may claim the order that they place: each has room reserved."""
        self._claiming: asyncio.Future[list[Order]] | None = None
        self._claims_again = False
        self._stopping = False
        self._funds_claim_at_s = float("-inf")
        """When an order was last claimed while orders are held for a low balance."""

    def is_posting(self, trxid: str) -> bool:
        """Return whether this order's post, or the storing of its answer, may be under way."""
        return trxid in self._posting or trxid in self._inherited

    def inherit(self, submitting: list[Order]) -> None:
        """Leave the orders of an earlier leader alone until no post of it can be under way any more."""
        self._inherited = {order.trxid: order for order in submitting}
        self._sweep_at_s = self._monotonic() + self._trx_timeout_s + SAFETY_MS / 1000

    async def _sweep_inherited(self) -> None:
        """Make unknown what an earlier leader has left submitting; what was claimed since is not touched."""
        left = [order for trxid, order in self._inherited.items() if trxid not in self._posting]
        count = await self._leaders.write(
            lambda tx: _sweep(self._context.begin(tx, self._now_ms()), _unchanged(tx, left))
        )
        self._inherited.clear()
        if count:
            _log.warning("submitting orders of an earlier leader made unknown", extra={"count": count})
            self._outbox_wake_up.set()

    async def run_once(self) -> float:
        """Claim the due orders and start to post them; return the seconds until the next order is due."""
        if self._inherited and self._monotonic() >= self._sweep_at_s:
            await self._sweep_inherited()
        await self._clock.correct()
        while self._claiming:  # two claims at once could take more than there is room for
            await asyncio.wait({self._claiming})
        if self._stopping:
            return IDLE_S
        if self._free() <= 0:
            self._turns.has_more = True
            return await self._hold(self._now_ms()) if self._breaker.is_open else IDLE_S
        moved = await self._begin_claim()
        if any(order.state is State.SUBMITTING for order in moved):
            return 0
        return await self._until_next(self._now_ms())

    @property
    def _holds_for_funds(self) -> bool:
        return self._context.low_balance is LowBalance.HOLD

    def claim(self) -> None:
        """Claim the due orders in the commit of the current writes, or let the leader claim them."""
        if not self._fence.is_leading():
            self._fence.wake_leader()
        elif self._clock.is_set_back():
            self._wake_up.set()  # old orders look young until their times are corrected
        elif self._claiming:
            self._claims_again = True
        elif self._breaker.is_open:
            self._hold_once_stored()
        elif self._free() <= 0:
            self._turns.has_more = True
        elif not self._stopping:
            claiming = self._begin_claim()
            if self._holds_for_funds:
                claiming.add_done_callback(lambda _: self._wake_up.set())

    def reserve(self) -> ReservedPost | None:
        """Return room for the post of an order that is about to be placed; None if others wait or hold it.

        Without a turn of the event loop between, `post_once_stored` must follow.
        """
        term = self._fence.term  # read before: a process that leads then has led here as well
        if not self._fence.is_leading() or self._clock.is_set_back() or self._stopping:
            return None
        # What waits for the breaker, for funds or for its turn is claimed by the leader's own unit.
        if self._breaker.is_open or self._holds_for_funds or self._turns.has_more:
            return None
        # A claim in progress may take all the room that there is.
        if self._claiming or self._free() <= 0:
            return None
        return ReservedPost(
            claimant=self._fence.claimant,
            term=term,
            max_age_ms=self._max_age_ms,
            expect=self._biller.expect,
        )

    def post_once_stored(self, placing: "asyncio.Future[tuple[Any, list[Order]]]") -> None:
        """Post the order that a unit with reserved room claims, if it does; else claim what it has placed."""
        self._placing.add(placing)
        placing.add_done_callback(self._placed)

    def _placed(self, placing: "asyncio.Future[tuple[Any, list[Order]]]") -> None:
        self._placing.discard(placing)
        is_stored = not placing.cancelled() and placing.exception() is None
        claimed = placing.result()[1] if is_stored else []
        for order in claimed:
            self._start(order, is_probe=False)
        if not claimed or self._turns.has_more:
            self.claim()

    def _hold_once_stored(self) -> None:
        """Wake the worker once the current writes are stored: until then it would not find them."""

        def wake(stored: asyncio.Future[None]) -> None:
            if not stored.cancelled() and stored.exception() is None:
                self._wake_up.set()

        asyncio.ensure_future(self._leaders.write(lambda _: None, in_order=True)).add_done_callback(wake)

    def _free(self) -> int:
        free = self._concurrency - self._on_the_wire - len(self._placing)
        return self._breaker.allows(free, at_s=self._monotonic())

    def _begin_claim(self) -> "asyncio.Future[list[Order]]":
        """Claim in one transaction; the claimed orders are posted even if the caller is cancelled."""
        free, turns = self._free(), self._turns
        self._claims_again = self._leaders.is_crowded((SHOP,))

        def unit(tx: Tx) -> list[Order]:
            self._turns = turns.copy()
            return self._claim(tx, free)

        claiming = asyncio.ensure_future(
            self._leaders.write(
                unit,
                # The balance at the biller, with what is under way, must not change meanwhile.
                keys=None if self._holds_for_funds else (CLAIMS,),
                follows=(SHOP,),
            )
        )
        claiming.add_done_callback(partial(self._claimed, is_probe=self._breaker.is_open))
        self._claiming = claiming
        return claiming

    def _claim(self, tx: Tx, free: int) -> list[Order]:
        """Claim at most `free` placed orders; return them, and those that expired before them."""
        now_ms = self._now_ms()
        moved: list[Order] = []
        looked_at = 0
        funds = available_funds(tx, self._context)
        if funds and funds.is_low and self._may_probe_funds(tx, now_ms):
            funds, free = replace(funds, is_low=False), min(free, 1)
        # An order that expires takes no room: the next one may be fresh.
        while free > 0 and looked_at < LOOKED_AT_ONCE:
            limit_idr = funds.limit_idr if funds else orders.ANY_COST_IDR
            orders_of_turn = self._turns.next(tx, free, now_ms=now_ms, max_cost_idr=limit_idr)
            if not orders_of_turn:
                break
            looked_at += len(orders_of_turn)
            for due in orders_of_turn:
                if funds and not funds.allow(due.order.expected_cost_idr):
                    continue
                after = self._claim_one(self._context.begin(tx, now_ms), due)
                if after is not None:
                    moved.append(after)
                    free -= after.state is State.SUBMITTING
                if funds and after is not None and after.state is State.SUBMITTING:
                    self._funds_claim_at_s = self._monotonic()
                    cost_idr = after.expected_cost_idr or 0
                    funds = replace(funds, balance_idr=funds.balance_idr - cost_idr)
            if not self._turns.has_more:
                break
        return moved

    def _may_probe_funds(self, tx: Tx, now_ms: int) -> bool:
        """Return whether one order may ask the biller for its balance, though that was low."""
        last = balances.last_balance(tx)
        is_old = last is not None and abs(now_ms - last.reported_at_ms) >= PROBE_PAUSE_MS
        return is_old and (self._monotonic() - self._funds_claim_at_s) * 1000 >= PROBE_PAUSE_MS

    def _claim_one(self, work: UnitOfWork, due: DueOrder) -> Order | None:
        """Claim an order, or let it expire; return it unless it changed since it was read."""
        expiry = self._expiry_of(work, due)
        event = Claimed() if expiry is None else Expired(reason=expiry)
        applied = apply_event(work, due.order, event, actor=self._fence.claimant)
        # Compare-and-set: only the caller that moved the order from PLACED may post it.
        if applied is None or not applied.changed:
            return None
        if applied.after.state is State.SUBMITTING:
            self._biller.expect()
        return applied.after

    def _claimed(self, claiming: "asyncio.Future[list[Order]]", *, is_probe: bool) -> None:
        self._claiming = None
        if claiming.cancelled() or claiming.exception():
            self._wake_up.set()
            return
        for order in claiming.result():
            if order.state is State.SUBMITTING:
                self._start(order, is_probe=is_probe)
            else:
                self._outbox_wake_up.set()
        # Behind the orders that expired or were settled meanwhile, others may wait for the room that is left.
        if self._claims_again or (self._turns.has_more and self._free() > 0):
            self._claims_again = False
            self.claim()

    def _start(self, order: Order, *, is_probe: bool) -> None:
        if is_probe:
            self._breaker.probes(order.trxid)
        self._on_the_wire += 1
        task = asyncio.create_task(self._post(order), name=f"post {order.trxid}")
        self._posting[order.trxid] = task
        task.add_done_callback(partial(self._posted, order.trxid))

    async def _until_next(self, now_ms: int) -> float:
        funds = await self._database.read(lambda tx: available_funds(tx, self._context))
        if funds and await self._tell_held(now_ms, over_cost_idr=funds.limit_idr):
            return 0
        limit_idr, idle_s = (funds.limit_idr, FUNDS_IDLE_S) if funds else (orders.ANY_COST_IDR, IDLE_S)
        due_at_ms = await self._database.read(lambda tx: orders.next_due_ms(tx, max_cost_idr=limit_idr))
        return idle_s if due_at_ms is None else min(idle_s, max(0.01, (due_at_ms - now_ms) / 1000))

    async def _hold(self, now_ms: int) -> float:
        """Post nothing, while the circuit breaker is open."""
        more = await self._tell_held(now_ms)
        return 0 if more else min(IDLE_S, max(0.01, self._breaker.pause_s(at_s=self._monotonic())))

    async def _tell_held(self, now_ms: int, *, over_cost_idr: int = -1) -> bool:
        """Notify each waiting order's chat once, and let orders that waited too long expire.

        Return whether there are more.
        """
        held = await self._database.read(
            lambda tx: orders.due_while_held(
                tx,
                now_ms=now_ms,
                requested_before_ms=now_ms - self._max_age_ms,
                placed_before_ms=now_ms - GIVE_UP_AFTER_MS,
                subject_prefix=CHAT_SUBJECT,
                kind=OrderWaiting.__name__,
                limit=HELD_AT_ONCE,
                over_cost_idr=over_cost_idr,
            )
        )
        if held:
            await self._leaders.write(lambda tx: self._answer_held(tx, held, now_ms))
            self._outbox_wake_up.set()
        return len(held) == HELD_AT_ONCE

    def _answer_held(self, tx: Tx, held: list[Order], now_ms: int) -> None:
        for due in orders.still_placed(tx, [order.trxid for order in held]):
            work = self._context.begin(tx, now_ms)
            if expiry := self._expiry_of(work, due):
                apply_event(work, due.order, Expired(reason=expiry), actor="submitter")
            else:
                notify_waiting(work, due.order.trxid, is_for_funds=not self._breaker.is_open)

    def _expiry_of(self, work: UnitOfWork, due: DueOrder) -> ExpiryReason | None:
        """Return why a placed order must not be posted any more; None if it may be."""
        order, now_ms = due.order, work.now_ms
        if has_lost_access(due, work.admin_ids):
            return ExpiryReason.NO_ACCESS
        age_ms = now_ms - order.requested_at_ms
        if age_ms < -CLOCK_TOLERANCE_MS:
            return ExpiryReason.CLOCK_CHANGED
        if order.attempts == 0:
            return ExpiryReason.TOO_OLD if age_ms > self._max_age_ms else None
        # After the clock was set back an order may have been placed in the future; Telegram's date is right.
        tried_ms = max(now_ms - order.placed_at_ms, age_ms - self._max_age_ms)
        return ExpiryReason.NEVER_SENT if tried_ms > GIVE_UP_AFTER_MS else None

    async def _post(self, order: Order) -> None:
        try:
            answer = await self._buy(order)
        except asyncio.CancelledError:
            # The post may have left: the order stays SUBMITTING, and the next start makes it unknown.
            _log.warning("purchase cut off by the stop", extra={"trxid": order.trxid})
            raise
        except Exception:  # noqa: BLE001 - after a post every error may mean a purchase
            _log.exception("biller client failed unexpectedly", extra={"trxid": order.trxid})
            answer = Unclear(why="unexpected error", cause=UnknownCause.NOT_STORED)
        finally:
            self._on_the_wire -= 1
        _log.debug("trx answered", extra={"trxid": order.trxid, "answer": type(answer).__name__})
        # Before it is stored: on a full disk the breaker must still count the answers.
        alarm = self._record(order, answer)
        if alarm:
            _log.warning("circuit breaker changed", extra={"alarm": type(alarm).__name__})
        await self._store(order, answer, alarm)

    def _record(self, order: Order, answer: Answer) -> BreakerOpened | BreakerClosed | None:
        if answer == NOT_LEADING:
            return None  # it says nothing about the biller
        return self._breaker.record(order.trxid, answer, at_s=self._monotonic(), at_ms=self._now_ms())

    async def _buy(self, order: Order) -> Answer:
        # Between the claim and this moment the process may have stood still for longer than its lease.
        return await self._biller.buy(order) if self._fence.is_leading() else NOT_LEADING

    async def _store(self, order: Order, answer: Answer, alarm: BreakerOpened | BreakerClosed | None) -> None:
        """Store the answer, with retries until the database accepts it."""
        while True:
            stored = self._database.write(lambda tx: self._settle(tx, order, answer, alarm), keys=(RESULTS,))
            if self._turns.has_more:
                self.claim()
            try:
                notified = await stored
            except DatabaseMissing as error:
                # Loket stops; once the file is back, the next start makes the order unknown.
                kind = type(answer).__name__
                _log.error("answer not stored: %s", error, extra={"trxid": order.trxid, "answer": kind})
                return
            except StorageError as error:
                _log.error("answer not stored, retrying: %s", error, extra={"trxid": order.trxid})
                await asyncio.sleep(STORE_AGAIN_S)
            else:
                break
        if alarm or notified or not isinstance(answer, Accepted):
            # An accepted order brings no notice, and nothing to retry.
            self._outbox_wake_up.set()
            self._wake_up.set()

    def _settle(
        self, tx: Tx, order: Order, answer: Answer, alarm: BreakerOpened | BreakerClosed | None
    ) -> bool:
        """Store an answer; return whether notices were enqueued."""
        work = self._context.begin(tx, self._now_ms())
        applied = apply_event(work, order, answer, actor="biller:answer")
        if alarm:
            work.notify_admins(alarm, subject="breaker")
        return applied is not None and applied.notified

    def _posted(self, trxid: str, task: asyncio.Task[None]) -> None:
        self._posting.pop(trxid, None)
        if not task.cancelled() and task.exception():
            _log.error("purchase task failed", exc_info=task.exception())

    def _claims_in_progress(self) -> set[asyncio.Future[Any]]:
        claiming: set[asyncio.Future[Any]] = {*self._placing}
        return claiming | {self._claiming} if self._claiming else claiming

    async def drain(self, timeout_s: float) -> None:
        """Start no more posts and wait for those under way; cut off what is still open after `timeout_s`."""
        self._stopping = True
        # Wait for a claim in progress: its posts would otherwise begin after this wait.
        while claiming := self._claims_in_progress():
            await asyncio.wait(claiming)
        if self._posting:
            _, late = await asyncio.wait(set(self._posting.values()), timeout=timeout_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


def recover(work: UnitOfWork, *, claimed_before_ms: int) -> int:
    """Make due what waits for no reason, and unknown what was left submitting; return how many of these."""
    make_due_at_start(work)
    return _sweep(work, submitting(work.tx, claimed_before_ms=claimed_before_ms))


def submitting(tx: Tx, *, claimed_before_ms: int = END_OF_TIME_MS) -> list[Order]:
    """Return the orders whose post may be under way, or was when its process died."""
    return orders.in_state(tx, State.SUBMITTING, changed_before_ms=claimed_before_ms, limit=SWEEP_LIMIT)


def _unchanged(tx: Tx, before: list[Order]) -> list[Order]:
    return [order for order in before if orders.get(tx, order.trxid) == order]


def _sweep(work: UnitOfWork, stranded: list[Order]) -> int:
    for order in stranded:
        event = Unclear(why="stopped while sending", cause=UnknownCause.NOT_STORED)
        apply_event_to(work, order.trxid, event, actor="start")
    return len(stranded)
