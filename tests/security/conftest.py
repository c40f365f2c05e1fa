"""Fixtures of the security tests: the acceptance tests' shop, and one bot for a whole table of attacks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sandbox.listen import listen, loopback_client
from sandbox.server import sandbox_app
from sandbox.world import World
from tests.acceptance.conftest import (
    closed_shop,
    end,
    mode,
    pytest_generate_tests,
    settings_for,
    shop,
)
from tests.acceptance.shop import PASSWORD, REVERSAL_SECRET, WAIT_S, Mode, Shop, Wire

__all__ = ["a_shop", "closed_shop", "mode", "pytest_generate_tests", "shop"]


@asynccontextmanager
async def a_shop(home: Path, **settings: str) -> AsyncIterator[Shop]:
    """Run one bot, polling, for as long as the block lasts; no result comes to it by itself."""
    world = World(biller_password=PASSWORD)
    world.biller.configure(answer_delay_s=0.02, result_delay_s=0.05, late_s=0.5, slow_s=0.8)
    wire = Wire(sandbox_app(world))
    async with listen(wire) as sandbox_url, loopback_client(2 * WAIT_S) as http:
        found = settings_for(sandbox_url, Mode.POLLING) | settings
        shop = Shop(world=world, wire=wire, home=home, settings=found, http=http)
        world.biller.reversal_url = f"{shop.url}/reversal/{REVERSAL_SECRET}"
        try:
            await shop.start()
            yield shop
            shop.audit()
        finally:
            await end(shop.processes)
            await world.aclose()
