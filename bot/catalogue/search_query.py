"""Splits the text behind `harga` into queries, and a query into words."""

import re

_WORD = re.compile(r"im3(?!\d)|[^\W\d_]+|\d+")
_THOUSANDS = re.compile(r"(?<=\d)[.,](?=\d{3}\b)")
_TERM_SEPARATORS = re.compile(r"[\s,;]+")
_QUERY_SEPARATORS = re.compile(r"[,;]")
_AROUND = " \t\n?!.,;"
_PIN = re.compile(r"[.*#]\d{4,6}$")
_METER = re.compile(r"[1-9]\d{10,11}")
_GROUPING = re.compile(r"[\s.-]")


def words_of(text: str) -> list[str]:
    """Return words and numbers: `simpati` and `5000` of `Simpati 5.000`, `5` and `gb` of `5GB`."""
    return _WORD.findall(_THOUSANDS.sub("", text.casefold()))


def split_terms(typed: str) -> list[str]:
    """Split at blanks and commas: `s5, i5 x10?` has three terms."""
    return [term for part in _TERM_SEPARATORS.split(typed) if (term := part.strip(_AROUND))]


def split_queries(typed: str) -> list[str]:
    """Split at commas: `xl 10.000, axis?` has two queries."""
    parts = _QUERY_SEPARATORS.split(_THOUSANDS.sub("", typed))
    return [query for part in parts if (query := part.strip(_AROUND))]


def without_pin(query: str) -> str:
    """Remove the PIN that other pulsa servers require behind a code: `i.1234` means `i`."""
    return _PIN.sub("", query)


def is_meter_number(typed: str) -> bool:
    """Return whether `typed` is a PLN meter or customer number, with or without grouping."""
    return _METER.fullmatch(_GROUPING.sub("", typed.strip(_AROUND))) is not None
