"""Runs Loket as `loket run` does, with a heart beside it: how late each beat came is told at the end.

A callback that holds the loop holds up the beat behind it, whatever it is: ours, a library's, a timer's.
Time in which the machine let other programs run is not counted, where the kernel tells it.
"""

import asyncio
import json
import signal
import sys
from pathlib import Path

import uvloop

from bot.app.lifecycle import running
from bot.logs import set_up_logs
from bot.settings.settings import load_settings

BEAT_S = 0.005
SCHEDULE = Path("/proc/thread-self/schedstat")


def stood_in_line_s() -> float:
    """Return how long this thread has been ready and waiting for a core."""
    try:
        return int(SCHEDULE.read_text("ascii").split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


async def beat(lags_ms: list[float]) -> None:
    """Note how much later than asked for each sleep ended."""
    loop = asyncio.get_running_loop()
    while True:
        began_s = loop.time() - stood_in_line_s()
        await asyncio.sleep(BEAT_S)
        lags_ms.append((loop.time() - stood_in_line_s() - began_s - BEAT_S) * 1000)


async def main() -> None:
    """Run until SIGTERM; SIGUSR1 begins the count anew."""
    settings = load_settings()
    set_up_logs(level=settings.log_level, secrets=settings.secrets())
    stop, lags_ms = asyncio.Event(), list[float]()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGUSR1, lags_ms.clear)
    async with running(settings):
        heart = asyncio.create_task(beat(lags_ms))
        await stop.wait()
        heart.cancel()
    sys.stdout.write(json.dumps(lags_ms) + "\n")


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
