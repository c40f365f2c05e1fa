"""Fixtures of the acceptance tests: a shop with a running bot, and one whose bot is not started yet."""

import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from pathlib import Path
from zlib import crc32

import pytest

from sandbox.listen import listen, loopback_client
from sandbox.server import sandbox_app
from sandbox.telegram.cast import BOT_TOKEN
from sandbox.world import World
from tests.acceptance.shop import (
    BUDI,
    PASSWORD,
    REVERSAL_SECRET,
    RINA,
    SARI,
    WAIT_S,
    WEBHOOK_SECRET,
    Mode,
    Shop,
    Wire,
    free_port,
)
from tests.fork_server import ForkedProcess

IN_BOTH_MODES = frozenset({"test_road", "test_crash", "test_wire"})


@pytest.fixture(scope="session", autouse=True)
def _bots_hear_a_closed_terminal() -> None:
    """Take back that `nohup` ignores the signal: a bot would inherit that, but inherits no handler."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: None)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of the road in both ways to receive updates, any other in the way that its name draws."""
    marks = metafunc.definition.iter_markers("parametrize")
    if "mode" in metafunc.fixturenames and not any(mark.args[0] == "mode" for mark in marks):
        is_of_road = metafunc.module.__name__.rpartition(".")[2] in IN_BOTH_MODES
        drawn = list(Mode)[crc32(metafunc.function.__name__.encode()) % len(Mode)]
        metafunc.parametrize("mode", list(Mode) if is_of_road else [drawn], indirect=True)


@pytest.fixture
def mode(request: pytest.FixtureRequest) -> Mode:
    """Return the way in which the bot receives updates."""
    found: Mode = request.param
    return found


@pytest.fixture
async def closed_shop(tmp_path: Path, mode: Mode) -> AsyncIterator[Shop]:
    """A shop whose bot was never started; at the end it is audited and its bots are killed."""
    world = World(biller_password=PASSWORD)
    world.biller.configure(answer_delay_s=0.02, result_delay_s=0.05, late_s=0.5, slow_s=0.8)
    wire = Wire(sandbox_app(world))
    async with listen(wire) as sandbox_url, loopback_client(2 * WAIT_S) as http:
        settings = settings_for(sandbox_url, mode)
        shop = Shop(world=world, wire=wire, home=tmp_path, settings=settings, http=http)
        world.biller.reversal_url = f"{shop.url}/reversal/{REVERSAL_SECRET}"
        try:
            yield shop
            shop.audit()
        finally:
            await end(shop.processes)
            await world.aclose()


@pytest.fixture
async def shop(closed_shop: Shop) -> Shop:
    """A shop with a running bot."""
    await closed_shop.start()
    return closed_shop


async def end(processes: list[Process | ForkedProcess]) -> None:
    for process in processes:
        if process.returncode is None:
            process.kill()
        await process.wait()


def settings_for(sandbox_url: str, mode: Mode) -> dict[str, str]:
    """Return settings for a bot on a free port that uses the emulators and logs everything."""
    port = free_port()
    settings = {
        "TELEGRAM_TOKEN": BOT_TOKEN,
        "TELEGRAM_API_URL": sandbox_url,
        "ADMIN_IDS": str(RINA),
        "RESELLER_IDS": f"{SARI},{BUDI}",
        "BILLER_URL": sandbox_url,
        "BILLER_USER": "demo",
        "BILLER_PASSWORD": PASSWORD,
        "REVERSAL_SECRET": REVERSAL_SECRET,
        "LISTEN_PORT": str(port),
        "DATABASE_URL": "sqlite:///loket.db",
        "TELEGRAM_MESSAGES_PER_S": "1000",
        "TELEGRAM_CHAT_MESSAGES_PER_S": "1000",
        "LOG_LEVEL": "DEBUG",
        "RECAP_AT": "",  # no test depends on the time of day
    }
    if mode is Mode.WEBHOOK:
        settings |= {
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "TELEGRAM_WEBHOOK_SECRET": WEBHOOK_SECRET,
        }
    return settings
