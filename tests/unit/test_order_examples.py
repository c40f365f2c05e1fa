"""What is shown as an example can be bought just so."""

import pytest
from msgspec.structs import replace

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import Carrier, DailyHours, DestinationRule, Product
from bot.grammar.examples import MAX_EXAMPLES, nominal_example, order_examples
from bot.orders.model import Intent
from tests.trade import NOTHING, TRADE, product, verdict

NOON = 720
EVERY_SORT = [
    *(product("s5", DestinationRule.PHONE, carrier=carrier, nominal=5) for carrier in (None, *Carrier)),
    *(product("ab12", rule) for rule in DestinationRule),
]


@pytest.mark.parametrize("one", EVERY_SORT, ids=lambda one: f"{one.rule} {one.carrier}")
def test_an_example_of_any_product_is_an_order_of_it_without_a_question(one: Product) -> None:
    catalogue = Catalogue(products=(one,))
    (shown,) = order_examples(catalogue, NOON)
    asked = verdict(shown, catalogue)
    assert isinstance(asked, Intent)
    assert (asked.product_code, asked.ordinal) == (one.code, 1)


def test_the_examples_are_of_different_kinds_and_few() -> None:
    shown = order_examples(TRADE, NOON)
    assert shown == ("S5.081234567890", "BYRPLN.14444941364", "FF100.12345678")
    assert len(shown) == MAX_EXAMPLES


def test_nothing_is_shown_that_cannot_be_bought_now() -> None:
    token = product("PLN20", DestinationRule.METER)
    resting = replace(token, cut_off=DailyHours(from_minute=1380, until_minute=60))
    shut = replace(token, is_open=False)
    assert order_examples(Catalogue(products=(shut,)), NOON) == ()
    assert order_examples(Catalogue(products=(resting,)), 0) == ()
    assert order_examples(Catalogue(products=(resting,)), NOON) == ("PLN20.14444941364",)


def test_a_nominal_is_shown_only_where_it_means_one_product_and_that_is_bought() -> None:
    shown = nominal_example(TRADE, NOON)
    assert shown == "5.081234567890"
    asked = verdict(shown, TRADE)
    assert isinstance(asked, Intent)
    assert asked.product_code == "S5"
    s5 = product("S5", DestinationRule.PHONE, carrier=Carrier.TELKOMSEL, nominal=5)
    assert nominal_example(Catalogue(products=(s5, replace(s5, code="AS5"))), NOON) == ""
    assert nominal_example(Catalogue(products=(replace(s5, is_open=False),)), NOON) == ""
    assert nominal_example(Catalogue(products=(replace(s5, nominal=None),)), NOON) == ""


def test_without_a_catalogue_there_is_nothing_to_show() -> None:
    assert order_examples(NOTHING, NOON) == ()
