"""Infers rule, carrier and nominal of a product from its code, name and group, where its row lacks them.

A wrong destination rule or carrier costs a refusal or a question. A wrong nominal would cost money, so it is
inferred only if code, name and price agree.
"""

import re

from msgspec import Struct

from bot.catalogue.amounts import read_amount
from bot.catalogue.product import Carrier, DestinationRule

_CARRIERS = {
    Carrier.TELKOMSEL: re.compile(r"\b(?:telkomsel|tsel|simpati|kartu\s*as|kartu\s*halo)\b|^as$"),
    Carrier.INDOSAT: re.compile(r"\b(?:indosat|isat|im3|mentari|ooredoo)\b"),
    Carrier.XL: re.compile(r"\bxl\b"),
    Carrier.AXIS: re.compile(r"\baxis\b"),
    # A single 3 is a carrier only behind nothing but "pulsa" or "data": "3 GB" is none.
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
    """The inferred properties; `carrier` and `nominal` are None if nothing shows them."""

    rule: DestinationRule
    carrier: Carrier | None
    nominal: int | None


def infer_traits(
    *, code: str, name: str, group: str, price_idr: int | None, rule: DestinationRule | None = None
) -> InferredTraits:
    """Infer the properties of a product from its words; `rule` is the one in its row, if any.

    A row with the rule `game` and the name of a game with servers gets the inferred rule: its own would
    accept an id without a server.
    """
    carrier = carrier_named_in(name=name, group=group)
    inferred = _rule(code.lower(), f"{group} {name}".lower(), carrier)
    if rule is None or (rule is DestinationRule.GAME and inferred is DestinationRule.GAME_SERVER):
        rule = inferred
    if rule is not DestinationRule.PHONE:
        carrier = None
    has_nominal = carrier is not None or rule is DestinationRule.METER
    nominal = _nominal(code.lower(), name.lower(), group.lower(), price_idr) if has_nominal else None
    return InferredTraits(rule=rule, carrier=carrier, nominal=nominal)


def carrier_named_in(*, name: str, group: str) -> Carrier | None:
    """Return the only carrier in group and name; None if there is none, or more than one."""
    carriers = carriers_in(group) | carriers_in(name)
    return next(iter(carriers)) if len(carriers) == 1 else None


def carriers_in(text: str) -> frozenset[Carrier]:
    lowered = text.lower().strip()
    return frozenset(carrier for carrier, words in _CARRIERS.items() if words.search(lowered))


def _rule(code: str, words: str, carrier: Carrier | None) -> DestinationRule:
    if code.startswith("pln") or _METER.search(words):
        return DestinationRule.METER
    # A printed voucher is redeemed by its own number, for any carrier.
    if "voucher" in words:
        return DestinationRule.FREE
    if carrier is not None:
        return DestinationRule.PHONE
    return next((rule for rule, pattern in _RULES if pattern.search(words)), DestinationRule.FREE)


def _nominal(code: str, name: str, group: str, price_idr: int | None) -> int | None:
    """Return the nominal if the digits of the code, the only amount in the name, and the price agree."""
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
    """Check that the price is close to the nominal, as for pulsa and PLN tokens and for nothing else."""
    return price_idr is None or 0.85 * nominal <= price_idr / 1000 <= 1.15 * nominal + 3
