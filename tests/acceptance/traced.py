"""Runs Loket like `loket run`, and at SIGTERM prints the modules with calls since SIGUSR1."""

import asyncio
import json
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from bot.app.lifecycle import running
from bot.logs import set_up_logs
from bot.settings.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (str(ROOT / "bot"), str(ROOT / "storage"))


class Trace:
    """Records the modules of Loket whose functions are called."""

    def __init__(self) -> None:
        self.modules: set[str] = set()

    def start(self) -> None:
        """Record calls from now on, in this thread and in threads that are started later."""
        sys.setprofile(self._record)
        threading.setprofile(self._record)

    def _record(self, frame: FrameType, event: str, _: object) -> None:
        if event == "call" and (path := frame.f_code.co_filename).startswith(PACKAGES):
            self.modules.add(str(Path(path).relative_to(ROOT)))


async def main() -> None:
    settings = load_settings()
    set_up_logs(level=settings.log_level, secrets=settings.secrets())
    stop, trace = asyncio.Event(), Trace()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGUSR1, trace.start)
    async with running(settings):
        await stop.wait()
        sys.setprofile(None)
    sys.stdout.write(json.dumps(sorted(trace.modules)) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
