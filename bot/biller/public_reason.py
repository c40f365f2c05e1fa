"""Makes of the biller's words what a reseller may read: all the words, and no figure of the operator's."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from msgspec import Struct

from bot.biller.wording import words_of


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PIECE = re.compile(r"\w+|[^\w\s]")
_JOINS = frozenset(".,'\u2019\u00b7_:/-")
_CURRENCY = re.compile(r"(?<![^\W\d_])(rp|idr)[. ]{1,2}(?=[0-9])", re.IGNORECASE)
_GROUP = re.compile(r"(?:rp|idr)?[0-9]{1,3}", re.IGNORECASE)

MONEY_LABELS = _words(
    "saldo sal sld sisasaldo sisastok sisa bal balance harga hrg hg h s price cost modal hpp stok stock"
    " deposit depo dep biaya fee admin adm komisi laba untung margin potongan debet debit kredit credit"
    " tagihan total selisih diskon cashback bonus poin point rp idr"
)
"""What billers write before a sum; H and S are how SMS gateways write harga and saldo."""

_MONEY = MONEY_LABELS | _words("refund kembali limit plafon potong bayar dikembalikan")
"""Figures near these are money, whatever their form."""

_SN_LABELS = _words("sn token stroom serial voucher vsn ref reff")
_NUMBER_LABELS = _words("no nomor nomer tujuan idpel id hp msisdn meter pelanggan dest rekening")
_NOMINAL_LABELS = _words("nominal denom denominasi")
_GOODS = _words("pulsa voucher paket token kuota data topup telkomsel indosat xl axis tri smartfren")
_CODE_LABELS = _words("rc kode code error err http respon response")
_MEASURES = _words("gb mb kb tb va kwh watt diamond diamonds dm uc coin coins koin")
_COUNTS = _words(
    "jam hari hr menit mnt detik dtk minggu bulan bln tahun thn x kali digit digits karakter angka huruf"
    " wib wita wit hours hour minutes minute days day seconds times percent persen %"
)
_COUNT_DIGITS = 3  # money has more, or has a word for money near
_NUMBER_DIGITS = 5  # the shortest customer number

_CLOCK = re.compile(
    r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:-[0-9]{1,2}:[0-9]{2})?|[0-9]{1,2}/[0-9]{1,2}(?:/[0-9]{2,4})?"
)
_RANGE = re.compile(r"[0-9]{1,3}(?:-[0-9]{1,3})?")
_MEASURED = re.compile(
    rf"[0-9]+(?:[.,][0-9]+)?(?:{'|'.join(sorted(_MEASURES))})"
    rf"|[0-9]{{1,{_COUNT_DIGITS}}}(?:{'|'.join(sorted(_COUNTS))})|[0-9]x[0-9]{{1,2}}"
)
_IN_THOUSANDS = re.compile(r"([0-9]{1,3})(?:k|rb|ribu)")
_CODE = re.compile(r"([^\W\d_]+)[0-9]{1,3}[^\W\d_]{0,3}")
_GLUED_MONEY = re.compile(rf"(?:{'|'.join(sorted(_MONEY - {'h', 's'}))})|.*(?:rp|idr)$")
_PHONE = re.compile(r"(?:0|62(?=8))[0-9]{8,13}")
_PLAIN = re.compile(r"[0-9.,]+")


class Piece(Struct, frozen=True):
    """A word, a figure or a mark, and whether a blank stands before it."""

    text: str
    is_apart: bool

    @property
    def is_figure(self) -> bool:
        """Return whether the piece has a digit of any script."""
        return any(map(str.isnumeric, self.text))


class OwnFigures(Struct, frozen=True):
    """The figures of the order itself: its code, its number and what its code says of the nominal."""

    code: str
    number: str
    nominals: frozenset[str]


def figures_of(code: str, destination: str) -> OwnFigures:
    """Return what belongs to an order of `code` to `destination`; s5 is a nominal of 5 or of 5.000."""
    values = [int(run) for run in re.findall(r"[0-9]{1,6}", code)]
    nominals = frozenset(str(nominal) for value in values for nominal in (value, value * 1000) if value)
    return OwnFigures(code=code.lower(), number=_national(destination), nominals=nominals)


def pieces_of(text: str) -> list[Piece]:
    """Cut text into pieces; a figure is whole with its separators: `Rp99,999`, `5 432`, `10:36:38`."""
    text = _CURRENCY.sub(r"\1", text)
    found = [
        Piece(match[0], match.start() > 0 and text[match.start() - 1] == " ")
        for match in _PIECE.finditer(text)
    ]
    return list(_whole_figures(found))


def _whole_figures(found: Sequence[Piece]) -> Iterator[Piece]:
    at = 0
    while at < len(found):
        end = _end_of_figure(found, at) if found[at].is_figure else at + 1
        parts = [f" {part.text}" if part.is_apart else part.text for part in found[at + 1 : end]]
        yield Piece("".join((found[at].text, *parts)), found[at].is_apart)
        at = end


def _end_of_figure(found: Sequence[Piece], at: int) -> int:
    end = at + 1
    while end < len(found):
        part = found[end]
        then = found[end + 1] if end + 1 < len(found) else None
        is_joined = part.text in _JOINS and not part.is_apart and then and then.text[0].isnumeric()
        if is_joined and then and not then.is_apart:
            end += 2
        elif part.is_apart and re.fullmatch(r"[0-9]{3}", part.text) and _GROUP.fullmatch(found[end - 1].text):
            end += 1
        else:
            break
    return end


def may_be_read(pieces: Sequence[Piece], at: int, own: OwnFigures) -> bool:
    """Return whether the figure at `at` is surely none of the operator's money."""
    figure = pieces[at].text.lower()
    if not figure.isascii():
        return False
    if _is_own(figure, own):
        return True
    label = _label(pieces, at)
    if figure.startswith(("rp", "idr")):
        return label in _NOMINAL_LABELS
    if label in _SN_LABELS:
        return True
    is_money = any(word in _MONEY for word in _words_before(pieces, at))
    if re.search(r"[a-z]", figure):
        return _may_mixed_be_read(figure, own, is_money=is_money)
    digits = re.sub(r"[^0-9]", "", figure)
    if label in _NOMINAL_LABELS or _PHONE.fullmatch(figure.replace("-", "")):
        return True
    if is_money:
        return False
    if label in _NUMBER_LABELS and digits == figure and len(digits) >= _NUMBER_DIGITS:
        return True
    unit = pieces[at + 1].text.lower() if at + 1 < len(pieces) else ""
    is_count = bool(_RANGE.fullmatch(figure)) and (unit in _COUNTS or label in _CODE_LABELS)
    is_nominal = digits in own.nominals or (
        label in _GOODS and re.fullmatch("[0-9]{1,3}000", digits) is not None
    )
    return bool(is_count or unit in _MEASURES or _CLOCK.fullmatch(figure)) or (
        is_nominal and bool(_PLAIN.fullmatch(figure))
    )


