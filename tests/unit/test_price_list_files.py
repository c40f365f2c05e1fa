"""A file of any form is read, or refused with the reason; none takes more than a price list may need."""

from pathlib import Path

import pytest

from bot.catalogue.price_list.cells import CellError
from bot.catalogue.price_list.columns import Column
from bot.catalogue.price_list.reader import UnreadablePriceList
from bot.catalogue.price_list.sheet_scan import MAX_ELEMENTS, MAX_ROW_NUMBER
from bot.catalogue.price_list.sheets import MAX_FILE_BYTES, MAX_ROWS, FileError
from bot.catalogue.price_list.workbook import MAX_UNPACKED_BYTES
from tests.price_lists import (
    archive,
    fault,
    only,
    open_document,
    parsed,
    prices,
    problems,
    products,
    sheet_xml,
    text_cell,
    with_sheet,
    xlsx,
)

KEPT = Path(__file__).parent.parent / "data" / "pricelists"
"""Files that no library here can write: an old binary workbook, and one with the password `rahasia`."""

PAGE = (
    "<html><head><meta charset=utf-8><style>td{color:red}</style></head><body><h1>Harga</h1>"
    "<table border=1><tr><th>Kode<th>Produk<th>Harga</tr>"
    "<tr><td>S5</td><td>Tsel<br>5.000</td><td>Rp&nbsp;5.250</td></tr>"
    "<tr><td colspan=3><b>INDOSAT</b></td></tr>"
    "<tr><td>I5</td><td>Isat 5.000</td><td>5.700</td></tr></table></body></html>"
)


def test_a_web_page_under_the_name_of_a_spreadsheet_is_read() -> None:
    first, second = products(PAGE)
    assert (first.code, first.name, first.price_idr) == ("S5", "Tsel 5.000", 5_250)
    assert (second.code, second.group, second.price_idr) == ("I5", "INDOSAT", 5_700)


def test_a_cell_of_a_page_that_reaches_down_leaves_the_others_in_their_columns() -> None:
    page = (
        "<table><tr><th>Grup<th>Kode<th>Nama<th>Harga<tr><td rowspan=2>PULSA<td>S5<td>Satu<td>5.000"
        "<tr><td>S10<td>Dua<td>10.000<tr><td>DATA<td>D1<td>Tiga<td>11.000</table>"
    )
    assert prices(page) == {"S5": 5_000, "S10": 10_000, "D1": 11_000}
    assert [product.group for product in products(page)] == ["PULSA", "PULSA", "DATA"]


def test_an_old_binary_workbook_is_read() -> None:
    assert prices((KEPT / "old-binary.xls").read_bytes()) == {"S5": 5_250, "S10": 10_250}


def test_an_open_document_is_read() -> None:
    assert prices(open_document(["Kode", "Nama", "Harga"], ["S5", "Tsel 5", 5250])) == {"S5": 5_250}


