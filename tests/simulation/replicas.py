"""Several processes on one database in one world: they are killed, stand still, are cut off, and take over.

Each has a loop of its own, stepped in the order of time: one that stands still is not stepped, and goes on
later from where it was. The database is a server that outlives them all; its transactions are serial.
"""

import asyncio
import threading
from collections.abc import Callable, Collection, Coroutine
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from bot.deposits.mutations import MutationPost
from bot.features.deposits.mutations import MutationResult
from bot.features.people import membership
from bot.leadership import Fence, LeaseKeeper
from bot.purchasing.reversals import ReversalResult
from bot.worker import WakeUp, Worker
from storage import lease
from storage.connection import supply_time
from storage.errors import StorageError
from storage.sqlite import (
    SqliteTx,
    begin,
    commit,
    rollback,
    run_optimistically,
    run_read_only,
    run_with_savepoints,
)
from storage.transaction import NeedsSavepoints, Unit, UnitDone, UnitFailed, set_outcome
from tests.simulation.life import Life
from tests.simulation.loop import Timeline, VirtualLoop
from tests.simulation.plan import TROUBLE_S
from tests.simulation.world import Report, World

if TYPE_CHECKING:
    from random import Random

    from tests.simulation.telegram import Raw

T = TypeVar("T")

REPLICAS = 2
STANDS_STILL_S = (3.0, 9.0, 11.0, 14.0, 70.0)
"""Around the time of a lease, and longer than any post."""

CUT_OFF_S = (2.0, 9.0, 20.0)
CLOCKS_APART_MS = 300_000


class StepLoop(VirtualLoop):
    """A loop that never waits: the world steps it when its time has come."""

    def __init__(self, timeline: Timeline, rng: "Random") -> None:
        super().__init__(timeline, rng)
        self._selector = _NoWait()  # type: ignore[assignment]

    def next_s(self) -> float:
        """Return when this loop has something to do."""
        if self._ready:
            return self.time()
        scheduled: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]
        return scheduled[0].when() if scheduled else float("inf")

    def step(self) -> None:
        """Do once what is due."""
        asyncio._set_running_loop(self)  # noqa: SLF001 - `run_forever` would not return between two steps
        self._thread_id = threading.get_ident()
        try:
            self._run_once()  # type: ignore[attr-defined]
        finally:
            self._thread_id = None  # type: ignore[assignment]
            asyncio._set_running_loop(None)  # noqa: SLF001 - as above


class _NoWait:
    def select(self, _: float | None) -> list[object]:
        return []


