"""A table written as a file is read back as it was, and nothing in it runs."""

import csv
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from bot.spreadsheets import MAX_CELL_CHARS, csv_bytes, xlsx_bytes

HEADER = ("Nomor", "Harga")
FORMULAS = ["=1+1", "+62812", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n=1"]


def read_xlsx(content: bytes) -> list[list[object]]:
    sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0)
    return [list(row) for row in sheet.to_python()]


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_a_workbook_keeps_text_as_text_and_numbers_as_numbers() -> None:
    rows = [("081234567890", 5432), ("é \U0001f600 <&>", None)]
    assert read_xlsx(xlsx_bytes(HEADER, rows, (20, 9))) == [
        ["Nomor", "Harga"],
        ["081234567890", 5432],
        ["é \U0001f600 <&>", ""],
    ]


@pytest.mark.parametrize("text", [*FORMULAS[:4], "{=1+1}", "https://evil.example", "22110111373985338"])
def test_no_text_of_a_workbook_is_a_formula_a_link_or_a_number(text: str) -> None:
    content = xlsx_bytes(HEADER, [(text, 1)])
    assert read_xlsx(content)[1] == [text, 1]
    sheet = ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet


def test_the_same_table_gives_the_same_bytes() -> None:
    assert xlsx_bytes(HEADER, [("a", 1)]) == xlsx_bytes(HEADER, [("a", 1)])


def test_text_that_no_cell_holds_is_cut_not_left_out() -> None:
    assert read_xlsx(xlsx_bytes(HEADER, [("x" * 40_000, 1)]))[1] == ["x" * MAX_CELL_CHARS, 1]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_of_a_csv_starts_as_a_formula_does(text: str) -> None:
    assert read_csv(csv_bytes(HEADER, [(text, 1)]))[1] == [f"'{text}", "1"]


def test_a_csv_keeps_separators_quotes_and_line_breaks_within_a_cell() -> None:
    text = 'a;b "c"\nd, é'
    assert read_csv(csv_bytes(HEADER, [(text, None)])) == [["Nomor", "Harga"], [text, ""]]


def test_a_csv_says_that_it_is_utf_8() -> None:
    assert csv_bytes(HEADER, []).startswith(b"\xef\xbb\xbfNomor;Harga\r\n")
