"""A table written as a file is read back as it was, and nothing in it runs."""

import csv
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from bot.spreadsheets import MAX_CELL_CHARS, csv_bytes, unescape_formulas, xlsx_bytes

HEADER = ("Nomor", "Harga")
SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"
"""With the full-width ones of East Asian keyboards."""


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


@pytest.mark.parametrize(
    "text",
    [
        *(sign + "1+1" for sign in SIGNS),
        *("{=1+1}", "https://evil.example", "mailto:a@evil.example", "internal:Sheet1!A1"),
        *("22110111373985338", "1e5", " =1+1", "'=1+1", "TRUE", "#REF!"),
    ],
)
def test_no_text_of_a_workbook_is_a_formula_a_link_or_a_number(text: str) -> None:
    content = xlsx_bytes(HEADER, [(text, 1)])
    assert read_xlsx(content)[1] == [text, 1]
    with ZipFile(BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert not [name for name in book.namelist() if "rels" in name and "sheet" in name]
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet


def test_text_of_a_workbook_stays_text_when_its_cell_is_edited() -> None:
    """A spreadsheet reads a cell anew when somebody leaves it."""
    with ZipFile(BytesIO(xlsx_bytes(HEADER, [("=1+1", 1)]))) as book:
        assert 'quotePrefix="1"' in book.read("xl/styles.xml").decode()
        assert 's="2"' in book.read("xl/worksheets/sheet1.xml").decode()


def test_the_same_table_gives_the_same_bytes() -> None:
    assert xlsx_bytes(HEADER, [("a", 1)]) == xlsx_bytes(HEADER, [("a", 1)])


def test_text_that_no_cell_holds_is_cut_not_left_out() -> None:
    assert read_xlsx(xlsx_bytes(HEADER, [("x" * 40_000, 1)]))[1] == ["x" * MAX_CELL_CHARS, 1]


FRONTS = [
    "",
    " ",
    "\xa0",
    "\t",
    "\r",
    "\n",
    '"',
    '""',
    "\ufeff",
    "\u200b",
    ' "',
    "\t ",
    "x,",
    "x, ",
    'x;"',
    "x|",
    "a\n",
]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("front", FRONTS)
def test_no_text_of_a_csv_begins_a_formula_wherever_its_cells_are_divided(front: str, sign: str) -> None:
    text = f"{front}{sign}1+1"
    ((cell, other),) = read_csv(csv_bytes(HEADER, [(text, 1)]))[1:]
    assert other == "1"
    assert cell == f"{front}'{sign}1+1"
    assert unescape_formulas(cell) == text


@pytest.mark.parametrize("text", ["-", "10.250,-", "a=b", "2 + 3", "a@b.example", "5-10", "'", ""])
def test_text_that_begins_no_formula_is_written_as_it_is(text: str) -> None:
    assert read_csv(csv_bytes(HEADER, [(text, 1)]))[1] == [text, "1"]


@given(st.text(st.sampled_from("=-@+'\" ,;|\t\nab\uff1d\u200b"), max_size=12))
def test_what_was_kept_from_running_reads_as_it_was(text: str) -> None:
    cell = read_csv(csv_bytes(HEADER, [(text, 1)]))[1][0]
    assert unescape_formulas(cell) == text.replace("\r\n", "\n")


def test_a_csv_keeps_separators_quotes_and_line_breaks_within_a_cell() -> None:
    text = 'a;b "c"\nd, é'
    assert read_csv(csv_bytes(HEADER, [(text, None)])) == [["Nomor", "Harga"], [text, ""]]


def test_a_csv_says_that_it_is_utf_8() -> None:
    assert csv_bytes(HEADER, []).startswith(b"\xef\xbb\xbfNomor;Harga\r\n")
