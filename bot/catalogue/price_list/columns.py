"""The columns of a price list, and the headings under which an export writes them."""

import re
from enum import StrEnum

from msgspec import Struct


class Column(StrEnum):
    """What a column of a price list says of a product.

    `BRAND`, `COST` and `INDEX` stand in the lists of others only: a part of the group, what the operator
    pays, and the number of the row.
    """

    CODE = "code"
    NAME = "name"
    GROUP = "group"
    RULE = "rule"
    PRICE = "price"
    STATUS = "status"
    CUT_OFF = "cut_off"
    OPERATOR = "operator"
    NOMINAL = "nominal"
    BRAND = "brand"
    COST = "cost"
    INDEX = "index"


COLUMN_TITLES: dict[Column, str] = {
    Column.CODE: "kode",
    Column.NAME: "nama",
    Column.GROUP: "grup",
    Column.RULE: "tujuan",
    Column.PRICE: "harga",
    Column.STATUS: "status",
    Column.CUT_OFF: "tutup",
    Column.OPERATOR: "jaringan",
    Column.NOMINAL: "nominal",
    Column.BRAND: "merek",
    Column.COST: "modal",
    Column.INDEX: "nomor",
}
"""The names by which people are told of the columns; `heading_words.py` knows how others write them."""

EXPORTED_COLUMNS = (
    *(Column.CODE, Column.NAME, Column.GROUP, Column.RULE, Column.PRICE, Column.STATUS),
    *(Column.CUT_OFF, Column.OPERATOR, Column.NOMINAL),
)
"""What an export writes, in this order."""

_SIGNS = re.compile(r"[\W_]+")


def normalized_key(text: str) -> str:
    """Return `text` in lower case without blanks and signs: `Harga-Jual` and `harga jual` are one."""
    return _SIGNS.sub("", text.casefold())


class MappedColumn(Struct, frozen=True, kw_only=True):
    """A heading of the file and what its column was read as."""

    title: str
    column: Column


def column_letters(place: int) -> str:
    """Return the name by which a spreadsheet calls the column at `place`, the first of which is 0: `A`."""
    letters = ""
    number = place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
