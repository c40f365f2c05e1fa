"""What differs between two catalogues is told product by product, money first."""

from msgspec.structs import replace

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.diff import ChangeKind, diff_catalogue
from bot.catalogue.product import DestinationRule, Product


def product(code: str, price_idr: int | None = 1_000) -> Product:
    return Product(code=code, name=code.upper(), group="Grup", rule=DestinationRule.FREE, price_idr=price_idr)


A, B, C, D = (product(code) for code in ("aa", "bb", "cc", "dd"))
OLD = Catalogue(version=3, products=(A, B, C))


def test_the_same_list_changes_nothing() -> None:
    assert not diff_catalogue(OLD, (A, B, C))


def test_each_product_changes_in_one_way_and_what_touches_money_comes_first() -> None:
    new = (
        replace(A, price_idr=1_100, is_open=False),
        replace(B, is_open=False, name="Lain"),
        D,
    )
    found = diff_catalogue(OLD, new)
    assert [(change.code, change.kind) for change in found.changes] == [
        ("aa", ChangeKind.PRICE_UP),
        ("bb", ChangeKind.CLOSED),
        ("dd", ChangeKind.ADDED),
        ("cc", ChangeKind.REMOVED),
    ]
    assert found.counts() == (
        (ChangeKind.ADDED, 1),
        (ChangeKind.REMOVED, 1),
        (ChangeKind.PRICE_UP, 1),
        (ChangeKind.CLOSED, 1),
    )


def test_every_way_in_which_a_price_moves_has_its_name() -> None:
    old = Catalogue(products=(A, B, product("cc", None)))
    new = (replace(A, price_idr=900), replace(B, price_idr=None), C)
    assert [change.kind for change in diff_catalogue(old, new).changes] == [
        ChangeKind.PRICE_DOWN,
        ChangeKind.PRICE_TAKEN,
        ChangeKind.PRICE_GIVEN,
    ]


def test_an_opened_product_and_a_renamed_one_are_told_apart() -> None:
    old = Catalogue(products=(replace(A, is_open=False), B))
    found = diff_catalogue(old, (A, replace(B, name="Lain")))
    assert [change.kind for change in found.changes] == [ChangeKind.OPENED, ChangeKind.OTHERWISE]


def test_a_code_in_another_letter_case_is_the_same_product_spelled_anew() -> None:
    found = diff_catalogue(OLD, (replace(A, code="AA"), B, C))
    assert [(change.code, change.kind) for change in found.changes] == [("AA", ChangeKind.OTHERWISE)]


def test_another_order_alone_is_a_change_too() -> None:
    found = diff_catalogue(OLD, (B, A, C))
    assert found
    assert found.changes == ()
    assert not diff_catalogue(OLD, (A, B, C)).reordered
    assert not diff_catalogue(OLD, (D, A, B)).reordered
