"""A price list may have a column for the cost and one for each level; blank cells leave what was there."""

import pytest
from msgspec.structs import replace

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.price_list.cells import CellError
from bot.catalogue.price_list.columns import Column
from bot.catalogue.price_list.level_columns import with_levels
from bot.catalogue.product import DestinationRule, LevelPrice, Product
from tests.price_lists import mapping, merged, products, read, xlsx

LEVELS = ("emas", "perak")
OLD = Product(
    code="aa1",
    name="AA1",
    group="Grup",
    rule=DestinationRule.FREE,
    price_idr=1_500,
    cost_idr=1_400,
    level_prices=(LevelPrice(level="emas", price_idr=1_450), LevelPrice(level="perak", price_idr=1_480)),
)


def after(row: str, head: str = "kode;nama;harga;modal;harga emas;Perak") -> Product:
    (product,) = merged(f"{head}\n{row}", Catalogue(products=(OLD,)), levels=LEVELS).updated
    return product


def level_prices(product: Product) -> dict[str, int]:
    return {price.level: price.price_idr for price in product.level_prices}


@pytest.mark.parametrize("heading", ["Modal", "Harga Beli", "HPP", "harga modal", "Harga Pokok"])
def test_a_column_of_costs_is_read_by_its_heading(heading: str) -> None:
    content = f"Kode;Produk;{heading};Harga\nS5;Tsel 5.000;5.100;5.250"
    (product,) = products(content)
    assert (product.price_idr, product.cost_idr) == (5_250, 5_100)
    assert mapping(content)[heading] is Column.COST


def test_columns_of_levels_are_the_prices_of_levels_and_no_choice_of_the_base_price() -> None:
    content = "Kode;Nama;Harga;Harga Emas;Perak;Harga H2H\nS5;Tsel;5.900;5.800;5.850;5.700"
    parsed = with_levels(read(content), LEVELS)
    assert parsed.is_price_sure
    (product,) = products(content, LEVELS)
    assert product.price_idr == 5_900
    assert level_prices(product) == {"emas": 5_800, "perak": 5_850}


def test_levels_stand_below_a_common_heading_too() -> None:
    content = xlsx(
        ["Kode", "Nama", "Harga", "", ""],
        ["", "", "Reseller", "Emas", "Perak"],
        ["S5", "Tsel 5.000", 5_900, 5_800, 5_850],
    )
    (product,) = products(content, LEVELS)
    assert product.price_idr == 5_900
    assert level_prices(product) == {"emas": 5_800, "perak": 5_850}


def test_a_list_of_levels_only_leaves_the_base_price() -> None:
    content = "Kode;Nama;Harga Emas;Harga Perak\naa1;AA1;1.460;1.490"
    assert with_levels(read(content), LEVELS).is_price_sure
    (product,) = merged(content, Catalogue(products=(OLD,)), levels=LEVELS).updated
    assert (product.price_idr, level_prices(product)) == (1_500, {"emas": 1_460, "perak": 1_490})


def test_one_column_beside_those_of_levels_is_the_base_price() -> None:
    content = "Kode;Nama;Harga H2H;Harga Emas\naa1;AA1;1.600;1.460"
    assert not read(content).is_price_sure
    assert with_levels(read(content), LEVELS).is_price_sure
    (product,) = merged(content, Catalogue(products=(OLD,)), levels=LEVELS).updated
    assert (product.price_idr, level_prices(product)["emas"]) == (1_600, 1_460)


def test_two_columns_that_are_no_level_remain_a_question() -> None:
    content = "Kode;Nama;Harga H2H;Harga Agen;Harga Emas\naa1;AA1;1.600;1.610;1.460"
    assert not with_levels(read(content), LEVELS).is_price_sure


def test_without_levels_a_list_is_read_as_before() -> None:
    parsed = read("Kode;Nama;Harga;Harga Emas\naa1;AA1;1.600;1.460")
    assert with_levels(parsed, ()) is parsed


def test_blank_cells_leave_cost_and_prices_and_a_dash_takes_them_away() -> None:
    assert after("aa1;AA1;;;;") == OLD
    taken = after("aa1;AA1;;-;-;")
    assert (taken.cost_idr, level_prices(taken)) == (None, {"perak": 1_480})
    assert after("aa1;AA1;1.600", "kode;nama;harga") == replace(OLD, price_idr=1_600)


@pytest.mark.parametrize(
    ("row", "column"),
    [("aa1;AA1;1.500;murah;1.460;", Column.COST), ("aa1;AA1;1.500;;murah;", Column.PRICE)],
)
def test_a_row_whose_cost_or_level_price_is_unreadable_is_left_out_and_named(
    row: str, column: Column
) -> None:
    found = merged(
        f"kode;nama;harga;modal;harga emas;Perak\n{row}\n"
        "bb1;BB1;1.500;1.400;1.460;1.480\ncc1;CC1;1.500;1.400;;",
        Catalogue(products=(OLD,)),
        levels=LEVELS,
    )
    assert OLD in found.updated
    assert [(problem.column, problem.reason) for problem in found.problems] == [
        (column, CellError.UNREADABLE)
    ]
