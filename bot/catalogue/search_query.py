"""Divides what people type behind `harga` into queries, and queries into words."""

import re

_WORD = re.compile(r"im3(?!\d)|[^\W\d_]+|\d+")
_THOUSANDS = re.compile(r"(?<=\d)[.,](?=\d{3}\b)")
_PARTS = re.compile(r"[\s,;]+")
_QUERIES = re.compile(r"[,;]")
_AROUND = " \t\n?!.,;"
_PIN = re.compile(r"[.*#]\d{4,6}$")
_METER = re.compile(r"[1-9]\d{10,11}")
_GROUPING = re.compile(r"[\s.-]")


def words_of(text: str) -> list[str]:
    """Return words and numbers of a text: `simpati`, `5000` of `Simpati 5.000`, `5`, `gb` of `5GB`."""
    return _WORD.findall(_THOUSANDS.sub("", text.casefold()))


def split_terms(typed: str) -> list[str]:
    """Return what stands between blanks and commas: of `s5, i5 x10?` three codes."""
    return [part for each in _PARTS.split(typed) if (part := each.strip(_AROUND))]


def split_queries(typed: str) -> list[str]:
    """Return what is asked for, one after another: of `xl 10.000, axis?` two queries."""
    return [query for each in _QUERIES.split(_THOUSANDS.sub("", typed)) if (query := each.strip(_AROUND))]


def without_pin(query: str) -> str:
    """Leave out the PIN that other servers want behind a code: `i.1234` asks for `i`."""
    return _PIN.sub("", query)


def is_meter_number(typed: str) -> bool:
    """Return whether a PLN meter or customer number is typed, in groups of digits or in one."""
    return _METER.fullmatch(_GROUPING.sub("", typed.strip(_AROUND))) is not None
