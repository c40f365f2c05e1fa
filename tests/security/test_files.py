"""Nobody but Loket's own user can read its files, whatever the umask of whoever starts it."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import SqliteDatabase
from storage.errors import StorageError
from storage.lock import exclusive_lock
from tests.acceptance.shop import SARI, Mode, Shop
from tests.fork_server import environment

POLLING = pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)


@pytest.fixture
def _generous() -> Iterator[None]:
    """Let files be made for everybody, as some systems and containers do."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    return {file.name: f"{file.stat().st_mode & 0o777:o}" for file in [folder, *sorted(folder.iterdir())]}


ALL_PRIVATE = {
    "data": "700",
    "loket.db": "600",
    "loket.db-shm": "600",
    "loket.db-wal": "600",
    "loket.db.lock": "600",
}


@pytest.mark.usefixtures("_generous")
async def test_database_log_index_and_lock_are_private_from_their_first_moment(tmp_path: Path) -> None:
    path = tmp_path / "data" / "loket.db"
    with exclusive_lock(path):
        database = SqliteDatabase(path)
        await database.open()
        assert modes(path.parent) == ALL_PRIVATE
        await database.close()


@pytest.mark.usefixtures("_generous")
async def test_what_an_earlier_start_left_open_to_others_is_shut(tmp_path: Path) -> None:
    path = tmp_path / "data" / "loket.db"
    first, second = SqliteDatabase(path), SqliteDatabase(path)
    await first.open()
    for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        name.chmod(0o666)
    await second.open()
    assert modes(path.parent) == {name: mode for name, mode in ALL_PRIVATE.items() if "lock" not in name}
    await second.close()
    await first.close()


@pytest.mark.usefixtures("_generous")
async def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    """It is the operator's: others may have business in it."""
    (tmp_path / "data").mkdir(mode=0o755)
    database = SqliteDatabase(tmp_path / "data" / "loket.db")
    await database.open()
    private = dict.fromkeys(("loket.db", "loket.db-shm", "loket.db-wal"), "600")
    assert modes(tmp_path / "data") == {"data": "755"} | private
    await database.close()


async def test_a_place_where_no_file_can_be_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "loket.db").mkdir()
    with pytest.raises(StorageError, match=r"loket\.db cannot be opened"):
        await SqliteDatabase(tmp_path / "loket.db").open()


@POLLING
async def test_the_running_bots_files_and_its_backups_are_private(closed_shop: Shop) -> None:
    shop = closed_shop
    shop.settings["DATABASE_URL"] = "sqlite:///data/loket.db"
    started = await run(shop, "run")
    await shop.until(lambda: "telegram set-up done" in shop.output)
    shop.order(SARI, "s5.081234561111")
    await shop.wait_for_message(SARI, "SUKSES")
    assert modes(shop.home / "data") == ALL_PRIVATE
    assert await (await run(shop, "backup", "copies.db")).wait() == 0
    assert (shop.home / "copies.db").stat().st_mode & 0o777 == 0o600
    started.terminate()
    assert await started.wait() == 0


async def run(shop: Shop, *arguments: str) -> asyncio.subprocess.Process:
    """Run `python -m bot` under a umask that hides nothing."""
    with (shop.home / "bot.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *arguments),
            cwd=shop.home,
            env=environment(shop.settings),
            stdin=DEVNULL,
            stdout=log,
            stderr=log,
            umask=0,
        )
    shop.process = shop.process or process
    shop.processes.append(process)
    return process
