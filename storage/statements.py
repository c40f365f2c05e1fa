"""Loads the named statements of `queries/*.sql`, a file for each module of `storage/` that runs them.

They are portable on purpose: integers, text, named values, ON CONFLICT, RETURNING and compare-and-set.
"""

import re
from collections.abc import Iterator
from importlib.resources import files
from operator import attrgetter
from types import MappingProxyType

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)

Value = int | str | None


def _load() -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sorted(files("storage").joinpath("queries").iterdir(), key=attrgetter("name")):
        for name, body in _statements(file.read_text(encoding="utf-8")):
            if name in found:
                raise ValueError(f"{file.name}: there is another statement named {name}")
            found[name] = body
    return found


def _statements(text: str) -> Iterator[tuple[str, str]]:
    parts = _NAME.split(text)
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        yield name, _without_comments(body)


def _without_comments(body: str) -> str:
    return "\n".join(line for line in body.splitlines() if not line.startswith("--")).strip().rstrip(";")


STATEMENTS = MappingProxyType(_load())
"""The SQL of each statement, with `:name` for each value."""
