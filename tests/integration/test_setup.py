"""What Loket publishes about itself at Telegram when it starts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.telegram.client import ApiClient, close_client, open_client
from bot.telegram.setup import publish_commands, publish_descriptions, publish_desk_buttons
from bot.texts.desk import MENU_BUTTON
from bot.texts.guidance import DESCRIPTION, SHORT_DESCRIPTION
from tests.integration.conftest import BUDI, RINA, Shop
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


MINI_APP = "https://loket.example.com/desk/app"


class TestButtonOfTheDesk:
    async def test_it_opens_the_desk_for_those_who_may_enter(self, shop: Shop) -> None:
        async with connected() as (box, client):
            await publish_desk_buttons(client, shop.disk, url=MINI_APP, user_ids=(RINA, BUDI))
            button = {"type": "web_app", "text": MENU_BUTTON, "web_app": {"url": MINI_APP}}
            assert box.world.telegram.menu_buttons == {RINA: button, BUDI: button}

    async def test_who_may_no_longer_enter_loses_it_and_without_a_desk_everybody(self, shop: Shop) -> None:
        async with connected() as (box, client):
            buttons = box.world.telegram.menu_buttons
            await publish_desk_buttons(client, shop.disk, url=MINI_APP, user_ids=(RINA, BUDI))
            await publish_desk_buttons(client, shop.disk, url=MINI_APP, user_ids=(RINA,))
            assert list(buttons) == [RINA]
            await publish_desk_buttons(client, shop.disk, url=None, user_ids=(RINA,))
            assert not buttons
            calls = box.world.telegram.calls["setChatMenuButton"]
            await publish_desk_buttons(client, shop.disk, url=None, user_ids=(RINA,))
            assert box.world.telegram.calls["setChatMenuButton"] == calls

    @pytest.mark.parametrize("fault", ["429", "reset_before"])
    async def test_a_refusal_does_not_fail_the_start_and_the_next_one_tries_again(
        self, shop: Shop, fault: str
    ) -> None:
        async with connected() as (box, client):
            box.world.telegram.fault("setChatMenuButton", fault)
            await publish_desk_buttons(client, shop.disk, url=MINI_APP, user_ids=(RINA, BUDI))
            await publish_desk_buttons(client, shop.disk, url=MINI_APP, user_ids=(RINA, BUDI))
            assert set(box.world.telegram.menu_buttons) == {RINA, BUDI}

    async def test_a_person_who_never_wrote_to_the_bot_has_no_chat_for_it(self, shop: Shop) -> None:
        async with connected() as (box, client):
            await publish_desk_buttons(client, shop.disk, url=MINI_APP, user_ids=(424242, RINA))
            assert list(box.world.telegram.menu_buttons) == [RINA]

    async def test_a_stop_while_it_is_given_leaves_none_that_nobody_takes_back(self, shop: Shop) -> None:
        async with connected() as (box, client):
            box.world.telegram.fault("setChatMenuButton", "reset_after_accepting")
            await publish_desk_buttons(client, shop.disk, url=MINI_APP, user_ids=(RINA,))
            assert list(box.world.telegram.menu_buttons) == [RINA]
            await publish_desk_buttons(client, shop.disk, url=None, user_ids=(RINA,))
            assert not box.world.telegram.menu_buttons
