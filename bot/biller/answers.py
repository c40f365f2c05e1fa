"""Where the biller's words end: what a `trx` says and hears, turned into ours for any bytes whatever."""

import json
import re
from collections.abc import Mapping
from typing import Annotated, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_json

from bot.biller.clauses import clauses_of
from bot.biller.public_reason import public_reason, raw_words
from bot.biller.refusals import cause_in, speaks_of_product
from bot.biller.verdict import Claim, is_same_code, is_same_destination, read_claim
from bot.orders.events import Accepted, Refused, Unclear
from bot.orders.model import FailureCause, Order, UnknownCause

IDR_MAX = 10**15 - 1  # far beyond any deposit, and safe in every database's 64 bits

_AMOUNT = re.compile(r"-?[0-9]{1,15}")
_REFERENCE = re.compile(r"[!-~]{1,64}")

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
        told = _JSON.decode(body.decode())
    except (ValueError, RecursionError):
        return Unclear(why="the answer is not JSON", cause=UnknownCause.UNREADABLE_ANSWER)
    try:
        said = _Said.model_validate(told)
    except ValidationError as error:
        names = sorted({str(fault["loc"][0]) for fault in error.errors(include_input=False) if fault["loc"]})
        why = f"the answer does not fit the sheet: {', '.join(names) or 'no object'}"
        return Unclear(why=why, cause=UnknownCause.UNREADABLE_ANSWER)
    if (misfit := _misfit(said, order=order, user=user)) is not None:
        return Unclear(why=misfit, cause=UnknownCause.OTHER_ORDER)
    # A refusal must be free of doubt: what is said of any order counts.
    claim = read_claim(
        said.reason, code=order.product_code, destination=order.destination, other_orders_count=True
    )
    return _accepted(said, claim) if said.status else _refused(said, claim, order)


def failure_cause_of(text: str, *, after_acceptance: bool = False) -> FailureCause:
    """Return the trouble behind a refusal, or behind a failed result (`after_acceptance`)."""
    return cause_in(clauses_of(raw_words(text)), after_acceptance=after_acceptance)


def is_about_product(text: str, failure_cause: FailureCause) -> bool:
    """Return whether the words of a failure speak of its product, not of a customer or the whole biller."""
    return speaks_of_product(clauses_of(raw_words(text)), failure_cause)


def _misfit(said: _Said, *, order: Order, user: str) -> str | None:
    if not is_same_destination(said.tujuan, order.destination):
        return "the answer is about another destination"
    if not is_same_code(said.kodeproduk, order.product_code):
        return "the answer is about another product"
    if said.user is not None and said.user != user:
        return "the answer is for another user"
    return None


def _accepted(said: _Said, claim: Claim) -> Accepted | Unclear:
    if claim in (Claim.FAILURE, Claim.MIXED):
        return _contradictory("accepted by status, but not by reason", raw_words(said.reason))
    return Accepted(
        cost_idr=said.total,
        balance_idr=_balance(said.saldo),
        biller_ref=_reference(said.ftrxid),
    )


def _refused(said: _Said, claim: Claim, order: Order) -> Refused | Unclear:
    """Believe a refusal that is one by its words too: what only waits may still be bought."""
    raw = raw_words(said.reason)
    if said.total > 0:
        return _contradictory("refused by status, but with a price charged", raw)
    if claim is not Claim.FAILURE:
        return _contradictory("refused by status, but not by reason", raw)
    return Refused(
        reason=public_reason(said.reason, code=order.product_code, destination=order.destination),
        failure_cause=failure_cause_of(said.reason),
        biller_ref=_reference(said.ftrxid),
        raw=raw,
    )


def _contradictory(why: str, raw: str) -> Unclear:
    return Unclear(why=why, cause=UnknownCause.CONTRADICTORY_ANSWER, raw=raw)


def _balance(told: object) -> int | None:
    """Read the balance, which the sheet shows as a string; an odd one is no reason to doubt the purchase."""
    digits = told if isinstance(told, str) else str(told) if type(told) is int else ""
    return int(digits) if _AMOUNT.fullmatch(digits) else None


def _reference(told: object) -> str | None:
    return told if isinstance(told, str) and _REFERENCE.fullmatch(told) else None


def _each_once(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError("a name is told twice")
    return told


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_JSON = json.JSONDecoder(object_pairs_hook=_each_once, parse_constant=_no_number)
