"""A reversal read strictly and held against its order: what does not fit settles nothing.

The SN in its message is taken whole, or not at all, since a wrong one is worse than a missing one. What may
be one and is not surely whole is handed to the admins, with all the biller wrote beside it.
"""

import re
from typing import assert_never
from urllib.parse import parse_qsl

from msgspec import Struct

from bot.biller.answers import IDR_MAX, failure_cause_of
from bot.biller.public_reason import public_reason, raw_words, strip_control_characters
from bot.biller.verdict import Verdict, is_code_named, is_same_code, is_same_destination, read_verdict
from bot.orders.events import Contradiction, Failed, ReversalEvent, Succeeded
from bot.orders.model import Order, Outcome

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


QUERY_MAX_BYTES = 8_000  # the longest SN in percent-escapes fits; a flood does not
FIELDS_MAX = 20  # the sheet has six
MESSAGE_MAX_CHARS = 4_000

_REQUIRED = frozenset({"status", "refid", "product", "dest", "message"})
_KNOWN = _REQUIRED | {"qty"}
_OUTCOMES = {"0": Outcome.SUCCESS, "1": Outcome.FAILURE}  # other billers use the opposite

_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_TRXID = re.compile(r"[0-9]{17}")
_AMOUNT = re.compile(  # whole up to its field's end, or not at all: `201,200` is never read as 201
    r"(?:Rp\.?\s*)?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,15})"
    r"\s*(?:[,;|](?![0-9])|\.?(?: (?![0-9])|$))",
    re.IGNORECASE,
)


class ParsedReversal(Struct, frozen=True, kw_only=True):
    """What a well-formed reversal claims, not yet held against an order; `trxid` has 17 digits."""

    outcome: Outcome
    trxid: str
    product: str
    destination: str
    message: str


class MalformedReversal(Struct, frozen=True, kw_only=True):
    """The query is no reversal by the sheet; `why` quotes nothing of it."""

    why: str


class MismatchedReversal(Struct, frozen=True, kw_only=True):
    """The report is about something else than the order; `why` quotes nothing of it."""

    why: str


def read_reversal(query: bytes) -> ParsedReversal | MalformedReversal:
    """Read a raw query string (still percent-encoded); `message` is cleaned and capped."""
    fields = _fields(query)
    if isinstance(fields, MalformedReversal):
        return fields
    outcome = _OUTCOMES.get(fields["status"])
    if outcome is None:
        return MalformedReversal(why="status is neither 0 nor 1")
    if not _TRXID.fullmatch(fields["refid"]):
        return MalformedReversal(why="refid is not 17 digits")
    if not fields["dest"]:
        return MalformedReversal(why="dest is empty")
    return ParsedReversal(
        outcome=outcome,
        trxid=fields["refid"],
        product=fields["product"],
        destination=fields["dest"],
        message=strip_control_characters(fields["message"])[:MESSAGE_MAX_CHARS],
    )


def match_reversal(report: ParsedReversal, *, order: Order) -> ReversalEvent | MismatchedReversal:
    """Turn a report into news of `order`, if it is about that order and agrees with itself."""
    if (misfit := _misfit(report, order)) is not None:
        return MismatchedReversal(why=misfit)
    message, raw = report.message, raw_words(report.message)
    if (conflict := _conflict(report, order)) is not None:
        return Contradiction(why=conflict, raw=raw)
    balance_idr = _amount("Saldo", message)
    match report.outcome:
        case Outcome.SUCCESS:
            read = read_sn(message, is_cut=len(message) >= MESSAGE_MAX_CHARS)
            return Succeeded(
                sn=read.sn,
                doubtful_sn=read.doubtful,
                cost_idr=_amount("Harga", message),
                balance_idr=balance_idr,
                raw=raw,
            )
        case Outcome.FAILURE:
            return Failed(
                reason=public_reason(message, code=order.product_code, destination=order.destination),
                failure_cause=failure_cause_of(message, after_acceptance=True),
                balance_idr=balance_idr,
                raw=raw,
            )
        case _:
            assert_never(report.outcome)


def _fields(query: bytes) -> dict[str, str] | MalformedReversal:
    if len(query) > QUERY_MAX_BYTES:
        return MalformedReversal(why="the query is too long")
    if _BROKEN_ESCAPE.search(query):
        return MalformedReversal(why="the query has a broken escape")
    try:
        pairs = parse_qsl(
            query.decode(),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=FIELDS_MAX,
        )
    except ValueError:
        return MalformedReversal(why="the query cannot be read")
    known = [(name, value) for name, value in pairs if name in _KNOWN]
    fields = dict(known)
    if len(fields) != len(known):
        return MalformedReversal(why="a parameter is given twice")
    if missing := sorted(_REQUIRED - fields.keys()):
        return MalformedReversal(why=f"missing: {', '.join(missing)}")
    return fields


def _misfit(report: ParsedReversal, order: Order) -> str | None:
    if report.trxid != order.trxid:
        return "refid is another order's"
    if not is_same_destination(report.destination, order.destination):
        return "dest is not the order's"
    code, destination = order.product_code, order.destination
    if not is_same_code(report.product, code) and not is_code_named(
        report.message, code=code, destination=destination
    ):
        return "neither product nor message names the order's code"
    return None


def _conflict(report: ParsedReversal, order: Order) -> str | None:
    """Return why the words take back what the status says, if they do."""
    match read_verdict(
        report.outcome, report.message, code=order.product_code, destination=order.destination
    ):
        case Verdict.SUCCESS | Verdict.FAILURE | Verdict.NO_VERDICT:
            return None
        case Verdict.NOT_YET:
            return f"status says {report.outcome}, the message that there is no result yet"
        case Verdict.CONTRADICTION:
            return f"status says {report.outcome}, the message something else"
        case verdict:
            assert_never(verdict)


def _amount(name: str, message: str) -> int | None:
    _, *told = re.split(rf"[,.;|] ?{name} ?:", message, flags=re.IGNORECASE)
    found = _AMOUNT.match(told[-1].lstrip()) if told else None
    if found is None:
        return None
    amount_idr = int(found[1].replace(",", "").replace(".", ""))
    return amount_idr if amount_idr <= IDR_MAX else None
