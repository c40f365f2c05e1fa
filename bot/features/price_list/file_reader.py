"""Reads a price list in a process of its own, with limits on its memory and time.

What people send is made by anybody: a file of a kilobyte may ask its reader for terabytes, or for hours.
Nothing of that may reach the process that takes orders.
"""

import asyncio
import logging
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from msgspec import DecodeError, Struct
from msgspec.json import Decoder

from bot.catalogue.price_list.reader import ParsedPriceList, UnreadablePriceList
from bot.catalogue.price_list.sheets import FileError

_log = logging.getLogger(__name__)

_MODULE = "bot.features.price_list.reader_process"
_KEPT_VARIABLES = ("LD_LIBRARY_PATH", "PYTHONHOME")
"""What an interpreter may need to start; the settings of the bot hold secrets, which a reader needs not."""

_MAX_LOGGED_CHARS = 500
_DEAD = UnreadablePriceList(fault=FileError.DAMAGED)
_decoder = Decoder(ParsedPriceList | UnreadablePriceList)


class ReadLimits(Struct, frozen=True, kw_only=True):
    """What reading one file may take: several times what the largest honest list needs.

    `wall_s` also holds where the process does not come to its turn, or sleeps.
    """

    memory_bytes: int = 512_000_000
    cpu_s: int = 30
    wall_s: float = 120.0


class ReadList(Struct, frozen=True, kw_only=True):
    """A list as read, and as text to be stored."""

    found: ParsedPriceList
    packed: str


LIMITS = ReadLimits()


async def read_file(content: bytes, limits: ReadLimits = LIMITS) -> ReadList | UnreadablePriceList:
    """Read the bytes of a file; a file that ends its reader is damaged."""
    answer = await _answer_of(content, limits)
    if answer is None:
        return _DEAD
    return await asyncio.to_thread(_decoded, answer)


def _decoded(answer: bytes) -> ReadList | UnreadablePriceList:
    try:
        found = _decoder.decode(answer)
    except DecodeError:
        _log.exception("price list reader: answer not understood")
        return _DEAD
    return ReadList(found=found, packed=answer.decode()) if isinstance(found, ParsedPriceList) else found


async def _answer_of(content: bytes, limits: ReadLimits) -> bytes | None:
    """Return what the process answers; None if it died, or had to be ended."""
    process = await _start(limits)
    try:
        async with asyncio.timeout(limits.wall_s):
            answer, complaint = await process.communicate(content)
    except TimeoutError:
        _log.warning("price list reader: ended after its time", extra={"seconds": limits.wall_s})
        return None
    finally:
        await _end(process)
    if process.returncode == 0:
        return answer
    words = complaint.decode(errors="replace")[-_MAX_LOGGED_CHARS:]
    _log.warning("price list reader: died", extra={"returncode": process.returncode, "why": words})
    return None


async def _start(limits: ReadLimits) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", _MODULE, str(limits.memory_bytes), str(limits.cpu_s)),
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        env=_environment(),
    )


def _environment() -> dict[str, str]:
    """Return what the process needs to find the same code as this one."""
    kept = {name: value for name in _KEPT_VARIABLES if (value := os.environ.get(name))}
    search_path = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
    return {**kept, "PYTHONPATH": search_path, "PYTHONDONTWRITEBYTECODE": "1"}


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()
