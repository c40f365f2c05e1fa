"""Starts the demo by its command, and a browser for its page."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tools.browser import FLAGS, find_chromium

ROOT = Path(__file__).resolve().parent.parent
"""The root directory of the project."""

_STOP_TIMEOUT_S = 15.0  # the demo itself waits 10 s for its bot


@contextmanager
def running_demo(*options: str) -> Iterator[str]:
    """Run `python -m sandbox` on a free port; yield the page's address. RuntimeError if it did not start."""
    command = [sys.executable, "-m", "sandbox", "--port", "0", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as demo:  # noqa: S603  # ours
        try:
            line = demo.stdout.readline() if demo.stdout else ""  # the demo's own timeouts bound this read
            if not (address := re.search(r"http://\S+?:\d+", line)):
                raise RuntimeError(f"the demo did not start: {line!r}")
            yield address[0]
        finally:
            demo.terminate()
            demo.wait(_STOP_TIMEOUT_S)


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Start a headless Chromium; RuntimeError if there is none."""
    if not (path := find_chromium()):
        raise RuntimeError("no Chromium found: run python tools/browser.py")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS])
        try:
            yield browser
        finally:
            browser.close()
