"""Kills one process after another on one database, lets the last one finish, and compares the ledgers."""

import asyncio
import signal
from dataclasses import dataclass
from random import Random

from sandbox.moments import Moment
from tests.acceptance.shop import STRANGER, Mode
from tests.kills.boundaries import AnyMoment, Boundary, Target, Trap, Wants, draw_targets
from tests.kills.lives import KILLED, TERMINATED, Life
from tests.kills.stage import HURRY, Report, Stage

ANY_WITHIN_S = 0.4
MISSED_AFTER_S = 3.0
"""A boundary that is not reached by then will not be; the process is killed anyway."""

JITTER_S = 0.01
"""What follows a call, such as the commit of its response, takes a few milliseconds."""

ANY_ENDING = ("1111", "1111", "1111", "2222", "3333", "7777", "8888", "1212", "9999", "1414", "1515", "1616")
ENDINGS = {
    Wants.NOTHING: ANY_ENDING,
    Wants.ORDER: ANY_ENDING,
    Wants.RESULT: ("1111", "2222", "7777", "1212"),
    Wants.DOUBT: ("9999", "1414", "1515"),
}
"""Test numbers of the sandbox: success, failure, refused, twice, opposite, early, cut, 500, garbage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The parameters of a batch. A seed repeats all random choices, but not the timing of real processes."""

    seed: int
    mode: Mode
    kills: int
    slowness: float = 1.0  # of a start, relative to one by the fork server


class Batch:
    """Kills the processes of one stage, each at its own target."""

    def __init__(self, plan: Plan, stage: Stage) -> None:
        self._plan = plan
        self._stage = stage
        self._chance = Random(plan.seed)  # noqa: S311 - moments, not secrets
        self._trap: Trap | None = None
        self._hits: list[Target] = []
        stage.world.moments.watchers.append(self._watch)

    async def run(self) -> Report:
        """Kill all but the last process, let that one finish, and compare the ledgers."""
        world, chance = self._stage.world, self._chance
        world.biller.configure(
            answer_delay_s=HURRY * chance.uniform(0.002, 0.15),
            result_delay_s=HURRY * chance.uniform(0.0, 0.2),
            late_s=HURRY * 0.3,
        )
        world.telegram.say(STRANGER, "s5.081200001111")
        for target in draw_targets(self._plan.mode, self._plan.kills, chance):
            await self._start_and_kill(target)
        await self._stage.rest()
        return self._stage.report

    async def _start_and_kill(self, target: Target) -> None:
        stage, before = self._stage, len(self._hits)
        life = await stage.start()
        match target:
            case Boundary():
                await self._kill_at(target, life)
            case AnyMoment():
                await self._kill_at_any_moment(target, life)
        status, is_hit = await stage.end(life), len(self._hits) > before
        stage.note(
            f"life {life.pid} ended with {status}: {'at' if is_hit else 'never reached'} {target.name}"
        )
        if status in (KILLED, TERMINATED):  # SIGTERM kills while the bot has no handler for it yet
            stage.report.kills += 1
            (stage.report.hits if is_hit else stage.report.missed)[target.name] += 1
        elif status or not isinstance(target, AnyMoment):
            stage.violate("life", f"the bot ended by itself with {status} ({target.name})")

    async def _kill_at(self, target: Boundary, life: Life) -> None:
        skips = self._chance.choice((0, 0, 0, 1)) if target.wants is Wants.ORDER else 0
        self._trap = Trap(target, skips)
        if target.wants is not Wants.NOTHING:
            await asyncio.sleep(self._chance.choice((0.0, self._chance.uniform(0, 0.2))))
            for _ in range(skips + 1):
                self._order(target.wants)
        await asyncio.wait([life.ended], timeout=MISSED_AFTER_S * self._plan.slowness)
        self._trap = None
        life.send(signal.SIGKILL)

    async def _kill_at_any_moment(self, target: AnyMoment, life: Life) -> None:
        if target.after_order:
            # The order is typed during the start or long after it.
            await asyncio.sleep(self._plan.slowness * self._chance.uniform(0, ANY_WITHIN_S))
            self._order(Wants.ORDER)
        await asyncio.sleep(self._plan.slowness * self._chance.uniform(0, ANY_WITHIN_S))
        if target.terminated_first:
            life.send(signal.SIGTERM)
            await asyncio.sleep(self._chance.uniform(0, ANY_WITHIN_S / 4))
        self._hits.append(target)
        life.send(signal.SIGKILL)

    def _order(self, wants: Wants) -> None:
        self._stage.order(self._chance.choice(ENDINGS[wants]))

    def _watch(self, call: str, moment: Moment) -> None:
        trap, life = self._trap, self._stage.life
        handed_out = bool(self._stage.world.telegram.updates.waiting)
        if trap is None or life is None or not trap.is_due(call, moment, handed_out=handed_out):
            return
        self._trap = None
        self._hits.append(trap.target)
        if self._chance.random() < 0.5:
            life.send(signal.SIGKILL)
        else:
            delay_s = self._chance.uniform(0, JITTER_S)
            asyncio.get_running_loop().call_later(delay_s, life.send, signal.SIGKILL)
