"""Reads what admins type behind `/tambah`, `/kurang` and `/limit`: a person, an amount, and a reason."""

import re
from enum import StrEnum
from typing import Literal

from msgspec import Struct

from bot.grammar.amounts import parse_amount

MAX_REASON_CHARS = 100

_MARKS = r"[\s.,*#:]+"
_TARGET = re.compile(rf"(?P<target>@?\w+)(?:{_MARKS}(?P<rest>.*))?", re.DOTALL)
_AMOUNT = re.compile(
    r"(?P<amount>(?:rp\.?\s*)?[0-9](?:[0-9.,]*[0-9])?(?:\s*(?:rb|ribu|k|jt|juta))?(?:,-)?)"
    rf"(?:{_MARKS}(?P<rest>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_MORE_OF_THE_AMOUNT = re.compile(r"[0-9]{3}(?![0-9a-z])", re.IGNORECASE)
"""`1 000 000` is a million by the hand that typed it, and not 1 with the reason `000 000`."""

_DAILY = re.compile(rf"(?:harian|sehari|hari){_MARKS}(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_UNLIMITED = ("bebas", "tanpa batas", "unlimited")


class LimitKind(StrEnum):
    """What limits a shop: what it may owe, or what it may spend in a day."""

    CREDIT = "credit"
    DAILY = "daily"


class Adjustment(Struct, frozen=True, kw_only=True):
    """An amount to add to, or to take from, the balance of a person, and why."""

    target: str
    amount_idr: int
    reason: str


class LimitQuery(Struct, frozen=True, kw_only=True):
    """A person whose limits are asked for."""

    target: str


class NewLimit(Struct, frozen=True, kw_only=True):
    """A limit for a person; None is no limit."""

    target: str
    limit: LimitKind
    limit_idr: int | None


def parse_adjustment(typed: str) -> Adjustment | None:
    """Parse `@budi 100rb setor tunai`; None if the person, the amount or the reason is missing or unclear."""
    target, rest = _split_target(typed)
    amount = _AMOUNT.fullmatch(rest)
    amount_idr = parse_amount(amount["amount"]) if amount else None
    reason = " ".join((amount["rest"] or "").split()) if amount else ""
    if not target or amount_idr is None or not reason or _MORE_OF_THE_AMOUNT.match(reason):
        return None
    return Adjustment(target=target, amount_idr=amount_idr, reason=reason[:MAX_REASON_CHARS])


def parse_limit(typed: str) -> LimitQuery | NewLimit | None:
    """Parse `@budi 500000`, `@budi 0`, `@budi bebas` or `@budi harian 2jt`; None for any other text.

    A daily limit of nothing is refused: to stop a person is to freeze them.
    """
    target, rest = _split_target(typed)
    if not target:
        return None
    if not rest:
        return LimitQuery(target=target)
    limit = LimitKind.CREDIT
    if daily := _DAILY.fullmatch(rest):
        limit, rest = LimitKind.DAILY, daily["rest"]
    limit_idr = _parse_limit_amount(rest, limit)
    return None if limit_idr == "unclear" else NewLimit(target=target, limit=limit, limit_idr=limit_idr)


def _split_target(typed: str) -> tuple[str, str]:
    found = _TARGET.fullmatch(typed.strip())
    return (found["target"], (found["rest"] or "").strip()) if found else ("", "")


def _parse_limit_amount(typed: str, limit: LimitKind) -> int | Literal["unclear"] | None:
    if typed.lower() in _UNLIMITED:
        return None
    if typed == "0" and limit is LimitKind.CREDIT:
        return 0
    amount_idr = parse_amount(typed)
    return "unclear" if amount_idr is None else amount_idr
