"""Makes of the biller's words what a reseller may read: all the words, and no figure of the operator's."""

import re
import unicodedata
from collections.abc import Sequence

from bot.biller.figures import MONEY_LABELS, Piece, figures_of, may_be_read, pieces_of
from bot.biller.wording import words_of

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
