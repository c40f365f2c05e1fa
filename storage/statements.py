"""Loads the named statements of `queries.sql`; a name that is missing fails at import, not at midnight."""

import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from operator import itemgetter
from types import MappingProxyType

from msgspec import Struct

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
_VALUE = re.compile(r":([a-z]\w*)")

Value = int | str | None


class Statement(Struct, frozen=True):
    """A statement with a `?` for each value; `ordered` puts named ones in place faster than sqlite3 does."""

    sql: str
    ordered: Callable[[Mapping[str, Value]], tuple[Value, ...]]


def _load() -> dict[str, Statement]:
    parts = _NAME.split(files("storage").joinpath("queries.sql").read_text(encoding="utf-8"))
    return {name: _read(_without_comments(body)) for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def _read(body: str) -> Statement:
    names = _VALUE.findall(body)
    sql = _VALUE.sub("?", body)
    match names:
        case []:
            return Statement(sql, lambda _: ())
        case [name]:
            return Statement(sql, lambda values: (values[name],))
        case _:
            return Statement(sql, itemgetter(*names))


def _without_comments(body: str) -> str:
    return "\n".join(line for line in body.splitlines() if not line.startswith("--")).strip().rstrip(";")


STATEMENTS = MappingProxyType(_load())
