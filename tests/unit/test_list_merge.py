"""A list changes what it says: no blank cell, no faulty row and no short list takes anything away."""

from msgspec.structs import replace

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.product import Carrier, DailyHours, DestinationRule, Product
from tests.price_lists import merged


def product(code: str, price_idr: int | None = 1_000, group: str = "Grup") -> Product:
    return Product(code=code, name=code.upper(), group=group, rule=DestinationRule.FREE, price_idr=price_idr)


A, B, C, D = (product(code) for code in ("aa1", "bb1", "cc1", "dd1"))
OLD = Catalogue(version=3, products=(A, B, C))


def listed(*products: Product) -> str:
    rows = (f"{one.code};{one.name};{one.group};{one.price_idr}" for one in products)
    return "\n".join(["kode;nama;grup;harga", *rows])


def test_an_update_keeps_what_the_list_does_not_name() -> None:
    dearer = replace(B, price_idr=2_000)
    found = merged(listed(D, dearer), OLD)
    assert found.updated == (A, dearer, C, D)
    assert found.replaced == (D, dearer)
    assert found.removed == (A, C)


def test_a_new_product_stands_behind_the_others_of_its_group() -> None:
    old = Catalogue(products=(A, replace(B, group="Lain"), replace(C, group="Lain")))
    other = replace(D, group="Baru")
    assert merged(listed(other, product("ee1"), replace(D, code="ff1", name="FF1")), old).updated == (
        A,
        product("ee1"),
        replace(D, code="ff1", name="FF1"),
        *old.products[1:],
        other,
    )


def test_where_a_faulty_row_stood_the_product_that_it_meant_stays() -> None:
    dearer = replace(B, price_idr=2_000)
    content = f"{listed(dearer)}\nAA1;Satu;Grup;mahal\nzz9;Satu;Grup;mahal\ndd1;DD1;Grup;1000"
    found = merged(content, OLD)
    assert found.replaced == (dearer, A, D)
    assert (found.removed, found.omitted_count) == ((C,), 2)


def test_a_product_stays_once_however_many_faulty_rows_mean_it() -> None:
    content = "kode;nama;harga\naa1;AA1;mahal\na a1;AA1;1.000\nbb1;BB1;1.000"
    assert merged(content, OLD).replaced == (A, B)


def test_a_blank_cell_changes_nothing_and_a_dash_takes_away() -> None:
    night = DailyHours(from_minute=1380, until_minute=60)
    old = Catalogue(products=(replace(A, is_open=False, cut_off=night, carrier=Carrier.XL, nominal=5),))
    head = "kode;nama;grup;harga;status;tutup;jaringan;nominal"
    assert merged(f"{head}\naa1;AA1;;;;;;", old).updated == old.products
    taken = replace(A, price_idr=None, is_open=False)
    assert merged(f"{head}\naa1;AA1;Grup;-;;-;-;-", old).updated == (taken,)
    assert merged("kode;harga\naa1;0", old).updated[0].price_idr is None


def test_a_list_of_codes_and_prices_changes_prices_alone() -> None:
    old = Catalogue(products=(replace(A, is_open=False, group="Data", rule=DestinationRule.ACCOUNT),))
    assert merged("kode;harga\nAA1;2.000", old).updated == (
        replace(old.products[0], code="AA1", price_idr=2_000),
    )


def test_a_list_without_prices_takes_none_away() -> None:
    found = merged("kode;nama\naa1;Lain\nee1;Baru", OLD)
    assert [one.price_idr for one in found.updated] == [1_000, 1_000, 1_000, None]
    assert [one.price_idr for one in found.replaced] == [1_000, None]


def test_a_word_in_the_place_of_a_price_closes_the_product_and_leaves_its_price() -> None:
    assert merged("kode;harga\naa1;GANGGUAN", OLD).updated[0] == replace(A, is_open=False)


def test_a_nominal_gives_a_name_only_to_a_product_that_has_none() -> None:
    found = merged("kode;nominal;harga\naa1;5.000;5.250\nee1;10.000;10.250", OLD)
    assert [one.name for one in found.listed] == ["AA1", "10.000"]


def test_a_title_means_the_group_that_is_there_however_it_is_spelled() -> None:
    old = Catalogue(products=(replace(A, group="Pulsa Telkomsel"),))
    content = "kode;nama;harga\nPULSA TELKOMSEL;;\naa1;AA1;1.000\nee1;EE1;1.000"
    assert [one.group for one in merged(content, old).updated] == ["Pulsa Telkomsel"] * 2


def test_what_was_set_by_hand_stays_and_what_was_told_from_words_is_told_anew() -> None:
    told = Product(
        code="s5",
        name="Simpati 5.000",
        group="Pulsa",
        rule=DestinationRule.PHONE,
        price_idr=5_900,
        carrier=Carrier.TELKOMSEL,
        nominal=5,
    )
    by_hand = replace(told, rule=DestinationRule.ACCOUNT, carrier=None, nominal=7)
    content = "kode;nama;harga\ns5;Indosat 5.000;6.000"
    (again,) = merged(content, Catalogue(products=(told,))).updated
    assert (again.rule, again.carrier, again.nominal) == (DestinationRule.PHONE, Carrier.INDOSAT, 5)
    (kept,) = merged(content, Catalogue(products=(by_hand,))).updated
    assert (kept.rule, kept.carrier, kept.nominal) == (DestinationRule.ACCOUNT, None, 7)


def test_a_nominal_that_the_price_no_longer_bears_out_is_told_no_more() -> None:
    """`5.0812…` buys by it."""
    (before,) = merged("kode;nama;harga\ns5;Simpati 5.000;5.900").listed
    (after,) = merged("kode;nama;harga\ns5;Simpati 5.000;52.000", Catalogue(products=(before,))).listed
    assert (before.nominal, after.nominal) == (5, None)
