"""A hostile desk: the clients of one signed-in admin, as a process that ends with its standard input.

They ask for reports of a year, searches and files as fast as these are answered, keep a hundred pages open,
and read files slowly or never. At the end they print how often each status was answered.
"""

import asyncio
import json
import os
import socket
import sys
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.benchmarks.plain_http import Answer, Caller

if TYPE_CHECKING:
    from collections.abc import Coroutine

OPEN_PAGES, REFRESHED_EVERY_S = 100, 3.0
NEVER_READING, SLOWLY_READING, HELD_S = 20, 10, 5.0


class Browser:
    """A signed-in admin, with at most `connections` requests at once."""

    def __init__(self, port: int, cookie: str, *, connections: int) -> None:
        self.port, self.cookie = port, cookie
        self.statuses: Counter[int] = Counter()
        self._caller = Caller(port, connections=connections)

    async def get(self, path: str) -> Answer:
        answer = await self._caller.ask("GET", path, headers={"Cookie": self.cookie})
        self.statuses[answer.status] += 1
        return answer

    def close(self) -> None:
        self._caller.close()


def day(days: int) -> str:
    """Return the date of so many days from now, as addresses have it."""
    return f"{datetime.now(UTC).date() + timedelta(days=days):%Y-%m-%d}"


async def run(browser: Browser) -> None:
    """Be hostile until the end of the standard input."""
    year = f"from={day(-364)}&until={day(0)}"
    week = f"from={day(-6)}&until={day(0)}"
    reports = [f"/desk/reports?{year}&by={by}" for by in ("day", "product", "reseller", "hour")]
    files = [
        *(f"/desk/report-file?what=orders&{week}&form={form}" for form in ("xlsx", "csv")),
        f"/desk/report-file?what=profit&{year}&form=xlsx",
    ]
    searches = [f"/desk/orders?q=0{81_200_000_000 + 40 * number}" for number in range(1000)]
    doing: list[Coroutine[Any, Any, None]] = [
        *(_ask_again(browser, reports) for _ in range(2)),
        *(_ask_again(browser, searches) for _ in range(2)),
        *(_ask_again(browser, files) for _ in range(4)),
        _ask_again(browser, ["/desk/biller", "/desk/money", "/desk/products", "/desk/messages"]),
        *(_keep_open(browser, number) for number in range(OPEN_PAGES)),
        *(_never_read(browser, files[1]) for _ in range(NEVER_READING)),
        *(_read_slowly(browser, files[1]) for _ in range(SLOWLY_READING)),
    ]
    tasks = [asyncio.create_task(each) for each in doing]
    await asyncio.to_thread(sys.stdin.read)
    for task in tasks:
        task.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if not isinstance(ended, asyncio.CancelledError) and isinstance(ended, BaseException):
            raise ended


async def _ask_again(browser: Browser, paths: list[str]) -> None:
    """Ask for one page after the other, each as soon as the last was answered."""
    while True:
        for path in paths:
            await _get(browser, path)


async def _keep_open(browser: Browser, number: int) -> None:
    """Keep a page open that refreshes; pages were not all opened at once."""
    await asyncio.sleep(REFRESHED_EVERY_S * number / OPEN_PAGES)
    while True:
        began = time.perf_counter()
        await _get(browser, "/desk/today")
        await asyncio.sleep(max(0.0, REFRESHED_EVERY_S - (time.perf_counter() - began)))


async def _get(browser: Browser, path: str) -> None:
    try:
        if (await browser.get(path)).status == 503:
            await asyncio.sleep(0.05)
    except ConnectionError:
        browser.statuses[0] += 1


async def _never_read(browser: Browser, path: str) -> None:
    """Ask for files and take nothing of them."""
    loop = asyncio.get_running_loop()
    while True:
        with _narrow_socket() as connection:
            await loop.sock_connect(connection, ("127.0.0.1", browser.port))
            await loop.sock_sendall(connection, _request(browser, path))
            await asyncio.sleep(HELD_S)


async def _read_slowly(browser: Browser, path: str) -> None:
    """Ask for files and take some hundred bytes a second of them."""
    loop = asyncio.get_running_loop()
    while True:
        with _narrow_socket() as connection:
            await loop.sock_connect(connection, ("127.0.0.1", browser.port))
            await loop.sock_sendall(connection, _request(browser, path))
            with suppress(ConnectionError):
                while await loop.sock_recv(connection, 200):  # noqa: ASYNC110 - it is slow on purpose
                    await asyncio.sleep(0.5)


def _narrow_socket() -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setblocking(False)  # noqa: FBT003 - the name of its parameter is not public
    return connection


def _request(browser: Browser, path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {browser.cookie}\r\n\r\n".encode()


def main() -> None:
    """Be hostile at a port, with a cookie."""
    # On another machine it would take no processor of the measured one.
    os.nice(19)
    port, cookie = sys.argv[1:]
    browser = Browser(int(port), cookie, connections=OPEN_PAGES)
    asyncio.run(run(browser))
    sys.stdout.write(json.dumps(browser.statuses))


if __name__ == "__main__":
    main()
