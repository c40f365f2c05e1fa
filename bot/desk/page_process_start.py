"""The first steps of the page process. It imports little: until then it takes the processor as others do."""

import os
import signal
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

NICENESS = 10
"""A tenth of the processor where all of it is wanted, so that a page comes even then."""


def begin(lifeline: "Connection[Any, Any]") -> None:
    """Take a lower priority than the parent, which holds the other end of `lifeline`, and end with it."""
    with suppress(OSError):
        os.nice(NICENESS)
    # A terminal, and a service manager, signal all processes: this one ends with its parent.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()


def _end_with(lifeline: "Connection[Any, Any]") -> None:
    """Wait until the other end of the pipe is closed, as the kernel does for a process that is killed."""
    with suppress(EOFError, OSError):
        lifeline.recv_bytes()
    os._exit(0)
