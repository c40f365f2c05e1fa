"""Reads what is typed behind `tiket`: an amount, and perhaps the bank to pay from or to."""

import re
from collections.abc import Iterable

from msgspec import Struct

from bot.grammar.amounts import parse_amount

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
