"""Reads the posts of bank-mutation services: who signed them, and which money they report.

Moota posts a JSON list, signed in `Signature`. Mutasibank posts an object with a list, signed in
`X-Mutasibank-Signature` within five minutes. Both sign the bytes of the body with HMAC-SHA256.
"""

import hmac
import json
import re
from enum import StrEnum
from hashlib import sha256

from msgspec import Struct

MAX_AGE_S = 300
"""Mutasibank's signature does not cover its time, and an old post is a replay."""

MAX_MUTATIONS = 500
MAX_ID_CHARS = 100
MAX_TEXT_CHARS = 300

_CREDITS = frozenset({"CR", "C", "K", "KR", "CREDIT", "KREDIT"})
_DEBITS = frozenset({"DB", "D", "DR", "DEBIT", "DEBET"})
_AMOUNT = re.compile(r"(?P<whole>[0-9]{1,13})(?:\.(?P<part>[0-9]{1,8}))?")


class Service(StrEnum):
    MOOTA = "moota"
    MUTASIBANK = "mutasibank"


class MutationPost(Struct, frozen=True, kw_only=True):
    """A post as it arrived; the headers are None where it has none."""

    body: bytes
    moota_signature: str | None = None
    mutasibank_signature: str | None = None
    mutasibank_timestamp: str | None = None


class MutationReport(Struct, frozen=True, kw_only=True):
    """Money that arrived in an account; `service_ref` is the service's own id.

    `amount_idr` is None for an amount with a part of a rupiah, which is in `description` then.
    """

    service_ref: str
    amount_idr: int | None
    account_number: str
    description: str


class UnreadableRow(Struct, frozen=True, kw_only=True):
    """A row that a person must look at: `text` is its JSON, `summary` what tells which money it is about."""

    why: str
    summary: str
    text: str

    @property
    def fingerprint(self) -> str:
        """A name of the row: a service sends it again with the next post."""
        return sha256(self.text.encode()).hexdigest()


class MutationReading(Struct, frozen=True, kw_only=True):
    """What a body reports: money that arrived, and rows that a person must look at."""

    credits: tuple[MutationReport, ...]
    unreadable: tuple[UnreadableRow, ...]


class MalformedPost(ValueError):
    """A signed body is not in the service's form; the message says why."""


class _Unreadable(ValueError):
    """A row cannot be read; the message says why."""


def signed_by(post: MutationPost, *, key: str, now_s: float) -> Service | None:
    """Return the service that signed a post with `key`, or None if none did."""
    if post.mutasibank_signature is not None:
        is_valid = _is_signature(post.body, post.mutasibank_signature, key) and _is_recent(
            post.mutasibank_timestamp or "", now_s
        )
        return Service.MUTASIBANK if is_valid else None
    if post.moota_signature is not None and _is_signature(post.body, post.moota_signature, key):
        return Service.MOOTA
    return None


def _is_signature(body: bytes, received: str, key: str) -> bool:
    signature = hmac.new(key.encode(), body, sha256).hexdigest()
    return hmac.compare_digest(
        signature.encode(), received.strip().lower().encode("utf-8", "surrogateescape")
    )


def _is_recent(timestamp: str, now_s: float) -> bool:
    # Only plain digits: int() also reads underscores and other scripts.
    return bool(re.fullmatch(r"[0-9]{1,12}", timestamp)) and abs(now_s - int(timestamp)) <= MAX_AGE_S


def read_body(body: bytes) -> object:
    """Return the JSON of a body without its `api_key`, numbers with a part as text; or MalformedPost."""
    try:
        value = json.loads(body, parse_float=str, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise MalformedPost("the body is no JSON") from error
    if isinstance(value, dict):
        return {name: part for name, part in value.items() if name != "api_key"}
    return value


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no number")


def read_mutations(service: Service, value: object) -> MutationReading:
    """Return what a body reports; MalformedPost if it is no list of mutations at all."""
    match service:
        case Service.MOOTA:
            rows, account_number = value, ""
        case Service.MUTASIBANK:
            if not isinstance(value, dict):
                raise MalformedPost("the body is no object")
            rows, account_number = value.get("data_mutasi"), _text(value.get("account_number"))
    if not isinstance(rows, list) or not 0 < len(rows) <= MAX_MUTATIONS:
        raise MalformedPost("there is no list of mutations")
    if not any(isinstance(row, dict) for row in rows):
        raise MalformedPost("no mutation is an object")
    id_field = "mutation_id" if service is Service.MOOTA else "id"
    found: list[MutationReport] = []
    unreadable: list[UnreadableRow] = []
    for row in rows:
        try:
            report = _read_row(row, id_field, account_number)
        except _Unreadable as error:
            unreadable.append(_unreadable(row, str(error), id_field))
        else:
            found += [report] if report else []
    return MutationReading(credits=tuple(found), unreadable=tuple(unreadable))


def _unreadable(row: object, why: str, id_field: str) -> UnreadableRow:
    kept, shown = row, row
    if isinstance(row, dict):
        kept = {name: part for name, part in row.items() if name != "api_key"}
        shown = {name: row[name] for name in (id_field, "type", "amount", "description") if name in row}
    return UnreadableRow(why=why, summary=_json(shown)[:MAX_TEXT_CHARS], text=_json(kept))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, sort_keys=True)


def _read_row(row: object, id_field: str, account_number: str) -> MutationReport | None:
    """Return the money of a row, None for a debit; raise _Unreadable if a person must look at it."""
    if not isinstance(row, dict):
        raise _Unreadable("a mutation is no object")
    kind = _text(row.get("type")).upper()
    if kind in _DEBITS:
        return None
    if kind not in _CREDITS:
        raise _Unreadable("a mutation is neither credit nor debit")
    service_ref = _text(row.get(id_field))
    if not 0 < len(service_ref) <= MAX_ID_CHARS:
        raise _Unreadable("a mutation has no id")
    amount, description = _text(row.get("amount")), _text(row.get("description"))
    found = _AMOUNT.fullmatch(amount)
    if found is None:
        raise _Unreadable("a mutation has no amount")
    is_whole = not (found["part"] or "").strip("0")
    if is_whole and int(found["whole"]) == 0:
        raise _Unreadable("a mutation is of nothing")
    return MutationReport(
        service_ref=service_ref,
        amount_idr=int(found["whole"]) if is_whole else None,
        account_number=(account_number or _text(row.get("account_number")))[:MAX_ID_CHARS],
        description=(description if is_whole else f"{amount} {description}")[:MAX_TEXT_CHARS],
    )


def _text(value: object) -> str:
    """Return a text or a whole number as text; anything else as an empty one, and so no lone surrogates."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    if isinstance(value, int) and abs(value) >= 1 << 63:
        return ""
    return str(value).strip().encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
