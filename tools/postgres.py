"""Finds or installs PostgreSQL for the tests, and runs a server that is thrown away afterwards."""

import os
import pwd
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

OLDEST = 15
"""The oldest release that Loket supports."""

_DEBIAN_RELEASES = Path("/usr/lib/postgresql")
"""Debian keeps the programs of a server out of the PATH, in a folder for each release."""

_UNPRIVILEGED_USERS = ("postgres", "nobody")
"""PostgreSQL refuses to run as root."""

_OPTIONS = (
    # What a power cut would lose is thrown away anyway.
    *("fsync=off", "full_page_writes=off", "autovacuum=off", "max_connections=300"),
    *("shared_buffers=32MB", "log_min_messages=fatal", "jit=off"),
)

_NONE = """No PostgreSQL found, and apt-get could not install one.
Install PostgreSQL 15 or newer yourself, or set LOKET_TEST_POSTGRES to the URL of a server
where the user may create databases, such as postgresql://postgres@localhost/postgres
"""


def find_postgres() -> Path | None:
    """Return the folder with `initdb` and `postgres` of the newest release; None without one."""
    if _DEBIAN_RELEASES.is_dir():
        releases = [path for path in _DEBIAN_RELEASES.iterdir() if path.name.isdecimal()]
        for release in sorted(releases, key=lambda path: -int(path.name)):
            if int(release.name) >= OLDEST and (release / "bin" / "initdb").is_file():
                return release / "bin"
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def install() -> Path | None:
    """Install Debian's package; return as find_postgres."""
    if not shutil.which("apt-get"):
        return None
    sudo = () if os.geteuid() == 0 else ("sudo", "-n")
    if sudo and not shutil.which("sudo"):
        return None
    apt_get = (*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq")
    # Without a cluster of its own, which the package would start as a service.
    packages = ("postgresql-common", "postgresql")
    commands: Sequence[Sequence[str]] = (
        (*apt_get, "update"),
        (*apt_get, "install", "--yes", "--no-install-recommends", *packages),
    )
    for command in commands:
        sys.stderr.write(f"$ {shlex.join(command)}\n")
        if subprocess.run(command, stdout=sys.stderr, check=False).returncode != 0:  # noqa: S603  # constants above
            return None
    return find_postgres()


class Server:
    """A server on a free port of the loopback, with its files in a folder of its own.

    It outlives the process that starts it: whoever knows the folder can stop it.
    """

    def __init__(self, folder: Path, *, options: Sequence[str] = ()) -> None:
        programs = find_postgres()
        if programs is None:
            raise RuntimeError(_NONE)
        self._programs = programs
        self._folder = folder
        self._options = (*_OPTIONS, *options)

    @property
    def port(self) -> int:
        return int((self._folder / "port").read_text(encoding="ascii"))

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        return int((self._data / "postmaster.pid").read_text(encoding="ascii").split()[0])

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://loket@127.0.0.1:{self.port}/{database}"

    def create(self) -> None:
        """Create the files of the server."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if user := _unprivileged_user():
            os.chown(self._folder, user.pw_uid, user.pw_gid)
        (self._folder / "port").write_text(str(_free_port()), encoding="ascii")
        # In the order of ICU a tilde comes before a digit: the tests show that Loket does not depend on it.
        locale = ("--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US")
        self._run("initdb", "--no-sync", "--auth=trust", "--username=loket", *locale, "-D", str(self._data))

    def start(self) -> None:
        """Start the server and wait until it answers."""
        place = (f"port={self.port}", "listen_addresses=127.0.0.1", "unix_socket_directories=")
        options = " ".join(f"-c {shlex.quote(option)}" for option in (*place, *self._options))
        self._control("start", "--wait", "--log", str(self._folder / "log"), "--options", options)

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server as a power cut would; `fast` ends its transactions first."""
        self._control("stop", "--mode", mode)

    def restart_as_restored(self) -> None:
        """Stop the server and let it begin a new timeline, as after a failover or a restore to a moment."""
        self.stop("fast")
        (self._data / "standby.signal").touch()
        self.start()
        self._control("promote", "--wait")

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "--silent", "-D", str(self._data), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(  # noqa: S603  # the program that was found
            [str(self._programs / program), *arguments],
            stdin=subprocess.DEVNULL,
            # The server inherits these: a pipe would stay open as long as it runs.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            cwd=self._folder,
            **_as_unprivileged(),
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed with status {done.returncode}")


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Return whom to run a server as; None if this process is not root itself."""
    if os.geteuid() != 0:
        return None
    known = {user.pw_name: user for user in pwd.getpwall()}
    return next(known[name] for name in _UNPRIVILEGED_USERS if name in known)


def _as_unprivileged() -> dict[str, Any]:
    user = _unprivileged_user()
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main() -> int:
    """Find or install PostgreSQL and print its folder; return the exit status."""
    if os.environ.get("LOKET_TEST_POSTGRES"):
        return 0
    if not (found := find_postgres() or install()):
        sys.stderr.write(_NONE)
        return 1
    sys.stdout.write(f"{found}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
