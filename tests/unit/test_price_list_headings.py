"""Headings are read by what they mean, and of two that mean the same the cells decide."""

import pytest

from bot.catalogue.price_list.columns import Column, MappedColumn, meanings
from bot.catalogue.price_list.sheets import FileError
from bot.catalogue.product import Carrier, DestinationRule, Product
from tests.price_lists import fault, mapping, merged, only, parsed, prices, products, read, xlsx

C, N, G, P, S = Column.CODE, Column.NAME, Column.GROUP, Column.PRICE, Column.STATUS


def test_a_code_alone_is_enough() -> None:
    assert only("kode,harga\nabc1,1000").name == "abc1"


@pytest.mark.parametrize(
    "content",
    [
        "kode;nama;harga\nab1;Satu;6.500",
        "KODE,Nama Produk,Harga Jual\nab1,Satu,6500",
        "Harga\tProduct Name\tCode\n6500\tSatu\tab1",
        "\ufeffkode|nama|harga\n\nab1|Satu|6500\n\n",
        "Daftar Harga\n22 November\n\nkode;nama;harga\nab1;Satu;6500",
        "sep=;\nkode;nama;harga\nab1;Satu;6500",
        'kode,nama,harga\r\nab1,Satu,"6.500,00"\r\n',
        "Kode *;Nama Produk / Denom;Harga (Rp)\nab1;Satu;6500",
        "KD;KETERANGAN;HRG\nab1;Satu;6500",
        "buyer_sku_code;product_name;price\nab1;Satu;6500",
        "KodeProduk;NamaProduk;HargaJual\nab1;Satu;6500",
        "KODEPRODUK;NAMAPRODUK;HARGAJUAL\nab1;Satu;6500",
        "Kode;Nama Prodak;Hraga (IDR)\nab1;Satu;6500",
        "No;K O D E;N A M A;H A R G A\n1;ab1;Satu;6500",
        "Code;Item;Sell Price (IDR)\nab1;Satu;6500",
        "KODE;;HARGA\nab1;Satu;6500",
    ],
)
def test_headings_may_be_written_in_many_ways_and_any_order(content: str) -> None:
    assert only(content) == Product(
        code="ab1", name="Satu", group="Lainnya", rule=DestinationRule.FREE, price_idr=6_500
    )


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("HRG", P),
        ("Harga (Rp)", P),
        ("HARGA (IDR)", P),
        ("Hrg. Jual", P),
        ("Tarif", P),
        ("Harga Reseller", P),
        ("Rp", P),
        ("Kode Produk (wajib)", C),
        ("SKU", C),
        ("Nama Layanan", N),
        ("Kategory", G),
        ("Jenis Produk", G),
        ("Status Produk", S),
        ("STS", S),
        ("Nama Operator", Column.BRAND),
        ("Provider", Column.BRAND),
        ("Denominasi", Column.NOMINAL),
        ("Jam Cut Off", Column.CUT_OFF),
        ("Harga Beli", Column.COST),
        ("Modal", Column.COST),
        ("HPP", Column.COST),
        ("Harga Supplier", Column.COST),
        ("No.", Column.INDEX),
    ],
)
def test_a_heading_is_known_by_its_words(heading: str, column: Column) -> None:
    assert max(meanings(heading).items(), key=lambda pair: pair[1])[0] is column


@pytest.mark.parametrize(
    "heading",
    ["Telkomsel 5.000", "S5", "Poin", "Harga Lama", "Margin", "Stok", "Saldo", "Biaya Admin", "", "x" * 500],
)
def test_what_is_no_heading_means_nothing(heading: str) -> None:
    assert meanings(heading) == {}


def test_the_cells_tell_a_name_from_a_brand() -> None:
    content = (
        "kode,keterangan,produk,kategori,harga,status\n"
        "T1,Three 1.000,Three,PULSA,1321,1\nT2,Three 2.000,Three,PULSA,2321,0"
    )
    first, second = products(content)
    assert (first.name, first.group, first.carrier, first.is_open) == (
        "Three 1.000",
        "PULSA Three",
        Carrier.TRI,
        True,
    )
    assert (second.price_idr, second.is_open) == (2_321, False)


def test_the_cells_tell_a_status_from_a_description() -> None:
    first, second = products("kode;produk;harga;ket\nS5;Tsel 5.000;5.100;OPEN\nS6;Tsel 6.000;6.100;GANGGUAN")
    assert (first.name, first.is_open, second.is_open) == ("Tsel 5.000", True, False)
    found = read("kode;produk;harga;ket\nS5;Tsel 5.000;5.100;masa aktif 7 hari\nS6;Tsel 6.000;6.100;promo")
    assert found.unused == ("ket",)


