"""Tells the figures in a biller's text that a reseller may read from those that are the operator's money.

A figure may be read only where it is surely no money: the order's number or nominal, an SN, a measure.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct


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
