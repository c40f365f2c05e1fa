"""What a bot costs at which nobody orders."""

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.contender import LOKET, Running
from tests.benchmarks.road import BURST, around

SETTLED_AFTER_S = 5.0
WATCHED_S = 120.0
"""Long enough for every watcher to have its turn, the audit among them."""


async def run() -> str:
    """Watch Loket do nothing; return a sentence."""
    with TemporaryDirectory() as home:
        async with around(LOKET, BURST, Path(home)) as (_, bot):
            await asyncio.sleep(SETTLED_AFTER_S)
            busy, wakes = await watch(bot, WATCHED_S)
            peak_mb = bot.peak_mb()
    return f"Quiet: {100 * busy:.2f} % of one core, {wakes:.1f} wake-ups a second, {peak_mb:.0f} MB."


async def watch(bot: Running, watched_s: float) -> tuple[float, float]:
    """Return how much of a core a bot takes while it is left alone, and how often it wakes in a second."""
    cpu_s, switches, began = bot.cpu_s(), bot.switches(), time.perf_counter()
    await asyncio.sleep(watched_s)
    took_s = time.perf_counter() - began
    return (bot.cpu_s() - cpu_s) / took_s, (bot.switches() - switches) / took_s
