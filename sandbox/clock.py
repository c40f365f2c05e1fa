"""A clock that can be turned forward, for the demo's world and for its bot.

The bot is another process, and reads by how much from a small file: `python -m sandbox.clock FILE MODULE …`
runs a module with the time of day of this clock. Waits are not shortened.
"""

import mmap
import runpy
import struct
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sandbox.biller.wording import local_time

_AHEAD: Final = struct.Struct("<q")  # in ns; a process reads it whole, or as it was before


class Clock:
    """The time of day, as far ahead of the machine's as its file says; `time_ns` is the machine's."""

    def __init__(self, file: Path, *, time_ns: Callable[[], int] = time.time_ns) -> None:
        self._time_ns = time_ns
        if not file.exists():
            file.write_bytes(_AHEAD.pack(0))
        with file.open("r+b") as opened:
            self._memory = mmap.mmap(opened.fileno(), _AHEAD.size)
        self.file = file

    def now_ns(self) -> int:
        """Return the time in ns since the epoch."""
        return self._time_ns() + self._ahead_ns

    def now_ms(self) -> int:
        """Return the time in ms since the epoch."""
        return self.now_ns() // 1_000_000

    def now(self) -> datetime:
        """Return the time in the zone of the shop."""
        return local_time(self.now_ms())

    def forward(self, seconds: float) -> None:
        """Turn the clock forward; ValueError for backward, which no story needs."""
        if seconds < 0:
            raise ValueError("a clock is turned forward only")
        self._memory[:] = _AHEAD.pack(self._ahead_ns + int(seconds * 1e9))

    def forward_to(self, hour: int) -> None:
        """Turn the clock forward to the next time that it is this hour."""
        now = self.now()
        then = now.replace(hour=hour, minute=0, second=0, microsecond=0)
        self.forward((then + timedelta(days=then <= now) - now).total_seconds())

    @property
    def _ahead_ns(self) -> int:
        ahead: int = _AHEAD.unpack(self._memory[:])[0]
        return ahead


def main() -> None:
    """Run a module as `python -m` does, by the clock of a file."""
    file, module, *arguments = sys.argv[1:]
    time.time_ns = Clock(Path(file)).now_ns
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
