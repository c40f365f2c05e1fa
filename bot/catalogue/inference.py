"""Infers a product's destination rule, network and nominal from its code, group and name.

A wrong rule or network costs a refusal or a question. A wrong nominal would cost money, so it is inferred
only where code, name and price agree.
"""

import re

from msgspec import Struct

from bot.catalogue.price_list.cells import read_amount
from bot.catalogue.product import Carrier, DestinationRule

_OPERATORS = {
    Carrier.TELKOMSEL: re.compile(r"\b(?:telkomsel|tsel|simpati|kartu\s*as|kartu\s*halo)\b|^as$"),
    Carrier.INDOSAT: re.compile(r"\b(?:indosat|isat|im3|mentari|ooredoo)\b"),
    Carrier.XL: re.compile(r"\bxl\b"),
    Carrier.AXIS: re.compile(r"\baxis\b"),
    # A lone 3 is a network only where nothing but "pulsa" or "data" stands before it: "3 GB" is none.
    Carrier.TRI: re.compile(r"\b(?:tri|three)\b|^(?:pulsa|data|paket|kartu)?\s*3$"),
    Carrier.SMARTFREN: re.compile(r"\bsmartfren\b|\bsmart\b(?!\s*(?:tv|watch|phone))"),
}

_METER = re.compile(r"\bpln\b|\btoken listrik\b")
_RULES = (
    (DestinationRule.GAME_SERVER, re.compile(r"\bmobile legends?\b|\bmlbb\b|\bmagic chess\b")),
    (
        DestinationRule.GAME,
        re.compile(r"\bfree ?fire\b|\bpubg\b|\bcall of duty\b|\barena of valor\b|\bhiggs domino\b"),
    ),
    (
        DestinationRule.ACCOUNT,
        re.compile(r"\b(?:e-?toll|brizzi|tapcash|flazz|pdam|bpjs|indihome|multifinance)\b"),
    ),
    (DestinationRule.PHONE, re.compile(r"\b(?:dana|ovo|gopay|go-pay|shopeepay|linkaja|grab|gojek|maxim)\b")),
    (DestinationRule.PHONE, re.compile(r"\b(?:pulsa|kuota|paket data|paket internet|all carrier)\b")),
)

_NO_PULSA = re.compile(
    r"\b(?:data|kuota|paket|internet|voucher|transfer|tf|gift|sms|nelp\w*|telp\w*|telepon|masa aktif)\b"
    r"|(?:\b|\d)[kmg]b\b"
)
_TAIL = re.compile(r"[a-z]+(\d{1,6})")
_NAMED_AMOUNT = re.compile(r"(?<![\w.,])(\d[\d.,]*\d|\d)\s*(rb|ribu|k)?(?![\w.,])")


class InferredTraits(Struct, frozen=True, kw_only=True):
    """What was inferred; `carrier` and `nominal` are None where they could not be."""

    rule: DestinationRule
    carrier: Carrier | None
    nominal: int | None


def infer_traits(
    *, code: str, name: str, group: str, price_idr: int | None, rule: DestinationRule | None = None
) -> InferredTraits:
    """Infer what the words of a product tell; `rule` is what its row says, if it says so.

    A game that wants a server wants one though its row says `game`: an id alone would be bought.
    """
    carrier = carrier_named_in(name=name, group=group)
    told = _rule(code.lower(), f"{group} {name}".lower(), carrier)
    if rule is None or (rule is DestinationRule.GAME and told is DestinationRule.GAME_SERVER):
        rule = told
    if rule is not DestinationRule.PHONE:
        carrier = None
    has_nominal = carrier is not None or rule is DestinationRule.METER
    nominal = _nominal(code.lower(), name.lower(), group.lower(), price_idr) if has_nominal else None
    return InferredTraits(rule=rule, carrier=carrier, nominal=nominal)


def carrier_named_in(*, name: str, group: str) -> Carrier | None:
    """Return the one network that group and name speak of; None if there is none, or more than one."""
    spoken = carriers_in(group) | carriers_in(name)
    return next(iter(spoken)) if len(spoken) == 1 else None


def carriers_in(text: str) -> frozenset[Carrier]:
    low = text.lower().strip()
    return frozenset(carrier for carrier, words in _OPERATORS.items() if words.search(low))


def _rule(code: str, words: str, carrier: Carrier | None) -> DestinationRule:
    if code.startswith("pln") or _METER.search(words):
        return DestinationRule.METER
    # A printed voucher is redeemed by its own number, whichever network it is for.
    if "voucher" in words:
        return DestinationRule.FREE
    if carrier is not None:
        return DestinationRule.PHONE
    return next((rule for rule, pattern in _RULES if pattern.search(words)), DestinationRule.FREE)


def _nominal(code: str, name: str, group: str, price_idr: int | None) -> int | None:
    """Return the nominal where the digits of the code, the one amount in the name, and the price agree."""
    tail = _TAIL.fullmatch(code)
    named = [_thousands(amount, unit) for amount, unit in _NAMED_AMOUNT.findall(name)]
    if not tail or len(named) != 1 or _NO_PULSA.search(f"{group} {name}"):
        return None
    (nominal,) = named
    by_code = {int(tail[1]) * 1000, int(tail[1])}
    if not nominal or nominal * 1000 not in by_code or not _is_plausible(nominal, price_idr):
        return None
    return nominal


def _thousands(amount: str, unit: str) -> int | None:
    value = read_amount(amount)
    if value is None or unit:
        return value
    thousands, rest = divmod(value, 1000)
    return thousands if not rest else None


def _is_plausible(nominal: int, price_idr: int | None) -> bool:
    """A pulsa or a token is sold for about its nominal; what is not is something else."""
    return price_idr is None or 0.85 * nominal <= price_idr / 1000 <= 1.15 * nominal + 3
