"""One seed's world: runs lives one after another until trouble is over and everything has settled."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from typing import Any

from bot.deposits.mutations import MutationPost
from bot.features.deposits.mutations import MutationResult
from bot.purchasing.reversals import ReversalResult
from storage.errors import StorageError
from tests.simulation.announcements import Announcements
from tests.simulation.biller import Biller
from tests.simulation.deposits import SECOND_ADMIN, Deposits
from tests.simulation.disk import Disk
from tests.simulation.invariants import examine
from tests.simulation.life import ADMIN, Life
from tests.simulation.loop import START_S, Timeline, VirtualLoop
from tests.simulation.low_funds import LowFunds
from tests.simulation.money import Operator
from tests.simulation.outage import Outage
from tests.simulation.people import People
from tests.simulation.plan import TROUBLE_S, draw
from tests.simulation.products import Products
from tests.simulation.telegram import Raw, Telegram

SETTLE_WITHIN_S = 4 * 3600.0
"""The longest legitimate wait: an overdue order after ten minutes, then an admin who looks every twelve."""

LOOK_EVERY_S = 30.0

ENOUGH = 3
"""A world that has broken so many promises proves no more by going on, perhaps for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of a seed: `violations` is empty if every promise held; `story` can be read."""

    seed: int
    violations: tuple[str, ...]
    story: tuple[str, ...]
    orders: int
    crashes: int
    faults: int

    @property
    def fingerprint(self) -> str:
        """Return a hash of all that happened: the same seed must give the same."""
        return sha256("\n".join(self.story).encode()).hexdigest()


class World:
    """Everything outside the process, and the process's lives."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rng = Random(seed)  # noqa: S311 - a seed must give the same story
        self.plan = draw(self.rng)
        self.timeline = Timeline()
        self.disk = Disk()
        self.biller = Biller(self)
        self.telegram = Telegram(self)
        self.people = People(self)
        self.operator = Operator(self)
        self.deposits = Deposits(self)
        self.announcements = Announcements(self)
        self.products = Products(self)
        self.low_funds = LowFunds(self)
        self.violations: list[str] = []
        self.story: list[str] = []
        self.crashes = 0
        self.faults = 0
        self.is_restored = False
        self.restored_at_ms = 0
        self._backup: bytes | None = None
        self._clock_offset_ms = 0
        self._life: Life | None = None
        self._loop: VirtualLoop | None = None
        self._graves: list[tuple[VirtualLoop, Life]] = []
        self._finished = False

    def run(self) -> Report:
        """Live through the seed and return the report."""
        self.people.arrive()
        self.operator.arrive()
        self.deposits.arrive()
        self.announcements.arrive()
        self.products.arrive()
        self.low_funds.arrive()
        self._plan_misfortune()
        self.timeline.after(TROUBLE_S + 60, self._look)
        with _surprises(self):
            lives = 0
            while not self._finished:
                lives += 1
                self._live(lives)
        examine(self)
        self.examine_terms()
        self._examine_tasks()
        self._bury()
        return Report(
            seed=self.seed,
            violations=tuple(self.violations),
            story=tuple(self.story),
            orders=len(self.people.orders),
            crashes=self.crashes,
            faults=self.faults,
        )

    @property
    def is_troubled(self) -> bool:
        return self.timeline.now_s < START_S + TROUBLE_S

    @property
    def admins(self) -> tuple[int, ...]:
        """Return the admins; where money comes in by tickets there are two."""
        return (ADMIN, SECOND_ADMIN) if self.deposits.is_open else (ADMIN,)

    @property
    def _must_end_sold(self) -> bool:
        """Whether the last orders must be bought, as none is by a clock that stays ahead."""
        return self.products.is_watched or self.low_funds.is_drawn

    @property
    def outage(self) -> Outage | None:
        """Return what keeps the biller from answering at this moment."""
        since_s = self.timeline.now_s - START_S - self.plan.outage_from_s
        return self.plan.outage if 0 <= since_s < self.plan.outage_s else None

    def now_ms(self) -> int:
        """Return the time of day as the process sees it; its clock may have jumped."""
        return int(self.timeline.now_s * 1000) + self._clock_offset_ms

    def seconds_until(self, moment_s: float) -> float:
        """Return how long it is until a moment, in seconds from the start; negative if it is over."""
        return START_S + moment_s - self.timeline.now_s

    def strikes(self, rate: float) -> bool:
        """Return whether a fault strikes now."""
        if rate and self.is_troubled and self.rng.random() < rate:
            self.faults += 1
            return True
        return False

    def note(self, what: str) -> None:
        """Record an event."""
        self.story.append(f"{self.timeline.now_s - START_S:9.3f}  {what}")

    def violate(self, invariant: str, what: str) -> None:
        """A promise was broken."""
        self.note(f"BROKEN {invariant}: {what}")
        self.violations.append(f"{invariant}: {what}")
        if len(self.violations) == ENOUGH:
            self._finish()

    def crash(self, where: str) -> None:
        """The power goes."""
        if self._life is None or self._life.dead or self._loop is None:
            return
        self._life.dead = True
        self.crashes += 1
        self.note(f"POWER CUT at: {where}")
        self._loop.stop()

    def examine_terms(self) -> None:
        """Hold what concerns leadership, where several processes run."""

    def notice_post(self, life: Life, trxid: str) -> None:
        """The first byte of a post leaves; where several processes run, only the leader's may."""

    def notice_send(self, life: Life, chat_id: int) -> None:
        """A message is about to be sent."""

    def call_reversal(self, query: bytes, heard: Callable[[ReversalResult], None]) -> None:
        """The biller calls our web server; `heard` is told only of an answer that arrived."""
        life = self._life
        if life is None or not life.is_up or life.dead:
            return

        async def call() -> None:
            with contextlib.suppress(StorageError):
                verdict = await life.runtime.reversals.receive(query, remote="10.0.0.1")
                self.note(f"a reversal is answered {verdict.name}: {query.decode()[:60]}")
                heard(verdict)

        self._start(life, call())

    def call_bank_report(self, post: MutationPost, heard: Callable[[MutationResult], None]) -> None:
        """A bank-mutation service calls our web server; `heard` is told only of an answer that arrived."""
        life = self._life
        if life is None or not life.is_up or life.dead:
            return

        async def call() -> None:
            with contextlib.suppress(StorageError):
                heard(await life.runtime.mutations.receive(post))

        self._start(life, call())

    def call_webhook(self, update: Raw, taken: Callable[[], None]) -> None:
        """Telegram calls our web server; `taken` is told only of a 200 that arrived."""
        life = self._life
        if life is None or not life.is_up or life.dead:
            return

        async def call() -> None:
            with contextlib.suppress(StorageError):
                await life.receiver.receive([update])
                taken()

        self._start(life, call())

    def work(self, work: "Callable[[Life], Coroutine[object, object, None]]") -> None:
        """Somebody works at the counter itself, if that is up."""
        if self._life and self._life.is_up and not self._life.dead:
            self._start(self._life, work(self._life))

    def _start(self, life: Life, work: "Coroutine[object, object, None]") -> None:
        if self._loop is None or not self._loop.is_running():
            work.close()
            return
        life.start(work)

    def _live(self, number: int) -> None:
        self._loop = VirtualLoop(self.timeline, self.rng)
        self._loop.set_exception_handler(self._surprised)
        self._life = life = Life(self, number)
        main = self._loop.create_task(life.main())
        self._loop.run_forever()
        life.tasks.add(main)
        # Whatever the dead knew is kept until the end, so that nothing of it is cleaned up in their name.
        self._graves.append((self._loop, life))
        self._life = None
        if not self._finished:
            self.timeline.pass_until(self.timeline.now_s + self.rng.choice((0.5, 5.0, 90.0)))

    def _surprised(self, _: object, context: dict[str, Any]) -> None:
        """A callback failed, or nobody asked for the exception of a task."""
        error = context.get("exception")
        if not isinstance(error, StorageError):
            self.violate("surprise", f"{context['message']}: {error!r}")

    def _examine_tasks(self) -> None:
        """No task that a life began may have ended by an exception, not even without anybody's notice."""
        for _, life in self._graves:
            for task in life.tasks:
                if task.done() and not task.cancelled() and (error := task.exception()):
                    self._surprised(task, {"message": "a task failed", "exception": error})

    def _plan_misfortune(self) -> None:
        """Besides at every await, the power may go at any moment, and the clock may jump."""
        if self.plan.crash:
            for _ in range(self.rng.randint(0, 3)):
                self.timeline.after(self.rng.uniform(0, TROUBLE_S), lambda: self.crash("any moment"))
        if self.plan.restore:
            backup_s = self.rng.uniform(0, TROUBLE_S * 0.6)
            self.timeline.after(backup_s, self._back_up)
            self.timeline.after(self.rng.uniform(backup_s, TROUBLE_S), self._lose_the_disk)
        if self.strikes(self.plan.clock_jump) and not self._must_end_sold:
            jump_ms = self.rng.choice((-600_000, -5_000, 5_000, 600_000))
            self.timeline.after(self.rng.uniform(0, TROUBLE_S), lambda: self._jump(jump_ms))

    def _back_up(self) -> None:
        self._backup = self.disk.backup()
        if self._backup is None:
            self.timeline.after(0.5, self._back_up)

    def _lose_the_disk(self) -> None:
        """The disk is gone, and with it what was stored since the backup."""
        if self._backup is None:
            return
        self.crash("the disk is lost")
        self.is_restored = True
        self.disk.restore(self._backup, now_ms=self.now_ms())
        self.note("the backup is restored")
        self.restored_at_ms = self.now_ms()
        self.operator.look_after_restore()
        self.deposits.look_after_restore()

    def _jump(self, jump_ms: int) -> None:
        self._clock_offset_ms += jump_ms
        self.note(f"the clock jumps by {jump_ms} ms")

    def _look(self) -> None:
        """Look whether all has settled; if so, or if it never will, the seed ends."""
        waited_s = self.timeline.now_s - START_S - TROUBLE_S
        if self._is_settled():
            self._finish()
        elif waited_s > SETTLE_WITHIN_S:
            self.violate("I6", f"not settled {waited_s:.0f} s after the trouble")
            self._finish()
        else:
            self.timeline.after(LOOK_EVERY_S, self._look)

    def _is_settled(self) -> bool:
        count = self.disk.connection.execute(
            """SELECT (SELECT count(*) FROM outbox WHERE state IN ('waiting', 'parked'))
                    + (SELECT count(*) FROM orders WHERE state NOT IN ('succeeded', 'failed', 'expired'))"""
        ).fetchone()[0]
        reports_done = self.timeline.now_s > self.biller.done_at_s + LOOK_EVERY_S
        all_said = self.timeline.now_s > self.people.says_last_at_s
        quiet = reports_done and all_said and self.operator.is_done and self.deposits.is_done
        quiet = quiet and self.announcements.is_done and self.products.is_done and self.low_funds.is_done
        return count == 0 and quiet and not self.telegram.has_unread()

    def _finish(self) -> None:
        self._finished = True
        if self._loop is not None:
            self._loop.stop()

    def _bury(self) -> None:
        for loop, _ in self._graves:
            for task in asyncio.all_tasks(loop):
                # A power cut leaves tasks pending; that is no news.
                task._log_destroy_pending = False  # type: ignore[attr-defined]  # noqa: SLF001 - theirs
                with contextlib.suppress(Exception):
                    task.get_coro().close()
            loop.close()
        self.disk.close()


class _Surprises(logging.Handler):
    """Agents log what they did not expect and go on; here anything but a planned fault is a finding."""

    def __init__(self, world: World) -> None:
        super().__init__(logging.ERROR)
        self._world = world

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not isinstance(error, StorageError):
            self._world.violate("surprise", f"{record.getMessage()}: {error!r}")


@contextlib.contextmanager
def _surprises(world: World) -> Iterator[None]:
    handler, logger = _Surprises(world), logging.getLogger("bot")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


def run_seed(seed: int) -> Report:
    """Run one seed."""
    return World(seed).run()
