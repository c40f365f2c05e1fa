"""The columns of a price list, and the headings under which an export writes them."""

import re
import unicodedata
from collections.abc import Sequence
from enum import IntEnum, StrEnum
from functools import lru_cache

from msgspec import Struct
from rapidfuzz import process
from rapidfuzz.distance import OSA


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


Meanings = dict[Column, float]
"""How surely a heading means each of some columns: 1 is a heading as an export writes it."""


class PriceRank(IntEnum):
    """Which of several price columns resellers pay by: the lowest is taken."""

    RESELLER = 0
    SELLING = 1
    PLAIN = 2
    LEVEL = 3


_WORDS: dict[Column, str] = {
    Column.CODE: "kode code kd kde kod sku plu",
    Column.NAME: "nama name nm",
    Column.GROUP: "grup group kategori category kat ktg kelompok golongan",
    Column.BRAND: "operator opr provider prov brand merk merek kartu",
    Column.PRICE: "harga hrg hrga price prices prc tarif jual sell selling",
    Column.STATUS: "status stts sts stat keadaan kondisi state ketersediaan availability",
    Column.CUT_OFF: "tutup cutoff",
    Column.RULE: "tujuan destination rule",
    Column.OPERATOR: "jaringan network carrier",
    Column.NOMINAL: "nominal nom denom denominasi denomination pecahan",
    Column.INDEX: "no nomor nmr urut num",
}
_WEAK: tuple[tuple[str, Meanings], ...] = (
    ("produk product prod prd item barang", {Column.NAME: 0.7, Column.BRAND: 0.4}),
    ("layanan service paket", {Column.NAME: 0.6, Column.GROUP: 0.4}),
    ("jenis tipe type", {Column.GROUP: 0.6, Column.NAME: 0.4}),
    ("keterangan ket", {Column.NAME: 0.5, Column.STATUS: 0.4}),
    ("deskripsi description desc uraian detail rincian", {Column.NAME: 0.45}),
    ("id", {Column.CODE: 0.5}),
    ("aktif active", {Column.STATUS: 0.5}),
)
"""What these mean alone; beside a word that says more they say nothing: a `status produk` is a status."""

_COST = "modal beli hpp pokok dasar cost kulak supplier suplier pusat buy buying purchase"
_OTHER_AMOUNT = (
    "lama old sebelum sebelumnya coret margin laba untung profit selisih komisi fee poin point points diskon"
    " discount admin pajak ppn saldo stok stock"
)
"""An amount beside one of these is not what anybody pays now."""

_LEVEL = (
    "h2h agen agent master dealer reseller seller member silver gold platinum bronze emas perak perunggu vip"
    " mitra downline retail ecer eceran grosir konsumen user level lv"
)
_SELLING = "jual sell selling"
_UNIT = "rp idr rupiah"
_FILLER = (
    "per trx pcs unit satuan dalam in wajib isi harus opsional optional dan atau or and the of buyer jam h"
    " baru new terbaru"
)

_WEAK_WORDS = {word: told for words, told in _WEAK for word in words.split()}
_COST_WORDS, _OTHER_AMOUNTS, _LEVELS = (frozenset(words.split()) for words in (_COST, _OTHER_AMOUNT, _LEVEL))
_SELLING_WORDS, _UNITS = frozenset(_SELLING.split()), frozenset(_UNIT.split())
_FILLERS = _UNITS | frozenset(_FILLER.split())

_COLUMN_OF = {word: column for column, words in _WORDS.items() for word in words.split()}
_KNOWN = frozenset((*_COLUMN_OF, *_WEAK_WORDS, *_COST_WORDS, *_OTHER_AMOUNTS, *_LEVELS, *_FILLERS))
_FUZZY = sorted(word for word in _KNOWN if len(word) >= 5)  # noqa: PLR2004 - in a shorter word one letter is too much

_NOTE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CUT_OFF = re.compile(r"\bcut[\s_-]off\b|(?<=_)cut_off\b")
_WORD = re.compile(r"h2h|[^\W\d_]+|\d+")
_PRECEDENCE = (
    *(Column.STATUS, Column.CODE, Column.PRICE, Column.CUT_OFF, Column.RULE, Column.GROUP, Column.OPERATOR),
    *(Column.BRAND, Column.NOMINAL, Column.NAME, Column.INDEX),
)
"""Of two nouns the one that is told of: a `kode produk` is a code, a `nama kategori` a category."""

