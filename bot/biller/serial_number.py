"""Finds the SN in a biller's message: whole, or not at all, since a wrong one is worse than a missing one.

What may be one and is not surely whole is handed to the admins, with all the biller wrote beside it.
"""

import re

from msgspec import Struct

SN_MAX_CHARS = 500  # a PLN token with name, tariff and kWh is about 100

_LABEL = re.compile(  # `SN:`, `S/N:`, `SN/Ref:`, `Ref/SN:`, `No SN:`, `Serial Number:`; bare before a digit
    r"(?<![^\W_])(?:reff?/)?(?:s/?n|serial(?: ?(?:number|no))?)(?:/reff?)?(?: ?\.)?(?: ?[:=]|(?= \w*[0-9]))",
    re.IGNORECASE,
)
_OTHER_LABEL = re.compile(  # what some call an SN: not surely one
    r"(?<![^\W_])(?:token|stroom|strum|voucher|vsn|pin) ?[:=]", re.IGNORECASE
)
_END = re.compile(  # the next field: what belongs to the operator, when it was, or a courtesy
    r"(?<![^\W_])(?P<field>"
    r"(?:(?:sisa )?(?:saldo|sal|sld|sisa|balance|bal|deposit)|harga|hrg|hg|price|cost|modal|hpp"
    r"|stok|stock|komisi)"
    r"(?: ?[:=]|\.? ?(?:rp|idr)?\.? ?-?[0-9])|[hsb] ?[:=]"
    r"|(?:tgl|tanggal|jam|waktu|ket|keterangan|status|catatan|note) ?[:=]"
    r"|terima ?kasih|makasih|trims|thanks|thank you)",
    re.IGNORECASE,
)
_PROSE = re.compile(
    r"(?<=[0-9])[.!;|] (?=[^\W\d_]{3})"
)  # `71,3. Trx lancar`: a sentence, and no part of an SN
_TWENTY = re.compile(r"(?<![0-9-])[0-9]{4}(?:[- ]?[0-9]{4}){4}(?![0-9-])")
_NO_SN = frozenset(
    {"null", "none", "nil", "nihil", "nan", "na", "undefined", "kosong", "tidakada", "belumada"}
)
_LATER_SN = frozenset(
    {"pending", "menyusul", "proses", "diproses", "menunggu", "sukses", "berhasil", "ok", "success"}
)


class ReadSn(Struct, frozen=True):
    """What a message holds: `sn` is surely whole; `doubtful` may be one, or is "" for one that is unread."""

    sn: str | None = None
    doubtful: str | None = None


def read_sn(message: str, *, is_cut: bool = False) -> ReadSn:
    """Read the SN; a message that was cut (`is_cut`) has surely none that is whole."""
    # One blank for each: labels are found by position, and an SN is given back with its own blanks.
    flat = re.sub(r"\s", " ", message)
    label = _LABEL.search(flat)
    if label is None:
        return ReadSn(doubtful=_unlabelled(flat))
    ends = list(_END.finditer(flat, label.end()))
    fields = [re.sub(r"[^a-z]", "", end["field"].lower()).removeprefix("sisa") for end in ends]
    value = _trimmed(message[label.end() : ends[0].start() if ends else None], has_end=bool(ends))
    if is_none(value) or is_none(re.split("[,;|] ", value, maxsplit=1)[0]):
        token = _TWENTY.search(flat)
        return ReadSn(doubtful=token[0] if token else None)
    is_sure = bool(ends) and len(set(fields)) == len(fields) and not is_cut and not _PROSE.search(value)
    if is_sure and len(value) <= SN_MAX_CHARS:
        return ReadSn(sn=value)
    return ReadSn(doubtful=_candidate(value))


def is_none(sn: str) -> bool:
    """Return whether what stands in the place of an SN is none: `-`, `0`, `null`, `SUKSES`."""
    letters = _letters(sn)
    return not letters.strip("0") or letters in _NO_SN or letters in _LATER_SN


def _letters(sn: str) -> str:
    return "".join(filter(str.isalnum, sn)).lower()


def _trimmed(value: str, *, has_end: bool) -> str:
    """Cut blanks, and the one mark that separates the SN from the field behind it."""
    value = value.strip()
    if has_end and value[-1:] in tuple(",.;|-"):
        value = value[:-1].rstrip()
    return value


def _candidate(value: str) -> str:
    """Return what an admin is offered: the first sentence of what stands behind the label."""
    first = _PROSE.split(value, maxsplit=1)[0].strip(" ,.;|")
    return first if len(first) <= SN_MAX_CHARS and not is_none(first) else ""


def _unlabelled(flat: str) -> str | None:
    """Return what may be an SN without its label."""
    if token := _TWENTY.search(flat):
        return token[0]
    if (label := _OTHER_LABEL.search(flat)) is None:
        return None
    end = _END.search(flat, label.end())
    value = _candidate(flat[label.end() : end.start() if end else None].strip(" ,"))
    return value or None
