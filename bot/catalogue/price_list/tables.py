"""Finds the tables of a sheet: their headings, columns, rows and groups.

A sheet may have several tables, one below another or side by side, repeated headings, carrier names as rows
of their own, titles above and notes below.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from msgspec import Struct

from bot.catalogue.inference import carriers_in
from bot.catalogue.price_list import cells
from bot.catalogue.price_list.column_mapping import SURE_HEADING, TableColumns, map_columns
from bot.catalogue.price_list.columns import Column, column_letters, meanings
from bot.catalogue.price_list.sheets import FileError, Row, Sheet, UnreadableFileError

MAX_TITLE_ROWS = 30
"""In these first rows any row may be a heading; below them only one with `kode`."""

SURE = 0.5

_SAYS_CODE = re.compile(r"\b(?:kode|code|kd|sku|plu)", re.IGNORECASE)
_NUMBER = re.compile(r"(?:rp\.?\s*)?-?\d[\d.,]*", re.IGNORECASE)
_NOTE = re.compile(
    r"\W*(?:catatan|note|nb|ket|keterangan|update|updated|info|syarat|tgl|tanggal)\b|[*•](?!.*\*\W*$)",
    re.IGNORECASE,
)
_LIST_TITLE = re.compile(r"^(?:daftar\s+)?(?:harga|price\s*list|pricelist)\s+", re.IGNORECASE)
_PRODUCT_WORDS = re.compile(
    r"\b(?:pulsa|data|kuota|paket|internet|token|pln|listrik|game|voucher|e-?wallet|dompet|tagihan|ppob|telp"
    r"|telepon|telpon|nelpon|sms|transfer|masa aktif|streaming|tv|e-?money|e-?toll|by\.?u|dana|ovo|gopay"
    r"|shopee\w*)\b",
    re.IGNORECASE,
)
MAX_TABLES = 500

MAX_SECTION_CHARS = 40
MAX_SECTION_WORDS = 6


class TableRow(Struct, frozen=True, kw_only=True):
    """A row of a table; `section` is the title above it, `has_more` if it has more cells than headings."""

    number: int
    cells: tuple[str, ...]
    section: str
    has_more: bool


class Table(Struct, frozen=True, kw_only=True):
    """A table of a sheet: its columns from `start` until before `end`, the row number of its heading.

    `notes` are the numbers of rows that are neither products nor titles.
    """

    sheet_name: str
    start: int
    end: int
    header_number: int
    columns: TableColumns
    rows: tuple[TableRow, ...]
    notes: tuple[int, ...]


class _Header(Struct, frozen=True, kw_only=True):
    """A heading: the rows from `top` to `index`, the columns from `start` until before `end`."""

    top: int
    index: int
    start: int
    end: int
    titles: tuple[str, ...]


def find_tables(sheet: Sheet) -> tuple[Table, ...]:
    """Return the tables of a sheet, from top to bottom and from left to right."""
    headers = list(islice(_headers(sheet.rows), MAX_TABLES + 1))
    if len(headers) > MAX_TABLES:
        raise UnreadableFileError(FileError.TOO_MANY_ROWS)
    tables = []
    for header in headers:
        below = [other.index for other in headers if other.index > header.index and _overlap(header, other)]
        body = sheet.rows[header.index + 1 : min(below, default=len(sheet.rows))]
        is_one_of_many = any(other is not header and _overlap(header, other) for other in headers)
        title = _title_above(sheet.rows, header, is_one_of_many=is_one_of_many)
        is_last = header.end == max(other.end for other in headers if other.index == header.index)
        if (table := _table(sheet, header, body, title, is_last=is_last)) is not None:
            tables.append(table)
    return tuple(tables)


def headings_in(sheet: Sheet) -> tuple[str, ...]:
    """Return the row that resembles a heading most, though without a code; empty if none does."""
    rows = [row.cells for row in sheet.rows[:MAX_TITLE_ROWS]]
    best = max(rows, key=_heading_count, default=())
    return tuple(cell for cell in best if cell) if _heading_count(best) > 1 else ()


def _heading_count(row: Sequence[str]) -> int:
    return sum(bool(cell and meanings(cell)) for cell in row)


def _overlap(one: _Header, other: _Header) -> bool:
    return one.start < other.end and other.start < one.end


def _headers(rows: Sequence[Row]) -> Iterator[_Header]:
    found: list[_Header] = []
    for index, row in enumerate(rows):
        is_second_line = bool(found) and index <= found[-1].index
        if is_second_line or (index >= MAX_TITLE_ROWS and not any(map(_SAYS_CODE.search, row.cells))):
            continue
        pieces = list(_header_pieces(row.cells, 0, len(row.cells))) or [
            piece for start, end in _runs(row.cells) for piece in _header_pieces(row.cells, start, end)
        ]
        for start, end in pieces:
            header = _with_second_line(rows, index, start, end)
            is_below = any(_overlap(header, other) for other in found if other.index < index)
            if not is_below or _is_heading_again(row.cells[start:end]):
                found.append(header)
                yield header


def _runs(row: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield each run of adjacent cells as start and end."""
    start = None
    for place, cell in enumerate((*row, "")):
        if cell and start is None:
            start = place
        elif not cell and start is not None:
            yield start, place
            start = None


