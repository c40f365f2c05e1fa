"""Whoever asks what to type is shown it by what is open now, and everything shown works."""

import pytest

from bot.actors import Role
from bot.catalogue.product import Product
from bot.notices.guidance import Help, NotUnderstood, Welcome
from bot.texts.formatting import Clock, Style
from bot.texts.guidance import ADMIN_COMMANDS, COMMANDS
from bot.texts.render import render
from tests.integration.conftest import RINA, SARI, ZONE, Shop
from tools.gallery.goods import GOODS

TEMPLATES = {"kode.nomor", "kode", "Ref", "Ref SN"}
"""What names the parts of a form and is no text to send."""


@pytest.mark.parametrize(("by", "role"), [(SARI, Role.RESELLER), (RINA, Role.ADMIN)])
async def test_the_examples_are_of_what_is_open_now(shop: Shop, by: int, role: Role) -> None:
    await shop.sells(*GOODS)
    shown = ("S5.081234567890", "PLN20.14444941364", "FF100.12345678")
    await shop.says("/start", by=by)
    assert shop.last(by) == Welcome(role=role, examples=shown)
    await shop.says("bantuan", by=by)
    assert shop.last(by) == Help(role=role, examples=shown, nominal="5.081234567890")


@pytest.mark.parametrize("by", [SARI, RINA])
@pytest.mark.parametrize("typed", ["/start", "/bantuan"])
@pytest.mark.parametrize("goods", [(), GOODS], ids=["no catalogue", "a catalogue"])
async def test_every_text_that_help_shows_is_understood(
    shop: Shop, by: int, typed: str, goods: tuple[Product, ...]
) -> None:
    if goods:
        await shop.sells(*goods)
    await shop.says(typed, by=by)
    spans = render(shop.last(by), Clock(ZONE)).text
    shown = [span.text for span in spans if span.style is Style.CODE and span.text not in TEMPLATES]
    assert len(shown) >= 2 - (by == RINA)
    for text in shown:
        await shop.says(text, by=by)
        assert not isinstance(shop.last(by), NotUnderstood), text


@pytest.mark.parametrize(("by", "commands"), [(SARI, COMMANDS), (RINA, ADMIN_COMMANDS)])
async def test_every_command_of_the_menu_is_answered(shop: Shop, by: int, commands: dict[str, str]) -> None:
    for word in commands:
        before = len(shop.messages(by))
        await shop.says(f"/{word}", by=by)
        assert len(shop.messages(by)) > before, word
        assert not isinstance(shop.last(by), NotUnderstood), word
