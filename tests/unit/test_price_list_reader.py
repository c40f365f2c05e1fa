"""A price list is read as its carrier meant it, or the row that cannot be is named."""

import io
import zipfile

import pytest
import xlsxwriter

from bot.catalogue.price_list.cells import CellError
from bot.catalogue.price_list.columns import Column
from bot.catalogue.price_list.grid import MAX_FILE_BYTES, MAX_ROWS, MAX_UNPACKED_BYTES, FileError
from bot.catalogue.price_list.reader import ParsedPriceList, UnreadablePriceList, read_price_list
from bot.catalogue.product import Carrier, DailyHours, DestinationRule, Product

COMMANDS = frozenset({"saldo", "h"})


def read(content: bytes | str) -> ParsedPriceList:
    sheet = read_price_list(content.encode() if isinstance(content, str) else content, commands=COMMANDS)
    assert isinstance(sheet, ParsedPriceList), sheet
    return sheet


def fault(content: bytes | str) -> FileError:
    found = read_price_list(content.encode() if isinstance(content, str) else content, commands=COMMANDS)
    assert isinstance(found, UnreadablePriceList)
    return found.fault


def only(content: bytes | str) -> Product:
    sheet = read(content)
    assert sheet.problems == ()
    (product,) = sheet.products
    return product


def problems(content: bytes | str) -> list[tuple[int, Column, CellError]]:
    return [(found.row, found.column, found.reason) for found in read(content).problems]


def xlsx(*rows: list[object], sheets: int = 1) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    for _ in range(sheets):
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return buffer.getvalue()


def test_a_whole_row_is_read_with_all_its_columns() -> None:
    content = (
        "kode;nama;grup;tujuan;harga;status;tutup;carrier;nominal\n"
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


def test_code_and_name_are_enough() -> None:
    assert only("kode,nama\nabc1,Sesuatu") == Product(
        code="abc1", name="Sesuatu", group="Lainnya", rule=DestinationRule.FREE
    )


@pytest.mark.parametrize(
    "content",
    [
        "kode;nama;harga\nab1;Satu;6.500",
        "KODE,Nama Produk,Harga Jual\nab1,Satu,6500",
        "Harga\tProduct Name\tCode\n6500\tSatu\tab1",
        "\ufeffkode|nama|harga\n\nab1|Satu|6500\n\n",
        "Daftar Harga\n22 November\n\nkode;nama;harga\nab1;Satu;6500",
        'kode,nama,harga\r\nab1,Satu,"6.500,00"\r\n',
    ],
)
def test_headings_may_be_written_in_many_ways_and_any_order(content: str) -> None:
    assert only(content) == Product(
        code="ab1", name="Satu", group="Lainnya", rule=DestinationRule.FREE, price_idr=6_500
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
        ("IDR 6500", 6_500),
        ("6500,00", 6_500),
        ("6.500,00", 6_500),
        ("6,500.00", 6_500),
        ("1.234.567", 1_234_567),
        ("Rp500", 500),
        ("", None),
        ("0", None),
        ("-", None),
    ],
)
def test_a_price_is_read_however_it_is_written(typed: str, price_idr: int | None) -> None:
    assert only(f"kode;nama;harga\nab1;Satu;{typed}").price_idr == price_idr


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("6.5", CellError.UNREADABLE),
        ("6,5", CellError.UNREADABLE),
        ("65.00.0", CellError.UNREADABLE),
        ("6.500.00", CellError.UNREADABLE),
        ("6500.000", CellError.UNREADABLE),
        ("6500,50", CellError.UNREADABLE),
        ("06500", CellError.UNREADABLE),
        ("6 500", CellError.UNREADABLE),
        ("6rb", CellError.UNREADABLE),
        ("enam ribu", CellError.UNREADABLE),
        ("=6000+500", CellError.UNREADABLE),
        ("6.500/7.000", CellError.UNREADABLE),
        ("٦٥٠٠", CellError.UNREADABLE),
        ("-6500", CellError.NEGATIVE),
        ("Rp-6.500", CellError.NEGATIVE),
        ("10", CellError.TOO_SMALL),
        ("999", CellError.TOO_SMALL),
        ("081234567890", CellError.UNREADABLE),
        ("100.000.000", CellError.TOO_LARGE),
    ],
)
def test_a_price_that_could_be_another_is_named_and_never_taken(typed: str, reason: CellError) -> None:
    """A wrong price is a loss with every sale until somebody sees it."""
    assert problems(f"kode;nama;harga\nab1;Satu;{typed}") == [(2, Column.PRICE, reason)]


