"""What an export wrote, an import reads as it was, and no spreadsheet runs any of it."""

import io
import zipfile
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.inference import infer_traits
from bot.catalogue.levels import Level, Markup
from bot.catalogue.product import Carrier, DailyHours, DestinationRule, LevelPrice, Product
from bot.features.price_list.catalogue_file import catalogue_csv, catalogue_xlsx
from tests.price_lists import merged
from tests.price_lists import products as products_of

LEVELS = tuple(Level(key=key, name=key, markup=Markup()) for key in ("emas", "lv1", "spesial"))
KEYS = tuple(level.key for level in LEVELS)

minutes = st.integers(0, 1439)
texts = st.one_of(
    st.sampled_from(
        ["Simpati 5.000", "Token PLN 20.000", "=1+1", "'=1+1", "-", "@x", "+62", "Kuota; 5 GB", '"a"']
    ),
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40),
)
any_product = st.builds(
    Product,
    code=st.from_regex(r"[A-Za-z][A-Za-z0-9]{1,19}", fullmatch=True),
    name=texts,
    group=texts.filter(lambda text: len(text) <= 40),
    rule=st.sampled_from(DestinationRule),
    price_idr=st.one_of(st.none(), st.integers(1, 99_999_999)),
    is_open=st.booleans(),
    carrier=st.one_of(st.none(), st.sampled_from(Carrier)),
    nominal=st.one_of(st.none(), st.integers(1, 10_000)),
    cut_off=st.one_of(
        st.none(),
        st.tuples(minutes, minutes)
        .filter(lambda pair: pair[0] != pair[1])
        .map(lambda pair: DailyHours(from_minute=pair[0], until_minute=pair[1])),
    ),
    cost_idr=st.one_of(st.none(), st.integers(1, 99_999_999)),
    level_prices=st.dictionaries(st.sampled_from(KEYS), st.integers(1, 99_999_999)).map(
        lambda prices: tuple(LevelPrice(level=key, price_idr=prices[key]) for key in sorted(prices))
    ),
)


def as_kept(product: Product) -> Product:
    """Return a product as a catalogue can hold it: a game whose name wants a server has one."""
    told = infer_traits(
        code=product.code,
        name=product.name,
        group=product.group,
        price_idr=product.price_idr,
        rule=product.rule,
    )
    return replace(product, rule=told.rule)


catalogues = st.lists(
    any_product.map(as_kept), min_size=1, max_size=8, unique_by=lambda product: product.code.casefold()
).map(lambda found: Catalogue(products=tuple(found)))


@pytest.mark.parametrize("write", [catalogue_xlsx, catalogue_csv])
@settings(max_examples=150)
@given(catalogue=catalogues)
def test_what_goes_out_comes_in_again_as_it_was(
    catalogue: Catalogue, write: Callable[[Catalogue, Sequence[Level]], bytes]
) -> None:
    assert products_of(write(catalogue, LEVELS), KEYS) == catalogue.products


HOSTILE = Catalogue(
    products=(Product(code="ab1", name='=HYPERLINK("http://x","y")', group="+1", rule=DestinationRule.FREE),)
)


def test_no_text_becomes_a_formula_in_a_workbook() -> None:
    with zipfile.ZipFile(io.BytesIO(catalogue_xlsx(HOSTILE))) as book:
        parts = [book.read(name) for name in book.namelist()]
    assert not any(b"<f>" in part or b"<hyperlink" in part for part in parts)


def test_no_text_begins_a_formula_in_a_text_file() -> None:
    text = catalogue_csv(HOSTILE).decode("utf-8-sig")
    cells = [cell.strip('"') for line in text.splitlines() for cell in line.split(";")]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells if len(cell) > 1)


@pytest.mark.parametrize("write", [catalogue_xlsx, catalogue_csv])
@settings(max_examples=50)
@given(catalogue=catalogues)
def test_what_comes_in_again_changes_nothing_of_what_is_there(
    catalogue: Catalogue, write: Callable[[Catalogue, Sequence[Level]], bytes]
) -> None:
    found = merged(write(catalogue, LEVELS), catalogue, levels=KEYS)
    assert (found.updated, found.replaced, found.removed) == (catalogue.products, catalogue.products, ())


def test_an_export_takes_a_price_back_that_was_set_since() -> None:
    """A blank cell would leave it: that there was none has to be said."""
    before = Catalogue(products=(Product(code="ab1", name="Satu", group="A", rule=DestinationRule.FREE),))
    since = Catalogue(products=(replace(before.products[0], price_idr=1_000),))
    assert merged(catalogue_csv(before), since).updated == before.products
