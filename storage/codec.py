"""Converts small frozen structs to JSON and back, by the name of their class, and rows to structs."""

from collections.abc import Hashable, Iterable
from functools import cache
from types import UnionType
from typing import Any, TypeVar, cast, get_args

from msgspec import DecodeError, ValidationError, convert
from msgspec.json import Decoder, Encoder

from storage.transaction import ResultRow

T = TypeVar("T")

_encode = Encoder().encode


def kind_of(value: object) -> str:
    """Return the name of the class, which is stored next to the JSON."""
    return type(value).__name__


def dump(value: object) -> str:
    """Return a struct, or a tuple of structs, as JSON."""
    return _encode(value).decode()


def load(kind: type[T], text: str) -> T:
    """Parse JSON of a `kind`; raise ValueError if it does not fit."""
    try:
        return cast("T", _decoder(cast("Hashable", kind)).decode(text))
    except DecodeError as error:
        raise ValueError(str(error)) from error


def columns_of(row: ResultRow) -> dict[str, Any]:
    """Return the columns of a row by their names: sqlite3.Row searches them one by one."""
    return dict(zip(row.keys(), row, strict=True))


def from_row(kind: type[T], row: ResultRow) -> T:
    """Convert a row to a struct with the columns as fields; raise ValueError if it does not fit."""
    return from_columns(kind, columns_of(row))


def from_some_columns(kind: type[T], values: dict[str, Any]) -> T:
    """Convert those columns that are fields of the struct, as `from_columns` does with all."""
    return from_columns(kind, {name: values[name] for name in cast("Any", kind).__struct_fields__})


def from_columns(kind: type[T], values: dict[str, Any]) -> T:
    """Convert the columns of a row to a struct; raise ValueError if they do not fit."""
    try:
        # Not strict: SQLite has no boolean type.
        return convert(values, kind, strict=False)
    except ValidationError as error:
        raise ValueError(str(error)) from error


class Codec:
    """Parses the JSON of the classes of one union."""

    def __init__(self, kinds: UnionType) -> None:
        self._kinds = {kind.__name__: kind for kind in _flat(kinds)}

    def load(self, kind: str, text: str) -> Any:
        """Parse JSON of the class named `kind`; raise ValueError if it does not fit."""
        if kind not in self._kinds:
            raise ValueError(f"unknown kind: {kind}")
        return load(self._kinds[kind], text)


@cache
def _decoder(kind: Hashable) -> Decoder[Any]:
    return Decoder(kind)


def _flat(kinds: UnionType) -> Iterable[type]:
    for kind in get_args(kinds):
        yield from _flat(kind) if isinstance(kind, UnionType) else (kind,)
