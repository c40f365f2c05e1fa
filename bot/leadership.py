"""Leadership where several processes share one database: one leads, by a lease that its writes check.

Every process takes updates and reversals. The leader alone buys and sends. It stops by itself before its
lease runs out, even if it cannot reach the database; another takes over once nobody has renewed the lease for
its whole time. No clock of a machine decides: all go by the database's, or by how much time has passed.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from enum import Enum, auto
from math import inf
from typing import Any, Protocol, TypeVar

from msgspec.structs import replace

from bot.orders.events import NotSent
from bot.worker import WakeUp
from storage import lease
from storage.database import LEASE, Database
from storage.errors import StorageError
from storage.lease import Lease, LeaseLost
from storage.transaction import Tx, Unit

_log = logging.getLogger(__name__)

T = TypeVar("T")

LEASE_MS = 10_000
"""How long the orders of a leader that died wait for the next one."""

RENEW_AFTER_MS = 3_000
"""Two renewals may fail before the lease runs out."""

SAFETY_MS = 2_000
"""The leader stops by this much earlier: what it began in the last moment has left its machine by then."""

LOOK_EVERY_S = 1.0
POLL_S = 1.0
"""How long the leader may not notice what another process stored."""

STEP_MS = 250
"""A smaller difference between two readings of the database's time is of the way there and back."""


NOT_LEADING = NotSent(why="NotLeading")
"""The answer to a purchase that was claimed, and not posted because the lease may have run out since.

It has the name of the exception by which the biller's client says the same.
"""


class Step(Enum):
    """What a process does about the lease."""

    KEEP = auto()
    RENEW = auto()
    TAKE = auto()
    WAIT = auto()
    STEP_DOWN = auto()


def next_step(found: Lease, my_term: int | None, *, unchanged_ms: int) -> Step:
    """Return the next step; `my_term` is None if this process does not lead.

    `unchanged_ms` is for how long this process has seen the lease as it is now. A lease is over only if both
    clocks agree: whoever holds it would have renewed it meanwhile.
    """
    left_ms = found.valid_until_ms - found.now_ms
    if my_term is not None:
        if found.holder is None or found.term != my_term or left_ms <= 0:
            return Step.STEP_DOWN
        return Step.RENEW if left_ms <= LEASE_MS - RENEW_AFTER_MS else Step.KEEP
    # After the database's clock was set back, the time left is longer than any lease.
    ran_out = not 0 < left_ms <= LEASE_MS
    if found.holder is None or (ran_out and unchanged_ms >= LEASE_MS):
        return Step.TAKE
    return Step.WAIT


class Fence(Protocol):
    """What the workers of a leader ask: whether they may act, and a database that stores nothing if not."""

    poll_s: float

    @property
    def claimant(self) -> str:
        """Who claims orders, as their events name it."""
        ...

    @property
    def term(self) -> int | None:
        """The term in which this process leads; None if it does not, and where nothing has a lease."""
        ...

    def is_leading(self) -> bool:
        """Return whether this process may buy and send at this moment."""
        ...

    def fenced(self, database: Database) -> Database:
        """Return the database for what only a leader may store."""
        ...

    def held_since_ms(self, own: int | None) -> int | None:
        """Return since when the leader holds orders back; `own` is what the own circuit breaker says."""
        ...

    def wake_leader(self) -> None:
        """Let the process that leads look for what this one has stored."""
        ...


class SoleLeader:
    """The only process on its database, by the lock of the file: it leads, and nothing is to be checked."""

    poll_s = inf
    claimant = "submitter"
    term = None

    def is_leading(self) -> bool:
        return True

    def fenced(self, database: Database) -> Database:
        return database

    def held_since_ms(self, own: int | None) -> int | None:
        return own

    def wake_leader(self) -> None:
        """Do nothing: no other process leads."""


SOLE_LEADER = SoleLeader()


class _FencedDatabase:
    """Checks the term inside each transaction that writes; raises LeaseLost if it is over."""

    def __init__(self, database: Database, keeper: "LeaseKeeper") -> None:
        self._database = database
        self._keeper = keeper
        self.read, self.read_long = database.read, database.read_long
        self.is_crowded = database.is_crowded

    def write(self, unit: Unit[T], **how: Any) -> Awaitable[T]:
        def checked(tx: Tx) -> T:
            self._keeper.check(tx)
            return unit(tx)

        return self._database.write(checked, **how)


