"""A reversal read strictly and held against its order: what does not fit settles nothing."""

import re
from typing import assert_never
from urllib.parse import parse_qsl

from msgspec import Struct

from bot.biller.answers import (
    IDR_MAX,
    failure_cause_of,
    is_same_code,
    public_reason,
    says_in_progress,
    strip_control_characters,
)
from bot.orders.events import Contradiction, Failed, ReversalEvent, Succeeded
from bot.orders.model import Order, Outcome

QUERY_MAX_BYTES = 8_000  # the longest SN in percent-escapes fits; a flood does not
FIELDS_MAX = 20  # the sheet has six
MESSAGE_MAX_CHARS = 4_000
SN_MAX_CHARS = 500  # a PLN token with name, tariff and kWh is about 100

_REQUIRED = frozenset({"status", "refid", "product", "dest", "message"})
_KNOWN = _REQUIRED | {"qty"}
_OUTCOMES = {"0": Outcome.SUCCESS, "1": Outcome.FAILURE}  # other billers use the opposite
_WORDS = {"SUKSES": Outcome.SUCCESS, "GAGAL": Outcome.FAILURE}

_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_TRXID = re.compile(r"[0-9]{17}")
_CODE = re.compile(r"\bTransaksi\s+([^\s.]{1,64})\.", re.IGNORECASE)
_WORD = re.compile(r"\b(SUKSES|GAGAL)\b", re.IGNORECASE | re.ASCII)
_SN = re.compile(r"\bSN:")
_OPERATORS_OWN = re.compile(r"(?:saldo|harga)\s*:", re.IGNORECASE)
_AMOUNT = re.compile(  # whole up to its field's end, or not at all: `201,200` is never read as 201
    r"(?:Rp\.?\s*)?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,15})\s*(?:,(?![0-9])|$)",
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
    if (conflict := _conflict(report)) is not None:
        return Contradiction(why=conflict)
    message = report.message
    balance_idr = _amount("Saldo", message)
    match report.outcome:
        case Outcome.SUCCESS:
            cost_idr = _amount("Harga", message)
            return Succeeded(sn=_serial_number(message), cost_idr=cost_idr, balance_idr=balance_idr)
        case Outcome.FAILURE:
            reason, failure_cause = public_reason(message), failure_cause_of(message)
            return Failed(reason=reason, failure_cause=failure_cause, balance_idr=balance_idr)
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
    if report.destination != order.destination:
        return "dest is not the order's"
    named = _CODE.search(report.message)
    told = (report.product, named[1] if named else "")
    if not any(is_same_code(code, order.product_code) for code in told):
        return "neither product nor message names the order's code"
    return None


def _conflict(report: ParsedReversal) -> str | None:
    # A product code may itself spell SUKSES or GAGAL, so it is taken out before the word is looked for.
    words = _CODE.sub("Transaksi .", report.message, count=1)
    word = _WORD.search(words)
    if word is not None and _WORDS[word[1].upper()] is not report.outcome:
        return f"status says {report.outcome}, the message says {word[1].upper()}"
    if word is None and says_in_progress(words):
        return f"status says {report.outcome}, the message says that it is under way"
    return None


def _serial_number(message: str) -> str | None:
    label = _SN.search(message)
    if label is None or len(message) >= MESSAGE_MAX_CHARS:  # a cut message may have lost the SN's end
        return None
    captured, end, _ = message[label.end() :].rpartition(", Saldo:")
    sn = captured.strip()
    if not end or not sn or len(sn) > SN_MAX_CHARS or _OPERATORS_OWN.search(sn):
        return None
    return sn


def _amount(name: str, message: str) -> int | None:
    _, label, rest = message.rpartition(f", {name}:")
    found = _AMOUNT.match(rest.lstrip()) if label else None
    if found is None:
        return None
    amount_idr = int(found[1].replace(",", "").replace(".", ""))
    return amount_idr if amount_idr <= IDR_MAX else None