def test_a_file_with_a_password_is_told_from_a_damaged_one() -> None:
    assert fault((KEPT / "with-a-password.xlsx").read_bytes()) is FileError.PASSWORD
    locked = open_document(["Kode"], manifest="<m><encryption-data/></m>")
    assert fault(locked) is FileError.PASSWORD


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", FileError.NO_HEADING),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", FileError.NOT_A_SHEET),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, FileError.NOT_A_SHEET),
        (b"\xff\xd8\xff\xee" + b"x" * 2000, FileError.NOT_A_SHEET),
        (b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj", FileError.NOT_A_SHEET),
        (b"{\\rtf1 harga}", FileError.NOT_A_SHEET),
        (b"PK\x03\x04 cut short", FileError.DAMAGED),
        (b"<?xml version='1.0'?><Workbook/>", FileError.OTHER_FORMAT),
        (b"<html><body>Silakan masuk</body></html>", FileError.NO_HEADING),
        (b"halo;dunia\n1;2", FileError.NO_HEADING),
        (b"nama;harga\nSatu;1000", FileError.NO_CODE),
        (b"x" * (MAX_FILE_BYTES + 1), FileError.TOO_LARGE),
        (b"kode;nama\n" + b"ab1;Satu\n" * (MAX_ROWS + 1), FileError.TOO_MANY_ROWS),
        (b'kode;nama\nab1;"' + b"x" * 200_000, FileError.DAMAGED),
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
    text = "s5;Simpati 5.000;5.800;5\ns10;Simpati 10.000;10.800;10\ns20;=Simpati;20.500;"
    assert products(xlsx(*rows)) == products(f"kode;nama;harga;nominal\n{text}")


HEAD = b"".join(map(text_cell, ("kode", "nama", "harga")))
FORMULA = b"<c><f>B9*1.05</f></c>"


def test_a_price_that_was_never_worked_out_is_named_and_not_taken_for_none() -> None:
    """A program writes formulas without values: read as blank, they would empty every price."""
    sound = text_cell("ab1") + text_cell("Satu") + b"<c><f>1+1</f><v>6500</v></c>"
    faulty = text_cell("ab2") + text_cell("Dua") + FORMULA
    found = problems(with_sheet(sheet_xml(HEAD, sound, faulty)))
    assert found == [(3, Column.PRICE, CellError.UNCALCULATED)]
    assert fault(with_sheet(sheet_xml(HEAD, faulty, faulty))) is FileError.UNCALCULATED
    assert fault(with_sheet(sheet_xml(HEAD, FORMULA * 3))) is FileError.UNCALCULATED


def test_a_formula_that_came_to_an_error_or_to_nothing_is_read_as_it_shows() -> None:
    broken = text_cell("ab1") + text_cell("Satu") + b'<c t="e"><f>B9*2</f><v>#REF!</v></c>'
    assert problems(with_sheet(sheet_xml(HEAD, broken))) == [(2, Column.PRICE, CellError.UNREADABLE)]
    blank = text_cell("ab1") + text_cell("Satu") + b'<c t="str"><f>IF(1,"","")</f><v></v></c>'
    assert only(with_sheet(sheet_xml(HEAD, blank))).price_idr is None


def test_a_bomb_is_refused_before_it_unpacks() -> None:
    bomb = archive({"xl/worksheets/sheet1.xml": b" " * (MAX_UNPACKED_BYTES + 1)})
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
    assert fault(with_sheet(sheet_xml(cell))) is FileError.TOO_MANY_ROWS


def test_a_cell_without_a_value_may_be_anywhere() -> None:
    """Spreadsheets write the colour of columns down to the last row."""
    styled = sheet_xml(HEAD, text_cell("ab1") + text_cell("Satu"), b'<c r="XFD1048576" s="1"/>')
    assert only(with_sheet(styled)).code == "ab1"


@pytest.mark.parametrize(
    "body",
    [
        sheet_xml(*[text_cell("x")] * (MAX_ROW_NUMBER + 1)),
        sheet_xml(*[b"<c/>"] * (MAX_ELEMENTS // 2)),
    ],
    ids=["rows", "elements"],
)
def test_cells_without_addresses_are_counted_all_the_same(body: bytes) -> None:
    """Thirteen kilobytes of them once asked for terabytes."""
    assert fault(with_sheet(body)) is FileError.TOO_MANY_ROWS


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<worksheet",
        b"<a><b>" * 1000,
        b"\0" * 100,
        b"<c " * 12_000,
        sheet_xml(text_cell("x") * 20_000),
        b'<worksheet><sheetData><row r="0"><c r="A0" t="str"><v>x</v></c></row></sheetData></worksheet>',
        b'<worksheet><row r="%s"/></worksheet>' % (b"9" * 5_000),
        b'<worksheet><c r="A%s"/></worksheet>' % (b"9" * 5_000),
        b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet><sheetData/></worksheet>',
        b'<?xml version="1.0" encoding="tTF-8"?><worksheet/>',
    ],
)
def test_a_sheet_of_rubbish_is_damaged_and_no_surprise(body: bytes) -> None:
    assert fault(with_sheet(body)) is FileError.DAMAGED


@pytest.mark.parametrize(
    "content",
    [b"kode;nama\n" + b"\n" * (MAX_FILE_BYTES - 10), b";\n" * (MAX_FILE_BYTES // 2), b'"' * MAX_FILE_BYTES],
)
def test_five_megabytes_of_nothing_are_no_list(content: bytes) -> None:
    assert isinstance(parsed(content), UnreadablePriceList)


def test_other_archives_are_no_spreadsheets() -> None:
    assert fault(archive({"word/document.xml": b"<w/>"})) is FileError.NOT_A_SHEET
    assert fault(archive({"Index/Document.iwa": b"x"})) is FileError.OTHER_FORMAT


@pytest.mark.parametrize("cut", [200, 1000, 3000])
def test_a_spreadsheet_cut_short_is_damaged(cut: int) -> None:
    assert fault(xlsx(["kode", "nama"], ["ab1", "Satu"])[:cut]) is FileError.DAMAGED
