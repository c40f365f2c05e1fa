"""Small frozen facts to JSON and back, by the name of their class, and out of rows."""

import sqlite3
from collections.abc import Hashable, Iterable
from functools import cache
from types import UnionType
from typing import Any, TypeVar, cast, get_args

from msgspec import DecodeError, ValidationError, convert
from msgspec.json import Decoder, Encoder

T = TypeVar("T")

_encode = Encoder().encode


def kind_of(fact: object) -> str:
    """Give the name by which a fact is stored."""
    return type(fact).__name__


def dump(fact: object) -> str:
    """Give a fact, or a tuple of facts, as JSON."""
    return _encode(fact).decode()


def load(kind: type[T], facts: str) -> T:
    """Give back what was of `kind`; ValueError if it does not fit."""
    try:
        return cast("T", _decoder(cast("Hashable", kind)).decode(facts))
    except DecodeError as error:
        raise ValueError(str(error)) from error


def from_row(kind: type[T], row: sqlite3.Row) -> T:
    """Give a row as a fact whose fields are its columns; ValueError if it does not fit."""
    # A row finds a column by trying each name, so that a dict is faster.
    told = dict(zip(row.keys(), row, strict=True))
    try:
        # Not strictly: SQLite has no type for yes and no.
        return convert(told, kind, strict=False)
    except ValidationError as error:
        raise ValueError(str(error)) from error


class Codec:
    """Gives back the facts of one union of classes."""

    def __init__(self, kinds: UnionType) -> None:
        self._kinds = {one.__name__: one for one in _flat(kinds)}

    def load(self, kind: str, facts: str) -> Any:
        """Give back the fact named `kind`; ValueError if it does not fit."""
        if kind not in self._kinds:
            raise ValueError(f"no fact is named {kind}")
        return load(self._kinds[kind], facts)


@cache
def _decoder(kind: Hashable) -> Decoder[Any]:
    return Decoder(kind)


def _flat(kinds: UnionType) -> Iterable[type]:
    for kind in get_args(kinds):
        yield from _flat(kind) if isinstance(kind, UnionType) else (kind,)
