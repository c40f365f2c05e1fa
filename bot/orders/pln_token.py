"""Reads a PLN token out of an SN; a part that is not certain is left out: wrong is worse than missing."""

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
"""The powers that PLN offers: a bare number after a tariff is a power only if it is one of them."""

_TWENTY = re.compile(
    r"(?<![\w.-])(?<!\d )[0-9]{4}([- ]?)[0-9]{4}(?:\1[0-9]{4}){3}(?!\w|-(?![A-Z]{2}))(?![ .,]\d)",
    re.IGNORECASE,
)
_CLASS = re.compile(r"(?P<group>[RBIPS])-?(?P<step>[1-4][A-Z]{0,2})", re.IGNORECASE)
_POWER = re.compile(r"0*(?P<va>[1-9][0-9]{2,5})\s*(?P<unit>VA)?", re.IGNORECASE)
_BOTH = re.compile(rf"(?P<class>{_CLASS.pattern})[\s/-]+(?P<power>{_POWER.pattern})", re.IGNORECASE)
_AMOUNT = r"0*(?P<whole>[0-9]{1,5})(?:[.,](?P<part>[0-9]{1,2}|[0-9]{4}))?"
_KWH_AHEAD = re.compile(rf"kwh\s*[:=]?\s*{_AMOUNT}", re.IGNORECASE)
_KWH_BEHIND = re.compile(rf"{_AMOUNT}\s*kwh", re.IGNORECASE)
_DECIMAL = re.compile(r"0*(?P<whole>[0-9]{1,5})[.,](?P<part>[0-9]{1,2})")
_METER = re.compile(r"[1-9][0-9]{10,11}")
"""A meter number or customer id; mobile numbers begin with 0."""

_PARTS = {
    "/": re.compile(r"/"),
    "|": re.compile(r"\|"),
    ";": re.compile(r";"),
    ",": re.compile(r",(?![0-9])|,(?=\s)"),
}
"""The separator of the parts, by the character next to the token; a comma within a number is none."""

_LABEL = re.compile(
    r"(?:(?P<name>nama|nm|name|a/n|an\.|atas nama)|tarif(?: ?/? ?daya)?|trf ?/ ?dy|daya|gol(?:ongan)?)"
    r"\s*[:=.]?\s*(?=\S)",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(
    r".*[:=].*|(?:rp|idr)[. ]*[0-9].*|.*kwh.*|.*[0-9][.,][0-9].*|.*[0-9]\s*va|[^a-z]*"
    r"|(?:ref|reff|reg|adm|admin|ppn|ppj|angs|angsuran|materai|meterai|stroom|strum|rp ?token|no|idpel)"
    r"[\s.#]*[0-9].*"
    r"|ref[a-z0-9]*[0-9][a-z0-9]*|[0-9a-f]{12,}|(?=[a-z]*[0-9])[a-z0-9]{12,}"
    r"|sukses|success|berhasil|lunas|ok|null|none|nihil|(?:pln ?)?(?:prabayar|prepaid)|pln|token|sn|-",
    re.IGNORECASE,
)


def read_pln_token(sn: str, *, is_meter: bool) -> PlnToken | None:
    """Read the token and its details; return None for other products, or without exactly one token."""
    found = {match[0] for match in _TWENTY.finditer(sn)} if is_meter else set()
    if len(found) != 1:
        return None
    token = found.pop()
    parts = _parts(sn, token)
    digits = re.sub(r"[- ]", "", token)
    return PlnToken(
        digits="-".join(re.findall(r".{4}", digits)),
        name=_name(parts),
        tariff=_tariff(parts),
        kwh=_kwh(parts),
    )


def pln_token_of(code: str, destination: str, sn: str | None) -> PlnToken | None:
    """Return the token in an order's SN if its code or destination shows that it is for a meter."""
    is_meter = code.casefold().startswith("pln") or bool(_METER.fullmatch(destination))
    return read_pln_token(sn, is_meter=is_meter) if sn else None


def _parts(sn: str, token: str) -> list[str]:
    """Split the SN at the separator next to its token, or else at slashes if one part is a tariff."""
    before, _, after = sn.partition(token)
    mark = after.lstrip()[:1] or before.rstrip()[-1:]
    separator = _PARTS.get(mark)
    if separator is None:
        parts = [part.strip() for part in sn.replace(token, "").split("/")]
        return [part.strip(" -,") for part in parts] if any(map(_is_tariff, parts)) else []
    parts = [part.strip() for part in separator.split(sn)]
    # A part that contains the token and more is not split any further.
    return [part for part in parts if part and not _TWENTY.search(part)]


def _tariff(parts: Sequence[str]) -> str | None:
    values = [_value(part) for part in parts]
    classes = [at for at, value in enumerate(values) if _CLASS.fullmatch(value) or _BOTH.fullmatch(value)]
    if len(classes) != 1:
        return None
    at = classes[0]
    if both := _BOTH.fullmatch(values[at]):
        return _joined(both["class"], both["power"])
    return _joined(values[at], values[at + 1] if at + 1 < len(values) else "")


def _value(part: str) -> str:
    """Return the text after a label such as `Tarif:` or `Daya`."""
    label = _LABEL.match(part)
    return part[label.end() :] if label else part


def _joined(tariff: str, power: str) -> str:
    """Return `R1/1300VA`, or the class alone if the power is not certain."""
    tariff = tariff.replace("-", "").upper()
    found = _POWER.fullmatch(power)
    if not found or not (found["unit"] or int(found["va"]) in USUAL_POWERS_VA):
        return tariff
    return f"{tariff}/{found['va']}VA"


def _kwh(parts: Sequence[str]) -> str | None:
    amounts = _matches((_KWH_AHEAD, _KWH_BEHIND), parts) or _matches((_DECIMAL,), parts)
    if len(amounts) != 1:
        return None
    whole, part = amounts[0]["whole"], amounts[0]["part"]
    return f"{whole},{part}" if part else whole


def _matches(forms: Sequence[re.Pattern[str]], parts: Sequence[str]) -> list[re.Match[str]]:
    return [match for part in parts for form in forms if (match := form.fullmatch(part))]


def _name(parts: Sequence[str]) -> str | None:
    """Return the part labelled as a name, or else the only part that may be one, first before the tariff."""
    named = [part[label.end() :] for part in parts if (label := _LABEL.match(part)) and label["name"]]
    tariff_at = next((at for at, part in enumerate(parts) if _is_tariff(part)), len(parts))
    for among in (named, _candidates(parts[:tariff_at]), _candidates(parts)):
        if among:
            # A single letter is a fragment, as of the "A/N" before a name.
            return among[0] if len(among) == 1 and len(among[0]) > 1 else None
    return None


def _candidates(parts: Sequence[str]) -> list[str]:
    return [part for part in parts if not _is_tariff(part) and not _NOT_A_NAME.fullmatch(part)]


def _is_tariff(part: str) -> bool:
    return bool(_CLASS.fullmatch(_value(part)) or _BOTH.fullmatch(_value(part)))
