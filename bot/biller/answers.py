"""Where the biller's words end: what a `trx` says and hears, turned into ours for any bytes whatever."""

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_json

from bot.orders.events import Accepted, Refused, Unclear
from bot.orders.model import FailureCause, Order

IDR_MAX = 10**15 - 1  # far beyond any deposit, and safe in every database's 64 bits
REASON_MAX_CHARS = 200  # two lines on a phone; a reason that needs more is no reason for a reseller

_FAILURE = re.compile(r"\bGAGAL\b", re.IGNORECASE | re.ASCII)
_UNDER_WAY = re.compile(r"\b(?:sedang|masih|dalam)\s+(?:di|dalam\s+)?proses|\bpending\b", re.IGNORECASE)
_SUCCESS = re.compile(r"\bSUKSES\b", re.IGNORECASE | re.ASCII)
_FIELD = re.compile(r"(?:^|,)\s*(?:saldo|harga|tgl|sn)\s*:", re.IGNORECASE)
_OPERATORS_OWN = re.compile(  # money by name, by currency or by its thousands, and anything like a signature
    r"saldo|harga|deposit|balance|sisa|(?<![a-z])(?:rp|idr)\W*[0-9]"
    r"|(?<![0-9])[0-9]{1,3}(?:[.,][0-9]{3})+(?![0-9])|[0-9a-f]{32}|,\s*tgl\s*:",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"-?[0-9]{1,15}")
_REFERENCE = re.compile(r"[!-~]{1,64}")

# The first that fits names the trouble. What only we have (a signature) comes before the customer's number
# or game id, and that before words that could mean either: account trouble stops the whole counter.
_WRONG = r".*\b(?:salah|tidak|tdk|invalid|kurang)\b"
_TROUBLES = (
    (r"\broute\b|tidak\s+tersedia", FailureCause.PRODUCT_UNAVAILABLE),
    (r"\b(?:sign|signature|password|ip)\b", FailureCause.ACCOUNT),
    (r"\b(?:no|nomor|nomer|tujuan|idpel|id\s+pelanggan|user\s*id)\b" + _WRONG, FailureCause.DESTINATION),
    (r"\bsalah\s+(?:no|nomor|nomer|tujuan)\b", FailureCause.DESTINATION),
    (r"\bdeduct\b|\bsaldo\b|\bdeposit\b", FailureCause.DEPOSIT),
    (r"\b(?:user|username|akun)\b", FailureCause.ACCOUNT),
    (r"tidak\s+aktif", FailureCause.PRODUCT_INACTIVE),
)
_PLAIN = {"Cc": " ", "Zl": " ", "Zp": " ", "Cf": "", "Cs": ""}

_Rupiah = Annotated[int, Field(ge=0, le=IDR_MAX)]


class _Said(BaseModel):
    """An answer to a `trx` as the sheet shows it; names beyond these are left unread."""

    model_config = ConfigDict(strict=True, frozen=True)

    status: bool
    reason: str
    total: _Rupiah
    tujuan: str
    kodeproduk: str
    user: str | None = None
    saldo: object = None
    ftrxid: object = None


def trx_body(order: Order, *, user: str, sign: str) -> bytes:
    """Make the JSON body that buys `order`: six fields, and no other."""
    fields = {
        "user": user,
        "sign": sign,
        "trxid": order.trxid,
        "cmd": "trx",
        "idpel": order.destination,
        "produk": order.product_code,
    }
    return to_json(fields)


def read_answer(body: bytes, *, order: Order, user: str) -> Accepted | Refused | Unclear:
    """Read the body of an HTTP 200; only what fits the sheet and `order` is taken as said."""
    try:
        told = json.loads(body.decode(), object_pairs_hook=_each_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return Unclear(why="the answer is not JSON")
    try:
        said = _Said.model_validate(told)
    except ValidationError as error:
        names = sorted({str(fault["loc"][0]) for fault in error.errors(include_input=False) if fault["loc"]})
        return Unclear(why=f"the answer does not fit the sheet: {', '.join(names) or 'no object'}")
    if (misfit := _misfit(said, order=order, user=user)) is not None:
        return Unclear(why=misfit)
    return _accepted(said) if said.status else _refused(said)


def public_reason(text: str) -> str:
    """Reduce the biller's words to what a reseller may read: no money of the operator's, maybe nothing."""
    own = _OPERATORS_OWN.split(_after_failure(strip_control_characters(text)), maxsplit=1)[0]
    return " ".join(own.split()).lstrip(" ,.:;-")[:REASON_MAX_CHARS].rstrip(" ,.:;-(")


def failure_cause_of(text: str) -> FailureCause:
    """Name the trouble behind a refusal or a failed result; a `Saldo:` field is no trouble."""
    said = _FIELD.split(_after_failure(strip_control_characters(text)), maxsplit=1)[0][:REASON_MAX_CHARS]
    return next(
        (t for pattern, t in _TROUBLES if re.search(pattern, said, re.IGNORECASE)), FailureCause.OTHER
    )


def strip_control_characters(text: str) -> str:
    """Blank control characters and drop the invisible ones that reorder or hide text."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_PLAIN.get(unicodedata.category(char), char) for char in text)


def says_in_progress(text: str) -> bool:
    """Tell whether the words say that the purchase is still being carried out."""
    return _UNDER_WAY.search(text) is not None


def is_same_code(told: str, ours: str) -> bool:
    """Compare product codes, letter case apart; only ASCII, since other letters fold into ours."""
    return told.isascii() and told.lower() == ours.lower()


def _misfit(said: _Said, *, order: Order, user: str) -> str | None:
    if said.tujuan != order.destination:
        return "the answer is about another destination"
    if not is_same_code(said.kodeproduk, order.product_code):
        return "the answer is about another product"
    if said.user is not None and said.user != user:
        return "the answer is for another user"
    return None


def _accepted(said: _Said) -> Accepted | Unclear:
    if _FAILURE.search(said.reason) and not says_in_progress(said.reason):
        return Unclear(why="accepted by status, but GAGAL by reason")
    return Accepted(
        cost_idr=said.total,
        balance_idr=_balance(said.saldo),
        biller_ref=_reference(said.ftrxid),
    )


def _refused(said: _Said) -> Refused | Unclear:
    if said.total > 0:
        return Unclear(why="refused by status, but with a price charged")
    if says_in_progress(said.reason) or _SUCCESS.search(said.reason):
        return Unclear(why="refused by status, but not by reason")
    return Refused(
        reason=public_reason(said.reason),
        failure_cause=failure_cause_of(said.reason),
        biller_ref=_reference(said.ftrxid),
    )


def _balance(told: object) -> int | None:
    """Read the balance, which the sheet shows as a string; an odd one is no reason to doubt the purchase."""
    digits = told if isinstance(told, str) else str(told) if type(told) is int else ""
    return int(digits) if _AMOUNT.fullmatch(digits) else None


def _reference(told: object) -> str | None:
    return told if isinstance(told, str) and _REFERENCE.fullmatch(told) else None


def _after_failure(text: str) -> str:
    return _FAILURE.split(text, maxsplit=1)[-1]


def _each_once(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError("a name is told twice")
    return told


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