def _is_own(figure: str, own: OwnFigures) -> bool:
    """Return whether a figure is the order's code, its number in any form, or both: `s5.0812…`."""
    code, _, number = figure.rpartition(".")
    return figure == own.code or (code in ("", own.code) and own.number == _national(number) != "")


def _may_mixed_be_read(figure: str, own: OwnFigures, *, is_money: bool) -> bool:
    """Judge a figure with letters in it: a code, a measure, or a sum written short."""
    if short := _IN_THOUSANDS.fullmatch(figure):
        return not is_money and f"{short[1]}000" in own.nominals
    if is_money:
        return False
    if _MEASURED.fullmatch(figure):
        return True
    code = _CODE.fullmatch(figure)
    return code is not None and (len(code[1]) == 1 or not _GLUED_MONEY.match(code[1]))


def _national(number: str) -> str:
    """Return the digits of a number, a phone's as 08…."""
    digits = re.sub(r"[^0-9]", "", number)
    return re.sub(r"^(?:62(?=8)|(?=8[0-9]{8}))", "0", digits)


def _label(pieces: Sequence[Piece], at: int) -> str:
    """Return the word before a figure, over a colon."""
    for piece in reversed(pieces[max(0, at - 3) : at]):
        if piece.text not in (":", "=", ".", "#"):
            return piece.text.lower()
    return ""


def _words_before(pieces: Sequence[Piece], at: int) -> Iterator[str]:
    """Return up to three words before a figure, of its own clause."""
    count = 0
    for piece in reversed(pieces[max(0, at - 8) : at]):
        if piece.text in (",", ";", "|", "(", ")") or count == 3:  # noqa: PLR2004 - "harga naik jadi 5432"
            break
        if piece.text[0].isalpha():
            count += 1
            yield piece.text.lower()


REASON_MAX_CHARS = 200  # two lines on a phone; a reason that needs more is no reason for a reseller
RAW_MAX_CHARS = 500  # an admin reads the whole: a report with a PLN token has about 250
_READ_MAX_CHARS = 1_000

GONE = "…"
"""Stands where a figure was; the biller's own is made three dots."""

