"""The page process: reads and renders pages beside the process of the orders, which never waits for them.

Threads of one process take turns at the interpreter, so that an order would wait for a page at each of its
steps. The page process starts with the first page, only reads, and gives way to other processes.
"""

import asyncio
import logging
import multiprocessing
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import cache
from typing import Any, Protocol, TypeVar

from bot.desk.page_process_start import begin
from storage.catalogue import CatalogueCache
from storage.reader import Reader, reader_at

T = TypeVar("T")

_log = logging.getLogger(__name__)

PROCESSES = 2
"""One for pages and one for what takes seconds; the second starts when the first is busy."""


class PagesUnavailableError(Exception):
    """No page process can be started, or each dies of this page."""


class PageReader(Protocol):
    """Runs functions that read for pages."""

    async def run(self, unit: Callable[..., T], *args: Any) -> T:
        """Run `unit(tx, catalogue_cache, *args)` on one snapshot of the database; it only reads.

        Its arguments and its value can be pickled. Raise PagesUnavailableError if it cannot be run.
        """
        ...

    def close(self) -> None:
        """End what is being read."""
        ...


class ProcessPageReader:
    """Keeps the page process: it starts when it is needed, and anew after it died."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._pool: _Pool | None = None
        self._is_closed = False

    async def run(self, unit: Callable[..., T], *args: Any) -> T:
        """Run a unit, once more if the process dies; raise PagesUnavailableError if that fails too."""
        with suppress(BrokenProcessPool):
            return await self._run(unit, args)
        if not self._is_closed:
            _log.warning("page process died, the page is read again")
        try:
            return await self._run(unit, args)
        except BrokenProcessPool as error:
            raise PagesUnavailableError("the page process died twice") from error

    async def _run(self, unit: Callable[..., T], args: tuple[Any, ...]) -> T:
        pool = self._started()
        try:
            running: Future[T] = pool.executor.submit(_run_here, self._database_url, unit, args)
        except OSError as error:
            self._drop(pool)
            raise PagesUnavailableError(f"the page process cannot be started: {error}") from error
        except BrokenProcessPool:
            self._drop(pool)
            raise
        try:
            return await asyncio.wrap_future(running)
        except BrokenProcessPool:
            self._drop(pool)
            raise

    def _started(self) -> "_Pool":
        if self._is_closed:
            raise PagesUnavailableError("the desk is closed")
        try:
            self._pool = self._pool or _Pool()
        except OSError as error:
            raise PagesUnavailableError(f"the page process cannot be started: {error}") from error
        return self._pool

    def _drop(self, pool: "_Pool") -> None:
        pool.end()
        if self._pool is pool:
            self._pool = None

    def close(self) -> None:
        """End the process at once, whatever it reads; nothing is read any more."""
        self._is_closed = True
        if self._pool:
            self._drop(self._pool)


class _Pool:
    """Processes that end when `end` is called, or with this process, however it ends."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        ours, self._lifeline = context.Pipe(duplex=False)
        self.executor = ProcessPoolExecutor(PROCESSES, context, begin, (ours,))

    def end(self) -> None:
        self._lifeline.close()
        self.executor.shutdown(wait=False, cancel_futures=True)


def _run_here(database_url: str, unit: Callable[..., T], args: tuple[Any, ...]) -> T:
    """Run a unit in the page process."""
    reader, catalogue = _opened(database_url)
    return reader.read(lambda tx: unit(tx, catalogue, *args))


@cache
def _opened(database_url: str) -> tuple[Reader, CatalogueCache]:
    return reader_at(database_url), CatalogueCache()