MAX_HEADING_CHARS = 60
MAX_HEADING_WORDS = 6
MIN_PART_CHARS = 3
"""Shorter words are found in others by chance."""


@lru_cache(maxsize=4096)
def meanings(heading: str) -> Meanings:
    """Return what a heading may mean; nothing for a text that is no heading."""
    words = heading_words(heading)
    if not words or len(words) > MAX_HEADING_WORDS:
        return {}
    told = [word for word in words if word not in _FILLERS] or words
    if set(told) & _OTHER_AMOUNTS:
        return {}
    if set(told) & _COST_WORDS:
        return {Column.COST: 0.9}
    known = sum(word in _KNOWN for word in told) / len(told)
    strong = sorted({_COLUMN_OF[word] for word in told if word in _COLUMN_OF}, key=_PRECEDENCE.index)
    if strong:
        return _of_strong(strong, told, known)
    if known == 1 and set(told) & (_LEVELS | _UNITS):
        return {Column.PRICE: 0.5}
    weak = [_WEAK_WORDS[word] for word in told if word in _WEAK_WORDS]
    return {column: sure * known for column, sure in weak[0].items()} if weak else {}


def _of_strong(strong: list[Column], told: Sequence[str], known: float) -> Meanings:
    if strong[0] is not Column.PRICE:
        # A `seller_name` names no product.
        known *= sum(word not in _LEVELS for word in told) / len(told)
    sure = 0.4 + 0.6 * known if len(strong) == 1 else 0.4 + 0.4 * known
    if Column.NAME in strong and set(strong) & {Column.NOMINAL, Column.PRICE} and len(strong) > 1:
        # «Nama Produk / Denom» and «Nama / Harga» name the column by their first word.
        strong = [_COLUMN_OF[next(word for word in told if word in _COLUMN_OF)]]
    return {strong[0]: sure}


def price_rank(heading: str) -> PriceRank:
    """Return who pays by a price column of this heading."""
    words = set(heading_words(heading))
    if "reseller" in words:
        return PriceRank.RESELLER
    if words & _SELLING_WORDS:
        return PriceRank.SELLING
    return PriceRank.LEVEL if level_words(heading) else PriceRank.PLAIN


def level_words(heading: str) -> tuple[str, ...]:
    """Return the words that tell a price column from others: `h2h` of `Harga H2H (Rp)`."""
    plain = _FILLERS | {word for word, column in _COLUMN_OF.items() if column is Column.PRICE}
    return tuple(word for word in heading_words(heading) if word not in plain and word not in _WEAK_WORDS)


@lru_cache(maxsize=4096)
def heading_words(heading: str) -> tuple[str, ...]:
    """Return the words of a heading as they are known here, without its notes in brackets."""
    if len(heading) > MAX_HEADING_CHARS:
        return ()
    without_notes = _NOTE.sub(" ", heading)
    text = without_notes if re.search(r"\w", without_notes) else heading
    plain = _CUT_OFF.sub("cutoff", unicodedata.normalize("NFKC", _CAMEL.sub(" ", text)).casefold())
    found = _WORD.findall(plain)
    if len(found) > 2 and all(len(word) == 1 for word in found):  # noqa: PLR2004 - «K O D E» is one word
        found = ["".join(found)]
    return tuple(known for word in found for known in _known_words(word))


def _known_words(word: str) -> tuple[str, ...]:
    """Return `word` as it is known, be it written together with another or with a letter wrong."""
    if word in _KNOWN or not word.isalpha() or len(word) < 4:  # noqa: PLR2004 - too short to be mistyped
        return (word,)
    for cut in range(MIN_PART_CHARS, len(word) - MIN_PART_CHARS + 1):
        if word[:cut] in _KNOWN and word[cut:] in _KNOWN:
            return (word[:cut], word[cut:])
    nearest = process.extractOne(word, _FUZZY, scorer=OSA.distance, score_cutoff=1)
    return (str(nearest[0]),) if nearest else (word,)
