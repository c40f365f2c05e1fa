"""A file that would kill its reader kills a process of its own, once, and is told to be damaged."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from bot.catalogue.price_list.reader import UnreadablePriceList
from bot.catalogue.price_list.sheets import FileError
from bot.features.price_list import file_reader
from bot.features.price_list.file_reader import ReadLimits, ReadList, read_file
from storage.codec import load
from tests.integration.fakes import eventually
from tests.price_lists import parsed, xlsx

LIST = xlsx(["kode", "nama", "harga"], ["s5", "Simpati 5.000", 5_900], ["x", "", "mahal"])
DEAD = UnreadablePriceList(fault=FileError.DAMAGED)


async def test_a_list_is_read_as_in_the_same_process() -> None:
    read = await read_file(LIST)
    assert isinstance(read, ReadList)
    assert read.parsed == parsed(LIST)
    assert load(type(read.parsed), read.serialized) == read.parsed


async def test_a_refusal_comes_back_with_its_reason() -> None:
    assert await read_file(b"produk;harga\nsatu;1000") == UnreadablePriceList(
        fault=FileError.NO_CODE, detail="produk | harga"
    )


async def test_a_reader_that_wants_more_memory_than_it_may_have_is_the_end_of_its_file() -> None:
    assert await read_file(LIST, ReadLimits(memory_bytes=20_000_000)) == DEAD


async def test_a_reader_that_is_not_done_in_its_time_is_ended() -> None:
    assert await read_file(LIST, ReadLimits(wall_s=0)) == DEAD


async def test_a_reader_may_not_use_the_processor_longer_than_its_time() -> None:
    """A page of comments that never end takes the parser minutes; here it has no second at all."""
    assert await read_file(b"<table>" + b"<!--" * 1_000_000, ReadLimits(cpu_s=1)) == DEAD


async def test_a_reader_knows_nothing_of_the_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = tmp_path / "environment"
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\nenv > {told}\nexit 1\n", encoding="utf-8")
    program.chmod(0o700)
    monkeypatch.setenv("TELEGRAM_TOKEN", "canary")
    monkeypatch.setattr(sys, "executable", str(program))
    assert await read_file(LIST) == DEAD
    assert "canary" not in told.read_text(encoding="utf-8")
    assert os.environ["TELEGRAM_TOKEN"] == "canary"


async def test_an_answer_that_is_none_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\ncat > /dev/null\necho '{}'\n", encoding="utf-8")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    assert await file_reader.read_file(LIST) == DEAD


async def test_a_reader_ends_with_whoever_waits_for_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A bot that stops leaves nothing behind that reads on."""
    told = tmp_path / "pid"
    program = tmp_path / "python"
    program.write_text(
        f"#!/bin/sh\necho $$ > {told}.new\nmv {told}.new {told}\nexec sleep 600\n", encoding="utf-8"
    )
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    reading = asyncio.create_task(read_file(LIST))
    await eventually(told.exists)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    with pytest.raises(ProcessLookupError):
        os.kill(int(told.read_text(encoding="utf-8")), 0)