def test_ten_thousand_that_a_spreadsheet_made_ten_is_refused() -> None:
    """Typed as `10.000` into an English spreadsheet it is the number 10."""
    assert problems(xlsx(["kode", "nama", "harga"], ["ab1", "Satu", 10.000])) == [
        (2, Column.PRICE, CellError.TOO_SMALL)
    ]


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
        (";;;;;;;", Column.NAME, CellError.MISSING),
        ("Satu" * 30 + ";;;;;;;", Column.NAME, CellError.TOO_LONG),
        ("Satu;" + "G" * 41 + ";;;;;;", Column.GROUP, CellError.TOO_LONG),
        ("Satu;;kantor;;;;;", Column.RULE, CellError.UNKNOWN_WORD),
        ("Satu;;;;mungkin;;;", Column.STATUS, CellError.UNKNOWN_WORD),
        ("Satu;;;;;23-01;;", Column.CUT_OFF, CellError.UNREADABLE),
        ("Satu;;;;;25:00-01:00;;", Column.CUT_OFF, CellError.UNREADABLE),
        ("Satu;;;;;23:60-01:00;;", Column.CUT_OFF, CellError.UNREADABLE),
        ("Satu;;;;;01:00-01:00;;", Column.CUT_OFF, CellError.UNREADABLE),
        ("Satu;;;;;;esia;", Column.OPERATOR, CellError.UNKNOWN_WORD),
        ("Satu;;;;;;;lima", Column.NOMINAL, CellError.UNREADABLE),
        ("Satu;;;;;;;1500", Column.NOMINAL, CellError.UNREADABLE),
    ],
)
def test_a_faulty_cell_is_named_with_its_row_and_column(
    cells: str, column: Column, reason: CellError
) -> None:
    content = f"kode;nama;grup;tujuan;harga;status;tutup;carrier;nominal\nok1;Baik\n\nab1;{cells}"
    assert problems(content) == [(4, column, reason)]
    assert [product.code for product in read(content).products] == ["ok1"]


def test_every_faulty_cell_of_a_row_is_named() -> None:
    assert problems("kode;nama;harga;status\ns;;mahal;entah") == [
        (2, Column.CODE, CellError.CODE_SHORT),
        (2, Column.NAME, CellError.MISSING),
        (2, Column.PRICE, CellError.UNREADABLE),
        (2, Column.STATUS, CellError.UNKNOWN_WORD),
    ]


def test_of_a_code_that_stands_twice_neither_row_is_taken() -> None:
    sheet = read("kode;nama;harga\ns5;Satu;6.000\nab1;Lain;1.000\nS5;Satu;7.000")
    assert [(found.row, found.reason, found.shown) for found in sheet.problems] == [
        (2, CellError.CODE_TWICE, "4"),
        (4, CellError.CODE_TWICE, "2"),
    ]
    assert [product.code for product in sheet.products] == ["ab1"]


def test_a_comma_too_many_never_moves_a_price() -> None:
    """`Simpati 5,000` without quotes would put `000` where the price belongs."""
    content = "kode,nama,harga\ns5,Simpati 5,000,6.500"
    assert (2, Column.NAME, CellError.TOO_MANY_CELLS) in problems(content)
    assert read(content).products == ()


def test_a_game_that_wants_its_server_is_told_where_its_row_does_not_say_so() -> None:
    sheet = read(
        "kode;nama;tujuan\n"
        "ml86;Mobile Legends 86;game\nml172;Mobile Legends 172;game+server\nff70;Free Fire 70;game"
    )
    assert [product.rule for product in sheet.products] == [
        DestinationRule.GAME_SERVER,
        DestinationRule.GAME_SERVER,
        DestinationRule.GAME,
    ]
    assert sheet.stricter == ("ml86",)


def test_headings_that_mean_nothing_are_told() -> None:
    assert read("kode;stok;nama;modal\nab1;3;Satu;900").unused == ("stok", "modal")


def test_two_columns_for_one_thing_are_refused_whichever_is_meant() -> None:
    found = read_price_list(b"kode;nama;harga;Harga Jual\nab1;Satu;900;1000", commands=COMMANDS)
    assert found == UnreadablePriceList(fault=FileError.COLUMN_TWICE, detail="Harga Jual")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", FileError.NO_HEADING),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", FileError.NOT_A_SHEET),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, FileError.NOT_A_SHEET),
        (b"\xff\xd8\xff\xee" + b"x" * 2000, FileError.NOT_A_SHEET),
        (b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj", FileError.NOT_A_SHEET),
        (b"PK\x03\x04 cut short", FileError.DAMAGED),
        (b"halo;dunia\n1;2", FileError.NO_HEADING),
        (b"nama;harga\nSatu;1000", FileError.NO_HEADING),
        (b"kode;nama\n\n", FileError.EMPTY),
        (b"x" * (MAX_FILE_BYTES + 1), FileError.TOO_LARGE),
        (b"kode;nama\n" + b"ab1;Satu\n" * (MAX_ROWS + 1), FileError.TOO_MANY_ROWS),
        (b'kode;nama\nab1;"' + b"x" * 200_000, FileError.NO_HEADING),
    ],
)
def test_a_file_that_is_no_price_list_is_refused_with_the_reason(content: bytes, why: FileError) -> None:
    assert fault(content) is why


