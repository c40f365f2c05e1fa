"""Finds or installs a Chromium for the page's tests and the pictures, and prints its path."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""The command names of Chromium."""

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
"""Options for tests, mainly against network traffic of the browser's own."""

_ASK_PLAYWRIGHT = (
    "from playwright.sync_api import sync_playwright as p\nwith p() as it: print(it.chromium.executable_path)"
)


_NONE = """No Chromium found, and neither apt-get nor Playwright could install one.
Install Chromium or Chrome yourself, or set LOKET_CHROMIUM to the path of one.
"""


def find_chromium() -> str | None:
    """Return the path of a Chromium: LOKET_CHROMIUM's, the system's, or Playwright's; None without one."""
    return next(_candidates(), None)


def _candidates() -> Iterator[str]:
    for name in (os.environ.get("LOKET_CHROMIUM", ""), *NAMES):
        if name and (found := shutil.which(name)):
            yield found
    result = subprocess.run(  # noqa: S603  # our own interpreter, a constant script
        [sys.executable, "-c", _ASK_PLAYWRIGHT], capture_output=True, text=True, check=False
    )
    path = result.stdout.strip()
    if path and Path(path).is_file():
        yield path


def _install_commands() -> Iterator[Sequence[Sequence[str]]]:
    """Yield lists of commands that install Chromium, the system's package first."""
    if shutil.which("apt-get"):
        sudo = () if os.geteuid() == 0 else ("sudo", "-n")
        if not sudo or shutil.which("sudo"):
            apt_get = (*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq")
            yield (
                (*apt_get, "update"),
                (*apt_get, "install", "--yes", "--no-install-recommends", "chromium"),
            )
    yield ((sys.executable, "-m", "playwright", "install", "chromium"),)


def _run(commands: Sequence[Sequence[str]]) -> bool:
    for command in commands:
        sys.stderr.write(f"$ {shlex.join(command)}\n")
        if subprocess.run(command, stdout=sys.stderr, check=False).returncode != 0:  # noqa: S603  # constants above
            return False
    return True


def main() -> int:
    """Find or install a Chromium; return the exit status."""
    if not (found := find_chromium() or _install()):
        sys.stderr.write(_NONE)
        return 1
    sys.stdout.write(f"{found}\n")
    return 0


def _install() -> str | None:
    for commands in _install_commands():
        if _run(commands) and (found := find_chromium()):
            return found
    return None


if __name__ == "__main__":
    sys.exit(main())