class SharedDatabase:
    """One process's way to the server: units may overlap, each is stored as if it were alone."""

    def __init__(self, world: "ReplicaWorld", life: "Replica") -> None:
        self._world = world
        self._life = life
        self._unfinished: dict[asyncio.Task[object], None] = {}

    def is_crowded(self, kinds: Collection[str]) -> bool:  # noqa: ARG002 - all are stored in their order
        return False

    def write(
        self,
        unit: Unit[T],
        *,
        within_s: float = 0,
        in_order: bool = False,
        keys: Collection[str] | None = None,
        follows: Collection[str] = (),
    ) -> "asyncio.Future[T]":
        """Store a unit; after a cut its outcome is found out once the server can be asked."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        earlier = tuple(self._unfinished) if in_order or follows or keys is None else ()
        task = self._life.start(self._store(unit, done, earlier, within_s))
        self._unfinished[task] = None
        task.add_done_callback(self._unfinished.pop)
        return done

    async def read(self, unit: Unit[T]) -> T:
        await self._life.moment("a look")
        self._refuse_cut()
        return run_read_only(unit, self._world.disk.connection)

    read_long = read

    async def _store(
        self,
        unit: Unit[T],
        done: "asyncio.Future[T]",
        earlier: tuple["asyncio.Task[object]", ...],
        within_s: float,
    ) -> None:
        if waiting := [task for task in earlier if not task.done()]:
            await asyncio.wait(waiting)
        await asyncio.sleep(within_s)
        await self._life.moment("before a commit")
        outcome: UnitDone[Any] | UnitFailed
        try:
            self._refuse_cut()
            outcome = self._world.store(unit)
        except StorageError as error:
            outcome = UnitFailed(error)
        await self._life.moment("after a commit")
        while self._life.is_cut_off:  # noqa: ASYNC110 - time itself ends it
            await asyncio.sleep(0.1)
        set_outcome(done, outcome)
        if isinstance(outcome, UnitFailed) and not done.cancelled():
            done.exception()  # whoever would have asked for it may be dead

    def _refuse_cut(self) -> None:
        if self._life.is_cut_off or self._world.strikes(self._world.plan.storage):
            raise StorageError("the server does not answer")


class Replica(Life):
    """One process among several."""

    def __init__(self, world: "ReplicaWorld", number: int, loop: StepLoop) -> None:
        self.replicas = world
        self.loop = loop
        self.still_until_s = 0.0
        self.cut_until_s = 0.0
        self.clock_ms = world.rng.choice((0, 0, -CLOCKS_APART_MS, CLOCKS_APART_MS))
        super().__init__(world, number)

    def _connect(self) -> "tuple[Any, Fence, Callable[[], int]]":
        database = SharedDatabase(self.replicas, self)
        self.keeper = LeaseKeeper(
            database=database,
            replica=f"replica {self.number}",
            monotonic=lambda: self.world.timeline.now_s,
            now_ms=lambda: self.world.now_ms() + self.clock_ms,
        )
        return database, self.keeper, self.keeper.now_ms

    @property
    def is_cut_off(self) -> bool:
        return self.world.timeline.now_s < self.cut_until_s

    async def main(self) -> None:
        """Start as the program starts."""
        resellers = self.world.people.resellers
        while True:
            try:
                await self.keeper.observe()
                await self.database.write(
                    partial(membership.approve_configured, user_ids=resellers, now_ms=self.now_ms())
                )
                break
            except Exception as error:  # noqa: BLE001 - a supervisor starts the program again
                self.world.note(f"start failed: {error}")
                await asyncio.sleep(1)
        runtime = self.runtime
        self.start(
            self.keeper.run(
                take_over=runtime.take_over,
                lead=runtime.lead,
                breaker_open_since_ms=runtime.breaker.open_since_ms,
            )
        )
        if not self.world.plan.webhook:
            self.start(Worker("poller", self._poll, WakeUp()).run())
        self.is_up = True
        self.world.note(f"{self.keeper.replica} is up")

    async def _poll(self) -> float:
        return await self.poller.run_once() if self.keeper.is_leading() else 1.0

    def start(self, work: "Coroutine[object, object, object]") -> "asyncio.Task[object]":
        task = self.loop.create_task(work)
        self.tasks.add(task)
        return task

    def crash(self, what: str) -> None:
        self.replicas.kill(self, what)

    async def moment(self, what: str) -> None:
        """Let a moment pass, in which the process may be killed, or stand still."""
        await super().moment(what)
        if self.world.strikes(self.world.plan.crash / 4):
            self.replicas.stand_still(self, what)
            await asyncio.sleep(0)


class ReplicaWorld(World):
    """A world with two processes, of which one leads."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.plan = replace(self.plan, restore=False, clock_jump=0.0)
        self.lives: list[Replica] = []
        self.terms: list[tuple[int, int]] = []
        """Each term with the id of the last event before it."""
        supply_time(self.disk.connection, lambda: int(self.timeline.now_s * 1000))
        self._booted = 0

    def store(self, unit: Unit[T]) -> UnitDone[T] | UnitFailed:
        """Carry out a transaction."""
        connection = self.disk.connection
        before, last_event_id = self._lease(), self._last_event_id()
        begin(connection)
        try:
            (outcome,) = run_optimistically([unit], connection)
        except (Exception, NeedsSavepoints):  # noqa: BLE001 - as the real writer does
            rollback(connection)
            begin(connection)
            (outcome,) = run_with_savepoints([unit], connection)
        commit(connection)
        after = self._lease()
        if after.term != before.term:
            self._begin_term(after, last_event_id)
        return outcome

    def _lease(self) -> lease.Lease:
        return lease.current(SqliteTx(self.disk.connection))

    def _last_event_id(self) -> int:
        row = self.disk.connection.execute("SELECT coalesce(max(event_id), 0) FROM order_events").fetchone()
        return int(row[0])

    def _begin_term(self, taken: lease.Lease, last_event_id: int) -> None:
        self.terms.append((taken.term, last_event_id))
        self.note(f"{taken.holder} leads in term {taken.term}")
        self.crashes += 1  # what the last leader was sending may be sent again
        for life in self.lives:
            if not life.dead and life.keeper.replica != taken.holder and life.keeper.is_leading():
                self.violate("lease", f"{taken.holder} took the lead while {life.keeper.replica} may act")

    def notice_post(self, life: Life, trxid: str) -> None:
        self._check_leads(life, f"posted {trxid}")

    def notice_send(self, life: Life, chat_id: int) -> None:
        self._check_leads(life, f"sent to chat {chat_id}")

    def _check_leads(self, life: Life, what: str) -> None:
        assert isinstance(life, Replica)
        found = self._lease()
        if found.holder != life.keeper.replica or found.valid_until_ms <= found.now_ms:
            self.violate("lease", f"{life.keeper.replica} {what} while {found.holder} holds the lease")

    def crash(self, where: str) -> None:
        """One of the processes is killed, oftener the one that leads."""
        if life := self._some_life():
            self.kill(life, where)

    def kill(self, life: Replica, where: str) -> None:
        """The process is gone; another is started in its place after a while."""
        if life.dead:
            return
        life.dead = True
        self.crashes += 1
        self.note(f"{life.keeper.replica} IS KILLED at: {where}")
        self.timeline.after(self.rng.choice((0.5, 5.0, 30.0)), self._boot)

    def stand_still(self, life: Replica, where: str) -> None:
        """The process is stopped, and goes on later as if nothing had been."""
        for_s = self.rng.choice(STANDS_STILL_S)
        self.crashes += 1
        self.note(f"{life.keeper.replica} stands still for {for_s} s at: {where}")
        life.still_until_s = self.timeline.now_s + for_s
        self.timeline.after(for_s, lambda: None)

    def _cut_off(self) -> None:
        if life := self._some_life():
            for_s = self.rng.choice(CUT_OFF_S)
            self.note(f"{life.keeper.replica} cannot reach the database for {for_s} s")
            life.cut_until_s = self.timeline.now_s + for_s

    def _some_life(self) -> Replica | None:
        living = [life for life in self.lives if not life.dead]
        leading = [life for life in living if life.keeper.is_leading()]
        chosen = leading if leading and self.rng.random() < 0.7 else living
        return self.rng.choice(chosen) if chosen else None

    def _plan_misfortune(self) -> None:
        super()._plan_misfortune()
        if not self.plan.crash:
            return
        for event in (lambda: self._stop_some("any moment"), self._cut_off):
            for _ in range(self.rng.randint(0, 2)):
                self.timeline.after(self.rng.uniform(0, TROUBLE_S), event)

    def _stop_some(self, where: str) -> None:
        if life := self._some_life():
            self.stand_still(life, where)

    def _boot(self) -> None:
        self._booted += 1
        loop = StepLoop(self.timeline, self.rng)
        life = Replica(self, self._booted, loop)
        self.lives.append(life)
        self._graves.append((loop, life))
        life.tasks.add(loop.create_task(life.main()))

    def _live(self, number: int) -> None:
        assert number == 1
        for _ in range(REPLICAS):
            self._boot()
        while not self._finished:
            awake = [
                life for life in self.lives if not life.dead and life.still_until_s <= self.timeline.now_s
            ]
            due = min(awake, key=lambda life: life.loop.next_s(), default=None)
            due_s = due.loop.next_s() if due else float("inf")
            if due is None or self.timeline.next_s() <= due_s:
                self.timeline.advance(self.timeline.next_s())
                self.timeline.happen()
            else:
                self.timeline.advance(due_s)
                due.loop.step()

    def _finish(self) -> None:
        self._finished = True

    def _start(self, life: Life, work: "Coroutine[object, object, None]") -> None:
        life.start(work)

    def call_reversal(self, query: bytes, heard: Callable[[ReversalResult], None]) -> None:
        self._life = self._any_door()
        super().call_reversal(query, heard)

    def call_bank_report(self, post: MutationPost, heard: Callable[[MutationResult], None]) -> None:
        self._life = self._any_door()
        super().call_bank_report(post, heard)

    def call_webhook(self, update: "Raw", taken: Callable[[], None]) -> None:
        self._life = self._any_door()
        super().call_webhook(update, taken)

    def work(self, work: "Callable[[Life], Coroutine[object, object, None]]") -> None:
        self._life = self._any_door()
        super().work(work)

    def _any_door(self) -> Replica | None:
        up = [life for life in self.lives if life.is_up and not life.dead]
        return self.rng.choice(up) if up else None

    def examine_terms(self) -> None:
        """Orders are claimed within a term only, and what was claimed in the present one is not doubted."""
        sql = "SELECT event_id, trxid, actor, kind FROM order_events ORDER BY event_id"
        claimed_in: dict[str, int] = {}
        for event_id, trxid, actor, kind in self.disk.connection.execute(sql):
            term = max((term for term, last_event_id in self.terms if last_event_id < event_id), default=0)
            if kind == "Claimed":
                claimed = actor.rsplit(" ", 1)[1]
                claimed_in[trxid] = int(claimed) if claimed.isdigit() else 0
                if claimed_in[trxid] != term:
                    self.violate("lease", f"{trxid} was claimed in term {claimed_in[trxid]} during {term}")
            elif kind == "Unclear" and actor == "start" and claimed_in.get(trxid) == term:
                self.violate("lease", f"{trxid} was doubted in the term in which it was claimed")


def run_replicas(seed: int) -> Report:
    """Run one seed with several processes."""
    return ReplicaWorld(seed).run()
