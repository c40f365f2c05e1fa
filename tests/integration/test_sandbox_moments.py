"""Whoever watches the sandbox is told each moment of a call before anything more comes of it."""

import httpx

from sandbox.moments import Moment
from tests.integration.sandboxed import SARI, eventually, listening, sandboxed

Told = list[tuple[str, Moment, int]]


async def test_the_bots_calls_are_told_before_and_after_they_take_effect() -> None:
    async with sandboxed() as box:
        told: Told = []
        telegram = box.world.telegram
        box.world.moments.watchers.append(
            lambda call, moment: told.append((call, moment, len(telegram.messages(SARI))))
        )
        await box.done("sendMessage", chat_id=SARI, text="Halo")
    assert told == [
        ("sendMessage", Moment.ARRIVED, 0),
        ("sendMessage", Moment.DONE, 1),
        ("sendMessage", Moment.ANSWERED, 1),
    ]


async def test_a_purchase_is_told_before_and_after_it_stands_in_the_billers_book() -> None:
    async with sandboxed() as box:
        told: Told = []
        entries = box.world.biller.entries
        box.world.moments.watchers.append(lambda call, moment: told.append((call, moment, len(entries))))
        await box.buy("22110111373985338", to="081234566666")
    assert told == [("trx", Moment.ARRIVED, 0), ("trx", Moment.DONE, 1), ("trx", Moment.ANSWERED, 1)]


async def test_the_worlds_own_calls_are_told_when_written_and_when_answered() -> None:
    async with sandboxed() as box, listening() as bot:
        told: list[tuple[str, Moment]] = []
        box.world.moments.watchers.append(lambda call, moment: told.append((call, moment)))
        box.world.biller.reversal_url = f"{bot.url}/reversal"
        await box.buy("22110111373985338", to="081234566666")
        told.clear()
        assert await box.world.biller.reverse("22110111373985338") == httpx.codes.OK
        assert told == [("reversal", Moment.ARRIVED), ("reversal", Moment.ANSWERED)]
        await box.done("setWebhook", url=f"{bot.url}/telegram")
        told.clear()
        box.world.telegram.say(SARI, "s5.081234567890")
        await eventually(lambda: len(told) == 2)
        assert told == [("webhook", Moment.ARRIVED), ("webhook", Moment.ANSWERED)]
