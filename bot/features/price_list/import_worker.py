"""Downloads the price lists that admins sent, reads them, and shows their previews."""

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
"""The pauses between attempts: the admin waits, so after about four minutes the failure is reported."""

IDLE_S = 600.0
"""Each file sets the wake-up; this is for one whose wake-up was lost with its process."""


class Fetched(Struct, frozen=True, kw_only=True):
    content: bytes


class FetchLater(Struct, frozen=True, kw_only=True):
    """The download failed and may succeed later."""

    why: str


class FileTooLarge(Struct, frozen=True, kw_only=True):
    """The file is larger than the limit."""


class FileLost(Struct, frozen=True, kw_only=True):
    """Telegram does not have the file any more."""

    why: str


FetchResult = Fetched | FetchLater | FileTooLarge | FileLost


class FileSource(Protocol):
    async def fetch(self, file_id: str, *, max_bytes: int) -> FetchResult:
        """Fetch a file of at most `max_bytes`; raises nothing unless cancelled."""
        ...


class ImportWorker:
    """Imports one list at a time, the oldest first."""

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
        """Import one list, if one is due; return the seconds until the next may be."""
        now_ms = self._now_ms()
        request = await self._database.read(imports.next_requested)
        if request is None:
            return IDLE_S
        if 0 < (wait_ms := request.due_at_ms - now_ms) <= 1000 * PAUSES_S[-1]:
            return wait_ms / 1000
        if request.attempts > len(PAUSES_S):
            await self._reject(request, UnreadablePriceList(fault=FileError.NOT_FETCHED))
        else:
            await self._attempt(request, now_ms)
        return 0

    async def _attempt(self, request: Import, now_ms: int) -> None:
        again_at_ms = now_ms + 1000 * PAUSES_S[min(request.attempts, len(PAUSES_S) - 1)]
        begin = partial(imports.begin_attempt, import_id=request.import_id, again_at_ms=again_at_ms)
        await self._database.write(begin)
        match await self._files.fetch(request.file_id, max_bytes=MAX_FILE_BYTES):
            case Fetched(content=content):
                await self._read(request, content)
            case FetchLater(why=why):
                _log.warning("price list fetch failed, will be retried", extra={"why": why})
            case FileTooLarge():
                await self._reject(request, UnreadablePriceList(fault=FileError.TOO_LARGE))
            case FileLost(why=why):
                _log.warning("price list fetch failed", extra={"why": why})
                await self._reject(request, UnreadablePriceList(fault=FileError.NOT_FETCHED))
            case other:
                assert_never(other)

    async def _read(self, request: Import, content: bytes) -> None:
        result = await read_file(content)
        if isinstance(result, UnreadablePriceList):
            await self._reject(request, result)
            return
        parsed, serialized = result.parsed, result.serialized
        now_ms = self._now_ms()
        await self._database.write(
            lambda tx: import_review.show_preview(
                self._context.begin(tx, now_ms), request, parsed, serialized
            )
        )
        self._outbox_wake_up.set()
        _log.info("price list read", extra={"count": len(parsed.rows)})

    async def _reject(self, request: Import, why: UnreadablePriceList) -> None:
        now_ms = self._now_ms()
        await self._database.write(
            lambda tx: import_review.reject_import(self._context.begin(tx, now_ms), request, why)
        )
        self._outbox_wake_up.set()
