"""Every table of every sheet is read, in its own place and under its own title, or said to be left out."""

import pytest

from bot.catalogue.price_list.cells import CellError
from bot.catalogue.price_list.sheets import FileError
from tests.price_lists import (
    fault,
    merged,
    products,
    read,
    sheet_xml,
    text_cell,
    with_sheet,
    workbook,
    xlsx,
)

HEAD = ["KODE", "PRODUK", "HARGA"]


def groups(content: bytes | str) -> dict[str, str]:
    return {product.code: product.group for product in products(content)}


def test_titles_above_and_notes_below_are_no_products() -> None:
    content = xlsx(
        ["DAFTAR HARGA SERVER MAJU JAYA"],
        ["Update 27 November 2026 pukul 10:00 WIB"],
        [],
        ["PULSA TELKOMSEL"],
        [*HEAD, "STATUS"],
        ["S5", "Telkomsel 5.000", 5250, "OPEN"],
        ["S10", "Telkomsel 10.000", 10250, "OPEN"],
        [],
        ["PULSA INDOSAT"],
        [*HEAD, "STATUS"],
        ["I5", "Indosat 5.000", 5700, "GANGGUAN"],
        [],
        ["Catatan: harga dapat berubah sewaktu-waktu"],
    )
    assert groups(content) == {"S5": "PULSA TELKOMSEL", "S10": "PULSA TELKOMSEL", "I5": "PULSA INDOSAT"}
    assert read(content).notes == ("13",)


@pytest.mark.parametrize(
    "title",
    [
        "TELKOMSEL DATA",
        "=== TELKOMSEL DATA ===",
        "* TELKOMSEL DATA *",
        "Harga TELKOMSEL DATA",
        "TELKOMSEL DATA:",
    ],
)
def test_a_row_with_a_title_alone_names_the_group_below(title: str) -> None:
    below = groups(f"kode;nama;harga\nA1;Satu;1.000\n{title};;\nB1;Dua;2.000\nB2;Tiga;3.000")
    assert below == {"A1": "Lainnya", "B1": "TELKOMSEL DATA", "B2": "TELKOMSEL DATA"}


def test_a_title_may_stand_in_any_column() -> None:
    content = xlsx(["NO", *HEAD], ["", "", "INDOSAT", ""], [1, "I5", "Indosat 5.000", 5700])
    assert groups(content) == {"I5": "INDOSAT"}


def test_the_title_of_the_whole_list_names_no_group() -> None:
    assert groups("DAFTAR HARGA MAJU JAYA;;\nkode;nama;harga\nA1;Satu;1.000") == {"A1": "Lainnya"}
    assert groups("PULSA INDOSAT;;\nkode;nama;harga\nA1;Satu;1.000") == {"A1": "PULSA INDOSAT"}


def test_a_row_with_a_price_and_no_code_is_faulty_not_a_title() -> None:
    (problem,) = merged("kode;nama;harga\nA1;Satu;1.000\n;Tanpa kode;7.000").problems
    assert (problem.row, problem.reason) == (3, CellError.MISSING)


def test_a_code_alone_in_its_row_is_faulty_not_a_title() -> None:
    (problem,) = merged("kode;nama;harga\nA1;Satu;1.000\nS5;;").problems
    assert (problem.row, problem.reason) == (3, CellError.MISSING)


def test_a_column_of_its_own_names_the_group_whatever_the_title() -> None:
    content = "kode;nama;kategori\nPULSA;;\nA1;Satu;Data\nA2;Dua;"
    assert groups(content) == {"A1": "Data", "A2": "PULSA"}


def test_a_group_that_is_merged_over_rows_is_that_of_each() -> None:
    content = xlsx(
        ["Grup", "Kode", "Nama"],
        ["PULSA TSEL", "S5", "5rb"],
        ["", "S10", "10rb"],
        ["PULSA ISAT", "I5", "5rb"],
        merges=[(1, 0, 2, 0)],
    )
    assert groups(content) == {"S5": "PULSA TSEL", "S10": "PULSA TSEL", "I5": "PULSA ISAT"}


