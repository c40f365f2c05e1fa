"""A file that somebody sent is fetched whole, or it is said whether to try again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.features.price_list.import_worker import Fetched, FetchLater, FetchResult, FileLost, FileTooLarge
from bot.telegram.client import close_client, open_client
from bot.telegram.files import FileDownloader
from sandbox.telegram.files import Upload
from tests.integration.sandboxed import Box, sandboxed

CONTENT = b"kode;nama\r\ns5;Simpati\r\n"


@asynccontextmanager
async def store() -> AsyncIterator[tuple[Box, FileDownloader, str]]:
    """Return a Telegram that keeps a file, our store on it, and the file's id."""
    async with sandboxed() as box:
        client = open_client(token=box.world.telegram.token, api_url=box.url)
        file_id = box.world.telegram.files.document(Upload(name="harga.csv", content=CONTENT)).file.id
        yield box, FileDownloader(client), file_id
        await close_client(client)


async def fetched(files: FileDownloader, file_id: str, max_bytes: int = 1000) -> FetchResult:
    return await files.fetch(file_id, max_bytes=max_bytes)


async def test_a_file_comes_byte_for_byte() -> None:
    async with store() as (_, files, file_id):
        assert await fetched(files, file_id) == Fetched(content=CONTENT)


async def test_a_file_larger_than_wanted_is_not_downloaded() -> None:
    async with store() as (box, files, file_id):
        box.world.telegram.fault("download", "500")
        assert await fetched(files, file_id, max_bytes=len(CONTENT) - 1) == FileTooLarge()


async def test_a_file_that_telegram_does_not_know_is_lost() -> None:
    async with store() as (_, files, _):
        assert isinstance(await fetched(files, "BQACAgUAAxkBAAI"), FileLost)


@pytest.mark.parametrize("method", ["getFile", "download"])
@pytest.mark.parametrize("fault", ["500", "reset_before", "reset_after_accepting"])
async def test_what_may_pass_is_worth_another_try(method: str, fault: str) -> None:
    async with store() as (box, files, file_id):
        # What breaks off while it is fetched over a kept connection is asked for once more by itself.
        is_asked_twice = method == "download" and fault != "500"
        box.world.telegram.fault(method, fault, times=2 if is_asked_twice else 1)
        assert isinstance(await fetched(files, file_id), FetchLater)
        assert await fetched(files, file_id) == Fetched(content=CONTENT)


async def test_a_telegram_that_is_not_there_is_worth_another_try() -> None:
    client = open_client(token="1:a", api_url="http://127.0.0.1:9")
    assert isinstance(await fetched(FileDownloader(client), "x"), FetchLater)
    await close_client(client)
