"""Runs Loket as `loket run` does and writes which of its modules ran between SIGUSR1 and SIGTERM."""

import asyncio
import json
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from bot.app import running
from bot.logs import set_up_logs
from bot.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (str(ROOT / "bot"), str(ROOT / "storage"))


class Trace:
    """The modules of the program whose functions were called."""

    def __init__(self) -> None:
        self.modules: set[str] = set()

    def start(self) -> None:
        """Note calls from now on, in this thread and in those that begin later."""
        sys.setprofile(self._note)
        threading.setprofile(self._note)

    def _note(self, frame: FrameType, event: str, _: object) -> None:
        if event == "call" and (path := frame.f_code.co_filename).startswith(PACKAGES):
            self.modules.add(str(Path(path).relative_to(ROOT)))


async def main() -> None:
    """Run until SIGTERM."""
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