@pytest.mark.parametrize(
    "content",
    [
        xlsx([*HEAD, "", *HEAD], ["S5", "Tsel 5", 5250, "", "I5", "Isat 5", 5700], ["S10", "Tsel 10", 10250]),
        xlsx(
            ["NO", *HEAD, "NO", *HEAD],
            [1, "S5", "Tsel 5", 5250, 1, "I5", "Isat 5", 5700],
            [2, "S10", "Tsel 10", 10250],
        ),
        xlsx(
            ["PRODUK", "KODE", "HARGA", "NAMA", "KODE", "HRG"],
            ["Tsel 5", "S5", 5250, "Isat 5", "I5", 5700],
            ["Tsel 10", "S10", 10250],
        ),
        xlsx(
            ["PRODUK", "KODE", "HARGA", "PRODUK", "KODE", "HARGA"],
            ["Tsel 5", "S5", 5250, "Isat 5", "I5", 5700],
            ["Tsel 10", "S10", 10250],
        ),
        xlsx(
            HEAD, ["S5", "Tsel 5", 5250], ["", "", "", *HEAD], ["S10", "Tsel 10", 10250, "I5", "Isat 5", 5700]
        ),
        "KODE;PRODUK;HARGA;;KODE;PRODUK;HARGA\nS5;Tsel 5;5.250;;I5;Isat 5;5.700\nS10;Tsel 10;10.250;;;;",
    ],
)
def test_tables_side_by_side_are_all_read(content: bytes | str) -> None:
    assert {product.code: product.price_idr for product in products(content)} == {
        "S5": 5_250,
        "S10": 10_250,
        "I5": 5_700,
    }


def test_tables_side_by_side_have_titles_of_their_own() -> None:
    content = xlsx(
        ["TELKOMSEL", "", "", "", "INDOSAT"],
        [*HEAD, "", *HEAD],
        ["S5", "5.000", 5250, "", "I5", "5.000", 5700],
    )
    assert groups(content) == {"S5": "TELKOMSEL", "I5": "INDOSAT"}
    assert {product.code: product.name for product in products(content)} == {
        "S5": "TELKOMSEL 5.000",
        "I5": "INDOSAT 5.000",
    }


def test_two_columns_of_codes_are_one_table() -> None:
    (product,) = products("Kode;SKU Supplier;Nama;Harga\nS5;TSEL5;Tsel 5;5.100")
    assert (product.code, product.name, product.price_idr) == ("S5", "Tsel 5", 5_100)


def test_every_sheet_with_a_list_is_read_and_the_others_are_named() -> None:
    content = workbook(
        {
            "Sampul": [["Selamat datang"]],
            "TELKOMSEL": [HEAD, ["S5", "5rb", 5250]],
            "INDOSAT": [["Kode", "Nama", "HRG"], ["I5", "5rb", 5700]],
            "Arsip": [HEAD, ["X5", "XL 5", 5000]],
            "Kosong": [],
        },
        hidden=["Arsip"],
    )
    assert groups(content) == {"S5": "TELKOMSEL", "I5": "INDOSAT"}
    found = read(content)
    assert found.sheets_read == ("TELKOMSEL", "INDOSAT")
    assert (found.sheets_left, found.sheets_hidden) == (("Sampul",), ("Arsip",))


def test_a_list_on_a_hidden_sheet_alone_is_no_list() -> None:
    """Last month's prices, put out of sight, must not come back into force."""
    content = workbook({"Sampul": [["Toko Rina"]], "Harga": [HEAD, ["S5", "Tsel 5", 5250]]}, hidden=["Harga"])
    assert fault(content) is FileError.NO_HEADING


def test_a_list_on_the_second_sheet_is_found() -> None:
    content = workbook({"Sampul": [["Selamat datang"]], "HARGA": [HEAD, ["S5", "Tsel 5", 5250]]})
    assert groups(content) == {"S5": "Lainnya"}
    assert read(content).sheets_left == ("Sampul",)


def test_a_problem_names_its_sheet_where_there_are_several() -> None:
    content = workbook({"A": [HEAD, ["S5", "Tsel 5", 5250]], "B": [HEAD, ["s5", "Tsel 5", 5150]]})
    assert [(problem.sheet, problem.row, problem.shown) for problem in merged(content).problems] == [
        ("A", 2, "B 2"),
        ("B", 2, "A 2"),
    ]


def test_cells_beside_a_table_are_told() -> None:
    content = xlsx(HEAD, ["S5", "Tsel 5", 5250], ["S10", "Tsel 10", 10250, "", "catatan di samping"])
    assert read(content).unused == ("(E)",)


def test_a_heading_with_nothing_below_is_empty() -> None:
    assert fault("kode;nama\n\n") is FileError.EMPTY
    assert fault(xlsx(HEAD)) is FileError.EMPTY


def test_a_file_of_nothing_but_headings_is_refused_before_it_takes_long() -> None:
    """Every heading is held against every other."""
    assert fault("kode;nama\n" * 5_000) is FileError.TOO_MANY_ROWS


def test_a_sheet_without_addresses_is_read_in_the_order_of_its_cells() -> None:
    rows = (text_cell("kode") + text_cell("nama"), text_cell("ab1") + text_cell("Satu"))
    assert [product.name for product in products(with_sheet(sheet_xml(*rows)))] == ["Satu"]