class LeaseKeeper:
    """Takes, renews and releases the lease; runs `lead` while this process leads.

    `monotonic` returns seconds that go on while the machine sleeps, `now_ms` the machine's own Unix time.
    `notify` wakes the leader of another process, which looks every second by itself.
    """

    poll_s = POLL_S

    def __init__(
        self,
        *,
        database: Database,
        replica: str,
        monotonic: Callable[[], float],
        now_ms: Callable[[], int],
        notify: Callable[[], None] = lambda: None,
    ) -> None:
        self.replica = replica
        self.take_overs = 0
        self._database = database
        self._monotonic = monotonic
        self._machines_now_ms = now_ms
        self._notify = notify
        self._term: int | None = None
        self._safe_until_s = -inf
        self._found: Lease | None = None
        self._found_at_s = self._unchanged_since_s = -inf
        self._wake_up = WakeUp()
        self._leading: asyncio.Task[None] | None = None

    @property
    def found(self) -> Lease | None:
        """The lease as it was last read or changed."""
        return self._found

    @property
    def term(self) -> int | None:
        """The term in which this process leads; None if it does not."""
        return self._term if self.is_leading() else None

    @property
    def claimant(self) -> str:
        return f"submitter term {self._term}"

    def is_leading(self) -> bool:
        """Return whether this process may buy and send, by the time that passed since the last renewal."""
        return self._term is not None and self._monotonic() < self._safe_until_s

    def fenced(self, database: Database) -> Database:
        return _FencedDatabase(database, self)

    def held_since_ms(self, own: int | None) -> int | None:
        if self.is_leading():
            return own
        return self._found.held_since_ms if self._found else None

    def wake_leader(self) -> None:
        self._notify()

    def check(self, tx: Tx) -> None:
        """Raise LeaseLost if this process does not lead as of this transaction."""
        if self._term is None or not self.is_leading():
            raise LeaseLost("this process does not lead")
        try:
            lease.check(tx, self._term)
        except LeaseLost:
            self._term = None
            self._wake_up.set()
            raise

    def now_ms(self) -> int:
        """Return the time of the database, one clock for all processes; before `observe` the machine's."""
        if self._found is None:
            return self._machines_now_ms()
        return self._found.now_ms + int((self._monotonic() - self._found_at_s) * 1000)

    async def observe(self) -> Lease:
        """Read the lease, and the time of the database."""
        before_s = self._monotonic()
        found = await self._database.read(lease.current)
        self._note(found, before_s)
        return found

    async def run(
        self,
        *,
        take_over: Callable[[Tx, Lease], T],
        lead: Callable[[T], Coroutine[Any, Any, None]],
        breaker_open_since_ms: Callable[[], int | None],
    ) -> None:
        """Keep the lease until cancelled; `take_over` is part of the transaction that begins a term."""
        try:
            while True:
                try:
                    await self._step(take_over, lead, breaker_open_since_ms)
                except (StorageError, TimeoutError) as error:
                    _log.warning("lease not renewed, retrying: %s", str(error) or "no answer in time")
                except Exception:  # noqa: BLE001 - a process that gave up would never lead again
                    _log.exception("lease not renewed, retrying")
                if not self.is_leading() or (self._leading and self._leading.done()):
                    await self._step_down()
                await self._wake_up.wait(LOOK_EVERY_S)
        finally:
            await self._stop_workers()

    async def release(self) -> None:
        """Let another process take the lease at once: nothing of this one may be under way any more."""
        term, self._term = self._term, None
        if term is not None:
            with suppress(StorageError):
                await self._database.write(lambda tx: lease.release(tx, term))
                _log.info("lease released", extra={"term": term})

    async def _step(
        self,
        take_over: Callable[[Tx, Lease], T],
        lead: Callable[[T], Coroutine[Any, Any, None]],
        breaker_open_since_ms: Callable[[], int | None],
    ) -> None:
        """Read the lease and do what it calls for, within the time in which this process may act."""
        patience_s = self._safe_until_s - self._monotonic() if self.is_leading() else LEASE_MS / 1000
        async with asyncio.timeout(patience_s):
            found = await self.observe()
            unchanged_ms = int((self._monotonic() - self._unchanged_since_s) * 1000)
            match next_step(found, self._term, unchanged_ms=unchanged_ms):
                case Step.KEEP | Step.WAIT:
                    pass
                case Step.RENEW:
                    await self._renew(breaker_open_since_ms())
                case Step.TAKE:
                    await self._take(found, take_over, lead)
                case Step.STEP_DOWN:
                    self._term = None

    async def _renew(self, held_since_ms: int | None) -> None:
        term, before_s = self._term, self._monotonic()
        if term is None:
            return
        is_renewed = await self._database.write(
            lambda tx: lease.renew(tx, term, for_ms=LEASE_MS, held_since_ms=held_since_ms), keys=(LEASE,)
        )
        if not is_renewed:
            self._term = None
        elif self._term == term:
            self._safe_until_s = before_s + (LEASE_MS - SAFETY_MS) / 1000

    async def _take(
        self,
        found: Lease,
        take_over: Callable[[Tx, Lease], T],
        lead: Callable[[T], Coroutine[Any, Any, None]],
    ) -> None:
        await self._stop_workers()
        before_s = self._monotonic()

        def unit(tx: Tx) -> tuple[int, T] | None:
            term = lease.take(tx, found, holder=self.replica, for_ms=LEASE_MS)
            return None if term is None else (term, take_over(tx, found))

        taken = await self._database.write(unit)
        if taken is None:
            return
        self._term, inherited = taken
        self._safe_until_s = before_s + (LEASE_MS - SAFETY_MS) / 1000
        self.take_overs += 1
        _log.warning("leadership taken", extra={"term": self._term, "from": found.holder})
        self._leading = asyncio.create_task(lead(inherited), name="leader")

    async def _step_down(self) -> None:
        if self._leading is not None:
            _log.error("leadership lost: this process buys and sends nothing")
            await self._stop_workers()
        self._term = None

    async def _stop_workers(self) -> None:
        leading, self._leading = self._leading, None
        if leading is not None:
            leading.cancel()
            await asyncio.gather(leading, return_exceptions=True)

    def _note(self, found: Lease, before_s: float) -> None:
        """Note the lease, and the time of the database halfway between the question and the answer."""
        now_s = self._monotonic()
        last = self._found
        if last is None or (last.term, last.holder, last.valid_until_ms) != (
            found.term,
            found.holder,
            found.valid_until_ms,
        ):
            self._unchanged_since_s = now_s
        at_s = (before_s + now_s) / 2
        if last is not None:
            expected_ms = last.now_ms + int((at_s - self._found_at_s) * 1000)
            if abs(found.now_ms - expected_ms) < STEP_MS:
                # The time must not step back and forth by the delay of each answer.
                found = replace(found, now_ms=expected_ms)
        self._found, self._found_at_s = found, at_s
