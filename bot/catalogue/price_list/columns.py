"""The columns of a price list, and the meanings of headings."""

import re
import unicodedata
from collections.abc import Sequence
from enum import IntEnum, StrEnum
from functools import lru_cache

from msgspec import Struct
from rapidfuzz import process
from rapidfuzz.distance import OSA


class Column(StrEnum):
    """The meaning of a column.

    `BRAND`, `COST` and `INDEX` are never exported: a part of the group, the operator's cost, the row number.
    """

    CODE = "code"
    NAME = "name"
    GROUP = "group"
    RULE = "rule"
    PRICE = "price"
    STATUS = "status"
    CUT_OFF = "cut_off"
    CARRIER = "carrier"
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
    Column.CARRIER: "jaringan",
    Column.NOMINAL: "nominal",
    Column.BRAND: "merek",
    Column.COST: "modal",
    Column.INDEX: "nomor",
}
"""The Indonesian names of the columns, as an export writes them."""

EXPORTED_COLUMNS = (
    *(Column.CODE, Column.NAME, Column.GROUP, Column.RULE, Column.PRICE, Column.STATUS),
    *(Column.CUT_OFF, Column.CARRIER, Column.NOMINAL),
)
"""The columns of an export, in order."""

_SIGNS = re.compile(r"[\W_]+")


def normalized_key(text: str) -> str:
    """Return `text` in lower case without blanks and punctuation: `Harga-Jual` equals `harga jual`."""
    return _SIGNS.sub("", text.casefold())


class MappedColumn(Struct, frozen=True, kw_only=True):
    """A heading of the file, and the meaning of its column."""

    title: str
    column: Column


def column_letters(place: int) -> str:
    """Return the letters of the column with index `place` in a spreadsheet: `A` for 0."""
    letters = ""
    number = place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


Meanings = dict[Column, float]
"""The score of a heading for each column that it may mean, from 0 to 1."""


class PriceRank(IntEnum):
    """The precedence of price columns: resellers pay the lowest."""

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
    Column.CARRIER: "jaringan network carrier",
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
"""Words that count only without a more specific one: a `status produk` is a status."""

_COST = "modal beli hpp pokok dasar cost kulak supplier suplier pusat buy buying purchase"
_OTHER_AMOUNT = (
    "lama old sebelum sebelumnya coret margin laba untung profit selisih komisi fee poin point points diskon"
    " discount admin pajak ppn saldo stok stock"
)
"""An amount in a heading with one of these words is not a current price."""

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

_WEAK_WORDS = {word: scores for words, scores in _WEAK for word in words.split()}
_COST_WORDS, _OTHER_AMOUNTS, _LEVELS = (frozenset(words.split()) for words in (_COST, _OTHER_AMOUNT, _LEVEL))
_SELLING_WORDS, _UNITS = frozenset(_SELLING.split()), frozenset(_UNIT.split())
_FILLERS = _UNITS | frozenset(_FILLER.split())

_COLUMN_OF = {word: column for column, words in _WORDS.items() for word in words.split()}
_KNOWN = frozenset((*_COLUMN_OF, *_WEAK_WORDS, *_COST_WORDS, *_OTHER_AMOUNTS, *_LEVELS, *_FILLERS))
_FUZZY = sorted(word for word in _KNOWN if len(word) >= 5)  # noqa: PLR2004 - a shorter word with one other letter may be another word

_NOTE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CUT_OFF = re.compile(r"\bcut[\s_-]off\b|(?<=_)cut_off\b")
_WORD = re.compile(r"h2h|[^\W\d_]+|\d+")
_PRECEDENCE = (
    *(Column.STATUS, Column.CODE, Column.PRICE, Column.CUT_OFF, Column.RULE, Column.GROUP, Column.CARRIER),
    *(Column.BRAND, Column.NOMINAL, Column.NAME, Column.INDEX),
)
"""The precedence of two nouns in a heading: a `kode produk` is a code, a `nama kategori` a category."""

MAX_HEADING_CHARS = 60
MAX_HEADING_WORDS = 6
MIN_PART_CHARS = 3
"""Shorter words occur in others by chance."""


@lru_cache(maxsize=4096)
def meanings(heading: str) -> Meanings:
    """Return the possible meanings of a heading; empty for text that is no heading."""
    words = heading_words(heading)
    if not words or len(words) > MAX_HEADING_WORDS:
        return {}
    relevant = [word for word in words if word not in _FILLERS] or words
    if set(relevant) & _OTHER_AMOUNTS:
        return {}
    if set(relevant) & _COST_WORDS:
        return {Column.COST: 0.9}
    known = sum(word in _KNOWN for word in relevant) / len(relevant)
    strong = sorted({_COLUMN_OF[word] for word in relevant if word in _COLUMN_OF}, key=_PRECEDENCE.index)
    if strong:
        return _score_strong(strong, relevant, known)
    if known == 1 and set(relevant) & (_LEVELS | _UNITS):
        return {Column.PRICE: 0.5}
    weak = [_WEAK_WORDS[word] for word in relevant if word in _WEAK_WORDS]
    return {column: score * known for column, score in weak[0].items()} if weak else {}


def _score_strong(strong: list[Column], words: Sequence[str], known: float) -> Meanings:
    if strong[0] is not Column.PRICE:
        # A `seller_name` is not the name of a product.
        known *= sum(word not in _LEVELS for word in words) / len(words)
    score = 0.4 + 0.6 * known if len(strong) == 1 else 0.4 + 0.4 * known
    if Column.NAME in strong and set(strong) & {Column.NOMINAL, Column.PRICE} and len(strong) > 1:
        # In «Nama Produk / Denom» and «Nama / Harga» the first word is the meaning.
        strong = [_COLUMN_OF[next(word for word in words if word in _COLUMN_OF)]]
    return {strong[0]: score}


def price_rank(heading: str) -> PriceRank:
    words = set(heading_words(heading))
    if "reseller" in words:
        return PriceRank.RESELLER
    if words & _SELLING_WORDS:
        return PriceRank.SELLING
    return PriceRank.LEVEL if level_words(heading) else PriceRank.PLAIN


def level_words(heading: str) -> tuple[str, ...]:
    """Return the words that distinguish a price column from others: `h2h` of `Harga H2H (Rp)`."""
    plain = _FILLERS | {word for word, column in _COLUMN_OF.items() if column is Column.PRICE}
    return tuple(word for word in heading_words(heading) if word not in plain and word not in _WEAK_WORDS)


@lru_cache(maxsize=4096)
def heading_words(heading: str) -> tuple[str, ...]:
    """Return the words of a heading, spelled as in the vocabulary, without notes in brackets."""
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
    """Return `word` as in the vocabulary, split in two if it is a compound, or with one letter corrected."""
    if word in _KNOWN or not word.isalpha() or len(word) < 4:  # noqa: PLR2004 - too short to be mistyped
        return (word,)
    for cut in range(MIN_PART_CHARS, len(word) - MIN_PART_CHARS + 1):
        if word[:cut] in _KNOWN and word[cut:] in _KNOWN:
            return (word[:cut], word[cut:])
    nearest = process.extractOne(word, _FUZZY, scorer=OSA.distance, score_cutoff=1)
    return (str(nearest[0]),) if nearest else (word,)