def test_a_spreadsheet_reads_like_the_same_list_as_text() -> None:
    rows: list[list[object]] = [
        ["Kode", "Nama", "Harga", "Nominal"],
        ["s5", "Simpati 5.000", 5_800, 5],
        ["s10", "Simpati 10.000", 10_800.0, 10.0],
        [],
        ["s20", "=Simpati", "Rp20.500", None],
    ]
    sheet = read(xlsx(*rows))
    assert sheet.problems == ()
    text = "s5;Simpati 5.000;5.800;5\ns10;Simpati 10.000;10.800;10\ns20;=Simpati;20.500;"
    assert sheet.products == read(f"kode;nama;harga;nominal\n{text}").products


def test_rows_of_a_spreadsheet_are_numbered_as_it_shows_them() -> None:
    content = xlsx([], ["Daftar harga"], ["kode", "nama", "harga"], [], ["s5", "Satu", "mahal"])
    assert problems(content) == [(5, Column.PRICE, CellError.UNREADABLE)]


def test_the_first_sheet_with_a_heading_is_read() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    book.add_worksheet("Sampul").write_row(0, 0, ["Toko Rina"])
    prices = book.add_worksheet("Harga")
    prices.write_row(0, 0, ["kode", "nama"])
    prices.write_row(1, 0, ["ab1", "Satu"])
    book.close()
    assert only(buffer.getvalue()).code == "ab1"


@pytest.mark.parametrize("how", ["hide", "very_hidden"])
def test_a_hidden_sheet_is_not_read_whatever_it_holds(how: str) -> None:
    """Last month's prices, put out of sight, must not come back into force."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheets = [book.add_worksheet(name) for name in ("Lama", "Harga", "Gudang")]
    for number, sheet in enumerate(sheets):
        sheet.write_row(0, 0, ["kode", "nama"])
        sheet.write_row(1, 0, [f"ab{number}", "Satu"])
    sheets[1].activate()
    sheets[1].set_first_sheet()
    for hidden in (sheets[0], sheets[2]):
        getattr(hidden, how)()
    book.close()
    assert only(buffer.getvalue()).code == "ab1"


def test_a_list_on_a_hidden_sheet_alone_is_no_list() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    book.add_worksheet("Sampul").write_row(0, 0, ["Toko Rina"])
    hidden = book.add_worksheet("Harga")
    hidden.write_row(0, 0, ["kode", "nama"])
    hidden.write_row(1, 0, ["ab1", "Satu"])
    hidden.hide()
    book.close()
    assert fault(buffer.getvalue()) is FileError.NO_HEADING


def a_zip(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return buffer.getvalue()


def with_sheet(body: bytes) -> bytes:
    """Give a workbook that is sound but for the body of its sheet."""
    parts = {}
    with zipfile.ZipFile(io.BytesIO(xlsx(["kode", "nama"], ["ab1", "Satu"]))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return a_zip(parts | {"xl/worksheets/sheet1.xml": body})


def test_a_bomb_is_refused_before_it_unpacks() -> None:
    bomb = a_zip({"xl/worksheets/sheet1.xml": b" " * (MAX_UNPACKED_BYTES + 1)})
    assert len(bomb) < 100_000
    assert fault(bomb) is FileError.TOO_LARGE


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    sheet = b"<worksheet><sheetData>" + b" " * 1_000_000
    honest = with_sheet(sheet)
    lying = honest.replace(len(sheet).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lying != honest
    assert fault(lying) is FileError.DAMAGED


@pytest.mark.parametrize("place", [b"XFD1048576", b"A1048576", b"XFD20000"])
def test_a_lonely_cell_far_away_is_refused_before_memory_is_taken(place: bytes) -> None:
    cell = b'<c r="%s" t="str"><v>x</v></c>' % place
    row = b"".join(char.to_bytes(1, "big") for char in place if chr(char).isdigit())
    body = b'<worksheet><sheetData><row r="%s">%s</row></sheetData></worksheet>' % (row, cell)
    assert fault(with_sheet(body)) is FileError.TOO_MANY_ROWS


def test_a_zip_without_a_sheet_is_refused() -> None:
    assert fault(a_zip({"word/document.xml": b"<w/>"})) is FileError.NOT_A_SHEET


@pytest.mark.parametrize("cut", [200, 1000, 3000])
def test_a_spreadsheet_cut_short_is_refused(cut: int) -> None:
    assert fault(xlsx(["kode", "nama"], ["ab1", "Satu"])[:cut]) is FileError.DAMAGED


ROW_ZERO = b'<worksheet><sheetData><row r="0"><c r="A0" t="str"><v>x</v></c></row></sheetData></worksheet>'


@pytest.mark.parametrize("body", [b"", b"<worksheet", b"<a><b>" * 1000, b"\0" * 100, ROW_ZERO])
def test_a_sheet_of_rubbish_is_refused_without_a_surprise(body: bytes) -> None:
    assert isinstance(read_price_list(with_sheet(body), commands=COMMANDS), UnreadablePriceList)
