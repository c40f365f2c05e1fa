"""A level's price is the list's own, or base and markup: whole rupiah, rounded up, never below the base."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.levels import (
    BASIS_POINTS,
    MAX_MARKUP_BP,
    MAX_MARKUP_IDR,
    Level,
    Markup,
    price_for,
    priced,
)
from bot.catalogue.price_list.cells import MAX_PRICE_IDR
from bot.catalogue.price_list.level_columns import level_in_heading, level_key
from bot.catalogue.product import DestinationRule, LevelPrice, Product
from bot.grammar.level_command import (
    DeleteLevel,
    GiveLevel,
    LevelError,
    SetLevel,
    ShowLevels,
    read_level_command,
)
from bot.texts.selling_prices import markup_words

prices = st.integers(1, MAX_PRICE_IDR)
markups = st.one_of(
    st.builds(Markup, amount_idr=st.integers(0, MAX_MARKUP_IDR)),
    st.builds(Markup, basis_points=st.integers(0, MAX_MARKUP_BP)),
)


def product(price_idr: int | None, **more: object) -> Product:
    facts = {"code": "s5", "name": "Simpati 5.000", "group": "Pulsa", "rule": DestinationRule.PHONE, **more}
    return Product(price_idr=price_idr, **facts)  # type: ignore[arg-type]  # the fields of a product


def gold(markup: Markup) -> Level:
    return Level(key="emas", name="emas", markup=markup)


@given(price_idr=prices, markup=markups)
def test_a_price_is_never_below_the_base_and_always_fits_64_bits(price_idr: int, markup: Markup) -> None:
    paid = price_for(product(price_idr), gold(markup))
    assert paid is not None
    assert price_idr <= paid < 2**63


@given(price_idr=prices, points=st.integers(1, MAX_MARKUP_BP))
def test_a_part_of_a_rupiah_is_rounded_up_exactly(price_idr: int, points: int) -> None:
    added = Markup(basis_points=points).on(price_idr)
    assert (added - 1) * BASIS_POINTS < price_idr * points <= added * BASIS_POINTS


@given(low=prices, high=prices, markup=markups)
def test_a_dearer_product_is_never_cheaper_at_a_level(low: int, high: int, markup: Markup) -> None:
    low, high = sorted((low, high))
    assert markup.on(low) + low <= markup.on(high) + high


@pytest.mark.parametrize(
    ("markup", "paid"),
    [
        (Markup(amount_idr=200), 6_100),
        (Markup(basis_points=150), 5_989),
        (Markup(basis_points=1), 5_901),
        (Markup(), 5_900),
    ],
)
def test_base_and_markup_make_the_price(markup: Markup, paid: int) -> None:
    assert price_for(product(5_900), gold(markup)) == paid


def test_a_price_in_the_list_stands_instead_of_base_and_markup() -> None:
    listed = product(5_900, level_prices=(LevelPrice(level="emas", price_idr=5_700),))
    assert price_for(listed, gold(Markup(amount_idr=200))) == 5_700
    assert price_for(listed, None) == 5_900
    assert price_for(product(None, level_prices=listed.level_prices), gold(Markup())) == 5_700


def test_without_any_price_there_is_none_at_a_level() -> None:
    assert price_for(product(None), gold(Markup(amount_idr=200))) is None


@given(price_idr=st.none() | prices, markup=st.none() | markups)
def test_what_a_shop_may_see_holds_neither_costs_nor_other_prices(
    price_idr: int | None, markup: Markup | None
) -> None:
    level = gold(markup) if markup else None
    full = product(price_idr, cost_idr=5_500, level_prices=(LevelPrice(level="perak", price_idr=1),))
    (seen,) = priced(Catalogue(version=3, products=(full,)), level)
    assert (seen.cost_idr, seen.level_prices, seen.price_idr) == (None, (), price_for(full, level))


@pytest.mark.parametrize("name", ["modal", "lama", "reseller", "jual", "kode", "paket", "beli", "stok"])
def test_a_word_with_another_meaning_in_a_price_list_is_no_level(name: str) -> None:
    assert level_key(name) is None
    assert read_level_command(f"{name} 200") is LevelError.NAME_TAKEN


@pytest.mark.parametrize(
    "heading", ["Harga Emas", "emas", "HARGA_EMAS", "Harga Level Emas", "Emas (Rp)", "harga jual emas"]
)
def test_a_heading_is_read_as_the_level_that_it_names(heading: str) -> None:
    assert level_in_heading(heading, frozenset({"emas", "perak"})) == "emas"


@pytest.mark.parametrize("heading", ["Harga", "Harga H2H", "Harga Emas Perak", "Modal", ""])
def test_a_heading_that_names_no_level_or_two_is_none_of_a_level(heading: str) -> None:
    assert level_in_heading(heading, frozenset({"emas", "perak"})) is None


@pytest.mark.parametrize(
    ("typed", "markup"),
    [
        ("emas 200", Markup(amount_idr=200)),
        ("EMAS Rp 1.500", Markup(amount_idr=1_500)),
        ("emas +200", Markup(amount_idr=200)),
        ("emas 1rb", Markup(amount_idr=1_000)),
        ("emas 1,5%", Markup(basis_points=150)),
        ("emas 1.25 %", Markup(basis_points=125)),
        ("emas 2 persen", Markup(basis_points=200)),
        ("emas 0", Markup()),
        ("emas 0%", Markup()),
    ],
)
def test_a_markup_is_read_as_typed(typed: str, markup: Markup) -> None:
    assert read_level_command(typed) == SetLevel(key="emas", name="emas", markup=markup)


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("emas", LevelError.NO_MARKUP),
        ("emas murah", LevelError.MARKUP_UNCLEAR),
        ("emas 1,5", LevelError.MARKUP_UNCLEAR),
        ("emas 1,555%", LevelError.MARKUP_UNCLEAR),
        ("emas -200", LevelError.MARKUP_NEGATIVE),
        ("emas -1%", LevelError.MARKUP_NEGATIVE),
        ("emas Rp-5", LevelError.MARKUP_NEGATIVE),
        ("emas 100000000", LevelError.MARKUP_TOO_LARGE),
        ("emas 101%", LevelError.MARKUP_TOO_LARGE),
        ("e 200", LevelError.NAME_UNCLEAR),
        ("em-as 200", LevelError.NAME_UNCLEAR),
        ("biasa 200", LevelError.NAME_TAKEN),
        ("@budi", LevelError.NO_LEVEL_NAMED),
        ("@budi modal", LevelError.NO_SUCH_LEVEL),
    ],
)
def test_what_cannot_be_read_changes_nothing_and_has_its_reason(typed: str, error: LevelError) -> None:
    assert read_level_command(typed) is error


def test_the_other_commands_are_read() -> None:
    assert read_level_command("") == ShowLevels()
    assert read_level_command("@budi Emas") == GiveLevel(person="@budi", key="emas")
    assert read_level_command("1002 biasa") == GiveLevel(person="1002", key=None)
    assert read_level_command("emas hapus") == DeleteLevel(key="emas", name="emas")


def test_a_percentage_is_said_with_its_decimals_and_that_it_is_rounded_up() -> None:
    assert markup_words(Markup(basis_points=150)) == "harga dasar + 1,5%, dibulatkan ke atas"
    assert markup_words(Markup(basis_points=125)).startswith("harga dasar + 1,25%")
    assert markup_words(Markup(basis_points=1000)).startswith("harga dasar + 10%")
