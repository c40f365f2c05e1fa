"""One life of the process, from start to the moment the power goes; whatever it knew is gone then."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING, NoReturn
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bot.features.people import membership
from bot.leadership import SOLE_LEADER, Fence
from bot.runtime import Environment as Outside
from bot.runtime import Runtime, RuntimeSettings
from bot.telegram.poller import Poller
from bot.telegram.receiver import UpdateReceiver
from bot.worker import WakeUp, Worker
from tests.simulation.bank import ACCOUNT, QRIS, SIGNING_KEY
from tests.simulation.disk import Database
from tests.simulation.outage import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tests.simulation.world import World

JAKARTA = ZoneInfo("Asia/Jakarta")
ADMIN = 9001
RULES = RuntimeSettings(
    admins=(ADMIN,),
    zone=JAKARTA,
    biller_concurrency=3,
    biller_timeout_s=45,
    order_max_age_s=600,
    messages_per_s=30,
    chat_messages_per_s=1,
    mutation_signing_key=SIGNING_KEY,
)


class NoFiles:
    """Nobody sends files here."""

    async def fetch(self, file_id: str, *, max_bytes: int) -> NoReturn:
        raise AssertionError(file_id, max_bytes)


class Life:
    """The real counter, doorway and poller, joined as `app.py` joins them."""

    def __init__(self, world: "World", number: int) -> None:
        self.world = world
        self.number = number
        self.is_up = False
        self.dead = False
        self.tasks: set[asyncio.Task[object]] = set()
        self.watch = Watch(world, RULES.biller_concurrency)
        self.database, self.fence, self.now_ms = self._connect()
        database = self.database
        outside = Outside(
            database=database,
            biller=world.biller.line(self),
            sender=world.telegram.line(self),
            files=NoFiles(),
            now_ms=self.now_ms,
            fence=self.fence,
            monotonic=lambda: world.timeline.now_s,
            nonce=lambda: f"n{world.rng.getrandbits(96):024x}",
            # Few numbers a second, so that trxids collide as a burst makes them; others in the next one.
            random_suffix=lambda: 1000 * world.rng.randrange(100) + int(world.timeline.now_s) % 1000,
        )
        rules = replace(
            RULES,
            admins=world.admins,
            health_rules=world.products.rules,
            low_balance=world.low_funds.choice,
            biller_reserve_idr=world.low_funds.reserve_idr,
            reseller_floor_idr=world.plan.floor_idr,
            deposit_accounts=(ACCOUNT,) if world.deposits.is_open else (),
            deposit_qris=QRIS if world.deposits.takes_qris else None,
        )
        self.runtime = Runtime(outside, rules)
        client = world.telegram.client(self)
        self.receiver = UpdateReceiver(
            database=database,
            context=self.runtime.context,
            sender=client,
            now_ms=self.now_ms,
            claim_orders=self.runtime.submitter.claim,
            order_posts=self.runtime.submitter,
            acknowledgements=self.runtime.messenger,
            scan_outbox=self.runtime.messenger.scan,
            imports_wake_up=self.runtime.imports_wake_up,
        )
        self.poller = Poller(database=database, client=client, receiver=self.receiver, now_ms=self.now_ms)

    def _connect(self) -> "tuple[Database, Fence, Callable[[], int]]":
        """Return the way to the database, what leads, and the clock."""
        return Database(self.world, self), SOLE_LEADER, self.world.now_ms

    def crash(self, what: str) -> None:
        """The power goes."""
        self.world.crash(what)

    async def main(self) -> None:
        """Start as the program starts."""
        resellers = self.world.people.resellers
        while True:
            try:
                await self.database.write(
                    partial(membership.approve_configured, user_ids=resellers, now_ms=self.world.now_ms())
                )
                taken = await self.database.write(lambda tx: self.runtime.take_over(tx, None))
                break
            except Exception as error:  # noqa: BLE001 - a supervisor starts the program again
                self.world.note(f"start failed: {error}")
                await asyncio.sleep(1)
        self.start(self.runtime.lead(taken))
        if not self.world.plan.webhook:
            self.start(Worker("poller", self.poller.run_once, WakeUp()).run())
        self.is_up = True
        self.world.note(f"life {self.number} is up")

    def start(self, work: "Coroutine[object, object, object]") -> "asyncio.Task[object]":
        """Run something inside this life."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        return task

    async def moment(self, what: str) -> None:
        """Let a moment pass, in which others run and the power may go."""
        delay_s = self.world.rng.choice((0.0, 0.0, 0.001, 0.02))
        await asyncio.sleep(delay_s)
        if self.dead:
            await self.die(what)
        if self.world.strikes(self.world.plan.crash):
            self.crash(what)
            await self.die(what)

    async def die(self, what: str) -> NoReturn:
        """The power is gone: nothing runs from here on, no `finally`, no `except`."""
        if not self.dead:
            self.crash(what)
        await asyncio.get_running_loop().create_future()
        raise AssertionError("nothing wakes the dead")
