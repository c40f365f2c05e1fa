"""A product is found by what people type, nearly type, or dial."""

from typing import Any

import pytest

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import Carrier, DestinationRule, Product


def product(
    code: str, name: str, group: str, price_idr: int | None = None, *, is_open: bool = True, **more: Any
) -> Product:
    facts: dict[str, Any] = {"rule": DestinationRule.PHONE, "carrier": None, "nominal": None, **more}
    return Product(code=code, name=name, group=group, price_idr=price_idr, is_open=is_open, **facts)


TELKOMSEL: dict[str, Any] = {"carrier": Carrier.TELKOMSEL}
CATALOGUE = Catalogue(
    version=1,
    products=(
        product("s5", "Simpati 5.000", "Telkomsel", 6_000, **TELKOMSEL, nominal=5),
        product("s10", "Simpati 10.000", "Telkomsel", 11_000, **TELKOMSEL, nominal=10),
        product("s20", "Simpati 20.000", "Telkomsel", 20_500, **TELKOMSEL, nominal=20),
        product("s25", "Simpati 25.000", "Telkomsel", 25_300, is_open=False, **TELKOMSEL, nominal=25),
        product("SD5", "Simpati Data 5 GB", "Data Telkomsel", 52_000, **TELKOMSEL),
        product("smart5", "Smartfren 5.000", "Smartfren", 5_900, carrier=Carrier.SMARTFREN, nominal=5),
        product("x5", "XL 5.000", "XL", 5_800, carrier=Carrier.XL, nominal=5),
        product("i5", "Indosat 5.000", "Indosat", 5_900, carrier=Carrier.INDOSAT, nominal=5),
        product("i10", "Indosat 10.000", "Indosat", 10_900, carrier=Carrier.INDOSAT, nominal=10),
        product("t5", "Tri 5.000", "Tri", 5_700, carrier=Carrier.TRI, nominal=5),
        product("ax5", "Axis 5.000", "Axis", 5_800, carrier=Carrier.AXIS, nominal=5),
        product("pln20", "Token PLN 20.000", "PLN", 20_200, rule=DestinationRule.METER, nominal=20),
        product("pln50", "Token PLN 50.000", "PLN", 50_200, rule=DestinationRule.METER),
        product("plnpasca", "Tagihan PLN Pascabayar", "PLN", rule=DestinationRule.METER),
        product("ml86", "Mobile Legends 86 Diamonds", "Game", 19_500, rule=DestinationRule.GAME_SERVER),
    ),
)


def codes(found: tuple[Product, ...]) -> list[str]:
    return [product.code for product in found]


@pytest.mark.parametrize(
    ("typed", "similar"),
    [
        ("s6", ["s5"]),
        ("s50", ["s10", "s20", "s5"]),
        ("pnl20", ["pln20"]),
        ("lpn50", ["pln50"]),
        ("pl20", ["pln20"]),
        ("pln2o", ["pln20"]),
        ("ml68", ["ml86"]),
        ("plnpsaca", ["plnpasca"]),
        ("plnpsc", ["plnpasca"]),
        ("ds5", ["SD5"]),
        ("voucher", []),
        ("zz99", []),
        ("", []),
    ],
)
def test_a_slip_in_a_code_finds_the_nearest_codes(typed: str, similar: list[str]) -> None:
    assert codes(CATALOGUE.similar(typed))[: len(similar)] == similar
    assert bool(CATALOGUE.similar(typed)) == bool(similar)


def test_what_is_closed_is_the_last_to_be_offered_for_a_slip() -> None:
    assert codes(CATALOGUE.similar("s2", limit=9)) == ["s5", "s20", "s25"]


