"""`python -m tests.kills.nursery`: a fork server that has imported the bot and forks a child for each start.

A new interpreter takes over half a second, a fork a few milliseconds; the child runs exactly what
`python -m bot run` runs. Requests and reports are lines of JSON on standard input and output.
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
    """Fork a child for each request and report its end; kill all children when the input ends."""
    _import_the_bot()
    if len(sys.argv) > 1:
        _plant(sys.argv[1])
    children: set[int] = set()
    wake = _wake_on_child_exit()
    try:
        _serve(children, wake)
    finally:
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _import_the_bot() -> None:
    # Everything that a child imports, without starting a thread, an event loop or a socket.
    for module in (
        *("bot.__main__", "bot.app"),
        *("uvloop", "uvicorn.lifespan.off", "uvicorn.protocols.http.httptools_impl"),
        *("anyio._backends._asyncio", "anyio.streams.tls", "encodings.idna"),
    ):
        importlib.import_module(module)

    gc.freeze()  # the collector then touches no shared page, so none is copied


def _plant(bug: str) -> None:
    from tests.simulation.mutants import plant  # noqa: PLC0415 - must not be imported before the bot

    plant(bug)


def _wake_on_child_exit() -> socket.socket:
    reading, writing = socket.socketpair()
    writing.settimeout(0)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    # The socket must not be closed while its descriptor is the wake-up descriptor.
    _OPEN_SOCKETS.append(writing)
    return reading


_OPEN_SOCKETS: list[socket.socket] = []


def _serve(children: set[int], wake: socket.socket) -> None:
    unfinished_line = b""
    while True:
        ready, _, _ = select.select([0, wake.fileno()], [], [])
        if wake.fileno() in ready:
            wake.recv(4096)
            _reap(children)
        if 0 in ready:
            read = os.read(0, 65536)
            if not read:
                return
            *requests, unfinished_line = (unfinished_line + read).split(b"\n")
            for request in requests:
                pid = _fork(json.loads(request))
                children.add(pid)
                _report(started=pid)


def _reap(children: set[int]) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        children.discard(pid)
        _report(ended=pid, status=os.waitstatus_to_exitcode(status))


def _report(**fields: int) -> None:
    os.write(1, json.dumps(fields).encode() + b"\n")


def _fork(request: dict[str, str]) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        _set_up_child(request)
        status = _run()
    finally:
        os._exit(status)


def _set_up_child(request: dict[str, str]) -> None:
    """Set directory, environment and output as for a new process, and close everything of the fork server."""
    home = Path(request.pop("home"))
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(home / "bot.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    empty_input = os.open(os.devnull, os.O_RDONLY)
    for descriptor, target in ((empty_input, 0), (log, 1), (log, 2)):
        os.dup2(descriptor, target)
    os.closerange(3, 64)
    os.chdir(home)
    os.environ.clear()
    os.environ.update(request)
    sys.argv = ["loket", "run"]


def _run() -> int:
    from bot.__main__ import main as run_the_program  # noqa: PLC0415 - must follow the planted bug

    try:
        run_the_program()
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else 1
    return 0


if __name__ == "__main__":
    main()
