"""Makes price lists of every form, and reads them as the bot does."""

import io
import zipfile
from collections.abc import Iterable, Sequence

import xlsxwriter

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.price_list.cells import CellError
from bot.catalogue.price_list.columns import Column
from bot.catalogue.price_list.level_columns import with_levels
from bot.catalogue.price_list.list_merge import MergedList, merge_list
from bot.catalogue.price_list.reader import ParsedPriceList, UnreadablePriceList, read_price_list
from bot.catalogue.price_list.sheets import FileError
from bot.catalogue.product import Product

COMMANDS = frozenset({"saldo", "h"})

Rows = Iterable[Sequence[object]]
Merge = tuple[int, int, int, int]
"""First row and column, last row and column, from 0."""


def parsed(content: bytes | str) -> ParsedPriceList | UnreadablePriceList:
    return read_price_list(content.encode() if isinstance(content, str) else content, commands=COMMANDS)


def read(content: bytes | str) -> ParsedPriceList:
    found = parsed(content)
    assert isinstance(found, ParsedPriceList), found
    return found


def merged(
    content: bytes | str,
    catalogue: Catalogue | None = None,
    *,
    price: int | None = None,
    levels: Iterable[str] = (),
) -> MergedList:
    """Put a list beside a catalogue, an empty one unless told otherwise."""
    return merge_list(with_levels(read(content), levels), catalogue or Catalogue(), price=price)


def products(content: bytes | str, levels: Iterable[str] = ()) -> tuple[Product, ...]:
    """Read a list without a fault as products of an empty catalogue."""
    found = merged(content, levels=levels)
    assert found.problems == ()
    return found.listed


def only(content: bytes | str) -> Product:
    (product,) = products(content)
    return product


def problems(content: bytes | str) -> list[tuple[int, Column, CellError]]:
    return [(problem.row, problem.column, problem.reason) for problem in merged(content).problems]


def prices(content: bytes | str) -> dict[str, int | None]:
    return {product.code: product.price_idr for product in products(content)}


def fault(content: bytes | str) -> FileError:
    found = parsed(content)
    assert isinstance(found, UnreadablePriceList), found
    return found.fault


def mapping(content: bytes | str) -> dict[str, Column]:
    """Return which heading was read as what."""
    return {column.title: column.column for column in read(content).columns}


def xlsx(*rows: Sequence[object], merges: Iterable[Merge] = ()) -> bytes:
    """Write a workbook of one sheet."""
    return workbook({"Sheet1": rows}, merges=merges)


def workbook(sheets: dict[str, Rows], *, merges: Iterable[Merge] = (), hidden: Iterable[str] = ()) -> bytes:
    """Write a workbook; `merges` are those of its first sheet."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if name in hidden:
                sheet.hide()
        first = book.worksheets()[0]
        for merge in merges:
            rows = list(next(iter(sheets.values())))
            first.merge_range(*merge, rows[merge[0]][merge[1]])
    return buffer.getvalue()


def archive(parts: dict[str, bytes]) -> bytes:
    """Write a compressed archive of these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in parts.items():
            packed.writestr(name, body)
    return buffer.getvalue()


def with_sheet(body: bytes) -> bytes:
    """Write a workbook that is sound but for the body of its sheet."""
    with zipfile.ZipFile(io.BytesIO(xlsx(["kode", "nama"], ["ab1", "Satu"]))) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    return archive(parts | {"xl/worksheets/sheet1.xml": body})


def sheet_xml(*rows: bytes) -> bytes:
    """Return the XML of a sheet that holds these cells."""
    inside = b"".join(b"<row>%s</row>" % row for row in rows)
    namespace = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (namespace, inside)


def text_cell(text: str) -> bytes:
    return b'<c t="str"><v>%s</v></c>' % text.encode()


def open_document(
    *rows: Sequence[object], manifest: str = "", row_repeats: int = 1, cell_repeats: int = 1
) -> bytes:
    """Write an OpenDocument of one sheet, whose rows and cells may say that they are repeated."""
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    repeated = f'table:number-columns-repeated="{cell_repeats}"'
    cells = [
        "".join(
            f'<table:table-cell {repeated} office:value-type="float" office:value="{cell}"/>'
            if isinstance(cell, int)
            else f'<table:table-cell {repeated} office:value-type="string">'
            f"<text:p>{cell}</text:p></table:table-cell>"
            for cell in row
        )
        for row in rows
    ]
    body = "".join(
        f'<table:table-row table:number-rows-repeated="{row_repeats}">{row}</table:table-row>'
        for row in cells
    )
    # As spreadsheets write it: a sheet is blank down to its last row.
    rest = (
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    content = (
        f"<office:document-content{names}><office:body><office:spreadsheet>"
        f'<table:table table:name="Harga">{body}{rest}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return archive(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content.encode(),
            "META-INF/manifest.xml": manifest.encode(),
        }
    )
