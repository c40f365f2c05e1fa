"""Fetches the price lists that admins sent, has them read, and shows what they would change."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Protocol, assert_never

from msgspec import Struct

from bot.catalogue.price_list.reader import UnreadablePriceList
from bot.catalogue.price_list.sheets import MAX_FILE_BYTES, FileError
from bot.features.price_list import import_review
from bot.features.price_list.file_reader import read_file
from bot.unit_of_work import WorkContext
from bot.worker import WakeUp
from storage import imports
from storage.database import Database
from storage.imports import Import

_log = logging.getLogger(__name__)

PAUSES_S = (5, 15, 60, 180)
"""Between attempts: an admin waits beside the phone, so after about four minutes it is better to say so."""

IDLE_S = 600.0
"""A wake-up comes with each file; this is for one whose wake-up was lost with its process."""


class Fetched(Struct, frozen=True, kw_only=True):
    """The file, whole."""

    content: bytes


class FetchLater(Struct, frozen=True, kw_only=True):
    """It could not be fetched, which may pass."""

    why: str


class FileTooLarge(Struct, frozen=True, kw_only=True):
    """It is larger than was asked for."""


class FileLost(Struct, frozen=True, kw_only=True):
    """Telegram will never give it."""

    why: str


FetchResult = Fetched | FetchLater | FileTooLarge | FileLost


class FileSource(Protocol):
    """Where files that people sent can be fetched."""

    async def fetch(self, file_id: str, *, max_bytes: int) -> FetchResult:
        """Fetch a file of at most `max_bytes`; never raises but when cancelled."""
        ...


class ImportWorker:
    """Reads one list at a time, the oldest first."""

    def __init__(
        self,
        *,
        database: Database,
        context: WorkContext,
        files: FileSource,
        now_ms: Callable[[], int],
        outbox_wake_up: WakeUp,
    ) -> None:
        self._database = database
        self._context = context
        self._files = files
        self._now_ms = now_ms
        self._outbox_wake_up = outbox_wake_up

    async def run_once(self) -> float:
        """Read one list, if one is due; return the seconds until the next may be."""
        now_ms = self._now_ms()
        asked = await self._database.read(imports.next_requested)
        if asked is None:
            return IDLE_S
        if asked.due_at_ms > now_ms:
            return (asked.due_at_ms - now_ms) / 1000
        if asked.attempts > len(PAUSES_S):
            await self._refuse(asked, UnreadablePriceList(fault=FileError.NOT_FETCHED))
        else:
            await self._attempt(asked, now_ms)
        return 0

    async def _attempt(self, asked: Import, now_ms: int) -> None:
        again_at_ms = now_ms + 1000 * PAUSES_S[min(asked.attempts, len(PAUSES_S) - 1)]
        begin = partial(imports.begin_attempt, import_id=asked.import_id, again_at_ms=again_at_ms)
        await self._database.write(begin)
        match await self._files.fetch(asked.file_id, max_bytes=MAX_FILE_BYTES):
            case Fetched(content=content):
                await self._read(asked, content)
            case FetchLater(why=why):
                _log.warning("price list fetch failed, will be retried", extra={"why": why})
            case FileTooLarge():
                await self._refuse(asked, UnreadablePriceList(fault=FileError.TOO_LARGE))
            case FileLost(why=why):
                _log.warning("price list fetch failed", extra={"why": why})
                await self._refuse(asked, UnreadablePriceList(fault=FileError.NOT_FETCHED))
            case other:
                assert_never(other)

    async def _read(self, asked: Import, content: bytes) -> None:
        read = await read_file(content)
        if isinstance(read, UnreadablePriceList):
            await self._refuse(asked, read)
            return
        found, packed = read.found, read.packed
        now_ms = self._now_ms()
        await self._database.write(
            lambda tx: import_review.show_preview(self._context.begin(tx, now_ms), asked, found, packed)
        )
        self._outbox_wake_up.set()
        _log.info("price list read", extra={"count": len(found.rows)})

    async def _refuse(self, asked: Import, why: UnreadablePriceList) -> None:
        now_ms = self._now_ms()
        await self._database.write(
            lambda tx: import_review.reject_import(self._context.begin(tx, now_ms), asked, why)
        )
        self._outbox_wake_up.set()
