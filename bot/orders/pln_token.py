"""Reads a PLN token out of an SN: what does not surely fit is left out, since wrong is worse than missing."""

import re
from collections.abc import Sequence

from msgspec import Struct


class PlnToken(Struct, frozen=True, kw_only=True):
    """A prepaid token: `digits` as `1234-5678-9012-3456-7890`, `tariff` as `R1/1300VA`, `kwh` as `32,5`."""

    digits: str
    name: str | None = None
    tariff: str | None = None
    kwh: str | None = None


USUAL_POWERS_VA = frozenset(
    (450, 900, 1300, 2200, 3500, 4400, 5500, 6600, 7700, 10600, 11000, 13200, 16500, 23000, 33000)
)
"""What PLN connects: a bare number behind a tariff is a power only if it is one of these."""

_TWENTY = re.compile(r"(?<![\w.-])(?<!\d )[0-9]{4}([- ]?)[0-9]{4}(?:\1[0-9]{4}){3}(?![\w-])(?![ .,]\d)")
_CLASS = re.compile(r"(?P<group>[RBIPS])-?(?P<step>[1-4][A-Z]{0,2})", re.IGNORECASE)
_POWER = re.compile(r"0*(?P<va>[1-9][0-9]{2,5})\s*(?P<unit>VA)?", re.IGNORECASE)
_BOTH = re.compile(rf"(?P<class>{_CLASS.pattern})[\s-]+(?P<power>{_POWER.pattern})", re.IGNORECASE)
_AMOUNT = r"0*(?P<whole>[0-9]{1,5})(?:[.,](?P<part>[0-9]{1,2}|[0-9]{4}))?"
_KWH_AHEAD = re.compile(rf"kwh\s*[:=]?\s*{_AMOUNT}", re.IGNORECASE)
_KWH_BEHIND = re.compile(rf"{_AMOUNT}\s*kwh", re.IGNORECASE)
_DECIMAL = re.compile(r"0*(?P<whole>[0-9]{1,5})[.,](?P<part>[0-9]{1,2})")
_METER = re.compile(r"[1-9][0-9]{10,11}")
"""A meter or a customer id; mobile numbers begin with a 0."""

_NAMED = re.compile(r"nama\s*[:=]\s*(?P<name>.+)", re.IGNORECASE)
_NOT_A_NAME = re.compile(
    r".*[:=].*|rp[. ]*[0-9].*|.*\bkwh\b.*|[0-9.,]+\s*va"
    r"|sukses|success|ok|null|none|nihil|pln|prabayar|prepaid|token|sn",
    re.IGNORECASE,
)


def read_pln_token(sn: str, *, is_meter: bool) -> PlnToken | None:
    """Read the token and what stands with it; None for other products, or without one clear token."""
    found = {match[0] for match in _TWENTY.finditer(sn)} if is_meter else set()
    if len(found) != 1:
        return None
    parts = [part.strip() for part in sn.split("/")]
    # A part that holds the token and more is not taken apart any further.
    others = [part for part in parts if part and not _TWENTY.search(part)]
    digits = re.sub(r"[- ]", "", found.pop())
    return PlnToken(
        digits="-".join(re.findall(r".{4}", digits)),
        name=_name(others),
        tariff=_tariff(others),
        kwh=_kwh(others),
    )


def pln_token_of(code: str, destination: str, sn: str | None) -> PlnToken | None:
    """Give the token that an order brought, where code or destination tell that it went to a meter."""
    is_meter = code.casefold().startswith("pln") or bool(_METER.fullmatch(destination))
    return read_pln_token(sn, is_meter=is_meter) if sn else None


def _tariff(parts: list[str]) -> str | None:
    classes = [part for part in parts if _CLASS.fullmatch(part) or _BOTH.fullmatch(part)]
    if len(classes) != 1:
        return None
    if both := _BOTH.fullmatch(classes[0]):
        return _joined(both["class"], both["power"])
    after = parts[parts.index(classes[0]) + 1 :]
    return _joined(classes[0], after[0] if after else "")


def _joined(tariff: str, power: str) -> str:
    """Give `R1/1300VA`; the class alone where the power is not surely one."""
    tariff = tariff.replace("-", "").upper()
    found = _POWER.fullmatch(power)
    if not found or not (found["unit"] or int(found["va"]) in USUAL_POWERS_VA):
        return tariff
    return f"{tariff}/{found['va']}VA"


def _kwh(parts: list[str]) -> str | None:
    amounts = _matches((_KWH_AHEAD, _KWH_BEHIND), parts) or _matches((_DECIMAL,), parts)
    if len(amounts) != 1:
        return None
    whole, part = amounts[0]["whole"], amounts[0]["part"]
    return f"{whole},{part}" if part else whole


def _matches(forms: Sequence[re.Pattern[str]], parts: list[str]) -> list[re.Match[str]]:
    return [match for part in parts for form in forms if (match := form.fullmatch(part))]


def _name(parts: list[str]) -> str | None:
    named = [match["name"] for match in _matches((_NAMED,), parts)]
    candidates = named or [part for part in parts if any(map(str.isalpha, part)) and not _is_known(part)]
    # A single letter is a piece of something, like the "A/N" before a name.
    return candidates[0] if len(candidates) == 1 and len(candidates[0]) > 1 else None


def _is_known(part: str) -> bool:
    return any(known.fullmatch(part) for known in (_CLASS, _BOTH, _NOT_A_NAME))
