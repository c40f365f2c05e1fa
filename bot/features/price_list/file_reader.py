"""Reads a price list, or a list of the biller, in a process of its own, with limits on its memory and time.

Files are untrusted: a kilobyte can make its reader use terabytes or hours. This must not affect the process
that handles orders.
"""

import asyncio
import logging
import os
import sys
from asyncio.subprocess import PIPE, Process
from enum import StrEnum
from pathlib import Path

from msgspec import DecodeError, Struct
from msgspec.json import Decoder

from bot.catalogue.price_list.reader import ParsedPriceList, UnreadablePriceList
from bot.catalogue.price_list.sheets import FileError

_log = logging.getLogger(__name__)

_MODULE = "bot.features.price_list.reader_process"
_PASSED_VARIABLES = ("LD_LIBRARY_PATH", "PYTHONHOME")
"""Variables that an interpreter may need; the bot's settings are left out, because they contain secrets."""

_MAX_LOGGED_CHARS = 500
_DAMAGED = UnreadablePriceList(fault=FileError.DAMAGED)
_decoder = Decoder(ParsedPriceList | UnreadablePriceList)


class FileKind(StrEnum):
    """What a file is read as."""

    PRICE_LIST = "price_list"
    BILLER_LIST = "biller_list"


class ReadLimits(Struct, frozen=True, kw_only=True):
    """The limits for reading one file: several times what the largest real list needs.

    `wall_s` also applies while the process sleeps or waits for the CPU.
    """

    memory_bytes: int = 512_000_000
    cpu_s: int = 30
    wall_s: float = 120.0


class ReadList(Struct, frozen=True, kw_only=True):
    """A parsed list, and its serialized form."""

    parsed: ParsedPriceList
    serialized: str


LIMITS = ReadLimits()


async def read_file(content: bytes, limits: ReadLimits = LIMITS) -> ReadList | UnreadablePriceList:
    """Read a file; one that crashes or exceeds the limits of its reader counts as damaged."""
    output = await read_output(content, FileKind.PRICE_LIST, limits)
    if output is None:
        return _DAMAGED
    return await asyncio.to_thread(_decoded, output)


def _decoded(output: bytes) -> ReadList | UnreadablePriceList:
    try:
        parsed = _decoder.decode(output)
    except DecodeError:
        _log.exception("list reader returned an invalid result")
        return _DAMAGED
    return (
        ReadList(parsed=parsed, serialized=output.decode()) if isinstance(parsed, ParsedPriceList) else parsed
    )


async def read_output(content: bytes, kind: FileKind, limits: ReadLimits = LIMITS) -> bytes | None:
    """Return the output of the process; None if it died or was killed."""
    process = await _start(kind, limits)
    try:
        async with asyncio.timeout(limits.wall_s):
            output, errors = await process.communicate(content)
    except TimeoutError:
        _log.warning("list reader timed out", extra={"seconds": limits.wall_s})
        return None
    finally:
        await _kill(process)
    if process.returncode == 0:
        return output
    why = errors.decode(errors="replace")[-_MAX_LOGGED_CHARS:]
    _log.warning("list reader failed", extra={"returncode": process.returncode, "why": why})
    return None


async def _start(kind: FileKind, limits: ReadLimits) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", _MODULE, str(limits.memory_bytes), str(limits.cpu_s), kind),
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        env=_environment(),
    )


def _environment() -> dict[str, str]:
    """Return an environment in which the process imports the same code as this one."""
    passed = {name: value for name in _PASSED_VARIABLES if (value := os.environ.get(name))}
    search_path = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
    return {**passed, "PYTHONPATH": search_path, "PYTHONDONTWRITEBYTECODE": "1"}


async def _kill(process: Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()
