"""Fetches the price lists that admins sent, reads them beside the loop, and shows what they would change."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Protocol, assert_never

from msgspec import Struct

from bot.catalogue.price_list.grid import MAX_FILE_BYTES, FileError
from bot.catalogue.price_list.reader import ParsedPriceList, UnreadablePriceList, read_price_list
from bot.features.price_list import import_review
from bot.grammar.vocabulary import COMMANDS
from bot.unit_of_work import WorkContext
from bot.worker import WakeUp
from storage import imports
from storage.database import Database
from storage.imports import Import

_log = logging.getLogger(__name__)

PAUSES_S = (5, 15, 60, 180)
"""Between attempts: an admin waits beside the phone, so after about four minutes it is better to say so."""

IDLE_S = 600.0
"""The bell wakes it; this is for a file whose bell was lost with its process."""


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
        """Read one list, if one is due; give the seconds until the next may be."""
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
                _log.warning("a price list could not be fetched yet", extra={"why": why})
            case FileTooLarge():
                await self._refuse(asked, UnreadablePriceList(fault=FileError.TOO_LARGE))
            case FileLost(why=why):
                _log.warning("a price list could not be fetched", extra={"why": why})
                await self._refuse(asked, UnreadablePriceList(fault=FileError.NOT_FETCHED))
            case other:
                assert_never(other)

    async def _read(self, asked: Import, content: bytes) -> None:
        # Thousands of rows take a second or so, for which no order should have to wait.
        read = await asyncio.to_thread(_read_and_pack, content)
        if isinstance(read, UnreadablePriceList):
            await self._refuse(asked, read)
            return
        sheet, packed = read
        now_ms = self._now_ms()
        await self._database.write(
            lambda tx: import_review.show_preview(self._context.begin(tx, now_ms), asked, sheet, packed)
        )
        self._outbox_wake_up.set()
        _log.info("a price list was read", extra={"count": len(sheet.lines)})

    async def _refuse(self, asked: Import, why: UnreadablePriceList) -> None:
        now_ms = self._now_ms()
        await self._database.write(
            lambda tx: import_review.reject_import(self._context.begin(tx, now_ms), asked, why)
        )
        self._outbox_wake_up.set()


def _read_and_pack(content: bytes) -> tuple[ParsedPriceList, str] | UnreadablePriceList:
    sheet = read_price_list(content, commands=COMMANDS)
    return sheet if isinstance(sheet, UnreadablePriceList) else (sheet, imports.serialize(sheet))