_FAILED = re.compile(r"(?<![^\W_])(?:gagal|failed|failure)(?![^\W_])", re.IGNORECASE)
_HEAD = re.compile(  # `T#123 `, `Transaksi s5.0812…`, `TRX S5.0812…`
    r"\W*(?:(?:trx|trxid|id|r|t) ?# ?[0-9]+\W+)?(?:(?:transaksi|trx|trans|pembelian|pengisian|order)\W+)?"
    r"(?:[\w-]{1,32}[.,*#][0-9]\S*)?",
    re.IGNORECASE,
)
_WHEN = re.compile(  # the field that says when it was: `, Tgl: 01/01 10:36:38`, `@01/01 10:36`
    r"(?:(?<![^\W_])(?:tgl|tanggal|date|jam|waktu) ?[:=]|@) ?[0-9][0-9/:. -]*", re.IGNORECASE
)
_EMPTY_BRACKETS = re.compile(r"\((?:[^\w()]|_)*\)|\[(?:[^\w\[\]]|_)*\]")
_GONE_AGAIN = re.compile(rf"{GONE}(?:[^\w(){GONE}]*{GONE})+")
_CONTROLS = {"Cc": " ", "Zl": " ", "Zp": " ", "Cf": "", "Cs": ""}
_BETWEEN = words_of("anda akhir awal jual beli member sekarang adalah sebesar jadi menjadi h2h : = . - @")
_OF_A_FIELD = MONEY_LABELS | _BETWEEN | {GONE}
_FIELD_PIECES = 12  # `Sisa saldo anda sekarang : … - … = …`
_ENDS = frozenset(",.;|()[]")


def strip_control_characters(text: str) -> str:
    """Blank control characters and drop the invisible ones that reorder or hide text."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_CONTROLS.get(unicodedata.category(char), char) for char in text)


def raw_words(text: str) -> str:
    """Return the biller's words for admins: all of them, on one line, capped."""
    return " ".join(strip_control_characters(text).split())[:RAW_MAX_CHARS]


def public_reason(text: str, *, code: str = "", destination: str = "") -> str:
    """Return why an order failed as far as a reseller may read it; it may be nothing at all."""
    flat = unicodedata.normalize("NFKC", strip_control_characters(text[:_READ_MAX_CHARS])).replace(
        GONE, "..."
    )
    flat = " ".join(strip_control_characters(_WHEN.sub(" ", " ".join(flat.split()))).split())
    head = _HEAD.match(flat)
    start = head.end() if head else 0
    failed = _FAILED.search(flat)
    # What stands behind GAGAL is why; where nothing does, what stands before it.
    parts = (flat[failed.end() :], flat[start : max(start, failed.start())]) if failed else (flat[start:],)
    said = (_without_money(part, code, destination) for part in parts)
    return next((reason for reason in said if reason), "")[:REASON_MAX_CHARS].rstrip(" ,.:;-(")


def _without_money(text: str, code: str, destination: str) -> str:
    pieces, own = pieces_of(text), figures_of(code, destination)
    shown = [
        Piece(GONE, piece.is_apart) if piece.is_figure and not may_be_read(pieces, at, own) else piece
        for at, piece in enumerate(pieces)
    ]
    said = "".join(f" {piece.text}" if piece.is_apart else piece.text for piece in _without_fields(shown))
    said = " ".join(_GONE_AGAIN.sub(GONE, _EMPTY_BRACKETS.sub("", said)).split())
    said = said.lstrip(f" ,.:;-){GONE}").rstrip(f" ,.:;-(={GONE}")
    return said if any(map(str.isalpha, said)) else ""


def _without_fields(pieces: Sequence[Piece]) -> list[Piece]:
    """Drop `Saldo: …` where it ends a clause; "Saldo … tidak cukup" would lose its meaning."""
    kept: list[Piece] = []
    end = len(pieces)
    while end:
        is_field = pieces[end - 1].text == GONE and _ends_field(kept)
        start = _start_of_field(pieces, end - 1) if is_field else end - 1
        kept += reversed(pieces[start:end] if start == end - 1 else ())
        end = start
    return kept[::-1]


def _ends_field(behind: Sequence[Piece]) -> bool:
    """Return whether a clause or another label begins with what stands behind, which is kept in reverse."""
    following = [piece.text for piece in behind[-1:-3:-1]]
    return not following or following[0] in _ENDS or following[1:] in ([":"], ["="])


def _start_of_field(pieces: Sequence[Piece], at: int) -> int:
    """Return where the labels of the figure at `at` begin; `at` itself where it has none."""
    start, first = at, at
    while start > at - _FIELD_PIECES and start and (word := pieces[start - 1].text.lower()) in _OF_A_FIELD:
        start -= 1
        first = start if word in MONEY_LABELS else first
    return first
