"""The columns of a price list: how their headings may be written, and which row is the heading."""

import re
from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct


class Column(StrEnum):
    """What a column of a price list says of a product."""

    CODE = "code"
    NAME = "name"
    GROUP = "group"
    RULE = "rule"
    PRICE = "price"
    STATUS = "status"
    CUT_OFF = "cut_off"
    OPERATOR = "carrier"
    NOMINAL = "nominal"


COLUMN_TITLES: dict[Column, tuple[str, ...]] = {
    Column.CODE: ("kode", "kode produk", "code", "product code", "sku"),
    Column.NAME: ("nama", "nama produk", "name", "product name", "produk", "product"),
    Column.GROUP: ("grup", "group", "kategori", "category", "kelompok"),
    Column.RULE: ("tujuan", "jenis tujuan", "destination", "rule"),
    Column.PRICE: ("harga", "harga jual", "harga reseller", "price", "sell price", "selling price", "jual"),
    Column.STATUS: ("status", "keadaan", "state"),
    Column.CUT_OFF: ("tutup", "jam tutup", "cut off", "cut off hours", "jam cut off"),
    Column.OPERATOR: ("carrier", "jaringan", "network"),
    Column.NOMINAL: ("nominal", "denom", "denominasi", "denomination"),
}
"""The first is what an export writes; letter case, blanks and signs in a heading do not matter."""

REQUIRED = frozenset({Column.CODE, Column.NAME})

_SIGNS = re.compile(r"[\W_]+")


def normalized_key(text: str) -> str:
    """Give `text` in lower case without blanks and signs: `Harga-Jual` and `harga jual` are one."""
    return _SIGNS.sub("", text.casefold())


_COLUMN_OF = {normalized_key(heading): column for column, names in COLUMN_TITLES.items() for heading in names}


class HeaderRow(Struct, frozen=True, kw_only=True):
    """A row that names the columns: where each is, which are there twice, and which mean nothing to us."""

    place_of: dict[Column, int]
    doubled: tuple[str, ...]
    unused: tuple[str, ...]
    width: int


def read_header(cells: Sequence[str]) -> HeaderRow | None:
    """Read a row as the heading; None if it names no code or no name."""
    place_of: dict[Column, int] = {}
    doubled: list[str] = []
    unused: list[str] = []
    for place, cell in enumerate(cells):
        column = _COLUMN_OF.get(normalized_key(cell))
        if column is None:
            unused.extend([cell] if cell else [])
        elif column in place_of:
            doubled.append(cell)
        else:
            place_of[column] = place
    if not place_of.keys() >= REQUIRED:
        return None
    width = max(place + 1 for place, cell in enumerate(cells) if cell)
    return HeaderRow(place_of=place_of, doubled=tuple(doubled), unused=tuple(unused), width=width)
