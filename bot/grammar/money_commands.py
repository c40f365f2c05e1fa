"""Reads amounts of rupiah and the commands about money.

An amount is typed as `100000`, `100.000`, `Rp 100rb` or `1,5jt`. Admins type a person, an amount and a
reason behind `/tambah`, `/kurang` and `/limit`; resellers an amount, and perhaps a bank, behind `tiket`.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from msgspec import Struct

MAX_AMOUNT_IDR = 1_000_000_000

_UNITS = {"rb": 1_000, "ribu": 1_000, "k": 1_000, "jt": 1_000_000, "juta": 1_000_000}
_AMOUNT = re.compile(
    r"(?:rp\.?\s*)?(?P<number>[0-9]{1,3}(?:[.,][0-9]{3})+|[0-9]{1,12}(?:[.,][0-9]{1,2})?)\s*"
    r"(?P<unit>rb|ribu|k|jt|juta)?(?:,-|,00|\.00)?",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{3})+")


def parse_amount(typed: str) -> int | None:
    """Return whole rupiah from 1 to a billion; None if the text is no such amount.

    A part of a rupiah is refused rather than rounded.
    """
    found = _AMOUNT.fullmatch(typed.strip())
    if found is None:
        return None
    number, unit = found["number"], _UNITS.get((found["unit"] or "").lower(), 1)
    if _GROUPED.fullmatch(number):
        amount = Decimal(re.sub("[.,]", "", number))
    elif unit == 1 and not number.isdigit():
        return None
    else:
        amount = Decimal(number.replace(",", "."))
    rupiah = amount * unit
    if rupiah != rupiah.to_integral_value() or not 0 < rupiah <= MAX_AMOUNT_IDR:
        return None
    return int(rupiah)


MAX_REASON_CHARS = 100

_MARKS = r"[\s.,*#:]+"
_TARGET = re.compile(rf"(?P<target>@?\w+)(?:{_MARKS}(?P<rest>.*))?", re.DOTALL)
_AMOUNT_IN_FRONT = re.compile(
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
    amount = _AMOUNT_IN_FRONT.fullmatch(rest)
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


QRIS_WORD = "qris"

_EDGES = " \t\n.,:;*#/_-"
_WORD_IN_FRONT = re.compile(
    r"(?P<word>[A-Za-z][A-Za-z ]*?)[\s.,:*#/_-]+(?P<rest>(?:rp[\s.]*)?[0-9].*)", re.IGNORECASE
)

_TICKET_WORD = re.compile(r"(?:tiket|deposit)[\s.,:*#/_-]+", re.IGNORECASE)
"""`DEP.TIKET.50000`, as on other servers."""

_PIN_BEHIND = re.compile(
    r"(?P<amount>(?:[0-9]{5,}|[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+(?:rb|k|jt)))[\s.]+[0-9]{4,6}\Z"
)
"""Other servers want a PIN behind the amount; a group of thousands has three digits, a PIN more."""


class DepositRequest(Struct, frozen=True, kw_only=True):
    """An amount in whole rupiah, None if none can be read, and the bank that was typed, empty for any.

    `is_known` is False for a bank that is not among the accounts.
    """

    amount_idr: int | None
    bank: str = ""
    is_known: bool = True


def read_deposit_request(typed: str, banks: Iterable[str]) -> DepositRequest:
    """Read `100000`, `100rb`, `bca.100000` or `100.000 bca`; `banks` are the names that are known."""
    whole = typed.strip(_EDGES)
    whole = _TICKET_WORD.sub("", whole)
    if parse_amount(whole) is None:
        whole = _PIN_BEHIND.sub(r"\g<amount>", whole)
    if (amount_idr := parse_amount(whole)) is not None:
        return DepositRequest(amount_idr=amount_idr)
    for bank in sorted({*banks, QRIS_WORD}, key=len, reverse=True):
        found = re.search(rf"(?<![A-Za-z0-9]){re.escape(bank)}(?![A-Za-z])", whole, re.IGNORECASE)
        if found:
            rest = f"{whole[: found.start()]} {whole[found.end() :]}".strip(_EDGES)
            return DepositRequest(amount_idr=parse_amount(rest), bank=bank)
    if found := _WORD_IN_FRONT.fullmatch(whole):
        amount_idr = parse_amount(found["rest"])
        if amount_idr is not None:
            return DepositRequest(amount_idr=amount_idr, bank=found["word"].strip(), is_known=False)
    return DepositRequest(amount_idr=None)
