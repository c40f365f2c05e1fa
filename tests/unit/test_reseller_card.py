"""The reseller's card names only what the bot reads and says, and its picture is made from it."""

import re
from pathlib import Path

import pytest
from PIL import Image

from bot.grammar.vocabulary import COMMANDS
from bot.texts import orders as words_of_orders
from tests.trade import TRADE, read_as
from tools.reseller_card import (
    CARD,
    DIGEST,
    HEIGHT_PX,
    PICTURE,
    SCALE,
    WIDTH_PX,
    digest_of,
    page,
    sections_of,
)

SECTIONS = {heading: rows for heading, rows, _ in sections_of(CARD.read_text())}
TYPED = [typed for rows in SECTIONS.values() for left, _ in rows for typed in re.findall(r"`(.+?)`", left)]
ORDERS = [typed for typed in TYPED if re.match(r"\w+\.\d", typed) and not typed.startswith("cek.")]
STATES = re.findall(r"\*\*([A-Z ]+)\*\*", CARD.read_text())


def test_the_card_names_orders_results_and_commands() -> None:
    assert len(ORDERS) > 3
    assert len(STATES) > 5
    assert {"saldo", "riwayat", "harga"} <= set(TYPED)


@pytest.mark.parametrize("typed", ORDERS)
def test_an_order_on_the_card_buys_or_asks_which_product(typed: str) -> None:
    number = re.sub(r"\D", "", typed.rpartition(".")[2])
    assert re.fullmatch(rf"(buy|ask) \S+\.{number}", read_as(typed, TRADE))


@pytest.mark.parametrize("typed", [*(typed for typed in TYPED if typed not in ORDERS), "/bantuan"])
def test_a_command_on_the_card_is_one_that_the_bot_reads(typed: str) -> None:
    kind, word = read_as(typed, TRADE).split()
    assert kind == "command"
    assert word in COMMANDS


@pytest.mark.parametrize("state", STATES)
def test_a_result_on_the_card_is_called_as_in_the_chat(state: str) -> None:
    assert f'"{state}"' in Path(words_of_orders.__file__).read_text()


def test_the_picture_is_made_from_the_card_and_has_the_shape_of_a6() -> None:
    with Image.open(PICTURE) as picture:
        assert picture.size == (WIDTH_PX * SCALE, HEIGHT_PX * SCALE)
        assert picture.info[DIGEST] == digest_of(page(CARD.read_text())), "run: make card"
