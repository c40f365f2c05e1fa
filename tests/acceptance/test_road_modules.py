"""A newcomer can follow one order through the code: it passes through few modules on its way."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE

import pytest

from tests.acceptance.shop import SARI, Mode, Shop
from tests.fork_server import ROOT, environment

MAX_MODULES = 84


@pytest.mark.parametrize("mode", [Mode.WEBHOOK], indirect=True)
async def test_one_order_passes_through_few_modules(closed_shop: Shop) -> None:
    """From the typed message over the post, its answer and the report to the pushed result."""
    shop = closed_shop
    shop.process = process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.acceptance.traced"),
        cwd=shop.home,
        env=environment(shop.settings) | {"PYTHONPATH": str(ROOT)},
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=DEVNULL,
    )
    shop.processes.append(process)
    await shop.until(lambda: shop.world.telegram.calls["setMyCommands"] > 0, timeout_s=30)
    await shop.until(lambda: shop.http.get(f"{shop.url}/readyz"))
    await shop.quiet()
    process.send_signal(signal.SIGUSR1)
    shop.order(SARI, "s5.081234567890")
    await shop.wait_for_message(SARI, "SUKSES")
    process.terminate()
    written, _ = await process.communicate()
    modules = json.loads(written)
    print(f"\n{len(modules)} modules:", *modules, sep="\n")  # noqa: T201 - shown at a failure
    assert "bot/biller/client.py" in modules
    assert len(modules) <= MAX_MODULES
