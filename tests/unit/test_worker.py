"""A worker goes on whatever happens to it, says when it is sick, and loses no wake-up."""

import asyncio

import pytest

from bot.worker import WakeUp, Worker

A_DAY_S = 86_400.0


class Script:
    """What a worker does, step by step: the pause it asks for, or the surprise it meets. Then it is done."""

    def __init__(self, *steps: float | Exception, rests: bool = True) -> None:
        self.steps, self.rests = list(steps), rests
        self.wake_up, self.done = WakeUp(), asyncio.Event()
        self.worker = Worker("scripted", self.run_once, self.wake_up)
        self.healthy_before: list[bool] = []

    async def run_once(self) -> float:
        self.healthy_before.append(self.worker.healthy)
        if not self.steps:
            self.done.set()
            await asyncio.Event().wait()
        if not self.rests:
            self.wake_up.set()
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step

    async def plays(self) -> None:
        """Run all steps, and no further."""
        running = asyncio.create_task(self.worker.run())
        async with asyncio.timeout(30):
            await self.done.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_it_is_sick_from_a_surprise_until_it_has_run_well_again() -> None:
    script = Script(0, RuntimeError("a surprise"), KeyError("another"), 0, 0, rests=False)
    await script.plays()
    assert script.healthy_before == [True, True, False, False, True, True]


async def test_who_is_cancelled_is_not_sick() -> None:
    script = Script()
    await script.plays()
    assert script.worker.healthy


async def test_who_was_sick_and_does_not_run_any_more_is_not_down() -> None:
    script = Script(RuntimeError("the last step of a leader that is one no more"), rests=False)
    await script.plays()
    assert script.healthy_before == [True, False]
    assert script.worker.healthy


async def test_it_rests_as_long_as_it_asks_unless_it_is_woken() -> None:
    script = Script(A_DAY_S)
    running = asyncio.create_task(script.plays())
    await asyncio.sleep(0.02)
    assert not script.done.is_set()
    script.wake_up.set()
    await running


async def test_it_runs_again_at_once_where_it_asks_for_no_rest() -> None:
    await Script(*[0.0] * 50).plays()


async def test_a_wake_up_that_comes_while_nobody_waits_is_not_lost_and_counts_once() -> None:
    wake_up = WakeUp()
    wake_up.set()
    wake_up.set()
    async with asyncio.timeout(30):
        await wake_up.wait(A_DAY_S)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(wake_up.wait(A_DAY_S), 0.02)


async def test_a_wait_ends_by_itself_in_its_time() -> None:
    async with asyncio.timeout(30):
        await WakeUp().wait(0.01)
