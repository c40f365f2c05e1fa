"""A fork server: it has imported the program, and forks a process of it for each start.

A new interpreter takes most of a second, a fork some milliseconds; the process then runs exactly what
`python -m bot …` runs. Each start has a connection of its own: a line of JSON asks for it, and two answer
with the process id and, later, with the exit status.
"""

import asyncio
import atexit
import functools
import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]

PRELOADED = (
    # Everything that a process imports, without starting a thread, an event loop or a socket.
    *("bot.__main__", "bot.app.lifecycle", "bot.cli.check", "storage.postgres"),
    *("uvloop", "uvicorn.lifespan.off", "uvicorn.protocols.http.httptools_impl"),
    *("anyio._backends._asyncio", "anyio.streams.tls", "encodings.idna"),
)


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return a complete environment: the settings, PATH, and PYTHONPATH."""
    return {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), **settings}


class ForkedProcess:
    """A process of the program, with the part of asyncio.subprocess.Process that tests use."""

    def __init__(self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.pid = pid
        self.returncode: int | None = None
        """The exit status, or the negative number of the signal that ended it."""
        self._ending = asyncio.ensure_future(self._read_status(reader, writer))

    async def _read_status(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        try:
            self.returncode = await _read_number(reader)
        finally:
            writer.close()
        return self.returncode

    async def wait(self) -> int:
        """Wait for its end; return `returncode`."""
        return await asyncio.shield(self._ending)

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class ForkServer:
    """Starts processes of the program, all with the planted bug `mutant`; they end with it."""

    def __init__(self, mutant: str | None = None) -> None:
        self._server = subprocess.Popen(  # this module
            [sys.executable, "-m", __name__, *([mutant] if mutant else [])],
            cwd=ROOT,
            env=environment({}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._server.stdout
        self._path = self._server.stdout.readline().strip()

    async def start(self, *arguments: str, home: Path, settings: Mapping[str, str]) -> ForkedProcess:
        """Start `python -m bot` in a folder with only these settings, and its output in `bot.log`."""
        reader, writer = await asyncio.open_unix_connection(self._path)
        request = {"home": str(home), "arguments": arguments, "environment": environment(settings)}
        writer.write(json.dumps(request).encode() + b"\n")
        return ForkedProcess(await _read_number(reader), reader, writer)

    def close(self) -> None:
        """End the fork server and all its processes."""
        with self._server:
            pass


@functools.cache
def shared_fork_server() -> ForkServer:
    """Return the one of this process."""
    server = ForkServer()
    atexit.register(server.close)
    return server


async def start_command(*arguments: str, home: Path, settings: Mapping[str, str]) -> Process:
    """Start `python -m bot` in an interpreter of its own; else as the fork server does."""
    with (home / "bot.log").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *arguments),
            cwd=home,
            env=environment(settings),
            stdin=DEVNULL,
            stdout=log,
            stderr=STDOUT,
        )


async def _read_number(reader: asyncio.StreamReader) -> int:
    line = await reader.readline()
    if not line:
        raise ChildProcessError("the fork server ended by itself; see its standard error")
    return int(line)


def main() -> None:
    """Fork a process for each request and report its end; kill all of them when the input ends."""
    for module in PRELOADED:
        importlib.import_module(module)
    gc.freeze()  # the collector then touches no shared page, so none is copied
    if len(sys.argv) > 1:
        _plant(sys.argv[1])
    folder = Path(tempfile.mkdtemp(prefix="loket-"))
    children: dict[int, socket.socket] = {}
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(folder / "forks"))
            listener.listen(128)
            sys.stdout.write(f"{folder / 'forks'}\n")
            sys.stdout.flush()
            _serve(listener, children, _wake_on_child_exit())
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)  # none was waited for yet, so each number is still its own
        _reap(children, options=0)
        shutil.rmtree(folder)


def _plant(bug: str) -> None:
    from tests.simulation.mutants import plant  # noqa: PLC0415 - must not be imported before the bot

    plant(bug)


def _wake_on_child_exit() -> socket.socket:
    reading, writing = socket.socketpair()
    writing.settimeout(0)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    # Detached: the socket must not be closed while its descriptor is the wake-up descriptor.
    signal.set_wakeup_fd(writing.detach(), warn_on_full_buffer=False)
    return reading


def _serve(listener: socket.socket, children: dict[int, socket.socket], wake: socket.socket) -> None:
    while True:
        ready, _, _ = select.select([sys.stdin, listener, wake], [], [])
        if wake in ready:
            wake.recv(4096)
            _reap(children)
        if sys.stdin in ready:
            return
        if listener in ready:
            connection, _ = listener.accept()
            with connection.makefile() as lines:
                pid = _fork(json.loads(lines.readline()))
            children[pid] = connection
            _report(connection, pid)


def _reap(children: dict[int, socket.socket], options: int = os.WNOHANG) -> None:
    while children:
        pid, status = os.waitpid(-1, options)
        if pid == 0:
            return
        with children.pop(pid) as connection:
            _report(connection, os.waitstatus_to_exitcode(status))


def _report(connection: socket.socket, number: int) -> None:
    with suppress(OSError):  # the test may be over
        connection.sendall(b"%d\n" % number)


def _fork(request: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        _set_up_child(**request)
        status = _run()
    except BaseException:  # noqa: BLE001 - as the interpreter does
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _set_up_child(home: str, arguments: list[str], environment: dict[str, str]) -> None:
    """Set directory, environment and output as for a new process, and close everything of the fork server."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(home)
    log = os.open("bot.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    empty_input = os.open(os.devnull, os.O_RDONLY)
    for descriptor, target in ((empty_input, 0), (log, 1), (log, 2)):
        os.dup2(descriptor, target)
    os.closerange(3, 1024)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["loket", *arguments]


def _run() -> int:
    from bot.__main__ import main as run_the_program  # noqa: PLC0415 - must follow the planted bug

    try:
        run_the_program()
    except SystemExit as exit_:
        if isinstance(exit_.code, str):
            sys.stderr.write(f"{exit_.code}\n")
            return 1
        return exit_.code or 0
    return 0


if __name__ == "__main__":
    main()
