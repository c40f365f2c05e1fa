"""A cell of a price list is read as it was meant, or its row is named and not taken."""

import pytest

from bot.catalogue.price_list.cells import CellError
from bot.catalogue.price_list.columns import Column
from bot.catalogue.product import Carrier, DailyHours, DestinationRule, Product
from storage.codec import load
from storage.imports import serialize
from tests.price_lists import merged, only, problems, products, read, xlsx


def test_a_whole_row_is_read_with_all_its_columns() -> None:
    content = (
        "kode;nama;grup;tujuan;harga;status;tutup;jaringan;nominal\n"
        "S5;Simpati 5.000;Pulsa Telkomsel;hp;Rp5.800;tutup;23:00-01:00;tsel;5.000\n"
    )
    assert only(content) == Product(
        code="S5",
        name="Simpati 5.000",
        group="Pulsa Telkomsel",
        rule=DestinationRule.PHONE,
        price_idr=5_800,
        is_open=False,
        carrier=Carrier.TELKOMSEL,
        nominal=5,
        cut_off=DailyHours(from_minute=23 * 60, until_minute=60),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_letters_survive_the_encodings_that_spreadsheets_write(encoding: str) -> None:
    assert only("kode;nama\nab1;Café".encode(encoding)).name == "Café"


@pytest.mark.parametrize(
    ("typed", "price_idr"),
    [
        ("6500", 6_500),
        ("6.500", 6_500),
        ("6,500", 6_500),
        ("Rp6.500", 6_500),
        ("Rp 6.500,-", 6_500),
        ("Rp. 20.250,00", 20_250),
        ("Rp.20.250", 20_250),
        ("10.250,-", 10_250),
        ("10.250.-", 10_250),
        ("IDR 6500", 6_500),
        ("6500 IDR", 6_500),
        ("6500,00", 6_500),
        ("6.500,00", 6_500),
        ("6,500.00", 6_500),
        ("98,250.00", 98_250),
        ("1.234.567", 1_234_567),
        ("Rp500", 500),
        ("500 rupiah", 500),
        ("", None),
        ("0", None),
        ("-", None),
    ],
)
def test_a_price_is_read_however_it_is_written(typed: str, price_idr: int | None) -> None:
    assert only(f'kode;nama;harga\nab1;Satu;"{typed}"').price_idr == price_idr


@pytest.mark.parametrize("typed", ["6500,50", "6500.5", "6.500,50", "6,500.01"])
def test_a_part_of_a_rupiah_is_rounded_up(typed: str) -> None:
    """Where four digits stand before it, it can be nothing else: a spreadsheet worked the price out."""
    assert only(f"kode;nama;harga\nab1;Satu;{typed}").price_idr == 6_501


@pytest.mark.parametrize(
    ("cell", "price_idr"),
    [(5250.0, 5_250), (5512.5, 5_513), (10250.000000001, 10_250), (5300 / 3 * 3, 5_300)],
)
def test_a_price_that_a_spreadsheet_worked_out_is_whole(cell: float, price_idr: int) -> None:
    assert only(xlsx(["kode", "nama", "harga"], ["ab1", "Satu", cell])).price_idr == price_idr


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("65.00.0", CellError.UNREADABLE),
        ("6.500.00", CellError.UNREADABLE),
        ("6500.000", CellError.UNREADABLE),
        ("06500", CellError.UNREADABLE),
        ("6 500", CellError.UNREADABLE),
        ("6rb", CellError.UNREADABLE),
        ("enam ribu", CellError.UNREADABLE),
        ("=6000+500", CellError.UNREADABLE),
        ("6.500/7.000", CellError.UNREADABLE),
        ("٦٥٠٠", CellError.UNREADABLE),
        ("#REF!", CellError.UNREADABLE),
        ("-6500", CellError.NEGATIVE),
        ("Rp-6.500", CellError.NEGATIVE),
        ("10", CellError.TOO_SMALL),
        ("999", CellError.TOO_SMALL),
        ("6.5", CellError.TOO_SMALL),
        ("10,25", CellError.TOO_SMALL),
        ("0,5", CellError.TOO_SMALL),
        ("Rp10.25", CellError.TOO_SMALL),
        ("081234567890", CellError.UNREADABLE),
        ("100.000.000", CellError.TOO_LARGE),
    ],
)
def test_a_price_that_could_be_another_is_named_and_never_taken(typed: str, reason: CellError) -> None:
    """A wrong price is a loss with every sale until somebody sees it."""
    assert problems(f"kode;nama;harga\nab1;Satu;{typed}") == [(2, Column.PRICE, reason)]


