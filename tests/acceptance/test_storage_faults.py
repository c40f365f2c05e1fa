"""The real bot on a disk that fails: nothing is bought that cannot be kept, people are told, and it mends."""

import asyncio
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance.shop import BUDI, RINA, SARI, Mode, Shop, free_port
from tests.integration.test_storage_faults import grow, held_log, immutable, locked_by_another_process, spoil


@pytest.fixture
def tmp_path(folder_on_disk: Path) -> Path:
    return folder_on_disk


@contextmanager
def no_file_of_it_may_grow(shop: Shop) -> Iterator[None]:
    """Take from the running bot the right to make its files larger than the database's log is now."""
    assert shop.process
    prlimit = getattr(resource, "prlimit", None)
    if prlimit is None:
        pytest.skip("only Linux changes the limits of a process that runs")
    with held_log(shop.home / "loket.db"):
        size = wal(shop).stat().st_size
        assert size > 2 * (shop.home / "bot.log").stat().st_size, "what the bot logs must not be held up too"
        pid, before = shop.process.pid, resource.getrlimit(resource.RLIMIT_FSIZE)
        prlimit(pid, resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            prlimit(pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Write until there is no room, neither on the disk nor within the database's log."""
    ballast = disk / "ballast"
    with held_log(disk / "loket.db"), ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            pass
        try:
            while True:
                file.write(b"\0")
        except OSError:
            pass
        try:
            yield
        finally:
            ballast.unlink()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a file system of its own with room for eight megabytes."""
    disk, mount, unmount = tmp_path / "disk", shutil.which("mount"), shutil.which("umount")
    disk.mkdir()
    if not mount or not unmount:
        pytest.skip("there is no mount here")
    made = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("this user cannot mount a file system")
    try:
        yield disk
    finally:
        subprocess.run([unmount, "--lazy", disk], check=True)


def wal(shop: Shop) -> Path:
    database = (shop.home / "loket.db").resolve()
    return database.with_name(f"{database.name}-wal")


async def storage_is_up(shop: Shop) -> bool:
    answer = await shop.http.get(f"{shop.url}/readyz")
    return bool(answer.json()["storage"])


async def an_open_order(shop: Shop) -> str:
    """Order something of which only we shall report; return its trxid."""
    trxid = await shop.trxid(SARI, shop.order(SARI, "s5.081234566666"))
    await shop.until(lambda: shop.rows("SELECT state FROM orders") == [("pending",)])
    await shop.quiet()
    return trxid


def success_of(trxid: str) -> str:
    return f"status=0&refid={trxid}&product=s5&qty=1&dest=081234566666&message="


async def holds_out(shop: Shop, trxid: str) -> None:
    """Within a fault: an order and a report come, and neither is taken for kept."""
    asked = shop.order(BUDI, "s5.081234561111")
    assert (await shop.report(success_of(trxid))).status_code == 503
    told = await shop.wait_for_message(BUDI, "Belum tercatat", "Jangan kirim ulang.")
    assert told.reply_to
    assert told.reply_to.id == asked
    assert not await storage_is_up(shop)
    assert [(await shop.http.get(f"{shop.url}{path}")).status_code for path in ("/readyz", "/healthz")] == [
        503,
        200,
    ]
    await brings_again(shop, times=3)
    assert len(shop.messages_with(BUDI)) == 1
    assert len(shop.wire.posts) == 1
    assert shop.rows("SELECT count(*) FROM orders") == [(1,)]
    assert shop.world.telegram.updates.waiting


async def brings_again(shop: Shop, *, times: int) -> None:
    """Wait until Telegram has brought what waits this many times more."""
    telegram = shop.world.telegram

    def brought() -> int:
        return telegram.webhook.posts if telegram.webhook else telegram.calls["getUpdates"]

    before = brought()
    await shop.until(lambda: brought() >= before + times)


async def mends(shop: Shop, trxid: str) -> None:
    """After the fault: all of it is taken in, once, by nobody's doing."""
    await shop.until(lambda: storage_is_up(shop))
    await shop.wait_for_message(BUDI, "SUKSES s5.081234561111")
    assert (await shop.report(success_of(trxid))).text == "OK"
    await shop.wait_for_message(SARI, "SUKSES", trxid)
    await shop.quiet()
    assert [post["idpel"] for post in shop.wire.posts] == ["081234566666", "081234561111"]
    said = [message.text.split()[1] for message in shop.messages_with(BUDI)]
    # Where the result is there before the acknowledgement was sent, it takes its place.
    assert [word for word in said if word != "DIPROSES"] == ["Belum", "SUKSES"]
    assert shop.rows("SELECT count(*) FROM orders WHERE state = 'succeeded'") == [(2,)]


async def test_without_room_nothing_is_bought_people_are_told_and_it_goes_on_by_itself(shop: Shop) -> None:
    shop.may_log_tracebacks = True  # that nothing can be written is no secret
    shop.hurry(10)
    trxid = await an_open_order(shop)
    with no_file_of_it_may_grow(shop):
        await holds_out(shop, trxid)
    await mends(shop, trxid)


async def test_on_a_full_disk_nothing_is_bought_and_room_is_all_it_needs(
    closed_shop: Shop, small_disk: Path
) -> None:
    shop = closed_shop
    shop.settings["DATABASE_URL"] = f"sqlite:///{small_disk.name}/loket.db"
    (shop.home / "loket.db").symlink_to(small_disk / "loket.db")
    await shop.start()
    shop.may_log_tracebacks = True
    shop.hurry(10)
    trxid = await an_open_order(shop)
    await asyncio.sleep(2)
    with filled(small_disk):
        await holds_out(shop, trxid)
    await mends(shop, trxid)


async def test_on_a_disk_gone_read_only_nothing_is_bought_and_it_goes_on_by_itself(shop: Shop) -> None:
    shop.may_log_tracebacks = True
    shop.hurry(10)
    trxid = await an_open_order(shop)
    with immutable(shop.home / "loket.db", wal(shop)):
        await holds_out(shop, trxid)
    await mends(shop, trxid)


@pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
async def test_a_lock_of_another_program_shows_in_readyz_and_passes(shop: Shop) -> None:
    shop.may_log_tracebacks = True
    trxid = await an_open_order(shop)
    with locked_by_another_process(shop.home / "loket.db"):
        report = asyncio.create_task(shop.report(success_of(trxid)))
        await asyncio.sleep(0.2)  # the report should be first in the queue; behind the order it waits longer
        shop.order(BUDI, "s5.081234561111")
        assert (await report).status_code == 503
        assert not await storage_is_up(shop)
        assert len(shop.wire.posts) == 1
    await shop.wait_for_message(BUDI, "SUKSES")
    await shop.until(lambda: storage_is_up(shop))
    assert (await shop.report(success_of(trxid))).text == "OK"
    await shop.wait_for_message(SARI, "SUKSES", trxid)


@pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
async def test_a_start_on_a_read_only_disk_says_which_file_cannot_be_written(
    closed_shop: Shop, small_disk: Path
) -> None:
    shop = closed_shop
    shop.settings["DATABASE_URL"] = f"sqlite:///{small_disk.name}/loket.db"
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)  # noqa: S607, ASYNC221 - once, as root
    process = await shop.launch()
    assert await process.wait() == 1
    assert "loket.db.lock cannot be written: Read-only file system" in shop.output
    assert "Traceback" not in shop.output


@pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
async def test_damage_found_in_a_large_file_beside_the_work_closes_the_counter_and_is_told(
    closed_shop: Shop,
) -> None:
    """Its check takes longer than anybody would wait for a start; what it finds counts as much."""
    shop = closed_shop
    shop.may_log_tracebacks = True
    await grow(shop.home / "loket.db")
    spoil(shop.home / "loket.db")
    process = await shop.launch()
    assert await process.wait() == 3
    await shop.wait_for_message(RINA, "Loket berhenti: basis data rusak", "loket restore FILE")
    assert "finds the database damaged" in shop.output
    assert "Traceback" not in shop.output


def move(folder: Path, into: Path) -> None:
    into.mkdir(exist_ok=True)
    for name in ("loket.db", "loket.db-wal", "loket.db-shm"):
        if (folder / name).exists():
            (folder / name).rename(into / name)


async def test_a_database_moved_away_closes_the_counter_and_goes_on_when_it_is_back(shop: Shop) -> None:
    shop.may_log_tracebacks = True
    await an_open_order(shop)
    assert shop.process
    move(shop.home, shop.home / "elsewhere")
    shop.order(BUDI, "s5.081234561111")
    async with asyncio.timeout(20):
        assert await shop.process.wait() == 3
    assert len(shop.wire.posts) == 1
    await shop.wait_for_message(RINA, "Loket berhenti: basis data hilang", "loket restore FILE")
    assert await (await shop.launch()).wait() == 3
    assert "is missing, although there was one" in shop.output
    assert not (shop.home / "loket.db").exists()
    move(shop.home / "elsewhere", shop.home)
    await shop.start()
    await shop.wait_for_message(BUDI, "SUKSES s5.081234561111")
    assert [post["idpel"] for post in shop.wire.posts] == ["081234566666", "081234561111"]


@pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
async def test_a_database_deleted_while_nobody_orders_is_noticed_within_seconds(shop: Shop) -> None:
    shop.may_log_tracebacks = True
    assert shop.process
    (shop.home / "loket.db").unlink()
    async with asyncio.timeout(10):
        assert await shop.process.wait() == 3
    await shop.wait_for_message(RINA, "Loket berhenti: basis data hilang")


@pytest.mark.parametrize("mode", [Mode.POLLING], indirect=True)
async def test_a_second_loket_on_the_same_file_under_another_name_is_refused(shop: Shop) -> None:
    (shop.home / "symbolic.db").symlink_to(shop.home / "loket.db")
    (shop.home / "hard.db").hardlink_to(shop.home / "loket.db")
    for name in ("symbolic.db", "hard.db"):
        second = await shop.run("run", LISTEN_PORT=str(free_port()), DATABASE_URL=f"sqlite:///{name}")
        async with asyncio.timeout(10):
            assert await second.wait() == 1
    assert shop.output.count("another Loket already runs") == 2