def _header_pieces(row: Sequence[str], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the headings in a row from `start` until before `end`: one, or several side by side."""
    filled = [place for place in range(start, end) if row[place]]
    if not filled or any(_NUMBER.fullmatch(row[place]) for place in filled):
        return
    codes = [place for place in filled if _means(row[place], Column.CODE)]
    whole = (filled[0], filled[-1] + 1)
    cuts = [
        whole[0],
        *(_cut_before(row, whole[0], before, code) for before, code in pairwise(codes)),
    ]
    pieces = list(zip(cuts, [*cuts[1:], whole[1]], strict=True))
    trimmed = [(first, max(place for place in filled if first <= place < last) + 1) for first, last in pieces]
    if len(trimmed) > 1 and _are_alike([row[first:last] for first, last in trimmed]):
        yield from trimmed
    elif codes and len(_kinds(row[whole[0] : whole[1]])) > 1:
        yield whole


def _is_heading_again(titles: Sequence[str]) -> bool:
    """Return whether this is a repeated heading, not a product whose code or status is a word of headings."""
    filled = [title for title in titles if title]
    has_code = any(meanings(title).get(Column.CODE, 0) >= SURE_HEADING for title in filled)
    return has_code and 2 * sum(bool(meanings(title)) for title in filled) >= len(filled)


def _cut_before(row: Sequence[str], first: int, before: int, code: int) -> int:
    """Return the first column of the table with the column `code`, right of the one with `before`."""
    blank = [place for place in range(before + 1, code) if not row[place]]
    if blank:
        return blank[-1] + 1
    same = [place for place in range(before + 1, code) if _main_kind(row[place]) is _main_kind(row[first])]
    return same[-1] if same else code


def _main_kind(title: str) -> Column | None:
    scores = meanings(title)
    return max(scores, key=lambda column: scores[column]) if scores else None


def _are_alike(pieces: Sequence[Sequence[str]]) -> bool:
    """Return whether tables side by side have the same columns; two columns of codes are not two tables."""
    kinds = [_kinds(piece) for piece in pieces]
    shared = frozenset.intersection(*kinds)
    return Column.CODE in shared and len(shared) > 1


def _kinds(titles: Sequence[str]) -> frozenset[Column]:
    return frozenset(column for title in titles for column, sure in meanings(title).items() if sure >= SURE)


def _means(title: str, column: Column) -> bool:
    return meanings(title).get(column, 0) >= SURE


def _with_second_line(rows: Sequence[Row], index: int, start: int, end: int) -> _Header:
    """Return a heading with its second line, if any: price levels under a merged `Harga`."""
    first = [*rows[index].cells[start:end]]
    below = rows[index + 1].cells[start:] if index + 1 < len(rows) else ()
    # A vertically merged cell has the same text in both lines.
    filled = [place for place, cell in enumerate(below) if cell and cell not in first[place : place + 1]]
    if not filled or any(place < len(first) and _means(first[place], Column.CODE) for place in filled):
        return _Header(top=index, index=index, start=start, end=end, titles=tuple(first))
    is_second = all(
        Column.PRICE in meanings(below[place]) or Column.COST in meanings(below[place]) for place in filled
    )
    width = max(len(first), filled[-1] + 1)
    is_free = all(not cell for cell in rows[index].cells[end : start + width])
    if not (is_second and is_free):
        return _Header(top=index, index=index, start=start, end=end, titles=tuple(first))
    first += [""] * (width - len(first))
    over = ""
    for place in range(width):
        over = first[place] or over
        if place in filled:
            first[place] = f"{over} {below[place]}".strip()
    return _Header(top=index, index=index + 1, start=start, end=start + width, titles=tuple(first))


def _table(sheet: Sheet, header: _Header, body: Sequence[Row], title: str, *, is_last: bool) -> Table | None:
    inside = [row.cells[header.start : header.end] for row in body]
    columns = map_columns(header.titles, inside, first_place=header.start)
    if columns is None:
        return None
    section, rows, notes = title, [], []
    title_number: int | None = None
    for row, within in zip(body, inside, strict=True):
        if not any(within):
            continue
        if _is_product(within, columns):
            has_more = is_last and sheet.is_text and any(row.cells[header.end :])
            rows.append(TableRow(number=row.number, cells=within, section=section, has_more=has_more))
            title_number = None
            continue
        if title_number is not None:
            # A title without products below it is a note.
            notes.append(title_number)
        title = _section_in(within)
        section = title or section
        title_number = row.number if title else None
        notes.extend([] if title else [row.number])
    return Table(
        sheet_name=sheet.name,
        start=header.start,
        end=header.end,
        header_number=sheet.rows[header.index].number,
        columns=columns,
        rows=tuple(rows),
        notes=tuple(notes),
    )


def _is_product(row: Sequence[str], columns: TableColumns) -> bool:
    """Return whether a row is a product, valid or not: it has a code or a price."""
    code = _at(row, columns.place_of[Column.CODE])
    if code and sum(map(bool, row)) == 1:
        return any(char.isdigit() for char in code) and " " not in code and not _NOTE.match(code)
    has_price = any(_at(row, price.place) for price in columns.prices)
    return bool(code) or has_price or not columns.prices


def _at(row: Sequence[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def _title_above(rows: Sequence[Row], header: _Header, *, is_one_of_many: bool) -> str:
    """Return the title directly above a heading, if it is that of a group and not of the whole list."""
    for row in reversed(rows[max(0, header.top - 3) : header.top]):
        within = row.cells[header.start : header.end]
        if any(within):
            title = _section_in(within)
            is_one_of_many = is_one_of_many or any(row.cells[header.end :]) or any(row.cells[: header.start])
            return title if is_one_of_many or _PRODUCT_WORDS.search(title) or carriers_in(title) else ""
    return ""


def _section_in(row: Sequence[str]) -> str:
    """Return the title that is the only cell of a row; empty for a note."""
    filled = [cell for cell in row if cell]
    if len(filled) != 1 or _NOTE.match(filled[0]):
        return ""
    words = _LIST_TITLE.sub("", filled[0].strip(" -=*_#>~:|.•"))
    is_remark = ":" in words or len(words) > MAX_SECTION_CHARS or len(words.split()) > MAX_SECTION_WORDS
    return words if len(words) > 1 and cells.has_letter(words) and not is_remark else ""


def untitled_columns(sheet: Sheet, tables: Sequence[Table]) -> tuple[str, ...]:
    """Return the letters of columns with content outside the tables, without a heading."""
    covered = {place for table in tables for place in range(table.start, table.end)}
    first = min((table.header_number for table in tables), default=0)
    untitled = {
        place
        for row in sheet.rows
        if row.number > first
        for place, cell in enumerate(row.cells)
        if cell and place not in covered
    }
    return tuple(column_letters(place) for place in sorted(untitled))