@pytest.mark.parametrize("cell", [10.000, 10.25, 97.5])
def test_ten_thousand_that_a_spreadsheet_made_ten_is_refused(cell: float) -> None:
    """Typed as `10.000` or `10.250` into an English spreadsheet it is the number 10 or 10,25."""
    assert problems(xlsx(["kode", "nama", "harga"], ["ab1", "Satu", cell])) == [
        (2, Column.PRICE, CellError.TOO_SMALL)
    ]


@pytest.mark.parametrize(
    ("word", "is_open"),
    [
        *(
            (word, True)
            for word in ("OPEN", "Aktif", "NORMAL", "1", "ya", "Lancar", "ready", "true", "✅", "on")
        ),
        *((word, True) for word in ("✅ Normal", "Aktif (lancar)", "")),
        *(
            (word, False)
            for word in ("CLOSE", "closed", "GANGGUAN", "0", "Nonaktif", "tidak aktif", "kosong")
        ),
        *(
            (word, False)
            for word in ("Tdk Aktif", "non-aktif", "❌", "🔴 tutup", "Gangguan sejak pagi", "off")
        ),
    ],
)
def test_a_status_is_read_in_the_words_of_servers(word: str, is_open: bool) -> None:  # noqa: FBT001 - as pytest gives it
    assert only(f"kode;nama;status\nab1;Satu;{word}").is_open is is_open


@pytest.mark.parametrize("word", ["entah", "OPEN/CLOSE", "aktif mulai besok", "2"])
def test_a_status_that_could_be_either_is_named(word: str) -> None:
    assert problems(f"kode;nama;status\nab1;Satu;{word}") == [(2, Column.STATUS, CellError.UNKNOWN_WORD)]


def test_a_product_is_open_only_where_every_column_of_a_status_says_so() -> None:
    content = (
        "kode;nama;buyer_status;seller_status\naa1;Satu;true;true\nbb1;Dua;true;false\ncc1;Tiga;false;true"
    )
    assert [product.is_open for product in products(content)] == [True, False, False]


def test_a_word_in_the_place_of_a_price_closes_its_product() -> None:
    closed, other = products("kode;nama;harga\naa1;Satu;GANGGUAN\nbb1;Dua;5.000")
    assert (closed.price_idr, closed.is_open) == (None, False)
    assert (other.price_idr, other.is_open) == (5_000, True)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", CellError.MISSING),
        ("s 5", CellError.CODE_SIGNS),
        ("s-5", CellError.CODE_SIGNS),
        ("é5", CellError.CODE_SIGNS),
        ("=s5", CellError.CODE_SIGNS),
        ("s", CellError.CODE_SHORT),
        ("55", CellError.CODE_NO_LETTER),
        ("Saldo", CellError.CODE_IS_COMMAND),
        ("a" * 21, CellError.TOO_LONG),
    ],
)
def test_a_code_that_nobody_could_order_is_named(code: str, reason: CellError) -> None:
    assert problems(f"kode;nama\n{code};Satu") == [(2, Column.CODE, reason)]


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        (";;;1000;;;;", Column.NAME, CellError.MISSING),
        ("Satu" * 30 + ";;;;;;;", Column.NAME, CellError.TOO_LONG),
        ("Satu;" + "G" * 41 + ";;;;;;", Column.GROUP, CellError.TOO_LONG),
        ("Satu;;kantor;;;;;", Column.RULE, CellError.UNKNOWN_WORD),
        ("Satu;;;;mungkin;;;", Column.STATUS, CellError.UNKNOWN_WORD),
        ("Satu;;;;;23-01;;", Column.CUT_OFF, CellError.UNREADABLE),
        ("Satu;;;;;25:00-01:00;;", Column.CUT_OFF, CellError.UNREADABLE),
        ("Satu;;;;;23:60-01:00;;", Column.CUT_OFF, CellError.UNREADABLE),
        ("Satu;;;;;01:00-01:00;;", Column.CUT_OFF, CellError.UNREADABLE),
        ("Satu;;;;;;esia;", Column.CARRIER, CellError.UNKNOWN_WORD),
        ("Satu;;;;;;;1500", Column.NOMINAL, CellError.UNREADABLE),
    ],
)
def test_a_faulty_cell_is_named_with_its_row_and_column(
    cells: str, column: Column, reason: CellError
) -> None:
    content = f"kode;nama;grup;tujuan;harga;status;tutup;jaringan;nominal\nok1;Baik\n\nab1;{cells}"
    assert problems(content) == [(4, column, reason)]
    assert [product.code for product in merged(content).listed] == ["ok1"]