def test_a_slip_never_brings_more_than_asked_for() -> None:
    many = Catalogue(products=tuple(product(f"a{n}", "A", "A") for n in range(10)))
    assert len(many.similar("b1")) <= 3


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("s5", ["s5"]),
        ("S5", ["s5"]),
        ("s", ["s5", "s10", "s20", "s25"]),
        ("pln", ["pln20", "pln50", "plnpasca"]),
        ("plnp", ["plnpasca"]),
        ("smar", ["smart5"]),
        ("axis", ["ax5"]),
        ("telkomsel", ["s5", "s10", "s20", "s25", "SD5"]),
        ("tsel", ["s5", "s10", "s20", "s25", "SD5"]),
        ("telkmsel", ["s5", "s10", "s20", "s25", "SD5"]),
        ("simpati 10.000", ["s10"]),
        ("simpati 10", ["s10"]),
        ("telkomsel data", ["SD5"]),
        ("token 50", ["pln50"]),
        ("diamond", ["ml86"]),
        ("mobil legend", ["ml86"]),
        ("5gb", ["SD5"]),
        ("xl", ["x5"]),
        ("im3", ["i5", "i10"]),
        ("im3 10", ["i10"]),
        ("isat 5", ["i5"]),
        ("three", ["t5"]),
        ("s5?", ["s5"]),
        ("Axis ?", ["ax5"]),
        ("S5,I5,X10", ["s5", "i5"]),
        ("i5, s5", ["s5", "i5"]),
        ("i5 x5?", ["x5", "i5"]),
        ("axis, token 50; diamond", ["ax5", "pln50", "ml86"]),
        ("simpati 10.000, xl 5,000", ["s10", "x5"]),
        ("14444941364", ["pln20", "pln50", "plnpasca"]),
        ("1444-4941-364?", ["pln20", "pln50", "plnpasca"]),
        ("i.1234", ["i5", "i10"]),
        ("axis.123456", ["ax5"]),
        ("netflix", []),
        ("netflix, voucher", []),
        ("simpati netflix", []),
        (",", []),
        ("  ", []),
        (".", []),
    ],
)
def test_words_find_products_in_the_operators_order(words: str, found: list[str]) -> None:
    assert codes(CATALOGUE.search(words)) == found


def test_a_network_finds_what_only_its_numbers_can_receive() -> None:
    assert codes(CATALOGUE.for_carrier(Carrier.TELKOMSEL)) == ["s5", "s10", "s20", "s25", "SD5"]
    assert Catalogue(products=CATALOGUE.products[:5]).for_carrier(Carrier.TRI) == ()


def test_siblings_are_open_of_the_same_kind_and_nearest_in_price() -> None:
    closed = CATALOGUE.find("s25")
    assert closed
    assert codes(CATALOGUE.substitutes(closed)) == ["s20", "s10", "s5"]
    assert codes(CATALOGUE.substitutes(closed, limit=1)) == ["s20"]


def pulsa(*prices: int, closed: int) -> Catalogue:
    products = [product(f"s{n}", f"S {n}", "S", 1_000 * n, is_open=n != closed) for n in prices]
    return Catalogue(products=tuple(products))


@pytest.mark.parametrize(
    ("closed", "substitutes"),
    [
        (25, ["s20", "s10", "s50", "s100"]),
        (50, ["s25", "s20", "s100", "s150"]),
        (1, ["s5", "s10", "s20", "s25"]),
        (5, ["s1", "s10", "s20", "s25"]),
        (150, ["s100", "s50", "s25", "s20"]),
    ],
)
def test_siblings_are_cheaper_and_dearer_as_far_as_there_are_any(closed: int, substitutes: list[str]) -> None:
    """Whoever came for 25.000 takes 50.000 sooner than 1.000, however similar the smaller prices are."""
    catalogue = pulsa(1, 5, 10, 20, 25, 50, 100, 150, closed=closed)
    found = catalogue.find(f"s{closed}")
    assert found
    assert codes(catalogue.substitutes(found)) == substitutes


def test_siblings_without_a_price_are_the_neighbours_in_the_list() -> None:
    bill = CATALOGUE.find("plnpasca")
    assert bill
    assert codes(CATALOGUE.substitutes(bill)) == ["pln50", "pln20"]


def test_a_nominal_finds_the_products_of_a_network_or_of_all() -> None:
    assert codes(CATALOGUE.for_nominal(5, Carrier.AXIS)) == ["ax5"]
    assert codes(CATALOGUE.for_nominal(5, None)) == ["s5", "smart5", "x5", "i5", "t5", "ax5"]


def test_a_nominal_finds_tokens_beside_pulsa_and_their_rules_tell_which_are_which() -> None:
    found = CATALOGUE.for_nominal(20, None)
    assert [(one.code, one.rule) for one in found] == [
        ("s20", DestinationRule.PHONE),
        ("pln20", DestinationRule.METER),
    ]


def test_an_empty_catalogue_finds_nothing_and_fails_at_nothing() -> None:
    empty = Catalogue()
    assert not empty
    assert empty.similar("s5") == empty.search("s5") == empty.for_carrier(Carrier.XL) == ()
    assert empty.groups == ()


def test_groups_stand_in_the_order_of_their_first_product() -> None:
    assert CATALOGUE.groups[:3] == ("Telkomsel", "Data Telkomsel", "Smartfren")