def test_a_list_without_names_is_named_by_its_nominals() -> None:
    content = "No;Operator;Kode;Nominal;Harga\n1;TELKOMSEL;S5;5.000;5.250\n2;TELKOMSEL;S10;10.000;10.250"
    first, second = products(content)
    assert (first.name, first.group, first.nominal) == ("TELKOMSEL 5.000", "TELKOMSEL", 5)
    assert (second.code, second.name, second.price_idr) == ("S10", "TELKOMSEL 10.000", 10_250)


def test_a_nominal_in_the_place_of_a_name_counts_only_if_code_and_price_agree() -> None:
    """The 5 of `5 GB` is no pulsa: `5.0812…` would buy it."""
    assert only("operator;kode;nominal;harga\nTELKOMSEL;TD5;5;52.000").nominal is None


def test_a_nominal_that_is_words_is_the_name() -> None:
    assert only("kode;nominal;harga\nS5;Telkomsel 5.000;5.250").name == "Telkomsel 5.000"


def test_a_cost_is_never_taken_for_the_price() -> None:
    """Sold at cost, every sale is work for nothing."""
    content = "Kode;Produk;Modal;Harga Jual\nS5;Tsel 5.000;5.100;5.250"
    assert prices(content) == {"S5": 5_250}
    assert mapping(content)["Modal"] is Column.COST
    for heading in ("Harga Beli", "Harga Modal", "HPP", "Harga Dasar"):
        found = read(f"Kode;Produk;{heading}\nS5;Tsel 5.000;5.100")
        assert found.price_options == ()
        assert MappedColumn(title=heading, column=Column.COST) in found.columns


@pytest.mark.parametrize(
    ("headings", "price_idr"),
    [
        ("Harga H2H;Harga Agen;Harga Reseller", 5_300),
        ("Harga Reseller;Harga Agen;Harga H2H", 5_100),
        ("H2H;Agen;Reseller", 5_300),
        ("Harga;Harga Jual;Poin", 5_200),
        ("Harga Lama;Harga Baru;Selisih", 5_200),
        ("Harga;Harga Member;Harga VIP", 5_100),
        ("Harga Beli;Harga Member;Margin", 5_200),
    ],
)
def test_of_several_prices_the_one_that_resellers_pay_is_taken(headings: str, price_idr: int) -> None:
    content = f"Kode;Nama;{headings}\nS5;Tsel 5.000;5100;5200;5300"
    assert read(content).is_price_sure
    assert prices(content) == {"S5": price_idr}


@pytest.mark.parametrize(
    "headings", ["harga emas;harga perak", "Harga;HRG", "Silver;Gold", "Harga 1;Harga 2"]
)
def test_where_nothing_tells_which_price_is_meant_a_person_has_to_say(headings: str) -> None:
    content = f"Kode;Nama;{headings}\nS5;Tsel 5.000;5100;5200"
    found = read(content)
    assert not found.is_price_sure
    assert len(found.price_options) == 2
    assert [merged(content, price=option).listed[0].price_idr for option in (0, 1)] == [5_100, 5_200]


def test_a_faulty_price_counts_only_in_the_column_that_is_taken() -> None:
    content = "Kode;Nama;Harga Agen;Harga Reseller\nS5;Tsel 5.000;mahal;5200"
    assert prices(content) == {"S5": 5_200}
    agents = [option.title for option in read(content).price_options].index("Harga Agen")
    assert merged(content, price=agents).omitted_count == 1


def test_headings_of_two_lines_are_one() -> None:
    content = xlsx(
        ["KODE", "NAMA", "HARGA", "", ""],
        ["", "", "H2H", "AGEN", "RESELLER"],
        ["S5", "Tsel 5.000", 5100, 5200, 5300],
        merges=[(0, 2, 0, 4), (0, 0, 1, 0), (0, 1, 1, 1)],
    )
    assert [option.title for option in read(content).price_options] == [
        "HARGA RESELLER",
        "HARGA H2H",
        "HARGA AGEN",
    ]
    assert prices(content) == {"S5": 5_300}


def test_headings_that_mean_nothing_are_told() -> None:
    assert read("kode;stok;nama;poin\nab1;3;Satu;9").unused == ("stok", "poin")


def test_the_mapping_is_told() -> None:
    assert mapping("No;KODE;PRODUK;HRG;Poin\n1;ab1;Satu;1000;2") == {"KODE": C, "PRODUK": N, "HRG": P}


def test_what_was_found_in_the_place_of_a_heading_is_told() -> None:
    for content, why, shown in (
        ("Produk;Harga\nTsel 5.000;5.250", FileError.NO_CODE, "Produk | Harga"),
        ("S5;Tsel 5.000;5.250", FileError.NO_HEADING, "S5 | Tsel 5.000 | 5.250"),
    ):
        found = parsed(content)
        assert (fault(content), getattr(found, "detail", "")) == (why, shown)