def test_every_faulty_cell_of_a_row_is_named() -> None:
    assert problems("kode;nama;harga;status\ns;;mahal;entah") == [
        (2, Column.CODE, CellError.CODE_SHORT),
        (2, Column.NAME, CellError.MISSING),
        (2, Column.STATUS, CellError.UNKNOWN_WORD),
    ]
    assert (2, Column.PRICE, CellError.UNREADABLE) in problems("kode;nama;harga;status\ns5;Satu;mahal;open")


def test_a_word_in_the_place_of_a_nominal_is_no_nominal() -> None:
    assert only("kode;nama;denom\nml86;Mobile Legends;86 Diamond").nominal is None


@pytest.mark.parametrize(
    "content",
    ["kode;nama;harga\ns5;Satu;6.000\nab1;Lain;1.000\nS5;Satu;7.000", "kode;nama\ns5;A\nab1;B\nS5;C"],
)
def test_of_a_code_that_stands_twice_neither_row_is_taken(content: str) -> None:
    found = merged(content)
    assert [(problem.row, problem.reason, problem.shown) for problem in found.problems] == [
        (2, CellError.CODE_TWICE, "4"),
        (4, CellError.CODE_TWICE, "2"),
    ]
    assert [product.code for product in found.listed] == ["ab1"]


def test_two_prices_of_one_code_are_both_named() -> None:
    found = merged("kode;nama;harga\nS5;Satu;5.250\ns5;Satu promo;5.150")
    assert [problem.detail for problem in found.problems] == ["5.250 ≠ 5.150", "5.150 ≠ 5.250"]


def test_a_row_that_stands_twice_word_for_word_is_one() -> None:
    content = "kode;nama;harga\nS5;Satu;5.250\ns5;Satu;5.250\nab1;Dua;1.000"
    assert [product.code for product in products(content)] == ["S5", "ab1"]


def test_a_comma_too_many_never_moves_a_price() -> None:
    """`Simpati 5,000` without quotes would put `000` where the price belongs."""
    content = "kode,nama,harga\ns5,Simpati 5,000,6.500"
    assert (2, Column.NAME, CellError.TOO_MANY_CELLS) in problems(content)
    assert merged(content).listed == ()


def test_a_game_that_wants_its_server_is_told_where_its_row_does_not_say_so() -> None:
    found = merged(
        "kode;nama;tujuan\n"
        "ml86;Mobile Legends 86;game\nml172;Mobile Legends 172;game+server\nff70;Free Fire 70;game"
    )
    assert [product.rule for product in found.listed] == [
        DestinationRule.GAME_SERVER,
        DestinationRule.GAME_SERVER,
        DestinationRule.GAME,
    ]
    assert found.stricter == ("ml86",)


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    content = xlsx([], ["Daftar harga"], ["kode", "nama", "harga"], [], ["s5", "Satu", "mahal"])
    assert problems(content) == [(5, Column.PRICE, CellError.UNREADABLE)]


def test_a_problem_names_its_heading_as_the_file_writes_it() -> None:
    (problem,) = merged("KODE;PRODUK;HRG (Rp)\ns5;Satu;mahal").problems
    assert problem.title == "HRG (Rp)"


def test_a_list_can_be_read_again_from_what_is_stored_of_it() -> None:
    found = read("kode;nama;harga;jaringan;nominal\ns5;Satu;6.000;-;5\nx;Dua;mahal;xl;\nab1;Tiga;mahal;;-")
    assert load(type(found), serialize(found)) == found
