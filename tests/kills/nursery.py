"""`python -m tests.kills.nursery`: a process that has imported the bot and forks a child for each life of it.

A fresh interpreter costs over half a second, a fork a few milliseconds; what runs in the child is
`python -m bot run` to the letter. Orders come in as lines of JSON, births and deaths go out the same way.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path


def main() -> None:
    """Fork a life for each line, tell of its end, and leave with all of them when the lines end."""
    _import_the_bot()
    if len(sys.argv) > 1:
        _plant(sys.argv[1])
    lives: set[int] = set()
    wake = _wake_at_deaths()
    try:
        _serve(lives, wake)
    finally:
        for pid in lives:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _import_the_bot() -> None:
    # Everything a life will need, and no thread, loop or socket of theirs.
    for module in (
        *("bot.__main__", "bot.app"),
        *("uvloop", "uvicorn.lifespan.off", "uvicorn.protocols.http.httptools_impl"),
        *("anyio._backends._asyncio", "anyio.streams.tls", "encodings.idna"),
    ):
        importlib.import_module(module)

    gc.freeze()  # what is never collected is never copied either


def _plant(bug: str) -> None:
    from tests.simulation.mutants import plant  # noqa: PLC0415 - imports the bot, which comes first

    plant(bug)


def _wake_at_deaths() -> socket.socket:
    reading, writing = socket.socketpair()
    writing.settimeout(0)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    # The wake-up descriptor must live as long as the process.
    _KEPT.append(writing)
    return reading


_KEPT: list[socket.socket] = []


def _serve(lives: set[int], wake: socket.socket) -> None:
    inbox = b""
    while True:
        ready, _, _ = select.select([0, wake.fileno()], [], [])
        if wake.fileno() in ready:
            wake.recv(4096)
            _bury(lives)
        if 0 in ready:
            read = os.read(0, 65536)
            if not read:
                return
            *orders, inbox = (inbox + read).split(b"\n")
            for order in orders:
                pid = _bear(json.loads(order))
                lives.add(pid)
                _tell(born=pid)


def _bury(lives: set[int]) -> None:
    while lives:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        lives.discard(pid)
        _tell(died=pid, status=os.waitstatus_to_exitcode(status))


def _tell(**what: int) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


def _bear(order: dict[str, str]) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        _become(order)
        status = _live()
    finally:
        os._exit(status)


def _become(order: dict[str, str]) -> None:
    """Be a process as the shell would start it: its folder, its environment, its output, nothing of ours."""
    home = Path(order.pop("home"))
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(home / "bot.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, name in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(descriptor, name)
    os.closerange(3, 64)
    os.chdir(home)
    os.environ.clear()
    os.environ.update(order)
    sys.argv = ["loket", "run"]


def _live() -> int:
    from bot.__main__ import main as run_the_program  # noqa: PLC0415 - after the planted bug

    try:
        run_the_program()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


if __name__ == "__main__":
    main()
