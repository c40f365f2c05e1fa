"""How the connection of a purchase comes and goes: made ahead, used once, and nothing left behind."""

import asyncio
import gc
import socket
from collections.abc import Callable
from typing import Any

import pytest

from bot.orders.events import Accepted, NotSent
from tests.integration.fakes import eventually
from tests.integration.one_purchase import ORDER, YES, client_of
from tests.integration.raw_biller import Wire, answering, as_json, http, serving


async def test_an_expected_purchase_finds_its_connection_made_and_shares_it_with_nobody() -> None:
    async with serving(answering(http(as_json(YES)))) as server, client_of(server.url) as client:
        client.expect()
        await eventually(lambda: server.connections == 1)
        assert not server.requests
        assert isinstance(await client.buy(ORDER), Accepted)
        assert server.connections == 1
        assert isinstance(await client.buy(ORDER), Accepted)
        assert server.connections == 2
        assert len(server.requests) == 2


async def test_a_connection_that_nobody_comes_for_is_hung_up_without_a_byte() -> None:
    heard: list[bytes] = []
    gone = asyncio.Event()

    async def listens(wire: Wire) -> None:
        heard.append(await wire.reader.read())
        gone.set()

    async with serving(listens) as server, client_of(server.url) as client:
        client.expect()
        await asyncio.wait_for(gone.wait(), timeout=5)
        assert heard == [b""]


@pytest.mark.parametrize("break_off", [Wire.reset, lambda wire: wire.writer.close(), Wire.speaks_first])
async def test_a_connection_that_was_lost_before_its_purchase_is_made_again(
    break_off: Callable[[Wire], Any],
) -> None:
    """Nothing had left on it: no reason to doubt the order."""
    answer = answering(http(as_json(YES)))

    async def first_breaks_off(wire: Wire) -> None:
        if wire.server.connections == 1:
            break_off(wire)
            await wire.hang()
        await answer(wire)

    async with serving(first_breaks_off) as server, client_of(server.url) as client:
        client.expect()
        await eventually(lambda: server.connections == 1)
        await asyncio.sleep(0.05)  # until the break is heard here nothing tells of it
        assert isinstance(await client.buy(ORDER), Accepted)
        assert server.connections == 2
        assert len(server.requests) == 1


async def test_an_expected_purchase_that_finds_nobody_is_surely_not_sent() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, never listening
        async with client_of(f"http://127.0.0.1:{closed.getsockname()[1]}") as client:
            client.expect()
            await asyncio.sleep(0)
            assert await client.buy(ORDER) == NotSent(why="ConnectError")


async def test_a_purchase_leaves_nothing_to_the_garbage_collector() -> None:
    """What is left to it is collected in a pause, in which some customer's order waits."""

    def exchanges() -> list[object]:
        return [each for each in gc.get_objects() if type(each).__name__ == "_Stream"]

    gc.collect()
    gc.disable()
    try:
        async with serving(answering(http(as_json(YES)))) as server, client_of(server.url) as client:
            client.expect()
            await client.buy(ORDER)
            await client.buy(ORDER)
            await eventually(lambda: not exchanges())
    finally:
        gc.enable()
