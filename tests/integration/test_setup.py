"""What Loket publishes about itself at Telegram when it starts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.telegram.client import ApiClient, close_client, open_client
from bot.telegram.setup import publish_commands, publish_descriptions
from bot.texts.guidance import DESCRIPTION, SHORT_DESCRIPTION
from tests.integration.sandboxed import Box, sandboxed


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[Box, ApiClient]]:
    async with sandboxed() as box:
        client = open_client(token=box.world.telegram.token, api_url=box.url)
        try:
            yield box, client
        finally:
            await close_client(client)


async def test_a_person_reads_what_the_bot_is_for_before_pressing_start() -> None:
    async with connected() as (box, client):
        await publish_descriptions(client)
        assert (await box.done("getMyDescription"))["description"] == DESCRIPTION
        assert (await box.done("getMyShortDescription"))["short_description"] == SHORT_DESCRIPTION


async def test_the_descriptions_are_changed_only_when_they_differ() -> None:
    async with connected() as (box, client):
        for _ in range(3):
            await publish_descriptions(client)
        calls = box.world.telegram.calls
        assert (calls["setMyDescription"], calls["setMyShortDescription"]) == (1, 1)
        await box.done("setMyDescription", description="from an earlier version")
        await publish_descriptions(client)
        assert (await box.done("getMyDescription"))["description"] == DESCRIPTION
        assert calls["setMyShortDescription"] == 1


@pytest.mark.parametrize("method", ["getMyDescription", "setMyDescription", "setMyShortDescription"])
@pytest.mark.parametrize("fault", ["429", "500", "reset_before"])
async def test_a_start_does_not_fail_for_a_description(method: str, fault: str) -> None:
    async with connected() as (box, client):
        box.world.telegram.fault(method, fault)
        await publish_descriptions(client)
        await publish_commands(client, ())


def test_the_descriptions_are_as_long_as_telegram_allows_and_show_how_to_order() -> None:
    assert len(DESCRIPTION) <= 512
    assert len(SHORT_DESCRIPTION) <= 120
    assert "/daftar" in DESCRIPTION
